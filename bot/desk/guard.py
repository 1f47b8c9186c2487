"""What protects every page: headers, a limit on request bodies, errors without tracebacks."""
import asyncio
import logging
import time
from pathlib import Path
from traceback import extract_tb

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request

from bot.cases import store
from bot.desk import cookies, origin

LARGEST_BODY = 512 * 1024  # bytes; 20,000 characters written as \\uXXXX\\uXXXX pairs are 240,000
DRAINED = 8 * 1024 * 1024  # bytes that are read and thrown away before a body that is too large is refused
BODY_SECONDS = 30  # in which a body must be here
HSTS = "max-age=63072000; includeSubDomains"  # two years; sent only where people come over https
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                               "form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
logger = logging.getLogger(__name__)


class TooLarge(Exception):
    """The request's body is larger than LARGEST_BODY."""


class TooSlow(Exception):
    """The request's body did not arrive within BODY_SECONDS."""


class Guard:
    """ASGI middleware around the whole desk. `refuse(scope, status)` makes the page for a request that failed."""

    def __init__(self, app, refuse):
        self.app, self.refuse = app, refuse

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fault = origin.fault(scope)
        started, read = False, 0

        whole, until = False, time.monotonic() + BODY_SECONDS

        async def next_part():
            nonlocal whole
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.01, until - time.monotonic()))
            except asyncio.TimeoutError:
                raise TooSlow from None
            whole = not message.get("more_body")
            return message

        async def guarded_receive():
            nonlocal read
            message = await next_part()
            read += len(message.get("body", b""))
            if read <= LARGEST_BODY:
                return message
            while message.get("more_body") and read <= DRAINED:  # a client that is still sending would not read the answer
                message = await next_part()
                read += len(message.get("body", b""))
            raise TooLarge

        async def guarded_send(message):
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if cookies.secure(Request(scope)):
                    headers["Strict-Transport-Security"] = HSTS
                headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        try:
            if fault is not None:
                await self.refuse(scope, fault)(scope, receive, guarded_send)
                return
            await self.app(scope, guarded_receive, guarded_send)
        except ClientDisconnect:
            return
        except Exception as error:  # the last net: whatever went wrong, people see a page and the log no personal data
            status = 413 if isinstance(error, TooLarge) else 408 if isinstance(error, TooSlow) else 503 if store.away(error) else 500
            if status >= 500:
                logger.error("%s in %s", type(error).__name__, _where(error))
            if not started:
                await self.refuse(scope, status)(scope, receive, guarded_send)


def _where(error: BaseException) -> str:
    """The last line of our own code that an error came through."""
    frames = extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{Path(__file__).parents[1]}" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "unknown"
