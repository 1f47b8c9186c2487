"""The law as the bot holds it, to be looked through: search, sources, dates, what is due, and which open cases a change touches."""
import shutil
import tempfile
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot import law, settings
from bot.cases import impact, staff
from bot.desk.texts import Texts, catalogue
from bot.desk.triage import one_of
from bot.desk.web import Visit, page
from bot.law import browse, check

PAGE = 40
MOST_SENTENCES = 20
LONGEST_SEARCH = 60
TRIED = 300  # open cases that a trial on the page assesses twice, the newest; the command line takes all
MOST_FAULTS = 30
NAMED = ("deadline", "deadline_status", "issue", "body", "level", "amount", "insurance", "available", "urgency", "relationship", "document",
         "fact")  # groups of the texts that give a word of a change its name


def routes() -> list[Route]:
    return [Route("/knowledge", page(list_page)), Route("/knowledge/{name:path}", page(item_page)),
            Route("/knowledge/{name:path}", page(try_change, role="admin"), methods=["POST"])]


def list_page(visit: Visit, session: Session) -> Response:
    """Files by kind and name; `?search=`, `?kind=`, `?due=` narrow them, `?after=` goes on. A search also shows the sentences it fits."""
    chosen = {"search": visit.text("search")[:LONGEST_SEARCH] or None, "kind": one_of(browse.KINDS, visit.text("kind")),
              "due": "1" if visit.text("due") else None}
    today = settings.today()
    found = browse.find(chosen["search"] or "", chosen["kind"], today if chosen["due"] else None)
    start = next((place + 1 for place, item in enumerate(found) if item.name == visit.text("after")), 0)
    rows = found[start:start + PAGE]
    speaks = chosen["search"] and chosen["kind"] in (None, "text") and not start
    said = browse.sentences(chosen["search"], MOST_SENTENCES, visit.t.language) if speaks else []
    return visit.render(
        "knowledge.html", rows=rows, total=len(found), onward=rows[-1].name if len(found) > start + PAGE else None, first=start == 0,
        filters=chosen, chosen={name: value for name, value in chosen.items() if value}, kinds=browse.KINDS, today=today,
        version=law.load().version, said=said, due=len(browse.find(due_on=today)), title=title,
        excerpt=browse.excerpt)


def item_page(visit: Visit, session: Session) -> Response:
    """One file; `?search=` narrows its sentences."""
    return _show(visit, _item(visit))


def try_change(visit: Visit, session: Session) -> Response:
    """What a changed version of the file would change in open cases. Nothing is written; faults of the version are told first."""
    item, text = _item(visit), visit.form.get("text", "").replace("\r\n", "\n")
    staff.audit(session, visit.staff.name, "knowledge.try", item.name)
    if text.strip() == item.raw.strip():
        return _show(visit, item, 422, draft=text, error="knowledge.same")
    faults = _faults(item, text)
    if faults:
        return _show(visit, item, 422, draft=text, error="knowledge.faulty", faults=faults[:MOST_FAULTS])
    try:
        after = law.read(law.HERE, {f"{item.name}.yml": text.encode()})
        touched = list(impact.of_open_cases(session, law.load(), after, settings.today(), newest=TRIED))
    except Exception as error:  # whatever a base of another shape makes the reasoning do, it is the trial that failed
        return _show(visit, item, 422, draft=text, error="knowledge.faulty", faults=[f"{type(error).__name__}: {error}"[:200]])
    stored = impact.count(session)
    return _show(visit, item, draft=text, touched=[(code, [in_words(visit.t, one) for one in found]) for code, found in touched],
                 tried=min(stored, TRIED), stored=stored)


def title(t: Texts, item: browse.Item) -> str:
    """What a file is called: a period by its deadline, anything else by its own name."""
    if item.kind == "periods" and f"deadline.{item.name.split('/')[1]}" in catalogue()[t.language]:
        return t.label("deadline", item.name.split("/")[1])
    place = item.name.rsplit("/", 1)[1]
    if item.kind == "figures" and place.isdigit():
        return f"{t.label('figure', item.name.split('/')[1])} · {t.place(place)}"
    if item.kind == "text":
        return t("knowledge.sentences", topic=t.label("topic", place), language=t.label("site", item.language))
    return t.label("figure" if item.kind == "figures" else "rule" if item.kind == "rules" else "period", place)


def in_words(t: Texts, change: str) -> str:
    """A change as `impact` tells it, its words by the names that the pages use."""
    known = catalogue()[t.language]
    return " ".join(next((known[f"{group}.{word.rstrip(':')}"] + word[len(word.rstrip(":")):] for group in ("change", *NAMED)
                          if f"{group}.{word.rstrip(':')}" in known), word) for word in change.replace("=", " = ").split())


def _show(visit: Visit, item: browse.Item, status: int = 200, *, draft: str | None = None, error: str | None = None,
          faults: list[str] = (), touched: list | None = None, tried: int = 0, stored: int = 0) -> Response:
    words = (visit.request.query_params.get("search") or "").strip()[:LONGEST_SEARCH]
    keys = [key for key, said in item.sentences.items() if all(word in f"{key} {said}".lower() for word in words.lower().split())]
    return visit.render(
        "knowledge_item.html", status, item=item, name=title(visit.t, item), today=settings.today(), keys=keys, search=words,
        counterpart=browse.counterpart, value_text=value_text, draft=item.raw if draft is None else draft, error=error, faults=faults,
        touched=touched, tried=tried, stored=stored, open_trial=draft is not None)


def value_text(value) -> str:
    """A value of a row as people read it, nested ones with their names."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {value_text(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(value_text(one) for one in value)
    return "–" if value is None else str(value)


def _item(visit: Visit) -> browse.Item:
    item = browse.items().get(visit.request.path_params["name"])
    if item is None:
        raise HTTPException(404)
    return item


def _faults(item: browse.Item, text: str) -> list[str]:
    """What `knowledge check` would say of the base with this version in it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "law"
        shutil.copytree(law.HERE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py", "places"))
        (copy / f"{item.name}.yml").write_text(text, encoding="utf-8", errors="replace")
        return check.faults(copy)
