"""docs/asvs.md and docs/dependencies.md say what is so: each requirement is there, each test named exists, and what no other test shows."""
import io
import re
import socket
import zipfile
from pathlib import Path

import httpx
import openpyxl
import pytest
from starlette.formparsers import MultiPartParser

from bot.cases import tables
from bot.desk import guard
from bot.settings import ROOT
from tests.desk.visitors import token

DOC = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (met|not applicable|\*\*not met\*\*) \| (.*) \| (.+) \|$", re.MULTILINE)
# How many requirements of levels 1 and 2 each section of ASVS 5.0 has.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5,
    "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4,
    "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3,
    "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4,
    "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}
CODE = {path: path.read_text(encoding="utf-8") for room in ("bot", "actions") for path in (ROOT / room).rglob("*.py")}


def found(pattern: str, *, but: tuple[str, ...] = ()) -> list[str]:
    """Where our code has something, but for these files."""
    return [f"{path.relative_to(ROOT)}: {match[0]}" for path, text in CODE.items() for match in re.finditer(pattern, text)
            if not str(path.relative_to(ROOT)).startswith(but or ("\0",))]


def test_every_requirement_of_both_levels_has_its_row():
    counted: dict[str, int] = {}
    for number, *_ in ROW.findall(DOC):
        counted[number.rpartition(".")[0]] = counted.get(number.rpartition(".")[0], 0) + 1
    assert counted == SECTIONS


def test_what_is_met_names_a_test_that_exists_and_what_is_not_says_why():
    for number, _level, _words, status, where, shown in ROW.findall(DOC):
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", shown)
        assert (status != "met" or named) and where, number
        for file, name in named:
            text = (ROOT / "tests" / file).read_text(encoding="utf-8")
            assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), f"{number}: {name}"


def test_the_sums_at_the_top_are_those_of_the_rows():
    states = [row[3] for row in ROW.findall(DOC)]
    assert (f"{len(states)} in all,\n{states.count('met')} met, {states.count('not applicable')} not applicable, "
            f"{states.count('**not met**')} not met") in DOC


def test_no_code_runs_or_unpickles_what_it_is_given():
    assert not found(r"(?<![\w.])(?:eval|exec)\(|\bpickle\b|yaml\.(?:unsafe_load|full_load)\(|shell=True|os\.system")
    assert not [line for line in found(r"yaml\.load\([^\n]*") if "Loader" not in line and "LOADER" not in line]
    assert not found(r"yaml\.(?:Unsafe|Full)?Loader\b")
    assert [line.partition(":")[0] for line in found(r"joblib\.load\(")] == ["bot/understanding/classifier.py"], "of our own models only"


def test_addresses_that_are_called_come_from_settings():
    allowed = re.compile(r"https?://(127\.0\.0\.1|host:port|api\.telegram\.org|www\.w3\.org|www\.baidu\.com|t\.me|{)")
    assert [line for line in found(r"[\"'f]https?://[^\"'\s]*") if not allowed.search(line)] == []


def test_nothing_switches_the_check_of_certificates_off():
    assert not found(r"verify=False|CERT_NONE|check_hostname ?= ?False|_create_unverified")


def test_nothing_follows_redirects():
    assert not found(r"follow_redirects|allow_redirects")


def test_no_weak_hash_is_used():
    assert {line.rsplit(".", 1)[1] for line in found(r"hashlib\.\w+")} == {"sha256"}


def test_the_inventory_names_what_is_used():
    used = {name.strip() for line in found(r"from cryptography\.[\w.]+ import ([\w, ]+)", but=("bot/cases/migrations",))
            for name in line.rsplit("import ", 1)[1].split(",")}
    assert used == {"AESGCM", "HKDF", "hashes", "InvalidTag"}
    assert all(word in DOC for word in ("AES-256-GCM", "HKDF-SHA-256", "HMAC-SHA-256", "argon2id", "TOTP", "SHA-256"))
    assert {line.rsplit(".", 1)[1] for line in found(r"hashes\.[A-Z]\w+")} == {"SHA256"}


