"""The sums of the log: the study's own counts, every number equal to a plain count of the export, and always up to date."""
import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.cases import cases, deflection_import, deflections, forget, log_counts, log_figures, log_rows, referrals, store, workers
from bot.cases.log_case import MEASURES
from bot.cases.log_figures import NONE, Choice
from bot.cases.log_rows import Filters
from bot.cases.model import Deflection, LogCase, LogCount, LogStale, LogTally
from bot.guidance.facts import BODIES, ISSUES, LEVELS, OCCUPATIONS, REASONS
from tests.cases.conftest import DAY, assessment
from tests.cases.test_deflection_report import study

PLACES = [None, "520281", "520200", "520000", "110101", "440306", "419001", "310000"]


def random_rows(dice: random.Random, rows: int, of: int) -> list[dict]:
    """Rows of the log with empty fields, and cases with several rows that do not always say the same."""
    def one() -> dict:
        contacted = dice.choice([None, date(2025, 1, 1) + timedelta(dice.randrange(500))])
        return {"case_id": f"c{dice.randrange(of)}", "opened_on": dice.choice([None, None, contacted]), "contacted_on": contacted,
                "adcode": dice.choice(PLACES), "occupation": dice.choice([None, *OCCUPATIONS]), "issue": dice.choice([None, *ISSUES]),
                "body": dice.choice([None, *BODIES]), "level": dice.choice([None, *LEVELS]), "reason": dice.choice([None, *REASONS]),
                "aware": dice.choice(("yes", "no", "unknown")), "involved": dice.choice(("yes", "no", "unknown")),
                "answer": dice.choice([None, *deflections.ANSWERS]), "outcome": dice.choice([None, None, None, "拿到了"]),
                "first_answer_on": contacted + timedelta(dice.randrange(20)) if contacted and dice.random() < .5 else None,
                "resolved_on": dice.choice([None, None, contacted])}
    return json.loads(json.dumps([one() for _ in range(rows)], default=date.isoformat))


def bring_in(rows: list[dict]) -> None:
    with store.session() as session:
        deflection_import.add(session, deflection_import.read(json.dumps(rows).encode()))


def caught_up() -> None:
    left = 1
    while left:
        with store.session() as session:
            left = log_counts.catch_up(session)


def held() -> dict[str, list]:
    """All that is kept of sums."""
    with store.session(only_reads=True) as session:
        return {table.__tablename__: sorted(map(str, session.execute(select(*table.__table__.c))))
                for table in (LogCase, LogCount, LogTally)}


def of_cases(rows: list[dict]) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(row)
    return found


def first(rows: list[dict], name: str):
    return next((row[name] for row in rows if row[name]), None)


def month(rows: list[dict]) -> int:
    days = [row["opened_on"] for row in rows if row["opened_on"]] or [row["contacted_on"] for row in rows if row["contacted_on"]]
    return int(min(days)[:7].replace("-", "")) if days else 0


def test_the_studys_counts_give_its_shares(record):
    bring_in(study())
    caught_up()
    with store.session(only_reads=True) as session:
        found = log_figures.totals(session, Choice())
        assert log_figures.shown(session, Choice())
    assert (found["cases"], found["aware_no"], found["aware_yes"], found["involved_no"], found["involved_yes"]) == (127, 77, 47, 89, 31)
    assert (found["knew_acted"], found["knew_idle"]) == (24, 19)


CHOICES = [Choice(), Choice(since=202503, until=202508), Choice(places=("52",)), Choice(places=("5202",)), Choice(places=("520000",)),
           Choice(places=("11",)), Choice(places=("419001",)), Choice(places=("440306",)), Choice(places=(NONE,)),
           Choice(places=("52", "44")), Choice(places=("5202", "11")), Choice(occupation="courier"), Choice(occupation=NONE),
           Choice(issue="wage_arrears", occupation="courier"), Choice(places=("52",), issue="wage_arrears", since=202501),
           Choice(places=("5202",), issue="dismissal"), Choice(places=()),
           Choice(places=("44",), issue="wage_arrears", occupation="courier", until=202512)]


