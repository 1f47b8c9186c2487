"""A voice note into text, through a speech model behind HTTP: the interface of OpenAI's /v1/audio/transcriptions, which whisper.cpp's
server and others speak too."""
import httpx

PATIENCE = 120  # seconds; a small model on an old machine is slow
LONGEST = 4096  # characters of a note that are read, as of a typed message


class NotHeard(Exception):
    """The speech model did not answer, or heard nothing; the message says which and holds no words."""


async def transcribe(client: httpx.AsyncClient, url: str, sound: bytes, language: str | None) -> str:
    """The words of a voice note. `language` is a hint such as "zh". Raises NotHeard."""
    fields = {"model": "whisper-1", "response_format": "json", **({"language": language} if language else {})}
    try:
        answer = await client.post(url, data=fields, files={"file": ("note.ogg", sound, "audio/ogg")}, timeout=PATIENCE)
        answer.raise_for_status()
        words = answer.json()["text"].strip()
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotHeard(type(error).__name__) from None
    if not words:
        raise NotHeard("nothing said")
    return words[:LONGEST]
