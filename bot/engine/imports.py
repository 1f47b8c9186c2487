"""Leaves out of Rasa's process what this bot never uses.

Rasa imports every channel, every store and every component it could be configured with, TensorFlow above all: most of its start and
half a gigabyte for nothing. `leave_out` puts stand-ins in their place before Rasa is imported: modules whose every name is a class that
can be inherited from and cannot be made. That is done only where config.yml and credentials.yml name nothing that needs the real ones.
Plain `rasa` commands import everything, as ever.
"""
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType

import yaml

from bot.settings import ROOT

COMPONENTS = {"FallbackClassifier", "RulePolicy"}  # of Rasa's own, those that need nothing of what is left out
CHANNELS = {"rest"}
LEFT_OUT = (
    # components on TensorFlow, and what only they use
    "rasa.utils.tensorflow.callback", "rasa.utils.tensorflow.data_generator", "rasa.utils.tensorflow.model_data",
    "rasa.utils.tensorflow.model_data_utils", "rasa.nlu.classifiers.diet_classifier", "rasa.nlu.selectors.response_selector",
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer", "rasa.nlu.featurizers.dense_featurizer.lm_featurizer",
    "rasa.core.policies.ted_policy", "rasa.core.policies.unexpected_intent_policy",
    "rasa.core.test", "rasa.nlu.test", "matplotlib",  # `rasa test`
    "slack_sdk", "aiogram", "twilio", "socketio", "webexteamssdk", "mattermostwrapper", "rocketchat_API", "fbmessenger",  # channels
    "questionary", "prompt_toolkit",  # the command line
    "pymongo", "boto3", "botocore",  # stores
    "sanic_jwt", "apscheduler",
)
ABSENT = ("tensorflow", "torch")  # asked for by libraries that do without


class LeftOut(Exception):
    """What stands for every class of a module that was left out. An exception, since some of them are caught by name."""

    def __init__(self, *_, **__):
        raise ImportError(f"{type(self).__module__}.{type(self).__name__} is left out of this process (bot/engine/imports.py)")


class StandIn(ModuleType):
    """A module that was left out."""

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (LeftOut,), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers imports of what is left out with a stand-in."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname in ABSENT:
            raise ModuleNotFoundError(f"{fullname} is left out of this process (bot/engine/imports.py)", name=fullname)
        if fullname.startswith(LEFT_OUT) and any(fullname == name or fullname.startswith(f"{name}.") for name in LEFT_OUT):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        pass


def leave_out() -> bool:
    """Puts the stand-ins in place; False, and everything is imported, where the configuration names something else."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    credentials = yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8")) or {}
    names = {part["name"] for part in [*(config.get("pipeline") or []), *(config.get("policies") or [])]}
    if not {name for name in names if not name.startswith("bot.")} <= COMPONENTS or not set(credentials) <= CHANNELS:
        return False
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
    return True