def chosen(choice: Choice, rows: list[dict]) -> bool:
    """A case is chosen by its month and by the first place, trade and issue that its rows state."""
    at = month(rows)
    if (choice.since or choice.until) and not (choice.since or 1) <= at <= (choice.until or 999999):
        return False
    for name in ("occupation", "issue"):
        wanted = getattr(choice, name)
        if wanted and (first(rows, name) or NONE) != wanted:
            return False
    code = first(rows, "adcode")
    return choice.places is None or any(code == place if place.endswith("0000") else (code or NONE).startswith(place)
                                        for place in choice.places)


def test_every_number_equals_a_plain_count_of_the_export(record):
    bring_in(random_rows(random.Random(6), 10_000, 4000))
    caught_up()
    with store.session(only_reads=True) as session:
        table = of_cases(json.loads(deflections.export(session, "json")))
        for choice in CHOICES:
            some = {key: rows for key, rows in table.items() if chosen(choice, rows)}
            found = log_figures.totals(session, choice)
            rows = [row for held in some.values() for row in held]
            assert (found["cases"], found["contacts"], found["units"]) == (len(some), len(rows), len(some)), choice
            for name in ("aware", "involved"):
                yes = {key for key, held in some.items() if any(row[name] == "yes" for row in held)}
                no = {key for key, held in some.items() if key not in yes and any(row[name] == "no" for row in held)}
                assert (found[f"{name}_yes"], found[f"{name}_no"]) == (len(yes), len(no)), (choice, name)
            assert found["resolved"] == sum(any(row["resolved_on"] for row in held) for held in some.values())
            assert found["away"] == sum(any(row["answer"] == "deflected" for row in held) for held in some.values())
            doors = Counter("|".join(row[name] or "" for name in ("body", "level", "answer", "reason")) for row in rows)
            assert log_figures.tally(session, choice, "door") == doors, choice
            waits = Counter(str(days) for held in some.values() if (days := waited(held)) is not None)
            assert log_figures.tally(session, choice, "wait") == waits and found["answered"] == sum(waits.values()), choice
            assert sum(log_figures.tally(session, choice, "after").values()) == found["away"]
            assert sum(log_figures.tally(session, choice, "early").values()) == found["cases"]
            for dim in ("occupation", "issue"):
                plain = Counter(first(held, dim) or "" for held in some.values())
                assert {value: row["cases"] for value, row in log_figures.by(session, choice, dim).items() if row["cases"]} == plain
            plain = Counter((first(held, "adcode") or "")[:2] for held in some.values())
            assert {value: row["cases"] for value, row in log_figures.by(session, choice, "province").items() if row["cases"]} == plain
            plain = Counter(map(month, some.values()))
            assert {at: row["cases"] for at, row in log_figures.by_month(session, choice).items() if row["cases"]} == plain
            assert sum(row["cases"] for row in log_figures.by(session, choice, "prefecture").values()) == len(some)
            assert log_rows.count(session, Filters(choice)) == (len(rows), len(some)), choice


def waited(rows: list[dict]) -> int | None:
    began = min((row["contacted_on"] or row["opened_on"] for row in rows if row["contacted_on"] or row["opened_on"]), default=None)
    answered = min((row["first_answer_on"] for row in rows if row["first_answer_on"]), default=None)
    return (date.fromisoformat(answered) - date.fromisoformat(began)).days if began and answered and answered >= began else None


def test_every_number_leads_to_its_rows(record):
    bring_in(random_rows(random.Random(7), 2000, 800))
    caught_up()
    with store.session(only_reads=True) as session:
        found = log_figures.totals(session, Choice())
        for filters, cases_behind in ((Filters(knew="yes"), found["aware_yes"]), (Filters(acted="no"), found["involved_no"]),
                                      (Filters(solved="yes"), found["resolved"]), (Filters(flag="quick"), found["quick"]),
                                      (Filters(flag="away"), found["away"]), (Filters(flag="idle"), found["knew_idle"]),
                                      (Filters(knew="yes", acted="yes"), found["knew_acted"])):
            assert log_rows.count(session, filters)[1] == cases_behind, filters
        for kind in ("after", "early"):
            for what, n in log_figures.tally(session, Choice(), kind).items():
                assert log_rows.count(session, Filters(**{kind: what}))[1] == n
        doors = Counter()
        for door, n in log_figures.tally(session, Choice(), "door").items():
            body, level, answer, reason = door.split("|")
            doors[body or NONE, reason or NONE] += n
        for (body, reason), n in doors.items():
            assert log_rows.count(session, Filters(body=body, reason=reason))[0] == n
        waits = log_figures.tally(session, Choice(), "wait")
        for name, (least, most) in log_rows.WAITS.items():
            n = sum(n for days, n in waits.items() if least <= int(days) and (most is None or int(days) <= most))
            assert log_rows.count(session, Filters(wait=name))[1] == n


