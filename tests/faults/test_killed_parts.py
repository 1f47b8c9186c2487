"""Whatever part is killed, whenever: every message is answered once and in order, and every referral is there once.

`FAULTS=full pytest tests/faults -n0 -s`: 50 workers with 20 messages each, three seeds, on SQLite and on PostgreSQL with Redis
(docs/reliability.md has the figures); FAULTS=6x8 for fewer. The same with a few workers runs with the suite, in tests/end_to_end.
"""
import os

import pytest

from tests.faults.held import hold

SIZE = os.environ.get("FAULTS")  # workers x messages
SEEDS = [int(seed) for seed in os.environ.get("FAULTS_SEEDS", "1,2,3").split(",")]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("parts", ["sqlite", "postgresql", "postgresql with an action server"])
def test_killed_at_random_nobody_goes_unanswered_or_is_answered_twice(open_house, capsys, parts, seed):
    house, others = open_house(parts.split()[0], actions="action" in parts)
    workers, messages = (50, 20) if SIZE == "full" else map(int, SIZE.split("x"))
    with capsys.disabled():
        print(f"\nfaults: seed {seed}, {parts}, {workers} workers with {messages} messages each", flush=True)
        figures, killed, seconds = hold(house, seed, workers=workers, messages=messages, pause=(3, 8), others=others)
        print(f"faults: {seconds:.0f} s, killed {killed}: {figures}", flush=True)
