"""The desks of the hotline: which places each answers for, and who works there."""
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.cases import staff, teams
from bot.cases.model import Staff, Team
from bot.desk.web import Visit


def list_page(visit: Visit, session: Session) -> Response:
    return _show(visit, session)


def add(visit: Visit, session: Session) -> Response:
    return _keep(visit, session, None)


def change(visit: Visit, session: Session) -> Response:
    return _keep(visit, session, _team(session, visit.request.path_params["id"]))


def place(visit: Visit, session: Session) -> Response:
    """Puts a colleague to a desk, or to none."""
    person, number = session.get(Staff, visit.request.path_params["id"]), visit.text("team")
    if person is None:
        raise HTTPException(404)
    team = _team(session, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    person.team_id = team and team.id
    staff.audit(session, visit.staff.name, "staff.team", person.name, {"team": team and team.name})
    return visit.go("/teams")


def _keep(visit: Visit, session: Session, team: Team | None) -> Response:
    try:
        kept = teams.keep(session, team, visit.text("name"), visit.text("regions"))
    except teams.TeamError as error:
        return _show(visit, session, 422, f"teams.{error.code}")
    staff.audit(session, visit.staff.name, "team.keep", kept.name, {"regions": kept.regions})
    return visit.go("/teams")


def _show(visit: Visit, session: Session, status: int = 200, error: str | None = None) -> Response:
    people = [person for person in staff.everyone(session) if person.disabled_at is None]
    return visit.render("teams.html", status, teams=teams.everyone(session), people=people, error=error, form=visit.form if error else {})


def _team(session: Session, number: int) -> Team:
    team = session.get(Team, number)
    if team is None:
        raise HTTPException(404)
    return team
