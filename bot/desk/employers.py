"""Employers and platforms: who complains of whom, which names are one, the three classes of compliance, and what leaves the desk once a
person has confirmed it."""
from collections import Counter
from urllib.parse import quote, urlencode

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot import settings
from bot.cases import cases, compliance, employer_reach, employer_ties, employers, further_places, rights, staff, tables, teams
from bot.cases.model import Case, Employer, EmployerTie, Referral
from bot.cases.referrals import OPEN
from bot.desk import sought
from bot.desk.log import FORMATS
from bot.desk.triage import one_of, page_number, pages
from bot.desk.web import Visit, page
from bot.documents import employer as papers
from bot.documents.files import DOCX, NoSuchFile
from bot.law import load

PAGE = 25
SHOWN = 100  # matters on the page of one employer
MOST_REPORTED = 200  # workers in one report, the newest
LONGEST_WHY = 400
COLUMNS = ("employer", "case", "opened", "place", "occupation", "issues", "people", "state", "how", "desk")
TABLES = tuple(format for format in FORMATS if format != "json")
KINDS = ("employer", "platform")


def routes() -> list[Route]:
    return [Route("/employers", page(list_page)), Route("/employers/search", page(find), methods=["POST"]),
            Route("/employers/{code}", page(one_page, writes=True)),
            Route("/employers/{code}/tie", page(tie), methods=["POST"]), Route("/employers/{code}/undo", page(undo), methods=["POST"]),
            Route("/employers/{code}/confirm", page(confirm), methods=["POST"]),
            Route("/employers/{code}/withdraw", page(withdraw), methods=["POST"]),
            Route("/employers/{code}/files/{name}", page(file, writes=True))]


def list_page(visit: Visit, session: Session) -> Response:
    """Employers within reach, those with the most workers with open matters first; `search` takes a name in any spelling."""
    words, kind = sought.from_address(visit.text("search"), "employers"), one_of(KINDS, visit.text("kind"))
    found = employer_reach.listed(session, visit.staff, words if words.isprintable() else "", None if kind is None else kind == "platform")
    number = page_number(visit.text("page"), len(found), PAGE)
    rows = [(line, *_state(session, line.employer)) for line in found[(number - 1) * PAGE:number * PAGE]]
    chosen = _chosen(words, kind)
    return visit.render("employers.html", rows=rows, total=len(found), number=number, pages=pages(len(found), PAGE), chosen=chosen,
                        turned=sought.into_address(chosen, "employers"), kinds=KINDS,
                        name=employers.name_of, rule=load().rule("employers")["alert"])


def find(visit: Visit, session: Session) -> Response:
    """The form of the filters; what it asks for becomes an address."""
    fields = sought.into_address(_chosen(sought.typed(visit.text("search")), one_of(KINDS, visit.text("kind"))), "employers")
    return visit.go("/employers" + ("?" + urlencode(fields) if fields else ""))


def _chosen(words: str, kind: str | None) -> dict[str, str]:
    return {name: value for name, value in (("search", words), ("kind", kind)) if value}


def one_page(visit: Visit, session: Session) -> Response:
    """One employer. Reading it goes on record."""
    found = _employer(visit, session)
    staff.audit(session, visit.staff.name, "employer.read", found.code)
    return _show(visit, session, found)


def tie(visit: Visit, session: Session) -> Response:
    """A person decides that two employers are the same, or are not."""
    found, why = _employer(visit, session), visit.text("why")
    other, same = employer_reach.by_code(session, visit.staff, visit.text("other")), visit.text("same")
    if other is None or same not in ("yes", "no") or len(why) > LONGEST_WHY:
        return _show(visit, session, found, 422, "employers.no_other")
    alike = same == "yes"
    if employer_ties.tie(session, found, other, alike, visit.staff.name, why or None) is None:
        return _show(visit, session, found, 409, "employers.decided_already")
    staff.audit(session, visit.staff.name, "employer.same" if alike else "employer.not_same", found.code, {"other": other.code})
    return visit.go(f"/employers/{found.code}#names")


