"""A message reaches Rasa once and its answer comes back once, in order, whatever Telegram does in between."""
from bot.cases import messages, store, workers
from bot.cases.model import Inbox, Message, Outbox, Worker
from tests.telegram.bot_api_double import until


def consent(user) -> None:
    with store.session() as session:
        worker = workers.arrive(session, "telegram", str(user.chat_id), "zh")
        worker.consented_at = worker.created_at


def test_a_message_is_answered(double, rasa, running):
    worker = double.user(7001)
    worker.says("老板欠我工资")
    assert [message.text for message in worker.waits_for(1)] == ["echo: 老板欠我工资"]


def test_rasa_learns_the_message_id_the_channel_and_the_language_but_not_who_writes(double, rasa, running):
    double.user(7001, "en-GB").says("hello")
    until(lambda: rasa.asked)
    asked = rasa.asked[0]
    assert asked["metadata"] == {"message_id": "telegram:880000001", "channel": "telegram", "language": "en"}
    assert asked["sender"].startswith("telegram-") and "7001" not in asked["sender"]


def test_an_update_delivered_twice_is_answered_once(double, rasa, running, settled):
    worker = double.user(7001)
    update = worker.says("工资")
    worker.waits_for(1)
    double.repeat(update)
    worker.says("第二句")
    worker.waits_for(2)
    settled()
    assert worker.texts() == ["echo: 工资", "echo: 第二句"]
    assert rasa.messages() == ["工资", "第二句"]


def test_an_update_is_confirmed_only_after_it_is_stored(double, rasa, running, rows):
    rasa.gate.clear()
    double.user(7001).says("工资")
    until(lambda: not double.updates)  # confirmed: the double has forgotten it
    assert [row.status for row in rows(Inbox)] == ["received"]
    rasa.gate.set()


def test_ten_chats_with_five_messages_each_keep_their_order(double, rasa, running):
    chats = [double.user(7000 + number) for number in range(10)]
    for number in range(5):
        for chat in chats:
            chat.says(f"第{number}句")
    for chat in chats:
        chat.waits_for(5)
        assert chat.texts() == [f"echo: 第{number}句" for number in range(5)]


def test_one_chat_does_not_wait_for_another(double, rasa, running):
    slow, quick = double.user(7001), double.user(7002)
    double.fail_next("sendMessage", 429, retry_after=3600, chat_id=7001)
    slow.says("一")
    quick.says("二")
    quick.waits_for(1)
    assert slow.messages() == []


def test_an_answer_does_not_wait_for_a_wave_of_reminders(double, rasa, run):
    with store.session() as session:
        for chat in range(20_000, 20_300):
            messages.send(session, workers.arrive(session, "telegram", str(chat), "zh"), f"reminder:{chat}", "还有七天",
                          priority=messages.UNASKED)
    run(messages_per_second=40)
    until(lambda: double.sent)
    worker = double.user(7001)
    worker.says("老板欠我工资")
    worker.waits_for(1)
    before = [message.chat_id for message in double.sent].index(7001)
    assert before < 200, "most of the wave went out first"


def test_several_replies_arrive_in_order(double, rasa, running):
    rasa.answers["工资"] = [{"text": "一"}, {"text": "二"}, {"text": "三"}]
    worker = double.user(7001)
    worker.says("工资")
    worker.waits_for(3)
    assert worker.texts() == ["一", "二", "三"]


def test_an_edited_message_counts_as_a_new_one(double, rasa, running):
    worker = double.user(7001)
    worker.says("欠我三千")
    worker.waits_for(1)
    worker.edits("欠我三万")
    assert worker.waits_for(2)[1].text == "echo: 欠我三万"


def test_after_consent_the_desk_sees_both_sides_of_the_conversation(double, rasa, running, rows, settled):
    worker = double.user(7001)
    consent(worker)
    worker.says("欠我三千")
    worker.waits_for(1)
    assert [(row.speaker, row.text) for row in rows(Message)] == [("worker", "欠我三千"), ("bot", "echo: 欠我三千")]


def test_before_consent_nothing_that_was_said_is_kept(double, rasa, running, rows, settled):
    worker = double.user(7001)
    worker.says("欠我三千")
    worker.waits_for(1)
    settled()
    assert rows(Message) == []
    assert [(row.status, row.payload) for row in rows(Inbox)] == [("handled", None)]
    assert [(row.status, row.body) for row in rows(Outbox)] == [("sent", {})]


def test_while_a_person_has_the_chat_the_bot_is_silent_and_the_words_are_logged(double, rasa, running, rows, settled):
    worker = double.user(7001)
    consent(worker)
    with store.session() as session:
        workers.arrive(session, "telegram", "7001").handover = "person"
    worker.says("你们还在吗")
    until(lambda: rows(Message))
    settled()
    assert rasa.asked == [] and worker.messages() == []
    assert [row.text for row in rows(Message)] == ["你们还在吗"]


def test_commands_and_buttons_are_meant_for_the_bot_even_while_a_person_has_the_chat(double, rasa, running):
    worker = double.user(7001)
    consent(worker)
    with store.session() as session:
        workers.arrive(session, "telegram", "7001").handover = "person"
    worker.says("/forget")
    worker.waits_for(1)
    assert rasa.messages() == ["/forget"]


def test_an_answer_from_staff_waits_in_the_outbox_and_is_sent(double, rasa, running):
    with store.session() as session:
        messages.send(session, workers.arrive(session, "telegram", "7001"), "staff:1", "我是热线的小李")
    assert double.user(7001).waits_for(1)[0].text == "我是热线的小李"


def test_the_worker_sees_that_an_answer_is_being_prepared(double, rasa, running):
    rasa.gate.clear()
    double.user(7001).says("工资")
    until(lambda: double.calls("sendChatAction"))
    rasa.gate.set()
    assert double.calls("sendChatAction")[0] == {"chat_id": 7001, "action": "typing"}


def test_when_rasa_has_no_answer_the_worker_is_told_what_to_do(double, rasa, running):
    rasa.answers["？？"] = []
    worker = double.user(7001)
    worker.says("？？")
    assert "/human" in worker.waits_for(1)[0].text


def test_forgotten_in_the_middle_of_a_message_the_worker_still_gets_the_last_word_and_nothing_of_it_stays(double, rasa, running, rows):
    rasa.gate.clear()
    worker = double.user(7001)
    worker.says("/forget")
    until(lambda: rasa.asked)
    with store.session() as session:
        session.query(Worker).delete()
        session.query(Inbox).delete()
    rasa.gate.set()
    assert worker.waits_for(1)[0].text == "echo: /forget"
    assert rows(Worker) == rows(Inbox) == rows(Outbox) == []


def test_a_group_is_told_once_and_nothing_of_it_is_stored(double, rasa, running, rows):
    group = double.group()
    group.says("老板欠我们工资")
    group.says("有人吗")
    until(lambda: double.calls("leaveChat"))
    worker = double.user(7001)
    worker.says("工资")
    worker.waits_for(1)
    assert len(group.messages()) == 1 and "单独" in group.texts()[0]
    assert len(rows(Worker)) == 1 and len(rows(Inbox)) == 1
