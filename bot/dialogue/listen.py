"""What a message changes: consent, facts waiting for confirmation, facts confirmed, what a body answered."""
import re
from dataclasses import asdict, dataclass, field

from sqlalchemy.orm import Session

from bot.cases import cases
from bot.cases.facts_tree import nest
from bot.cases.model import Case, Worker
from bot.dialogue import ask, beside, correct, deflect, echo, matters, missed, sensitive, typed
from bot.dialogue.heard import Heard, Say
from bot.dialogue.state import State
from bot.guidance.context import Context
from bot.guidance.facts import ISSUES, Facts, FactsError, parse_facts
from bot.guidance.situation import issues_of
from bot.law import Law, languages as law_languages, load, places as table
from bot.settings import now, today
from bot.understanding import facts as reader, language as languages, places
from bot.understanding.script import script_of

MAY_LIE_AHEAD = ("debt_due_on", "contract_expired_on", "arbitration.performance_due_on")
DESPAIR = "self_harm"
AT_ONCE = ("dangers", "violence")  # never wait for a confirmation
UNCHECKED = ("union_member", "enterprise_union", "criminal_case", "cannot_read", "retaliation_feared")  # told beside an answer of a body
DONT_KNOW = ("dont_know", "skip")
GROUPS = ("control", "injury", "arbitration", "court")
STATABLE = {name for name in Facts.__fields__ if name not in ("case", "as_of", "language", "dont_know", *GROUPS)} | {
    f"{group}.{leaf}" for group in GROUPS for leaf in Facts.__fields__[group].type_.__fields__}
NUMBERS = ("people", "amount_owed", "monthly_wage")
CONSENTING = re.compile(r"我?同意|可以[，,。]|好的?[，,]|i agree|yes[, ]", re.IGNORECASE)
SHORT = (8, 6)  # characters, or words
FEW_LETTERS, FEW_CHARACTERS = 6, 3  # so few do not change the language of a conversation


@dataclass
class Change:
    """What listening to a message brought: things to say at once, messages held in memory until there is consent,
    and whether the worker told that reading is hard."""

    says: list[Say] = field(default_factory=list)
    held: list[dict] | None = None
    cannot_read: bool = False


def absorb(session: Session, law: Law, worker: Worker, state: State, heard: Heard, held: list[dict]) -> Change:
    """Takes a message into the conversation; the same message a second time changes nothing."""
    if heard.message_id == state.last_message:
        return Change()
    state.last_message, state.offer, state.unread, state.paused = heard.message_id, None, False, False
    change = _before_consent(session, law, worker, state, heard, held) if worker.consented_at is None \
        else Change(says=_told(session, law, worker, state, heard))
    case = cases.current(session, worker)
    change.cannot_read = case is not None and cases.stated(case).get("cannot_read") is True
    return change


def _told(session: Session, law: Law, worker: Worker, state: State, heard: Heard) -> list[Say]:
    """A message of someone who agreed: first whose matter it is about, then what it says of it."""
    asked = state.asked
    says, heard = matters.settle(session, law, worker, state, heard)
    if heard is None:
        return says
    if asked == state.asked == matters.MATTER and not heard.pressed and state.aside:
        return says + _tried(session, law, worker, state, matters.MATTER, heard)
    case = cases.current(session, worker)
    if heard.pressed and heard.intent in deflect.REPORTS:
        return says + deflect.heard_answer(session, law, worker, state, heard, [])
    if state.asked == ask.CONFIRM and heard.intent == "affirm":
        _commit(session, case or cases.open_case(session, worker), state)
        more = not heard.pressed and beside.brings_news(heard, worker.language or "zh")
        return says + (_words(session, law, worker, state, heard) if more else [])
    if heard.intent == "enough":
        state.questions_asked = ask.MOST_QUESTIONS
        return says + [Say(law.text("dialogue.enough", worker.language or "zh"))]
    return says + (_pressed if heard.pressed else _words)(session, law, worker, state, heard)


