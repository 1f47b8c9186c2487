"""Rasa's own test of the dialogue: the rules carry the stories beside this file. Its validation of the data runs in
tests/desk/test_desk_unanswered.py, together with what the desk adds to them."""
import os
import subprocess
import sys

from bot import model_cache, setup
from bot.settings import ROOT


def rasa(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "rasa", *arguments], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"})


def test_the_rules_carry_every_story(tmp_path):
    assert setup.train() == 0
    done = rasa("test", "core", "--model", str(model_cache.rasa_model_path()), "--stories", "tests/stories",
                "--fail-on-prediction-errors", "--no-plot", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr[-2000:]
