"""Behind a stand-in for Rasa: the real action that gives parts of the guidance, on the record of the test."""
import asyncio
import json

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import More
from bot import settings
from bot.cases import cases, store, workers
from tests.documents.told import CARPENTER

WITHOUT_A_ROW = ("as_of", "contacts")  # the day is the record's own, contacts are rows of their own


def carpenter(channel: str, address: str, language: str = "zh", consent: bool = True) -> str:
    """The carpenter with his facts on record, as one who agreed to that; the code of his case."""
    with store.session() as session:
        worker = workers.arrive(session, channel, address, language)
        worker.consented_at = settings.now() if consent else None
        case = cases.open_case(session, worker)
        cases.state(session, case, {name: value for name, value in CARPENTER.items() if name not in WITHOUT_A_ROW})
        return case.code


def more(part: str):
    """Replies to /more{"part": part} as Rasa gives them: a function of the request body."""
    def answer(body: dict) -> list[dict]:
        event = {"event": "user", "metadata": body["metadata"]}
        latest = {"text": payload(part), "intent": {"name": "more"}, "entities": [{"entity": "part", "value": part}]}
        tracker = Tracker(body["sender"], {}, latest, [event], False, None, {}, "action_listen")
        said = CollectingDispatcher()
        asyncio.run(More().run(said, tracker, {}))
        return [{"text": one["text"], "buttons": one["buttons"]} for one in said.messages]
    return answer


def payload(part: str) -> str:
    return "/more" + json.dumps({"part": part})
