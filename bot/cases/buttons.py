"""Buttons that were shown. A messenger carries only a short key; the payload stays here, and counts once.

The keys of one keyboard share their beginning ("Wx3kPq9ZtA.0", "Wx3kPq9ZtA.1"): pressing one button uses up its keyboard.
"""
import secrets
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Button


def show(session: Session, worker_id: int, buttons: list[dict]) -> list[dict]:
    """The buttons [{"title", "payload"}] of one keyboard, each with its "key" added."""
    keyboard = secrets.token_urlsafe(9)
    shown = [{**button, "key": f"{keyboard}.{number}"} for number, button in enumerate(buttons)]
    session.add_all(Button(key=button["key"], worker_id=worker_id, title=button["title"], payload=button["payload"],
                           created_at=settings.now()) for button in shown)
    session.flush()
    return shown


def find(session: Session, worker_id: int, key: str) -> Button | None:
    """The worker's button with this key; nobody else's. `used_at` tells whether its keyboard was used."""
    return session.scalar(select(Button).where(Button.key == key, Button.worker_id == worker_id))


def purge(session: Session, before: datetime) -> None:
    """Deletes buttons shown before a moment; who presses one hears that it no longer works."""
    session.execute(delete(Button).where(Button.created_at < before).execution_options(synchronize_session=False))


def use(session: Session, worker_id: int, key: str) -> None:
    """Uses up the keyboard that a key belongs to."""
    keyboard = key.partition(".")[0]
    change = update(Button).where(Button.worker_id == worker_id, Button.key.startswith(f"{keyboard}.", autoescape=True),
                                  Button.used_at.is_(None)).values(used_at=settings.now())
    session.execute(change.execution_options(synchronize_session=False))
