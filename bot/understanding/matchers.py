"""The word lists in `lexicon/`, matched with spaCy's PhraseMatcher and Matcher; built once per language, when first used."""

import re
import sys
from functools import cache
from pathlib import Path
from typing import Iterable, Iterator, List, NamedTuple, Optional, Tuple

import yaml

LEXICON = Path(__file__).parent / "lexicon"
_NO_WORD = re.compile(r"\S{61,}")
_RUNS = re.compile(r"\s+|\S+")
_CUT = re.compile(r"[a-z]{2}")
_MOST = 100  # hits of one name that are kept: nobody says a thing more often
_GAP = {"zh": 8, "en": 4}  # how much "…" may stand for: characters or words


class Hit(NamedTuple):
    """A phrase found in a squeezed text. `kind` is the list it is from, `name` the fact, role or reason, `value` its value."""
    kind: str
    name: str
    value: object
    start: int
    end: int


@cache
def lexicon(name: str) -> dict:
    """One file of `lexicon/`, parsed."""
    return yaml.safe_load((LEXICON / f"{name}.yml").read_text(encoding="utf-8"))


def _entries(language: str) -> Iterator[Tuple[str, str, object, str]]:
    """(kind, name, value, phrase) of everything the lexicon knows in a language."""
    def rows(kind, name, value, lists):
        for phrase in lists.get(language) or ():
            yield kind, name, value, phrase

    for platform in lexicon("platforms"):
        # A brand is typed in either script whatever the language: "I ride for 美团", "在meituan跑单".
        for phrase in [*(platform["zh"] or ()), *(platform["en"] or ())]:
            yield "platform", platform["name"], platform["work"], phrase
    for job, lists in lexicon("occupations").items():
        yield from rows("occupation", job, "job", lists)
        yield from rows("occupation", job, "place", {language: lists.get(f"{language}_places")})
    bodies = lexicon("bodies")
    for kind in ("bodies", "levels"):
        for name, lists in bodies[kind].items():
            yield from rows(kind, name, None, lists)
    for reason, lists in lexicon("excuses").items():
        yield from rows("excuse", reason, None, lists)
    cues = lexicon("cues")
    for fact, values in cues["choices"].items():
        for value, lists in values.items():
            yield from rows("choice", fact, value, lists)
    for kind in ("dates", "money", "words"):
        for name, lists in cues[kind].items():
            yield from rows(kind, name, None, lists)


