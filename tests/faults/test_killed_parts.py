"""Whatever part is killed, whenever: every message is answered once and in order, and every referral is there once.

The short form runs with the suite. The full one, `FAULTS=full pytest tests/faults -n0 -s`: 50 workers with 20 messages each, three seeds,
on SQLite and on PostgreSQL with Redis (docs/reliability.md has its figures).
"""
import os
import time

import pytest

from tests.faults.killer import Killer
from tests.faults.people import Crowd
from tests.faults.reckoning import reckon

PATIENCE = 300  # seconds without a single answer after which the house is called broken
FULL = os.environ.get("FAULTS") == "full"
SEEDS = [int(seed) for seed in os.environ.get("FAULTS_SEEDS", "1,2,3").split(",")]


def run(open_house, capsys, seed: int, store: str, *, workers: int, messages: int, pause, most=None, actions=False):
    house, others = open_house(store, actions)
    began = time.monotonic()
    crowd, killer = Crowd(house.telegram, workers, messages, seed), Killer(house, seed, pause, most, others)
    with capsys.disabled():
        print(f"\nfaults: seed {seed}, {store}{', action server' if actions else ''}, {workers} workers × {messages} messages", flush=True)
    while not crowd.done:
        crowd.step()
        killer.step()
        stuck = time.monotonic() - crowd.moved > PATIENCE
        assert not stuck, f"seed {seed}: nobody is answered any more\n{crowd.waits()}\n{house.said()[-4000:]}"
        time.sleep(0.1)
    seconds = time.monotonic() - began
    house.settled()
    crowd.step()
    figures = reckon(list(crowd.people.values()))
    assert killer.killed
    with capsys.disabled():
        print(f"faults: {seconds:.0f} s, killed {dict(killer.killed)}: {figures}", flush=True)
    return house


@pytest.mark.skipif(FULL, reason="the full form runs instead")
def test_killed_at_random_nobody_goes_unanswered_or_is_answered_twice(open_house, capsys):
    run(open_house, capsys, 178, "sqlite", workers=4, messages=6, pause=(.4, 1.2), most=3)  # the gateway, Rasa, the gateway


@pytest.mark.skipif(not FULL, reason="FAULTS=full")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_in_full(open_house, capsys, store, seed):
    run(open_house, capsys, seed, store, workers=50, messages=20, pause=(3, 8))


@pytest.mark.skipif(not FULL, reason="FAULTS=full")
def test_in_full_with_an_action_server(open_house, capsys):
    run(open_house, capsys, SEEDS[0], "postgresql", workers=50, messages=20, pause=(3, 8), actions=True)
