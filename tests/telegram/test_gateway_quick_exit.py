"""/clear empties the chat and /mydata shows what is held, also while Rasa is away; neither is told to Rasa."""
import json

from bot.cases.model import Outbox, Worker
from tests.telegram.bot_api_double import until


def test_clear_deletes_both_sides_of_the_chat_and_covers_what_is_too_old(double, rasa, running, rows, settled):
    worker = double.user(7)
    first = worker.says("老板欠我工资")
    worker.waits_for(1)
    worker.says("没签合同")
    worker.waits_for(2)
    settled()
    shown = [message.message_id for message in worker.messages()]
    rasa.stop()
    worker.says("/clear")
    until(lambda: worker.messages() == [], "an empty chat")
    settled()
    assert {first["message"]["message_id"], *shown} <= set(double.deleted)
    assert len(double.deleted) == 5, "the command itself, too"


def test_what_telegram_does_not_delete_is_written_over(double, rasa, running, settled):
    worker = double.user(7)
    worker.says("老板欠我工资")
    [answer] = worker.waits_for(1)
    settled()
    double.old.add(answer.message_id)
    worker.says("/clear")
    until(lambda: worker.texts() == ["今天就到这里。"], "a covered message")
    settled()


def test_my_data_comes_as_a_file(double, rasa, running, rows, settled):
    worker = double.user(7)
    worker.says("/mydata")
    until(lambda: double.documents, "a file")
    settled()
    chat, name, caption, content = double.documents[0]
    assert (chat, name) == (7, "my-data.json") and "/forget" in caption
    assert json.loads(content)["worker"] == {**json.loads(content)["worker"], "address": "7", "code": rows(Worker)[0].code}
    assert [row.status for row in rows(Outbox)] == ["sent"]
