"""A double of Telegram's Bot API: a real HTTP server that behaves as core.telegram.org/bots/api says, with faults on request.

    double = BotApiDouble()
    worker = double.user(7001)
    worker.says("老板欠我工资")
    worker.waits_for(1)[0].text           # what the bot answered
    worker.presses("对")                  # the newest button with that title
    double.fail_next("sendMessage", 429, retry_after=1)
"""
import asyncio
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests import typed
from tests.telegram.servers import Server

TOKEN = "424242:double-token-that-must-never-be-logged"
PATIENCE = 60  # seconds after which a test that waits for nothing is called failed


@dataclass
class Sent:
    """A message the bot sent. `buttons` are the titles still shown, row by row."""

    chat_id: int
    message_id: int
    text: str
    keyboard: list[list[dict]] = field(default_factory=list)

    @property
    def rows(self) -> list[list[str]]:
        return [[button["text"] for button in row] for row in self.keyboard]

    @property
    def buttons(self) -> list[str]:
        return [title for row in self.rows for title in row]


@dataclass
class Fault:
    """What goes wrong with a call. status: an HTTP status, "timeout" (no answer for `seconds`) or "close" (connection cut).

    `after`: the call takes effect first, and only its answer is lost.
    """

    method: str
    status: int | str
    retry_after: int | None = None
    description: str | None = None
    chat_id: int | None = None
    seconds: float = 3600
    after: bool = False


