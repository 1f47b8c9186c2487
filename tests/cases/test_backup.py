"""A backup of a running record comes back whole, in either database; who was erased since stays erased."""
import pytest
from sqlalchemy import func, select

from bot.cases import audit_chain, backup, cases, forget, store, workers
from bot.cases.model import Base, Fact, Worker
from tests.cases.conftest import new_postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request, tmp_path):
    """Another record, empty."""
    url = f"sqlite:///{tmp_path / 'other.db'}" if request.param == "sqlite" else new_postgresql(request.getfixturevalue("cluster"))
    store.migrate(url)
    yield url
    store.engine(url).dispose()


def tell(name: str) -> None:
    with store.session() as session:
        worker = workers.arrive(session, "telegram", name, "zh")
        cases.state(session, cases.open_case(session, worker), {"employer": f"{name}的老板"})


def test_what_was_told_comes_back_and_who_was_erased_since_does_not(record, other, tmp_path):
    tell("甲"), tell("乙")
    file = backup.make(tmp_path / "copies", record)
    with store.session() as session:
        forget.forget(session, session.scalars(select(Worker).order_by(Worker.id)).first())
    backup.make(tmp_path / "copies", record)  # the newest keys lie beside every backup
    rows, erased = backup.restore(file, other)
    assert rows > 0 and erased == 2
    with store.session(other) as session:
        assert [fact.value for fact in session.scalars(select(Fact))] == ["乙的老板"]
        assert [worker.address for worker in session.scalars(select(Worker))] == ["乙"]
        cases.open_case(session, session.scalars(select(Worker)).one())  # new rows find free numbers


def test_a_record_that_holds_something_is_not_overwritten(record, tmp_path):
    tell("甲")
    file = backup.make(tmp_path / "copies", record)
    with pytest.raises(backup.BackupFault, match="not empty"):
        backup.restore(file, record)
    with store.session() as session:
        assert session.scalar(select(func.count(Worker.id))) == 1


def test_on_request_a_record_is_copied_and_then_overwritten(record, other, tmp_path):
    tell("甲")
    file = backup.make(tmp_path / "copies", record)
    with store.session(other) as session:
        worker = workers.arrive(session, "telegram", "丙", "zh")
        cases.state(session, cases.open_case(session, worker), {"employer": "丙的老板"})
        audit_chain.note(session, "mei", "sign_in")
    aside = backup.put_aside(file, other)
    assert aside.parent.parent == file.parent and aside.parent != file.parent, "its keys do not take the place of those of the backup"
    backup.restore(file, other)
    with store.session(other) as session:
        assert [fact.value for fact in session.scalars(select(Fact))] == ["甲的老板"] and audit_chain.verify(session).fault is None
    backup.put_aside(aside, other)
    backup.restore(aside, other)
    with store.session(other) as session:
        assert [fact.value for fact in session.scalars(select(Fact))] == ["丙的老板"], "and back again"


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_a_record_is_not_emptied_for_a_backup_that_cannot_come_back(record, tmp_path):
    tell("甲")
    file = backup.make(tmp_path / "copies", record)
    data = file.read_bytes()
    for bad in (data[:5000], b"", data):
        file.write_bytes(bad)
        if bad == data:
            (file.parent / backup.KEYS).unlink()
        with pytest.raises(backup.BackupFault, match="sound"):
            backup.put_aside(file, record)
    with store.session() as session:
        assert session.scalar(select(func.count(Worker.id))) == 1


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_a_damaged_backup_is_refused_and_nothing_is_written(record, other, tmp_path):
    tell("甲")
    file = backup.make(tmp_path / "copies", record)
    data = bytearray(file.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(backup.BackupFault, match="sound"):
        backup.restore(file, other)
    with store.engine(other).connect() as connection:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in backup.PREMADE]
        assert not any(connection.scalar(select(func.count()).select_from(table)) for table in tables)
