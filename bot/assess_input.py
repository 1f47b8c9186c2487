"""Facts as `assess` reads them: a JSON object, a list of them, or JSON Lines; places given by name get their code."""
import json
import re

from bot.guidance.facts import Facts, FactsError, parse_facts
from bot.law import places as table

CODE = re.compile(r"\d{6}\Z")


def read(text: str) -> list[Facts]:
    """All cases of an input, in order. Raises FactsError naming the case and the field."""
    rows = _rows(text)
    return [_one(row, f"case {number}: " if len(rows) > 1 else "") for number, row in enumerate(rows, start=1)]


def locate(data: dict) -> dict:
    """The same facts with `adcode` filled in from `place`, where the name says which place it is, and an abolished code made today's."""
    place, code = data.get("place"), data.get("adcode")
    if isinstance(code, str) and CODE.match(code) and table.get(code) is None:
        code = table.today(code)
        data = {**data, "adcode": code}
    if code is None and isinstance(place, str) and place.strip():
        from bot.understanding import places

        found = [one for one in places.find(place, expecting=True) if one.adcode]
        if len(found) == 1 or (found and len({one.adcode for one in found}) == 1):
            return {**data, "adcode": found[0].adcode}
    return data


def _one(row: object, where: str) -> Facts:
    try:
        return parse_facts(locate(row) if isinstance(row, dict) else row)
    except FactsError as error:
        raise FactsError(where + str(error)) from None


def _rows(text: str) -> list:
    try:
        whole = json.loads(text)
        return whole if isinstance(whole, list) else [whole]
    except (ValueError, RecursionError):
        pass
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except (ValueError, RecursionError):
                raise FactsError(f"line {number}: not JSON") from None
    return rows