class BotApiDouble:
    def __init__(self, token: str = TOKEN):
        self.token = token
        self.lock = threading.RLock()
        self.updates: list[dict] = []  # not yet confirmed
        self.sent: list[Sent] = []
        self.log: list[tuple[str, dict]] = []  # every call as (method, parameters), also those that failed
        self.faults: list[Fault] = []
        self.blocked: set[int] = set()
        self.webhook: dict = {}
        self._update_ids = itertools.count(880_000_001)
        self._message_ids = itertools.count(1)
        self._query_ids = itertools.count(1)
        self.voices: list[tuple[int, bytes]] = []  # (chat, sound) of each voice message the bot sent
        self.documents: list[tuple[int, str, str, bytes]] = []  # (chat, name, caption, content) of each file the bot sent
        self.files: dict[str, bytes] = {}  # by file_id
        self.deleted: list[int] = []  # numbers of the messages the bot deleted
        self.old: set[int] = set()  # numbers of messages that are too old to be deleted
        self._server = Server(Starlette(routes=[
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._download),
        ]))

    @property
    def url(self) -> str:
        """What TELEGRAM_API_URL is set to."""
        return self._server.url

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        """Comes back after `stop` on the same port, with everything it knew."""
        self._server.start()

    def user(self, chat_id: int, language_code: str = "zh-hans", unheard: tuple[str, ...] = ()) -> "User":
        return User(self, chat_id, language_code, unheard=unheard)

    def group(self, chat_id: int = -100123) -> "User":
        """Somebody who writes in a group."""
        return User(self, chat_id, "zh-hans", chat_type="supergroup")

    def fail_next(self, method: str, status: int | str, times: int = 1, **how) -> None:
        """The next call(s) of a method fail; see Fault."""
        with self.lock:
            self.faults += [Fault(method, status, **how) for _ in range(times)]

    def calls(self, method: str) -> list[dict]:
        """The parameters of each call of a method so far."""
        with self.lock:
            return [parameters for name, parameters in self.log if name == method]

    def add(self, **content) -> dict:
        """A new update, to be fetched by getUpdates."""
        with self.lock:
            update = {"update_id": next(self._update_ids), **content}
            self.updates.append(update)
            return update

    def repeat(self, update: dict) -> None:
        """Delivers an update once more, as Telegram does when it did not see the confirmation."""
        with self.lock:
            self.updates.append(update)

    def post_to_webhook(self, url: str, update: dict, secret: str | None = None) -> httpx.Response:
        """Posts an update as Telegram would; `secret` None: with the one given to setWebhook."""
        secret = self.webhook.get("secret_token", "") if secret is None else secret
        with self.lock:
            self.updates = [one for one in self.updates if one is not update]
        return httpx.post(url, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}, trust_env=False)

    def new_message_id(self) -> int:
        return next(self._message_ids)

    def new_query_id(self) -> str:
        return f"query-{next(self._query_ids)}"

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        parameters = await _parameters(request)
        with self.lock:
            self.log.append((method, parameters))
            fault = self._fault(method, parameters)
        if request.path_params["token"] != self.token:
            return _error(401, "Unauthorized")
        if fault and not fault.after:
            return await self._failing(fault)
        handler = getattr(self, f"_{method}", None)
        if handler is None:
            return _error(404, "Not Found")
        response = await handler(parameters)
        return await self._failing(fault) if fault else response

    def _fault(self, method: str, parameters: dict) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.chat_id in (None, parameters.get("chat_id")):
                self.faults.remove(fault)
                return fault
        return None

    async def _failing(self, fault: Fault) -> Response:
        if fault.status == "timeout":
            until = time.monotonic() + fault.seconds
            while time.monotonic() < until and not self._server.leaving:
                await asyncio.sleep(0.02)
            return _error(500, "Internal Server Error")
        if fault.status == "close":
            return _Broken()
        if fault.retry_after is not None:
            return _error(fault.status, f"Too Many Requests: retry after {fault.retry_after}", retry_after=fault.retry_after)
        return _error(fault.status, fault.description or "Internal Server Error")

    async def _getMe(self, _parameters) -> Response:
        return _ok({"id": 424242, "is_bot": True, "first_name": "工友", "username": "gongyou_double_bot"})

    async def _getUpdates(self, parameters) -> Response:
        if self.webhook:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, limit = parameters.get("offset") or 0, parameters.get("limit") or 100
        until = time.monotonic() + (parameters.get("timeout") or 0)
        while True:
            with self.lock:
                if offset > 0:
                    self.updates = [update for update in self.updates if update["update_id"] >= offset]
                elif offset < 0:
                    self.updates = self.updates[offset:]
                if self.updates or time.monotonic() >= until or self._server.leaving:
                    return _ok(self.updates[:limit])
            await asyncio.sleep(0.01)

    async def _sendMessage(self, parameters) -> Response:
        chat_id, text = parameters["chat_id"], parameters.get("text") or ""
        keyboard = (parameters.get("reply_markup") or {}).get("inline_keyboard", [])
        if chat_id in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        if not text.strip():
            return _error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return _error(400, "Bad Request: message is too long")
        if any(not 1 <= len(button.get("callback_data", "").encode()) <= 64 for row in keyboard for button in row):
            return _error(400, "Bad Request: BUTTON_DATA_INVALID")
        with self.lock:
            message = Sent(chat_id, self.new_message_id(), text, keyboard)
            self.sent.append(message)
        return _ok(_message(message.message_id, chat_id, text=text))

    async def _sendVoice(self, parameters) -> Response:
        with self.lock:
            message_id = self.new_message_id()
            self.voices.append((int(parameters["chat_id"]), parameters["voice"]))
        return _ok(_message(message_id, int(parameters["chat_id"]), voice={"file_id": "sent", "file_unique_id": "sent", "duration": 1}))

    async def _sendDocument(self, parameters) -> Response:
        if int(parameters["chat_id"]) in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        if len(parameters.get("caption") or "") > 1024:
            return _error(400, "Bad Request: message caption is too long")
        with self.lock:
            message_id = self.new_message_id()
            name, content = parameters["document_name"], parameters["document"]
            self.documents.append((int(parameters["chat_id"]), name, parameters.get("caption") or "", content))
        sent = {"file_id": "sent", "file_unique_id": "sent", "file_name": name, "file_size": len(content)}
        return _ok(_message(message_id, int(parameters["chat_id"]), document=sent))

    async def _getFile(self, parameters) -> Response:
        name = parameters["file_id"]
        if name not in self.files:
            return _error(400, "Bad Request: invalid file_id")
        return _ok({"file_id": name, "file_unique_id": name, "file_size": len(self.files[name]), "file_path": f"voice/{name}.oga"})

    async def _download(self, request: Request) -> Response:
        name = request.path_params["path"].removeprefix("voice/").removesuffix(".oga")
        if request.path_params["token"] != self.token or name not in self.files:
            return Response(status_code=404)
        return Response(self.files[name], media_type="audio/ogg")

    async def _editMessageReplyMarkup(self, parameters) -> Response:
        keyboard = (parameters.get("reply_markup") or {}).get("inline_keyboard", [])
        with self.lock:
            for message in self.sent:
                if (message.chat_id, message.message_id) == (parameters["chat_id"], parameters["message_id"]):
                    if message.keyboard == keyboard:
                        return _error(400, "Bad Request: message is not modified")
                    message.keyboard = keyboard
                    return _ok(_message(message.message_id, message.chat_id, text=message.text))
        return _error(400, "Bad Request: message to edit not found")

    async def _deleteMessages(self, parameters) -> Response:
        """As core.telegram.org/bots/api#deletemessages: up to 100 numbers, unknown ones are passed over."""
        numbers = parameters["message_ids"]
        if not 1 <= len(numbers) <= 100:
            return _error(400, "Bad Request: message identifiers are not specified")
        with self.lock:
            gone = [one for one in self.sent if one.chat_id == int(parameters["chat_id"]) and one.message_id in numbers]
            if any(one.message_id in self.old for one in gone):
                return _error(400, "Bad Request: message can't be deleted")
            self.sent = [one for one in self.sent if one not in gone]
            self.deleted += numbers
        return _ok(True)

    async def _editMessageText(self, parameters) -> Response:
        with self.lock:
            for message in self.sent:
                if (message.chat_id, message.message_id) == (int(parameters["chat_id"]), int(parameters["message_id"])):
                    message.text, message.keyboard = parameters["text"], []
                    return _ok(_message(message.message_id, message.chat_id, text=message.text))
        return _error(400, "Bad Request: message to edit not found")

    async def _setWebhook(self, parameters) -> Response:
        self.webhook = parameters if parameters.get("url") else {}
        return _ok(True)

    async def _deleteWebhook(self, _parameters) -> Response:
        self.webhook = {}
        return _ok(True)

    async def _true(self, _parameters) -> Response:
        return _ok(True)

    _answerCallbackQuery = _sendChatAction = _setMyCommands = _leaveChat = _true


