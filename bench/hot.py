"""`python -m bench.hot PART [FOLDER]`: where the time goes in a part of the bench, sampled by py-spy, as a text in docs/profiles.

A line a function: the share of samples in which it was on the stack, the share in which it was at the top, its name and file.
"""
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bot.model_cache import trained_model
from bot.settings import ROOT
from bot.understanding import score

HOUSE = ["load", "--rate", "8", "--minutes", "1"]  # the whole house on PostgreSQL and Redis
# Part of the bench, what else it is given, and the process that is looked at. None: the model as it is reads the real questions.
PATHS = {
    "assess": (["engine"], "bench"),
    "gateway": (HOUSE, "bot.telegram"),
    "message": (HOUSE, "bot.rasa_server"),
    "pages": (["pages", "--cases", "10000"], "bot.desk"),
    "parse": (None, "bench.parse"),
}
WAITING = {"gateway", "message"}  # wait for others most of the time: only what holds the interpreter is counted
SHOWN = 80


def main() -> int:
    part, folder = sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "docs" / "profiles")
    only, process = PATHS[part]
    with tempfile.TemporaryDirectory() as place:
        raw, out = Path(place) / "raw", Path(place) / "bench.json"
        run = ["-m", "bench", "--out", str(out), "--only", *only] if only else ["-m", "bench.parse", "ours", str(trained_model())]
        told = None if only else _questions()
        spy = [str(Path(sys.executable).with_name("py-spy")), "record", "--subprocesses", "--rate", "200", "--format", "raw",
               *(["--gil"] if part in WAITING else [])]
        subprocess.run([*spy, "-o", str(raw), "--", sys.executable, *run], cwd=ROOT, check=True, input=told, text=True,
                       stdout=subprocess.DEVNULL if told else None)
        stacks = [line.rpartition(" ") for line in raw.read_text().splitlines()]
    folder.joinpath(f"{part}.txt").write_text(_table([(frames.split(";"), int(count)) for frames, _, count in stacks], process))
    return 0


def _questions() -> str:
    """The real questions three times over, so that loading the model is not most of it."""
    return 3 * "".join(f"{' '.join(text.split())}\n" for language in ("zh", "en") for text, _ in score.read_eval(language))


def _table(stacks: list[tuple[list[str], int]], process: str) -> str:
    """The table of the stacks of one process: those that have it on their first frames, or of the only one."""
    ours = [(frames, count) for frames, count in stacks if any(process in frame for frame in frames if frame.startswith("process "))]
    ours = [([frame for frame in frames if not frame.startswith(("process ", "thread "))], count) for frames, count in ours or stacks]
    whole, inside, top = sum(count for _, count in ours), Counter(), Counter()
    for frames, count in ours:
        if not frames:
            continue
        names = [frame.partition(":")[0] for frame in frames]  # without the line
        top[names[-1]] += count
        for name in set(names):
            inside[name] += count
    lines = [f"{100 * count / whole:5.1f}% incl {100 * top[name] / whole:5.1f}% self  {name}" for name, count in inside.most_common(SHOWN)]
    return f"{whole} samples\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
