"""Logs that hold no word, no name, no number and no token of anybody, at whatever level.

Our own lines name rows and kinds of errors (a test reads them all while everything else runs). Libraries quote what people write, headers
and addresses with tokens in them: of their lines only where they come from is written, and the kind of error.
"""
import logging
import os
import sys
import threading
from pathlib import Path
from traceback import extract_tb

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
OURS = ("bot", "actions")  # roots of our own loggers
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Wordless(logging.Formatter):
    """Our own lines with <token> where a secret would stand, those of others as their place in the code; no traceback, for it quotes
    what failed."""

    def __init__(self, *secrets: str | None):
        super().__init__(FORMAT, "%Y-%m-%dT%H:%M:%S%z")
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        said = record if record.name.partition(".")[0] in OURS else _place(record)
        line = super().format(said)
        for secret in self._secrets:
            line = line.replace(secret, "<token>")
        return line.replace("\r", "\\r").replace("\n", "\\n")  # one line each, whatever is in it

    def formatException(self, ei) -> str:
        return ei[0].__name__ if ei and ei[0] else ""


def configure(*secrets: str | None) -> None:
    """Sends every line to standard error: ours from LOG_LEVEL (default INFO), those of libraries from WARNING, and what nobody caught.

    `secrets` are masked wherever they would stand."""
    chosen = os.environ.get("LOG_LEVEL", "").upper()
    handler = logging.StreamHandler()
    handler.setFormatter(Wordless(*secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.lastResort = handler  # for loggers that pass nothing on and have no handler
    for name in OURS:
        logging.getLogger(name).setLevel(chosen if chosen in LEVELS else "INFO")
    sys.excepthook = lambda kind, error, trace: _uncaught(kind, trace)
    sys.unraisablehook = lambda raised: _uncaught(raised.exc_type, raised.exc_traceback)
    threading.excepthook = lambda raised: _uncaught(raised.exc_type, raised.exc_traceback)


def _place(record: logging.LogRecord) -> logging.LogRecord:
    """A line as its place in the code."""
    bare = logging.makeLogRecord({**record.__dict__, "msg": "line %d of %s", "args": (record.lineno, record.filename)})
    bare.exc_text = bare.stack_info = None
    return bare


def _uncaught(kind: type[BaseException], trace) -> None:
    """What would else be written with the words it failed on."""
    if issubclass(kind, KeyboardInterrupt):
        return
    frames = extract_tb(trace)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    logging.getLogger("bot").critical("%s in %s", kind.__name__, where)
