"""The bench works. Its short form trains nothing here and its figures mean nothing; `python -m bench --short` does the rest too."""
import json
import subprocess
import sys

from bot.settings import ROOT

NAMES = {"assess_per_s", "telegram_updates_per_s", "telegram_cpu_per_update", "queue_growth", "insights_growth"}


def test_the_short_bench_says_and_writes_its_figures(tmp_path):
    out = tmp_path / "bench.json"
    done = subprocess.run([sys.executable, "-m", "bench", "--short", "--only", "engine", "telegram", "pages", "--out", str(out)],
                          cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(out.read_text())
    assert set(found) == NAMES and all(one["value"] > 0 for one in found.values())
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == list(found)
