"""Facts said back in words, so that the worker can check them."""
from collections.abc import Collection
from datetime import date

from bot.guidance.context import Context
from bot.guidance.facts import Facts
from bot.law import Law, best_language, places
from bot.law.languages import like

DATES = ("started_on", "ended_on", "contract_signed_on", "contract_expired_on", "owed_since", "debt_due_on", "infringed_on",
         "infringement_ended_on", "injury.on", "injury.diagnosed_on", "injury.employer_applied_on", "injury.recognition_received_on",
         "injury.appraisal_received_on", "injury.reconsideration_received_on", "arbitration.filed_on", "arbitration.accepted_on",
         "arbitration.refused_on", "arbitration.award_received_on", "arbitration.performance_due_on", "court.filed_on",
         "court.judgment_received_on")
MONEY = ("amount_owed", "monthly_wage")
ROUGH = (*DATES, *MONEY, "people", "claimed_on", "employer_promised_on")  # what can be "about"
ORDER = ("whose", "issues", "adcode", "occupation", "employer", "platform", "employment_form", "people", "started_on", "ended_on",
         "still_employed", "written_contract", "amount_owed", "monthly_wage", "injury.on", "injury.kind")
SILENT = ("place", "language", "household_adcode", "dont_know")


def lines(law: Law, language: str, values: dict, rough: Collection[str] = ()) -> list[str]:
    """One short line a fact, in the order a person would tell it; those in `rough` are marked as guessed.

    Facts without a sentence are left out.
    """
    language = best_language(law, language)
    names = sorted(values, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    said = [fact(law, language, name, values[name], name in rough) for name in names if name not in SILENT and values[name] is not None]
    if "adcode" not in values and values.get("place"):
        said.append(law.text("echo.adcode", language, value=values["place"]))
    return [line for line in said if line]


def fact(law: Law, language: str, name: str, value, rough: bool = False) -> str | None:
    """One fact in words, or None where the law base has no sentence for it."""
    key = name.replace(".", "_")
    if isinstance(value, bool):
        key = f"{key}_{'yes' if value else 'no'}"
        return law.text(f"echo.{key}", language) if law.has_text(f"echo.{key}", language) else None
    if not law.has_text(f"echo.{key}", language):
        return None
    said = value_of(law, language, name, value)
    return law.text(f"echo.{key}", language, value=law.text("echo.about", language, value=said) if rough and name in ROUGH else said)


def value_of(law: Law, language: str, name: str, value) -> str:
    """The value alone, in words."""
    ctx = Context(facts=Facts(), law=law, today=date.min, language=language)
    if name == "adcode":
        return places.full_name(value, language)
    if name in DATES:
        return ctx.day(date.fromisoformat(value))
    if name in MONEY:
        return ctx.yuan(value)
    if isinstance(value, list):
        separator = ", " if like(language) == "en" else "、"
        return separator.join(_item(ctx, name, item) for item in value)
    return _item(ctx, name, value)


def _item(ctx: Context, name: str, value) -> str:
    for key in (f"echo.{name.replace('.', '_')}_{value}", f"questions.choice_{name.replace('.', '_')}_{value}"):
        if ctx.law.has_text(key, ctx.language):
            return ctx.text(key)
    if name in ("claimed_on", "employer_promised_on"):
        return ctx.day(date.fromisoformat(value))
    return str(value)
