"""Keys and ciphers. Each worker and each case has a data key of its own; the master keys of `BOT_SECRET_KEYS` only wrap those.

AES-256-GCM throughout. A ciphertext names its data key and is bound to its place (table, column, row): moved anywhere else,
or changed by a single bit, it does not open.
"""
import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot import settings

FORMAT = b"\x01"  # the first byte of a ciphertext; then 8 bytes that name its data key, 12 of nonce, the rest with its tag
NONCE = 12
BLOCK = 32  # plain texts are filled up to a multiple of so many bytes: their length must not tell true from false


class Forged(ValueError):
    """A ciphertext that is not what was once written in this place."""


def new_key() -> str:
    """A fresh master key for `BOT_SECRET_KEYS`."""
    return urlsafe_b64encode(os.urandom(32)).decode()


def new_hash_key() -> str:
    return new_key()


def newest_master() -> str:
    """The name of the master key that wraps from now on. Raises SettingsError when `BOT_SECRET_KEYS` cannot be used."""
    return next(iter(_masters(tuple(settings.secret_keys()))))


def wrap(key: bytes, key_id: int) -> tuple[str, bytes]:
    """A data key as it may be stored: the name of the newest master key, and the key wrapped with it for this number."""
    name, nonce = newest_master(), os.urandom(NONCE)
    return name, nonce + _masters(tuple(settings.secret_keys()))[name].encrypt(nonce, key, _number(key_id))


def unwrap(master: str, wrapped: bytes, key_id: int) -> bytes:
    """The data key again. Raises SettingsError when its master key is not among `BOT_SECRET_KEYS`, Forged when it was changed."""
    masters = _masters(tuple(settings.secret_keys()))
    if master not in masters:
        raise settings.SettingsError("BOT_SECRET_KEYS: none of the keys opens this database")
    try:
        return masters[master].decrypt(wrapped[:NONCE], wrapped[NONCE:], _number(key_id))
    except InvalidTag:
        raise Forged(f"data key {key_id} was changed") from None


def seal(box: AESGCM, key_id: int, place: bytes, text: str) -> bytes:
    """The ciphertext of a JSON text for its place, such as b"fact.value:…"; `box` holds the data key numbered `key_id`."""
    nonce, head, data = os.urandom(NONCE), FORMAT + _number(key_id), text.encode()
    return head + nonce + box.encrypt(nonce, data + b" " * (-len(data) % BLOCK), head + place)  # JSON bears blanks at its end


def unseal(box: AESGCM, place: bytes, data: bytes) -> str:
    """The text again. Raises Forged."""
    try:
        return box.decrypt(data[9:9 + NONCE], data[9 + NONCE:], data[:9] + place).decode().rstrip(" ")
    except (InvalidTag, ValueError):
        raise Forged(f"{place.partition(b':')[0].decode()}: not what was written there") from None


def hide(text: str, place: str) -> bytes:
    """A text for a place outside the record, such as a key of Redis, under a key made from the newest master key."""
    nonce = os.urandom(NONCE)
    return nonce + next(iter(_hiding(tuple(settings.secret_keys())))).encrypt(nonce, text.encode(), place.encode())


def unhide(data: bytes, place: str) -> str | None:
    """The text again; None when no master key opens it any more, or it was meant for another place."""
    for box in _hiding(tuple(settings.secret_keys())):
        try:
            return box.decrypt(data[:NONCE], data[NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    return None


def place(table: str, column: str, names: list) -> bytes:
    """Where a ciphertext belongs: `names` are the values that name the row, texts or bytes."""
    return f"{table}.{column}:".encode() + b"\x00".join(name if isinstance(name, bytes) else str(name).encode() for name in names)


def key_named_in(data: bytes) -> int:
    """The number of the data key of a ciphertext. Raises Forged for what is none."""
    if data[:1] != FORMAT:
        raise Forged("not a ciphertext of this record")
    return int.from_bytes(data[1:9], "big")


def dumps(value) -> str:
    """JSON as it is sealed."""
    return json.dumps(value, ensure_ascii=False)


def keyed_hash(key: str, *parts: str) -> str:
    """128 bits of HMAC-SHA-256 in hex: the same person gives the same value, and without the key nobody can tell who."""
    return hmac.new(key.encode(), "\x00".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def _number(key_id: int) -> bytes:
    return key_id.to_bytes(8, "big")


@lru_cache(maxsize=4)
def _masters(keys: tuple[str, ...]) -> dict[str, AESGCM]:
    """The master keys by name, the newest first. What wraps is derived from them, as they once encrypted texts themselves."""
    names = {hmac.new(raw, b"name of a master key", hashlib.sha256).hexdigest()[:16]: raw for raw in _raw(keys)}
    return {name: _derived(raw, b"wraps data keys") for name, raw in names.items()}


@lru_cache(maxsize=4)
def _hiding(keys: tuple[str, ...]) -> list[AESGCM]:
    """What hides texts outside the record, the newest first."""
    return [_derived(raw, b"hides what is kept for a while") for raw in _raw(keys)]


def _derived(raw: bytes, purpose: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, None, purpose).derive(raw))


def _raw(keys: tuple[str, ...]) -> list[bytes]:
    """The bytes of the master keys. Raises SettingsError."""
    found = []
    for key in keys:
        try:
            raw = urlsafe_b64decode(key.encode())
        except (NotBase64, ValueError):
            raw = b""
        if len(raw) != 32:
            raise settings.SettingsError("BOT_SECRET_KEYS: a key is not 32 url-safe base64 bytes; `make setup` makes one")
        found.append(raw)
    return found
