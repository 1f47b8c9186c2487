"""Validates the knowledge base: schema, references, both languages, dates. Used by `python -m bot knowledge check`.

The names below are the contract's (CONTRACT.md); this room imports nothing of ours, so a test holds them against the code that uses them.
"""
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import yaml

from bot.law import DATED, HERE, NOT_YAML, check_names, places

ISSUES = ("wage_arrears", "no_contract", "work_injury", "dismissal", "overtime_rest", "social_insurance", "platform_status",
          "platform_rules", "contract_terms", "discrimination_harassment", "leave_maternity", "health_safety", "other_labour")
FORMS = ("employee", "dispatched", "subcontracted", "platform_dedicated", "platform_crowdsourced", "self_employed", "student",
         "past_retirement_age")
CLASSES = ("labour_relationship", "not_fully_conforming", "civil", "unclear")
BODIES = ("union", "labour_inspection", "arbitration_commission", "court", "social_insurance_bureau", "legal_aid", "mediation", "police",
          "health_bureau", "platform_channel", "hotline")
LEVELS = ("enterprise", "township", "county", "prefecture", "province", "national", "industry")
REASONS = ("not_member", "other_jurisdiction", "no_authority", "out_of_scope", "other_level_or_department", "unlikely_to_win",
           "wait_for_arbitration", "no_answer", "other")
IN_CONVERSATION = ("no_answer", "other")  # answered in the chat, not printed with a route
DANGERS = ("violence", "heat_stroke", "hospital_unpaid", "detention", "self_harm", "forced_labour", "child_labour")
DEADLINES = ("arbitration", "double_wage", "inspection_complaint", "injury_recognition_employer", "injury_recognition_worker",
             "injury_review_reconsideration", "injury_review_court", "appraisal_review", "arbitration_acceptance", "arbitration_award",
             "court_after_award", "court_after_refusal", "court_appeal", "injury_court_after_reconsideration", "civil_injury_claim",
             "civil_pay_claim", "debt_note_claim", "enforcement", "union_reply", "occupational_injury_application")
INSURANCES = ("work_injury", "occupational_injury_pilot", "employee_pension", "resident_pension", "employee_medical", "resident_medical",
              "unemployment", "work_injury_single", "commercial_accident")
AMOUNTS = ("unpaid_wages", "double_wage", "severance", "unlawful_dismissal", "injury_lump_sum", "injury_leave_pay", "death_lump_sum",
           "funeral_grant", "overtime_hourly")
STATUSES = ("told", "contacted", "answered", "deflected", "escalated", "resolved", "closed")
AVAILABLE = ("yes", "no", "depends")
# The quantity behind each deadline that is counted, and the two that shape the second wage.
PERIODS = tuple(sorted({*DEADLINES} - {"double_wage", "civil_injury_claim", "civil_pay_claim", "debt_note_claim",
                                       "occupational_injury_application"}
                       | {"civil_claim", "double_wage_grace", "double_wage_cap", "double_wage_limit"}))
UNITS = ("years", "months", "days", "working_days")
RULES = tuple(f"rules/{name}" for name in (
    "amounts bodies coverage documents evidence excuses followup holidays insurance questions references "
    "relationship rolling topics warnings"
).split())
FIGURES = tuple(f"figures/{name}" for name in (
    "death_lump_sum double_wage_counting employee_pension_share employee_unemployment_share flexible_medical "
    "flexible_pension funeral_grant high_temperature_allowance injury_leave injury_lump_sum "
    "occupational_injury_pilot occupational_injury_platforms overtime_rates retirement_age severance_cap "
    "severance_months single_work_injury unlawful_dismissal wage_days"
).split())
REVIEW_AFTER = timedelta(days=365)

FIELD = re.compile(r"\{(\w+)\}")
QUOTED = re.compile(r"\[([^\[\] ]+) [^\[\] ]+\]")  # [工会法 30] in routes and replies
DAY = timedelta(days=1)


