"""The single report to labour inspection about one employer of whom several workers told, each on their own. Made when it is asked for.

Names, telephone numbers and addresses stand in it nowhere: the bot does not ask for them. Where a worker's name belongs is a blank, to be
filled in by whoever asked that worker first.
"""
from dataclasses import dataclass, replace
from datetime import date

from bot.documents import paper
from bot.documents.files import DOCX, PAPER, SHEET, File, NoSuchFile, title
from bot.documents.values import Matter, marked, matter, printable
from bot.guidance.facts import Facts, FactsError, parse_facts
from bot.law import Law, best_language, languages, places

REPORT = "single_report"
FILES = (REPORT + PAPER, REPORT + SHEET)
OF_ONE = ("occupation", "employment_form", "adcode", "place", "employer_place")  # facts that stand for all where all tell the same


class NothingToReport(Exception):
    """No matter whose facts can be read."""


@dataclass(frozen=True)
class Told:
    """One worker's matter: its code, its facts as the record holds them, and the day it was opened."""

    code: str
    facts: dict
    opened_on: date


def make(name: str, employer: str | None, told: list[Told], law: Law, today: date, language: str) -> File:
    """A file of FILES about the matters of workers who agreed to pass them on. `employer`: the fullest name that they told.

    Raises NoSuchFile for another name, NothingToReport."""
    from bot.documents import word

    language = best_language(law, language)
    if name not in FILES:
        raise NoSuchFile(name)
    shown = title(name, language, law).replace(":", "").replace("：", " ")
    if name.endswith(SHEET):
        spoken = language if languages.like(language) != "zh" else "en"
        blocks = paper.sheet(REPORT, *(_matter(employer, told, law, today, one) for one in ("zh", languages.like(spoken))))
        heading, footer = law.text("documents.name_sheet", spoken, name=law.text(f"documents.name_{REPORT}", spoken)), "sheet_intro"
        return File(f"{shown}.docx", DOCX, word.save(blocks, heading, law.text(f"documents.{footer}", spoken)))
    blocks = paper.blocks(REPORT, _matter(employer, told, law, today, "zh"))
    return File(f"{shown}.docx", DOCX, word.save(blocks, law.text(f"documents.name_{REPORT}", "zh"), law.text("documents.page", "zh")))


def _matter(employer: str | None, told: list[Told], law: Law, today: date, language: str) -> Matter:
    """All of the matters as one, in a language."""
    read = [(one, facts) for one in told if (facts := _facts(one)) is not None]
    if not read:
        raise NothingToReport
    whole = matter(_as_one(employer, read), law, today, language)
    ctx = whole.ctx
    days = sorted(one.opened_on for one, _ in read)
    fields = whole.fields | {
        "first_day": ctx.day(days[0]), "last_day": ctx.day(days[-1]), "workers": str(len(read)),
        "affected": str(sum(facts.people or 1 for _, facts in read))}
    whole = replace(whole, fields=fields)
    return replace(whole, rows=tuple(_row(whole, one, facts) for one, facts in read))


def _as_one(employer: str | None, read: list[tuple[Told, Facts]]) -> Facts:
    """What the matters tell alike, every issue that one of them tells, and the sum of what is owed."""
    tree = {"issues": list(dict.fromkeys(issue for _, facts in read for issue in facts.issues or () if issue != "not_labour"))}
    for name in OF_ONE:
        values = {getattr(facts, name) for _, facts in read}
        if len(values) == 1:
            tree[name] = values.pop()
    tree |= {"employer": employer, "amount_owed": sum(facts.amount_owed or 0 for _, facts in read) or None,
             "people": sum(facts.people or 1 for _, facts in read)}
    return parse_facts({name: value for name, value in tree.items() if value is not None})


def _row(whole: Matter, one: Told, facts: Facts) -> tuple[str, ...]:
    ctx = whole.ctx
    blank = whole.fields
    job = ctx.text(f"routes.job_{facts.occupation}") if facts.occupation and ctx.law.has_text(f"routes.job_{facts.occupation}",
                                                                                             ctx.language) else blank["job"]
    place = places.full_name(facts.adcode, ctx.language) if places.get(facts.adcode) else printable(facts.place) or blank["place"]
    until = ctx.day(facts.ended_on) if facts.ended_on else whole.line("until_now") if facts.left_work() is False else blank["ended_on"]
    when = whole.line("single_row_when", place=place, from_day=ctx.day(facts.started_on) if facts.started_on else blank["started_on"],
                      to_day=until)
    issues = (", " if ctx.language == "en" else "、").join(ctx.text(f"echo.issues_{issue}") for issue in facts.issues or ()
                                                          if issue != "not_labour")
    what = whole.line("single_row_owed", issues=issues, sum=ctx.yuan(facts.amount_owed)) if facts.amount_owed else issues
    return one.code, marked(whole.line("blank", what=ctx.law.text("documents.blank_consented_name", ctx.language))), job, when, what


def _facts(one: Told) -> Facts | None:
    tree = {name: value for name, value in one.facts.items() if name != "household_adcode"}
    try:
        return parse_facts(tree)
    except FactsError:
        return None
