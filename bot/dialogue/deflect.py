"""What a body answered: logged at once, answered with the law, the next door named, the hotline offered."""
import re
from datetime import date

from sqlalchemy.orm import Session, object_session

from bot.cases import cases, directory, referrals
from bot.cases.model import Case, Contact, Worker
from bot.dialogue import ask, matters
from bot.dialogue.heard import Heard, Say
from bot.dialogue.state import State
from bot.guidance import route_words, routes
from bot.guidance.assess import context_of
from bot.guidance.facts import BODIES, LEVELS, REASONS, parse_facts
from bot.law import Law, places
from bot.law.languages import like
from bot.settings import today
from bot.understanding import facts as reader, language as languages

REPORTS = ("deflected", "helped")  # intents that report what a body answered


def log(session: Session, law: Law, worker: Worker, case: Case, state: State, contacts: list[dict], heard: Heard) -> list[Say]:
    """Writes down each answer and replies to the last one that turned the worker away."""
    says: list[Say] = []
    for number, told in enumerate(contacts):
        if told.get("answer") is None and not told.get("reason"):
            continue  # "I went to the union" alone is no answer yet
        body = told.get("body") if told.get("body") in BODIES else "union"
        level = told.get("level") if told.get("level") in LEVELS else None
        answer = told.get("answer") or "deflected"
        reason = told.get("reason") if told.get("reason") in REASONS else ("other" if answer == "deflected" else None)
        if body == "union" and len(contacts) == 1:
            level = _level_by_name(case, heard.text) or level
        level, adcode = _door(law, worker, case, body, level, answer)
        on = date.fromisoformat(told["on"]) if told.get("on") and told["on"] <= today().isoformat() else today()
        contact = referrals.log_contact(
            session, case, body=body, level=level, adcode=adcode, on=on, by="worker", answer=answer, reason=reason,
            words=(told.get("words") or heard.text)[:2000], source_message=f"{heard.message_id}:{number}")
        state.last_contact = contact.id
        last = number == len(contacts) - 1
        if last:
            says.append(respond(law, worker, case, state, contact))
    _summarise(session, law, worker, case)
    return says


def heard_answer(session: Session, law: Law, worker: Worker, state: State, heard: Heard, contacts: list[dict]) -> list[Say]:
    """A message that is a report of an answer. Without details it is the union that the worker was sent to.

    "They do nothing" before any door was named is a complaint, not a report of one.
    """
    case = cases.current(session, worker) or cases.open_case(session, worker)
    if not contacts and not case.referrals and not heard.pressed:
        return []
    if not contacts:
        answer = "acting" if heard.intent == "helped" else "deflected"
        reason, body = heard.values.get("reason"), heard.values.get("body")
        if reason == "no_answer":
            answer = "none"
        words = None if heard.pressed else heard.text
        contacts = [{"body": body, "answer": answer, "reason": reason, "words": words}]
    contacts = _joined(contacts)
    if heard.intent == "deflected":  # "the union said …" with an excuse we have no name for
        contacts = [{**told, "answer": "deflected"} if told.get("answer") in (None, "answered") else told for told in contacts]
    return log(session, law, worker, case, state, contacts, heard)


def _joined(contacts: list[dict]) -> list[dict]:
    """A body named without an answer and the same body's answer without its name are one contact."""
    if len(contacts) != 2 or contacts[0].get("reason") or not contacts[1].get("reason"):
        return contacts
    named, told = contacts
    if told.get("body") not in (None, named.get("body")):
        return contacts
    return [{**told, **{key: named[key] for key in ("body", "level", "on") if named.get(key)}}]


def told_of_nobody(heard: Heard, language: str) -> list[dict]:
    """Answers told without saying whose they are: "they told me to wait for arbitration"."""
    found = reader.find(heard.text, language=languages.detect(heard.text) or language, today=today(), expecting="contacts")
    return [contact for finding in found if finding.fact == "contacts" for contact in finding.value]


def respond(law: Law, worker: Worker, case: Case, state: State, contact: Contact) -> Say:
    """The reply to one answer of a body, with the buttons that follow."""
    language = worker.language or "zh"
    door, heading = _name(law, contact, language), matters.heading(law, language, state, case)
    if contact.answer == "acting":
        state.offer = "resolved"
        return Say(heading + law.text("dialogue.logged_acting", language, door=door),
                   ((law.text("dialogue.resolved_yes", language), '/resolved{"yes": true}'),
                    (law.text("dialogue.resolved_no", language), '/resolved{"yes": false}')))
    if contact.answer == "answered":
        return Say(heading + law.text("dialogue.logged_answered", language, door=door))
    if contact.reason == "other":
        return Say(heading + law.text("dialogue.which_excuse", language, door=door), excuse_buttons(law, language))
    reason = contact.reason or "no_answer"
    ctx, _ = context_of(_facts(worker, case), law, today(), directory.offices(object_session(case), contact.adcode or case.adcode))
    reply = routes.reply_to(ctx, reason, contact.body, contact.level, contact.adcode, language)
    parts = [law.text("dialogue.logged", language, door=door, reason=law.text(f"dialogue.reason_{reason}", language)), reply["reply"],
             law.text("dialogue.cited", language, law=_cited(law, reply["law"], language)) if reply["law"] else "",
             _next_door(law, language, reply["next"])]
    buttons = [(law.text("dialogue.wrong_reason", language), "/choose_reason")]
    if not any(referral.for_hotline and referral.status in referrals.OPEN for referral in case.referrals):
        state.offer = "hotline"
        parts.append(law.text("dialogue.offer_hotline", language))
        buttons = [(law.text("dialogue.hotline_yes", language), '/hand_over{"yes": true}'),
                   (law.text("dialogue.hotline_no", language), '/hand_over{"yes": false}'), *buttons]
    return Say(heading + "\n".join(part for part in parts if part), tuple(buttons))


