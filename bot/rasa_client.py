"""One question to Rasa: a worker's message in, the bot's replies out. Used by the gateway and the browser chat."""
import httpx

from bot import between, settings

# As people type them; Rasa knows them by the intent.
COMMANDS = {"/help": "/ask_help", "/deadlines": "/ask_deadlines", "/human": "/ask_human", "/language": "/change_language"}
SECONDS = 60  # a message may wait for the model's first, slow parse


class RasaUnavailable(Exception):
    """Rasa did not answer, or answered with an error; the message can be sent again."""


async def ask(client: httpx.AsyncClient, sender: str, message: str, metadata: dict) -> list[dict]:
    """The bot's replies as [{"text", "buttons": [{"title", "payload"}]}].

    `metadata` carries "message_id" (one id per message of a worker, so that a repetition is recognised), "channel" and
    "language". Raises RasaUnavailable.
    """
    url = f"{settings.read().rasa_url}/webhooks/rest/webhook"
    body = {"sender": sender, "message": COMMANDS.get(message.strip().lower(), message), "metadata": metadata}
    try:
        response = await client.post(url, json=body, headers=between.shown(), timeout=SECONDS)
        response.raise_for_status()
        replies = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise RasaUnavailable(type(error).__name__) from error
    return [{"text": reply["text"], "buttons": reply.get("buttons") or []} for reply in replies if reply.get("text")]