def undo(visit: Visit, session: Session) -> Response:
    """Takes such a decision back."""
    found = _employer(visit, session)
    around = employer_ties.circle(session, found.id)
    one = next((one for one in employer_ties.ties(session, around) if str(one.id) == visit.text("tie") and one.undone_at is None), None)
    if one is None:
        raise HTTPException(404)
    employer_ties.undo(one, visit.staff.name)
    session.flush()
    ends = [session.get(Employer, id) for id in (one.one_id, one.other_id)]
    for end in ends:
        staff.audit(session, visit.staff.name, "employer.undo", end.code, {"other": next(row.code for row in ends if row is not end)})
    still = employer_reach.by_code(session, visit.staff, found.code)
    return visit.go(f"/employers/{found.code}#names" if still else "/employers")


def confirm(visit: Visit, session: Session) -> Response:
    """A person confirms the class, as the page showed it: what changed since is shown first."""
    found = _employer(visit, session)
    ids, suggestion = _suggestion(session, found)
    if suggestion.grade is None or visit.text("basis") != suggestion.basis:
        return _show(visit, session, found, 409, "employers.changed")
    if visit.text("looked") != "yes":
        return _show(visit, session, found, 422, "employers.look_first")
    compliance.confirm(session, session.get(Employer, min(ids)), suggestion, visit.staff.name)
    staff.audit(session, visit.staff.name, "employer.confirm", found.code, {"class": suggestion.grade})
    return visit.go(f"/employers/{found.code}#compliance")


def withdraw(visit: Visit, session: Session) -> Response:
    """Takes a confirmation back; nothing leaves the desk any more."""
    found = _employer(visit, session)
    ids, suggestion = _suggestion(session, found)
    verdict = compliance.confirmed(session, ids, suggestion)
    if verdict is None:
        return _show(visit, session, found, 409, "employers.changed")
    compliance.withdraw(verdict, visit.staff.name)
    staff.audit(session, visit.staff.name, "employer.withdraw", found.code, {"class": verdict.grade})
    return visit.go(f"/employers/{found.code}#compliance")


def file(visit: Visit, session: Session) -> Response:
    """The report to inspection, its explanation, or the matters as a table: once a person has confirmed the class, and only what is within
    reach of whoever asks."""
    found, name = _employer(visit, session), visit.request.path_params["name"]
    format = name.removeprefix("matters.")
    if name not in papers.FILES and (name == format or format not in TABLES):
        raise HTTPException(404)
    ids, suggestion = _suggestion(session, found)
    if compliance.confirmed(session, ids, suggestion) is None:
        return _show(visit, session, found, 403, "employers.confirm_first")
    mine = _mine(session, visit, employer_reach.matters(session, ids))
    if name in papers.FILES:
        waiting = [case for case, referral in mine if case.status == "open" and referral.status in OPEN][:MOST_REPORTED]
        told = [papers.Told(case.code, cases.facts(case), case.opened_at.date()) for case in waiting]
        try:
            called = employer_reach.spellings(session, ids, [case.id for case in waiting])
            made = papers.make(name, called[0] if called else None, told, load(), settings.today(), visit.t.language)
        except (NoSuchFile, papers.NothingToReport):
            return _show(visit, session, found, 409, "employers.nothing_open")
        data, kind, shown = made.content, DOCX, made.name
    else:
        data, kind, shown = _table(visit, session, found, mine, format), FORMATS[format], f"{found.code}-{settings.today()}.{format}"
    staff.audit(session, visit.staff.name, "employer.file", found.code, {"file": name, "matters": len(mine)})
    return Response(data, media_type=kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(shown)}"})


