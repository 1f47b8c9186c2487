"""Facts put right by staff: a field for each kind of fact, checked as the guidance reads them, and the assessment made anew at once."""

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot import law, settings
from bot.cases import cases, directory, staff
from bot.cases.facts_tree import nest
from bot.cases.model import Case
from bot.cases.rights import IDENTITY
from bot.desk.case import back, open_to_staff, show_case
from bot.desk.show import LISTED
from bot.desk.web import Visit
from bot.guidance import facts as book
from bot.guidance.assess import assess
from bot.law import places

# Lists of pairs and what only the conversation writes have no field here.
ELSEWHERE = ("case", "as_of", "language", "contacts", "suspensions", "dont_know", "adcode")
CHOICES = {"issues": book.ISSUES, "occupation": book.OCCUPATIONS, "employment_form": book.EMPLOYMENT_FORMS, "dangers": book.DANGERS,
           "injury.kind": book.INJURY_KINDS, "ended_by": ("worker", "employer", "agreement")}
MANY = ("issues", "dangers")
DAYS = ("claimed_on", "employer_promised_on")
MONEY = ("monthly_wage", "amount_owed")
MOST_PLACES = 8


class NotAFact(ValueError):
    """What was entered for a fact cannot be; `code` is the text that says why, `fields` what stands in it."""

    def __init__(self, code: str, **fields):
        super().__init__(code)
        self.code, self.fields = code, fields


def names() -> list[str]:
    """The facts that staff can put right, in the order of the contract."""
    found = []
    for name, field in book.Facts.__fields__.items():
        inner = getattr(field.type_, "__fields__", None)
        found += [f"{name}.{leaf}" for leaf in inner] if inner and name != "contacts" else [name]
    return [name for name in found if name not in ELSEWHERE]


def kind(name: str) -> str:
    """The field a fact is entered in: many, choice, flag, who, days, day, money, number, place or text."""
    if name in CHOICES:
        return "many" if name in MANY else "choice"
    if name in DAYS or name in MONEY or name in ("place", "people"):
        return {"place": "place", "people": "number"}.get(name, "days" if name in DAYS else "money")
    if name.startswith("control.") and name != "control.registered_business":
        return "who"
    group, _, leaf = name.partition(".")
    field = book.Facts.__fields__[group]
    type_ = field.type_.__fields__[leaf].type_ if leaf else field.type_
    return {book.Flag: "flag", book.Day: "day"}.get(type_, "text")


def values(name: str, text: str, ticked: tuple[str, ...] = ()) -> dict:
    """What a field's content means, by dotted name; an empty one withdraws the fact. Raises NotAFact."""
    sort = kind(name)
    if sort == "many":
        return {name: [value for value in CHOICES[name] if value in ticked] or None}
    if not text:
        return {name: None, "adcode": None} if sort == "place" else {name: None}
    if sort == "place":
        found = places.named(text)
        if not found:
            raise NotAFact("correct.no_place")
        if len(found) > 1:
            raise NotAFact("correct.which_place", places="; ".join(places.full_name(code, "zh") for code in found[:MOST_PLACES]))
        return {"place": places.full_name(found[0], "zh"), "adcode": found[0]}
    if sort in ("flag", "who"):
        known = {"yes": True, "no": False, **({shared: shared for shared in book.SHARED} if sort == "who" else {})}
        if text not in known:
            raise NotAFact("correct.not_one")
        return {name: known[text]}
    if sort in ("money", "number"):
        try:
            number = float(text.replace(",", "").replace("，", ""))
            whole = int(number)
        except (ValueError, OverflowError):
            raise NotAFact("correct.no_number") from None
        return {name: whole if number == whole else number}
    if sort == "days":
        return {name: sorted(set(text.replace(",", " ").replace("，", " ").split()))}
    return {name: text}


def correct(visit: Visit, session: Session) -> Response:
    """Adds or corrects one fact and assesses the case anew; what cannot be is explained and not written."""
    case, name = open_to_staff(visit, session), visit.text("fact")
    if name not in names():
        return show_case(visit, session, case, 422, error="correct.choose")
    try:
        told = values(name, visit.text("value"), visit.picked)
        if name in IDENTITY and told[name] is None:  # its field comes up empty, so an empty one withdraws nothing
            raise NotAFact("correct.not_one")
        check(case, told)
    except NotAFact as error:
        return show_case(visit, session, case, 422, error=error.code, error_fields=error.fields)
    except book.FactsError:
        return show_case(visit, session, case, 422, error="correct.not_one")
    if cases.state(session, case, told, visit.by):
        assess_again(session, case)
        staff.audit(session, visit.staff.name, "case.correct", case.code, {"fact": name})
    return back(visit, session, case, "?changed=1#changed")


def check(case: Case, told: dict) -> None:
    """Raises FactsError where the facts with these would not be readable any more."""
    flat = {**cases.stated(case), **told}
    book.parse_facts(nest({name: value for name, value in flat.items() if value is not None and name != "household_adcode"}))


def assess_again(session: Session, case: Case) -> None:
    """Assesses the facts as they stand, as of today, in the worker's language."""
    tree = cases.facts(case)
    tree.pop("household_adcode", None)
    tree["language"] = case.worker.language if case.worker and case.worker.language else "zh"
    offices = directory.offices(session, tree.get("adcode"))
    cases.keep_assessment(session, case, assess(book.parse_facts(tree), law.load(), settings.today(), offices))


def changes(before: dict, after: dict) -> list[tuple[str, str, dict | None, dict | None]]:
    """What a new assessment says otherwise: ("deadline" | "urgency" | "relationship" | "route", id, old, new)."""
    found = []
    if before.get("urgency") != after.get("urgency"):
        found.append(("urgency", "", before, after))
    old_class, new_class = ((one.get("relationship") or {}).get("class") for one in (before, after))
    if old_class != new_class:
        found.append(("relationship", "", before.get("relationship"), after.get("relationship")))
    for key, group in (("deadline", "deadlines"), ("route", "routes")):
        old, new = (_by_name(one.get(group) or [], key) for one in (before, after))
        for name in [*new, *(name for name in old if name not in new)]:
            was, now = old.get(name), new.get(name)
            if was is None or now is None or key == "deadline" and any(was.get(part) != now.get(part) for part in ("status", "act_by")):
                found.append((key, name[0], was, now))
    return found


def _by_name(rows: list[dict], key: str) -> dict:
    return {(row["id"], row["issue"]) if key == "deadline" else (row["body"], row.get("level"), row.get("adcode")): row for row in rows}


def field_of(case: Case, name: str) -> dict | None:
    """What the page needs to show the field of a fact with its present value; None for a fact without one."""
    if name not in names():
        return None
    value = None if name in IDENTITY else cases.stated(case).get(name)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return {"name": name, "kind": kind(name), "choices": CHOICES.get(name, ()), "group": LISTED.get(name, ""), "value": value,
            "text": " ".join(value) if isinstance(value, list) and kind(name) == "days" else "" if value is None else value}
