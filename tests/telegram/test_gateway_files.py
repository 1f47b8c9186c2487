"""Papers and the calendar over Telegram: asked for by a button, made when they are sent, each once."""
import io
from datetime import date

import pytest
from docx import Document
from icalendar import Calendar

from bot.cases import cases, forget, store, workers
from bot.cases.model import Case, Outbox
from bot.dialogue import matters
from tests.documents.acting import carpenter, more, payload
from tests.telegram.bot_api_double import until

PAPER, CALENDAR = "arbitration_application.docx", "deadlines.ics"


@pytest.fixture
def worker(double, rasa, environment, monkeypatch):
    """Somebody in a chat with the carpenter's case, who can ask for what there is."""
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    code = carpenter("telegram", "7001")
    for part in ("documents", PAPER, CALENDAR, "payment_order_application.docx"):
        rasa.answers[payload(part)] = rasa.answers[matters.button(payload(part), code)] = more(part)  # typed, and as the button carries it
    rasa.answers["写申请书"] = more("documents")
    return double.user(7001)


def words(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_a_worker_chooses_a_paper_and_gets_it_as_a_word_file(worker, double, running, settled):
    worker.says("写申请书")
    offered = worker.waits_for(1)[0]
    assert "📄 劳动仲裁申请书" in offered.buttons and "📅 把期限加进日历" in offered.buttons and "📄 支付令申请书" not in offered.buttons
    worker.presses("📄 劳动仲裁申请书")
    said = worker.waits_for(2)[1].text
    until(lambda: double.documents)
    chat, name, caption, content = double.documents[0]
    assert (chat, name, caption) == (7001, "劳动仲裁申请书.docx", "劳动仲裁申请书")
    assert "支付拖欠的工资 61,800 元" in words(content) and "盘州市劳动人事争议仲裁委员会" in words(content)
    assert "收件回执" in said and "草稿" in said
    settled()
    assert len(double.documents) == 1


def test_a_reader_of_english_also_gets_the_sheet_that_explains_it(worker, double, running, settled):
    with store.session() as session:
        workers.arrive(session, "telegram", "7001").language = "en"
    worker.says("写申请书")
    worker.waits_for(1)
    worker.presses("📄 Application for labour arbitration")
    worker.waits_for(2)
    settled()
    assert [name for _, name, _, _ in double.documents] == ["Application for labour arbitration.docx",
                                                           "Application for labour arbitration (explanation, do not hand in).docx"]
    assert "申请人" in words(double.documents[0][3])


def test_the_calendar_comes_as_a_file_that_phones_read(worker, double, running):
    worker.says("写申请书")
    worker.waits_for(1)
    worker.presses("📅 把期限加进日历")
    until(lambda: double.documents)
    _, name, _, content = double.documents[0]
    days = [event["dtstart"].dt for event in Calendar.from_ical(content).walk("VEVENT") if "-arbitration-" in event["uid"]]
    assert name.endswith(".ics") and days == [date(2027, 7, 2)]  # a year after he claimed his wages


def test_an_update_delivered_twice_sends_one_file(worker, double, running, settled):
    worker.says("写申请书")
    worker.waits_for(1)
    double.repeat(worker.presses("📄 劳动仲裁申请书"))
    worker.waits_for(2)
    settled()
    assert len(double.documents) == 1


def test_a_file_that_could_not_be_sent_is_sent_again(worker, double, running, settled):
    double.fail_next("sendDocument", 500, times=2)
    double.fail_next("sendDocument", 429, retry_after=1)
    worker.says("写申请书")
    worker.waits_for(1)
    worker.presses("📄 劳动仲裁申请书")
    worker.waits_for(2)
    settled()
    assert len(double.documents) == 1 and double.documents[0][3][:2] == b"PK"


def test_the_outbox_keeps_no_file_only_its_name(worker, double, run, rows, rasa):
    gateway = run()
    worker.says("写申请书")
    worker.waits_for(1)
    double.fail_next("sendDocument", 500, times=1000)
    worker.presses("📄 劳动仲裁申请书")
    until(lambda: [row for row in rows(Outbox) if "file" in (row.body or {})], "the file's row")
    gateway.stop()
    row = next(row for row in rows(Outbox) if "file" in (row.body or {}))
    assert row.body == {"text": "劳动仲裁申请书", "file": {"case": 1, "name": PAPER}}


def test_the_file_says_what_holds_when_it_is_sent(worker, double, running):
    double.fail_next("sendDocument", 500, times=1000)
    worker.says("写申请书")
    worker.waits_for(1)
    worker.presses("📄 劳动仲裁申请书")
    until(lambda: double.calls("sendDocument"))
    with store.session() as session:
        cases.state(session, session.query(Case).one(), {"amount_owed": 70000})
    tried = len(double.calls("sendDocument"))
    until(lambda: len(double.calls("sendDocument")) >= tried + 2)  # the second of these was made after the change
    double.faults.clear()
    until(lambda: double.documents)
    assert "70,000 元" in words(double.documents[-1][3])


def test_a_paper_the_case_does_not_call_for_is_not_sent(worker, double, running, settled):
    worker.says("写申请书")
    worker.waits_for(1)
    worker.says(payload("payment_order_application.docx"))  # typed: not taken for a button
    settled()
    assert double.documents == []


def test_one_worker_never_gets_the_file_of_another(worker, double, running, settled, rows):
    carpenter("telegram", "7002")
    with store.session() as session:
        other = workers.arrive(session, "telegram", "7002")
        session.add(Outbox(worker_id=other.id, channel="telegram", key="file:wrong", status="waiting", attempts=0,
                           body={"text": "x", "file": {"case": 1, "name": PAPER}}, created_at=other.created_at))
    settled()
    assert double.documents == [] and next(row for row in rows(Outbox) if row.key == "file:wrong").status == "failed"


def test_before_consent_there_is_nothing_to_fill_in(worker, double, running, settled):
    with store.session() as session:
        workers.arrive(session, "telegram", "7001").consented_at = None
    worker.says("写申请书")
    assert "还没有" in worker.waits_for(1)[0].text
    settled()
    assert double.documents == []


def test_with_the_worker_the_waiting_file_is_gone(worker, double, running, settled, rows):
    with store.session() as session:
        forget.forget(session, workers.arrive(session, "telegram", "7001"))
    settled()
    assert not [row for row in rows(Outbox) if "file" in (row.body or {})]
