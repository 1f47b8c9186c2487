"""The bench works, all of it. This is its short form: few messages and examples, a baseline of one epoch; the figures mean nothing."""
import json
import shutil
import subprocess
import sys

import pytest

from bot.settings import ROOT
from bot.understanding import score
from tests.cases.conftest import INITDB


def measured(tmp_path, *parts: str) -> dict:
    """What the short bench writes for these parts; it says the same."""
    out = tmp_path / "bench.json"
    done = subprocess.run([sys.executable, "-m", "bench", "--short", "--rate", "2", "--out", str(out), "--only", *parts],
                          cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(out.read_text())
    # So short a training may understand nothing at all.
    assert all(one["value"] > 0 for name, one in found.items() if not name.startswith("nlu_"))
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == list(found)
    return found


def test_guidance_gateway_and_pages(tmp_path):
    assert set(measured(tmp_path, "engine", "telegram", "pages")) == {
        "assess_per_s", "telegram_updates_per_s", "telegram_cpu_per_update", "queue_growth", "insights_growth"}


def test_several_rasa_processes_and_the_whole_house_under_load(tmp_path):
    if INITDB is None or not shutil.which("redis-server"):
        pytest.skip("no PostgreSQL or Redis server on this machine")
    assert set(measured(tmp_path, "workers", "load")) == {
        "workers_2_ratio", "load_messages_per_s", "load_p95", "load_p95_growth", "load_memory_growth_telegram", "load_memory_growth_desk",
        "load_memory_growth_followup", "load_memory_growth_rasa"}


def test_ours_beside_rasas_default_pipeline(tmp_path):
    measures = ("nlu_zh_lenient", "nlu_zh_macro_f1", "nlu_zh_not_labour_recall", "nlu_en_lenient")
    understood = {"parse_ratio", *measures, *(f"{name}_default_rasa" for name in measures)} if score.EVAL.is_dir() else set()
    assert set(measured(tmp_path, "train", "nlu", "chat")) == understood | {
        "train_ratio_at_most", "long_chat_growth", "chat_throughput_ratio", "chat_p95_ratio", "chat_cpu_per_message",
        "chat_cpu_per_message_default_rasa", "ready_ratio", "rss_ratio"}
