"""What a monitor wants to know of the installation, counted from the record: every part may die, none keeps a count of its own."""
import statistics
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Alert, Case, Inbox, Outbox, Referral
from bot.cases.referrals import OPEN

WINDOW = timedelta(minutes=5)  # what the times of handling and sending are taken over
MOST = 5_000  # rows a percentile is taken over, the newest
NEAR = 7  # days to the day to act by


@dataclass(frozen=True)
class Gauge:
    """One figure: its name and help as Prometheus reads them, and its values by label (the empty tuple: without labels)."""

    name: str
    help: str
    label: str | None
    values: dict[str | None, float]


def gauges(session: Session) -> list[Gauge]:
    """Lengths and ages of what waits, times of what was done in the last five minutes, and what presses at the hotline."""
    waiting = select(Inbox.channel, func.count(), func.min(Inbox.received_at)).where(Inbox.status == "received")
    sending = select(Outbox.channel, func.count(), func.min(Outbox.created_at)).where(Outbox.status == "waiting")
    inbox = session.execute(waiting.group_by(Inbox.channel)).all()
    outbox = session.execute(sending.group_by(Outbox.channel)).all()
    return [
        Gauge("gongyou_inbox_waiting", "Updates received and not handled yet", "channel", _counts(inbox)),
        Gauge("gongyou_inbox_oldest_seconds", "Age of the oldest of them", "channel", _ages(inbox)),
        Gauge("gongyou_inbox_set_aside", "Updates given up after several tries", None, _one(session, Inbox, Inbox.status == "set_aside")),
        Gauge("gongyou_outbox_waiting", "Messages not sent yet", "channel", _counts(outbox)),
        Gauge("gongyou_outbox_oldest_seconds", "Age of the oldest of them", "channel", _ages(outbox)),
        Gauge("gongyou_outbox_failed", "Messages given up", None, _one(session, Outbox, Outbox.status == "failed")),
        Gauge("gongyou_handled_seconds", "From receiving to the answer written down, last five minutes", "quantile",
              _times(session, Inbox.received_at, Inbox.handled_at)),
        Gauge("gongyou_sent_seconds", "From the answer written down to its sending, last five minutes", "quantile",
              _times(session, Outbox.created_at, Outbox.sent_at)),
        Gauge("gongyou_answers_per_minute", "Messages handled, last five minutes", None, {None: _handled(session) / 5}),
        Gauge("gongyou_referrals_open", "Matters at the hotline, by whether the worker waits for an answer", "worker",
              _open(session)),
        Gauge("gongyou_cases_near_deadline", f"Open matters with {NEAR} days or fewer to the day to act by", None,
              _one(session, Case, Case.status == "open", Case.act_by.between(settings.today(), settings.today() + timedelta(days=NEAR)))),
        Gauge("gongyou_alerts_open", "Alerts that nobody has seen to", "kind", _alerts(session)),
    ]


def _counts(rows) -> dict:
    return {channel: count for channel, count, _ in rows}


def _ages(rows) -> dict:
    return {channel: max(0.0, (settings.now() - oldest).total_seconds()) for channel, _, oldest in rows}


def _one(session: Session, table, *conditions) -> dict:
    return {None: session.scalar(select(func.count()).select_from(table).where(*conditions))}


def _times(session: Session, begun, done) -> dict:
    rows = session.execute(select(begun, done).where(done >= settings.now() - WINDOW).order_by(done.desc()).limit(MOST))
    seconds = [max(0.0, (end - start).total_seconds()) for start, end in rows if start]
    if len(seconds) < 2:
        return {quantile: seconds[0] for quantile in ("0.5", "0.95")} if seconds else {}
    parts = statistics.quantiles(seconds, n=20)
    return {"0.5": parts[9], "0.95": parts[18]}


def _handled(session: Session) -> int:
    return _one(session, Inbox, Inbox.status == "handled", Inbox.handled_at >= settings.now() - WINDOW)[None]


def _open(session: Session) -> dict:
    waits = Referral.waiting_since.isnot(None)
    rows = session.execute(select(waits, func.count()).where(Referral.for_hotline.is_(True), Referral.status.in_(OPEN)).group_by(waits))
    return {"waits" if one else "answered": count for one, count in rows}


def _alerts(session: Session) -> dict:
    return dict(session.execute(select(Alert.kind, func.count()).where(Alert.done_at.is_(None)).group_by(Alert.kind)).all())
