"""Rasa's REST channel, except that a message that could not be handled gets an error, and a repetition the answer it had.

Rasa's own answers `[]` to a message that failed, and whoever asked believes it handled.
"""
import asyncio
import logging

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response

from bot import rasa_turn
from bot.cases.answers import LONGEST_ID

log = logging.getLogger("bot.rasa_channel")


class Rest(RestInput):
    def blueprint(self, on_new_message):
        """POST /webhook {"sender", "message", "metadata"} -> the replies. 400: unreadable, 503: later it may succeed, 500: it failed."""
        hook, turns = Blueprint("rest", __name__), None

        @hook.route("/", methods=["GET"])
        async def health(_request):
            return response.json({"status": "ok"})

        @hook.route("/webhook", methods=["POST"])
        async def receive(request):
            nonlocal turns
            turns = turns or rasa_turn.Turns()
            message = self._message(request.json)
            if message is None:
                return response.json({"error": "sender and message must be texts, metadata an object"}, 400)
            # Whoever asked may go away; the message is handled to its end all the same.
            return await asyncio.shield(asyncio.ensure_future(_answer(turns, message, on_new_message)))

        return hook

    def _message(self, body) -> UserMessage | None:
        if not isinstance(body, dict):
            return None
        sender, text, metadata = body.get("sender"), body.get("message"), body.get("metadata") or {}
        if not (isinstance(sender, str) and sender and isinstance(text, str) and isinstance(metadata, dict)):
            return None
        if not (isinstance(metadata.get("message_id"), str) and 0 < len(metadata["message_id"]) <= LONGEST_ID):
            metadata = {name: value for name, value in metadata.items() if name != "message_id"}
        return UserMessage(text, CollectingOutputChannel(), sender, input_channel=self.name(), metadata=metadata)


async def _answer(turns: rasa_turn.Turns, message: UserMessage, on_new_message):
    try:
        return response.json(await turns.handle(message, on_new_message))
    except rasa_turn.Failed as failed:
        log.error("a message could not be handled: %s", type(failed.__cause__).__name__)
        return response.json({"error": "try again later" if failed.again else "failed"}, 503 if failed.again else 500)
