"""Personal data is stored encrypted (AES-CBC + HMAC through Fernet), and people are found by a keyed hash."""
import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from bot import settings


def new_key() -> str:
    """A fresh key for `BOT_SECRET_KEYS`."""
    return Fernet.generate_key().decode()


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise settings.SettingsError("BOT_SECRET_KEYS: a key is not 32 url-safe base64 bytes; `make setup` makes one") from None


def encrypt(text: str) -> bytes:
    return _box(tuple(settings.secret_keys())).encrypt(text.encode())


def decrypt(data: bytes) -> str:
    """The text again. Raises SettingsError when none of the keys fits."""
    try:
        return _box(tuple(settings.secret_keys())).decrypt(data).decode()
    except InvalidToken:
        raise settings.SettingsError("BOT_SECRET_KEYS: none of the keys opens this database") from None


def keyed_hash(key: str, *parts: str) -> str:
    """128 bits of HMAC-SHA-256 in hex: the same person gives the same value, and without the key nobody can tell who."""
    return hmac.new(key.encode(), "\x00".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def new_hash_key() -> str:
    return urlsafe_b64encode(Fernet.generate_key()).decode()


class Encrypted(TypeDecorator):
    """A column that holds any JSON value, encrypted; None stays NULL."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value, dialect):
        return None if value is None else json.loads(decrypt(value))
