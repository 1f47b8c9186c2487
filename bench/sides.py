"""Training both sides on the same data, and asking both models the same messages."""
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import yaml

from bot.settings import ROOT
from bot.understanding import examples

QUIET = {"RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}


def train(name: str, config: Path, data: Path, folder: Path, environment: dict) -> tuple[Path, float]:
    """A model trained from nothing, and the seconds that took."""
    began = time.perf_counter()
    with (folder / f"{name}-train.log").open("w") as log:
        command = [sys.executable, "-m", "bench.train", str(folder / f"{name}-kept"), "--force", "--config", str(config),
                   "--domain", "domain.yml", "--data", str(data)]
        subprocess.run(
            [*command, "--out", str(folder), "--fixed-model-name", name], cwd=ROOT, env={**environment, **QUIET}, stdout=log, stderr=log,
            check=True)
    return folder / f"{name}.tar.gz", time.perf_counter() - began


def shortened(config: Path, folder: Path, epochs: int) -> Path:
    """The same pipeline with fewer epochs: it runs as fast and weighs as much, understands less and is trained sooner."""
    content = yaml.safe_load(config.read_text())
    for part in content["pipeline"] + content["policies"]:
        if "epochs" in part:
            part["epochs"] = epochs
    path = folder / "shortened.yml"
    path.write_text(yaml.safe_dump(content))
    return path


def few(folder: Path, every: int) -> Path:
    """The rules, and of the training examples every so manyth, of each intent two at least: for a bench that shall end sooner."""
    shutil.copytree(ROOT / "data" / "rules", folder / "data" / "rules")
    kept: dict[str, list[str]] = {}
    told = Counter()
    for example in examples.read():
        told[example.intent] += 1
        if told[example.intent] % every == 0 or told[example.intent] <= 2:
            kept.setdefault(example.intent, []).append(example.text)
    told_by = [{"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in kept.items()]
    (folder / "data" / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": told_by}, allow_unicode=True))
    return folder / "data"


def parse(side: str, model: Path, messages: list[str], environment: dict) -> list[dict]:
    """What a model makes of messages, with the seconds of each, as `side` ("ours", "theirs") runs it."""
    done = subprocess.run([sys.executable, "-m", "bench.parse", side, str(model)], cwd=ROOT, env={**environment, **QUIET}, text=True,
                          input="\n".join(" ".join(message.split()) for message in messages) + "\n", capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