@pytest.mark.parametrize("sort", log_rows.SORTS)
def test_pages_by_key_show_every_row_once_and_in_order(record, sort):
    bring_in(random_rows(random.Random(8), 230, 90))
    caught_up()
    with store.session(only_reads=True) as session:
        key, seen, first_page = "", [], True
        while key or first_page:
            rows, key = log_rows.page(session, Filters(), sort=sort, key=key, size=50)
            seen, first_page = seen + [row.entry for row in rows], False
    assert len(seen) == len({entry.id for entry in seen}) == 230
    days = [entry.contacted_on for entry in seen if entry.contacted_on]
    if sort != "entered":
        assert days == sorted(days, reverse=sort == "newest") and all(entry.contacted_on is None for entry in seen[len(days):])
    else:
        assert [entry.id for entry in seen] == sorted((entry.id for entry in seen), reverse=True)


def test_what_changes_is_counted_at_the_next_look_and_a_rebuild_finds_the_same(record, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-11-22")
    dice = random.Random(9)
    bring_in(random_rows(dice, 300, 120))
    codes = []
    for number in range(30):
        with store.session() as session:
            worker = workers.arrive(session, "telegram", str(number), "zh")
            if number % 5 == 0:
                continue
            worker.consented_at = worker.created_at
            case = cases.open_case(session, worker)
            codes.append((worker.code, case.code))
            cases.state(session, case, {"adcode": dice.choice(PLACES), "occupation": "courier", "platform": "美团"})
            if number % 2:
                cases.keep_assessment(session, case, assessment(issues=["dismissal"]))
        caught_up()
    for _, code in codes[:20]:
        with store.session() as session:
            case = session.query(cases.Case).filter_by(code=code).one()
            referrals.log_contact(session, case, body="union", level="county", adcode=None, on=DAY, by="worker", answer="deflected",
                                  reason="not_member")
            if dice.random() < .5:
                caught = referrals.to_hotline(session, case)
                if dice.random() < .5:
                    referrals.resolve(session, caught, "拿到了", "staff:mei")
            if dice.random() < .3:
                referrals.correct_reason(session, case.contacts[0], "no_answer")
        caught_up()
    for worker, _ in codes[:10]:
        with store.session() as session:
            forget.forget(session, workers.by_code(session, worker))
    caught_up()
    kept = held()
    with store.session() as session:
        assert log_counts.rebuild(session) == len(kept["log_case"])
    assert held() == kept
    with store.session(only_reads=True) as session:
        found = log_figures.totals(session, Choice())
        assert session.query(LogStale).count() == 0
    assert (found["wrote"], found["agreed"], found["opened"], found["assessed"]) == (20, 14, 14, 7)


def test_nothing_counted_leaves_no_sums(record):
    bring_in(random_rows(random.Random(10), 60, 20))
    caught_up()
    with store.session() as session:
        for row in session.scalars(select(Deflection)).all():
            session.delete(row)
    caught_up()
    assert held() == {"log_case": [], "log_count": [], "log_tally": []}


def test_several_who_count_at_once_count_everything_once(record):
    bring_in(study())

    def some(_) -> None:
        with store.session() as session:
            log_counts.catch_up(session, limit=20)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(some, range(8)))
    with store.session(only_reads=True) as session:
        assert log_counts.pending(session) == 0 and log_figures.totals(session, Choice())["cases"] == 127


def test_every_measure_is_a_column():
    assert set(MEASURES) < set(LogCount.__table__.c.keys()) and set(MEASURES) < set(LogCase.__table__.c.keys())
