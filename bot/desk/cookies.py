"""The desk's cookies: hidden from scripts, not sent along from other sites, and over https bound to this host alone (`__Host-`)."""
from starlette.requests import Request
from starlette.responses import Response

from bot import settings


def secure(request: Request) -> bool:
    """Whether people reach the desk over https."""
    return request.url.scheme == "https" or (settings.read().desk_public_url or "").startswith("https:")


def read(request: Request, name: str) -> str | None:
    return request.cookies.get(_name(request, name))


def keep(response: Response, request: Request, name: str, value: str, seconds: int | None) -> None:
    """Sets a cookie for so many seconds; None: until the browser is closed."""
    response.set_cookie(_name(request, name), value, max_age=seconds, httponly=True, samesite="lax", secure=secure(request), path="/")


def drop(response: Response, request: Request, name: str) -> None:
    response.delete_cookie(_name(request, name), httponly=True, samesite="lax", secure=secure(request), path="/")


def _name(request: Request, name: str) -> str:
    return f"__Host-{name}" if secure(request) else name
