"""Commands of the menu, and what they mean to Rasa. Nothing else that begins with a slash reaches Rasa as an intent."""
import json
import re

from bot.law import languages

MENU = ("start", "help", "deadlines", "status", "voice", "human", "language", "mydata", "safety", "clear", "forget")
OWN = ("mydata", "safety", "clear")  # obeyed without Rasa, also when it is away
PAYLOADS = {"start": "/start", "help": "/ask_help", "deadlines": "/ask_deadlines", "status": "/status", "voice": "/read_aloud",
            "human": "/ask_human", "language": "/change_language", "forget": "/forget"}
COMMAND = re.compile(r"/([A-Za-z]+)(?:@\w+)?(?:\s+(.*))?\Z", re.DOTALL)
SLASHES = re.compile(r"[\s/]+")  # Rasa strips blanks before it looks for its slash


def payload(text: str) -> str | None:
    """The Rasa payload of a command such as "/language en"; None when the text is none of ours."""
    match = COMMAND.match(text)
    name = match and match[1].lower()
    if name not in PAYLOADS:
        return None
    argument = (match[2] or "").strip()
    fields = {}
    if name == "start":  # the link behind a poster: t.me/<bot>?start=<payload>
        code = re.sub(r"[^A-Za-z0-9_-]", "", argument)[:64]
        fields = {"payload": code} if code else {}
    elif name == "language" and _code(argument):
        fields = {"language": _code(argument)}
    return PAYLOADS[name] + (json.dumps(fields) if fields else "")


def own(text: str) -> str | None:
    """The command of ours that needs no Rasa, if the text is one."""
    match = COMMAND.match(text)
    name = match and match[1].lower()
    return name if name in OWN else None


def _code(argument: str) -> str | None:
    """The language of a code such as EN or zh-hant."""
    return next((code for code in languages.known() if code.lower() == argument.lower()), None)


def harmless(text: str) -> str:
    """Text in which a worker's own slash is not taken for an intent."""
    return SLASHES.sub("", text, count=1) if SLASHES.match(text) else text
