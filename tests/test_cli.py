"""Every command as it is run: good input gives its output and nothing else, bad input one line on standard error and exit status 2."""
import contextlib
import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from openpyxl import load_workbook

from bot import settings
from bot.cases import staff, store
from bot.cases.crypto import new_key
from bot.cases.deflections import COLUMNS
from bot.cases.model import Audit

FACTS = {"case": "panzhou", "as_of": "2026-11-22", "issues": ["wage_arrears", "no_contract"], "place": "贵州盘州",
         "occupation": "construction", "amount_owed": 61800, "started_on": "2019-10-10", "ended_on": "2026-06-30"}
PROFILE = {"household": "local_rural", "gender": "man", "age": 27, "marital": "married", "education": "high_school", "industry": 2,
           "ownership": 2}
ROWS = [{"case_id": "1", "aware": "yes", "involved": "no", "body": "union", "level": "county", "reason": "not_member", "words": "=1+1",
         "contacted_on": "2026-11-20", "first_answer_on": "2026-11-23", "adcode": "520281"},
        {"case_id": "2", "aware": "no", "involved": "yes", "outcome": "拿到了\n一半", "resolved_on": "2026-11-25"}]
LISTING = ("-c", "import atexit, sys; from bot.cli import main; atexit.register(lambda: print("
           "*{name.split('.')[0] for name, module in sys.modules.items() if module}, file=sys.stderr)); main()")
HEAVY = ("tensorflow", "rasa", "sqlalchemy", "sklearn", "spacy")


@pytest.fixture
def bot(tmp_path, migrated):
    """Runs `python -m bot …` from the repository on a record of its own; (exit status, standard output, standard error)."""
    environment = {name: value for name, value in os.environ.items() if name not in ("BOT_TODAY", "DESK_PORT", "TELEGRAM_TOKEN")}
    shutil.copy(migrated, tmp_path / "record.db")
    environment |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'record.db'}", "BOT_SECRET_KEYS": new_key(), "PYTHONWARNINGS": "ignore"}

    def run(*arguments, stdin: str | bytes = b"", **changed) -> subprocess.CompletedProcess:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        how = changed.pop("python", ("-m", "bot"))
        return subprocess.run([sys.executable, *how, *map(str, arguments)], input=data, cwd=settings.ROOT, env={**environment, **changed},
                              capture_output=True)

    run.environment = environment
    return run


def said(done: subprocess.CompletedProcess) -> str:
    """What a command wrote that went well."""
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


def refused(done: subprocess.CompletedProcess, *words: str) -> str:
    """The one line of a command that was given bad input."""
    told = done.stderr.decode()
    assert done.returncode == 2, told
    assert done.stdout == b"", "nothing is written"
    assert told.count("\n") == 1 and told.endswith("\n"), told
    assert "Traceback" not in told and len(told) < 600
    for word in words:
        assert word in told, told
    return told


def lines(text: str) -> list:
    return [json.loads(line) for line in text.splitlines()]


def loaded(done: subprocess.CompletedProcess) -> set[str]:
    """The top-level packages that a command run with LISTING had loaded at its end."""
    return set(done.stderr.decode().split())


def test_help_names_every_command_of_the_contract(bot):
    text = said(bot("--help"))
    for command in ("assess", "parse", "coverage", "deflections", "knowledge", "staff", "forget"):
        assert f"\n  {command} " in text
    for command in ("assess", "parse", "coverage", "deflections export", "deflections import", "deflections report", "knowledge check",
                    "knowledge impact", "staff add", "forget"):
        assert "Usage: python -m bot" in said(bot(*command.split(), "--help"))


