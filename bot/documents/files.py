"""The files of a case by their names: "arbitration_application.docx", its explanation "arbitration_application.sheet.docx",
"deadlines.ics". They are made when they are asked for and kept nowhere.

The libraries that write them are imported where they are used: who only names files must not wait for them.
"""
from dataclasses import dataclass
from datetime import date, datetime

from bot import settings
from bot.cases import cases
from bot.cases.model import Case
from bot.documents import paper
from bot.documents.days import days
from bot.guidance.assess import assess
from bot.guidance.facts import Facts, FactsError, parse_facts
from bot.guidance.route_words import join, lines
from bot.law import Law, best_language, languages, load

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CALENDAR = "deadlines.ics"
PAPER, SHEET = ".docx", ".sheet.docx"


class NoSuchFile(Exception):
    """The case gives no reason for a file of this name."""


@dataclass(frozen=True)
class File:
    name: str  # as the person sees it
    kind: str  # media type
    content: bytes


def fill(document: str, facts: Facts, law: Law, today: date) -> bytes:
    """A paper of the contract (arbitration_application …) as a Word file in Chinese, filled from the facts. Raises paper.NotOffered."""
    from bot.documents import word

    name = law.text(f"documents.name_{document}", "zh")
    return word.save(paper.write(document, facts, law, today), name, law.text("documents.page", "zh"))


def explanation(document: str, facts: Facts, law: Law, today: date, language: str) -> bytes:
    """The sheet that explains a paper to a reader of another language. Raises paper.NotOffered."""
    from bot.documents import word

    name = law.text(f"documents.name_{document}", language)
    return word.save(paper.explain(document, facts, law, today, language), law.text("documents.name_sheet", language, name=name),
                     law.text("documents.sheet_intro", language))


def names(result: dict, language: str) -> list[str]:
    """The files that an assessment gives a reason for, for a reader of a language."""
    sheets = languages.like(language) != "zh"
    found = [name for document in result["documents"] for name in (document + PAPER, *([document + SHEET] if sheets else []))]
    return found + ([CALENDAR] if days(result) else [])


def title(name: str, language: str, law: Law) -> str:
    """What a file is called, in words."""
    if name == CALENDAR:
        return law.text("documents.calendar_name", language)
    words = law.text(f"documents.name_{name.partition('.')[0]}", language)
    return law.text("documents.name_sheet", language, name=words) if name.endswith(SHEET) else words


def how(document: str, law: Law, language: str, today: date) -> str:
    """What to do with a paper: how to hand it in."""
    spoken = languages.like(language)
    return join([line for line, _ in lines(law, today, f"documents.how_{document}", spoken, frozenset(), {})], spoken)


def of_case(case: Case, name: str, language: str | None) -> File:
    """A file made from the case as it stands today. Raises NoSuchFile."""
    law, today = load(), settings.today()
    language = best_language(law, language)
    try:
        facts = parse_facts({**_facts(case), "language": language})
    except FactsError:
        raise NoSuchFile(name) from None
    result = assess(facts, law, today)
    if name not in names(result, language) and name not in names(result, "en"):
        raise NoSuchFile(name)
    return make(name, facts, result, law, today, code=case.code, made_at=settings.now())


def make(name: str, facts: Facts, result: dict, law: Law, today: date, *, code: str, made_at: datetime) -> File:
    """A file of `names`; `code` tells the case, `made_at` the version of the calendar."""
    language = best_language(law, facts.language)
    shown = title(name, language, law).replace(":", "").replace("：", " ")
    if name == CALENDAR:
        from bot.documents import ics

        return File(f"{shown}.ics", "text/calendar", ics.write(result, law, language, code, made_at))
    document = name.partition(".")[0]
    if name.endswith(SHEET):
        return File(f"{shown}.docx", DOCX, explanation(document, facts, law, today, language if languages.like(language) != "zh" else "en"))
    return File(f"{shown}.docx", DOCX, fill(document, facts, law, today))


def _facts(case: Case) -> dict:
    tree = cases.facts(case)
    tree.pop("household_adcode", None)
    return tree
