"""A record of the time when everything was encrypted with the master key itself is taken over, and can be given back."""
import pytest
from alembic import command
from alembic.config import Config
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, select, text

from bot import settings
from bot.cases import buttons, cases, crypto, saved_views, store, workers
from bot.cases.model import Audit, Case, Deflection, DeflectionReview, Inbox, Message, Outbox, Staff, Worker
from tests.cases.conftest import new_postgresql


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_rows_of_the_old_format_are_sealed_anew_on_the_way_up_and_given_back_on_the_way_down(kind, tmp_path, request, keys):
    """Rows as the first versions of the record wrote them: encrypted with the master key, bound to nothing."""
    url = f"sqlite:///{tmp_path / 'old.db'}" if kind == "sqlite" else new_postgresql(request.getfixturevalue("cluster"))
    old = Fernet(settings.secret_keys()[0])
    config, engine = Config(), create_engine(url, future=True)
    config.set_main_option("script_location", str(store.MIGRATIONS))
    config.attributes["engine"] = engine
    command.upgrade(config, "0010")

    def put(table: str, **values) -> None:
        with engine.begin() as connection:
            names = ", ".join(f'"{name}"' for name in values)
            connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(":" + name for name in values)})'), values)

    def hidden(value) -> bytes:
        return old.encrypt(crypto.dumps(value).encode())
    at = "2026-01-02 03:04:05"
    put("secret", name="hash_key", value=hidden("the key of the hash"))
    put("worker", code="W-1", channel="telegram", sender="telegram-s", address=hidden("700"), handover="bot", voice=False,
        created_at=at, seen_at=at, dialogue=hidden({"asked": "place"}))
    put("case", code="G-1", worker_id=1, status="open", opened_at=at, issues="[]")
    put("case_group", code="Q-1", name=hidden("某工地"), created_at=at)
    for number in range(1, 4):
        put("fact", case_id=1, name="employer", value=hidden(f"老板{number}"), source="worker", stated_at=at)
    put("fact", case_id=1, name="place", value=None, source="worker", stated_at=at)
    put("message", worker_id=1, case_id=1, speaker="worker", text=hidden("案里的话"), at=at)
    put("message", worker_id=1, speaker="worker", text=hidden("案外的话"), at=at)
    put("inbox", channel="telegram", update_id="1", sender="telegram-s", payload=hidden({"text": "你好"}), status="received",
        attempts=0, received_at=at)
    put("inbox", channel="telegram", update_id="2", sender="telegram-nobody", payload=hidden({"text": "谁"}), status="received",
        attempts=0, received_at=at)
    put("deflection", case_id="A-1", aware="yes", involved="no", words=hidden("外来的话"), words_released=False,
        outcome_released=False, exemplary=False, created_at=at)
    put("deflection_review", deflection_id=1, at=at, staff="mei", act="correct", before=hidden("旧"), after=hidden("新"))
    put("audit", at=at, staff="mei", action="case.note", subject="G-1", detail=hidden({"note": "记"}))
    put("staff", name="mei", role="admin", password_hash="x", must_change=False, totp_secret=hidden("TOTP"), created_at=at)
    put("saved_view", staff_id=1, name="王大拿", filters='{"search": "王大拿的公司"}')
    put("outbox", worker_id=1, channel="telegram", key="k", body=hidden({"text": "答"}), status="waiting", attempts=0, created_at=at)
    put("button", key="b.0", worker_id=1, title=hidden("对"), payload=hidden("/affirm"), created_at=at)
    command.upgrade(config, "head")
    with store.session(url) as session:
        worker, case = session.scalars(select(Worker)).one(), session.scalars(select(Case)).one()
        [view] = saved_views.of(session, 1)
        assert (view.name, view.filters) == ("王大拿", {"search": "王大拿的公司"})
        assert (worker.address, worker.dialogue) == ("700", {"asked": "place"})
        assert [fact.value for fact in case.facts] == ["老板1", "老板2", "老板3", None]
        assert [row.text for row in session.scalars(select(Message).order_by(Message.id))] == ["案里的话", "案外的话"]
        assert [row.payload["text"] for row in session.scalars(select(Inbox).order_by(Inbox.id))] == ["你好", "谁"]
        assert session.scalars(select(Deflection)).one().words == "外来的话"
        assert session.scalars(select(DeflectionReview)).one().before == "旧"
        assert session.scalars(select(Audit)).one().detail == {"note": "记"}
        assert session.scalars(select(Staff)).one().totp_secret == "TOTP"
        assert session.scalars(select(Outbox)).one().body == {"text": "答"}
        assert buttons.find(session, 1, "b.0").payload == "/affirm"
        cases.state(session, case, {"employer": "新老板"})
        assert workers.sender_id(session, "telegram", "1").startswith("telegram-")
    store.engine(url).dispose()
    command.downgrade(config, "0010")
    with engine.connect() as connection:
        values = connection.execute(text("SELECT value FROM fact WHERE value IS NOT NULL ORDER BY id")).scalars().all()
        assert [old.decrypt(bytes(value)).decode() for value in values] == ['"老板1"', '"老板2"', '"老板3"', '"新老板"']
        assert connection.execute(text("SELECT name FROM saved_view")).scalar() == "王大拿"
        assert old.decrypt(bytes(connection.execute(text("SELECT address FROM worker")).scalar())) == b'"700"'
    engine.dispose()