def speak_language(worker: Worker, state: State, heard: Heard) -> None:
    """Follows the language the worker writes, unless one was chosen. A word or two amid a conversation do not change it."""
    spoken = None if heard.pressed else law_languages.variant(languages.detect(heard.text), script_of(heard.text))
    begun = worker.language is not None and state.last_message is not None
    if spoken not in load().texts or begun and (state.pinned_language or _is_scrap(heard.text, spoken)):
        spoken = None
    hinted = heard.language if heard.language in load().texts else None
    if begun and spoken == law_languages.like(worker.language):
        spoken = None  # what could be either script is no reason to change it
    worker.language = spoken or worker.language or hinted or "zh"


def _is_scrap(text: str, spoken: str) -> bool:
    """"OK", a name of a platform or of a place: too little to tell the language of the person."""
    letters = sum(1 for char in text if char.isalpha())
    if spoken == "en":
        return letters <= FEW_LETTERS or len(text.split()) < 2
    return letters <= FEW_CHARACTERS


def _before_consent(session: Session, law: Law, worker: Worker, state: State, heard: Heard, held: list[dict]) -> Change:
    """Nothing is written down; what is told waits in memory and is read once there is consent."""
    language = worker.language or "zh"
    if state.asked == ask.CONSENT and (heard.intent == "affirm" or CONSENTING.match(heard.text.strip())):
        worker.consented_at, state.refused_consent, state.asked = now(), False, None
        change = Change(held=[])
        for told in [*(Heard(**old) for old in held), *([heard] if beside.brings_news(heard, language) else [])]:
            warned = _warnings(law, language, told) if told is not heard else []
            change.says += [say for say in _told(session, law, worker, state, told) if say not in warned]
        state.paused = False  # what to do first was said when it was told
        return change
    if state.asked == ask.CONSENT and heard.intent == "deny":
        state.refused_consent = True
        return Change(says=[Say(law.text("dialogue.refused", language))], held=[])
    state.refused_consent = False
    told = beside.brings_news(heard, language) or heard.intent in (*deflect.REPORTS, matters.MATTER)
    if told or heard.intent == "inform" and heard.pressed:
        return Change(says=_warnings(law, language, heard), held=[*held, asdict(heard)])
    if not heard.pressed and languages.script(heard.text) == "other":
        return Change(says=[Say(law.text("dialogue.other_script", language))])
    return Change(says=[] if beside.stands(heard, language, state.asked) else beside.answer(law, language, heard, None))


def _warnings(law: Law, language: str, heard: Heard) -> list[Say]:
    """What to do first in a danger the words tell of: said at once, before consent, and nothing of it is kept."""
    found = [] if heard.pressed else reader.find(heard.text, language=languages.detect(heard.text) or language, today=today())
    return [Say(law.text(f"danger.{one}", language)) for finding in found if finding.fact == "dangers" for one in finding.value]


def _pressed(session: Session, law: Law, worker: Worker, state: State, heard: Heard) -> list[Say]:
    """A button states its facts exactly; "don't know" takes the question off the list. Typed payloads that fit nothing change nothing."""
    case = cases.current(session, worker)
    if heard.intent in DONT_KNOW and state.asked:
        _decline(session, worker, state, state.asked)
        return []
    if heard.intent in ("correct", "back"):
        return correct.pressed(session, law, worker, case, state, heard)
    if heard.intent == "deny" and state.asked == ask.CONFIRM:
        return [correct.review(law, worker, state.pending)]
    values = {name: value for name, value in heard.values.items() if _fits(name, value) and not _lies_ahead(name, value)}
    values.pop("contacts", None)
    _locate(state, values, "zh")
    if not values:
        return []
    case = case or cases.open_case(session, worker)
    if "issues" in values and state.redo != "issues":
        values["issues"] = list(dict.fromkeys([*cases.stated(case).get("issues", []), *values["issues"]]))
    if values.get("still_employed") is True:
        values["ended_on"] = None
        state.pending.pop("ended_on", None)
    asked = state.asked
    _settle(session, case, state, values)
    if asked in law.rule("questions")["order"]:
        state.answer(asked)  # also where "still there" answers the question for the last day
    return []


