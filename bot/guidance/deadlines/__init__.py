"""Every clock that runs in a case, the earliest first."""
from bot.guidance.context import Context
from bot.guidance.deadlines import describe, injury, pay, procedure, union, unknown
from bot.guidance.deadlines.arbitration import arbitration
from bot.law import LawError

BUILDERS = (
    arbitration,
    pay.double_wage, pay.inspection_complaint, pay.civil_pay_claim, pay.debt_note_claim,
    injury.recognition_by_employer, injury.recognition_by_worker, injury.occupational_injury_application,
    injury.review_by_reconsideration, injury.review_by_court, injury.court_after_reconsideration, injury.appraisal_review,
    injury.civil_claim,
    procedure.acceptance, procedure.award, procedure.court_after_refusal, procedure.court_after_award, procedure.court_appeal,
    procedure.enforcement,
    union.reply,
)
OTHERS = {"injury_recognition_employer", "arbitration_acceptance", "arbitration_award", "union_reply"}  # clocks that bind somebody else


def build(ctx: Context) -> list[dict]:
    """The deadlines of a case. A rule that was not yet law on the day asked about gives a deadline of unknown status."""
    found = []
    for builder in BUILDERS:
        try:
            found.extend(builder(ctx))
        except LawError:
            id, issue = builder.__name__, ctx.issues[0] if ctx.issues else "other_labour"
            found.append(describe.standing(ctx, IDS.get(id, id), issue, "unknown", [ctx.text("deadlines.law_not_known")], law=[]))
    return _ordered([unknown.settle(ctx, row, own=row["id"] not in OTHERS) for row in found])


IDS = {"recognition_by_employer": "injury_recognition_employer", "recognition_by_worker": "injury_recognition_worker",
       "review_by_reconsideration": "injury_review_reconsideration", "review_by_court": "injury_review_court",
       "court_after_reconsideration": "injury_court_after_reconsideration", "civil_claim": "civil_injury_claim",
       "acceptance": "arbitration_acceptance", "award": "arbitration_award", "reply": "union_reply"}


RANK = {"urgent": 0, "open": 1, "passed": 2, "unlimited_while_employed": 3, "not_running": 4, "unknown": 5}


def _ordered(rows: list[dict]) -> list[dict]:
    """The ids by what presses most in them; the rows of one id together, the earliest first."""
    def pressing(row: dict) -> tuple:
        return RANK[row["status"]], row["last_day"] or "9999-12-31"

    most = {id: min(pressing(row) for row in rows if row["id"] == id) for id in {row["id"] for row in rows}}
    return sorted(rows, key=lambda row: (most[row["id"]], row["id"], row["last_day"] or "9999-12-31", RANK[row["status"]]))
