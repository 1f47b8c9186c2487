"""How a case reads on the desk: the situation in two lines, facts as rows, what was tried at each door."""
import json
import re
from collections import defaultdict
from datetime import date

from bot import settings
from bot.cases.model import Case, Contact
from bot.cases.rights import IDENTITY
from bot.desk.texts import Texts

DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
MONEY = ("monthly_wage", "amount_owed")
LISTED = {"issues": "issue", "occupation": "occupation", "employment_form": "employment_form", "injury.kind": "injury_kind",
          "dangers": "danger", "ended_by": "ended_by", "sex": "sex", "dont_know": "fact"}


def situation(t: Texts, case: Case, result: dict) -> list[str]:
    """Two lines: who, where and what; then how pressing it is and what has been tried."""
    newest = {fact.name: fact.value for fact in case.facts}
    what = [t.labels("issue", case.issues) or t("common.unknown"), t.place(case.adcode)]
    if case.occupation:
        what.append(t.label("occupation", case.occupation))
    if case.people:
        what.append(people(t, case.people))
    if isinstance(newest.get("amount_owed"), (int, float)) and result:
        what.append(t("case.owed", amount=t.yuan(newest["amount_owed"])))
    state = [t.label("urgency", case.urgency)]
    if case.act_by:
        state.append(t("case.act_by", day=t.day(case.act_by), left=t.left(case.act_by)))
    turned_away = sum(contact.answer == "deflected" for contact in case.contacts)
    if len(case.contacts) > 1:
        state.append(t("case.tried", n=len(case.contacts), away=turned_away))
    else:
        state.append(t("case.tried_one_away" if turned_away else "case.tried_one" if case.contacts else "case.tried_none"))
    return [" · ".join(what), " · ".join(state)]


def people(t: Texts, number: int) -> str:
    return t("common.one_person" if number == 1 else "common.people", n=number)


def facts(t: Texts, case: Case, identity: bool = False) -> list[dict]:
    """One row a fact: its label, its value in words, who stated it and when, and what was said before.

    What could tell who the worker is (IDENTITY) shows only with `identity`.
    """
    by_name = defaultdict(list)
    for fact in case.facts:
        by_name[fact.name].append(fact)
    hidden = () if identity else IDENTITY
    return [{"name": t.label("fact", name), "fact": name,
             "value": t("identity.hidden") if name in hidden else value(t, name, rows[-1].value),
             "source": source(t, rows[-1].source), "at": t.moment(rows[-1].stated_at),
             "before": [] if name in hidden else [value(t, name, row.value) for row in rows[:-1]]}
            for name, rows in by_name.items()]


def gone(clock: dict) -> tuple[int, int] | None:
    """How many days of a period are over and how many it has, for its bar; None where it has no beginning or no end."""
    if not clock.get("starts_on") or not clock.get("last_day"):
        return None
    first, last = date.fromisoformat(clock["starts_on"]), date.fromisoformat(clock["last_day"])
    whole = (last - first).days
    return (min(max((settings.today() - first).days, 0), whole), whole) if whole > 0 else None


def value(t: Texts, name: str, stated) -> str:
    """A fact's JSON value as people read it."""
    if stated is None or stated == []:
        return t("common.withdrawn")
    if isinstance(stated, bool):
        return t("common.yes" if stated else "common.no")
    if name in MONEY and isinstance(stated, (int, float)):
        return t.yuan(stated)
    if name in LISTED:
        return t.labels(LISTED[name], stated) if isinstance(stated, list) else t.label(LISTED[name], stated)
    if name == "adcode":
        return f"{t.place(stated)} ({stated})"
    if isinstance(stated, str):
        return t.day(stated) if DAY.match(stated) else stated
    if isinstance(stated, list) and all(isinstance(part, str) for part in stated):
        return "; ".join(value(t, "", part) for part in stated)
    if name == "suspensions":
        return "; ".join(f"{t.day(first)} – {t.day(last)}" for first, last in stated)
    return str(stated) if isinstance(stated, (int, float)) else json.dumps(stated, ensure_ascii=False)


def span(t: Texts, low: float | None, high: float | None) -> str:
    """A sum of money from least to most; one number where they are the same."""
    low, high = low or 0, high or 0
    return t.yuan(low) if low == high else t("case.from_to", low=t.yuan(low), high=t.yuan(high))


def course(t: Texts, group: str, value: str) -> str:
    """A filter of the log in words: what followed a refusal and what came of it, how soon a body acted, and the like."""
    halves = {"log_after": ("log_next", "log_result"), "log_early": ("log_when", "log_ended")}.get(group, (group,))
    return " → ".join(t.label(half, part) for half, part in zip(halves, value.split("|")))


def source(t: Texts, speaker: str) -> str:
    """Who spoke: the worker, the bot, or a colleague by name."""
    return speaker.removeprefix("staff:") if speaker.startswith("staff:") else t.label("speaker", speaker)


def tried(case: Case) -> dict[tuple[str, str | None], list[Contact]]:
    """The contacts made at each door (body, level), oldest first."""
    doors = defaultdict(list)
    for contact in case.contacts:
        doors[contact.body, contact.level].append(contact)
    return dict(doors)
