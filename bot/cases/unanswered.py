"""Messages that the bot did not understand or had no guidance for, scrubbed; labelled by people; given out as training examples or as
questions for a lawyer. Beside them, how many messages were understood.

What comes in here is scrubbed already and said after consent. It hangs on its worker and case so that an erasure takes it along.
Lists take `reach`, a condition of bot/cases/rights.py: who of the staff sees which messages.
"""
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import yaml
from rapidfuzz import fuzz
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Case, HeardDay, HeardMessage, Unanswered, Worker
from bot.guidance.facts import ISSUES

# Why a message is here. All but "out_of_scope" count as not understood; that one was, but there is no guidance for it.
WHY = ("unclear", "unread", "no_answer", "unsure", "out_of_scope")
# Counted, but not kept: what the scrubber cannot read (another script), or what may be nothing but a name (asked for one).
UNKEPT = ("other_script", "a_name")
MISSED = (*WHY[:-1], *UNKEPT)
KINDS = ("example", "question", "noise")  # what people make of it
# Conversation acts that a message can be labelled as, beside the issues.
ACTS = ("greet", "goodbye", "thanks", "affirm", "deny", "dont_know", "inform", "deflected", "helped", "ask_deadlines", "ask_human",
        "ask_why", "ask_how", "ask_help", "bot_challenge", "change_language", "correct", "restart", "stop", "skip", "back", "forget",
        "status", "danger", "insult", "enough", "resolved")
LABELS = (*ISSUES, *ACTS)
ALIKE = 62  # of 100: two messages that share so much are shown together
FOLDED = timedelta(days=2)  # by then nobody writes into a day any more, and its messages become one number
LONGEST = 1000
MOST = 200  # messages of one worker that are kept


@dataclass(frozen=True)
class Group:
    """Messages that are much alike, the latest first; the first one leads."""

    rows: tuple[Unanswered, ...]

    @property
    def guess(self) -> str | None:
        """What the bot took most of them for."""
        return next(iter(Counter(row.guess for row in self.rows if row.guess in LABELS).most_common(1)), (None, 0))[0]


class LabelError(ValueError):
    """A label that cannot be; `code` names the reason."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def keep(session: Session, worker: Worker, case: Case | None, *, text: str, why: str, language: str, guess: str | None,
         confidence: float | None) -> None:
    """Keeps a scrubbed message. Does nothing without the worker's consent, with nothing left in the text, or beyond MOST of a worker."""
    if worker.consented_at is None or not any(sign.isalnum() for sign in text):
        return
    if session.scalar(select(func.count(Unanswered.id)).where(Unanswered.worker_id == worker.id)) >= MOST:
        return
    session.add(Unanswered(worker_id=worker.id, case_id=case and case.id, language=language, why=why, guess=guess, confidence=confidence,
                           text=_plain(text), at=settings.now()))


def count_message(session: Session, language: str, *, heard: int, missed: int) -> None:
    """Counts one message of a worker; nothing of it but the day and the language is kept."""
    session.add(HeardMessage(on=settings.today(), language=language, heard=heard, missed=missed))


def waiting(session: Session, reach, *, language: str | None = None, why: str | None = None, before: int | None = None,
            limit: int = 300) -> list[Unanswered]:
    """Messages that nobody has labelled, the latest first; `before` is the number of the last one of the page before."""
    query = select(Unanswered).where(Unanswered.kind.is_(None), reach)
    for column, value in ((Unanswered.language, language), (Unanswered.why, why)):
        if value:
            query = query.where(column == value)
    if before:
        query = query.where(Unanswered.id < before)
    return list(session.scalars(query.order_by(Unanswered.id.desc()).limit(limit)))


def count_waiting(session: Session, reach) -> dict[str, int]:
    """How many wait, by reason."""
    query = select(Unanswered.why, func.count(Unanswered.id)).where(Unanswered.kind.is_(None), reach).group_by(Unanswered.why)
    return dict(session.execute(query).all())


def found(session: Session, reach, id: int) -> Unanswered | None:
    """One message within reach."""
    return session.scalar(select(Unanswered).where(Unanswered.id == id, reach))


def groups(rows: Iterable[Unanswered]) -> list[Group]:
    """Messages that are much alike together, the largest groups first: each joins the first leader it is like."""
    alike: list[list[Unanswered]] = []
    for row in rows:
        mine = next((group for group in alike if group[0].language == row.language and fuzz.ratio(group[0].text, row.text) >= ALIKE), None)
        if mine is None:
            alike.append([row])
        else:
            mine.append(row)
    return [Group(tuple(group)) for group in sorted(alike, key=lambda group: (-len(group), -group[0].id))]


def labelled(session: Session, reach, *, before: int | None = None, limit: int = 50) -> list[Unanswered]:
    """What was labelled, the latest first."""
    query = select(Unanswered).where(Unanswered.kind.isnot(None), reach)
    if before:
        query = query.where(Unanswered.id < before)
    return list(session.scalars(query.order_by(Unanswered.id.desc()).limit(limit)))


