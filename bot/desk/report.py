"""The report to publish: the main figures of a choice with method and limits, as a page, a file and a PDF. Small counts are hidden."""
from pathlib import Path

from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot import settings
from bot.cases import log_counts, log_figures, log_rows, review, rights, small_counts
from bot.cases.log_case import EARLY
from bot.cases.log_rows import Filters
from bot.desk import log_query
from bot.desk.insights import Figures
from bot.desk.log import ROUNDS
from bot.desk.web import Visit, templates

SHEET = Path(__file__).parent / "static" / "report.css"
FORMATS = ("html", "pdf")


def report_page(visit: Visit, session: Session) -> Response:
    """The report on the cases that the address asks for; `?format=html` or `pdf` saves it."""
    log_counts.refresh(ROUNDS)
    format = visit.text("format") if visit.text("format") in FORMATS else None
    widest, wanted = log_query.all_of(visit, session), log_query.choice(visit, session)
    choice = log_figures.within(log_figures.spans(session, wanted), wanted)
    figures = Figures(session, visit.t, choice, widest, linked=False)
    shown = log_figures.shown(session, choice, widest) and figures.total["cases"] >= small_counts.K
    stories = log_rows.stories(session, Filters(choice), rights.deflections(session, visit.staff), most=2) if shown else []
    chosen, t = log_query.fields_of(choice, widest), visit.t
    scope = {"from": chosen.get("from"), "to": chosen.get("to"), "place": ", ".join(t.place((place + "0000")[:6]) for place in
                                                                                  choice.places or () if place != log_figures.NONE)}
    scope |= {name: t.label(name, chosen[name]) for name in ("occupation", "issue", "platform") if name in chosen}
    page = templates.get_template("report.html").render(
        t=t, figures=figures, shown=shown, k=small_counts.K, early=EARLY, today=settings.today(), stories=stories,
        released=review.released, address=log_query.address, chosen=chosen, scope={name: said for name, said in scope.items() if said},
        sheet=Markup(SHEET.read_text(encoding="utf-8")) if format else None)
    if format is None:
        return Response(page, media_type="text/html; charset=utf-8")
    data = page.encode() if format == "html" else pdf(page)
    if data is None:
        return Response(t("report.no_pdf"), 503, media_type="text/plain; charset=utf-8")
    name = f"deflections-report-{settings.today()}-{t.language}.{format}"
    kind = "text/html; charset=utf-8" if format == "html" else "application/pdf"
    return Response(data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def pdf(page: str) -> bytes | None:
    """A page as PDF; None where this machine lacks Pango, which lays out the lines. Nothing is fetched from anywhere."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError:
        return None
    return HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=())).write_pdf()
