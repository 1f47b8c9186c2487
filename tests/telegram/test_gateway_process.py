"""The gateway as a process: its logs, its start, its sign of life."""
import os
from pathlib import Path

import pytest

from bot.telegram import heartbeat
from tests.telegram.bot_api_double import until


def test_the_log_at_debug_holds_no_token_no_text_and_no_chat(double, rasa, launch, settled):
    process = launch(LOG_LEVEL="DEBUG")
    worker = double.user(987654321)
    double.fail_next("sendMessage", 429, retry_after=1)
    for status in (500, "close"):
        double.fail_next("sendMessage", status)
        double.fail_next("getUpdates", status)
    rasa.failing["说不得的事"] = 500
    rasa.answers["工资"] = [{"text": "秘密的回答", "buttons": [{"title": "私下的按钮", "payload": "/affirm"}]}]
    worker.says("工资")
    worker.waits_for(1)
    worker.presses("私下的按钮")
    worker.waits_for(2)
    worker.says("说不得的事")
    until(lambda: "说不得的事" in rasa.messages())
    double.stop()
    until(lambda: "no updates" in process.output)
    double.start()
    assert process.terminate() == 0
    log = process.output
    assert "Telegram gateway up" in log
    for secret in (double.token, double.token.split(":")[1], "工资", "秘密的回答", "私下的按钮", "说不得的事", "987654321", "Traceback"):
        assert secret not in log


@pytest.mark.parametrize("token", ["424242:wrong"])
def test_a_wrong_token_is_one_clear_line(double, rasa, launch, token):
    process = launch(TELEGRAM_TOKEN=token)
    assert process.wait() == 2
    lines = process.output.splitlines()
    assert lines[-1].startswith("TELEGRAM_TOKEN:") and "Traceback" not in process.output and token not in process.output


def test_without_a_token_it_says_so(launch):
    process = launch(TELEGRAM_TOKEN="")
    assert process.wait() == 2
    assert process.output.startswith("TELEGRAM_TOKEN:")


def test_the_sign_of_life_follows_telegram_and_goes_when_the_gateway_stops(double, rasa, launch, environment):
    file = Path(environment["TELEGRAM_ALIVE_FILE"])
    process = launch()
    until(lambda: heartbeat.state(file, has_token=True) == "up")
    double.stop()
    until(lambda: heartbeat.state(file, has_token=True) == "down")
    double.start()
    until(lambda: heartbeat.state(file, has_token=True) == "up")
    process.terminate()
    assert heartbeat.state(file, has_token=True) == "down"
    assert heartbeat.state(file, has_token=False) == "off"


def test_a_gateway_that_cannot_reach_telegram_yet_is_starting(double, rasa, launch, environment):
    double.stop()
    file = Path(environment["TELEGRAM_ALIVE_FILE"])
    launch()
    until(lambda: heartbeat.state(file, has_token=True) == "starting")
    double.start()
    until(lambda: heartbeat.state(file, has_token=True) == "up")


def test_a_killed_gateway_is_soon_seen_to_be_down(tmp_path):
    file = tmp_path / "telegram.alive"
    heartbeat.beat(file, "up")
    assert heartbeat.state(file, has_token=True) == "up"
    long_ago = file.stat().st_mtime - 2 * heartbeat.STALE_SECONDS
    os.utime(file, (long_ago, long_ago))
    assert heartbeat.state(file, has_token=True) == "down"
