"""The sums of the deflection log, kept up to date, so that a page about a million cases reads a few thousand numbers.

Every change of the record marks its case (log_marks.py). `catch_up` makes the marked cases' summaries (LogCase) anew and adds the
difference to the sums (LogCount, LogTally); whoever shows figures calls it first. One process counts at a time. `rebuild` does the
same for the whole record.
"""
from collections import Counter, defaultdict
from itertools import combinations, groupby
from operator import itemgetter

from sqlalchemy import Table, and_, bindparam, delete, func, insert, select, text, union
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.cases import store
from bot.cases.log_case import MEASURES, ROW, Matter, Person, summary
from bot.cases.log_marks import person
from bot.cases.model import EVER, Assessment, Case, Deflection, LogCase, LogCount, LogStale, LogTally, Worker

DIMS = ("province", "occupation", "issue", "platform")  # by which, alone and two at a time, the sums are kept
ALONE = ("prefecture",)  # only alone
BATCH = 2000  # cases to a round
CHUNK = 400  # keys or rows to a statement
ONE_AT_A_TIME = 12351  # PostgreSQL's number for "somebody counts"; SQLite has one writer anyway


def pending(session: Session) -> int:
    """How many marks wait."""
    return session.scalar(select(func.count(LogStale.id)))


def catch_up(session: Session, limit: int = BATCH) -> int:
    """Counts the oldest marked cases; how many marks are left. Needs a session that may write."""
    _alone(session)
    marks = session.execute(select(LogStale.id, LogStale.key).order_by(LogStale.id).limit(limit)).all()
    if marks:
        sums = _Sums()
        _count(session, sorted({key for _, key in marks}), sums)
        sums.write(session)
        for part in _chunks([number for number, _ in marks]):
            session.execute(delete(LogStale).where(LogStale.id.in_(part)).execution_options(synchronize_session=False))
    return pending(session) if len(marks) == limit else 0


def refresh(rounds: int) -> int:
    """Counts what is marked, some rounds of BATCH, each in a unit of work of its own; how many marks are left."""
    with store.session(only_reads=True) as session:
        left = pending(session)
    for _ in range(rounds):
        if left:
            with store.session() as session:
                left = catch_up(session)
    return left


def settle(session: Session, keys: list[str]) -> None:
    """Counts some cases at once and takes their marks away, so that no table names them any more."""
    session.flush()
    _alone(session)
    sums = _Sums()
    _count(session, sorted(set(keys)), sums)
    sums.write(session)
    for part in _chunks(keys):
        session.execute(delete(LogStale).where(LogStale.key.in_(part)).execution_options(synchronize_session=False))


def rebuild(session: Session, say=lambda done: None) -> int:
    """Makes all summaries and sums anew from the record; how many cases, matters and persons there are."""
    _alone(session)
    for table in (LogStale, LogCase, LogCount, LogTally):
        session.execute(delete(table).execution_options(synchronize_session=False))
    sums, done = _Sums(), 0
    for part in session.execute(_keys().execution_options(stream_results=True)).scalars().partitions(BATCH):
        done += _count(session, list(part), sums, fresh=True)
        say(done)
    sums.write(session)
    return done


def slices(one: dict) -> list[tuple[str, str, str, str]]:
    """The (dim1, dim2, value1, value2) under which a summary is counted; a value that is not known counts as ""."""
    alone = [("", "", "", ""), *[(dim, "", one[dim], "") for dim in (*DIMS, *ALONE)]]
    return alone + [(first, second, one[first], one[second]) for first, second in combinations(DIMS, 2)]


class _Sums:
    """What is to be added to the sums."""

    def __init__(self):
        self.counts: dict[tuple, list[int]] = defaultdict(lambda: [0] * len(MEASURES))
        self.tallies: Counter = Counter()

    def add(self, one: dict, sign: int) -> None:
        flags = [(place, sign * one[name]) for place, name in enumerate(MEASURES) if one[name]]
        for key in slices(one):
            line = self.counts[(*key, one["month"])]
            for place, value in flags:
                line[place] += value
        for kind, what in _courses(one):
            for dim in ("", *DIMS):
                for month in (one["month"], EVER):
                    self.tallies[(dim, one[dim] if dim else "", kind, what, month)] += sign

    def write(self, session: Session) -> None:
        names = ("dim1", "dim2", "value1", "value2", "month")
        rows = [dict(zip(names, key)) | dict(zip(MEASURES, line)) for key, line in self.counts.items() if any(line)]
        _add(session, LogCount.__table__, names, MEASURES, rows)
        names = ("dim", "value", "kind", "what", "month")
        _add(session, LogTally.__table__, names, ("n",), [dict(zip(names, key)) | {"n": n} for key, n in self.tallies.items() if n])


