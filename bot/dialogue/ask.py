"""What is asked next, and how: the questions come from `guidance`, the words and choices from the law base."""
import json
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session, object_session

from bot.cases import cases, directory
from bot.cases.facts_tree import nest
from bot.cases.model import Case, Worker
from bot.dialogue import echo, matters, sensitive
from bot.dialogue.heard import Say
from bot.dialogue.state import State
from bot.guidance.assess import assess
from bot.guidance.facts import FactsError, parse_facts
from bot.law import Law, places
from bot.settings import today

CONSENT, CONFIRM = "consent", "confirmed"
MOST_QUESTIONS = 8  # more than any of the main situations needs; then the answer comes with what is known
MOST_TRIES = 2


def assessment(law: Law, worker: Worker, case: Case | None, extra: dict) -> dict:
    """The assessment of the case with facts not confirmed yet taken for true; used to see what is still missing."""
    tree = cases.facts(case) if case is not None else {}
    for name, value in nest(extra).items():
        if isinstance(value, dict) and isinstance(tree.get(name), dict):
            tree[name] = {**tree[name], **value}
        else:
            tree[name] = value
    tree.pop("household_adcode", None)
    tree["language"] = worker.language or "zh"
    offices = directory.offices(object_session(worker), tree.get("adcode"))
    return _assessed(json.dumps(tree, ensure_ascii=False), law, today(), offices)


@lru_cache(maxsize=64)  # one message asks several times, and the next ones ask about the same facts
def _assessed(facts: str, law: Law, day: date, offices: tuple) -> dict:
    """The assessment of facts in JSON; whoever reads it must not change it."""
    tree = json.loads(facts)
    try:
        return assess(parse_facts(tree), law, day, offices)
    except FactsError:  # a stored fact no longer fits the schema: the confirmed rest still gives an answer
        return assess(parse_facts({"language": tree["language"]}), law, day)


def required(law: Law, worker: Worker, case: Case | None, state: State) -> list[str]:
    """The facts the form must still fill, the most useful first: what `guidance` asks, consent and confirmation around it."""
    if worker.consented_at is None:
        return [] if state.refused_consent else [CONSENT]
    if state.aside is not None:
        return [matters.MATTER]
    if state.redo is not None:
        return [state.redo]
    if state.pending and state.story:
        return [CONFIRM]
    if state.questions_asked < MOST_QUESTIONS:
        wanted = [question["fact"] for question in assessment(law, worker, case, state.pending)["questions"]]
        if wanted:
            return wanted
    return [CONFIRM] if state.pending else []


def question(session: Session, law: Law, worker: Worker, case: Case | None, state: State, fact: str) -> Say:
    """The question for one required fact, with its reason and its buttons."""
    language = worker.language or "zh"
    if fact == CONSENT:
        key = ("consent", "consent_again", "consent_later")[min(state.tries.get(CONSENT, 0), 2)]
        return Say(law.text(f"dialogue.{key}", language), buttons(law, worker, state, fact))
    if fact == matters.MATTER:
        return matters.question(law, language, cases.open_cases(session, worker), case)
    heading = matters.heading(law, language, state, case)
    if fact == CONFIRM:
        heard = "\n".join(f"· {line}" for line in echo.lines(law, language, state.pending, state.rough))
        text = law.text("dialogue.confirm", language, heard=heard, sensitive=sensitive.confirmed(law, language, state))
        text = law.text("dialogue.again", language, ask=text) if state.tries.get(fact) else text
        return Say(heading + text, buttons(law, worker, state, fact))
    key = fact.replace(".", "_")
    text = law.text(f"questions.{key}_ask", language)
    if fact == "place" and state.place_candidates:
        text = law.text("dialogue.which_place", language)
    elif state.tries.get(fact):
        text = law.text("dialogue.again", language, ask=text)
    why = law.text("dialogue.why_short", language, why=law.text(f"questions.{key}_why", language))
    return Say(f"{heading}{text}\n{sensitive.asked(law, language, state, fact)}{why}", buttons(law, worker, state, fact))


def buttons(law: Law, worker: Worker, state: State, fact: str) -> tuple[tuple[str, str], ...]:
    """The buttons under the question for a fact."""
    language = worker.language or "zh"
    if fact == CONSENT:
        return _yes_no(law, language, "consent_yes", "consent_no")
    if fact == CONFIRM:
        return _yes_no(law, language, "confirm_yes", "confirm_no", "/correct")
    return () if fact == matters.MATTER else tuple(_choices(law, language, state, fact))


def _choices(law: Law, language: str, state: State, fact: str) -> list[tuple[str, str]]:
    rule, key = law.rule("questions"), fact.replace(".", "_")
    shown = []
    if fact == "place":
        for code in state.place_candidates[:6]:
            shown.append((places.full_name(code, language), inform(place=places.full_name(code, "zh"), adcode=code)))
    for value in rule["choices"].get(fact, []):
        title_key = f"choice_{key}_{value}" if not isinstance(value, bool) else f"choice_{'true' if value else 'false'}"
        shown.append((law.text(f"questions.{title_key}", language), inform(**{fact: [value] if fact == "issues" else value})))
    if fact in rule["shortcuts"]:
        shortcut = rule["shortcuts"][fact]
        shown.append((law.text(f"questions.choice_shortcut_{key}", language), inform(**{shortcut["fact"]: shortcut["value"]})))
    if fact != "issues":
        shown.append((law.text("questions.choice_dont_know", language), "/dont_know"))
    return shown


def inform(**values) -> str:
    """The payload of a button that states facts."""
    return "/inform" + json.dumps(values, ensure_ascii=False)


def _yes_no(law: Law, language: str, yes: str, no: str, no_payload: str = "/deny") -> tuple[tuple[str, str], ...]:
    return ((law.text(f"dialogue.{yes}", language), "/affirm"), (law.text(f"dialogue.{no}", language), no_payload))
