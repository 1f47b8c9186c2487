"""`python -m bot.setup`: what a fresh clone lacks beyond its packages: keys, database, trained model.

It says what it does, and does nothing twice.
"""
import os
import subprocess
import sys
from typing import Callable

from sqlalchemy.exc import SQLAlchemyError

from bot import model_cache, settings
from bot.cases import crypto, store


def main() -> int:
    """Exit status 1: training failed; 2: a setting is wrong, with one line that names it."""
    return explained(prepare)


def explained(work: Callable[[], int]) -> int:
    """What `work` returns; 2 and one line on standard error when a setting, the database or a file cannot be used."""
    try:
        return work()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"DATABASE_URL: the database cannot be used: {' '.join(str(getattr(error, 'orig', error)).split())}", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
    return 2


def prepare() -> int:
    """Keys, database, models: what is missing of them."""
    settings.VAR.mkdir(mode=0o700, exist_ok=True)
    make_keys()
    store.migrate()
    return train()


def make_keys() -> None:
    """A key for personal data and a secret between the parts, under var/, readable by their owner only; never replaced."""
    _make("secret_keys", "BOT_SECRET_KEYS", "keep a copy; without it the records cannot be read")
    _make("parts_secret", "PARTS_SECRET", "what the parts show each other")


def _make(name: str, setting: str, why: str) -> None:
    path = settings.VAR / name
    if os.environ.get(setting) or path.exists():
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(crypto.new_key() + "\n")
    print(f"keys: made {path.relative_to(settings.ROOT)} ({why})", flush=True)


def train() -> int:
    """Trains the classifier and the Rasa model unless models for exactly these data exist."""
    if not model_cache.understanding_path().exists():  # looked for, not loaded: the supervisor has no use for a classifier
        model_cache.understanding(lambda line: print(f"understanding: {line}", flush=True))
    path = model_cache.rasa_model_path()
    if path.exists():
        return 0
    print("model: training with Rasa, about a minute …", flush=True)
    log = settings.VAR / "train.log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "rasa", "train", "--force", "--quiet", "--out", str(path.parent)]
        done = subprocess.run(
            [*command, "--fixed-model-name", path.name.removesuffix(".tar.gz")],
            cwd=settings.ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"})
    if done.returncode or not path.exists():
        print(f"model: training failed; the last lines of {log.relative_to(settings.ROOT)}:", file=sys.stderr)
        print("\n".join(log.read_text(errors="replace").splitlines()[-15:]), file=sys.stderr)
        return 1
    for old in path.parent.glob("gongyou-*.tar.gz"):
        if old != path:
            old.unlink()
    print(f"model: {path.relative_to(settings.ROOT)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