def _words(session: Session, law: Law, worker: Worker, state: State, heard: Heard) -> list[Say]:
    """Reads a message for issues, facts and answers of bodies. What was asked for and is exact is taken; the rest waits."""
    says: list[Say] = []
    language = worker.language or "zh"
    case = cases.current(session, worker) or cases.open_case(session, worker)
    expecting = state.asked if state.asked not in (None, ask.CONSENT, ask.CONFIRM, matters.MATTER) else None
    text, contradicts = heard.text, correct.contradicts(heard, expecting, language)
    if state.redo is None and contradicts:
        fact = correct.meant(case, state, text, languages.detect(text) or language)
        if fact is not None:
            expecting, state.redo, text = fact, fact, correct.without_no(text)
    found = reader.find(text, language=languages.detect(text) or language, today=today(), expecting=expecting)
    waiting, exact = _sort(found, expecting)
    rough = {finding.fact for finding in found if not finding.exact}
    if contradicts and expecting in exact and expecting in state.pending:
        waiting[expecting] = exact.pop(expecting)  # shown again with the rest that waits
    value = typed.choice(law, language, expecting, text) if expecting and expecting not in exact else None
    if value is not None:
        exact[expecting] = value
        waiting.pop(expecting, None)
    if expecting and heard.intent in DONT_KNOW and expecting not in exact and expecting not in waiting and expecting != "issues" \
            and beside.topic(heard, language) is None:
        _decline(session, worker, state, expecting)
        return says
    contacts = waiting.pop("contacts", None) or exact.pop("contacts", None)
    if not contacts and (heard.intent in deflect.REPORTS or case.referrals):
        contacts = deflect.told_of_nobody(heard, language)
    ahead = [name for name in (*waiting, *exact) if _lies_ahead(name, waiting.get(name) or exact.get(name))]
    for name in ahead:
        waiting.pop(name, None), exact.pop(name, None)
    if ahead:
        says.append(Say(law.text("dialogue.future", language, today=_today_in_words(law, language))))
    stated = cases.stated(case)
    place_known = _locate(state, waiting, language) or _locate(state, exact, language)
    answered = bool(expecting) and (expecting in exact or expecting in waiting or place_known)
    waiting = {
        name: value for name, value in waiting.items() if name in (expecting, *AT_ONCE) or not _says_nothing_new(name, value, stated)
    }
    if "place" not in waiting:
        waiting.pop("adcode", None)
    danger = {name: waiting.pop(name) for name in AT_ONCE if name in waiting} | {name: exact.pop(name) for name in AT_ONCE if name in exact}
    if danger:
        says += _endangered(session, law, language, case, state, danger)
    if "employer_place" in waiting and not ({"place", "adcode"} & {*waiting, *exact, *stated, *state.pending}):
        waiting["place"] = waiting.pop("employer_place")  # "at a firm in Shijiazhuang": the only place told is where the work is
        _locate(state, waiting, language)
    if waiting.get("people") == 1:
        del waiting["people"]  # "one of us" counts nobody
    short_answer = expecting not in (None, "issues") and (exact or waiting and _is_short(heard.text))
    fresh = [] if short_answer else _new_issues(stated, {**state.pending, **waiting}, heard, replace=state.redo == "issues")
    if fresh:
        old = [] if state.redo == "issues" else state.pending.get("issues", stated.get("issues", []))
        waiting["issues"] = [*old, *fresh]
        answered = answered or expecting == "issues"
    if contacts or heard.intent in deflect.REPORTS:
        answers = deflect.heard_answer(session, law, worker, state, heard, contacts or [])
        says += answers
        contacts = contacts or answers
    if waiting and all(name in UNCHECKED for name in waiting):
        exact, waiting = {**waiting, **exact}, {}
    if exact:
        if state.redo in exact and state.redo in stated:
            line = echo.fact(law, language, state.redo, exact[state.redo])
            says.append(Say(law.text("dialogue.changed", language, line=line or state.redo)))
        elif lines := echo.lines(law, language, {name: value for name, value in exact.items() if name not in UNCHECKED}):
            says.append(Say(law.text("dialogue.noted", language, line=law.text("dialogue.comma", language).join(lines))))
        _settle(session, case, state, exact)
    if waiting:
        state.pending.update(waiting)
        state.rough = sorted({name for name in state.rough if name not in waiting} | (rough & set(waiting)))
        others = [name for name in waiting if name not in (expecting, "place", "adcode")]
        beside_an_answer = expecting in exact and "issues" not in waiting  # then it can wait for the end
        state.story = state.story or bool(others) and not beside_an_answer or state.redo is not None
        state.redo = None
    if answered:
        state.tries.pop(expecting, None)
        state.answer(expecting)
    state.unread = not (exact or waiting or contacts or danger or place_known or ahead)
    if not state.unread:
        state.doubts = 0
    elif contradicts:
        says.append(correct.review(law, worker, correct.known(case, state)))
    elif heard.intent == "back":
        says += correct.back(session, law, worker, case, state)
    elif not beside.stands(heard, language, state.asked) and beside.asks(heard, language):
        told = ask.assessment(law, worker, case, {})
        if not beside.knows(language, heard, told):
            state.miss(heard, "no_answer")
        says += beside.answer(law, language, heard, told)
        state.unread = False
    elif state.asked and not answered and heard.intent not in beside.EVERY:
        says += _tried(session, law, worker, state, state.asked, heard)
    elif languages.script(heard.text) == "other":
        state.miss(heard, "other_script")
        says.append(Say(law.text("dialogue.other_script", language)))
    return says


