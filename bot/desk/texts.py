"""Every word on the desk's own pages, by key, in each language of `locale/`; and how days, sums and places are written."""
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import yaml

from bot import settings
from bot.law import places

LOCALES = Path(__file__).parent / "locale"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DEFAULT = "zh"


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, str]]:
    """{language: {dotted key: text}}, read once."""
    return {path.stem: dict(_flat(yaml.safe_load(path.read_text(encoding="utf-8")))) for path in sorted(LOCALES.glob("*.yml"))}


def languages() -> list[str]:
    return sorted(catalogue(), key=lambda language: language != DEFAULT)


def choose(wanted: str | None, accept: str | None) -> str:
    """The language to use: the one remembered, else the first of an Accept-Language header that we have, else Chinese."""
    if wanted in catalogue():
        return wanted
    for part in (accept or "").split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in catalogue():
            return code
    return DEFAULT


@dataclass(frozen=True)
class Texts:
    """The words of one language. Calling it with a key gives the text; an unknown key raises KeyError."""

    language: str

    def __call__(self, key: str, **fields) -> str:
        text = catalogue()[self.language][key]
        return text.format_map(fields) if fields else text

    def label(self, group: str, value) -> str:
        """The name of a contract value, e.g. label("issue", "wage_arrears"); a value without a name is shown as it is."""
        if value is None or value == "":
            return self("common.unknown")
        return catalogue()[self.language].get(f"{group}.{value}", str(value))

    def labels(self, group: str, values) -> str:
        """Several names in a row."""
        return ("、" if self.language == "zh" else ", ").join(self.label(group, value) for value in values or [])

    def day(self, day: date | str | None) -> str:
        """2026年12月31日, 31 Dec 2026."""
        if not day:
            return self("common.unknown")
        day = date.fromisoformat(day) if isinstance(day, str) else day
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if self.language == "en" else f"{day.year}年{day.month}月{day.day}日"

    def moment(self, moment: datetime) -> str:
        """A day with the hour, in China's time."""
        return f"{self.day(moment.date())} {moment:%H:%M}"

    def left(self, day: date | str) -> str:
        """How far a day is from today: "还有 39 天", "今天", "已过 3 天"."""
        day = date.fromisoformat(day) if isinstance(day, str) else day
        days = (day - settings.today()).days
        if days == 0:
            return self("common.today")
        if abs(days) == 1:
            return self("common.one_day_left" if days > 0 else "common.one_day_past")
        return self("common.days_left", days=days) if days > 0 else self("common.days_past", days=-days)

    def waited(self, since: datetime) -> str:
        """How long somebody has waited, in minutes, hours or days."""
        minutes = max(0, int((settings.now() - since).total_seconds() // 60))
        if minutes < 60:
            return self("common.minutes", n=minutes)
        return self("common.hours", n=minutes // 60) if minutes < 48 * 60 else self("common.days", n=minutes // 1440)

    def yuan(self, amount: float) -> str:
        shown = f"{amount:,.2f}".removesuffix(".00")
        return self("common.yuan", amount=shown)

    def place(self, adcode: str | None) -> str:
        """The place of a code; the code itself where the table does not know it."""
        if not adcode:
            return self("common.unknown")
        try:
            return places.full_name(adcode, self.language) or adcode
        except LookupError:
            return adcode

    def article(self, law: dict) -> str:
        """An article as people cite it."""
        return self("common.article", name=law.get("name", ""), article=law.get("article", ""))


def _flat(tree: dict, prefix: str = ""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value).strip()