def faults(folder: Path = HERE) -> list[str]:
    """One line a fault in a knowledge base laid out like this one; empty when all is well."""
    files, found = _read(folder)
    if found:
        return found
    dated = {name: content for name, content in files.items() if name.split("/")[0] in DATED}
    rules = {name.removeprefix("rules/"): content for name, content in files.items() if name.startswith("rules/")}
    spoken, like = _texts(files), _likes(files)
    texts = {language: sentences for language, sentences in spoken.items() if language not in like}
    for name, content in dated.items():
        found += _dated(name, content)
    found += [f"periods/{id}: there is no such file" for id in PERIODS if f"periods/{id}" not in dated]
    found += [f"{name}: {key}: this key is no text, put it in quotes" for name, content in files.items()
              if name.startswith("text/") and isinstance(content, dict) for key in content if not isinstance(key, str)]
    found += _sentences(texts) + _like_another(spoken, texts, like)
    found += [line for name, content in rules.items() for line in _articles(f"rules/{name}", content)]
    if texts:
        keys = set.union(*(set(texts[language]) for language in texts))
        found += [f"text: {key}: used by {user}, but there is no such sentence" for key, user in _used(rules) if key not in keys]
        found += _replies(rules, texts)
        found += _quoted(rules, texts)
    found += _references(rules)
    found += check_names.faults(files, rules, texts, ISSUES, DANGERS)
    found += [f"{name}: there is no such file" for name in (*RULES, *FIGURES) if name not in files]
    if folder == HERE:  # the table of places has one home
        found += [f"places: {line}" for line in places.check()]
    return found or check_names.translated(texts)


def due(today: date, folder: Path = HERE) -> list[str]:
    """The files that nobody has checked against the law for more than a year: "due: <file>: last checked <day>"."""
    return [f"due: {name}: last checked {day}" for name, day in _last_checked(folder) if today - day > REVIEW_AFTER]


def ahead(today: date, folder: Path = HERE) -> list[str]:
    """A fault for each file that says it was checked on a day still to come: it would not come up for review in its year."""
    return [f"{name}: last_checked is a day to come: {day}" for name, day in _last_checked(folder) if day > today]


def _last_checked(folder: Path) -> list[tuple[str, date]]:
    files, _ = _read(folder)
    found = [(name, content.get("last_checked")) for name, content in files.items() if isinstance(content, dict)]
    return [(name, day) for name, day in found if isinstance(day, date)]