def test_every_dependency_is_pinned():
    own, _, brought = (ROOT / "requirements.txt").read_text().partition("\n# What they bring")
    lines = [line for line in (own + brought).splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.match(r"[\w.\[\], -]+==\S+(\s|$)", line)] == []
    reason = re.compile(r"==\S+  # \S")
    assert [line for line in (ROOT / "requirements.txt").read_text().split("\n\n")[1].splitlines() if not reason.search(line)] == []


def test_an_entity_in_a_workbook_is_not_resolved():
    book = io.BytesIO()
    made = openpyxl.Workbook()
    made.active["A1"] = "plain"
    made.save(book)
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd"><!ENTITY a "aaaa">]>'
    poisoned = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(poisoned, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part.endswith("sheet1.xml"):
                row = b"<sheetData><row><c t='str'><v>&a;</v></c></row>"
                data = entity + re.sub(rb"<\?xml[^>]*\?>", b"", data).replace(b"<sheetData>", row)
            new.writestr(part, data)
    with pytest.raises(tables.TableFault):
        tables.read(poisoned.getvalue())


def test_an_uploaded_table_leaves_no_file():
    assert guard.LARGEST_BODY < MultiPartParser.spool_max_size, "what is uploaded stays in memory"
    assert not [line for line in found(r"value\.filename|\.file\.\w+|NamedTemporaryFile") if line.startswith("bot/desk")]


@pytest.mark.parametrize("path, kind", [("/login", "text/html; charset=utf-8"), ("/static/desk.css", "text/css; charset=utf-8"),
                                        ("/health", "application/json"), ("/nothing", "text/html; charset=utf-8"),
                                        ("/static/chat.js", "text/javascript; charset=utf-8")])
def test_every_answer_says_what_it_is(desk, path, kind):
    assert httpx.get(desk + path).headers["content-type"] == kind


@pytest.mark.parametrize("path", ["/static/", "/static/../app.py", "/static/%2e%2e/app.py", "/.git/config",
                                  "/static/..%2f..%2fsettings.py"])
def test_only_the_static_folder_is_served(desk, path):
    answer = httpx.get(desk + path)
    assert answer.status_code == 404 and "import" not in answer.text


@pytest.mark.parametrize("path", ["/login", "/queue", "/static/desk.css"])
def test_trace_is_not_answered(desk, path):
    assert httpx.request("TRACE", desk + path, headers={"X-Mine": "echo"}).status_code == 405


def test_a_request_with_two_lengths_is_refused(desk):
    host, port = desk.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(b"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\n{}{}")
        assert line.recv(65536).startswith(b"HTTP/1.1 400")


def test_every_page_offers_to_sign_out(admin):
    for path in ("/queue", "/deflections", "/insights", "/directory", "/knowledge", "/account", "/staff", "/teams", "/audit", "/password"):
        assert 'action="/logout"' in admin.get(path).text, path


def test_signing_out_has_the_browser_clear_what_it_kept(hotline):
    answer = hotline.post("/logout", data={"csrf": token(hotline.get("/queue").text)}, follow_redirects=False)
    assert answer.headers["clear-site-data"] == '"cache"'


def test_scripts_keep_nothing_of_a_matter_in_the_browser():
    scripts = "".join(path.read_text() for path in (ROOT / "bot" / "desk" / "static").glob("*.js"))
    assert set(re.findall(r"localStorage\.\w+\(([^,)]+)", scripts)) == {'"keys"'}
    assert not re.search(r"sessionStorage|indexedDB|document\.cookie|outerHTML|insertAdjacentHTML|postMessage|eval\(", scripts)


def test_password_fields_hide_what_is_typed_and_let_managers_fill_them():
    pages = "".join(path.read_text() for path in Path(ROOT / "bot" / "desk" / "templates").glob("*.html"))
    fields = re.findall(r"<input[^>]*(?:name=\"(?:password|old|new|again)\")[^>]*>", pages)
    assert len(fields) >= 4 and all('type="password"' in field and "autocomplete=" in field for field in fields)
    assert "onpaste" not in pages
