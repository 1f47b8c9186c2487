"""`python -m bot.desk` as people start it."""
import os
import subprocess
import sys
import time

import httpx

from bot.settings import ROOT
from tests.desk.scripted_rasa import free_port


def start(**environment) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "bot.desk"], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def test_it_answers_on_its_port_on_an_empty_database_and_logs_no_requests(database, tmp_path):
    port = str(free_port())
    process = start(DESK_PORT=port, DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
    try:
        while process.poll() is None:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/health", timeout=60)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        assert answer.json()["database"] == "up"
        assert httpx.get(f"http://127.0.0.1:{port}/cases/G-26-SECRT").status_code == 303
    finally:
        process.terminate()
        out, errors = process.communicate()
    assert "G-26-SECRT" not in out + errors and "Traceback" not in errors


def test_a_setting_that_cannot_be_used_gets_one_line(database):
    for setting in ({"DESK_PORT": "many"}, {"DATABASE_URL": "nonsense"}):
        process = start(**setting)
        out, errors = process.communicate()
        assert process.returncode == 2 and errors.count("\n") == 1 and errors.startswith(next(iter(setting)))
