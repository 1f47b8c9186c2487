"""How the desk is served: limits on time and connections, and whose word about a visitor's address is taken."""
import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot import settings

HEAD_SECONDS = 10  # in which the head of a request must be here; without this a connection that says nothing is held for ever
CONNECTIONS = 1000  # at once, open pages that listen for news included; more are told to come back later


class Hasty(HttpToolsProtocol):
    """A connection whose requests must begin and state their headers soon."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._waiting is None:
            self._wait()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


def options(now: settings.Settings) -> dict:
    """What uvicorn is started with, besides host and port.

    No access log: its lines carry case codes and people's addresses. X-Forwarded-For and -Proto count only from DESK_TRUSTED_PROXIES.
    """
    proxies = now.desk_trusted_proxies
    return {"http": Hasty, "ws": "none", "access_log": False, "server_header": False, "limit_concurrency": CONNECTIONS,
            "proxy_headers": bool(proxies), "forwarded_allow_ips": proxies or None}
