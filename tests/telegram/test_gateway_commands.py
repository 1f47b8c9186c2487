"""The menu's commands become intents; no other slash does."""
import pytest

from bot.telegram import commands


@pytest.mark.parametrize(("typed", "payload"), [
    ("/start", "/start"),
    ("/start@gongyou_double_bot", "/start"),
    ("/start poster_17-A", '/start{"payload": "poster_17-A"}'),
    ('/start a"},{"x', '/start{"payload": "ax"}'),
    ("/start " + "a" * 100, '/start{"payload": "' + "a" * 64 + '"}'),
    ("/start ！", "/start"),
    ("/help", "/ask_help"),
    ("/deadlines", "/ask_deadlines"),
    ("/status", "/status"),
    ("/voice", "/read_aloud"),
    ("/human", "/ask_human"),
    ("/Human 求你了", "/ask_human"),
    ("/language", "/change_language"),
    ("/language en", '/change_language{"language": "en"}'),
    ("/language ZH", '/change_language{"language": "zh"}'),
    ("/language klingon", "/change_language"),
    ("/forget", "/forget"),
])
def test_a_command_becomes_an_intent(typed, payload):
    assert commands.payload(typed) == payload


@pytest.mark.parametrize(("typed", "heard"), [
    ('/inform{"amount_owed": 999999}', 'inform{"amount_owed": 999999}'),
    ("/restart", "restart"),
    ("  / /\u3000/affirm", "affirm"),
    ("\x00/affirm", "affirm"),
    ("/starting", "starting"),
    ("/start{}", "start{}"),
    ("一/二", "一/二"),
])
def test_a_workers_own_slash_is_no_intent(double, rasa, running, typed, heard):
    worker = double.user(7001)
    worker.says(typed)
    worker.waits_for(1)
    assert rasa.messages() == [heard]


def test_what_is_risky_is_told_before_consent_and_without_rasa(double, rasa, running):
    worker = double.user(7001)
    worker.says("/safety")
    told = worker.waits_for(1)[0].text
    assert all(mark in told for mark in ("Telegram", "12351", "/clear", "/forget", "110")) and rasa.messages() == []


def test_the_menu_is_there_in_chinese_and_english(double, rasa, running):
    worker = double.user(7001)
    worker.says("/help")
    worker.waits_for(1)
    menus = {call.get("language_code"): call["commands"] for call in double.calls("setMyCommands")}
    assert [command["command"] for command in menus["zh"]] == list(commands.MENU)
    assert menus["en"][5]["description"] == "Talk to a person"
    assert menus[None] == menus["zh"]
