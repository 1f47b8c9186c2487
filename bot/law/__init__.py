"""The law as data: dated quantities, structured rules and every sentence said to a worker, loaded from the YAML beside this file.

- `periods/`, `figures/`: one file, one quantity, `values` by the date each came into force.
- `rules/`: structured rules (bodies, excuses, insurance, evidence, questions).
- `text/<language>/`: sentences by key, the same keys in each language.
- `places/`: the table of places.
"""
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

from bot.law import languages

HERE = Path(__file__).parent
DATED = ("periods", "figures")
# What PyYAML raises for what it cannot read: its own errors, and Python's for a day that is none, "!!bool x" or too deep a nesting.
NOT_YAML = (yaml.YAMLError, ValueError, KeyError, AttributeError, RecursionError)


class LawError(Exception):
    """The knowledge base has no such entry, or none in force on that day."""


@dataclass(frozen=True)
class Entry:
    """One quantity as it stood from `start` until `end` (None: still in force)."""

    start: date
    end: date | None
    value: object
    law: tuple[dict, ...]
    source: str
    note: str | None = None


@dataclass(frozen=True, eq=False)  # two bases are the same only if they are one: so a base can key a cache
class Law:
    """The whole knowledge base, read once. `version` changes with any byte of it."""

    version: str
    dated: dict[str, tuple[Entry, ...]]
    rules: dict[str, object]
    texts: dict[str, dict[str, str]]

    @property
    def languages(self) -> list[str]:
        return [code for code in languages.known() if code in self.texts]

    def entry(self, id: str, on: date) -> Entry:
        """The entry of a quantity in force on a day. Raises LawError when there is none."""
        for entry in self.dated.get(id, ()):
            if entry.start <= on and (entry.end is None or on <= entry.end):
                return entry
        raise LawError(f"{id}: nothing in force on {on}")

    def value(self, id: str, on: date):
        """The value of a quantity on a day, in the unit its file names."""
        return self.entry(id, on).value

    def cite(self, id: str, on: date) -> list[dict]:
        """The articles a quantity rests on: [{"name", "article"}]."""
        return [dict(article) for article in self.entry(id, on).law]

    def rule(self, name: str):
        """A structured rule file, e.g. `bodies`."""
        try:
            return self.rules[name]
        except KeyError:
            raise LawError(f"{name}: no such rule") from None

    def text(self, key: str, language: str, **fields) -> str:
        """A sentence in a language, its {fields} filled in. Raises LawError for an unknown key."""
        try:
            sentence = self.texts[language][key]
        except KeyError:
            raise LawError(f"{key}: no sentence in {language}") from None
        return sentence.format_map(fields) if fields else sentence

    def has_text(self, key: str, language: str) -> bool:
        return key in self.texts.get(language, ())


def best_language(law: Law, language: str | None) -> str:
    """The language to answer in: the one asked for where it exists, else Chinese."""
    return language if language in law.texts else "zh"


@lru_cache(maxsize=1)
def load() -> Law:
    """The knowledge base from disk, cached for the life of the process."""
    return read(HERE)


def read(folder: Path, instead: dict[str, bytes] | None = None) -> Law:
    """A knowledge base from a folder laid out like this one; `instead` holds the bytes of files, by their path in the folder, that are
    read in place of those on disk. Raises LawError naming the file that cannot be read."""
    digest = hashlib.sha256()
    parsed: dict[Path, object] = {}
    for path in sorted(folder.rglob("*.yml")) + sorted(folder.rglob("*.tsv")):
        data = (instead or {}).get(path.relative_to(folder).as_posix())
        data = path.read_bytes() if data is None else data
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + data)
        if path.suffix == ".yml":
            try:
                parsed[path.relative_to(folder)] = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            except NOT_YAML as error:
                raise LawError(f"{path.relative_to(folder)}: {error}".replace("\n", " ")) from None
    dated = {}
    rules: dict[str, object] = {}
    texts: dict[str, dict[str, str]] = {}
    checked = date.min
    for path, content in parsed.items():
        kind, name = path.parts[0], path.with_suffix("").as_posix()
        try:
            if kind in DATED:
                dated[name] = tuple(_entry(name, row) for row in content["values"])
                checked = max(checked, content["last_checked"])
            elif kind == "rules":
                rules[name.removeprefix("rules/")] = content
            elif kind == "text":
                mine = texts.setdefault(path.parts[1], {})
                if path.stem != "language":  # what the language is, not what is said in it
                    mine.update({f"{path.stem}.{key}": said.strip() for key, said in content.items()})
        except (KeyError, TypeError, AttributeError) as error:
            raise LawError(f"{path}: not laid out as such a file is: {error}") from None
    for code, language in languages.known().items():
        if language.like != code and code in texts:
            texts[code] = texts[language.like] | texts[code]
    return Law(f"{checked}+{digest.hexdigest()[:12]}", dated, rules, texts)


def name_of(path: Path) -> str:
    """The file of the base that a path means, as its path in the base: itself, or the one that ends like it ("en/amounts.yml").

    Raises LawError where none or several do.
    """
    known = sorted(one.relative_to(HERE).as_posix() for folder in (*DATED, "rules", "text") for one in (HERE / folder).rglob("*.yml"))
    parts, found = path.resolve().parts, []
    for start in range(len(parts)):  # the longest end of the path that some file shares
        end = "/".join(parts[start:])
        found = found or [name for name in known if f"/{name}".endswith(f"/{end}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise LawError(f"{path}: may mean {' or '.join(found)}: name its folder too")
    raise LawError(f"{path}: no file of the knowledge base that assessments rest on has this name")


def _entry(id: str, row: dict) -> Entry:
    try:
        return Entry(row["from"], row.get("until"), row["value"], tuple(row["law"]), row["source"], row.get("note"))
    except (KeyError, TypeError) as error:
        raise LawError(f"{id}: an entry lacks {error}") from None
