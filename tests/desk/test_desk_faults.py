"""The record cannot be used (locked here; a full disk is the same error): whoever is at the desk or in the browser chat is told."""
import sqlite3

import httpx
import pytest

from bot.cases import store
from bot.cases.model import Worker
from tests.desk.people import carpenter
from tests.desk.visitors import token


@pytest.fixture
def locked(desk, hotline, tmp_path, monkeypatch):
    """A case, its page, and the record locked by somebody else from now on."""
    code = carpenter()
    page = hotline.get(f"/cases/{code}").text
    store.engine.cache_clear()
    monkeypatch.setattr(store, "BUSY_MS", 200)
    other = sqlite3.connect(tmp_path / "gongyou.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield code, page
    other.execute("ROLLBACK")
    other.close()


@pytest.mark.parametrize("language, said", [("en", "Nothing you entered was saved"), ("zh", "刚才填的没有保存")])
def test_staff_are_told_that_nothing_was_saved_and_can_go_on_reading(locked, hotline, language, said):
    code, page = locked
    refused = hotline.post(f"/cases/{code}/notes", data={"csrf": token(page), "note": "小梅记"}, headers={"Accept-Language": language},
                           cookies={"gongyou_language": language})
    assert refused.status_code == 503 and said in refused.text
    assert hotline.get("/queue").status_code == 200


def test_a_worker_in_the_browser_is_told_to_send_it_again(locked, desk, rasa):
    before = store_count()
    answer = httpx.post(f"{desk}/api/chat", json={"sender": "browser-of-a-worker-1", "message": "老板欠我工资"}, timeout=60)
    assert answer.status_code == 503 and "没有保存" in answer.json()["error"] and not rasa.asked and store_count() == before


def store_count() -> int:
    with store.session(only_reads=True) as session:
        return session.query(Worker).count()
