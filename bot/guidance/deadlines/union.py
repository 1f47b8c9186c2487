"""Our own follow-up: a union that was told and has not answered is asked again after one working day."""
from bot.guidance.context import Context
from bot.guidance.deadlines import clock, describe


def reply(ctx: Context) -> list[dict]:
    """One working day after the latest unanswered contact with a union."""
    waiting = [contact.on for contact in ctx.facts.contacts
               if contact.body == "union" and contact.answer in (None, "none") and contact.on is not None]
    if not waiting:
        return []
    run = clock.run(max(waiting), ctx.value("periods/union_reply"))
    issue = ctx.issues[0] if ctx.issues else "other_labour"
    return [describe.counted(ctx, "union_reply", issue, "union_reply", run, event="from_union_contact",
                             notes=[ctx.text("deadlines.union_reply_own_rule")])]
