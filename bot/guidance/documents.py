"""Which papers this case calls for: ids of the contract, in the order a worker needs them."""
from bot.guidance import routes
from bot.guidance.context import Context

# Issues that labour arbitration decides (劳动争议调解仲裁法 2).
ARBITRABLE = frozenset({"wage_arrears", "no_contract", "work_injury", "dismissal", "overtime_rest", "platform_status", "contract_terms",
                        "leave_maternity"})
# A worker may leave and still claim compensation: wages not paid, insurance not paid, no protection at work (劳动合同法 38, 46).
GROUNDS_TO_QUIT = frozenset({"wage_arrears", "social_insurance", "health_safety"})


def build(ctx: Context) -> list[str]:
    """Document ids, each only where the facts give a reason. Which offices are open to this worker is decided by `routes`."""
    held, facts = routes.signs(ctx), ctx.facts
    ways = set(routes.ways(ctx))
    arbitration = any(way.startswith("arbitration_") for way in ways)
    inspection = bool(ways & {"inspection_wages", "inspection_other", "inspection_forced"})
    claim = arbitration or inspection or not ways.isdisjoint({"court_civil", "court_debt_note", "court_after_arbitration"})
    wanted = {
        "arbitration_application": arbitration and not held.isdisjoint(ARBITRABLE),
        "inspection_complaint": inspection,
        "injury_recognition_application": "work_injury" in held and held.isdisjoint({"recognition_done", "civil_only"}),
        "evidence_list": claim or "work_injury" in held,
        "payment_order_application": "wage_arrears" in held and facts.written_debt_note is True,
        "resignation_notice": facts.left_work() is False and "civil_only" not in held and not held.isdisjoint(GROUNDS_TO_QUIT)
        and "past_retirement" not in held,
        "union_letter": any(contact.body == "union" and (contact.answer in routes.REFUSED or contact.reason) for contact in facts.contacts),
        "representative_authorisation": "many" in held and claim,
    }
    return [document for document, reason in wanted.items() if reason]
