"""Buttons carry short keys, are answered always, disappear when used, and count once."""
from bot.cases.model import Button, Message
from tests.telegram.bot_api_double import until
from tests.telegram.test_gateway_messages import consent

ASK = [{"text": "对吗？", "buttons": [{"title": "对", "payload": "/affirm"}, {"title": "要改", "payload": "/deny"}]}]
DATED = '/inform{"ended_on": "2026-01-01"}'


def asked(double, rasa, chat_id=7001):
    rasa.answers["工资"] = ASK
    worker = double.user(chat_id)
    worker.says("工资")
    return worker, worker.waits_for(1)[0]


def test_a_pressed_button_sends_its_payload_and_logs_its_title(double, rasa, running, rows):
    consent(double.user(7001))
    worker, question = asked(double, rasa)
    worker.presses("对")
    assert worker.waits_for(2)[1].text == "echo: /affirm"
    assert [row.text for row in rows(Message) if row.speaker == "worker"] == ["工资", "对"]


def test_a_press_is_answered_and_its_keyboard_removed(double, rasa, running):
    worker, question = asked(double, rasa)
    assert question.rows == [["对", "要改"]]
    worker.presses("对")
    until(lambda: not question.keyboard)
    until(lambda: double.calls("answerCallbackQuery"))
    assert double.calls("answerCallbackQuery")[0]["callback_query_id"] == "query-1"


def test_a_press_is_answered_even_while_the_chat_waits_for_rasa(double, rasa, running):
    worker, question = asked(double, rasa)
    rasa.gate.clear()
    worker.says("还有")
    worker.presses("对")
    until(lambda: double.calls("answerCallbackQuery"))
    assert "/affirm" not in rasa.messages()
    rasa.gate.set()
    until(lambda: "/affirm" in rasa.messages())


def test_a_payload_longer_than_telegrams_64_bytes_arrives_whole(double, rasa, running):
    payload = '/inform{"employer": "' + "贵州某某建筑劳务有限公司" * 6 + '"}'
    rasa.answers["工资"] = [{"text": "哪家？", "buttons": [{"title": "这家", "payload": payload}]}]
    worker = double.user(7001)
    worker.says("工资")
    worker.waits_for(1)
    worker.presses("这家")
    assert worker.waits_for(2)[1].text == f"echo: {payload}"


def test_pressing_twice_or_pressing_two_buttons_of_one_question_counts_once(double, rasa, running, settled):
    worker, question = asked(double, rasa)
    rasa.gate.clear()
    shown = [dict(row) for row in question.keyboard[0]]
    for button in (shown[0], shown[0], shown[1]):
        worker.presses_data(button["callback_data"], question.message_id)
    rasa.gate.set()
    worker.waits_for(2)
    settled()
    assert rasa.messages() == ["工资", "/affirm"]
    until(lambda: len(double.calls("answerCallbackQuery")) == 3)


def test_an_unknown_button_is_answered_politely_in_the_workers_language(double, rasa, running, settled):
    worker = double.user(7001, "en")
    worker.presses_data("from-another-life", 99)
    until(lambda: double.calls("answerCallbackQuery"))
    assert "type" in double.calls("answerCallbackQuery")[0]["text"]
    settled()
    assert rasa.asked == []


def test_nobody_can_press_the_button_of_somebody_else(double, rasa, running, settled):
    worker, question = asked(double, rasa)
    thief = double.user(7002)
    thief.presses_data(question.keyboard[0][0]["callback_data"], question.message_id)
    until(lambda: double.calls("answerCallbackQuery"))
    settled()
    assert rasa.messages() == ["工资"]


def test_a_repeated_try_shows_the_same_buttons_and_makes_no_new_ones(double, rasa, running, rows):
    double.fail_next("sendMessage", 500)
    worker, question = asked(double, rasa)
    assert len(rows(Button)) == 2
    worker.presses("要改")
    assert worker.waits_for(2)[1].text == "echo: /deny"


def test_a_keyboard_telegram_refuses_does_not_cost_the_message(double, rasa, running):
    double.fail_next("sendMessage", 400, description="Bad Request: can't parse reply keyboard markup JSON object")
    worker, question = asked(double, rasa)
    assert (question.text, question.buttons) == ("对吗？", [])


def test_two_short_buttons_share_a_row_and_a_long_one_has_its_own(double, rasa, running):
    titles = ["工会", "仲裁", "帮我写一份劳动仲裁申请书", "提醒我", "找真人"]
    rasa.answers["工资"] = [{"text": "？", "buttons": [{"title": title, "payload": "/affirm"} for title in titles]}]
    worker = double.user(7001)
    worker.says("工资")
    assert worker.waits_for(1)[0].rows == [["工会", "仲裁"], ["帮我写一份劳动仲裁申请书"], ["提醒我", "找真人"]]
