"""`python -m bench.parse ours|theirs MODEL < messages`: what a model makes of messages, one JSON object a line with its seconds.

A process of its own, so that neither side's libraries warm up the other's. The first parse is not counted.
"""
import asyncio
import json
import logging
import sys
import time

from rasa.utils.log_utils import configure_structlog


def main() -> None:
    side, model = sys.argv[1:]
    configure_structlog(logging.WARNING)  # as a server of either side does; else Rasa prints what it understood
    agent = _ours(model) if side == "ours" else _theirs(model)
    asyncio.run(_parse(agent, [line.rstrip("\n") for line in sys.stdin]))


def _ours(model: str):
    from bot.engine import imports

    imports.leave_out()
    from bot.engine import agent

    return agent.load(model, actions=None)


def _theirs(model: str):
    from rasa.core.agent import Agent

    return Agent.load(model)


async def _parse(agent, messages: list[str]) -> None:
    await agent.parse_message("老板欠我三个月工资")
    for message in messages:
        began = time.perf_counter()
        parsed = await agent.parse_message(message)
        seconds = time.perf_counter() - began
        ranking = [one["name"] for one in parsed.get("intent_ranking", [])]
        print(json.dumps({"seconds": seconds, "intent": parsed["intent"]["name"], "issues": parsed.get("issues"), "ranking": ranking[:3]},
                         ensure_ascii=False))


if __name__ == "__main__":
    main()
