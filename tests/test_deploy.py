"""What is in deploy/ is accepted by the programs that read it."""
import os
import shutil
import subprocess

import pytest
import yaml

from bot.settings import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
FILLED = {"POSTGRES_PASSWORD": "a", "REDIS_PASSWORD": "b", "BOT_SECRET_KEYS": "c"}


def compose(**environment: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if name not in FILLED}
    return subprocess.run([*COMPOSE, "-f", str(DEPLOY / "compose.yaml"), "config"], env={**clean, **environment}, capture_output=True,
                          text=True)


def test_compose_accepts_the_file_and_starts_every_part():
    done = compose(**FILLED)
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == {"postgres", "redis", "rasa", "desk", "followup", "telegram"}
    assert all(one["restart"] == "unless-stopped" for one in services.values())


@pytest.mark.parametrize("secret", FILLED)
def test_no_secret_has_a_default(secret):
    done = compose(**{name: value for name, value in FILLED.items() if name != secret})
    assert done.returncode != 0 and secret in done.stderr


def test_the_image_takes_no_key_no_record_and_no_test_of_this_machine():
    """Docker copies the clone; what this file names stays out of it."""
    left_out = (ROOT / ".dockerignore").read_text().split("\n")
    assert {".git", ".venv", "var", "models", "tests", "bench"} <= set(left_out)
    assert not [line for line in left_out if line.startswith("!")]


def test_systemd_accepts_the_units():
    units = sorted(str(path) for path in (DEPLOY / "systemd").iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "gongyou" in line]
    assert done.returncode == 0 and not ours, done.stderr
