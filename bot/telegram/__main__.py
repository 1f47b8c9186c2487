"""`python -m bot.telegram`: runs the gateway until SIGTERM or Ctrl-C. `LOG_LEVEL` (default INFO) sets how much it tells.

Exit status 2: a setting is missing or wrong, with one line that names it.
"""
import asyncio
import logging
import signal
import sys

from filelock import FileLock, Timeout

from bot import logs
from bot.cases import store
from bot.settings import SettingsError
from bot.telegram import config, gateway, heartbeat

log = logging.getLogger("bot.telegram")


def main() -> int:
    try:
        settings = config.read()
        logs.configure(settings.token)
        with FileLock(settings.alive_file.with_suffix(".lock"), timeout=0):
            heartbeat.beat(settings.alive_file, "starting")
            store.migrate()
            asyncio.run(_until_told(settings))
    except Timeout:
        print("another gateway runs on this machine: two of them would send everything twice", file=sys.stderr)
        return 1
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:
        log.critical("the gateway stopped: %s", type(error).__name__)
        return 1
    return 0


async def _until_told(settings: config.Config) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await gateway.run(settings, stop)


if __name__ == "__main__":
    sys.exit(main())
