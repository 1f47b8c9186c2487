"""The papers and the calendar in the chat: which there are, and sending one."""
from sqlalchemy.orm import Session

from bot.cases import messages
from bot.cases.model import Case, Worker
from bot.dialogue import ask
from bot.dialogue.heard import Say
from bot.documents import files
from bot.law import Law

PART = "documents"  # of /more: the list
FILES = (files.PAPER, files.CALENDAR)  # how a part of /more ends that is a file


def offer(law: Law, worker: Worker, case: Case | None) -> list[Say]:
    """What can be prepared for this case, each with its button."""
    language = worker.language or "zh"
    found = _names(law, worker, case)
    if not found:
        return [Say(law.text("documents.none", language))]
    return [Say(law.text("documents.offer", language), tuple((_button(law, name, language), _payload(name)) for name in found))]


def send(session: Session, law: Law, worker: Worker, case: Case | None, name: str, message_id: str) -> list[Say]:
    """Puts a file, with the sheet that explains it, on its way, and says what to do with it. `message_id`: the same press sends it once."""
    language = worker.language or "zh"
    if name not in _names(law, worker, case):
        return [Say(law.text("documents.gone", language)), *offer(law, worker, case)]
    if worker.channel not in messages.WITH_FILES:
        return [Say(law.text("documents.not_here", language))]
    document = name.partition(".")[0]
    for one in [one for one in _all(law, worker, case) if one.partition(".")[0] == document]:
        messages.send_file(session, worker, f"file:{message_id}:{one}", case.id, one, files.title(one, language, law))
    if name == files.CALENDAR:
        return [Say(law.text("documents.calendar_sent", language))]
    how = files.how(document, law, language, ask.today())
    return [Say(law.text("documents.sent", language, name=files.title(name, language, law), how=how))]


def _names(law: Law, worker: Worker, case: Case | None) -> list[str]:
    """What a worker chooses from: the sheets go with their papers."""
    return [name for name in _all(law, worker, case) if not name.endswith(files.SHEET)]


def _all(law: Law, worker: Worker, case: Case | None) -> list[str]:
    if case is None or worker.consented_at is None:
        return []
    return files.names(ask.assessment(law, worker, case, {}), worker.language or "zh")


def _button(law: Law, name: str, language: str) -> str:
    return law.text("documents.button_calendar", language) if name == files.CALENDAR else f"📄 {files.title(name, language, law)}"


def _payload(name: str) -> str:
    return f'/more{{"part": "{name}"}}'
