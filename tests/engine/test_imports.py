"""Rasa is imported without what this bot does not use; where the configuration names it, it is there."""
import subprocess
import sys

import pytest
import yaml

from bot.engine import imports
from bot.settings import ROOT

LEAN = """
from bot.engine import imports
assert imports.leave_out() and imports.leave_out()
import sys
import rasa.core.agent
from rasa.core.policies.ted_policy import TEDPolicy
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
assert sum(isinstance(finder, imports.Finder) for finder in sys.meta_path) == 1
assert not {"tensorflow", "matplotlib.pyplot", "boto3.session", "keras"} & {*sys.modules}
class Further(DIETClassifier): pass
for left_out in (TEDPolicy, DIETClassifier, Further):
    try:
        left_out({})
    except ImportError as error:
        assert "bot/engine/imports.py" in str(error)
    else:
        raise AssertionError(left_out)
"""


def test_what_is_left_out_can_be_inherited_from_but_not_made():
    done = subprocess.run([sys.executable, "-c", LEAN], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("part,entry", [("pipeline", {"name": "DIETClassifier"}), ("policies", {"name": "TEDPolicy"})])
def test_a_configuration_that_needs_tensorflow_gets_it(part, entry, tmp_path, monkeypatch):
    config = yaml.safe_load((ROOT / "config.yml").read_text())
    config[part].append(entry)
    (tmp_path / "config.yml").write_text(yaml.safe_dump(config))
    (tmp_path / "credentials.yml").write_text((ROOT / "credentials.yml").read_text())
    before = list(sys.meta_path)
    monkeypatch.setattr(imports, "ROOT", tmp_path)
    assert imports.leave_out() is False and sys.meta_path == before