@pytest.mark.parametrize("arguments,word", [
    (("nonsense",), "nonsense"), (("assess", "a", "b"), "b"), (("assess", "--fast"), "--fast"), (("deflections", "nonsense"), "nonsense"),
    (("deflections", "export"), "--format"), (("deflections", "export", "--format", "pdf"), "pdf"),
    (("deflections", "export", "--format", "csv", "--since", "yesterday"), "--since"), (("deflections", "import"), "FILE"),
    (("staff", "add", "mei"), "--role"), (("staff", "add", "--role", "admin"), "NAME"), (("forget",), "WORKER"),
    (("forget", "W-NOBODY"), "WORKER"), (("forget", "'; DROP TABLE worker"), "WORKER")])
def test_a_mistyped_command_is_told_in_one_line(bot, arguments, word):
    refused(bot(*arguments), word)


@pytest.mark.parametrize("arguments", [(), ("deflections",), ("staff",), ("knowledge",)])
def test_a_command_without_its_rest_shows_what_there_is(bot, arguments):
    done = bot(*arguments)
    assert (done.returncode, done.stdout) == (2, b"") and b"Commands:" in done.stderr


# assess

def test_assess_reads_an_object_a_list_and_json_lines_from_file_or_standard_input(bot, tmp_path):
    other = {**FACTS, "case": "other"}
    forms = {json.dumps(FACTS): ["panzhou"], json.dumps([FACTS, other], ensure_ascii=False): ["panzhou", "other"],
             f"{json.dumps(FACTS)}\n\n{json.dumps(other)}\n": ["panzhou", "other"], "\ufeff" + json.dumps(FACTS, indent=1): ["panzhou"],
             "[]": []}
    for text, cases in forms.items():
        (tmp_path / "facts").write_text(text, encoding="utf-8")
        fromfile = said(bot("assess", tmp_path / "facts"))
        assert fromfile == said(bot("assess", stdin=text))
        assert [one["case"] for one in lines(fromfile)] == cases
    assert {"status", "urgency", "deadlines", "routes", "card"} <= lines(said(bot("assess", stdin=json.dumps(FACTS))))[0].keys()


def test_assess_counts_from_bot_today_when_the_facts_have_no_day(bot):
    facts = {name: value for name, value in FACTS.items() if name != "as_of"}
    assert lines(said(bot("assess", stdin=json.dumps(facts), BOT_TODAY="2026-07-01")))[0]["as_of"] == "2026-07-01"


@pytest.mark.parametrize("text,words", [
    ("not json", ["JSON"]), ("", ["FILE", "empty"]), (" \n", ["FILE", "empty"]), ('{"case": 1', ["JSON"]), ("[1]", []), ('"text"', []),
    ("null", []), ('{"wages": 5}', ["wages"]), ('{"started_on": "2026-02-30"}', ["started_on"]), ('{"ended_by": "boss"}', ["ended_by"]),
    ('{"issues": ["wages"]}', ["issues"]), ('{"amount_owed": "much"}', ["amount_owed"]), ('{"injury": {"on": "today"}}', ["injury"]),
    ('{"amount_owed": NaN}', ["amount_owed"]), ('[{"people": 1}, {"people": "a"}]', ["case 2", "people"]),
    ('{"people": 1}\nnot json\n{"people": 2}', ["line 2", "JSON"]), ('{"people": 1}\n{"people": -1}\n', ["case 2", "people"]),
    ("[" * 100_000, ["JSON"]), ('{"employer": "' + "x" * 3000 + '"}', ["employer"])])
def test_assess_refuses_what_it_cannot_use_and_names_it(bot, text, words):
    refused(bot("assess", stdin=text), *words)


@pytest.mark.parametrize("command", ["assess", "parse", "coverage"])
def test_a_file_that_cannot_be_read_is_named(bot, command, tmp_path):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    refused(bot(command, tmp_path), "FILE", str(tmp_path))
    refused(bot(command, tmp_path / "missing.json"), "FILE", "missing.json")
    refused(bot(command, tmp_path / "picture.png"), "FILE", "UTF-8")


