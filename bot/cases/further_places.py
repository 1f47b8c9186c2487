"""The further places of a matter passed on, beside where the work is: the employer's, the platform's, and by a pact of two regions
(law/rules/employers.yml) the province a worker is registered in, no closer. The desks of these places see the matter too (rights.py)."""
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cases.model import Case, CasePlace
from bot.law import load, places

FURTHER = ("employer_place", "platform_place")  # the facts that tell one


def of_case(session: Session, case: Case) -> list[CasePlace]:
    """The further places of a matter."""
    return list(session.scalars(select(CasePlace).where(CasePlace.case_id == case.id).order_by(CasePlace.adcode)))


def of_cases(session: Session, case_ids: list[int]) -> dict[int, list[CasePlace]]:
    """The further places of several matters, by matter."""
    found: dict[int, list[CasePlace]] = {}
    for row in session.scalars(select(CasePlace).where(CasePlace.case_id.in_(case_ids)).order_by(CasePlace.adcode)):
        found.setdefault(row.case_id, []).append(row)
    return found


def follow(session: Session, case: Case, told: dict) -> None:
    """Brings them up to date with the facts as they stand (`told`, by dotted name)."""
    told_of = [*((fact, _code(told.get(fact))) for fact in FURTHER), ("pact", _by_pact(told))]
    wanted = {code: why for why, code in reversed(told_of) if code and code != told.get("adcode")}
    held = {row.adcode: row for row in of_case(session, case)}
    for code, row in held.items():
        if code not in wanted:
            session.delete(row)
    for code, why in wanted.items():
        if code in held:
            held[code].why = why
        else:
            session.add(CasePlace(case_id=case.id, adcode=code, why=why))


def _code(words: object) -> str | None:
    """The place that words name; None where it is not one place."""
    from bot.understanding import places as reader

    if not isinstance(words, str) or not words.strip():
        return None
    found = {one.adcode for one in reader.find(words, expecting=True) if one.adcode}
    return found.pop() if len(found) == 1 else None


def _by_pact(told: dict) -> str | None:
    """The province of a worker who is registered in one region of a pact and works in another: no more of where they are from."""
    home, work = _province(told.get("household_adcode"), told.get("household_place")), (told.get("adcode") or "")[:2]
    together = any({home, work} <= set(pact["regions"]) for pact in load().rule("employers")["pacts"])
    return f"{home}0000" if home and home != work and together else None


def _province(adcode: str | None, words: object) -> str | None:
    code = adcode or places.province_named(words if isinstance(words, str) else None)
    return code[:2] if code else None
