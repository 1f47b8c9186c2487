"""The audit trail at the desk: admins look up who saw or changed what; every deed has a name; looking is a deed itself."""
import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import settings
from bot.cases import audit_chain, forget, staff, store, trail, workers
from bot.cases.model import Audit, Worker
from bot.desk.texts import catalogue
from tests.desk.people import carpenter

BOT = Path(settings.ROOT) / "bot"


def deeds() -> set[str]:
    """Every action that some module writes into the audit trail."""
    found = set()
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if name == "audit" and len(node.args) > 2:
                found |= {part.value for part in ast.walk(node.args[2]) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    reviewed = ("judge", "agree", "disagree", "comment", "release", "withdraw", "exemplary")  # written as f"deflection.{deed}"
    return found - {"deflection."} | {f"deflection.{deed}" for deed in reviewed}


def test_every_deed_has_a_name_in_both_languages():
    assert len(deeds()) > 30
    for language, texts in catalogue().items():
        assert {deed for deed in deeds() if f"deed.{deed}" not in texts} == set(), language


def test_an_admin_sees_who_did_what_and_that_goes_on_record(admin, hotline):
    code = carpenter()
    hotline.submit(f"/cases/{code}", f"/cases/{code}/notes", note="先打电话")
    page = admin.get("/audit", params={"staff": "mei", "action": "case.note"}).text
    assert "wrote a note" in page and f'href="/cases/{code}"' in page and "先打电话" not in page
    assert "There is no such entry" in admin.get("/audit", params={"staff": "root", "action": "case.note"}).text
    with store.session(only_reads=True) as session:
        reads = session.query(Audit).filter_by(action="audit.read").order_by(Audit.id).all()
        assert [row.staff for row in reads] == ["root", "root"] and reads[0].detail == {"staff": "mei", "action": "case.note"}


def test_the_page_shows_that_the_chain_is_whole_and_finds_a_hash_noted_before(admin):
    admin.get("/queue")
    page = admin.get("/audit").text
    assert "none is missing" in page
    noted = re.search(r"<code class=\"words\">(\w{64})</code>", page)[1]
    with store.session(only_reads=True) as session:
        assert session.query(Audit).filter_by(hash=noted).count() == 1
    assert "is among them" in admin.get("/audit", params={"check": "1", "head": noted}).text
    assert "No entry has the hash" in admin.get("/audit", params={"check": "1", "head": "0" * 64}).text


def test_the_page_shows_where_the_chain_was_changed(admin):
    with store.session() as session:
        session.execute(text("DROP TRIGGER audit_stays"))
        session.execute(text("UPDATE audit SET staff = 'li' WHERE id = 1"))
    page = admin.get("/audit").text
    assert "was changed by somebody" in page and "The content of entry 1 is not what was written" in page and "none is missing" not in page


def test_a_long_trail_is_checked_when_somebody_asks(admin, monkeypatch):
    monkeypatch.setattr("bot.desk.trail.AT_ONCE", 0)
    assert "when you press the button" in admin.get("/audit").text
    assert "none is missing" in admin.get("/audit", params={"check": "1"}).text


def test_what_is_added_while_the_chain_is_read_is_no_fault(database, monkeypatch):
    with store.session() as session:
        staff.audit(session, "mei", "case.read", "G-1")
    real = audit_chain._fault

    def slow(*given):
        with store.session() as session:
            staff.audit(session, "li", "case.read", "G-2")
        return real(*given)

    monkeypatch.setattr(audit_chain, "_fault", slow)
    with store.session(only_reads=True) as session:
        assert audit_chain.verify(session).fault is None


def test_the_hotline_does_not_see_it(hotline, visitor):
    assert hotline.get("/audit").status_code == 403 and "/audit" not in hotline.get("/queue").text
    assert visitor.get("/audit").url.path == "/login"


def test_a_case_is_found_by_its_code_also_after_it_was_erased(admin):
    code = carpenter()
    admin.get(f"/cases/{code}")
    assert "read" in admin.get("/audit", params={"subject": code.lower(), "action": "case.read"}).text
    with store.session() as session:
        forget.forget(session, session.query(Worker).one())
    page = admin.get("/audit", params={"subject": code, "action": "case.read"}).text
    assert "erased-" in page and f'href="/cases/{code}"' not in page


def test_pages_go_on_where_the_last_one_ended_and_show_each_entry_once(database):
    with store.session() as session:
        for number in range(7):
            staff.audit(session, "mei", "case.read", f"G-{number}")
        seen, before = [], None
        while rows := trail.page(session, before=before, limit=3):
            seen += [row.subject for row in rows]
            before = rows[-1].id
        assert seen == [f"G-{number}" for number in range(6, -1, -1)]
        today = settings.today()
        assert len(trail.page(session, since=today, until=today)) == 7 and trail.page(session, since=today + timedelta(days=1)) == []
        assert workers.trace(session, "G-3").startswith("erased-")


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": "9" * 30}, {"since": "soon"}, {"subject": "%\x00'"}, {"staff": "nobody"},
                                   {"action": "'; drop"}])
def test_an_address_that_makes_no_sense_shows_a_page_all_the_same(admin, query):
    assert admin.get("/audit", params=query).status_code == 200
