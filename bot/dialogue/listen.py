"""What a message changes: consent, facts waiting for confirmation, facts confirmed, what a body answered."""
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot.cases import cases
from bot.cases.facts_tree import nest
from bot.cases.model import Case, Worker
from bot.dialogue import ask, deflect, echo
from bot.dialogue.heard import Heard, Say
from bot.dialogue.state import State
from bot.guidance.context import Context
from bot.guidance.facts import ISSUES, Facts, FactsError, parse_facts
from bot.guidance.situation import issues_of
from bot.law import Law, load
from bot.settings import now, today
from bot.understanding import facts as reader, language as languages, places

MAY_LIE_AHEAD = ("debt_due_on", "contract_expired_on", "arbitration.performance_due_on")
AT_ONCE = ("dangers", "violence")  # never wait for a confirmation
YES_NO = {"affirm": True, "deny": False}


@dataclass
class Change:
    """What listening to a message brought: things to say at once, and messages held in memory until there is consent."""

    says: list[Say] = field(default_factory=list)
    held: list[dict] | None = None


def absorb(session: Session, law: Law, worker: Worker, state: State, heard: Heard, held: list[dict]) -> Change:
    """Takes a message into the conversation; the same message a second time changes nothing."""
    change = Change()
    if heard.message_id == state.last_message:
        return change
    state.last_message = heard.message_id
    if worker.consented_at is None:
        return _before_consent(session, law, worker, state, heard, held)
    case = cases.current(session, worker)
    if state.asked == ask.CONFIRM and heard.intent == "affirm":
        case = case or cases.open_case(session, worker)
        _commit(session, case, state)
    elif state.asked == ask.CONFIRM and heard.intent == "deny":
        state.redo, state.story = None, True
        change.says.append(review(law, worker, state.pending))
    elif heard.pressed:
        _pressed(session, law, worker, state, heard)
    else:
        change.says += _words(session, law, worker, state, heard)
    return change


def speak_language(worker: Worker, state: State, heard: Heard) -> None:
    """Follows the language the worker writes, unless one was chosen."""
    spoken = None if heard.pressed else languages.detect(heard.text)
    if worker.language is None or (spoken in load().texts and not state.pinned_language):
        worker.language = spoken or worker.language or (heard.language if heard.language in load().texts else None) or "zh"


def review(law: Law, worker: Worker, values: dict) -> Say:
    """Every fact as a button, to change it."""
    language = worker.language or "zh"
    rows = []
    for name, value in values.items():
        line = echo.fact(law, language, name, value)
        if line:
            rows.append((line[:60], f'/correct{{"fact": "{"place" if name == "adcode" else name}"}}'))
    return Say(law.text("dialogue.review", language), tuple(rows))


def _before_consent(session: Session, law: Law, worker: Worker, state: State, heard: Heard, held: list[dict]) -> Change:
    if state.asked == ask.CONSENT and heard.intent == "affirm":
        worker.consented_at, state.refused_consent = now(), False
        change = Change(held=[])
        for old in held:
            told = Heard(heard.sender, old["text"], old["id"], old["intent"], tuple(old["issues"]), channel=heard.channel)
            change.says += _words(session, law, worker, state, told)
        return change
    if state.asked == ask.CONSENT and heard.intent == "deny":
        state.refused_consent = True
        return Change(says=[Say(law.text("dialogue.refused", worker.language or "zh"))], held=[])
    state.refused_consent = False
    if heard.pressed:
        return Change()
    kept = {"text": heard.text, "id": heard.message_id, "intent": heard.intent, "issues": list(heard.issues)}
    return Change(held=[*held, kept])


def _pressed(session: Session, law: Law, worker: Worker, state: State, heard: Heard) -> None:
    """A button states its facts exactly; "don't know" takes the question off the list."""
    if heard.intent == "dont_know" and state.asked:
        _decline(state, state.asked)
        return
    if heard.intent == "correct" and heard.values.get("fact"):
        state.redo = str(heard.values["fact"])
        return
    values = {name: value for name, value in heard.values.items() if _fits(name, value)}
    if not values:
        return
    case = cases.current(session, worker) or cases.open_case(session, worker)
    if "issues" in values:
        values["issues"] = list(dict.fromkeys([*cases.stated(case).get("issues", []), *values["issues"]]))
    if values.get("still_employed") is True:
        values["ended_on"] = None
        state.pending.pop("ended_on", None)
    _settle(session, case, state, values)


