"""The knowledge base as people look through it: one item a file, with what it is about, its values by date, and what is due for review."""
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import yaml

from bot.law import DATED, HERE, languages
from bot.law.check import REVIEW_AFTER

KINDS = ("periods", "figures", "rules", "text")


@dataclass(frozen=True)
class Item:
    """One file. `name` is its path in the base without suffix; `about` the comment at its head; `values` its rows by date (periods and
    figures), `sentences` its texts by key (text); `raw` the file as it is written."""

    name: str
    kind: str
    about: str
    last_checked: date | None
    unit: str | None
    raw: str
    values: tuple[dict, ...] = ()
    sentences: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str | None:
        """The language of a file of sentences."""
        return self.name.split("/")[1] if self.kind == "text" else None

    def due(self, today: date) -> bool:
        """Whether nobody has checked it against the law for more than a year."""
        return self.last_checked is not None and today - self.last_checked > REVIEW_AFTER

    def in_force(self, on: date) -> dict | None:
        """The row in force on a day."""
        return next((row for row in self.values if row["from"] <= on and (row.get("until") is None or on <= row["until"])), None)

    def laws(self) -> list[str]:
        """The articles its rows rest on, each once: "劳动合同法 82"."""
        return list(dict.fromkeys(f"{one['name']} {one['article']}" for row in self.values for one in row["law"]))


@lru_cache(maxsize=1)
def items() -> dict[str, Item]:
    """Every file of the base by its name, in the order of KINDS and names. Read once."""
    return {name: item for kind in KINDS for name, item in sorted(_items(kind))}


def find(words: str = "", kind: str | None = None, due_on: date | None = None) -> list[Item]:
    """The items of a kind that hold all of the words somewhere; `due_on`: only those due for review on that day."""
    wanted = words.lower().split()
    return [item for item in items().values() if (kind is None or item.kind == kind) and (due_on is None or item.due(due_on))
            and all(word in item.name.lower() or word in item.raw.lower() for word in wanted)]


def sentences(words: str, most: int, language: str) -> list[tuple[Item, str]]:
    """Sentences that hold all of the words, as (item, key); at most so many, those in a language first."""
    wanted, found = words.lower().split(), []
    for item in sorted(items().values(), key=lambda item: item.language != language) if wanted else ():
        for key, said in item.sentences.items():
            if all(word in said.lower() or word in key.lower() for word in wanted):
                found.append((item, key))
                if len(found) == most:
                    return found
    return found


def excerpt(said: str, words: str, longest: int = 160) -> str:
    """The first line of a sentence that holds one of the words, around the place where it stands."""
    wanted = words.lower().split()
    line = next((line for line in said.splitlines() if any(word in line.lower() for word in wanted)), said.splitlines()[0] if said else "")
    place = min((line.lower().find(word) for word in wanted if word in line.lower()), default=0)
    start = max(0, min(place - longest // 3, len(line) - longest))
    return ("…" if start else "") + line[start:start + longest] + ("…" if start + longest < len(line) else "")


def counterpart(item: Item, key: str) -> list[tuple[str, str]]:
    """The same sentence in the other languages that are written in full: [(language, sentence)]."""
    topic = item.name.split("/")[2]
    return [(code, items()[f"text/{code}/{topic}"].sentences.get(key, "")) for code in languages.OWN
            if code != item.language and f"text/{code}/{topic}" in items()]


def _items(kind: str):
    for path in (HERE / kind).rglob("*.yml"):
        raw = path.read_text(encoding="utf-8")
        content = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        name = path.relative_to(HERE).with_suffix("").as_posix()
        about = " ".join(line.lstrip("# ").rstrip() for line in _head(raw))
        dated = kind in DATED
        yield name, Item(name, kind, about, content.get("last_checked") if kind != "text" else None, content.get("unit") if dated else None,
                         raw, tuple(content["values"]) if dated else (), {str(key): str(said).strip() for key, said in content.items()}
                         if kind == "text" and path.stem != "language" else {})


def _head(raw: str) -> list[str]:
    lines = []
    for line in raw.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line)
    return lines
