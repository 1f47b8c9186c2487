"""Ways of looking at the queue that a member of staff keeps under a name."""
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.cases.model import SavedView

LONGEST, MOST = 40, 30


class ViewError(ValueError):
    """A view that cannot be kept; `code` is view_name or view_many."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def of(session: Session, staff_id: int) -> list[SavedView]:
    return sorted(session.scalars(select(SavedView).where(SavedView.staff_id == staff_id)), key=lambda view: view.name)


def keep(session: Session, staff_id: int, name: str, filters: dict[str, str]) -> None:
    """Keeps a view; one of the same name is replaced. Raises ViewError for an empty or endless name and for the 31st view."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise ViewError("view_name")
    own = of(session, staff_id)
    there = next((view for view in own if view.name == name), None)
    if there is not None:
        there.filters = filters
        return
    if len(own) >= MOST:
        raise ViewError("view_many")
    session.add(SavedView(staff_id=staff_id, name=name, filters=filters))
    session.flush()


def drop(session: Session, staff_id: int, number: int) -> None:
    """Drops a view of one's own."""
    session.execute(delete(SavedView).where(SavedView.id == number, SavedView.staff_id == staff_id)
                    .execution_options(synchronize_session=False))
