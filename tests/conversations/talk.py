"""A worker in front of the bot: words and buttons go through the real agent, the record is the real one."""
import re
import uuid

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from sqlalchemy import inspect, select, text

from bot.cases import cases, store
from bot.cases.model import Case, Deflection, HeardMessage, Unanswered, Worker
from bot.dialogue import ask
from bot.law import load
from bot.rasa_turn import Turns
from tests import typed

MOST_MESSAGES = 8  # to one step; Rasa cuts a text at its blank lines
MOST_CHARACTERS = 4096  # of one message, in Telegram


class Talk:
    """One worker's conversation and the record it leaves."""

    def __init__(self, agent, loop, language: str | None):
        self.agent, self.loop, self.language = agent, loop, language
        self.sender = f"rest-{uuid.uuid4().hex}"
        self.buttons: list[tuple[str, str]] = []  # every button seen, the newest last
        self.fresh: list[str] = []  # titles under the replies to the last step
        self.transcript: list[str] = []
        self.sent = 0
        self.turns: Turns | None = None

    def says(self, words: str, shown: str | None = None, again: bool = False) -> str:
        """Sends words or a payload; the replies joined. `again` delivers it as the same message a second time."""
        self.sent += 0 if again else 1
        typed.note(words)
        self.transcript.append(f"工人/worker: {(shown or words)[:300]}")
        channel = CollectingOutputChannel()
        metadata = {"message_id": f"{self.sender}:{self.sent}", "channel": "rest", "language": self.language}
        message = UserMessage(words, channel, self.sender, input_channel="rest", metadata=metadata)
        replies = self.loop.run_until_complete(self._turns().handle(message, self.agent.handle_message))
        self.fresh = []
        for reply in replies:
            self.transcript.append("  bot: " + reply.get("text", "").replace("\n", "\n       "))
            for button in reply.get("buttons") or []:
                self.buttons.append((button["title"], button["payload"]))
                self.fresh.append(button["title"])
            self.transcript += ["       " + " ".join(f"[{button['title']}]" for button in reply.get("buttons") or [])]
        assert len(replies) <= MOST_MESSAGES, self.failed("the bot floods the worker")
        for reply in replies:
            assert len(reply.get("text", "")) <= MOST_CHARACTERS, self.failed("a reply is longer than Telegram takes")
        return "\n".join(reply.get("text", "") for reply in replies)

    def _turns(self) -> Turns:
        """As Rasa's channel handles messages; made in the loop that it works in."""
        async def make() -> Turns:
            return Turns()
        self.turns = self.turns or self.loop.run_until_complete(make())
        return self.turns

    def presses(self, title: str) -> str:
        """Presses the newest button of that title, as a worker would; also one under an earlier message."""
        payload = next((payload for name, payload in reversed(self.buttons) if name == title), None)
        assert payload is not None, self.failed(f"there is no button {title!r}")
        return self.says(payload, f"[{title}]")

    def loses_tracker(self) -> None:
        """What Rasa remembers is gone; the record is not."""
        fresh = InMemoryTrackerStore(self.agent.domain)
        self.agent.tracker_store = self.agent.processor.tracker_store = fresh
        self.agent.lock_store = InMemoryLockStore()
        self.transcript.append("(Rasa's tracker is lost)")

    def failed(self, what: str) -> str:
        return f"{what}\n" + "\n".join(line for line in self.transcript if line.strip())

    def record(self) -> dict:
        """What is stored about this worker, in plain values; empty where nothing is."""
        law = load()
        with store.session(only_reads=True) as session:
            worker = session.scalar(select(Worker).where(Worker.sender == self.sender))
            if worker is None:
                return {"worker": False, "cases": 0, "facts": {}, "deadlines": {}, "routes": [], "deflections": [], "contacts": [],
                        "for_hotline": False, "questions": 0, "unanswered": [], "heard": 0, "missed": 0}
            found = session.scalars(select(Case).where(Case.worker_id == worker.id).order_by(Case.id)).all()
            case = found[-1] if found else None
            result = ask.assessment(law, worker, case, {}) if case else {"deadlines": [], "routes": []}
            log = session.scalars(select(Deflection).order_by(Deflection.id)).all()
            return {
                "worker": True, "language": worker.language, "consented": worker.consented_at is not None, "cases": len(found),
                "status": case.status if case else None, "handover": worker.handover,
                "questions": (worker.dialogue or {}).get("questions_asked", 0),
                "facts": cases.stated(case) if case else {},
                "deadlines": {f"{row['id']} {row['issue']}": f"{row['last_day']} {row['status']}" for row in result["deadlines"]},
                "routes": [joined(row["body"], row.get("level"), row.get("adcode")) for row in result["routes"]],
                "urgency": result.get("urgency"), "class": (result.get("relationship") or {}).get("class"),
                "deflections": [joined(row.body, row.level, row.answer, row.reason) for row in log],
                "places": [row.adcode for row in log], "issues_logged": [row.issue for row in log],
                "contacts": [joined(one.body, one.level, one.answer, one.reason) for one in (case.contacts if case else [])],
                "for_hotline": bool(case and any(referral.for_hotline for referral in case.referrals)),
                "unanswered": [joined(row.why, row.text) for row in session.scalars(select(Unanswered).order_by(Unanswered.id))],
                "heard": sum(session.scalars(select(HeardMessage.heard))), "missed": sum(session.scalars(select(HeardMessage.missed))),
            }

    def everything_stored(self) -> str:
        """Every value of every table but the schema's own and the worker's bare row, to see that words left no trace."""
        with store.session(only_reads=True) as session:
            names = inspect(session.get_bind()).get_table_names()
            return "\n".join(str(tuple(row)) for name in names if name != "alembic_version"
                             for row in session.execute(text(f'select * from "{name}"')))


def holds(stored: str, part: str) -> bool:
    """Whether a part stands in what is stored. Figures must stand by themselves: a random number holds any four sooner or later."""
    return re.search(rf"(?<![0-9A-Za-z]){part}(?![0-9A-Za-z])", stored) is not None if part.isdigit() else part in stored


def joined(*parts) -> str:
    return " ".join(str(part) for part in parts if part)
