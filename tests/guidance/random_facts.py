"""Random fact sets that the contract allows, made fast and from a seed: days that belong together, answers left out, half-told stories."""
import random
from datetime import date, timedelta

from bot.guidance import facts as names
from bot.law import places

PLACES = ["520281", "441300", "110114", "510104", "500103", "320506", "441900", "460400", "620200", "460300", "659001", "540102", "320000"]
CONTROL = ("sets_time", "sets_volume", "sets_price", "rules", "penalties")
FLAGS = ("written_contract", "enterprise_union", "union_member", "still_employed", "written_debt_note", "violence", "criminal_case",
         "cannot_read", "minor", "retaliation_feared", "pregnant")
DAYS = ("contract_signed_on", "contract_expired_on", "owed_since", "debt_due_on", "infringed_on", "infringement_ended_on")
INJURY_DAYS = ("on", "diagnosed_on", "employer_applied_on", "recognition_received_on", "reconsideration_received_on",
               "appraisal_received_on")
ARBITRATION_DAYS = ("filed_on", "accepted_on", "refused_on", "award_received_on", "performance_due_on")
assert all(places.get(code) for code in PLACES)


def cases(count: int, seed: int, first: date = date(2009, 1, 1), last: date = date(2028, 12, 31)) -> list[dict]:
    """So many fact sets; the same seed gives the same ones. `as_of` lies between the two days."""
    return [_case(random.Random(f"{seed}/{number}"), first, last) for number in range(count)]


def _case(dice: random.Random, first: date, last: date) -> dict:
    as_of = first + timedelta(days=dice.randrange((last - first).days + 1))
    thick = dice.choice((0.1, 0.3, 0.6, 0.9))  # how much was told

    def told() -> bool:
        return dice.random() < thick

    def day() -> str:
        far = dice.choice((20, 200, 1200, 4000))
        drawn = as_of - timedelta(days=dice.randrange(-far // 8, far))
        return min(max(drawn, names.EARLIEST), names.LATEST).isoformat()

    def some(*values):
        return dice.choice(values)

    facts = {"as_of": as_of.isoformat(), "language": some("zh", "en"), "issues": dice.sample(names.ISSUES, dice.choice((0, 1, 1, 2, 3)))}
    options = {
        "adcode": lambda: some(*PLACES), "occupation": lambda: some(*names.OCCUPATIONS),
        "employment_form": lambda: some(*names.EMPLOYMENT_FORMS), "platform": lambda: some("美团", "Didi", "小平台"),
        "employer": lambda: "某公司", "born": lambda: some("1958-03", "1985-04", "2009"), "sex": lambda: some("man", "woman"),
        "started_on": day, "ended_on": day, "ended_by": lambda: some("worker", "employer", "agreement"),
        "monthly_wage": lambda: some(0, 900, 6000, 18500.5, 60000), "amount_owed": lambda: some(0, 1, 3200, 61800, 2_000_000),
        "people": lambda: some(1, 3, 12, 200), "household_place": lambda: some("贵州威宁", "四川泸州"),
        "dangers": lambda: dice.sample(names.DANGERS, some(1, 2)),
        "claimed_on": lambda: [day() for _ in range(some(1, 2, 4))], "employer_promised_on": lambda: [day() for _ in range(some(1, 2))],
        "suspensions": lambda: [sorted((day(), day())) for _ in range(some(1, 2, 3))],
        "control": lambda: {name: some(True, False, "both", "unclear", "platform", "worker", None) for name in CONTROL if told()},
        "injury": lambda: {**{name: day() for name in INJURY_DAYS if told()}, "kind": some(None, *names.INJURY_KINDS),
                           **{name: some(True, False) for name in ("recognised", "insured", "fatal") if told()}},
        "arbitration": lambda: {**{name: day() for name in ARBITRATION_DAYS if told()}, "award_final": some(True, False, None)},
        "court": lambda: {name: day() for name in ("filed_on", "judgment_received_on") if told()},
        "contacts": lambda: [_contact(dice, day) for _ in range(some(1, 2, 3))],
        "dont_know": lambda: dice.sample(sorted(names.fact_names()), some(1, 3, 8)),
        **{name: day for name in DAYS}, **{name: lambda: some(True, False) for name in FLAGS},
    }
    for name, value in options.items():
        if told():
            facts[name] = value()
    return facts


def _contact(dice: random.Random, day) -> dict:
    contact = {"body": dice.choice(names.BODIES), "level": dice.choice((None, *names.LEVELS)), "on": dice.choice((None, day())),
               "answer": dice.choice((None, *names.ANSWERS)), "reason": dice.choice((None, *names.REASONS)), "words": "不归我们管"}
    return {name: value for name, value in contact.items() if value is not None}