def _words(session: Session, law: Law, worker: Worker, state: State, heard: Heard) -> list[Say]:
    """Reads a message for issues, facts and answers of bodies. What was asked for and is exact is taken; the rest waits."""
    says: list[Say] = []
    expecting = state.asked if state.asked not in (None, ask.CONSENT, ask.CONFIRM) else None
    language = worker.language or "zh"
    found = reader.find(heard.text, language=languages.detect(heard.text) or language, today=today(), expecting=expecting)
    case = cases.current(session, worker) or cases.open_case(session, worker)
    waiting, exact = _sort(found, expecting)
    if expecting and heard.intent == "dont_know" and expecting not in exact and expecting not in waiting:
        _decline(state, expecting)
        return says
    contacts = waiting.pop("contacts", None) or exact.pop("contacts", None)
    ahead = [name for name in (*waiting, *exact) if _lies_ahead(name, waiting.get(name) or exact.get(name))]
    for name in ahead:
        waiting.pop(name, None), exact.pop(name, None)
    if ahead:
        says.append(Say(law.text("dialogue.future", language, today=_today_in_words(law, language))))
    place_known = _locate(law, state, waiting, exact, expecting, language)
    danger = {name: waiting.pop(name) for name in AT_ONCE if name in waiting} | {name: exact.pop(name) for name in AT_ONCE if name in exact}
    if danger:
        before = cases.stated(case).get("dangers", [])
        new = [one for one in danger.get("dangers", []) if one not in before]
        says += [Say(law.text(f"danger.{one}", language)) for one in new]
        if "dangers" in danger:
            danger["dangers"] = [*before, *new]
        cases.state(session, case, danger)
    fresh = [] if expecting and exact else _new_issues(cases.stated(case), {**state.pending, **waiting}, heard)
    if fresh:
        waiting["issues"] = [*state.pending.get("issues", cases.stated(case).get("issues", [])), *fresh]
    if contacts:
        said_by_body = deflect.log(session, law, worker, case, state, contacts, heard)
        says += said_by_body
    if exact:
        _settle(session, case, state, exact)
    if waiting:
        state.pending.update(waiting)
        beside = [name for name in waiting if name not in (expecting, "place", "adcode")]
        state.story = state.story or bool(beside) or state.redo is not None
        state.redo = None
    if expecting and (expecting in exact or expecting in waiting or place_known):
        state.tries.pop(expecting, None)
    if exact or waiting or contacts or danger or place_known:
        state.doubts = 0
    elif expecting and not ahead:
        says += _not_understood(law, worker, state, expecting)
    return says


def _new_issues(stated: dict, waiting: dict, heard: Heard) -> list[str]:
    """Issues the message names, or that its facts show, which the case does not have yet."""
    named = [issue for issue in heard.issues if issue in ISSUES and issue != "not_labour"]
    try:
        shown = issues_of(parse_facts(nest({**stated, **waiting, "issues": named or waiting.get("issues", [])})))
    except FactsError:
        shown = tuple(named)
    known = waiting.get("issues") or stated.get("issues", [])
    return [issue for issue in dict.fromkeys([*named, *shown]) if issue not in known]


def _sort(found: list, expecting: str | None) -> tuple[dict, dict]:
    """(to be confirmed, exact answers to the question asked) by fact name; several findings of a list are joined."""
    waiting, exact = {}, {}
    for finding in found:
        if finding.value is None:
            continue
        asked_for = finding.fact == expecting or (expecting == "ended_on" and finding.fact == "still_employed")
        target = exact if asked_for and finding.exact else waiting
        if isinstance(finding.value, list) and isinstance(target.get(finding.fact), list):
            target[finding.fact] = [*target[finding.fact], *(item for item in finding.value if item not in target[finding.fact])]
        else:
            target[finding.fact] = finding.value
    return ({name: value for name, value in waiting.items() if _fits(name, value)},
            {name: value for name, value in exact.items() if _fits(name, value)})


def _locate(law: Law, state: State, waiting: dict, exact: dict, expecting: str | None, language: str) -> bool:
    """Gives a place its code; a name that several places share is asked back."""
    for values in (waiting, exact):
        if "place" not in values:
            continue
        found = places.find(values["place"], language=language, expecting=True)
        if not found:
            values.pop("place")
        elif found[0].adcode is None:
            state.place_candidates = list(found[0].candidates)
            values.pop("place")
            return True
        else:
            state.place_candidates = []
            values["adcode"] = found[0].adcode
    return False


def _settle(session: Session, case: Case, state: State, values: dict) -> None:
    """Facts that need no confirmation are stated; they replace what waited under the same name."""
    cases.state(session, case, values)
    for name in values:
        state.pending.pop(name, None)
    if state.redo in values or (state.redo == "place" and "adcode" in values):
        state.redo = None
    state.guided = False


def _commit(session: Session, case: Case, state: State) -> None:
    """The worker confirmed what was said back."""
    values = dict(state.pending)
    if values.get("still_employed") is True:
        values["ended_on"] = None
    elif values.get("ended_on"):
        values["still_employed"] = False
    cases.state(session, case, values)
    state.pending, state.story, state.guided, state.redo = {}, False, False, None


def _decline(state: State, fact: str) -> None:
    if fact not in (ask.CONSENT, ask.CONFIRM):
        state.declined.append(fact)
        state.redo = None


def _not_understood(law: Law, worker: Worker, state: State, expecting: str) -> list[Say]:
    """The same question is asked twice at most; then a person is offered and the question dropped."""
    language = worker.language or "zh"
    state.tries[expecting] = state.tries.get(expecting, 0) + 1
    if state.tries[expecting] >= ask.MOST_TRIES:
        _decline(state, expecting)
        return [Say(law.text("dialogue.offer_person", language), ((law.text("dialogue.human_button", language), "/ask_human"),))]
    return [Say(law.text("dialogue.no_such_place" if expecting == "place" else "dialogue.not_understood", language))]


def _fits(name: str, value) -> bool:
    """Whether a value is one the facts schema takes."""
    if name == "fact":
        return False
    try:
        parse_facts(nest({name: value}))
    except FactsError:
        return False
    return True


def _lies_ahead(name: str, value) -> bool:
    if name in MAY_LIE_AHEAD:
        return False
    days = value if isinstance(value, list) else [value]
    return any(isinstance(day, str) and len(day) == 10 and day[4:5] == "-" and day > today().isoformat() for day in days)


def _today_in_words(law: Law, language: str) -> str:
    return Context(facts=Facts(), law=law, today=today(), language=language).day(today())


