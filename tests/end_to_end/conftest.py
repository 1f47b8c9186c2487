"""One house for all tests of a file."""
import pytest

from bot import setup
from tests.end_to_end.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    assert setup.main() == 0
    running = House(tmp_path_factory.mktemp("house"))
    yield running
    running.stop()
