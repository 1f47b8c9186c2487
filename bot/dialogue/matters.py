"""Whose matter a message is about: the worker's, another one of the worker's, a workmate's. Each is a case of its own."""
import json
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from bot.cases import cases
from bot.cases.model import Case, Worker
from bot.dialogue import echo, words
from bot.dialogue.heard import Heard, Say
from bot.dialogue.state import State, turn_to
from bot.guidance.facts import ISSUES
from bot.law import Law, places as table
from bot.law.languages import like
from bot.settings import today
from bot.understanding import facts as reader, language as languages, places

OF_A_CASE = ("affirm", "deny", "inform", "dont_know", "skip", "correct", "back", "hand_over", "ask_human", "choose_reason", "deflected",
             "helped", "more", "ask_how", "ask_deadlines", "resolved")  # buttons that count for the case they were shown in
MATTER = "matter"  # the question whose matter it is
OWN, SAME = "own", "same"
PEOPLE = ("workmate", "family", "friend")
LONG = 12  # characters from which a message may be a story of its own


@dataclass(frozen=True)
class Decision:
    """What to do before a message is read: `go`: turn to that case; `begin`: open one for these people; `ask`: ask whose it is."""

    go: str | None = None
    begin: str | None = None
    ask: str | None = None


def whose(case: Case) -> str:
    return cases.stated(case).get("whose", OWN)


def button(payload: str, code: str) -> str:
    """The payload of a button with the case it counts for, whichever is spoken of when it is pressed."""
    intent, _, values = payload.removeprefix("/").partition("{")
    if intent not in OF_A_CASE:
        return payload
    return f"/{intent}" + json.dumps({**json.loads("{" + values if values else "{}"), "code": code}, ensure_ascii=False)


def heading(law: Law, language: str, state: State, case: Case | None) -> str:
    """A line that says which case is spoken of; empty where there is only the worker's own."""
    if case is None or whose(case) == OWN and not state.others:
        return ""
    return law.text("dialogue.heading", language, whose=law.text(f"dialogue.of_{whose(case)}", language)) + "\n"


def about(law: Law, language: str, case: Case) -> str:
    """What tells a matter from another in a few words: "拖欠工资，浙江省杭州市"."""
    told = cases.stated(case)
    parts = [echo.value_of(law, language, name, told[name]) for name in ("issues", "adcode") if told.get(name)]
    return (", " if like(language) == "en" else "，").join(parts) or law.text("dialogue.nothing_told", language)


def decide(session: Session, worker: Worker, state: State, heard: Heard) -> Decision | None:
    """What the message says about whose matter it is; None where it goes on with the case spoken of."""
    if worker.consented_at is None:
        return None
    found, case = cases.open_cases(session, worker), cases.current(session, worker)
    if heard.pressed:
        return _pressed(found, case, heard)
    if state.asked == MATTER:
        return None
    return _said(found, case, state, heard, worker.language or "zh")


def settle(session: Session, law: Law, worker: Worker, state: State, heard: Heard) -> tuple[list[Say], Heard | None]:
    """Turns to the case a message is about. What to say, and the message to read in that case (None: nothing is to be read)."""
    language = worker.language or "zh"
    found, case = cases.open_cases(session, worker), cases.current(session, worker)
    if heard.pressed and heard.intent == MATTER:
        decision = _pressed(found, case, heard) or Decision(go=case.code if case and heard.values.get("whose") != SAME else None)
        return _turn(session, law, worker, state, decision), _released(state)
    if state.asked == MATTER and state.aside and not heard.pressed:
        decision = _answer(found, case, heard, language)
        return (_turn(session, law, worker, state, decision), _released(state)) if decision else ([], heard)
    decision = decide(session, worker, state, heard)
    if decision is None and heard.intent == MATTER and not _tells(heard, language) and case is not None and cases.stated(case):
        decision = Decision(ask=OWN)
    if decision is not None and decision.ask:
        state.aside = asdict(heard)
        return [], None
    says = _turn(session, law, worker, state, decision) if decision else []
    return says, heard if heard.intent != MATTER or _tells(heard, language) else None


def _released(state: State) -> Heard | None:
    """The message that waited, if one did."""
    aside, state.aside = state.aside, None
    if state.asked == MATTER:
        state.asked = None
    return Heard(**aside) if aside else None


def _turn(session: Session, law: Law, worker: Worker, state: State, decision: Decision) -> list[Say]:
    """Opens or takes up the case; said, so that the worker knows which one is spoken of."""
    language, before = worker.language or "zh", cases.current(session, worker)
    left = before.code if before else None
    if decision.begin:
        empty = before is not None and not cases.stated(before) and not state.pending
        case = before if empty else cases.open_case(session, worker)
        cases.state(session, case, {"whose": decision.begin} if decision.begin != OWN else {})
        turn_to(worker, state, left, case.code)
        whose_it_is = law.text(f"dialogue.of_{decision.begin}", language)
        return [] if empty else [Say(law.text("dialogue.opened", language, whose=whose_it_is, code=case.code))]
    case = next((one for one in cases.open_cases(session, worker) if one.code == decision.go), None)
    if case is None:
        return []
    turn_to(worker, state, left, case.code)
    return [Say(law.text("dialogue.turned", language, whose=law.text(f"dialogue.of_{whose(case)}", language), code=case.code,
                         about=about(law, language, case)))]