class User:
    """Somebody with Telegram. Each act returns the update it made. `unheard`: what a test pays no heed to when the bot says it."""

    def __init__(self, double: BotApiDouble, chat_id: int, language_code: str, chat_type: str = "private", unheard: tuple[str, ...] = ()):
        self.double, self.chat_id, self.unheard = double, chat_id, unheard
        self._chat = {"id": chat_id, "type": chat_type}
        self._person = {"id": abs(chat_id), "is_bot": False, "first_name": "王师傅", "language_code": language_code}

    def says(self, text: str) -> dict:
        return self.sends(text=text)

    def sends(self, **content) -> dict:
        """A message with any content of the Bot API's Message: photo=[...], voice={...}, caption="..."."""
        return self.double.add(message=self._message(**content))

    def edits(self, text: str) -> dict:
        return self.double.add(edited_message=self._message(text=text, edit_date=int(time.time())))

    def sends_photo(self, caption: str | None = None, album: str | None = None) -> dict:
        extra = {"caption": caption} if caption else {}
        extra |= {"media_group_id": album} if album else {}
        return self.sends(photo=[{**_file(), "width": 90, "height": 90}], **extra)

    def sends_voice(self, sound: bytes | None = None) -> dict:
        if sound is not None:
            self.double.files["file"] = sound
        return self.sends(voice={**_file(), "duration": 3})

    def sends_sticker(self) -> dict:
        return self.sends(sticker={**_file(), "type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False})

    def sends_document(self) -> dict:
        return self.sends(document=_file())

    def sends_location(self, latitude: float, longitude: float) -> dict:
        return self.sends(location={"latitude": latitude, "longitude": longitude})

    def presses(self, title: str, message: Sent | None = None) -> dict:
        """Presses the newest button with a title, or that of a message whose keyboard is perhaps gone from the screen."""
        shown = [message] if message else [one for one in reversed(self.messages()) if title in one.buttons]
        data = [button["callback_data"] for one in shown for row in one.keyboard for button in row if button["text"] == title]
        if not data:
            raise AssertionError(f"no button {title!r} on the screen")
        return self.presses_data(data[0], shown[0].message_id)

    def presses_data(self, data: str, message_id: int) -> dict:
        return self.double.add(callback_query={
            "id": self.double.new_query_id(), "from": self._person, "chat_instance": "1", "data": data,
            "message": {"message_id": message_id, "date": int(time.time()), "chat": self._chat, "text": "…"},
        })

    def blocks_bot(self) -> dict:
        self.double.blocked.add(self.chat_id)
        return self._membership("member", "kicked")

    def unblocks_bot(self) -> dict:
        self.double.blocked.discard(self.chat_id)
        return self._membership("kicked", "member")

    def messages(self) -> list[Sent]:
        """What the bot sent to this chat so far, without what is `unheard`."""
        with self.double.lock:
            return [message for message in self.double.sent if message.chat_id == self.chat_id and message.text not in self.unheard]

    def texts(self) -> list[str]:
        return [message.text for message in self.messages()]

    def waits_for(self, count: int) -> list[Sent]:
        """The messages of this chat once there are so many."""
        until(lambda: len(self.messages()) >= count, lambda: f"{count} messages in chat {self.chat_id}, has {self.texts()}")
        return self.messages()

    def _membership(self, old: str, new: str) -> dict:
        bot = {"id": 424242, "is_bot": True, "first_name": "工友"}
        return self.double.add(my_chat_member={
            "chat": self._chat, "from": self._person, "date": int(time.time()),
            "old_chat_member": {"user": bot, "status": old, **({"until_date": 0} if old == "kicked" else {})},
            "new_chat_member": {"user": bot, "status": new, **({"until_date": 0} if new == "kicked" else {})},
        })

    def _message(self, **content) -> dict:
        for text in (content.get("text"), content.get("caption"), self._person["first_name"]):
            typed.note(text)
        return {"message_id": self.double.new_message_id(), "date": int(time.time()), "chat": self._chat, "from": self._person, **content}


def until(condition, what=lambda: "it") -> None:
    """Waits until a condition holds. The limit only keeps a broken test from hanging for ever."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what() if callable(what) else what}")
        time.sleep(0.02)


async def _parameters(request: Request) -> dict:
    """Parameters from the query, a form or JSON. In forms Telegram takes anything but texts as JSON; files come in multipart."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            files = {name: value for name, value in form.items() if hasattr(value, "read")}
            return {**form, **{name: await file.read() for name, file in files.items()},
                    **{f"{name}_name": file.filename for name, file in files.items()}}
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        return json.loads(body)
    pairs = {**dict(request.query_params), **dict(parse_qsl(body.decode(), keep_blank_values=True))}
    return {name: value if name in ("text", "callback_query_id", "description", "secret_token", "url") else _json(value)
            for name, value in pairs.items()}


def _json(value: str):
    try:
        return json.loads(value)
    except ValueError:
        return value


def _ok(result) -> Response:
    return Response(json.dumps({"ok": True, "result": result}), media_type="application/json")  # escaped, as Telegram does


def _error(status: int, description: str, **parameters) -> Response:
    extra = {"parameters": parameters} if parameters else {}
    return JSONResponse({"ok": False, "error_code": status, "description": description, **extra}, status)


class _Broken(Response):
    """Promises a body and ends without one: the server cuts the connection."""

    async def __call__(self, scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


def _message(message_id: int, chat_id: int, **content) -> dict:
    return {"message_id": message_id, "date": int(time.time()), "chat": {"id": chat_id, "type": "private"}, **content}


def _file() -> dict:
    return {"file_id": "file", "file_unique_id": "unique"}
