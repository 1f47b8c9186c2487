"""Logs to look at on the desk's pages."""
import json
import random

from bot.cases import deflection_import, log_counts, store
from tests.cases.test_deflection_report import study
from tests.cases.test_log_counts import random_rows


def bring_in(rows: list[dict]) -> None:
    """Imports rows and counts them."""
    with store.session() as session:
        deflection_import.add(session, deflection_import.read(json.dumps(rows).encode()))
    left = 1
    while left:
        with store.session() as session:
            left = log_counts.catch_up(session)


def the_studys() -> None:
    bring_in(study())


def at_random(rows: int = 600, of: int = 240) -> None:
    bring_in(random_rows(random.Random(3), rows, of))
