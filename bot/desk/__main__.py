"""`python -m bot.desk`: runs the desk on DESK_HOST:DESK_PORT until it is stopped."""
import logging
import sys

import uvicorn

from bot import settings
from bot.cases import store
from bot.desk.app import build
from bot.desk.serving import options


def main() -> int:
    """0 after a normal stop, 2 with one clear line when a setting cannot be used."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        now = settings.read()
        settings.secret_keys()
        store.migrate()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(build(), host=now.desk_host, port=now.desk_port, log_level="warning",
                timeout_graceful_shutdown=2, **options(now))  # seconds; open pages listen without an end
    return 0


if __name__ == "__main__":
    sys.exit(main())
