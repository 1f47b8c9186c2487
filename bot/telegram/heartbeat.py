"""The gateway's sign of life, a file of one word that the desk's /health reads; no network, no database.

The running gateway writes `starting`, `up` (Telegram answers) or `down` (Telegram cannot be reached) every few seconds and
removes the file when it stops. With a webhook, `up` means that the gateway runs and has reached Telegram once. A file that
has not been touched for STALE_SECONDS means that the gateway is dead.
"""
import os
import time
from pathlib import Path

BEAT_SECONDS = 3
STALE_SECONDS = 15


def beat(file: Path, state: str) -> None:
    """Writes the state; a reader never sees half a word."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.write_text(state)
    os.replace(fresh, file)


def stop(file: Path) -> None:
    """Removes the sign of life."""
    file.unlink(missing_ok=True)


def beats(file: Path) -> bool:
    """Whether the file was touched lately."""
    try:
        return abs(time.time() - file.stat().st_mtime) < STALE_SECONDS
    except OSError:
        return False


def state(file: Path, *, has_token: bool) -> str:
    """up, starting, down or off (no token: no gateway is meant to run)."""
    if not has_token:
        return "off"
    try:
        word = file.read_text()
    except OSError:
        return "down"
    return word if word in ("up", "starting") and beats(file) else "down"