def test_assess_needs_no_server_no_database_no_key_and_nothing_heavy(bot, tmp_path):
    (tmp_path / "record.db").unlink()
    done = bot("assess", stdin=json.dumps(FACTS), python=LISTING, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", BOT_SECRET_KEYS="")
    assert done.returncode == 0 and lines(done.stdout.decode())
    assert loaded(done).isdisjoint(HEAVY) and "bot" in loaded(done)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_fault(bot):
    many = json.dumps([FACTS] * 50)
    process = subprocess.Popen([sys.executable, "-m", "bot", "assess"], cwd=settings.ROOT, env=bot.environment, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    process.stdin.write(many.encode())
    process.stdin.close()
    assert b"Traceback" not in process.stderr.read()
    process.wait()


# parse

def test_parse_gives_one_object_a_line_in_order_and_loads_no_rasa(bot):
    messages = ["老板欠我三个月工资，没签合同", "", "Hello", "😀", "我在盤州打工"]
    done = bot("parse", stdin="\n".join(messages) + "\r\n", python=LISTING, DATABASE_URL="nonsense")
    assert done.returncode == 0
    found = lines(done.stdout.decode())
    assert [one["text"] for one in found] == messages
    assert all(list(one) == ["text", "language", "intent", "issues", "facts"] for one in found)
    assert found[0]["issues"][0] == "wage_arrears" and "no_contract" in found[0]["issues"]
    assert loaded(done).isdisjoint(("tensorflow", "rasa", "sqlalchemy")) and "bot" in loaded(done)


def test_parse_of_nothing_is_nothing(bot):
    assert said(bot("parse", stdin="")) == ""


# coverage

def test_coverage_gives_the_four_insurances(bot, tmp_path):
    (tmp_path / "profile").write_text(json.dumps(PROFILE))
    [found] = lines(said(bot("coverage", tmp_path / "profile")))
    assert set(found["insurance"]) == {"pension", "medical", "unemployment", "work_injury"}
    assert all(0 <= chance <= 1 for one in found["insurance"].values() for chance in one.values())
    assert len(lines(said(bot("coverage", stdin=json.dumps([PROFILE, PROFILE]))))) == 2


@pytest.mark.parametrize("change,word", [({"household": "rural"}, "household"), ({"age": "old"}, "age"), ({"industry": 13}, "industry"),
                                         ({"ownership": None}, "ownership"), ({"city": "x"}, "city")])
def test_coverage_names_the_field_it_cannot_use(bot, change, word):
    refused(bot("coverage", stdin=json.dumps({**PROFILE, **change})), word)


@pytest.mark.parametrize("text", ["", "no json", "1", "[1]", '{"age": 27}'])
def test_coverage_refuses_what_is_no_profile(bot, text):
    refused(bot("coverage", stdin=text))


# deflections

def test_the_log_comes_in_once_and_goes_out_in_three_formats(bot, tmp_path):
    (tmp_path / "log").write_text(json.dumps(ROWS))
    first, second = bot("deflections", "import", tmp_path / "log"), bot("deflections", "import", tmp_path / "log")
    assert (first.returncode, first.stdout) == (second.returncode, second.stdout) == (0, b"")
    assert "2 rows added, 0 skipped" in first.stderr.decode() and "0 rows added, 2 skipped" in second.stderr.decode()
    held = json.loads(said(bot("deflections", "export", "--format", "json")))
    assert [list(row) for row in held] == [list(COLUMNS)] * 2 and [row["case_id"] for row in held] == ["1", "2"]
    assert (held[0]["words"], held[1]["outcome"]) == ("=1+1", "拿到了\n一半")
    table = list(csv.DictReader(io.StringIO(said(bot("deflections", "export", "--format", "csv")), newline="")))
    assert [row["words"] for row in table] == ["'=1+1", ""] and tuple(table[0]) == COLUMNS
    book = load_workbook(io.BytesIO(bot("deflections", "export", "--format", "xlsx").stdout))
    assert [cell.value for cell in book.active["O"]] == ["words", "'=1+1", None]
    assert [row["case_id"] for row in json.loads(said(bot("deflections", "export", "--format", "json", "--since", "2026-11-20")))] == ["1"]


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_an_exported_log_can_be_brought_into_another_record(bot, tmp_path, format):
    (tmp_path / "log").write_text(json.dumps(ROWS))
    bot("deflections", "import", tmp_path / "log")
    (tmp_path / "out").write_bytes(bot("deflections", "export", "--format", format).stdout)
    elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.db'}"}
    assert bot("deflections", "import", tmp_path / "out", **elsewhere).returncode == 0
    assert said(bot("deflections", "export", "--format", "json", **elsewhere)) == said(bot("deflections", "export", "--format", "json"))


@pytest.mark.parametrize("text,words", [
    ("case_id,body,colour\n1,union,red\n", ["row 1", "colour"]),
    ("case_id,contacted_on\n1,2026-11-20\n2,2026-02-30\n", ["row 3", "contacted_on"]),
    ('[{"case_id": "1"}, {"case_id": "2", "aware": "perhaps"}]', ["row 2", "aware"]), ("", ["FILE"]), ("[1", ["FILE", "JSON"]),
    ("\x00\x01\x02", ["FILE"])])
def test_a_faulty_log_changes_nothing(bot, tmp_path, text, words):
    (tmp_path / "log").write_text(text)
    refused(bot("deflections", "import", tmp_path / "log"), *words)
    assert json.loads(said(bot("deflections", "export", "--format", "json"))) == []


def test_a_log_file_that_is_not_there_is_named(bot, tmp_path):
    refused(bot("deflections", "import", tmp_path / "missing.csv"), "missing.csv")
    refused(bot("deflections", "import", tmp_path), str(tmp_path))


def test_a_long_log_shows_how_far_it_is(bot, tmp_path):
    (tmp_path / "log").write_text("case_id\n" + "".join(f"{number}\n" for number in range(12_000)))
    told = bot("deflections", "import", tmp_path / "log").stderr.decode().splitlines()
    assert told[:3] == ["5000 / 12000", "10000 / 12000", "12000 / 12000"] and "12000 rows added" in told[3]


def test_the_report_is_figures_or_a_text_to_read(bot, tmp_path):
    (tmp_path / "log").write_text(json.dumps(ROWS))
    bot("deflections", "import", tmp_path / "log")
    [found] = lines(said(bot("deflections", "report", "--json")))
    assert (found["cases"], found["aware"]["yes"], found["by_reason"], found["within_one_working_day"]) == (2, 1, {"not_member": 1}, 0.5)
    text = said(bot("deflections", "report"))
    assert "案件 / cases: 2" in text and "贵州" in text
    assert lines(said(bot("deflections", "report", "--json", DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")))[0]["cases"] == 0


# staff

def test_staff_add_prints_the_one_time_password_and_nothing_else(bot, monkeypatch):
    password = said(bot("staff", "add", "mei", "--role", "hotline")).rstrip("\n")
    assert len(password) == 19 and password.count("-") == 3
    for name in ("DATABASE_URL", "BOT_SECRET_KEYS"):
        monkeypatch.setenv(name, bot.environment[name])
    with store.session() as session:
        person = staff.verify(session, "mei", password)
        assert person is not None and person.must_change and person.role == "hotline"


def test_staff_renew_lets_the_last_admin_back_in_and_goes_on_record(bot, monkeypatch):
    first = said(bot("staff", "add", "mei", "--role", "admin")).rstrip("\n")
    for name in ("DATABASE_URL", "BOT_SECRET_KEYS"):
        monkeypatch.setenv(name, bot.environment[name])
    with store.session() as session:
        person = staff.verify(session, "mei", first)
        person.totp_secret = "A" * 32
        token = staff.sign_in(session, person)
    password = said(bot("staff", "renew", "MEI")).rstrip("\n")
    with store.session() as session:
        person = staff.verify(session, "mei", password)
        assert person.must_change and person.totp_secret is None and staff.verify(session, "mei", first) is None
        assert staff.signed_in(session, token) is None
        assert ("(command line)", "staff.renew", "mei") in [(row.staff, row.action, row.subject) for row in session.query(Audit)]
    refused(bot("staff", "renew", "nobody"), "NAME")


@pytest.mark.parametrize("name,role,word", [("mei", "admin", "name"), ("MEI", "admin", "name"), ("lan", "boss", "role"),
                                            ("a b", "admin", "name"), ("", "admin", "name"), ("x" * 33, "admin", "name")])
def test_staff_add_refuses_a_name_that_is_taken_or_none_and_an_unknown_role(bot, name, role, word):
    said(bot("staff", "add", "mei", "--role", "hotline"))
    refused(bot("staff", "add", name, "--role", role), word)


# knowledge, settings

def test_the_knowledge_base_is_sound(bot):
    assert said(bot("knowledge", "check")) == ""


@pytest.mark.parametrize("setting,value,command", [
    ("BOT_TODAY", "nonsense", ("assess",)), ("BOT_TODAY", "2026-02-30", ("staff", "add", "mei", "--role", "admin")),
    ("DESK_PORT", "abc", ("deflections", "report")), ("DATABASE_URL", "nonsense", ("deflections", "report")),
    ("DATABASE_URL", "sqlite:////proc/none/record.db", ("deflections", "report")),
    ("DATABASE_URL", f"sqlite:///{__file__}", ("deflections", "export", "--format", "csv")),
    ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", ("staff", "add", "mei", "--role", "admin"))])
def test_a_setting_that_cannot_be_used_is_named(bot, setting, value, command):
    refused(bot(*command, stdin=json.dumps({"people": 1}), **{setting: value}), setting)


def test_a_missing_or_broken_key_is_told_with_what_to_do(bot, tmp_path):
    (tmp_path / "log").write_text(json.dumps(ROWS))
    refused(bot("deflections", "import", tmp_path / "log", BOT_SECRET_KEYS="short"), "BOT_SECRET_KEYS", "make setup")
    code = ("import sys; from pathlib import Path; from bot import settings; settings.VAR = Path(sys.argv.pop(1)); "
            "from bot.cli import main; main()")
    environment = {name: value for name, value in bot.environment.items() if name != "BOT_SECRET_KEYS"}
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path), "deflections", "import", str(tmp_path / "log")], cwd=settings.ROOT,
                          env=environment, capture_output=True)
    refused(done, "BOT_SECRET_KEYS", "make setup")
    assert json.loads(said(bot("deflections", "export", "--format", "json"))) == []


def test_a_record_that_another_key_wrote_is_not_read_in_silence(bot, tmp_path):
    (tmp_path / "log").write_text(json.dumps(ROWS))
    bot("deflections", "import", tmp_path / "log")
    refused(bot("deflections", "export", "--format", "json", BOT_SECRET_KEYS=new_key()), "BOT_SECRET_KEYS")


# knowledge impact

CARPENTER = {"issues": ["wage_arrears"], "adcode": "520281", "employment_form": "employee", "ended_on": "2026-06-30", "amount_owed": 61800}
RIDER = {"issues": ["platform_rules"], "adcode": "110114", "employment_form": "platform_crowdsourced"}


@pytest.fixture
def two_cases(bot, monkeypatch):
    """Two open cases and a closed one in the record that `bot` runs on: the codes of the open ones."""
    from bot.cases import cases, workers

    for name in ("DATABASE_URL", "BOT_SECRET_KEYS"):
        monkeypatch.setenv(name, bot.environment[name])
    store.migrate()
    with store.session() as session:
        opened = []
        for number, facts in enumerate((CARPENTER, RIDER, CARPENTER)):
            case = cases.open_case(session, workers.arrive(session, "web", str(number)))
            cases.state(session, case, facts)
            opened.append(case)
        cases.close(session, opened[2])
        return [case.code for case in opened[:2]]


def impact_of(bot, tmp_path, name, old, new):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (settings.ROOT / "bot" / "law" / name).read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return bot("knowledge", "impact", path, BOT_TODAY="2026-11-22")


def test_the_impact_of_a_changed_period_names_the_open_cases_and_what_changes(bot, two_cases, tmp_path):
    done = impact_of(bot, tmp_path, "periods/arbitration.yml", "value: {years: 1}", "value: {years: 2}")
    assert done.returncode == 0, done.stderr
    told = done.stdout.decode().splitlines()
    assert len(told) == 1 and told[0].startswith(f"{two_cases[0]}: deadline arbitration wage_arrears: ")
    assert "last_day=2027-06-30" in told[0] and "last_day=2028-06-30" in told[0] and two_cases[1] not in told[0]
    assert "periods/arbitration.yml: 1 / 2 open cases" in done.stderr.decode()


def test_a_change_that_touches_no_open_case_lists_none(bot, two_cases, tmp_path):
    done = impact_of(bot, tmp_path, "periods/court_appeal.yml", "value: {days: 15}", "value: {days: 10}")
    assert (done.returncode, done.stdout) == (0, b"") and b"0 / 2 open cases" in done.stderr


def test_the_impact_writes_nothing(bot, two_cases, tmp_path):
    def content():
        with contextlib.closing(sqlite3.connect(tmp_path / "record.db")) as record:
            return list(record.iterdump())

    before = content()
    impact_of(bot, tmp_path, "periods/arbitration.yml", "value: {years: 1}", "value: {years: 2}")
    assert content() == before


def test_the_impact_of_what_is_no_file_of_the_base_is_refused(bot, tmp_path):
    (tmp_path / "weather.yml").write_text("sun: true\n", encoding="utf-8")
    (tmp_path / "amounts.yml").write_text("sun: true\n", encoding="utf-8")
    (tmp_path / "arbitration.yml").write_text("values: [", encoding="utf-8")
    refused(bot("knowledge", "impact", tmp_path / "weather.yml"), "no file of the knowledge base")
    refused(bot("knowledge", "impact", tmp_path / "amounts.yml"), "name its folder")
    refused(bot("knowledge", "impact", tmp_path / "arbitration.yml"), "arbitration.yml")
    refused(bot("knowledge", "impact", tmp_path / "nowhere.yml"), "FILE")
    refused(bot("knowledge", "impact"), "FILE")


# directory

OFFICES = "body,adcode,name,phones,source\nunion,520281,盘州市总工会,0858-3600000,网站\nunion,520200,六盘水市总工会,0858-8200000,网站\n"


def test_a_directory_comes_in_goes_out_and_is_the_same(bot, tmp_path):
    (tmp_path / "offices.csv").write_text(OFFICES, encoding="utf-8")
    assert "2 added" in bot("directory", "import", tmp_path / "offices.csv").stderr.decode()
    (tmp_path / "again.xlsx").write_bytes(bot("directory", "export", "--format", "xlsx").stdout)
    assert "0 added, 0 corrected, 2 unchanged" in bot("directory", "import", tmp_path / "again.xlsx").stderr.decode()
    assert said(bot("directory", "export", "--format", "csv")).count("\n") == 3


def test_a_faulty_directory_is_refused_whole(bot, tmp_path):
    (tmp_path / "offices.csv").write_text(OFFICES + "union,999999,B,abc,网站\n", encoding="utf-8")
    refused(bot("directory", "import", tmp_path / "offices.csv"), "Row 4", "999999", "and 1 more")
    assert said(bot("directory", "export", "--format", "csv")).count("\n") == 1
