"""`python -m bot.followup`: a round of follow-up every minute until SIGTERM or Ctrl-C. Several of these may run."""
import logging
import signal
import sys
import threading
import time

from bot import logs, settings
from bot.cases import log_counts, retention, store
from bot.followup import alert, send
from bot.followup.clock import Clock

EVERY = 60  # seconds
TIDY = 3600  # seconds between two looks for what is to be erased
COUNTED = 20  # rounds of counting the log (bot/cases/log_counts.py) that one round of follow-up makes at most
log = logging.getLogger("bot.followup")


def main() -> int:
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    logs.configure()
    try:
        settings.read()
        store.migrate()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    tidy_at, clock = 0.0, Clock()
    while True:
        if not clock.steady():
            log.warning("the clock has jumped: nothing is sent of the bot's own accord until it has been steady for a while")
            if stop.wait(EVERY):
                return 0
            continue
        try:
            sent, raised = send.round(), alert.round()
            if sent or raised:
                log.info("%d messages put into the outbox, %d alerts raised", sent, raised)
            if time.monotonic() >= tidy_at:
                tidy_at = time.monotonic() + TIDY
                erased = retention.round()
                if erased:
                    log.info("%d cases and workers closed or erased: their time was over", erased)
            log_counts.refresh(COUNTED)
        except Exception as error:  # the next round tries again; nothing is lost, what is due stays due
            log.error("a round failed: %s", type(error).__name__)
        if stop.wait(EVERY):
            return 0


if __name__ == "__main__":
    sys.exit(main())
