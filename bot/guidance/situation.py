"""What the case is about: the issues stated, and those that the facts themselves show."""
from dataclasses import dataclass
from datetime import date, timedelta

from bot.guidance.facts import Facts

NO_DOUBLE_WAGE_FORMS = ("student", "self_employed", "platform_dedicated", "platform_crowdsourced")


def issues_of(facts: Facts) -> tuple[str, ...]:
    """The stated issues in order, then what the facts show besides: more facts never hide a problem."""
    found = list(dict.fromkeys(facts.issues or ()))
    if found == ["not_labour"]:
        return tuple(found)
    if facts.amount_owed or facts.owed_since or facts.written_debt_note:
        found.append("wage_arrears")
    if facts.written_contract is False and facts.employment_form not in NO_DOUBLE_WAGE_FORMS and not facts.is_platform():
        found.append("no_contract")
    if facts.injury.on or facts.injury.kind or facts.injury.diagnosed_on or facts.injury.recognition_received_on:
        found.append("work_injury")
    return tuple(issue for issue in dict.fromkeys(found) if issue != "not_labour")


@dataclass(frozen=True)
class Unwritten:
    """Work without a written contract: the first day of it, the day one was signed then, and whether an earlier contract had run out."""

    start: date
    signed_on: date | None
    expired: bool


def unwritten(facts: Facts, today: date) -> Unwritten | None:
    """The work without a written contract: from the first day, or from the day after a contract ran out and the worker went on working.

    None where neither day is known.
    """
    started, ran_out, signed, ended = facts.started_on, facts.contract_expired_on, facts.contract_signed_on, facts.ended_on
    went_on = ran_out is not None and ran_out < today and (ended is None or ended > ran_out) and (started is None or ran_out >= started)
    if went_on:
        return Unwritten(ran_out + timedelta(days=1), signed if signed is not None and signed > ran_out else None, True)
    return Unwritten(started, signed, False) if started is not None else None
