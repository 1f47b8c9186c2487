"""Where a matter stands: for who comes back after days, and for who asks."""
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cases import cases, retention
from bot.cases.model import Case, Worker
from bot.dialogue import guide, matters
from bot.dialogue.heard import Say
from bot.dialogue.state import State
from bot.guidance.context import Context
from bot.guidance.facts import Facts
from bot.law import Law, best_language

MOST_DOORS = 12


def greeting(law: Law, worker: Worker, state: State, case: Case) -> Say:
    """Said to who greets again: what the matter is, its nearest day, and what can be done next."""
    language = worker.language or "zh"
    parts = [law.text("dialogue.greet_back", language, whose=law.text(f"dialogue.of_{matters.whose(case)}", language),
                      about=matters.about(law, language, case), code=case.code)]
    nearest = guide.nearest(law, language, worker, case)
    shown = state.guided and nearest
    if shown:
        parts.append(nearest)
    buttons = tuple((law.text(f"dialogue.{key}", language), payload) for key, payload in (
        ("deadlines_button", "/ask_deadlines"), ("status_button", "/status"), ("correct_button", "/correct"))) if state.guided else ()
    return Say("\n".join(parts), buttons)


def resumed(law: Law, worker: Worker, case: Case | None) -> list[Say]:
    """A line before the answer to who goes on after days without greeting."""
    if case is None or worker.consented_at is None or not cases.stated(case):
        return []
    language = worker.language or "zh"
    return [Say(law.text("dialogue.resumed", language, whose=law.text(f"dialogue.of_{matters.whose(case)}", language),
                         about=matters.about(law, language, case)))]


def status(session: Session, law: Law, worker: Worker, case: Case | None) -> list[Say]:
    """Every open case with its doors and what they answered; buttons to turn to another, or to open one."""
    language = worker.language or "zh"
    found = cases.open_cases(session, worker)
    clock = _clock(session, law, worker, language)
    if not found:
        return [Say("\n".join([law.text("dialogue.status_none", language), *clock]))]
    parts = []
    for one in sorted(found, key=lambda one: one is not case):
        lines = [law.text("dialogue.status_line", language, door=_door(law, language, referral),
                          status=law.text(f"dialogue.status_{referral.status}", language)) for referral in one.referrals]
        title = law.text("dialogue.status_case", language, whose=law.text(f"dialogue.of_{matters.whose(one)}", language), code=one.code,
                         about=matters.about(law, language, one))
        parts.append("\n".join([title, *(lines[:MOST_DOORS] or [law.text("dialogue.status_no_door", language)])]))
    return [Say("\n".join([*parts, *clock]), (*matters.switches(law, language, found, case), *matters.new_ones(law, language)))]


def _clock(session: Session, law: Law, worker: Worker, language: str) -> list[str]:
    """When each closed case is erased."""
    closed = session.scalars(select(Case).where(Case.worker_id == worker.id, Case.status == "closed", Case.closed_at.isnot(None))
                             .order_by(Case.id))
    days = [(one.code, retention.erased_on(one)) for one in closed]
    words = Context(facts=Facts(), law=law, today=date.min, language=best_language(law, language))
    return [law.text("dialogue.status_erased", language, code=code, day=words.day(day)) for code, day in days]


def _door(law: Law, language: str, referral) -> str:
    if referral.for_hotline:
        return law.text("dialogue.hotline_label", language)
    label = f"routes.label_{referral.body}" + (f"_{referral.level}" if referral.body == "union" and referral.level else "")
    return law.text(label, language)
