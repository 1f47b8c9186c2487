"""Property tests run the same examples each time: a suite that gates a release must not fail by luck. And nothing typed gets into a log."""
import pytest
from hypothesis import settings

from bot.cases import store
from tests import typed

settings.register_profile("steady", derandomize=True, print_blob=True)
settings.load_profile("steady")
_log = typed.Log()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty SQLite record with the newest schema, made once and copied for each test."""
    path = tmp_path_factory.mktemp("record") / "empty.db"
    store.migrate(f"sqlite:///{path}")
    store.engine(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(autouse=True)
def nothing_typed_is_logged():
    _log.begin()
    yield
    assert not _log.end()
