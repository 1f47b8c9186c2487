"""The actions of this repository run inside Rasa's process: no second process, no HTTP hop."""
import asyncio
import logging

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot import rasa_turn
from bot.cases import store

log = logging.getLogger("bot.local_actions")
SORRY = "对不起，出了点问题，请再说一次。Sorry, something went wrong. Please say it again."
OVERLOADED = (429, 502, 503, 504)


class LocalActions(EndpointConfig):
    """Calls the action server's executor in place of an HTTP request."""

    def __init__(self, executor: ActionExecutor):
        super().__init__("local:actions")
        self.executor = executor

    async def request(self, method="post", subpath=None, content_type="application/json", compress=False, **kwargs):
        """What the executor answers to `json`. No words of the worker may reach the log.

        A failing action raises rasa_turn.Failed, so that the message can come again; where Rasa runs outside a turn (`rasa shell`)
        it says sorry.
        """
        call, turn = kwargs["json"], rasa_turn.current.get()

        async def run() -> dict:
            return await self.executor.run(call)
        try:
            return await (turn.act(run) if turn else asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(run())))
        except ActionExecutionRejection as refused:
            raise ClientResponseError(400, "rejected", f'{{"action_name": "{refused.action_name}", "error": "rejected"}}') from refused
        except Exception as error:
            log.error("action %s failed: %s", call.get("next_action"), type(error).__name__)
            if turn:
                raise rasa_turn.Failed(again=store.away(error)) from error
            return {"events": [], "responses": [{"text": SORRY}]}


class ActionServer(EndpointConfig):
    """An action server of its own at ACTION_URL. Where it is away or fails, the message can come again."""

    async def request(self, *arguments, **kwargs):
        turn = rasa_turn.current.get()
        try:
            if turn:
                await turn.look()  # the same message may have been answered while this one waited for its turn
            return await super().request(*arguments, **kwargs)
        except ClientResponseError as error:
            if turn is None or error.status == 400:  # 400: the action leaves the message to a rule
                raise
            log.error("the action server failed: %d", error.status)
            raise rasa_turn.Failed(again=error.status in OVERLOADED) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            if turn is None:
                raise
            log.error("the action server is away: %s", type(error).__name__)
            raise rasa_turn.Failed(again=True) from error


def local_actions() -> LocalActions:
    """An action endpoint for an Agent, with all actions of `actions/` registered."""
    executor = ActionExecutor()
    executor.register_package("actions")
    return LocalActions(executor)
