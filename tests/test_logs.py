"""What the parts log, at any level: rows and kinds of errors, never words, tokens or keys."""
import io
import logging
import re
import subprocess
import sys

import pytest

from bot import logs

WORDS, TOKEN = "老板王大拿欠我7654块", "424242:token"


@pytest.fixture
def written(monkeypatch):
    """Everything written after `logs.configure` at DEBUG, as text."""
    before = logging.getLogger().handlers[:], logging.getLogger().level, logging.lastResort
    hooks = sys.excepthook, sys.unraisablehook
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("LOG_LEVEL", "debug")
    logs.configure(TOKEN)
    yield lambda: stream.getvalue()
    logging.getLogger().handlers[:], logging.lastResort = before[0], before[2]
    logging.getLogger().setLevel(before[1])
    sys.excepthook, sys.unraisablehook = hooks


def test_of_a_librarys_line_only_its_place_and_the_kind_of_error_are_written(written):
    for name in ("rasa.core.processor", "httpx", "sanic.error", "asyncio", "uvicorn.error", "telegram.ext"):
        try:
            raise ValueError(WORDS)
        except ValueError:
            logging.getLogger(name).error(f"failed on {WORDS}", exc_info=True)
    assert WORDS not in written() and "Traceback" not in written()
    assert written().count("line ") == 6 == written().count("ValueError") and "rasa.core.processor" in written()


def test_libraries_are_silent_below_a_warning_also_when_all_is_asked_for(written):
    logging.getLogger("rasa").debug(WORDS), logging.getLogger("httpx").info(TOKEN)
    logging.getLogger("bot.telegram").debug("row %d", 7)
    assert written().splitlines() == [line for line in written().splitlines() if "row 7" in line]


def test_a_token_is_masked_and_a_line_stays_one_line(written):
    logging.getLogger("bot.x").error("cannot reach %s\nroot INFO forged: %s", TOKEN, "all well")
    assert "<token>" in written() and TOKEN not in written() and len(written().splitlines()) == 1


def test_a_line_tells_the_zone_of_its_time(written):
    logging.getLogger("bot.x").info("row 1")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} INFO bot.x: row 1\n", written())


def test_our_own_errors_are_written_without_what_failed(written):
    try:
        raise KeyError(WORDS)
    except KeyError:
        logging.getLogger("bot.x").exception("row %d", 3)
    assert "row 3" in written() and "KeyError" in written() and WORDS not in written()


def test_what_nobody_catches_is_told_by_its_kind_and_place_only():
    program = ("import threading\nfrom bot import logs\nlogs.configure()\ndef fail(): raise ValueError('word-of-a-worker')\n"
               "thread = threading.Thread(target=fail); thread.start(); thread.join()\nfail()\n")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("ValueError in <string>:4") == 2 and "word-of-a-worker" not in done.stderr
