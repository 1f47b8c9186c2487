"""The deflection log as figures, in the terms of the China Labour Bulletin study: who knew, who acted, why people were turned away.

Shares count cases (`case_id`): a case is aware or involved if any body was, otherwise not if any body was known not to be. The
`by_*` tables count rows; a row without the value counts under "unknown", in `by_reason` not at all. A case's wait is from its first
contact (or, without one, the day it was opened) to its first answer; dates in the wrong order are left out. Nothing is suppressed.
"""
from collections import Counter
from collections.abc import Iterable
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cases.log_case import THREE, Tally, province_of, verdict
from bot.cases.model import Deflection
from bot.law import load, places

READ = ("case_id", "opened_on", "place", "adcode", "occupation", "body", "level", "contacted_on", "aware", "involved", "reason",
        "first_answer_on", "resolved_on")
SHARES = ("unaware", "uninvolved", "involved", "involved_of_aware", "resolved")
TABLES = ("by_reason", "by_body", "by_level", "by_occupation", "by_province")
LABELS = {"by_reason": "dialogue.reason_{}", "by_body": "routes.label_{}", "by_level": "routes.label_union_{}",
          "by_occupation": "echo.occupation_{}"}


def of_record(session: Session) -> dict:
    """The figures of the whole log."""
    columns = [getattr(Deflection, name) for name in READ]
    return figures(row._mapping for row in session.execute(select(*columns).execution_options(yield_per=2000)))


def figures(rows: Iterable) -> dict:
    """`report --json` of CONTRACT.md from rows with the columns READ (dates as dates). Figures of nothing (0 of 0) are None."""
    cases: dict[str, Tally] = {}
    tables = {name: Counter() for name in TABLES}
    for row in rows:
        cases.setdefault(row["case_id"], Tally()).add(row)
        if row["reason"]:
            tables["by_reason"][row["reason"]] += 1
        for name in ("body", "level", "occupation"):
            tables[f"by_{name}"][row[name] or "unknown"] += 1
        tables["by_province"][province_of(row["adcode"], row["place"]) or "unknown"] += 1
    whole = list(cases.values())
    return _shares(whole) | {name: dict(counts.most_common()) for name, counts in tables.items()} | _waits(whole)


def as_text(found: dict) -> str:
    """The figures as lines in Chinese and English, for reading in a terminal."""
    shares, days = found["shares"], found["days_to_first_answer"]
    lines = [_both("report.title"), "", f"{_both('report.cases')}: {found['cases']}"]
    for name in ("aware", "involved"):
        counts = ", ".join(f"{_both(f'report.{answer}', ' ')} {found[name][answer]}" for answer in THREE)
        lines.append(f"{_both(f'report.{name}')}: {counts}")
    lines += [f"{_both('report.both')}: {found['aware_and_involved']}", ""]
    lines += [f"{_both(f'report.share_{name}')}: {_percent(shares[name])}" for name in SHARES]
    lines += ["", f"{_both('report.median')}: {_number(days['median'])}", f"{_both('report.p90')}: {_number(days['p90'])}",
              f"{_both('report.quick')}: {_percent(found['within_one_working_day'])}"]
    for table in TABLES:
        if found[table]:
            lines += ["", _both(f"report.table_{table}"), *(f"{count:>8}  {_label(table, value)}" for value, count in found[table].items())]
    return "\n".join(lines)


def _both(key: str, between: str = " / ") -> str:
    """A sentence in Chinese and English."""
    return between.join(load().text(key, language) for language in ("zh", "en"))


def _shares(cases: list[Tally]) -> dict:
    aware, involved = Counter(verdict(case.aware) for case in cases), Counter(verdict(case.involved) for case in cases)
    both = sum(verdict(case.aware) == verdict(case.involved) == "yes" for case in cases)
    whole = len(cases)
    return {"cases": whole, "aware": {name: aware[name] for name in THREE}, "involved": {name: involved[name] for name in THREE},
            "aware_and_involved": both,
            "shares": {"unaware": _share(aware["no"], whole), "uninvolved": _share(involved["no"], whole),
                       "involved": _share(involved["yes"], whole), "involved_of_aware": _share(both, aware["yes"]),
                       "resolved": _share(sum(case.resolved for case in cases), whole)}}


def _waits(cases: list[Tally]) -> dict:
    waits = [wait for case in cases if (wait := case.wait())]
    days = sorted((answered - began).days for began, answered in waits)
    return {"days_to_first_answer": {"median": median(days) if days else None, "p90": quantile(days, 0.9)},
            "within_one_working_day": _share(sum(case.quick() for case in cases), len(cases))}


def quantile(ordered: list[int], part: float) -> float | None:
    """The quantile of sorted values, between two of them in proportion (as numpy and spreadsheets do)."""
    if not ordered:
        return None
    at = (len(ordered) - 1) * part
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (at - low), 6)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _label(table: str, value: str) -> str:
    if value == "unknown":
        return _both("report.not_stated")
    if table == "by_province":
        place = places.get(value)
        return f"{place.name_zh} / {place.name_en}" if place else value
    key = LABELS[table].format(value)
    return _both(key) if load().has_text(key, "zh") else value
