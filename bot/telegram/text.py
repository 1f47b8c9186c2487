"""Texts as Telegram can carry them. It counts UTF-16 code units: most emoji and rare characters count two."""
import re

LIMIT = 4096
ENDS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[。！？；!?;…]+[”」』）\")]*|\.(?=\s)"), re.compile(r"[，、,]|\s"))
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and newline
JOINS = re.compile(r"[\u200d\ufe00-\ufe0f\u0300-\u036f\U0001f3fb-\U0001f3ff]")  # belongs to the character before it


def clean(text: str) -> str:
    """Text as typed, without control characters (NUL above all) and halves of surrogate pairs, which no database takes."""
    return CONTROLS.sub("", encodable(text).replace("\r\n", "\n").replace("\r", "\n")).strip()


def encodable(text: str) -> str:
    """The text with every half of a surrogate pair replaced by "?"."""
    return text.encode("utf-8", "replace").decode()


def length(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int = LIMIT) -> tuple[str, str]:
    """(first message, rest): at a blank line, else a line's end, a sentence's end, a space; "" when nothing is left.

    A cut that would leave less than a quarter of a message is passed over for the next finer kind.
    """
    room = _fitting(text, limit)
    if room == len(text):
        return text, ""
    for end in ENDS:
        places = [match.end() for match in end.finditer(text, 0, room)]
        if places and places[-1] > room // 4:
            return text[:places[-1]].rstrip(), text[places[-1]:].lstrip()
    while room > 1 and (JOINS.match(text[room]) or text[room - 1] == "\u200d"):
        room -= 1
    return text[:room], text[room:]


def _fitting(text: str, limit: int) -> int:
    """How many characters from the start fit into so many code units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return index
    return len(text)