def spacy_alone():
    """(spaCy, Matcher, PhraseMatcher) without the deep-learning libraries its thinc imports where they are installed: ten seconds, 300 MB."""
    hidden = [] if "spacy" in sys.modules else [name for name in ("tensorflow", "torch") if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # makes the import fail, which thinc expects
    try:
        import spacy
        import spacy.tokens
        from spacy.matcher import Matcher, PhraseMatcher
    finally:
        for name in hidden:
            del sys.modules[name]
    return spacy, Matcher, PhraseMatcher


def characters(text: str) -> tuple:
    """(tokens, whether a space follows, where each starts): a token a character, as spaCy cuts Chinese, in half the time."""
    words, spaces, starts, place = [], [], [], 0
    for run in _RUNS.findall(text):
        if run.isspace():
            if words and run[0] == " ":  # the first space belongs to the character before it
                spaces[-1] = True
                run, place = run[1:], place + 1
            words += [run] * bool(run)
            spaces += [False] * bool(run)
            starts += [place] * bool(run)
        else:
            words += run
            spaces += [False] * len(run)
            starts += range(place, place + len(run))
        place += len(run)
    return words, spaces, starts


class Lexicon:
    """Every phrase of one language, ready to be found in a text."""

    def __init__(self, language: str):
        spacy, Matcher, PhraseMatcher = spacy_alone()
        self.language = language
        # A blank "zh" pipeline cuts at every character, so a phrase is found wherever it stands.
        self._nlp = spacy.blank(language)
        self._nlp.max_length = 10**7
        self._doc = spacy.tokens.Doc
        self._plain = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        self._gapped = Matcher(self._nlp.vocab)
        self._labels, gapped = {}, []
        for kind, name, value, phrase in _entries(language):
            label = f"{kind}|{name}|{value}"
            self._labels[self._nlp.vocab.strings.add(label)] = (kind, name, value)
            if "…" in phrase:
                self._gapped.add(label, [self._pattern(phrase)])
                gapped.append(phrase.lower())
            else:
                self._plain.add(label, [self._nlp.make_doc(phrase.lower())])
        # The matcher of gapped phrases takes twenty times as long as the other: it runs only where the words of one stand.
        self._may_gap = re.compile("|".join(".*".join(self._loose(part) for part in phrase.split("…")) for phrase in gapped), re.S)

    def _pattern(self, phrase: str) -> list:
        """A Matcher pattern: the words in order, with room between where the phrase has "…"."""
        pattern = []
        for place, part in enumerate(phrase.lower().split("…")):
            if place:
                pattern += [{"IS_PUNCT": False, "IS_SPACE": False, "OP": "?"}] * _GAP[self.language]
            pattern += [{"LOWER": token.text} for token in self._nlp.make_doc(part.strip())]
        return pattern

    def _loose(self, part: str) -> str:
        return r"\s*".join(re.escape(token.text) for token in self._nlp.make_doc(part.strip()))

    def _tokens(self, text: str) -> tuple:
        """The text as a document, and where each token starts."""
        if self.language == "en":
            doc = self._nlp.make_doc(text)
            return doc, [token.idx for token in doc]
        words, spaces, starts = characters(text)
        return self._doc(self._nlp.vocab, words=words, spaces=spaces), starts

    def find(self, text: str) -> List[Hit]:
        """Every phrase in a squeezed text, in order; of one label, a hit inside another is left out."""
        if self.language == "en":
            # spaCy takes seconds over a row of 10,000 emoji without a space; no word is that long.
            text = _NO_WORD.sub(lambda match: " " * len(match[0]), text)
        doc, starts = self._tokens(text)
        spans = {}
        for match, start, end in self._plain(doc) + (self._gapped(doc) if self._may_gap.search(text) else []):
            first, last = starts[start], starts[end - 1] + len(doc[end - 1])
            if self.language == "zh" and (last - first <= 3 and " " in text[first:last] or _in_word(text, first, last)):
                continue  # "临时工 头部" holds no 工头, "candidate" no dida
            spans.setdefault(match, []).append((first, last))
        hits = []
        for match, places in spans.items():
            kind, name, value = self._labels[match]
            hits += [Hit(kind, name, value, start, end) for start, end in _outermost(places)]
        return sorted(hits, key=lambda hit: (hit.start, -hit.end))


def _in_word(text: str, start: int, end: int) -> bool:
    """A span that cuts through a Latin word."""
    return any(0 < place < len(text) and _CUT.fullmatch(text[place - 1:place + 1]) for place in (start, end))


def _outermost(places: list) -> list:
    """Of (start, end) pairs those not inside another one."""
    kept, furthest = [], -1
    for start, end in sorted(set(places), key=lambda place: (place[0], -place[1])):
        if end > furthest:
            kept.append((start, end))
            furthest = end
    return kept


@cache
def get(language: str) -> Lexicon:
    """The lexicon of a language, built on first use."""
    return Lexicon("en" if language == "en" else "zh")


class Hits:
    """The phrases of one text in one or more languages, by kind and name."""

    def __init__(self, text: str, languages: Iterable[str]):
        self._by = {}
        found = dict.fromkeys(hit for language in languages for hit in get(language).find(text))
        for hit in sorted(found, key=lambda one: (one.start, -one.end)):
            self.add(hit)

    def add(self, hit: Hit) -> None:
        """One more hit, unless there are too many of its name or the same one is known."""
        same = self._by.setdefault((hit.kind, hit.name), [])
        if len(same) < _MOST and hit not in same:
            same.append(hit)
            self._by.setdefault(hit.kind, []).append(hit)

    def of(self, kind: str, name: Optional[str] = None) -> List[Hit]:
        """Hits of a kind, or of one name in it."""
        return self._by.get((kind, name) if name else kind, [])