def label(session: Session, rows: Iterable[Unanswered], kind: str, by: str, *, name: str | None = None, also: Iterable[str] = (),
          text: str | None = None) -> None:
    """Says what messages are. A training example needs one of LABELS, and further issues only beside an issue; a question is about an
    issue; `text` puts the words of one message right. Raises LabelError."""
    if kind not in KINDS:
        raise LabelError("kind")
    also = tuple(dict.fromkeys(issue for issue in also if issue != name))
    if kind == "example" and name not in LABELS:
        raise LabelError("label")
    if also and (name not in ISSUES or name == "not_labour" or any(issue not in ISSUES or issue == "not_labour" for issue in also)):
        raise LabelError("also")
    if text is not None and (not any(sign.isalnum() for sign in text) or len(text) > LONGEST):
        raise LabelError("text")
    for row in rows:
        row.kind, row.also = kind, list(also) if kind == "example" else []
        row.label = None if kind == "noise" else name if kind == "example" or name in ISSUES else None
        row.labelled_by, row.labelled_at = by, settings.now()
        if text is not None:
            row.text = _plain(text)
    session.flush()


def open_again(session: Session, row: Unanswered) -> None:
    """Takes a label back."""
    row.kind = row.label = row.labelled_by = row.labelled_at = None
    row.also = []
    session.flush()


def export_examples(session: Session, language: str, known: dict[str, str] | None = None) -> str:
    """The labelled examples of a language as a file for data/nlu/<language>/: Rasa NLU YAML, each text once.

    `known` are the texts that the training data hold already, with their intents: they are left out, and so is a text that people
    labelled in two ways, except for its latest label. What was left out for another label is named in a comment.
    """
    rows = session.scalars(select(Unanswered).where(Unanswered.kind == "example", Unanswered.language == language)
                           .order_by(Unanswered.labelled_at, Unanswered.id))
    latest, left_out = {}, []
    for row in rows:
        text = _markless(row.text)
        held = (known or {}).get(_same(text))
        if held is None:
            latest[_same(text)] = (text, row.label, tuple(row.also or ()))
        elif held != row.label:
            left_out.append(f"# left out, data/nlu has it as {held}, here it is {row.label}: {text}")
    by_intent: dict[str, list] = defaultdict(list)
    for text, intent, also in latest.values():
        by_intent[intent].append((text, also))
    lines = ["# Messages that the bot did not understand, labelled at the desk and scrubbed. Read each once more before training on it.",
             *left_out, 'version: "3.1"', "nlu:" if by_intent else "nlu: []"]
    for intent in sorted(by_intent):
        lines += [f"- intent: {intent}", "  examples:"]
        for text, also in by_intent[intent]:
            lines += ["  - text: |", f"      {text}"]
            if also:
                lines += ["    metadata:", f"      also: [{', '.join(also)}]"]
    return "\n".join(lines) + "\n"


def export_questions(session: Session) -> str:
    """The questions for a lawyer, in the form of tests/law: facts, computation and expectation are theirs to fill in."""
    rows = session.scalars(select(Unanswered).where(Unanswered.kind == "question").order_by(Unanswered.id))
    told = {}
    for row in rows:
        told[_same(row.text)] = {"name": row.text, "computation": "to be found by a lawyer", "as_of": row.at.date(),
                                 "facts": {"issues": [row.label or "other_labour"]}, "expect": []}
    head = "# Questions of workers for which there was no guidance, scrubbed. Fill in facts, computation and expect (see tests/law).\n"
    return head + yaml.safe_dump(list(told.values()), allow_unicode=True, sort_keys=False, width=140)


def coverage(session: Session, language: str | None = None, weeks: int = 26) -> list[tuple[date, int, int]]:
    """(Monday, messages heard, messages missed) of the last weeks in the order of time; a week without messages is left out."""
    first = _monday(settings.today()) - timedelta(weeks=weeks - 1)
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for table in (HeardDay, HeardMessage):
        query = select(table.on, func.sum(table.heard), func.sum(table.missed)).where(table.on >= first).group_by(table.on)
        for on, heard, missed in session.execute(query if language is None else query.where(table.language == language)):
            sums[_monday(on)][0] += heard
            sums[_monday(on)][1] += missed
    return [(monday, heard, missed) for monday, (heard, missed) in sorted(sums.items())]


def fold(session: Session) -> None:
    """Makes one row a day and language out of the counts of days that are over."""
    past = select(HeardMessage.on, HeardMessage.language, func.sum(HeardMessage.heard), func.sum(HeardMessage.missed)
                  ).where(HeardMessage.on <= settings.today() - FOLDED).group_by(HeardMessage.on, HeardMessage.language)
    for on, language, heard, missed in session.execute(past).all():
        gone = session.execute(delete(HeardMessage).where(HeardMessage.on == on, HeardMessage.language == language)
                               .execution_options(synchronize_session=False)).rowcount
        if gone:  # else another process folded it at the same moment
            session.add(HeardDay(on=on, language=language, heard=heard, missed=missed))
            session.flush()


def purge(session: Session, before: datetime) -> None:
    """Drops messages of before a moment that nobody has labelled."""
    session.execute(delete(Unanswered).where(Unanswered.kind.is_(None), Unanswered.at < before)
                    .execution_options(synchronize_session=False))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _plain(text: str) -> str:
    """A text on one line, of signs that every file can hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _markless(text: str) -> str:
    """Without the brackets that Rasa reads as the mark of an entity, or the dash of a list."""
    return text.replace("[", "【").replace("]", "】").lstrip("-– ")


def _same(text: str) -> str:
    return " ".join(_markless(text).split())
