"""What the case is about: the issues stated, and those that the facts themselves show."""
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