def _endangered(session: Session, law: Law, language: str, case: Case, state: State, danger: dict) -> list[Say]:
    """What to do first; kept at once and said once, but despair is answered each time."""
    before = cases.stated(case).get("dangers", [])
    told = danger.get("dangers", [])
    new = [one for one in told if one not in before]
    if "dangers" in danger:
        danger["dangers"] = [*before, *new]
    cases.state(session, case, danger)
    state.guided = state.guided and not new
    if DESPAIR not in told:
        return [Say(law.text(f"danger.{one}", language)) for one in new]
    state.paused = True  # nobody is asked for dates, or shown clocks, in reply to that
    human = (law.text("dialogue.human_button", language), "/ask_human")
    return [*(Say(law.text(f"danger.{one}", language)) for one in new if one != DESPAIR),
            Say(f"{law.text(f'danger.{DESPAIR}', language)}\n{law.text('dialogue.despair', language)}", (human,))]


def _new_issues(stated: dict, waiting: dict, heard: Heard, replace: bool = False) -> list[str]:
    """Issues the message names, or that its facts show, which the case does not have yet."""
    hurt = any(name.startswith("injury.") for name in (*stated, *waiting))
    named = [issue for issue in heard.issues if issue in ISSUES and issue != "not_labour"
             and (issue != "work_injury" or hurt or heard.intent == issue)]  # read beside another problem it needs a fact
    try:
        shown = issues_of(parse_facts(nest({**stated, **waiting, "issues": named or waiting.get("issues", [])})))
    except FactsError:
        shown = tuple(named)
    known = [] if replace else waiting.get("issues") or stated.get("issues", [])
    new = [issue for issue in dict.fromkeys([*named, *shown]) if issue not in known]
    return [issue for issue in new if issue != "other_labour" or not known and new == [issue]]


def _is_short(text: str) -> bool:
    """A few words: an answer, from which no new problem is read."""
    return len(text) <= SHORT[0] or len(text.split()) in range(2, SHORT[1] + 1)


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


def _locate(state: State, values: dict, language: str) -> bool:
    """Gives a place its code and drops one that is none. True if several places share the name: they are asked back."""
    if "adcode" in values:
        place = table.get(str(values["adcode"]))
        if place is None:
            del values["adcode"]
        else:
            values["place"] = table.full_name(place.adcode, "zh")
            state.place_candidates = []
            return False
    if "place" not in values:
        return False
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


