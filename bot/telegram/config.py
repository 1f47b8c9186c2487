"""What the gateway needs to know, from the environment (names in docs/settings.md)."""
import os
import re
from dataclasses import dataclass
from pathlib import Path

from bot import settings
from bot.settings import SettingsError

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")  # what Telegram allows as a webhook's secret_token


@dataclass(frozen=True)
class Config:
    """`retry_seconds` is the first wait after a fault; later ones double. `patience_seconds`: how long a worker waits unexplained."""

    token: str
    api_url: str
    proxy: str | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8443
    alive_file: Path = settings.VAR / "telegram.alive"
    messages_per_second: float = 30
    speech_to_text_url: str | None = None
    poll_seconds: int = 25
    at_once: int = 16
    retry_seconds: float = 1
    patience_seconds: float = 3


def read() -> Config:
    """The gateway's settings. Raises SettingsError when one is missing or malformed."""
    common = settings.read()
    if not common.telegram_token:
        raise SettingsError("TELEGRAM_TOKEN: not set; the bot's token from @BotFather")
    if common.telegram_webhook_url and not SECRET.match(common.telegram_webhook_secret or ""):
        raise SettingsError("TELEGRAM_WEBHOOK_SECRET: a webhook needs a secret of 1 to 256 letters, digits, _ or -")
    host, _, port = os.environ.get("TELEGRAM_WEBHOOK_LISTEN", "127.0.0.1:8443").rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError("TELEGRAM_WEBHOOK_LISTEN: not an address like 127.0.0.1:8443")
    try:
        rate = float(os.environ.get("TELEGRAM_MESSAGES_PER_SECOND", "30"))
    except ValueError:
        rate = -1
    if not 0 <= rate <= 1000:
        raise SettingsError("TELEGRAM_MESSAGES_PER_SECOND: not a number from 0 (no limit) to 1000")
    return Config(
        token=common.telegram_token, api_url=common.telegram_api_url, proxy=common.telegram_proxy,
        webhook_url=common.telegram_webhook_url, webhook_secret=common.telegram_webhook_secret,
        webhook_host=host, webhook_port=int(port), messages_per_second=rate, alive_file=alive_file(),
        speech_to_text_url=common.speech_to_text_url,
    )


def alive_file() -> Path:
    """Where the gateway's heartbeat is: `TELEGRAM_ALIVE_FILE`, or var/telegram.alive."""
    return Path(os.environ.get("TELEGRAM_ALIVE_FILE") or settings.VAR / "telegram.alive")
