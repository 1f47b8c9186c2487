"""Logs that hold no token, no text and no chat.

python-telegram-bot writes texts and chats at DEBUG (and whole answers when it cannot read them), httpx writes the address
with the token at INFO: both are kept silent, and what the gateway itself writes are row numbers and the names of errors.
"""
import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
SILENT = ("telegram", "httpx", "httpcore", "httpx2", "sqlalchemy", "alembic", "multipart", "hpack", "aiosqlite")


class Redacting(logging.Formatter):
    """Writes <token> where the token would stand, whoever logs it; tracebacks are left out, for they quote what failed."""

    def __init__(self, token: str):
        super().__init__(FORMAT)
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace(self._token, "<token>")

    def formatException(self, ei) -> str:
        return ei[0].__name__ if ei and ei[0] else ""


def configure(token: str, level: str) -> None:
    """Sends every log line through Redacting to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(token))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
