"""What every part of the reasoning is handed: the facts, the law, the day, the language, and what was concluded so far."""
from dataclasses import dataclass, field, replace
from datetime import date

from bot.guidance import directory
from bot.guidance.directory import Office
from bot.guidance.facts import Facts
from bot.law import Law
from bot.law.languages import like

CLASSES = ("labour_relationship", "not_fully_conforming", "civil", "unclear")


@dataclass(frozen=True)
class Context:
    """`relationship` is one of CLASSES; `issues` are the facts' issues, or what the facts themselves show; `offices` those near the place
    whose own numbers are known."""

    facts: Facts
    law: Law
    today: date
    language: str
    issues: tuple[str, ...] = ()
    relationship: str = "unclear"
    offices: tuple[Office, ...] = ()
    kept: dict = field(default_factory=dict, init=False, repr=False, compare=False)  # what was worked out before, in any language

    def speaking(self, language: str) -> "Context":
        """The same case in another language; what was worked out before and is not in words is kept."""
        if language == self.language:
            return self
        if ("speaking", language) not in self.kept:
            other = self.kept["speaking", language] = replace(self, language=language)
            object.__setattr__(other, "kept", self.kept)
        return self.kept["speaking", language]

    def text(self, key: str, **fields) -> str:
        """The sentence in the worker's language."""
        sentence = self.law.text(key, self.language)
        return sentence.format_map(fields) if fields else sentence

    def value(self, id: str, on: date | None = None):
        """A dated quantity as in force on a day (default: today)."""
        return self.law.value(id, on or self.today)

    def cite(self, id: str, on: date | None = None) -> list[dict]:
        """The articles a dated quantity rests on."""
        return self.law.cite(id, on or self.today)

    def office(self, body: str, level: str | None, adcode: str | None) -> Office | None:
        """The office of a route, where its own number is known."""
        return directory.find(self.offices, body, level, adcode, self.facts.adcode) if self.offices else None

    def past(self, days) -> list[date]:
        """Those of the days that have come; what has not happened yet restarts nothing."""
        return [day for day in days if day <= self.today]

    def day(self, day: date) -> str:
        """A day as messages write it: 2026年12月31日, 31 December 2026."""
        if like(self.language) == "en":
            return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        return f"{day.year}年{day.month}月{day.day}日"

    def month(self, day: date) -> str:
        """The month of a day as messages write it: 2026年12月, December 2026."""
        return f"{MONTHS[day.month - 1]} {day.year}" if like(self.language) == "en" else f"{day.year}年{day.month}月"

    def yuan(self, amount: float) -> str:
        """A sum as messages write it: 61,800 元, 61,800 yuan."""
        shown = f"{amount:,.2f}".rstrip("0").rstrip(".")
        return f"{shown} yuan" if like(self.language) == "en" else f"{shown} 元"


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
