"""The secret that the parts show each other: Rasa and the action server answer nobody who does not know it.

It stands in a header of each request, comes from `PARTS_SECRET` or `var/parts_secret`, and is compared in constant time.
"""
import hmac

from bot import settings

HEADER = "Authorization"
LARGEST = 1_000_000  # bytes of a request between the parts; a message and what is known of its conversation are some ten thousand


def shown() -> dict[str, str]:
    """The headers that a part sends along; {} where there is no secret (then only a plain `rasa run` answers)."""
    secret = settings.parts_secret()
    return {HEADER: f"Bearer {secret}"} if secret else {}


def demand(app) -> None:
    """Has a Sanic application refuse every request without the secret. Raises SettingsError when there is none."""
    from sanic.response import json

    secret = settings.parts_secret()
    if not secret:
        raise settings.SettingsError("PARTS_SECRET: no secret between the parts; run `make setup`, or set it")
    expected = f"Bearer {secret}".encode()
    app.config.REQUEST_MAX_SIZE = LARGEST

    async def check(request):
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        return None if hmac.compare_digest(given, expected) else json({"error": "this part answers the other parts only"}, 401)

    app.register_middleware(check, "request")
