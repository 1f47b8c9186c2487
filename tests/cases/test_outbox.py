"""What waits to be sent: in order for each worker, and nobody's answer behind what others did not ask for."""
import pytest
from sqlalchemy import event, insert, select, text

from bot import settings
from bot.cases import inbox, messages, outbox, store, workers
from bot.cases.model import Inbox, Outbox, Worker


def arrive(session, number: int):
    return workers.arrive(session, "telegram", str(7_000 + number), "zh")


def found(session, most: int = 9, busy=()) -> list[str]:
    session.flush()
    return [outbox.read(session, row_id).key for row_id, _ in outbox.waiting(session, "telegram", busy, most)]


def test_an_answer_goes_out_before_reminders_that_waited_longer(session):
    for number in range(5):
        messages.send(session, arrive(session, number), f"reminder:{number}", "还有七天", priority=messages.UNASKED)
    messages.send(session, arrive(session, 5), "telegram:1:0", "好的")
    assert found(session, most=3) == ["telegram:1:0", "reminder:0", "reminder:1"]


def test_a_workers_own_messages_stay_in_order(session):
    patient, other = arrive(session, 0), arrive(session, 1)
    messages.send(session, other, "reminder:1", "还有七天", priority=messages.UNASKED)
    messages.send(session, patient, "reminder:0", "还有三天", priority=messages.UNASKED)
    messages.send(session, patient, "telegram:1:0", "好的")
    assert found(session) == ["reminder:0", "reminder:1"]  # the answer comes next, and for its sake the reminder before it goes first
    assert found(session, busy=[patient.id]) == ["reminder:1"]
    for row_id, _ in outbox.waiting(session, "telegram", (), 1):
        outbox.sent(session, row_id, "1")
    assert found(session) == ["telegram:1:0", "reminder:1"]


def test_what_waits_for_a_way_out_that_is_gone_holds_nothing_back(session):
    worker = arrive(session, 0)
    worker.channel = "rest"  # where nothing is ever fetched
    messages.send(session, worker, "rest:1:0", "一")
    worker.channel = "telegram"
    messages.send(session, worker, "telegram:1:0", "二")
    assert found(session) == ["telegram:1:0"]


def test_a_message_that_must_wait_holds_back_its_worker_alone(session):
    held, other = arrive(session, 0), arrive(session, 1)
    messages.send(session, held, "telegram:1:0", "一")
    messages.send(session, held, "telegram:2:0", "二")
    messages.send(session, other, "reminder:1", "还有七天", priority=messages.UNASKED)
    session.flush()
    outbox.retry(session, outbox.waiting(session, "telegram", (), 1)[0][0], 60)
    assert found(session) == ["reminder:1"]


@pytest.fixture
def flood(record):
    """A thousand chats with messages handled and sent long ago, as the statistics have it, and since then one more each that waits."""
    now = settings.now()

    def messages_of(ids: list[int], waits: bool) -> None:
        status = ("received", "waiting") if waits else ("handled", "sent")
        with store.session() as session:
            body = session.get(Worker, ids[0])._address
            session.connection().execute(insert(Inbox.__table__), [
                {"channel": "telegram", "update_id": f"{waits}{id}", "sender": f"telegram-{id}", "status": status[0], "attempts": 0,
                 "received_at": now} for id in ids])
            session.connection().execute(insert(Outbox.__table__), [
                {"channel": "telegram", "key": f"{waits}{id}", "worker_id": id, "body": body, "status": status[1], "attempts": 0,
                 "begun": False, "created_at": now} for id in ids])
    with store.session() as session:
        first = arrive(session, 0)
        session.flush()
        session.connection().execute(insert(Worker.__table__), [
            {"code": f"W-{number}", "channel": "telegram", "sender": f"telegram-{number}", "handover": "bot", "voice": False,
             "created_at": now, "seen_at": now} for number in range(999)])
        ids = [first.id, *session.scalars(select(Worker.id).where(Worker.id != first.id))]
    messages_of(ids, waits=False)
    with store.engine(record).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    messages_of(ids, waits=True)
    return ids


@pytest.mark.parametrize("asked, index", [
    (lambda session, ids: inbox.waiting(session, "telegram", ["telegram-0"], 4), "inbox_waiting"),
    (lambda session, ids: outbox.waiting(session, "telegram", ids[:1], 4), "outbox_waiting"),
    (lambda session, ids: messages.send(session, session.get(Worker, ids[9]), "telegram:1:0", "好的"), "outbox_waiting"),
], ids=["inbox", "outbox", "answer"])
def test_all_that_waits_is_not_walked_through_for_each_row(flood, record, asked, index):
    """The index over what waits is used at most once, to begin with, also where the statistics are of a quieter hour."""
    plans = []

    def explained(connection, cursor, statement, parameters, _context, _many) -> None:
        if statement.startswith("SELECT"):
            other = connection.connection.cursor()
            other.execute(("EXPLAIN QUERY PLAN " if record.startswith("sqlite") else "EXPLAIN ") + statement, parameters)
            plans.append("\n".join(str(row[-1]) for row in other.fetchall()))
    made = store.engine(record)
    with store.session() as session:
        event.listen(made, "before_cursor_execute", explained)
        try:
            asked(session, flood)
        finally:
            event.remove(made, "before_cursor_execute", explained)
    about = [plan for plan in plans if index.split("_")[0] in plan]
    assert about and all(plan.count(index) <= 1 for plan in about), "\n\n".join(about)
    assert not any("Seq Scan" in plan or "SCAN" in plan for plan in about), "\n\n".join(about)
