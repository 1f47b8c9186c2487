"""Words somebody looks for, as they stand in an address: sealed, because browsers, proxies and their logs keep addresses.

A search is sent as a form and answered with such an address, which can be kept, turned page by page and reloaded.
"""
from base64 import urlsafe_b64decode, urlsafe_b64encode

from bot.cases import crypto

LONGEST = 60


def into_address(fields: dict[str, str], page: str) -> dict[str, str]:
    """The fields of an address of a page; what stands under "search" is sealed for it."""
    words = fields.get("search")
    return fields | {"search": urlsafe_b64encode(crypto.hide(words, f"search:{page}")).decode()} if words else fields


def from_address(sealed: str, page: str) -> str:
    """The words again; "" for what was not sealed here for this page."""
    try:
        return crypto.unhide(urlsafe_b64decode(sealed.encode()), f"search:{page}") or ""
    except ValueError:  # no base64
        return ""


def typed(words: str) -> str:
    """What a form brought, as it is looked for."""
    return words.replace("\x00", "")[:LONGEST]
