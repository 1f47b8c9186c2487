"""Ready answers (`canned.yml`), in the worker's language, with the facts of the case filled in."""
from functools import lru_cache
from pathlib import Path

import yaml

from bot import settings
from bot.cases.model import Case
from bot.desk.texts import DEFAULT, Texts, catalogue

FILE = Path(__file__).with_name("canned.yml")
BLANK = "____"  # where the case does not know; staff complete it before sending
FIELDS = ("code", "question", "deadline", "act_by", "door", "phone", "evidence")
MOST_EVIDENCE = 6


@lru_cache(maxsize=1)
def answers() -> list[dict]:
    """The ready answers as the file holds them, read once."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def language_of(case: Case) -> str:
    """The language to write to the worker of a case in."""
    language = case.worker.language if case.worker else None
    return language if language in catalogue() else DEFAULT


def fitting(case: Case, language: str) -> list[tuple[str, str]]:
    """(id, title in `language`) of the answers that may be of use in this case."""
    return [(one["id"], one[language]["title"]) for one in answers() if "issues" not in one or set(one["issues"]) & set(case.issues)]


def text(case: Case, result: dict, name: str) -> str:
    """The answer called `name` for the worker of this case; "" for one that does not exist."""
    language = language_of(case)
    for one in answers():
        if one["id"] == name:
            return one[language]["text"].format_map({**dict.fromkeys(FIELDS, BLANK), **_fields(case, result, Texts(language))})
    return ""


def _fields(case: Case, result: dict, t: Texts) -> dict[str, str]:
    """What the case knows, in words."""
    known = {"code": case.code}
    if result.get("questions"):
        known["question"] = result["questions"][0]["ask"]
    clocks = [row for row in result.get("deadlines") or () if row.get("act_by") and row["status"] in ("open", "urgent")
              and row["act_by"] >= settings.today().isoformat()]
    if clocks:
        first = min(clocks, key=lambda row: row["act_by"])
        known |= {"deadline": t.label("deadline", first["id"]), "act_by": t.day(first["act_by"])}
    tried = {(contact.body, contact.level) for contact in case.contacts}
    for route in result.get("routes") or ():
        if (route["body"], route.get("level")) not in tried and route.get("name"):
            known["door"] = route["name"]
            if route.get("phones"):
                known["phone"] = " / ".join(route["phones"])
            break
    if result.get("evidence"):
        known["evidence"] = "\n".join(f"· {item['text']}" for item in result["evidence"][:MOST_EVIDENCE])
    return known
