"""GET /metrics: what waits, how long, and what presses, for a monitor with the token."""
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import settings
from bot.cases import alerts, store
from bot.cases.model import Case, Inbox, Outbox, Worker
from tests.desk.people import carpenter

TOKEN = "a-token-for-the-monitor"


@pytest.fixture
def figures(desk, monkeypatch):
    """The figures by name and label."""
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)

    def get() -> dict:
        answer = httpx.get(f"{desk}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
        assert answer.status_code == 200
        return {(sample.name, *sample.labels.values()): sample.value
                for family in text_string_to_metric_families(answer.text) for sample in family.samples}

    return get


def test_without_the_token_there_is_nothing_to_see(desk, monkeypatch):
    assert httpx.get(f"{desk}/metrics").status_code == 404
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    assert httpx.get(f"{desk}/metrics").status_code == 403
    assert httpx.get(f"{desk}/metrics", headers={"Authorization": "Bearer other"}).status_code == 403


def test_an_empty_installation_has_nothing_waiting(figures):
    found = figures()
    assert found["gongyou_inbox_set_aside",] == found["gongyou_outbox_failed",] == found["gongyou_answers_per_minute",] == 0


def test_it_counts_what_waits_how_long_it_took_and_what_presses(figures, database):
    code, now = carpenter(), settings.now()
    with store.session() as session:
        worker, case = session.query(Worker).one(), session.query(Case).filter(Case.code == code).one()
        case.act_by = settings.today() + timedelta(days=2)
        alerts.raised(session, alerts.Wanted("deadline", "deadline:x", case.id))
        for number, (status, seconds) in enumerate((("received", None), ("received", None), ("set_aside", 1), *[("handled", 4)] * 10)):
            session.add(Inbox(channel="telegram", update_id=str(number), sender=worker.sender, status=status, attempts=0,
                              received_at=now - timedelta(seconds=90), handled_at=seconds and now - timedelta(seconds=90 - seconds)))
        session.add(Outbox(worker_id=worker.id, channel="telegram", key="k", body={}, status="waiting", attempts=0,
                           created_at=now - timedelta(seconds=30)))
    found = figures()
    assert found["gongyou_inbox_waiting", "telegram"] == 2 and found["gongyou_inbox_set_aside",] == 1
    assert found["gongyou_inbox_oldest_seconds", "telegram"] >= 90 and found["gongyou_outbox_oldest_seconds", "telegram"] >= 30
    assert found["gongyou_handled_seconds", "0.5"] == pytest.approx(4) and found["gongyou_answers_per_minute",] == 2
    assert found["gongyou_referrals_open", "waits"] == found["gongyou_cases_near_deadline",] == 1
    assert found["gongyou_alerts_open", "deadline"] == 1
