"""Alerts stand above the queue until somebody has seen to them."""
import re

import pytest

from bot.cases import alerts, store
from bot.cases.model import Audit, Case
from tests.desk.people import carpenter
from tests.desk.visitors import token


@pytest.fixture
def raised(database):
    """An alert about the carpenter's matter; its number."""
    code = carpenter()
    with store.session() as session:
        case = session.query(Case).filter(Case.code == code).one()
        assert alerts.raised(session, alerts.Wanted("deadline", "deadline:test", case.id))
    return code


def test_an_alert_is_shown_and_goes_when_somebody_has_seen_to_it(raised, hotline):
    page = hotline.get("/queue").text
    [number] = re.findall(r'action="/queue/alerts/(\d+)"', page)
    assert "Look at these now" in page and raised in page
    done = hotline.post(f"/queue/alerts/{number}", data={"csrf": token(page), "here": "issue=wage_arrears"})
    assert "Look at these now" not in done.text and done.url.query == b"issue=wage_arrears"
    with store.session(only_reads=True) as session:
        assert session.query(Audit).filter(Audit.action == "alert.done").one().subject == raised


def test_another_desk_neither_sees_it_nor_sees_to_it(raised, two_desks):
    mei, wang, _ = two_desks
    assert "Look at these now" in mei.get("/queue").text and "Look at these now" not in wang.get("/queue").text
    [number] = re.findall(r'action="/queue/alerts/(\d+)"', mei.get("/queue").text)
    assert wang.post(f"/queue/alerts/{number}", data={"csrf": token(wang.get("/queue").text), "here": ""}).status_code == 404


def test_an_alert_that_is_not_there_is_not_found(hotline):
    assert hotline.post("/queue/alerts/99", data={"csrf": token(hotline.get("/queue").text), "here": ""}).status_code == 404
