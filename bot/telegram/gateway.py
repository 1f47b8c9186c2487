"""The gateway as a whole: its parts, started and stopped together."""
import asyncio
import logging
from urllib.parse import urlsplit

import httpx
import uvicorn
from telegram import BotCommand
from telegram.error import InvalidToken, TelegramError

from bot import law
from bot.cases import answers, inbox, outbox as sending
from bot.law import languages
from bot.settings import SettingsError
from bot.telegram import calls, commands, heartbeat, updates
from bot.telegram.claims import HANDLING, SENDING, Claims
from bot.telegram.config import Config
from bot.telegram.deliver import Sender
from bot.telegram.handle import Handler
from bot.telegram.lanes import Lanes
from bot.telegram.receive import CHANNEL, Receiver
from bot.telegram.record import Record

log = logging.getLogger(__name__)
KEEP_DAYS = 3  # Telegram repeats an update for one day at most
SENT_DAYS = 31  # so long /clear can write over what the bot said; Telegram's numbers may begin anew after a quiet week
ANSWER_HOURS = 24
TIDY_SECONDS = 3600
LONGEST_WAIT = 30


async def run(config: Config, stop: asyncio.Event) -> None:
    """Runs until `stop` is set. Raises SettingsError when Telegram refuses the token."""
    bot, record = calls.make(config), Record()
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=config.at_once)) as rasa:
        sender = Sender(bot, record, config)
        handling, mailing = Claims(HANDLING), Claims(SENDING)
        outbox = Lanes(sender.find, sender.work, config.at_once, mailing)
        handler = Handler(bot, rasa, record, config, outbox)
        lanes = Lanes(handler.find, handler.work, config.at_once, handling)

        def stored(update_id: str, update: dict) -> None:
            handler.acknowledge(update_id, update)
            lanes.wake()
        receiver = Receiver(bot, record, stored)
        pulse = asyncio.create_task(_beat(config, receiver))
        try:
            if not await _connect(bot, config, stop):
                return
            receiver.reachable = True
            await _begin_anew(record, stop, config.retry_seconds)
            receiving = _serve(receiver, config, stop) if config.webhook_url else receiver.poll(
                stop, config.poll_seconds, config.retry_seconds)
            tidying = asyncio.create_task(_tidy(record))
            log.info("Telegram gateway up")
            try:
                await _together(stop, receiving, lanes.run(stop), outbox.run(stop))
            finally:
                tidying.cancel()
        finally:
            pulse.cancel()
            heartbeat.stop(config.alive_file)
            handling.close()
            mailing.close()
            await bot.shutdown()


async def _together(stop: asyncio.Event, *parts) -> None:
    """Runs the parts until each has ended; when one ends by a fault, the others are told to stop, and the fault is raised."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    stop.set()
    await asyncio.gather(*tasks)


async def _connect(bot: calls.Bot, config: Config, stop: asyncio.Event) -> bool:
    """Makes Telegram know us: our name, our menu, how updates come. Tries until it works; False when stopped before."""
    pause = config.retry_seconds
    while not stop.is_set():
        try:
            await bot.initialize()
            await _set_menu(bot)
            if config.webhook_url:
                await bot.set_webhook(config.webhook_url, secret_token=config.webhook_secret, allowed_updates=updates.KINDS)
            else:
                await bot.delete_webhook()
            return True
        except InvalidToken:
            raise SettingsError("TELEGRAM_TOKEN: Telegram does not know this token (or TELEGRAM_API_URL is wrong)") from None
        except TelegramError as error:
            log.warning("Telegram cannot be reached: %s", type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except asyncio.TimeoutError:
            pause = min(LONGEST_WAIT, 2 * pause)
    return False


async def _set_menu(bot: calls.Bot) -> None:
    """The commands as Telegram shows them: Chinese by default, English to those whose Telegram is English."""
    book = law.load()
    for code, language in ((None, "zh"), *((one, one) for one in languages.known() if len(one) == 2)):  # Telegram takes no longer codes
        menu = [BotCommand(name, book.text(f"gateway.command_{name}", language)) for name in commands.MENU]
        await bot.set_my_commands(menu, language_code=code)


async def _serve(receiver: Receiver, config: Config, stop: asyncio.Event) -> None:
    """The webhook's web server. TLS and the public address belong to the proxy in front of it."""
    app = receiver.webhook(urlsplit(config.webhook_url).path, config.webhook_secret)
    server = uvicorn.Server(uvicorn.Config(app, host=config.webhook_host, port=config.webhook_port, access_log=False, log_config=None,
                                           lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopped.cancel()
    await serving
    stop.set()  # the server may have seen the signal first


async def _begin_anew(record: Record, stop: asyncio.Event, retry_seconds: float) -> None:
    """What waited for its next try in an earlier process is due."""
    while not stop.is_set():
        try:
            await record.write(inbox.end_waits, CHANNEL)
            await record.write(sending.end_waits, CHANNEL)
            return
        except Exception as error:
            log.error("the record cannot be used: %s", type(error).__name__)
            await asyncio.sleep(retry_seconds)


async def _beat(config: Config, receiver: Receiver) -> None:
    ever_up = False
    while True:
        ever_up = ever_up or receiver.reachable
        try:
            heartbeat.beat(config.alive_file, "up" if receiver.reachable else "down" if ever_up else "starting")
        except OSError as error:  # a full disk; what is late is taken for dead
            log.error("no sign of life: %s", type(error).__name__)
        await asyncio.sleep(heartbeat.BEAT_SECONDS if receiver.reachable else 1)


async def _tidy(record: Record) -> None:
    while True:
        try:
            await record.write(inbox.purge, CHANNEL, KEEP_DAYS)
            await record.write(sending.purge, CHANNEL, SENT_DAYS)
            await record.write(answers.purge, ANSWER_HOURS)
        except Exception as error:
            log.error("cannot tidy the inbox: %s", type(error).__name__)
        await asyncio.sleep(TIDY_SECONDS)
