"""Property tests run the same examples each time: a suite that gates a release must not fail by luck. And nothing typed gets into a log."""
import pytest
from hypothesis import settings

from tests import typed

settings.register_profile("steady", derandomize=True, print_blob=True)
settings.load_profile("steady")
_log = typed.Log()


@pytest.fixture(autouse=True)
def nothing_typed_is_logged():
    _log.begin()
    yield
    assert not _log.end()
