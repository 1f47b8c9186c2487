"""What the bot did not understand: groups of like messages, a label with one click, files for training and for lawyers, and how much it
understands.

An admin sees every message, scrubbed; the hotline those of matters within reach that were passed on (`rights.unanswered`). Files are for
admins.
"""
from functools import lru_cache

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot import settings
from bot.cases import rights, staff, unanswered
from bot.cases.model import Unanswered
from bot.cases.unanswered import ACTS, WHY, LabelError
from bot.desk import charts
from bot.desk.insights import Block, Cell
from bot.desk.triage import one_of
from bot.desk.web import Visit, page
from bot.guidance.facts import ISSUES
from bot.law.languages import OWN

PAGE = 200  # messages that are grouped on one page
DONE = 50
SHOWN = ("done", "coverage")  # beside what waits
YAML = "application/yaml; charset=utf-8"


def routes() -> list[Route]:
    return [
        Route("/unanswered", page(list_page)),
        Route("/unanswered", page(label), methods=["POST"]),
        Route("/unanswered/export", page(export, role="admin", writes=True)),
        Route("/unanswered/{id:row}", page(one_page)),
        Route("/unanswered/{id:row}", page(correct), methods=["POST"]),
    ]


def list_page(visit: Visit, session: Session) -> Response:
    """Like messages together; `?why=`, `?language=` narrow them, `?after=` goes on; `?show=` what was labelled, or how much is
    understood."""
    return _list(visit, session)


def label(visit: Visit, session: Session) -> Response:
    """Labels the ticked messages of a group at once."""
    rows = [row for row in (_row(visit, session, value) for value in visit.picked) if row is not None and row.kind is None]
    if not rows:
        return _list(visit, session, 422, "unanswered.pick_some")
    try:
        unanswered.label(session, rows, visit.text("kind"), visit.by, name=visit.text("label") or None)
    except LabelError as error:
        return _list(visit, session, 422, f"unanswered.fault_{error.code}")
    done = {"kind": rows[0].kind, "label": rows[0].label, "messages": len(rows)}
    staff.audit(session, visit.staff.name, "unanswered.label", None, done)
    return visit.go(f"/unanswered?{visit.request.url.query}" if visit.request.url.query else "/unanswered")


def one_page(visit: Visit, session: Session) -> Response:
    return _one(visit, _found(visit, session))


def correct(visit: Visit, session: Session) -> Response:
    """Puts one message right: its words, what it is, which further issues it reports; or takes its label back."""
    row, kind = _found(visit, session), visit.text("kind")
    if kind == "open":
        unanswered.open_again(session, row)
    else:
        try:
            unanswered.label(session, [row], kind, visit.by, name=visit.text("label") or None, also=visit.picked, text=visit.text("text"))
        except LabelError as error:
            return _one(visit, row, 422, f"unanswered.fault_{error.code}")
    staff.audit(session, visit.staff.name, "unanswered.correct", None, {"kind": kind, "label": row.label})
    return visit.go("/unanswered?show=done" if row.kind else "/unanswered")


def export(visit: Visit, session: Session) -> Response:
    """`?file=zh|en`: the examples of a language; `?file=questions`: the questions for a lawyer."""
    file = visit.text("file")
    if file in OWN:
        data, name = unanswered.export_examples(session, file, trained(file)), f"from_the_desk_{file}.yml"
    elif file == "questions":
        data, name = unanswered.export_questions(session), f"law_questions-{settings.today()}.yml"
    else:
        raise HTTPException(404)
    staff.audit(session, visit.staff.name, "unanswered.export", file)
    return Response(data, media_type=YAML, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@lru_cache(maxsize=len(OWN))
def trained(language: str) -> dict[str, str]:
    """The texts of the training data of a language, with their intents. Read when a file is asked for, not when the desk starts."""
    from bot.understanding import examples

    return {example.text: example.intent for example in examples.read(language=language)}


def _list(visit: Visit, session: Session, status: int = 200, error: str | None = None) -> Response:
    asked, reach = visit.request.query_params.get, rights.unanswered(session, visit.staff)
    chosen = {name: one_of(known, asked(name, "")) for name, known in (("why", WHY), ("language", OWN), ("show", SHOWN))}
    after = asked("after", "")
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else None
    rows, size, block = [], PAGE, None
    weeks = unanswered.coverage(session, chosen["language"] if chosen["show"] == "coverage" else None)
    if chosen["show"] == "coverage":
        block = understood(visit.t, weeks) if weeks else None
    elif chosen["show"] == "done":
        size, rows = DONE, unanswered.labelled(session, reach, before=before, limit=DONE + 1)
    else:
        rows = unanswered.waiting(session, reach, language=chosen["language"], why=chosen["why"], before=before, limit=PAGE + 1)
    return visit.render(
        "unanswered.html", status, error=error, rows=rows[:size], groups=[] if chosen["show"] else unanswered.groups(rows[:size]),
        onward=rows[size - 1].id if len(rows) > size else None, first=before is None, filters=chosen,
        chosen={name: value for name, value in chosen.items() if value}, waiting=sum(unanswered.count_waiting(session, reach).values()),
        reasons=WHY, languages_=OWN, issues=ISSUES, acts=ACTS, block=block, heard=sum(week[1] for week in weeks),
        missed=sum(week[2] for week in weeks))


def understood(t, weeks: list[tuple]) -> Block:
    """The share of messages that were understood, week by week: a chart and its table."""
    shares = [(monday, heard, missed, f"{(heard - missed) / heard:.1%}") for monday, heard, missed in weeks if heard]
    chart = charts.columns(t("unanswered.coverage"), [(f"{monday:%m-%d}", int(100 * (heard - missed) / heard)) for monday, heard, missed, _
                                                      in shares], most=100)
    rows = [[Cell(t.day(monday)), Cell(str(heard)), Cell(str(missed)), Cell(share)] for monday, heard, missed, share in reversed(shares)]
    return Block("coverage", t("unanswered.coverage"), t("unanswered.how"), [t(f"unanswered.{name}") for name in ("week", "heard", "missed",
                                                                                                              "share")], rows, chart)


def _one(visit: Visit, row: Unanswered, status: int = 200, error: str | None = None) -> Response:
    form = visit.form
    return visit.render("unanswered_one.html", status, row=row, error=error, issues=ISSUES, acts=ACTS, form=form,
                        ticked=visit.picked if form else tuple(row.also or ()), longest=unanswered.LONGEST)


def _row(visit: Visit, session: Session, id: str) -> Unanswered | None:
    number = int(id) if id.isascii() and id.isdigit() and len(id) < 10 else None
    return unanswered.found(session, rights.unanswered(session, visit.staff), number) if number is not None else None


def _found(visit: Visit, session: Session) -> Unanswered:
    row = _row(visit, session, str(visit.request.path_params["id"]))
    if row is None:
        raise HTTPException(404)
    return row
