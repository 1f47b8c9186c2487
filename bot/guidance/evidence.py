"""What to bring and how to keep it: the proofs of this case, the most useful first."""
from datetime import date

from bot.guidance.context import Context
from bot.guidance.insurance import on_platform

RURAL_WAGE_RULE = date(2020, 5, 1)  # 保障农民工工资支付条例 50, on wages only


def build(ctx: Context) -> list[dict]:
    """[{"id", "text", "short"}], at most ten; `short` is the item in a few words. Data: rules/evidence.yml."""
    rules = ctx.law.rule("evidence")
    wanted = sorted((item for item in rules["items"] if _applies(ctx, item)), key=lambda item: item["rank"])
    last = [item for item in wanted if item["id"] in rules["last"]]
    first = [item for item in wanted if item["id"] not in rules["last"]][: rules["limit"] - len(last)]
    return [{"id": item["id"], "text": _text(ctx, item["id"]), "short": ctx.text(f"evidence.{item['id']}_short")} for item in first + last]


def _applies(ctx: Context, item: dict) -> bool:
    facts = ctx.facts
    tests = {
        "issues": lambda issues: bool(set(issues) & set(ctx.issues)),
        "occupations": lambda names: facts.occupation in names,
        "relationship": lambda classes: ctx.relationship in classes,
        "platform": lambda wanted: on_platform(ctx) is wanted,
        "fatal": lambda wanted: (facts.injury.fatal is True) is bool(wanted),
        "injured": lambda wanted: _injured(ctx) is wanted,
        "kinds": lambda kinds: facts.injury.kind in kinds,
        "debt_note": lambda wanted: facts.written_debt_note is wanted,
        "group": lambda wanted: ((facts.people or 1) > 1) is wanted,
        "from": lambda day: day <= ctx.today,
    }
    return all(test(item[name]) for name, test in tests.items() if name in item)


def _injured(ctx: Context) -> bool:
    facts = ctx.facts
    told = "work_injury" in ctx.issues or facts.injury.on is not None or "heat_stroke" in facts.in_danger()
    return told and facts.injury.fatal is not True


def _text(ctx: Context, id: str) -> str:
    if id == "employer_must_produce" and "wage_arrears" in ctx.issues and ctx.today >= RURAL_WAGE_RULE:
        return ctx.text("evidence.employer_must_produce_rural")
    return ctx.text(f"evidence.{id}")
