"""A paper as blocks of text, before it becomes a Word file.

Which blocks: law/rules/documents.yml; which words: law/text/<language>/documents.yml.
"""
from dataclasses import dataclass
from datetime import date

from bot.documents.values import Matter, claims_relationship, door, marked, matter, printable, refusals
from bot.guidance.facts import Facts
from bot.law import Law, languages

COLUMN = "｜"
NOT_LISTED = ("employer_must_produce", "keep_safe", "employer_identity")  # of the evidence: advice, no proof
TURNED_TO = ("labour_inspection", "mediation", "union", "platform_channel", "police", "social_insurance_bureau")


class NotOffered(Exception):
    """The case gives no reason for this paper."""


@dataclass(frozen=True)
class Block:
    """A piece of a paper. `kind`: title, heading, rows (label and value), table (a head and rows of cells), pairs (a text and its meaning),
    text, plain (a line of its own), point (numbered), to (the office), right (for signing).

    `lines` are the texts in it, `rows` the cells; values to be filled in by hand stand between values.OPEN and values.CLOSE.
    """

    kind: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    blank_rows: int = 0

    def said(self) -> list[str]:
        """Every text in it in order, a row as one."""
        return [*self.lines, *(COLUMN.join(row) for row in self.rows)]


def write(paper: str, facts: Facts, law: Law, today: date) -> list[Block]:
    """The paper in Chinese, as it is handed in. Raises NotOffered."""
    return blocks(paper, _offered(paper, facts, law, today, "zh"))


def explain(paper: str, facts: Facts, law: Law, today: date, language: str) -> list[Block]:
    """The sheet beside the paper: each of its texts with what it means in the language of the worker. Raises NotOffered."""
    handed_in, own = (_offered(paper, facts, law, today, spoken) for spoken in ("zh", languages.like(language)))
    return sheet(paper, handed_in, own)


def sheet(paper: str, handed_in: Matter, own: Matter) -> list[Block]:
    """The sheet beside a paper, from the matter told in Chinese and in another language."""
    pairs = [(chinese, meaning) for left, right in zip(blocks(paper, handed_in), blocks(paper, own), strict=True)
             for chinese, meaning in zip(left.said(), right.said(), strict=True)]
    head = tuple(own.line("sheet_head").split(COLUMN))
    return [Block("title", (own.line("sheet_title", name=own.line(f"name_{paper}")),)), Block("text", (own.line("sheet_intro"),)),
            Block("heading", (own.line("sheet_how"),)), Block("text", (own.line(f"how_{paper}"),)),
            Block("pairs", rows=(head, *((left.replace(COLUMN, " ｜ "), right.replace(COLUMN, " ｜ ")) for left, right in pairs)))]


def _offered(paper: str, facts: Facts, law: Law, today: date, language: str) -> Matter:
    told = matter(facts, law, today, language)
    if paper not in told.result["documents"]:
        raise NotOffered(paper)
    return told


def blocks(paper: str, told: Matter) -> list[Block]:
    """The blocks of a paper, of one case or about several (`desk_papers`)."""
    found, rules = [], told.ctx.law.rule("documents")
    for plan in (rules["papers"] | rules["desk_papers"])[paper]:
        made = [block for kind, build in KINDS.items() if kind in plan for block in build(told, plan[kind], plan)]
        if "heading" in plan and made:
            found.append(Block("heading", tuple(told.lines(plan["heading"]))))
        found += made
    return found


def _text(told: Matter, key: str, plan: dict, kind: str = "text") -> list[Block]:
    said = told.lines(key)
    return [Block(kind, tuple(said))] if said else []


def _fields(told: Matter, key: str, plan: dict) -> list[Block]:
    rows = tuple(tuple(line.split(COLUMN, 1)) for line in told.lines(key))
    return [Block("rows", rows=rows)] if rows else []


