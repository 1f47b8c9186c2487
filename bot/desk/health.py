"""Whether the parts of the installation are up. Nothing here raises: a part that cannot be asked is not up."""
import asyncio
import time

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot import between, settings
from bot.cases import store
from bot.telegram import heartbeat
from bot.telegram.config import alive_file

PATIENCE = 3 * 60  # seconds after the desk's start in which a part that does not answer yet counts as starting
SECONDS = 3


async def health(request: Request) -> JSONResponse:
    """GET /health: always 200, {"rasa", "actions", "database", "telegram"}."""
    now, state = settings.read(), request.app.state
    late = time.monotonic() - state.started > PATIENCE
    asked = [_http(state.client, f"{now.rasa_url}/status", late), run_in_threadpool(_database)]
    if now.action_url:
        asked.append(_http(state.client, _beside(now.action_url, "health"), late))
    rasa, database, *actions = await asyncio.gather(*asked)
    return JSONResponse({"rasa": rasa, "actions": actions[0] if actions else rasa, "database": database,
                         "telegram": _telegram(now.telegram_token, late)})


async def _http(client: httpx.AsyncClient, url: str, late: bool) -> str:
    """A server that answers is up, unless it says that it has no model yet (409) or fails."""
    try:
        code = (await client.get(url, headers=between.shown(), timeout=SECONDS)).status_code
    except httpx.HTTPError:
        code = None
    if code is not None and code != 409 and code < 500:
        return "up"
    return "down" if late else "starting"


def _database() -> str:
    try:
        with store.session(only_reads=True) as session:
            session.execute(text("SELECT 1 FROM staff LIMIT 1"))
    except (SQLAlchemyError, settings.SettingsError, OSError):
        return "down"
    return "up"


def _telegram(token: str | None, late: bool) -> str:
    """What the gateway says of itself; one that has not said anything yet is starting, for as long as everything may be."""
    if not token:
        return "off"
    file = alive_file()
    if not late and not file.exists():
        return "starting"
    return heartbeat.state(file, has_token=True)


def _beside(url: str, name: str) -> str:
    """Rasa's ACTION_URL ends in /webhook; its health stands beside that."""
    return f"{url.rstrip('/').removesuffix('/webhook')}/{name}"
