"""The actions of this repository run inside Rasa's process: no second process, no HTTP hop."""
import asyncio
import logging

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

log = logging.getLogger("bot.local_actions")
SORRY = "对不起，出了点问题，请再说一次。Sorry, something went wrong. Please say it again."


class LocalActions(EndpointConfig):
    """Calls the action server's executor in a thread in place of an HTTP request."""

    def __init__(self, executor: ActionExecutor):
        super().__init__("local:actions")
        self.executor = executor

    async def request(self, method="post", subpath=None, content_type="application/json", compress=False, **kwargs):
        """What the executor answers to `json`. A failing action says sorry; no words of the worker may reach the log."""
        call = kwargs["json"]
        try:
            return await asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(self.executor.run(call)))
        except ActionExecutionRejection as refused:
            raise ClientResponseError(400, "rejected", f'{{"action_name": "{refused.action_name}", "error": "rejected"}}') from refused
        except Exception as error:
            log.error("action %s failed: %s", call.get("next_action"), type(error).__name__)
            return {"events": [], "responses": [{"text": SORRY}]}


def local_actions() -> LocalActions:
    """An action endpoint for an Agent, with all actions of `actions/` registered."""
    executor = ActionExecutor()
    executor.register_package("actions")
    return LocalActions(executor)
