"""The languages the bot speaks, from `text/<code>/language.yml`: a third language is a folder of sentences and nothing else.

`name`: as its readers write it; `called`: words by which a message asks for it, small letters. `like` (third languages): the language
whose sentences stand in for those that are missing, and whose names of places and laws it uses. `convert`: an OpenCC configuration by
which those sentences become its own. `script`: traditional, where that is how it is told from the language it is like.
"""
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

TEXTS = Path(__file__).parent / "text"
OWN = ("zh", "en")  # written in full; names of places and laws exist in these


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    like: str
    called: tuple[str, ...] = ()
    convert: str | None = None
    script: str | None = None


@cache
def known() -> dict[str, Language]:
    """Every language by its code, those written in full first."""
    found = []
    for path in sorted(TEXTS.glob("*/language.yml")):
        code, told = path.parent.name, yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append(Language(code, **{"like": code, **told, "called": tuple(told.get("called", ()))}))
    return {language.code: language for language in sorted(found, key=lambda one: (one.code not in OWN, one.code))}


@lru_cache(maxsize=100)
def like(code: str | None) -> str:
    """The language in full that a language goes by: zh for zh-Hant; zh for one we do not know."""
    return known()[code].like if code in known() else "zh"


def variant(spoken: str | None, script: str | None) -> str | None:
    """The language to answer in: that of the same speech and script where there is one, else the one spoken."""
    return next((one.code for one in known().values() if one.like == spoken and one.script and one.script == script), spoken)


def asked_for(text: str) -> str | None:
    """The language a message asks for by name; the rarer one where it names two ("traditional Chinese")."""
    text = text.lower()
    return next((one.code for one in reversed(known().values()) if any(name in text for name in one.called)), None)


def in_its_script(text: str, code: str | None) -> str:
    """A sentence as its readers write it: sentences put together from names and numbers are converted as they leave."""
    convert = known()[code].convert if code in known() else None
    return _converter(convert).convert(text) if convert else text


@cache
def _converter(configuration: str):
    from opencc import OpenCC

    return OpenCC(configuration)
