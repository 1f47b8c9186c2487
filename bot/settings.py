"""Settings from the environment (names in docs/settings.md). Nothing secret has a default.

Keys made by `make setup` lie in `var/`; the environment wins over the files.
"""
import os
import shlex
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
ADDRESSES = {  # what each of them may begin with
    "RASA_URL": ("http", "https"), "ACTION_URL": ("http", "https"), "REDIS_URL": ("redis", "rediss"), "TELEGRAM_API_URL": ("https", "http"),
    "TELEGRAM_PROXY": ("socks5", "socks5h", "http", "https"), "TELEGRAM_WEBHOOK_URL": ("https", "http"),
    "SPEECH_TO_TEXT_URL": ("http", "https"), "DESK_PUBLIC_URL": ("https", "http"),
}
SECOND_FACTOR = ("optional", "admins", "everyone")
CHINA = ZoneInfo("Asia/Shanghai")


class SettingsError(Exception):
    """A setting is missing or malformed; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    database_url: str
    rasa_url: str
    action_url: str | None
    redis_url: str | None
    telegram_token: str | None
    telegram_api_url: str
    telegram_proxy: str | None
    telegram_webhook_url: str | None
    telegram_webhook_secret: str | None
    desk_host: str
    desk_port: int
    desk_public_url: str | None
    desk_trusted_proxies: list[str]
    desk_second_factor: str
    text_to_speech_command: str
    speech_to_text_url: str | None
    metrics_token: str | None


def read() -> Settings:
    """The settings in force now. Raises SettingsError for a value that cannot be used."""
    port = os.environ.get("DESK_PORT") or "8080"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(f"DESK_PORT: {port!r} is not a port number")
    command = os.environ.get("TEXT_TO_SPEECH_COMMAND") or "espeak-ng -v {voice} -s 150 --stdin --stdout"
    try:
        usable = bool(shlex.split(command))
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"TEXT_TO_SPEECH_COMMAND: {command!r} is not a command")
    for name, schemes in ADDRESSES.items():
        address = os.environ.get(name)
        if address and not (urlsplit(address).scheme in schemes and urlsplit(address).hostname):
            raise SettingsError(f"{name}: not an address like {schemes[0]}://host:port")
    return Settings(
        database_url=database_url(),
        rasa_url=(os.environ.get("RASA_URL") or "http://127.0.0.1:5005").rstrip("/"),
        action_url=os.environ.get("ACTION_URL") or None,
        redis_url=os.environ.get("REDIS_URL") or None,
        telegram_token=os.environ.get("TELEGRAM_TOKEN") or None,
        telegram_api_url=(os.environ.get("TELEGRAM_API_URL") or "https://api.telegram.org").rstrip("/"),
        telegram_proxy=os.environ.get("TELEGRAM_PROXY") or None,
        telegram_webhook_url=os.environ.get("TELEGRAM_WEBHOOK_URL") or None,
        telegram_webhook_secret=os.environ.get("TELEGRAM_WEBHOOK_SECRET") or None,
        desk_host=os.environ.get("DESK_HOST") or "127.0.0.1",
        desk_port=int(port),
        desk_public_url=(os.environ.get("DESK_PUBLIC_URL") or "").rstrip("/") or None,
        desk_trusted_proxies=_networks(os.environ.get("DESK_TRUSTED_PROXIES") or ""),
        desk_second_factor=_second_factor(),
        text_to_speech_command=command,
        speech_to_text_url=os.environ.get("SPEECH_TO_TEXT_URL") or None,
        metrics_token=os.environ.get("METRICS_TOKEN") or None,
    )


def database_url() -> str:
    """Where the record is, as `read().database_url`, without looking at the other settings."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'gongyou.db'}"


def _networks(text: str) -> list[str]:
    networks = [part.strip() for part in text.split(",") if part.strip()]
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise SettingsError(f"DESK_TRUSTED_PROXIES: {network!r} is no address or network like 10.0.0.2 or 10.0.0.0/24") from None
    return networks


def _second_factor() -> str:
    """Who needs one: as set; else admins, as soon as the desk can be reached from elsewhere."""
    chosen = os.environ.get("DESK_SECOND_FACTOR")
    if chosen and chosen not in SECOND_FACTOR:
        raise SettingsError(f"DESK_SECOND_FACTOR: {chosen!r} is not one of {', '.join(SECOND_FACTOR)}")
    here_only = not os.environ.get("DESK_PUBLIC_URL") and (os.environ.get("DESK_HOST") or "127.0.0.1") in ("127.0.0.1", "localhost", "::1")
    return chosen or ("optional" if here_only else "admins")


def secret_keys() -> list[str]:
    """Keys for personal data, newest first: `BOT_SECRET_KEYS`, or the file `make setup` wrote."""
    text = os.environ.get("BOT_SECRET_KEYS")
    if not text:
        try:
            text = (VAR / "secret_keys").read_text()
        except FileNotFoundError:
            raise SettingsError("BOT_SECRET_KEYS: no key for personal data; run `make setup`, or set it") from None
    keys = [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    if not keys:
        raise SettingsError("BOT_SECRET_KEYS: empty; run `make setup`, or set it")
    return keys


def parts_secret() -> str | None:
    """What the parts show each other: `PARTS_SECRET`, or the file `make setup` wrote; None without either."""
    try:
        return os.environ.get("PARTS_SECRET") or (VAR / "parts_secret").read_text().strip() or None
    except FileNotFoundError:
        return None


def now() -> datetime:
    """The moment in China; `BOT_TODAY` moves the day and keeps the hour."""
    moment = datetime.now(CHINA)
    fixed = os.environ.get("BOT_TODAY")
    return datetime.combine(_day(fixed), moment.time(), CHINA) if fixed else moment


def today() -> date:
    """Today in China, or `BOT_TODAY`."""
    return now().date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"BOT_TODAY: {text!r} is not a date like 2026-11-22") from None
