"""The issue classifier as a component of Rasa's graph: it only adapts the plain functions beside it.

A message that is a button's payload ("/affirm") is left alone. Facts are not read here but where the question that was asked is known
(bot/dialogue/listen.py): read twice they would cost twice, and lie in Rasa's conversations before the worker consented.
"""
from pathlib import Path
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import model_cache
from bot.understanding import classifier
from bot.understanding.examples import Example, issues_of

ISSUES = "issues"


def _is_payload(message: Message) -> bool:
    return (message.get(TEXT) or "").startswith("/")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IssueClassifier(IntentClassifier, GraphComponent):
    """The most prominent issue or conversation act as the intent; every issue reported in `issues`."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {}

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource, model: "classifier.Model | None" = None):
        self._storage, self._resource, self._model = storage, resource, model

    @classmethod
    def create(cls, config, model_storage, resource, execution_context: ExecutionContext) -> "IssueClassifier":
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config, model_storage, resource, execution_context, **kwargs) -> "IssueClassifier":
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, classifier.Model.load(Path(folder) / "model"))

    def train(self, training_data: TrainingData) -> Resource:
        examples = []
        for message in training_data.intent_examples:
            intent = message.get(INTENT)
            marks = (message.get(METADATA) or {}).get("example") or {}
            examples.append(Example(message.get(TEXT), intent, issues_of(intent, marks.get("also", ()))))
        self._model = model_cache.learned(examples)  # set-up has trained it for `parse` already
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / "model")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if _is_payload(message):
                message.set(INTENT, {INTENT_NAME_KEY: None, "confidence": 1.0})  # Rasa reads the payload after the pipeline
                continue
            found = self._model.predict(message.get(TEXT) or "")
            message.set(INTENT, {INTENT_NAME_KEY: found.intent, "confidence": found.confidence}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [{INTENT_NAME_KEY: name, "confidence": share} for name, share in found.ranking[:10]],
                        add_to_output=True)
            message.set(ISSUES, list(found.issues), add_to_output=True)
        return messages
