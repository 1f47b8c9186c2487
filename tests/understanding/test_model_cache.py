"""What was learned is kept by what it was learned from, and is learned once for `parse` and for Rasa."""
from dataclasses import replace

import pytest

from bot import model_cache
from bot.understanding import examples


def as_rasa_tells_them(given: list[examples.Example]) -> list[examples.Example]:
    """Each once, in another order, without the folder they come from."""
    return list(reversed([replace(example, language="zh") for example in dict.fromkeys(given)]))


def test_rasa_takes_what_parse_has_learned(monkeypatch):
    told, model = examples.read(), model_cache.understanding()
    monkeypatch.setattr(examples, "read", lambda: told)
    monkeypatch.setattr(model_cache, "understanding", lambda progress=None: model)
    assert model_cache.learned(as_rasa_tells_them(told)) is model


def test_other_examples_are_learned_for_themselves():
    told = examples.read()
    few = [example for intent in ("affirm", "no_contract", "wage_arrears") for example in told if example.intent == intent][::20]
    model = model_cache.learned(few)
    assert model.names == ["affirm", "no_contract", "wage_arrears"] and model.predict("老板拖欠工资不发").intent == "wage_arrears"


@pytest.mark.parametrize("change", ["data", "library"])
def test_a_change_of_the_data_or_of_a_library_asks_for_another_model(change, monkeypatch, tmp_path):
    (tmp_path / "nlu.yml").write_text("nlu: []\n")
    before = model_cache.fingerprint(("nlu.yml",), tmp_path)
    assert model_cache.fingerprint(("nlu.yml",), tmp_path) == before
    if change == "data":
        (tmp_path / "nlu.yml").write_text("nlu: [{}]\n")
    else:
        monkeypatch.setattr(model_cache, "version", lambda name: "another")
    assert model_cache.fingerprint(("nlu.yml",), tmp_path) != before
