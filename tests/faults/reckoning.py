"""What must hold when everybody has been answered: each message once, in order, and each refusal and each hand-over in the log once."""
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from bot import law
from bot.cases import store
from bot.cases.model import Case, Contact, Deflection, Inbox, Message, Outbox, Referral, Worker
from tests.faults.people import DOORS, Person

AGAIN = law.load().text("gateway.again", "zh")
TRIAL = law.load().text("followup.first", "zh")  # what the clock says by day within a minute of a card


@dataclass
class Figures:
    """What was counted. `repeated`: messages that went out a second time, under the line that says so."""

    messages: int = 0
    answers: int = 0
    repeated: int = 0
    notices: int = 0
    referrals: int = 0
    rows: int = 0


def reckon(people: list[Person]) -> Figures:
    """Checks the record and every screen against what was said. Uses the settings' record. Raises AssertionError."""
    figures = Figures()
    with store.session(only_reads=True) as session:
        numbers = [str(number) for person in people for number, _ in person.said]
        inbox = session.scalars(select(Inbox).where(Inbox.update_id.in_(numbers))).all()
        assert Counter(row.update_id for row in inbox) == Counter(numbers)
        assert {row.status for row in inbox} == {"handled"}, Counter((row.status, row.fault) for row in inbox)
        for person in people:
            worker = session.scalar(select(Worker).join(Inbox, Inbox.sender == Worker.sender).where(
                Inbox.update_id == str(person.said[0][0])))
            _screen(session, worker, person, figures)
            _record(session, worker, person, figures)
    return figures


def _screen(session, worker: Worker, person: Person, figures: Figures) -> None:
    """Every message has its own answer on the screen, once and in order; what came twice says so."""
    shown = {str(one.message_id): one.text for one in person.heard}
    written = session.scalars(select(Outbox).where(Outbox.worker_id == worker.id).order_by(Outbox.id)).all()
    numbers = [number for row in written for number in (row.message_id or "").split()]
    assert len(numbers) == len(set(numbers)), "one message stands for two"
    # By day the clock speaks of its own accord, at any moment, this one too: only answers are counted, and have an order.
    rows = [row for row in written if not row.key.startswith("followup:")]
    assert {row.status for row in rows} == {"sent"}, Counter(row.status for row in rows)
    ordered = [(row.key, int(number)) for row in rows for number in row.message_id.split()]
    assert ordered == sorted(ordered, key=lambda one: one[1]), f"out of order: {ordered}"
    answers: dict[str, list[str]] = {}
    for row in rows:
        _, update, part = row.key.split(":")
        if part.isdigit():
            answers.setdefault(update, []).append(row.key)
            assert part == str(len(answers[update]) - 1), "an answer that is not one message's"
        else:
            assert part == "wait"
            figures.notices += 1
    assert list(answers) == [str(number) for number, _ in person.said], "an answer too many, too few, or out of order"
    texts = {row.key: " ".join(shown[number] for number in row.message_id.split()) for row in rows}
    for number, act in person.said:
        assert act.answer in " ".join(texts[key] for key in answers[str(number)]), (act.words, [texts[key] for key in answers[str(number)]])
    # What is on the screen and in no row went out before a kill or a cut; the same words follow at once, under the line.
    for place, one in enumerate(person.heard):
        if str(one.message_id) not in numbers and one.text != TRIAL:
            bare = one.text.removeprefix(f"{AGAIN}\n")
            assert person.heard[place + 1].text == f"{AGAIN}\n{bare}", f"twice, and it does not say so: {bare[:60]}"
            figures.repeated += 1
    figures.messages += len(person.said)
    figures.answers += len(rows)


def _record(session, worker: Worker, person: Person, figures: Figures) -> None:
    """What was said stands in the conversation once and in order; each refusal and the hand-over is in the log once."""
    said = [act.words for _, act in person.said]
    lines = session.scalars(select(Message).where(Message.worker_id == worker.id, Message.speaker == "worker").order_by(Message.id)).all()
    assert [line.text for line in lines] == said[said.index("同意"):], "the conversation is not what was said"
    case = session.scalars(select(Case).where(Case.worker_id == worker.id)).one()
    refused = [reason for words, _, reason in DOORS if words in said]
    contacts = session.scalars(select(Contact).where(Contact.case_id == case.id).order_by(Contact.id)).all()
    assert [contact.reason for contact in contacts] == refused
    log = session.scalars(select(Deflection).where(Deflection.case_ref == case.id)).all()
    assert Counter((row.body == "hotline", row.reason) for row in log) == Counter([(True, None), *((False, one) for one in refused)])
    handed = session.scalars(select(Referral).where(Referral.case_id == case.id, Referral.for_hotline.is_(True))).all()
    assert len(handed) == 1
    figures.referrals += 1
    figures.rows += len(log)
