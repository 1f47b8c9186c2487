"""`python -m bot.desk`: runs the desk on DESK_HOST:DESK_PORT until it is stopped."""
import sys

import uvicorn

from bot import logs, settings
from bot.cases import store
from bot.desk.app import build
from bot.desk.serving import options


def main() -> int:
    """0 after a normal stop, 2 with one clear line when a setting cannot be used."""
    logs.configure()
    try:
        now = settings.read()
        settings.secret_keys()
        store.migrate()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(build(), host=now.desk_host, port=now.desk_port, log_config=None, log_level="warning",
                timeout_graceful_shutdown=2, **options(now))  # seconds; open pages listen without an end
    return 0


if __name__ == "__main__":
    sys.exit(main())
