"""What the code of a poster says: t.me/<bot>?start=p520281 or p520281-u7. Telegram allows 64 characters of A-Z a-z 0-9 _ -."""
import re
from dataclasses import dataclass

from bot.law import places

CODE = re.compile(r"p(\d{6})(?:-u([A-Za-z0-9]{1,24}))?\Z")
MARK = re.compile(r"[A-Za-z0-9]{1,24}\Z")


@dataclass(frozen=True)
class Origin:
    """Where a worker scanned the poster: the place, and the mark of the union or site that put it up (None: not said)."""

    adcode: str
    union: str | None = None


def payload(origin: Origin) -> str:
    """The code for /start. Raises ValueError naming what cannot be used."""
    if places.get(origin.adcode) is None:
        raise ValueError(f"--adcode: {origin.adcode} is no code of a place")
    if origin.union is not None and not MARK.match(origin.union):
        raise ValueError("--union: 1 to 24 letters and digits without accents")
    return f"p{origin.adcode}" + (f"-u{origin.union}" if origin.union else "")


def read(payload: object) -> Origin | None:
    """The origin in the code of /start; None for a code that is none of ours or names no place we know."""
    found = CODE.match(payload) if isinstance(payload, str) else None
    return Origin(found[1], found[2]) if found and places.get(found[1]) else None
