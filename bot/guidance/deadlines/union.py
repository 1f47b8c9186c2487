"""Our own follow-up: a union that was told and has not answered is asked again after one working day."""
from bot.guidance.context import Context
from bot.guidance.deadlines import clock, describe
from bot.guidance.facts import Contact


def reply(ctx: Context) -> list[dict]:
    """One working day after the latest unanswered contact with a union."""
    waiting = ctx.past(contact.on for contact in ctx.facts.contacts if contact.body == "union" and contact.on and _unanswered(contact))
    if not waiting:
        return []
    run = clock.run(max(waiting), ctx.value("periods/union_reply"), law=ctx.law)
    issue = ctx.issues[0] if ctx.issues else "other_labour"
    return [describe.counted(ctx, "union_reply", issue, "union_reply", run, event="from_union_contact",
                             notes=[ctx.text("deadlines.union_reply_own_rule")])]


def _unanswered(contact: Contact) -> bool:
    """Nobody answered; an excuse is an answer, even where the answer itself was not stated."""
    return contact.answer == "none" or contact.reason == "no_answer" or (contact.answer is None and contact.reason is None)