def choose_reason(session: Session, law: Law, worker: Worker, state: State, reason: str | None) -> Say:
    """Corrects how the last answer was understood; without a reason it shows the choices."""
    language = worker.language or "zh"
    contact = session.get(Contact, state.last_contact) if state.last_contact else None
    case = cases.current(session, worker)
    if contact is None or case is None or contact.case_id != case.id:
        return Say(law.text("dialogue.which_excuse_now", language), excuse_buttons(law, language, "/deflected"))
    if reason not in REASONS:
        return Say(law.text("dialogue.which_excuse", language, door=_name(law, contact, language)), excuse_buttons(law, language))
    referrals.correct_reason(session, contact, reason)
    if reason == "other":
        return Say(law.text("dialogue.logged_other", language))
    return respond(law, worker, case, state, contact)


def excuse_buttons(law: Law, language: str, intent: str = "/choose_reason") -> tuple[tuple[str, str], ...]:
    return tuple((law.text(f"dialogue.reason_{reason}", language), f'{intent}{{"reason": "{reason}"}}') for reason in REASONS)


def to_hotline(session: Session, law: Law, worker: Worker, agreed: bool) -> Say:
    """With the worker's word the matter becomes an open referral for the hotline; without it nothing is passed on."""
    language = worker.language or "zh"
    if not agreed:
        return Say(law.text("dialogue.not_handed_over", language))
    case = cases.current(session, worker) or cases.open_case(session, worker)
    _summarise(session, law, worker, case)
    referrals.to_hotline(session, case)
    if worker.handover == "bot":
        worker.handover = "waiting"
    return Say(law.text("dialogue.handed_over", language, whose=law.text(f"dialogue.of_{matters.whose(case)}", language), code=case.code))


def _summarise(session: Session, law: Law, worker: Worker, case: Case) -> None:
    """The log's row carries the place and issue known at this moment, confirmed or not yet (it follows later corrections)."""
    cases.keep_assessment(session, case, ask.assessment(law, worker, case, {}))


def _facts(worker: Worker, case: Case):
    tree = cases.facts(case)
    tree.pop("household_adcode", None)
    tree["language"] = worker.language or "zh"
    return parse_facts(tree)


def _door(law: Law, worker: Worker, case: Case, body: str, level: str | None, answer: str) -> tuple[str | None, str | None]:
    """The level and code of the door: the one said, else the first one shown that has not answered yet.

    Help without a name comes from the door that answered already, if one did.
    """
    shown = [referral for referral in case.referrals if referral.body == body and not referral.for_hotline]
    if level is None and answer == "acting":
        shown.sort(key=lambda referral: referral.status != "answered")
        if shown and shown[0].status == "answered":
            return shown[0].level, shown[0].adcode
    for referral in shown:
        if level is None and referral.status == "told" or level is not None and referral.level == level:
            return referral.level, referral.adcode
    ctx, _ = context_of(_facts(worker, case), law, today())
    doors = [route for route in routes.build(ctx) if route["body"] == body]
    for door in doors:
        if level is None or door.get("level") == level:
            return door.get("level"), door.get("adcode")
    return level, case.adcode


def _level_by_name(case: Case, words: str) -> str | None:
    """The level of the union that is named after the worker's place: 盘州总工会 is a county's, though 州 often means a prefecture."""
    for place in places.chain(cases.stated(case).get("adcode")):
        chinese = rf"(?:{re.escape(place.short_zh)}|{re.escape(place.name_zh)})[省市县区州旗]?(?:总)?工会"
        if re.search(chinese, words) or re.search(rf"\b{re.escape(place.name_en)}\b[^.,;]{{0,30}}\bunion", words, re.IGNORECASE):
            return place.level
    return None


def _name(law: Law, contact: Contact, language: str) -> str:
    if contact.body == "union" and contact.level:
        label = law.text(f"routes.label_union_{contact.level}", language)
    else:
        label = law.text(f"routes.label_{contact.body}", language)
    return label


def _next_door(law: Law, language: str, door: dict | None) -> str:
    if door is None:
        return ""
    phone = " / ".join(door.get("phones") or [])
    return law.text("dialogue.next_door", language, name=door["name"] or door["label"], phone=phone).rstrip(" ：:")


def _cited(law: Law, articles: list[dict], language: str) -> str:
    """Articles in words, those of one law together."""
    by_name: dict[str, list[dict]] = {}
    for article in articles:
        by_name.setdefault(article["name"], []).append(article)
    return ("; " if like(language) == "en" else "；").join(route_words.written_out(law, group, language) for group in by_name.values())
