"""`python -m tests.engine.play plain|house MODEL < dialogues`: plays dialogues with plain Rasa's agent or with ours; the replies as JSON.

A process each, as ours puts its parts in the place of Rasa's. Both leave out of the imports what neither uses.
"""
import asyncio
import json
import re
import sys

from bot.cases import store
from bot.engine import imports

CODE = re.compile(r"\b[GW]-(\d\d-)?[0-9A-Z]{4,7}\b")  # drawn at random


async def main(side: str, model: str, dialogues: list[list[str]]) -> list:
    """[[what was said, [[text, buttons] of each reply]], …]"""
    imports.leave_out()
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

    from bot.engine import agent as house
    from bot.local_actions import local_actions
    from bot.rasa_turn import Turns

    agent = house.load(model, actions=local_actions()) if side == "house" else Agent.load(model, action_endpoint=local_actions())
    turns, told = Turns(), []
    for number, dialogue in enumerate(dialogues):
        for place, words in enumerate(dialogue):
            message = UserMessage(words, CollectingOutputChannel(), f"player-{number}", input_channel="rest",
                                  metadata={"message_id": f"{number}-{place}", "channel": "rest"})
            replies = await turns.handle(message, agent.handle_message)
            told.append([words, [[reply.get("text", ""), reply.get("buttons")] for reply in replies]])
    return told


if __name__ == "__main__":
    store.migrate()
    print(CODE.sub("CODE", json.dumps(asyncio.run(main(*sys.argv[1:], json.load(sys.stdin))), ensure_ascii=False)))
