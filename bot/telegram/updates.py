"""What an update says, read from Telegram's JSON (core.telegram.org/bots/api#update) by pure functions."""
from dataclasses import dataclass

from bot.law import languages
from bot.telegram import commands
from bot.telegram.text import clean

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")  # what we ask Telegram for
MEDIA = {  # field of a message -> our sentence; an animation is also a document, so it comes first
    "photo": "photo", "voice": "voice", "audio": "voice", "video_note": "video", "video": "video", "animation": "sticker",
    "sticker": "sticker", "document": "document", "contact": "contact", "poll": "unsupported", "dice": "unsupported",
    "game": "unsupported", "story": "unsupported", "paid_media": "unsupported", "checklist": "unsupported",
}
LARGEST = 2 ** 53  # what Telegram's numbers keep below
LONGEST = 4096  # characters of one message that are read; Telegram itself sends no more


@dataclass(frozen=True)
class Chat:
    """Where an update comes from. `language` is zh, en or None: what the person's Telegram is set to."""

    id: int
    private: bool
    language: str | None


@dataclass(frozen=True)
class Press:
    """A button pressed: `key` is ours, `query` must be answered, the keyboard of `message_id` goes away."""

    key: str
    query: str
    message_id: int | None


@dataclass(frozen=True)
class Incoming:
    """One update. `message` goes to Rasa, `words` into the conversation, `notice` names a sentence said at once.
    `command`: the message is one of the menu, meant for the bot even while a person has the chat.

    `once`: updates of one album share it, and the notice is given once for all of them.
    """

    message: str | None = None
    command: bool = False
    own: str | None = None  # a command that the gateway obeys itself: clear, mydata or safety
    words: str | None = None
    notice: str | None = None
    once: str | None = None
    sent: str | None = None  # the kind of thing sent that is not text: photo, voice, ..., location
    voice_file: str | None = None  # Telegram's name of a voice note
    press: Press | None = None
    location: tuple[float, float] | None = None
    blocked: bool | None = None


def number(update) -> int | None:
    """Telegram's number of an update; None for what is no update."""
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= LARGEST else None


def chat(update: dict) -> Chat | None:
    """The chat of an update; None when it has none that we could answer."""
    body = next((update[kind] for kind in KINDS if update.get(kind)), None)
    if not isinstance(body, dict):
        return None
    person = body.get("from") or {}
    place = body.get("chat") or (body.get("message") or {}).get("chat") or {"id": person.get("id"), "type": "private"}
    if not isinstance(place.get("id"), int) or abs(place["id"]) > LARGEST:
        return None
    return Chat(place["id"], place.get("type") == "private", language(person.get("language_code")))


def message_id(update: dict) -> int | None:
    """The number of the message that somebody wrote; None for anything else."""
    number = (update.get("message") or {}).get("message_id")
    return number if isinstance(number, int) else None


def language(code: str | None) -> str | None:
    """The language of a code such as zh-hans or zh-hant-tw; None for one we do not speak: then the first message decides."""
    code = (code or "").lower().replace("_", "-") + "-"
    found = [known for known in languages.known() if code.startswith(f"{known.lower()}-")]
    return max(found, key=len, default=None)


def press(update: dict) -> Press | None:
    """The button pressed in an update, if any."""
    query = update.get("callback_query")
    if not query:
        return None
    return Press(clean(query.get("data") or ""), query["id"], (query.get("message") or {}).get("message_id"))


def read(update: dict) -> Incoming:
    """What an update says. An edited message is read like a new one with the new text, because the worker means it to count."""
    if update.get("callback_query"):
        return Incoming(press=press(update))
    if update.get("my_chat_member"):
        status = update["my_chat_member"]["new_chat_member"]["status"]
        return Incoming(blocked=status in ("kicked", "left"))
    if update.get("message"):
        return _message(update["message"])
    edited = update.get("edited_message") or {}
    text = edited.get("text") or edited.get("caption")
    return _text(text) if text else Incoming()


def _message(message: dict) -> Incoming:
    if "text" in message:
        return _text(message["text"])
    if "location" in message:
        place = message["location"]
        return Incoming(sent="location", location=(float(place["latitude"]), float(place["longitude"])))
    for field, sentence in MEDIA.items():
        if message.get(field):
            caption = _text(message["caption"]) if clean(message.get("caption") or "") else Incoming()
            album = message.get("media_group_id")
            note = message[field].get("file_id") if field == "voice" else None
            return Incoming(message=caption.message, words=caption.words, notice=sentence, sent=sentence, voice_file=note,
                            once=f"album:{album}" if album else None)
    return Incoming()  # somebody pinned a message, changed a setting: nothing to answer


def _text(typed: str) -> Incoming:
    words = clean(typed)
    notice = "too_long" if len(words) > LONGEST else None
    words = words[:LONGEST]
    if own := commands.own(words):
        return Incoming(own=own, command=True)
    command = commands.payload(words)
    message = command or commands.harmless(words)
    if not message:
        return Incoming(notice="empty")
    return Incoming(message=message, command=command is not None, words=words, notice=notice)
