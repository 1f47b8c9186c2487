"""The bot object, and calls to Telegram whose failure must not stop anything."""
import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.telegram.config import Config

log = logging.getLogger(__name__)
TRIES = 3
SILENCE = 10  # seconds longer than a long poll lasts after which Telegram is taken for silent, and asked anew
TYPING_AFTER, TYPING_EVERY = 0.4, 4.5  # seconds; Telegram shows "typing" for five


class Bot(ExtBot):
    """python-telegram-bot's bot, able to give updates as the JSON they came in.

    `get_updates` fails for a whole batch when it cannot read one update, and logs its text; what is only stored need not be read.
    """

    async def raw_updates(self, offset: int | None, seconds: int, kinds: tuple[str, ...]) -> list[dict]:
        """Updates from `offset` on; asking past an update confirms it. Waits up to so many seconds. Raises TelegramError."""
        return await self._post("getUpdates", {"offset": offset, "timeout": seconds, "allowed_updates": list(kinds)},
                                read_timeout=seconds + SILENCE)


def make(config: Config) -> Bot:
    """The bot; only `TELEGRAM_PROXY` is used as a proxy, never one that happens to stand in the environment."""
    def request(connections: int) -> HTTPXRequest:
        return HTTPXRequest(connection_pool_size=connections, proxy=config.proxy, connect_timeout=10, read_timeout=20, write_timeout=20,
                            pool_timeout=20, httpx_kwargs={"trust_env": False})
    limiter = AIORateLimiter(overall_max_rate=config.messages_per_second, overall_time_period=1)
    return Bot(config.token, base_url=f"{config.api_url}/bot", base_file_url=f"{config.api_url}/file/bot",
               request=request(2 * config.at_once + 8), get_updates_request=request(1), rate_limiter=limiter)


async def attempt(call: Callable[[], Awaitable], what: str) -> bool:
    """Makes a call whose loss can be borne (an answer to a button, a goodbye), a few times. True when it went through."""
    for number in range(TRIES):
        try:
            await call()
            return True
        except RetryAfter as error:
            pause = error.retry_after.total_seconds()
        except (BadRequest, Forbidden, InvalidToken) as error:  # too late, gone or unknown: trying again changes nothing
            log.info("%s: %s", what, type(error).__name__)
            return False
        except NetworkError:
            pause = 2.0 ** number
        except TelegramError as error:
            log.warning("%s: %s", what, type(error).__name__)
            return False
        if number < TRIES - 1:
            await asyncio.sleep(pause)
    log.warning("%s: given up", what)
    return False


@asynccontextmanager
async def typing(bot: Bot, chat_id: int):
    """Shows "typing" in a chat while the block runs, if it takes long enough to be noticed."""
    async def show() -> None:
        await asyncio.sleep(TYPING_AFTER)
        while True:
            try:
                await bot.send_chat_action(chat_id, "typing")
            except TelegramError:
                return  # an ornament: the answer matters
            await asyncio.sleep(TYPING_EVERY)
    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()
