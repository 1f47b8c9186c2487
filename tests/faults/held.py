"""Conversations that go on while the parts of the house are killed, and what must hold when they are over."""
import time

from tests.end_to_end.house import House
from tests.faults.killer import Killer
from tests.faults.people import Crowd
from tests.faults.reckoning import Figures, reckon

PATIENCE = 600  # seconds without a single answer after which the house is called broken


def hold(house: House, seed: int, *, workers: int, messages: int, pause: tuple[float, float], most: int | None = None,
         others: dict | None = None) -> tuple[Figures, dict, float]:
    """Has so many workers say so many messages each while a part is killed every `pause` seconds, `most` times at most.

    What was counted, how often which part was killed, and the seconds. Reads the record that the settings name.
    """
    crowd, killer, began = Crowd(house.telegram, workers, messages, seed), Killer(house, seed, pause, most, others or {}), time.monotonic()
    while not crowd.done:
        crowd.step()
        killer.step(crowd.moved)
        stuck = time.monotonic() - crowd.moved > PATIENCE
        assert not stuck, f"seed {seed}: nobody is answered any more\n{crowd.waits()}\n{house.said()[-4000:]}"
        time.sleep(0.1)
    seconds = time.monotonic() - began
    house.settled()
    crowd.step()
    figures = reckon(list(crowd.people.values()))
    assert killer.killed
    return figures, dict(killer.killed), seconds
