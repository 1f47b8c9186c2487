"""Set-up makes keys once; the supervisor starts again what dies and stops everything when told to."""
import os
import signal
import stat
import subprocess
import sys
import time

import pytest
from cryptography.fernet import Fernet

from bot import run, settings, setup

SUPERVISE = """
import sys
from bot import run
run.LONGEST_PAUSE, run.STOP_SECONDS = int(sys.argv[1]), 1
sys.exit(run.supervise([run.Part(f"part{number}", [sys.executable, "-c", code]) for number, code in enumerate(sys.argv[2:])]))
"""
SLEEP = "print('up', flush=True)\nimport time\nwhile True: time.sleep(1)"
SHORTLY = "print('up', flush=True)\nimport sys; sys.exit(1)"
BAD_SETTING = "import sys; print('TELEGRAM_TOKEN: not set', file=sys.stderr); sys.exit(2)"


@pytest.fixture
def var(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    monkeypatch.setattr(settings, "VAR", tmp_path / "var")
    monkeypatch.delenv("BOT_SECRET_KEYS", raising=False)
    (tmp_path / "var").mkdir()
    return tmp_path / "var"


def test_the_key_is_its_owners_alone_and_is_never_replaced(var, capsys):
    setup.make_keys()
    key = (var / "secret_keys").read_text()
    assert stat.S_IMODE((var / "secret_keys").stat().st_mode) == 0o600
    Fernet(key.strip())
    told = capsys.readouterr().out
    assert "var/secret_keys" in told and key.strip() not in told
    setup.make_keys()
    assert (var / "secret_keys").read_text() == key and capsys.readouterr().out == ""


def test_no_key_is_made_beside_one_in_the_environment(var, monkeypatch):
    monkeypatch.setenv("BOT_SECRET_KEYS", "from elsewhere")
    setup.make_keys()
    assert not (var / "secret_keys").exists()


def test_two_installations_have_different_keys(var):
    setup.make_keys()
    first = (var / "secret_keys").read_text()
    (var / "secret_keys").unlink()
    setup.make_keys()
    assert (var / "secret_keys").read_text() != first


@pytest.fixture
def supervisor():
    """Starts a supervisor over parts that run these lines of Python; its output comes as it is written."""
    started = []

    def start(*codes: str, longest_pause: int = 30) -> subprocess.Popen:
        started.append(subprocess.Popen([sys.executable, "-c", SUPERVISE, str(longest_pause), *codes], cwd=settings.ROOT, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        process.communicate()


def children(process: subprocess.Popen) -> list[int]:
    return [int(number) for number in open(f"/proc/{process.pid}/task/{process.pid}/children").read().split()]


def gone(number: int) -> bool:
    return not os.path.exists(f"/proc/{number}") or open(f"/proc/{number}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"


def test_a_part_that_is_killed_is_started_again_and_the_others_go_on(supervisor):
    process = supervisor(SLEEP, SLEEP)
    assert [process.stdout.readline() for _ in range(2)] == ["up\n", "up\n"]
    first, second = children(process)
    os.kill(first, signal.SIGKILL)
    assert process.stdout.readline() == "part0: ended with status -9, starting again in 1 s\n"
    assert process.stdout.readline() == "up\n"
    assert second in children(process) and first not in children(process) and len(children(process)) == 2


def test_a_part_that_keeps_dying_waits_longer_each_time(supervisor):
    process = supervisor(SHORTLY, longest_pause=2)
    told = [process.stdout.readline() for _ in range(8)]
    assert told == [line for pause in (1, 2, 2, 2) for line in ("up\n", f"part0: ended with status 1, starting again in {pause} s\n")]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_stops_every_part(supervisor, how):
    process = supervisor(SLEEP, SLEEP)
    for _ in range(2):
        process.stdout.readline()
    parts = children(process)
    process.send_signal(how)
    assert process.wait() == 0 and len(parts) == 2 and all(gone(number) for number in parts)


def test_a_part_that_will_not_stop_is_killed(supervisor, monkeypatch):
    stubborn = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{SLEEP}"
    process = supervisor(stubborn)
    process.stdout.readline()
    [part] = children(process)
    process.terminate()
    assert process.wait() == 0
    while not gone(part):
        time.sleep(0.1)


def test_a_part_whose_setting_is_wrong_shows_its_line_and_waits_the_longest_pause(supervisor):
    process = supervisor(BAD_SETTING, longest_pause=1)
    expected = ["TELEGRAM_TOKEN: not set\n", "part0: cannot run as it is set up (see its line above), starting again in 1 s\n"]
    assert [process.stdout.readline() for _ in range(4)] == expected * 2
    assert run.LONGEST_PAUSE == 30


def test_the_parts_are_those_the_settings_ask_for(monkeypatch):
    for name in ("ACTION_URL", "TELEGRAM_TOKEN", "DESK_PORT"):
        monkeypatch.delenv(name, raising=False)
    assert [part.name for part in run.parts(settings.read())] == ["rasa", "desk", "followup"]
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:x")
    monkeypatch.setenv("ACTION_URL", "http://127.0.0.1:5056/webhook")
    parts = run.parts(settings.read())
    assert [part.name for part in parts] == ["actions", "rasa", "desk", "followup", "telegram"]
    assert parts[0].command[-1] == "bot.action_server"
    monkeypatch.setenv("ACTION_URL", "http://actions.example:5055/webhook")
    assert [part.name for part in run.parts(settings.read())] == ["rasa", "desk", "followup", "telegram"], "that server runs elsewhere"


@pytest.mark.parametrize("setting,value", [("DESK_PORT", "abc"), ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "sqlite:////proc/none/x.db"),
                                           ("BOT_SECRET_KEYS", "short")])
def test_a_wrong_setting_ends_the_start_with_one_line(setting, value, tmp_path):
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'record.db'}", "DESK_PORT": "8080", setting: value}
    done = subprocess.run([sys.executable, "-m", "bot.run"], cwd=settings.ROOT, env=environment, capture_output=True, text=True)
    told = done.stderr.splitlines()
    assert done.returncode == 2 and len(told) == 1 and told[0].startswith(setting), done.stderr
