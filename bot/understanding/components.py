"""The understanding as Rasa graph components: character tokens, the issue classifier, and the reader of facts.

They only adapt the plain functions beside them to Rasa; a message that is a button's payload ("/affirm") is left alone.
"""
import re
from pathlib import Path
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import model_cache, settings
from bot.understanding import classifier, facts, language
from bot.understanding.examples import Example, issues_of

WORD = re.compile(r"[^\W\u2e80-\u9fff\uf900-\ufaff]+|[\u2e80-\u9fff\uf900-\ufaff]|[^\w\s]")
ISSUES = "issues"
LANGUAGE = "language"


def _is_payload(message: Message) -> bool:
    return (message.get(TEXT) or "").startswith("/")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class CharacterTokenizer(Tokenizer):
    """One token a Chinese character, a word of letters, or a mark."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(cls, config, model_storage, resource, execution_context) -> "CharacterTokenizer":
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        text = message.get(attribute)
        return self._apply_token_pattern([Token(match.group(), match.start()) for match in WORD.finditer(text)])


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


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactReader(EntityExtractorMixin, GraphComponent):
    """Facts as entities (dates, money, places, trades …). The dialogue reads them again with the question it asked in mind."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {}

    @classmethod
    def create(cls, config, model_storage, resource, execution_context) -> "FactReader":
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            if _is_payload(message):
                continue
            spoken = language.detect(text)
            found = facts.find(text, language=spoken or "zh", today=settings.today())
            entities = [{"entity": fact.fact, "value": fact.value, "start": fact.start, "end": fact.end, "exact": fact.exact} for fact in found]
            message.set(LANGUAGE, spoken, add_to_output=True)
            message.set(ENTITIES, (message.get(ENTITIES) or []) + self.add_extractor_name(entities), add_to_output=True)
        return messages