def _courses(one: dict) -> list[tuple[str, str]]:
    """What a summary adds to the tallies: (kind, what)."""
    found = [("door", door) for door in one["doors"]]
    if one["days"] is not None:
        found.append(("wait", str(one["days"])))
    return found + [(name, one[name]) for name in ("after", "early") if one[name]]


def _count(session: Session, keys: list[str], sums: _Sums, fresh: bool = False) -> int:
    """Makes the summaries of some keys anew; `fresh`: there are none yet. How many there are now."""
    columns = [LogCase.__table__.c[name] for name in LogCase.__table__.c.keys()]
    made = []
    for part in _chunks(keys):
        if not fresh:
            for one in session.execute(select(*columns).where(LogCase.case_id.in_(part))):
                sums.add(one._mapping, -1)
            session.execute(delete(LogCase).where(LogCase.case_id.in_(part)).execution_options(synchronize_session=False))
        made += _summaries(session, part)
    for one in made:
        sums.add(one, 1)
    if made:
        session.execute(insert(LogCase.__table__), made)
    return len(made)


def _summaries(session: Session, keys: list[str]) -> list[dict]:
    told = and_(Deflection.outcome_released.is_(True), Deflection.outcome.isnot(None)).label("told")
    query = (select(*[getattr(Deflection, name) for name in ROW], told).where(Deflection.case_id.in_(keys))
             .order_by(Deflection.case_id, Deflection.id))
    rows = {key: list(group) for key, group in groupby((row._mapping for row in session.execute(query)), itemgetter("case_id"))}
    matters, persons = _matters(session, keys), _persons(session, keys)
    found = {key: summary(rows.get(key, []), matters.get(key), persons.get(key)) for key in keys}
    return [{"case_id": key, **one} for key, one in found.items() if one is not None]


def _matters(session: Session, keys: list[str]) -> dict[str, Matter]:
    assessed = select(Assessment.id).where(Assessment.case_id == Case.id).exists().label("assessed")
    query = select(Case.code, Case.opened_at, Case.adcode, Case.occupation, Case.issues, Case.platform, Case.merged_into, assessed)
    return {row.code: Matter(row.opened_at.date(), row.adcode, row.occupation, row.issues[0] if row.issues else None, row.platform,
                             bool(row.assessed), row.merged_into is None) for row in session.execute(query.where(Case.code.in_(keys)))}


def _persons(session: Session, keys: list[str]) -> dict[str, Person]:
    numbers = [int(key[1:]) for key in keys if key[0] == "@" and key[1:].isascii() and key[1:].isdigit()]
    if not numbers:
        return {}
    query = (select(Worker.id, Worker.created_at, Worker.consented_at)
             .where(Worker.id.in_(numbers), ~select(Case.id).where(Case.worker_id == Worker.id).exists()))
    return {person(row.id): Person(row.created_at.date(), row.consented_at is not None) for row in session.execute(query)}


def _keys():
    """Everything that is counted: the cases of the log, our own matters, and persons without a matter."""
    person_key = ("@" + func.cast(Worker.id, LogStale.key.type)).label("key")
    return union(select(Deflection.case_id.label("key")), select(Case.code),
                 select(person_key).where(~select(Case.id).where(Case.worker_id == Worker.id).exists()))


def _add(session: Session, table: Table, names: tuple, values: tuple, rows: list[dict]) -> None:
    """Adds numbers to the sums that are there, makes those that are not, and takes away those of nothing: the first of `values`
    is 0 only where all are."""
    if rows:
        added = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(table)
        change = {name: table.c[name] + added.excluded[name] for name in values}
        session.execute(added.on_conflict_do_update(index_elements=list(names), set_=change), rows)
    gone = [{f"its_{name}": row[name] for name in names} for row in rows if row[values[0]] < 0]
    if gone:
        same = and_(table.c[values[0]] == 0, *[table.c[name] == bindparam(f"its_{name}") for name in names])
        session.execute(delete(table).where(same).execution_options(synchronize_session=False), gone)


def _alone(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ONE_AT_A_TIME})


def _chunks(keys: list) -> list[list]:
    return [keys[first:first + CHUNK] for first in range(0, len(keys), CHUNK)]