def _says_nothing_new(name: str, value, stated: dict) -> bool:
    """What is known already, or a wider place around the known one (the city whose union answered), needs no confirmation."""
    if name in ("place", "adcode") and stated.get("adcode"):
        found = places.find(value, expecting=True) if name == "place" else []
        code = value if name == "adcode" else found[0].adcode if found else None
        return any(place.adcode == code for place in table.chain(stated["adcode"]))
    return name in stated and stated[name] == value


def _settle(session: Session, case: Case, state: State, values: dict) -> None:
    """Facts that need no confirmation are stated; they replace what waited under the same name."""
    sensitive.agreed(load(), state, {name: value for name, value in values.items() if name != "issues"})
    if cases.state(session, case, values):
        state.guided = False
    _known_now(session, case, values)
    for name in values:
        state.pending.pop(name, None)
    if state.asked in values:
        state.answer(state.asked)
    if state.redo in values or (state.redo == "place" and "adcode" in values):
        state.redo = None


def _commit(session: Session, case: Case, state: State) -> None:
    """The worker confirmed what was said back."""
    values = dict(state.pending)
    if values.get("still_employed") is True:
        values["ended_on"] = None
    elif values.get("ended_on"):
        values["still_employed"] = False
    sensitive.agreed(load(), state, values)
    cases.state(session, case, values)
    _known_now(session, case, values)
    state.pending, state.rough, state.story, state.guided, state.redo = {}, [], False, False, None


def _known_now(session: Session, case: Case, values: dict) -> None:
    """What is told after all is no longer among the things the worker does not know."""
    unknown = cases.stated(case).get("dont_know", [])
    left = [fact for fact in unknown if fact not in values and not (fact == "place" and "adcode" in values)]
    if left != unknown:
        cases.state(session, case, {"dont_know": left or None})


def _decline(session: Session, worker: Worker, state: State, fact: str) -> None:
    """The worker does not know: not asked again, and the guidance turns to what is safe. Consent and confirmation cannot be skipped."""
    if fact not in (ask.CONSENT, ask.CONFIRM, matters.MATTER):
        case = cases.current(session, worker) or cases.open_case(session, worker)
        unknown = cases.stated(case).get("dont_know", [])
        if fact not in unknown and not cases.stated(case).get(fact):
            cases.state(session, case, {"dont_know": [*unknown, fact]})
            state.guided = False
        state.redo = None
        state.answer(fact)


def _tried(session: Session, law: Law, worker: Worker, state: State, fact: str, heard: Heard) -> list[Say]:
    """A question without an answer is asked twice at most; then a person is offered. A fact is then left open, and a question
    that cannot be left open waits for the next message."""
    language = worker.language or "zh"
    state.miss(heard, "other_script" if languages.script(heard.text) == "other" else "a_name" if fact in missed.NAMING else "unread")
    if languages.script(heard.text) == "other":
        return [Say(law.text("dialogue.other_script", language))]
    state.tries[fact] = state.tries.get(fact, 0) + 1
    if state.tries[fact] >= ask.MOST_TRIES:
        state.tries.pop(fact)
        state.paused = fact in (ask.CONFIRM, matters.MATTER, "issues")
        if not state.paused:
            _decline(session, worker, state, fact)
        key = "offer_person_still" if state.paused else "offer_person"
        buttons = ask.buttons(law, worker, state, fact) if state.paused else ()
        return [Say(law.text(f"dialogue.{key}", language), (*buttons, (law.text("dialogue.human_button", language), "/ask_human")))]
    if fact == "place":
        return [Say(law.text("dialogue.no_such_place", language))]
    return []  # the question itself says that it is asked again


def _fits(name: str, value) -> bool:
    """Whether it is a fact a worker can state, with a value the facts schema takes."""
    a_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if name not in STATABLE or value is None or a_number and name not in NUMBERS:
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


