"""What failed again and again is not lost: an admin sees that it is there, not what it says, and has it tried again or discards it."""
import pytest

from bot.cases import inbox, store, workers
from bot.cases.model import Audit, Inbox
from tests.desk.people import carpenter
from tests.telegram.bot_api_double import until

WORDS = "老板姓黄，电话 13800001111"


@pytest.fixture
def put_aside(database):
    """An update of a chat that failed, as the gateway leaves it; its number."""
    def put(chat: int, words: str = WORDS) -> int:
        update = {"update_id": chat, "message": {"message_id": 1, "date": 1, "text": words, "chat": {"id": chat, "type": "private"},
                                                 "from": {"id": chat, "is_bot": False, "first_name": "黄"}}}
        with store.session() as session:
            worker = workers.arrive(session, "telegram", str(chat), "zh")
            inbox.store(session, "telegram", str(chat), worker.sender, update)
            row = session.query(Inbox).filter_by(update_id=str(chat)).one()
            for _ in range(8):
                inbox.postpone(session, row.id, 0, fault="KeyError")
            inbox.set_aside(session, row.id)
            return row.id
    return put


def deeds() -> list[tuple]:
    with store.session(only_reads=True) as session:
        return [(row.action, row.detail) for row in session.query(Audit).order_by(Audit.id) if row.action.startswith("update.")]


def test_an_admin_sees_what_is_set_aside_and_why_but_neither_words_nor_chat(admin, put_aside):
    assert "Nothing is set aside" in admin.get("/set-aside").text and 'href="/set-aside"' in admin.get("/queue").text
    put_aside(700700)
    page = admin.get("/set-aside").text
    assert "KeyError" in page and "W-" in page
    assert all(secret not in page for secret in ("黄", "13800001111", "700700"))


def test_tried_again_it_is_answered_as_if_it_had_just_come(put_aside, telegram, admin):
    number = put_aside(700700)
    admin.submit("/set-aside", f"/set-aside/{number}/again")
    until(lambda: telegram.user(700700).texts(), "an answer")
    assert deeds() == [("update.again", {"update": number, "fault": "KeyError"})]
    assert "Nothing is set aside" in admin.get("/set-aside").text


def test_discarded_it_is_blank_and_not_tried_again(put_aside, admin):
    number = put_aside(700700)
    admin.submit("/set-aside", f"/set-aside/{number}/discard")
    with store.session(only_reads=True) as session:
        row = session.get(Inbox, number)
        assert row.payload is None and row.status == "handled"
    assert deeds() == [("update.discard", {"update": number, "fault": "KeyError"})]
    assert admin.submit("/queue", f"/set-aside/{number}/again").status_code == 404


def test_the_matter_is_named_where_the_hotline_has_it(put_aside, admin):
    code = carpenter(channel="telegram", sender="700700")
    put_aside(700700)
    assert f'href="/cases/{code}"' in admin.get("/set-aside").text


def test_the_hotline_neither_sees_nor_touches_it(put_aside, hotline):
    number = put_aside(700700)
    assert hotline.get("/set-aside").status_code == 403 and "/set-aside" not in hotline.get("/queue").text
    assert hotline.submit("/queue", f"/set-aside/{number}/discard").status_code == 403


def test_an_update_that_no_key_opens_can_be_discarded(put_aside, admin):
    number = put_aside(700700)
    with store.session() as session:
        session.connection().exec_driver_sql("UPDATE inbox SET payload = x'00'")
    assert "KeyError" in admin.get("/set-aside").text
    admin.submit("/set-aside", f"/set-aside/{number}/discard")
    assert "Nothing is set aside" in admin.get("/set-aside").text