def question(law: Law, language: str, found: list[Case], case: Case | None) -> Say:
    """Whose matter is it? The cases there are, and new ones, as buttons."""
    if case is None:
        return Say(law.text("dialogue.matter", language))
    names = [law.text("dialogue.matter_same", language, whose=law.text(f"dialogue.of_{whose(case)}", language))]
    buttons = [(names[0], '/matter{"whose": "same"}')]
    buttons += [(_button(law, language, one), f'/matter{{"code": "{one.code}"}}') for one in found if one.code != case.code]
    return Say(law.text("dialogue.matter", language, about=about(law, language, case)), (*buttons, *new_ones(law, language)))


def switches(law: Law, language: str, found: list[Case], case: Case | None) -> tuple[tuple[str, str], ...]:
    """Buttons to the other open cases."""
    others = [one for one in found if case is None or one.code != case.code]
    return tuple((_button(law, language, one), f'/matter{{"code": "{one.code}"}}') for one in others)


def new_ones(law: Law, language: str) -> tuple[tuple[str, str], ...]:
    """Buttons that open another case."""
    return tuple((law.text(f"dialogue.matter_{kind}", language), f'/matter{{"whose": "{kind}"}}') for kind in (OWN, "workmate", "family"))


def _button(law: Law, language: str, case: Case) -> str:
    return law.text("dialogue.turn_button", language, whose=law.text(f"dialogue.of_{whose(case)}", language), code=case.code)


def _pressed(found: list[Case], case: Case | None, heard: Heard) -> Decision | None:
    """A button carries the case it was shown in: it counts there, also after the worker has turned to another one."""
    code, kind = heard.values.get("code"), heard.values.get("whose")
    if any(one.code == code for one in found):
        return Decision(go=code) if case is None or case.code != code else None
    if heard.intent == MATTER and kind in (OWN, *PEOPLE):
        return Decision(begin=kind)
    return None


def _said(found: list[Case], case: Case | None, state: State, heard: Heard, language: str) -> Decision | None:
    """What words say. Sure signs decide; where a story could be somebody else's it is asked."""
    def says(key: str) -> bool:
        return words.says(key, heard.text, language)

    now, reports = OWN if case is None else whose(case), _reports(heard)
    empty = case is None or not cases.stated(case) and not state.pending
    asks_for = next((kind for kind in PEOPLE if says(f"whose_{kind}_asked")), None)
    if asks_for is None and says("whose_asked"):
        asks_for = next((kind for kind in PEOPLE if says(kind)), "workmate")
    subject = None if says("first_person") else next((kind for kind in PEOPLE if says(f"whose_{kind}_subject")), None)
    theirs, another = asks_for or subject, says("whose_another")
    if now != OWN and says("whose_back"):
        mine = [one for one in found if whose(one) == OWN]
        return Decision(go=mine[-1].code) if mine else Decision(begin=OWN)
    if empty:
        return Decision(begin=theirs) if theirs and now == OWN and (asks_for or reports) else None
    if theirs and now == theirs and not another:
        return None
    there = [one for one in found if theirs and whose(one) == theirs]
    if len(there) == 1 and not another and (asks_for or _tells(heard, language)):
        return Decision(go=there[0].code)
    if asks_for:
        return Decision(begin=asks_for)
    of_another = theirs or now == OWN and says("whose_pronoun") and not says("first_person")
    if of_another and reports:
        return Decision(ask=theirs or "workmate")
    if says("whose_own_other") and (reports or heard.intent == MATTER) or _elsewhere(case, state, heard, language):
        return Decision(ask=OWN)
    return None


def _answer(found: list[Case], case: Case | None, heard: Heard, language: str) -> Decision | None:
    """A typed answer to the question whose matter it is; None where it answers nothing."""
    def says(key: str) -> bool:
        return words.says(key, heard.text, language)

    if says("whose_same"):
        return Decision()
    kind = next((kind for kind in PEOPLE if says(kind)), "workmate" if says("whose_theirs") else OWN if says("whose_mine") else None)
    there = [one for one in found if kind and whose(one) == kind and (case is None or one.code != case.code)]
    if kind is None:
        return None
    return Decision(go=there[0].code) if len(there) == 1 else Decision(begin=kind)


def _elsewhere(case: Case | None, state: State, heard: Heard, language: str) -> bool:
    """A problem told for a place that is neither the one known nor around it or in it, without a word that it was said wrongly."""
    known = cases.stated(case).get("adcode") if case is not None else None
    if known is None or state.redo is not None or not state.guided or heard.intent == "correct":
        return False
    if len(heard.text) < LONG or not _reports(heard):
        return False
    said = [one.adcode for one in places.find(heard.text, language=language) if one.adcode and one.role in (None, "work")]
    return len(said) == 1 and not any(one.adcode == known for one in table.chain(said[0])) \
        and not any(one.adcode == said[0] for one in table.chain(known))


def _reports(heard: Heard) -> bool:
    """Whether the words report a problem at work."""
    return any(issue in ISSUES and issue != "not_labour" for issue in heard.issues)


def _tells(heard: Heard, language: str) -> bool:
    """Whether the words tell anything of a case."""
    found = reader.find(heard.text, language=languages.detect(heard.text) or language, today=today())
    return _reports(heard) or any(one.value not in (None, []) for one in found)
