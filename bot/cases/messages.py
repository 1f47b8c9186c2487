"""What is said: the conversation log, and the outbox through which everything reaches a worker."""
from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from bot import settings
from bot.cases import waits
from bot.cases.conditions import among_few
from bot.cases.model import Message, Outbox, Worker
from bot.law.languages import in_its_script

SPEAKING = ("telegram",)  # channels that carry voice messages
WITH_FILES = ("telegram", "web")  # channels that carry files
NOW, UNASKED = 0, 1  # the priority of what somebody waits for, and of what comes of itself and may wait behind it
_UNASKED = Outbox.worker_id == bindparam("worker"), among_few(Outbox.status, "waiting"), Outbox.priority == UNASKED
# Asked at every message: made once.
_BEFORE = select(Outbox.key).where(or_(Outbox.key == bindparam("key"), and_(*_UNASKED)))
_RAISE = update(Outbox).where(*_UNASKED).values(priority=NOW).execution_options(synchronize_session=False)


def log(session: Session, worker: Worker, speaker: str, text: str, case_id: int | None = None) -> None:
    """Adds a line to the conversation that the desk shows. `speaker` is worker, bot or staff:<name>.

    Before consent nothing a worker says is written down.
    """
    if worker.consented_at is None:
        return
    session.add(Message(worker_id=worker.id, case_id=case_id, speaker=speaker, text=text, at=settings.now()))
    if speaker == "worker":
        waits.heard(session, worker)


def send(session: Session, worker: Worker, key: str, text: str, buttons: list[dict] | None = None, priority: int = NOW) -> bool:
    """Puts a message for the worker into the outbox, and it read aloud for who asked for that.

    False when one with the same `key` is there already.
    """
    if _known(session, worker, key, priority):
        return False
    text = in_its_script(text, worker.language)
    _put(session, worker, key, {"text": text, "buttons": [{**one, "title": in_its_script(one["title"], worker.language)}
                                                          for one in buttons or []]}, priority)
    if worker.voice and worker.channel in SPEAKING:
        _put(session, worker, f"{key}:voice", {"voice": text}, priority)
    return True


def send_file(session: Session, worker: Worker, key: str, case_id: int, name: str, title: str) -> bool:
    """Puts a file of a case (`name` as in bot/documents/files.py) into the outbox under its title in words.

    Only its name is kept; the file is made when it is sent. False when one with the same `key` is there already.
    """
    if _known(session, worker, key):
        return False
    _put(session, worker, key, {"text": title, "file": {"case": case_id, "name": name}})
    return True


def send_mydata(session: Session, worker: Worker, key: str, name: str, title: str) -> bool:
    """Puts the file of all that is held about the worker into the outbox. False when one with the same `key` is there already."""
    if _known(session, worker, key):
        return False
    _put(session, worker, key, {"text": title, "file": {"case": None, "name": name}})
    return True


def _known(session: Session, worker: Worker, key: str, priority: int = NOW) -> bool:
    """Whether a message with this key is in the outbox already. If not, and somebody waits for it, what goes to the worker before it is
    waited for too."""
    before = session.scalars(_BEFORE, {"key": key, "worker": worker.id}).all()
    if key in before:
        return True
    if before and priority == NOW:
        session.execute(_RAISE, {"worker": worker.id})
    return False


def _put(session: Session, worker: Worker, key: str, body: dict, priority: int = NOW) -> None:
    session.add(Outbox(worker_id=worker.id, channel=worker.channel, key=key, body=body, status="waiting", attempts=0, priority=priority,
                       created_at=settings.now()))