def _table(told: Matter, key: str, plan: dict) -> list[Block]:
    most = told.ctx.law.rule("documents")["most_rows"]
    count = min(told.ctx.facts.people or 1, most) if plan["rows"] == "people" else plan["rows"]
    return [Block("table", rows=(tuple(told.line(key).split(COLUMN)),), blank_rows=count)]


def _workers(told: Matter, head: str, plan: dict) -> list[Block]:
    """One row a matter of several."""
    return [Block("table", rows=(tuple(told.line(head).split(COLUMN)), *told.rows))] if told.rows else []


def _to(told: Matter, field: str, plan: dict) -> list[Block]:
    return [Block("to", (told.line("to_heading"), told.fields[field]))]


def _claims(told: Matter, prefix: str, plan: dict) -> list[Block]:
    """What is asked for: the sums of the assessment, and a blank for those whose facts are missing."""
    ctx, rules = told.ctx, told.ctx.law.rule("documents")
    sums = {row["id"]: row for row in told.result["amounts"]}
    wanted = [id for id in sums if id not in rules["after_recognition"] or ctx.facts.injury.recognised is True]
    wanted += [id for issue, ids in rules["sums"].items() if issue in ctx.issues for id in ids if id not in wanted]
    if "no_contract" in ctx.issues and any(row["id"] == "double_wage" for row in told.result["deadlines"]) and "double_wage" not in wanted:
        wanted.append("double_wage")
    claims = [told.line(f"{prefix}_relationship")] if claims_relationship(ctx) else []
    for id in wanted:
        row = sums.get(id)
        total = marked(told.line("sum_unknown")) if row is None or id == rules["hourly"] else told.sum(row["from"], row["to"])
        claims.append(told.line(f"{prefix}_{id}", sum=total, law=told.based_on(row["law"] if row else [])))
    return [Block("point", (*claims, marked(told.line(f"{prefix}_other"))))]


def _evidence(told: Matter, head: str, plan: dict) -> list[Block]:
    items = [item for item in told.result["evidence"] if item["id"] not in NOT_LISTED]
    rows = [(str(number), item["short"], told.line(f"proves_{item['id']}"), "", "") for number, item in enumerate(items, 1)]
    return [Block("table", rows=(tuple(told.line(head).split(COLUMN)), *rows), blank_rows=3)]


def _contacts(told: Matter, key: str, plan: dict) -> list[Block]:
    """Whom the worker turned to before, and the answer in the words it was given in."""
    said = [told.line(key, **_contact(told, contact, door(told.ctx, contact))) for contact in told.ctx.facts.contacts
            if contact.body in TURNED_TO]
    return [Block("text", tuple(said))] if said else []


def _refusals(told: Matter, key: str, plan: dict) -> list[Block]:
    said = []
    for refusal in refusals(told.ctx, told.result):
        said.append(told.line(key, **_contact(told, refusal["contact"], refusal["name"])))
        said += [told.line("letter_reply", reply=refusal["reply"])] if refusal["reply"] else []
    return [Block("text", tuple(said))] if said else []


def _contact(told: Matter, contact, name: str) -> dict[str, str]:
    more = {"contact_body": name}
    if contact.on:
        more["contact_on"] = told.ctx.day(contact.on)
    if contact.words:
        more["contact_words"] = f"“{printable(contact.words)}”"
    elif contact.answer == "none" or contact.reason == "no_answer":
        more["contact_words"] = told.line("no_answer")
    return more


def _facts(told: Matter, key: str, plan: dict) -> list[Block]:
    return [Block("text", (printable(told.fields["facts"]),))]


KINDS = {
    "title": lambda told, key, plan: _text(told, key, plan, "title"),
    "fields": _fields, "text": _text, "facts": _facts, "claims": _claims, "evidence": _evidence, "contacts": _contacts,
    "refusals": _refusals,
    "plain": lambda told, key, plan: _text(told, key, plan, "plain"),
    "points": lambda told, key, plan: _text(told, key, plan, "point"),
    "table": _table, "workers": _workers, "to": _to,
    "sign": lambda told, key, plan: _text(told, key, plan, "right"),
}
