"""Training both sides on the same data, and asking both models the same messages."""
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

from bot.settings import ROOT

QUIET = {"RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}


def train(name: str, config: Path, folder: Path, environment: dict) -> tuple[Path, float]:
    """A model trained from nothing, and the seconds that took."""
    began = time.perf_counter()
    with (folder / f"{name}-train.log").open("w") as log:
        command = [sys.executable, "-m", "rasa", "train", "--force", "--config", str(config), "--domain", "domain.yml", "--data", "data"]
        subprocess.run(
            [*command, "--out", str(folder), "--fixed-model-name", name], cwd=ROOT, env={**environment, **QUIET}, stdout=log, stderr=log,
            check=True)
    return folder / f"{name}.tar.gz", time.perf_counter() - began


def shortened(config: Path, folder: Path) -> Path:
    """The same pipeline with one epoch, to see that the bench works; its figures mean nothing."""
    content = yaml.safe_load(config.read_text())
    for part in content["pipeline"] + content["policies"]:
        if "epochs" in part:
            part["epochs"] = 1
    path = folder / "shortened.yml"
    path.write_text(yaml.safe_dump(content))
    return path


def parse(model: Path, messages: list[str], environment: dict) -> list[dict]:
    """What a model makes of messages, with the seconds of each."""
    done = subprocess.run([sys.executable, "-m", "bench.parse", str(model)], cwd=ROOT, env={**environment, **QUIET}, text=True,
                          input="\n".join(" ".join(message.split()) for message in messages) + "\n", capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