def _show(visit: Visit, session: Session, found: Employer, status: int = 200, error: str | None = None) -> Response:
    ids, suggestion = _suggestion(session, found)
    all_of_it = employer_reach.matters(session, ids)
    mine = _mine(session, visit, all_of_it)
    shown = [case.id for case, _ in mine[:SHOWN]]
    within = {row.id: row for row in session.query(Employer).filter(Employer.id.in_(ids), employer_reach.reached(session, visit.staff))}
    return visit.render(
        "employer.html", status, error=error, employer=found, name=employers.name_of,
        members=sorted(within.values(), key=lambda row: row.id),
        hidden_members=len(ids) - len(within), matters=mine[:SHOWN], more=max(0, len(mine) - SHOWN), total=len(all_of_it), mine=len(mine),
        desks=_by_desk(session, all_of_it), spellings=employer_reach.spellings(session, ids, shown),
        further=further_places.of_cases(session, shown),
        suggestion=suggestion, verdict=compliance.confirmed(session, ids, suggestion), history=compliance.history(session, ids),
        alike=employer_reach.alike(session, visit.staff, ids), ties=_ties(visit, session, ids), form=visit.form if error else {},
        files=papers.FILES, tables=TABLES, alerted=employer_reach.alerted(session, ids), rule=load().rule("employers"))


def _employer(visit: Visit, session: Session) -> Employer:
    """The employer of the path. 404 for one out of reach, as for one that does not exist."""
    found = employer_reach.by_code(session, visit.staff, visit.request.path_params["code"])
    if found is None:
        raise HTTPException(404)
    return found


def _suggestion(session: Session, found: Employer) -> tuple[frozenset[int], compliance.Suggestion]:
    ids = employer_ties.circle(session, found.id)
    return ids, compliance.suggest(employer_reach.matters(session, ids), load().rule("employers")["compliance"], settings.now())


def _state(session: Session, found: Employer):
    """The class that the record suggests, whether a person confirmed it, and whether an alert is waiting."""
    ids, suggestion = _suggestion(session, found)
    return suggestion, compliance.confirmed(session, ids, suggestion), employer_reach.alerted(session, ids)


def _mine(session: Session, visit: Visit, matters: list[tuple[Case, Referral]]) -> list[tuple[Case, Referral]]:
    reached = set(session.scalars(rights.reached_ids(session, visit.staff, [case.id for case, _ in matters])))
    return [(case, referral) for case, referral in matters if case.id in reached]


def _by_desk(session: Session, matters: list[tuple[Case, Referral]]) -> list[tuple[str | None, int, int, list[tuple[str, int]]]]:
    """For each desk: its name, how many matters and how many open ones lie there, and how many referrals stand where. Figures only."""
    names = {team.id: team.name for team in teams.everyone(session)}
    by_team: dict[int | None, list[tuple[Case, Referral]]] = {}
    for case, referral in matters:
        by_team.setdefault(referral.team_id, []).append((case, referral))
    return [(names.get(team), len(rows), sum(case.status == "open" and referral.status in OPEN for case, referral in rows),
             sorted(Counter(referral.status for _, referral in rows).items()))
            for team, rows in sorted(by_team.items(), key=lambda pair: names.get(pair[0]) or "\uffff")]


def _ties(visit: Visit, session: Session, ids: frozenset[int]) -> list[tuple[EmployerTie, Employer | None, Employer | None]]:
    """What was decided, each with the two employers; None for one out of reach."""
    decided = employer_ties.ties(session, ids)
    ends = {id for one in decided for id in (one.one_id, one.other_id)}
    within = {row.id: row for row in session.query(Employer).filter(Employer.id.in_(ends), employer_reach.reached(session, visit.staff))}
    return [(one, within.get(one.one_id), within.get(one.other_id)) for one in decided]


def _table(visit: Visit, session: Session, found: Employer, mine: list[tuple[Case, Referral]], format: str) -> bytes:
    """The matters within reach, without anything that names a worker."""
    t, names = visit.t, {team.id: team.name for team in teams.everyone(session)}
    lines = [[employers.name_of(found).shown(), case.code, case.opened_at.date().isoformat(), t.place(case.adcode),
              t.label("occupation", case.occupation), t.labels("issue", case.issues), case.people or 1,
              t.label("referral", referral.status), t.label("how", referral.how) if referral.how else "",
              names.get(referral.team_id, "")] for case, referral in mine]
    return tables.write(format, "employer", tuple(t.label("employer_column", name) for name in COLUMNS), lines)
