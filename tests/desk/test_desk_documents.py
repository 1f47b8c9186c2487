"""Papers and the calendar from the desk: for staff of a case handed to them, and for the worker whose browser it is."""
import io

import pytest
from docx import Document

from bot.cases import cases, referrals, store, workers
from bot.cases.model import Audit, Case
from tests.desk.people import carpenter as without_consent_to_the_hotline
from tests.desk.visitors import Visitor
from tests.documents.acting import carpenter, more, payload

PAPER = "arbitration_application.docx"


def words(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


@pytest.fixture
def case(database, monkeypatch):
    """The carpenter's case in the hotline's hands; its code."""
    from bot.dialogue import ask
    from bot.law import load

    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    code = carpenter("telegram", "7001")
    with store.session() as session:
        one = session.query(Case).filter_by(code=code).one()
        cases.keep_assessment(session, one, ask.assessment(load(), one.worker, one, {}))
        referrals.to_hotline(session, one)
    return code


def test_staff_download_what_the_assessment_lists(case, hotline):
    page = hotline.get(f"/cases/{case}").text
    assert f"/cases/{case}/documents/{PAPER}" in page and "payment_order_application.docx" not in page
    answer = hotline.get(f"/cases/{case}/documents/{PAPER}")
    assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"].endswith("wordprocessingml.document") and answer.headers["cache-control"] == "no-store"
    assert "支付拖欠的工资 61,800 元" in words(answer.content)


def test_staff_who_read_english_get_the_sheet_too(case, hotline):
    page = hotline.get(f"/cases/{case}").text
    assert f"/cases/{case}/documents/arbitration_application.sheet.docx" in page
    assert "Do not hand it in" in words(hotline.get(f"/cases/{case}/documents/arbitration_application.sheet.docx").content)


def test_the_calendar_of_a_case(case, hotline):
    assert f"/cases/{case}/documents/deadlines.ics" in hotline.get(f"/cases/{case}").text
    assert hotline.get(f"/cases/{case}/documents/deadlines.ics").text.startswith("BEGIN:VCALENDAR")


def test_a_corrected_fact_is_in_the_next_paper(case, hotline):
    with store.session() as session:
        cases.state(session, session.query(Case).one(), {"amount_owed": 70000}, "staff:mei")
    assert "70,000 元" in words(hotline.get(f"/cases/{case}/documents/{PAPER}").content)


def test_who_made_a_paper_is_written_down(case, hotline):
    hotline.get(f"/cases/{case}/documents/{PAPER}")
    with store.session(only_reads=True) as session:
        row = session.query(Audit).filter_by(action="case.document").one()
        assert (row.staff, row.subject, row.detail) == ("mei", case, {"file": PAPER})


@pytest.mark.parametrize("name", ["payment_order_application.docx", "none.docx", "arbitration_application", "..%2f..%2fetc%2fpasswd"])
def test_other_names_are_not_found(case, hotline, name):
    assert hotline.get(f"/cases/{case}/documents/{name}").status_code == 404


def test_nobody_else_gets_a_paper(case, visitor, hotline):
    assert "/login" in str(visitor.get(f"/cases/{case}/documents/{PAPER}").url)
    closed = without_consent_to_the_hotline(hotline=False)
    assert hotline.get(f"/cases/{closed}/documents/{PAPER}").status_code == 403


@pytest.fixture
def browser(desk, rasa, monkeypatch):
    """The carpenter's own browser, whose bot knows the papers."""
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    client = Visitor(desk, "zh")
    client.get("/chat")
    carpenter("web", client.cookies["gongyou_chat"])
    rasa.script[payload(PAPER)] = more(PAPER)
    return client


def test_in_the_browser_chat_the_answer_carries_the_link(browser):
    sender = browser.cookies["gongyou_chat"]
    answer = browser.post("/api/chat", json={"sender": sender, "message": payload(PAPER)}).json()["messages"]
    assert answer[0] == {"text": "劳动仲裁申请书", "buttons": [], "file": f"/chat/files/{PAPER}"}
    assert "收件回执" in answer[1]["text"] and len(answer) == 2
    assert "61,800 元" in words(browser.get(answer[0]["file"]).content)


def test_without_scripts_the_link_stands_in_the_page(browser):
    page = browser.submit("/chat", "/chat", message=payload(PAPER))
    assert f'href="/chat/files/{PAPER}" download' in page.text


def test_the_link_is_the_senders_own(browser, desk):
    stranger = Visitor(desk)
    stranger.get("/chat")
    assert stranger.get(f"/chat/files/{PAPER}").status_code == 404
    assert Visitor(desk).get(f"/chat/files/{PAPER}").status_code == 404


def test_after_forgetting_there_is_nothing_behind_the_link(browser):
    with store.session() as session:
        workers.arrive(session, "web", browser.cookies["gongyou_chat"]).consented_at = None
    assert browser.get(f"/chat/files/{PAPER}").status_code == 404
