"""Desks by region, and matters that one desk offers to another."""
import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import settings
from bot.cases.model import Referral, Staff, Team, Transfer
from bot.law import places

REGION = re.compile(r"\d{2}(\d{2}){0,2}\Z", re.ASCII)
LONGEST = 40


class TeamError(ValueError):
    """A desk or a transfer that cannot be; `code` names the reason."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def everyone(session: Session) -> list[Team]:
    """All desks, by name."""
    return list(session.scalars(select(Team).order_by(Team.name)))


def keep(session: Session, team: Team | None, name: str, regions: str) -> Team:
    """Adds a desk, or changes one. `regions` is place codes of 2, 4 or 6 digits with blanks or commas between. Raises TeamError."""
    name, codes = " ".join(name.split()), regions.replace(",", " ").replace("，", " ").split()
    if not name or len(name) > LONGEST:
        raise TeamError("team_name")
    other = session.scalar(select(Team).where(Team.name == name))
    if other is not None and other is not team:
        raise TeamError("team_taken")
    if any(not REGION.match(code) or places.get((code + "0000")[:6]) is None for code in codes):
        raise TeamError("team_region")
    if team is None:
        team = Team(name=name, regions=[], created_at=settings.now())
        session.add(team)
    team.name, team.regions = name, sorted(set(codes))
    session.flush()
    return team


def for_place(session: Session, adcode: str | None) -> int | None:
    """The desk that answers for a place: the one with the longest fitting code."""
    fitting = [(len(region), team.id) for team in everyone(session) for region in team.regions if adcode and adcode.startswith(region)]
    return max(fitting)[1] if fitting else None


def offer(session: Session, referral: Referral, to: Team, by: str, reason: str) -> None:
    """Asks another desk to take a matter over. Raises TeamError where one was asked already, or it is that desk's own."""
    if referral.team_id == to.id:
        raise TeamError("transfer_same")
    if pending(session, referral) is not None:
        raise TeamError("transfer_pending")
    session.add(Transfer(referral_id=referral.id, from_team=referral.team_id, to_team=to.id, asked_by=by, reason=reason,
                         asked_at=settings.now()))
    session.flush()


def answer(session: Session, transfer: Transfer, staff: Staff, accepted: bool, reason: str | None) -> None:
    """The asked desk takes the matter, which is then nobody's there, or refuses with a reason. Raises TeamError."""
    if transfer.answer is not None:
        raise TeamError("transfer_answered")
    if staff.team_id != transfer.to_team and staff.role != "admin":
        raise TeamError("transfer_not_yours")
    if not accepted and not reason:
        raise TeamError("transfer_reason")
    transfer.answer, transfer.answered_by = "accepted" if accepted else "refused", staff.name
    transfer.answer_reason, transfer.answered_at = reason or None, settings.now()
    if accepted:
        referral = session.get(Referral, transfer.referral_id)
        referral.team_id, referral.assigned_to, referral.changed_at = transfer.to_team, None, settings.now()
    session.flush()


def pending(session: Session, referral: Referral) -> Transfer | None:
    """The transfer of a matter that is not answered yet."""
    return session.scalar(select(Transfer).where(Transfer.referral_id == referral.id, Transfer.answer.is_(None)).with_for_update())


def transfers(session: Session, referral_ids: list[int]) -> list[Transfer]:
    """All transfers of some referrals, oldest first."""
    return list(session.scalars(select(Transfer).where(Transfer.referral_id.in_(referral_ids)).order_by(Transfer.id)))
