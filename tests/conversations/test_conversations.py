"""Every conversation in the YAML files of this folder: what the worker says, what must come back, and what the record holds at the end.

    - name: a promise in a sentence
      today: 2021-06-20
      language: zh                     # of the worker's Telegram; the words decide
      steps:
        - user: words, or {repeat: "x", times: 10000}
          bot: [parts of the replies]  # each must be there
          not: [parts that must not]
          buttons: [titles under the replies]
        - press: title of a button shown before
        - keep_pressing: title         # until the first part of `bot` comes, at most eight times
        - again: true                  # the last message is delivered a second time
        - lose_tracker: true
        - day: 2021-06-25              # the next messages come on that day
        - payload: /inform{"x":1}      # typed by hand
      case: {facts, deadlines, routes, deflections, contacts, for_hotline, …}  # as in talk.Talk.record()
      stored_nowhere: [words that no table may hold]
"""
from pathlib import Path

import pytest
import yaml

from tests.conversations.talk import holds

FOLDER = Path(__file__).parent
MOST_QUESTIONS = 4  # that the people of the seeds are asked, beyond what they tell themselves
EVERY = [pytest.param(one, path.stem.startswith("people"), id=f"{path.stem}: {one['name']}")
         for path in sorted(FOLDER.glob("*.yml")) for one in yaml.safe_load(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("told", "of_a_seed"), EVERY)
def test_conversation(told, of_a_seed, talk, monkeypatch):
    one = talk(str(told["today"]), told.get("language"))
    last = ""
    for step in told["steps"]:
        if step.get("lose_tracker"):
            one.loses_tracker()
            continue
        if "day" in step:
            monkeypatch.setenv("BOT_TODAY", str(step["day"]))
            continue
        if "press" in step:
            replies = one.presses(step["press"])
        elif "keep_pressing" in step:
            replies = keep_pressing(one, step["keep_pressing"], str(step["bot"][0]))
        elif step.get("again"):
            replies = one.says(last, again=True)
        else:
            last = words(step)
            replies = one.says(last)
        for part in step.get("bot", []):
            assert str(part) in replies, one.failed(f"missing in the replies: {part!r}")
        for part in step.get("not", []):
            assert str(part) not in replies, one.failed(f"must not be in the replies: {part!r}")
        for title in step.get("buttons", []):
            assert title in one.fresh, one.failed(f"no button {title!r}")
        assert replies or step.get("again"), one.failed("no answer")
    record = one.record()
    assert not of_a_seed or record["questions"] <= MOST_QUESTIONS, one.failed("too many questions")
    for key, wanted in told.get("case", {}).items():
        wrong = differences(record[key], wanted)
        assert not wrong, one.failed(f"record, {key}: {wrong}\nwhole: {record[key]}")
    for part in told.get("stored_nowhere", []):
        assert not holds(one.everything_stored(), part), one.failed(f"stored: {part!r}")


def keep_pressing(one, title: str, until: str) -> str:
    for _ in range(8):
        replies = one.presses(title)
        if until in replies:
            break
    return replies


def words(step: dict) -> str:
    said = step.get("payload", step.get("user"))
    return said["repeat"] * said["times"] if isinstance(said, dict) else said


def differences(have, wanted) -> str:
    """What differs. Dicts are compared by the keys wanted (null: absent); a list may be told by its `first`, by `some`, by `none`."""
    if isinstance(wanted, dict) and isinstance(have, list):
        if "first" in wanted:
            return "" if have[:len(wanted["first"])] == wanted["first"] else f"wanted first {wanted['first']}"
        missing = [part for part in wanted.get("some", []) if part not in have]
        extra = [part for part in wanted.get("none", []) if any(part in one for one in have)]
        return f"missing {missing}, must not be {extra}" if missing or extra else ""
    if isinstance(wanted, dict):
        wrong = {key: have.get(key) for key, value in wanted.items() if plain(have.get(key)) != plain(value)}
        return f"differs {wrong}" if wrong else ""
    return "" if have == wanted else f"wanted {wanted}"


def plain(value):
    """YAML reads dates as dates; the record holds text."""
    return value.isoformat() if hasattr(value, "isoformat") else value
