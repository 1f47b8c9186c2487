"""The lean engine says what plain Rasa says, word for word and button for button."""
import json
import os
import subprocess
import sys

import pytest

from bot import model_cache, setup
from bot.cases.crypto import new_key
from bot.settings import ROOT

DIALOGUES = [
    # told at once, confirmed, asked beside the form, turned away, passed on
    ["你好", "我在贵州盘州工地做木工，没签合同，两个包工头欠我61800块，2025年3月1号开始干的", "/affirm", "/affirm", "2026年6月30号停的工",
     "为什么要问这个", "包工头招的", "不知道", "/ask_deadlines", "打了盘州总工会，说我不是会员，不管", '/hand_over{"yes": true}', "谢谢"],
    # English, a correction, gibberish, a change of language, the end
    ["hello", "/affirm", "My boss owes me three months of wages in Shenzhen", "no, two months", "asdf qwer", "/change_language", "/stop",
     "/forget"],
    # not about work; danger before consent
    ["我老公打我，我想离婚", "/deny", "我们被关在工地不让走", "/restart"],
]


def played(side: str, folder) -> list:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / side}.db", "BOT_SECRET_KEYS": new_key(), "BOT_TODAY": "2026-11-22",
                   "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}
    for name in ("ACTION_URL", "REDIS_URL"):
        environment.pop(name, None)
    done = subprocess.run([sys.executable, "-m", "tests.engine.play", side, str(model_cache.rasa_model_path())], cwd=ROOT, text=True,
                          env=environment, input=json.dumps(DIALOGUES), capture_output=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def model():
    assert setup.main() == 0


def test_every_dialogue_is_answered_as_plain_rasa_answers_it(model, tmp_path):
    plain, house = played("plain", tmp_path), played("house", tmp_path)
    assert len(plain) == sum(map(len, DIALOGUES)) and any(replies for _, replies in plain)
    for one, other in zip(plain, house):
        assert one == other
