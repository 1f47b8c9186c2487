"""Whether a request was meant for this desk: the host it names, and for what changes something the page it comes from."""
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from bot import settings

SAFE = ("GET", "HEAD", "OPTIONS")
OURS = ("same-origin", "none")  # Sec-Fetch-Site of our own pages, and of what a person typed
ANY_HOST = ("/health",)  # says nothing about people and changes nothing


def fault(scope: dict) -> int | None:
    """The status to refuse a request with; None when it may go on.

    A name that is not ours may be another site's that was made to lead here (DNS rebinding). An address in figures cannot be.
    """
    headers = Headers(scope=scope)
    if scope["path"] not in ANY_HOST and not _ours(headers.get("host", "")):
        return 421
    if scope["method"] in SAFE:
        return None
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return None if site in OURS else 403
    if origin in (None, "null"):
        return None  # an old browser, or no browser; the form's token decides
    public = settings.read().desk_public_url
    return None if urlsplit(origin).netloc in (headers.get("host"), public and urlsplit(public).netloc) else 403


def _ours(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    now = settings.read()
    if name in ("localhost", now.desk_host.lower(), urlsplit(now.desk_public_url or "").hostname):
        return True
    try:
        return bool(ip_address(name))
    except ValueError:
        return False