def _read(folder: Path) -> tuple[dict[str, object], list[str]]:
    """Every YAML file by its path without suffix, and a line for each that cannot be read."""
    files, found = {}, []
    for path in sorted(folder.rglob("*.yml")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        try:
            files[name] = yaml.load(path.read_bytes(), Loader=OnceLoader)
        except NOT_YAML as error:
            found.append(f"{name}: not YAML: {error}".replace("\n", " "))
    return files, found


class OnceLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads YAML and refuses a key that stands twice, of which the later would win without a word."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:merge" and isinstance(key.value, str):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


# --- dated quantities

def _dated(name: str, content: object) -> list[str]:
    if not isinstance(content, dict):
        return [f"{name}: no unit, last_checked and values"]
    found = [f"{name}: no {key}" for key in ("unit", "last_checked", "values") if not content.get(key)]
    if content.get("last_checked") and not isinstance(content["last_checked"], date):
        found.append(f"{name}: last_checked is not a day: {content['last_checked']}")
    rows = content.get("values") or []
    shaped = True
    for number, row in enumerate(rows, start=1):
        faulty = _row(f"{name}: value {number}", row, name.startswith("periods/"))
        shaped = shaped and not faulty
        found += faulty
    return found + (_in_force(name, rows) if shaped else [])


def _row(where: str, row: object, is_period: bool) -> list[str]:
    if not isinstance(row, dict):
        return [f"{where}: no from, value, law and source"]
    found = [f"{where}: no {key}" for key in ("from", "law", "source") if row.get(key) in (None, "", [], {})]
    if "value" not in row:  # null is a value: the figure is not known, and the source says so
        found.append(f"{where}: no value")
    found += [f"{where}: {key} is not a day: {row[key]}" for key in ("from", "until")
              if row.get(key) is not None and not isinstance(row[key], date)]
    if isinstance(row.get("law"), list):
        found += [line for article in row["law"] for line in _article(where, article)]
    elif row.get("law"):
        found.append(f"{where}: law is not a list")
    if is_period and "value" in row and not _is_length(row["value"]):
        found.append(f"{where}: not one whole number of years, months, days or working_days: {row['value']}")
    return found


def _is_length(value: object) -> bool:
    return isinstance(value, dict) and len(value) == 1 and all(unit in UNITS and type(count) is int and count > 0
                                                               for unit, count in value.items())


def _in_force(name: str, rows: list[dict]) -> list[str]:
    """From the first day on exactly one rule stands on every day; a quantity may end for good where a note says why."""
    found = [f"{name}: the value from {row['from']} ends before it begins" for row in rows
             if row.get("until") is not None and row["until"] < row["from"]]
    if found:
        return found
    rows = sorted(rows, key=lambda row: row["from"])
    for row, following in zip(rows, rows[1:]):
        if row.get("until") is None or row["until"] >= following["from"]:
            found.append(f"{name}: two values in force on {following['from']}")
        elif row["until"] + DAY < following["from"]:
            found.append(f"{name}: no value in force from {row['until'] + DAY} to {following['from'] - DAY}")
    if rows and rows[-1].get("until") is not None and not rows[-1].get("note"):
        found.append(f"{name}: no value in force after {rows[-1]['until']}, and no note says why")
    return found


def _article(where: str, article: object) -> list[str]:
    whole = isinstance(article, dict) and isinstance(article.get("name"), str) and isinstance(article.get("article"), str)
    if whole and article["name"].strip() and article["article"].strip():
        return []
    return [f"{where}: a law entry needs name and article: {article}"]


def _articles(where: str, content: object, is_law: bool = False) -> list[str]:
    """Law entries anywhere in a rule: whatever names an article, and the items of a list of law."""
    if isinstance(content, list):
        return [line for item in content for line in _articles(where, item, is_law)]
    if not isinstance(content, dict):
        return []
    if "article" in content or (is_law and "name" in content):
        return _article(where, content)
    return [line for key, value in content.items() for line in _articles(f"{where}: {key}", value, is_law or str(key).endswith("law"))]


# --- sentences

def _texts(files: dict[str, object]) -> dict[str, dict[str, object]]:
    texts: dict[str, dict[str, object]] = {}
    for name, content in files.items():
        if name.startswith("text/") and isinstance(content, dict):
            _, language, topic = name.split("/")
            if topic == "language":
                continue
            texts.setdefault(language, {}).update({f"{topic}.{key}": sentence for key, sentence in content.items()})
    return texts


def _sentences(texts: dict[str, dict[str, object]]) -> list[str]:
    if not texts:
        return ["text: no language"]
    found = []
    for key in sorted(set.union(*(set(sentences) for sentences in texts.values()))):
        lacking = [language for language in sorted(texts) if key not in texts[language]]
        if lacking:
            found += [f"text: {key}: no sentence in {language}" for language in lacking]
            continue
        empty = [language for language in sorted(texts) if not isinstance(texts[language][key], str) or not texts[language][key].strip()]
        found += [f"text: {key}: empty in {language}" for language in empty]
        fields = {language: set(FIELD.findall(texts[language][key])) for language in texts if language not in empty}
        every = set().union(*fields.values())
        found += [f"text: {key}: {{{field}}} stands in {', '.join(_with(fields, field))} only"
                  for field in sorted(every) if any(field not in some for some in fields.values())]
    return found


def _likes(files: dict[str, object]) -> dict[str, str]:
    """The languages that fall back on another, and on which."""
    named = {name.split("/")[1]: content for name, content in files.items() if name.startswith("text/") and name.endswith("/language")}
    return {language: content["like"] for language, content in named.items() if isinstance(content, dict) and "like" in content}


def _like_another(spoken: dict, texts: dict, like: dict[str, str]) -> list[str]:
    """Faults of languages that fall back on another: their own sentences must fill in the same fields as those they replace."""
    found = []
    for language, its in like.items():
        if its not in texts:
            found.append(f"text/{language}: like {its}, which is no language written in full")
            continue
        for key, sentence in spoken.get(language, {}).items():
            if key not in texts[its]:
                found.append(f"text/{language}: {key}: no such sentence in {its}")
            elif set(FIELD.findall(str(sentence))) != set(FIELD.findall(str(texts[its][key]))):
                found.append(f"text/{language}: {key}: other {{fields}} than in {its}")
    return found


def _with(fields: dict[str, set[str]], field: str) -> list[str]:
    return sorted(language for language, some in fields.items() if field in some)


def _used(rules: dict[str, object]) -> list[tuple[str, str]]:
    """Every sentence that the code or a rule names by a fixed prefix: (key, who uses it)."""
    asked, insured, ways = rules.get("questions", {}), rules.get("insurance", {}), rules.get("bodies", {})
    excuses, related = rules.get("excuses", {}), rules.get("relationship", {})
    used = [(f"questions.{_key(fact)}_{part}", "questions.yml") for fact in asked.get("order", ()) for part in ("ask", "why")]
    for fact, values in asked.get("choices", {}).items():
        used += [(f"questions.choice_{str(value).lower()}" if isinstance(value, bool) else f"questions.choice_{_key(fact)}_{value}",
                  "questions.yml") for value in values]
    used += [(f"questions.choice_shortcut_{_key(fact)}", "questions.yml") for fact in asked.get("shortcuts", {})]
    used += [(f"deadlines.name_{id}", "the deadlines") for id in DEADLINES]
    used += [(f"deadlines.length_{unit}{many}", "the deadlines") for unit in UNITS for many in ("", "_many")]
    used += [(f"{topic}.{danger}", "the dangers") for topic in ("danger", "urgency") for danger in DANGERS]
    used += [(f"dialogue.reason_{reason}", "the reasons") for reason in REASONS]
    used += [(f"dialogue.status_{status}", "the referrals") for status in STATUSES]
    used += [(f"dialogue.insurance_name_{id}", "the insurances") for id in INSURANCES]
    used += [(f"dialogue.available_{answer}", "the insurances") for answer in AVAILABLE]
    used += [(f"echo.issues_{issue}", "the issues") for issue in ISSUES]
    used += [(f"amounts.name_{id}", "the amounts") for id in AMOUNTS]
    used += [(f"routes.label_{body}", "the bodies") for body in BODIES]
    used += [(f"routes.label_union_{level}", "the union ladder") for level in LEVELS]
    used += [(f"relationship.{form}", "relationship.yml") for form in FORMS]
    used += [(f"relationship.fact_control_{name}", "relationship.yml") for name in related.get("control_facts", ())]
    used += [(f"relationship.{reason}", "relationship.yml") for reason in related.get("control_reason", {}).values()]
    used += [(f"warnings.{id}", "warnings.yml") for id in rules.get("warnings", {}).get("order", ())]
    used += [(f"evidence.{item['id']}{part}", "evidence.yml") for item in rules.get("evidence", {}).get("items", ())
             for part in ("", "_short")]
    used += [(f"insurance.{row[key]}", "insurance.yml") for rows in insured.get("profiles", {}).values() for row in rows
             for key in ("pays", "why") if (row["id"], key) != ("occupational_injury_pilot", "why")]  # its reason hangs on place and day
    used += [(f"routes.{way['id']}_{part}", "bodies.yml") for body in ways.get("bodies", {}).values() for way in body["ways"]
             for part in ("why", "say", "card")]
    used += [(f"routes.short_{body}", "the card") for body in BODIES]
    used += [(f"routes.union_{level}_{part}", "the card") for level in LEVELS for part in ("why", "say", "card", "ask")]
    used += [(f"card.danger_{danger}", "the card") for danger in DANGERS]
    used += [(f"topics.{row['id']}_{part}", "topics.yml") for row in rules.get("topics", {}).get("topics", ())
             for part in ("title", "text", "brief")]
    union = excuses.get("union", {})
    used += [(f"excuses.{tier}_{reason}", "excuses.yml") for tier in sorted(set(union.get("tiers", {}).values()))
             for reason in REASONS if reason not in IN_CONVERSATION]
    used += [(f"excuses.union_{reason}", "excuses.yml") for reason in IN_CONVERSATION]
    used += [(f"excuses.{body}_{reason}", "excuses.yml") for body, reasons in excuses.get("bodies", {}).items() for reason in reasons]
    used += [(f"excuses.any_{reason}", "excuses.yml") for reason in IN_CONVERSATION]
    return list(dict(used).items())


def _replies(rules: dict[str, object], texts: dict[str, dict[str, object]]) -> list[str]:
    """A union's reply to one excuse is never its reply to another."""
    tiers = sorted(set(rules.get("excuses", {}).get("union", {}).get("tiers", {}).values()))
    found = []
    for language in sorted(texts):
        for tier in tiers:
            said = [texts[language].get(f"excuses.{tier}_{reason}") for reason in REASONS if reason not in IN_CONVERSATION]
            twice = [reply for reply, count in Counter(str(reply).strip() for reply in said if reply).items() if count > 1]
            found += [f"text: excuses.{tier}_…: two excuses get the same reply in {language}: {reply[:40]}".replace("\n", " ")
                      for reply in twice]
    return found


def _quoted(rules: dict[str, object], texts: dict[str, dict[str, object]]) -> list[str]:
    """Every law that a route or a reply quotes is one whose name and days bodies.yml knows."""
    known = rules.get("bodies", {}).get("laws", {})
    return [f"text: {key}: quotes {name}, which rules/bodies.yml does not know ({language})"
            for language in sorted(texts) for key, sentence in texts[language].items()
            if key.split(".")[0] in ("routes", "excuses", "warnings", "topics", "documents") and isinstance(sentence, str)
            for name in dict.fromkeys(QUOTED.findall(sentence)) if name not in known]


# --- references between rules

def _references(rules: dict[str, object]) -> list[str]:
    """Names in the rules that nothing stands behind."""
    asked, insured, bodies = rules.get("questions", {}), rules.get("insurance", {}), rules.get("bodies", {})
    excuses, warned, related = rules.get("excuses", {}), rules.get("warnings", {}), rules.get("relationship", {})
    evidence, rolling = rules.get("evidence", {}), rules.get("rolling", {})
    rows = [row for profile in insured.get("profiles", {}).values() for row in profile]
    union, doors = excuses.get("union", {}), bodies.get("bodies", {})
    ways = [way for door in doors.values() for way in door["ways"]]
    facts = asked.get("order", [])
    items = evidence.get("items", [])
    named = [
        ("rules/questions", "fact without a place in the order", facts,
         [*asked.get("always", []), *(fact for some in asked.get("by_issue", {}).values() for fact in some), *asked.get("choices", {}),
          *asked.get("shortcuts", {})]),
        ("rules/questions", "issue", ISSUES, list(asked.get("by_issue", {}))),
        ("rules/questions", "deadline", DEADLINES, [*asked.get("restarted_by_claims", []), *asked.get("over_if_recognised", [])]),
        ("rules/insurance", "fact without a question", facts, [fact for row in rows for fact in row.get("needs", [])]),
        ("rules/insurance", "insurance", INSURANCES, [row["id"] for row in rows]),
        ("rules/insurance", "scheme without law", list(insured.get("law", {})), [row["id"] for row in rows]),
        ("rules/insurance", "answer", AVAILABLE, [row["available"] for row in rows]),
        ("rules/insurance", "issue", ISSUES, [issue for row in rows for issue in row["issues"]]),
        ("rules/evidence", "issue", ISSUES, [issue for item in items for issue in item["issues"]]),
        ("rules/evidence", "class", CLASSES, [kind for item in items for kind in item.get("relationship", [])]),
        ("rules/evidence", "item", [item["id"] for item in items], evidence.get("last", [])),
        ("rules/warnings", "warning", warned.get("order", []), list(warned.get("law", {}))),
        ("rules/rolling", "deadline", DEADLINES, list(rolling.get("by_law", {}))),
        ("rules/relationship", "form", FORMS, list(related.get("form", {}))),
        ("rules/relationship", "class", CLASSES, [*related.get("form", {}).values(), *related.get("control_reason", {})]),
        ("rules/bodies", "body", BODIES, [*doors, *(door["next"] for door in doors.values())]),
        ("rules/bodies", "excuse", REASONS, [reason for way in ways for reason in way.get("replies", [])]),
        ("rules/bodies", "level", LEVELS, bodies.get("union", {}).get("near", [])),
        ("rules/excuses", "body", BODIES, list(excuses.get("bodies", {}))),
        ("rules/excuses", "excuse", REASONS, [*union.get("reasons", []), *union.get("conversation", []),
                                              *(reason for some in excuses.get("bodies", {}).values() for reason in some)]),
        ("rules/excuses", "level", LEVELS, list(union.get("tiers", {}))),
    ]
    found = [f"{where}: unknown {what}: {name}" for where, what, known, names in named
             for name in dict.fromkeys(names) if name not in known]
    found += [f"rules/excuses: no reply of a union to {reason}" for reason in REASONS
              if reason not in (*union.get("reasons", []), *union.get("conversation", []))]
    found += [f"rules/excuses: no tier for the {level} union" for level in LEVELS if level not in union.get("tiers", {})]
    return found


def _key(fact: str) -> str:
    return fact.replace(".", "_")
