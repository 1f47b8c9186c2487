"""The deflection log leaves and comes back in three formats without a change, and a faulty file changes nothing."""
import csv
import io
import json
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import delete, func, select

from bot.cases import cases, deflection_import, deflections, referrals, store, tables, workers
from bot.cases.deflections import COLUMNS
from bot.cases.model import Deflection
from bot.guidance.facts import BODIES, ISSUES, LEVELS, OCCUPATIONS, REASONS
from tests.cases.conftest import DAY

FORMATS = ("csv", "xlsx", "json")
NASTY = st.sampled_from([
    "=1+1", "+8613812345678", "-5", "@SUM(A1)", "'quoted", "''twice", "'=both", "\ttab", "\r\nline", "\nline", "＝全角", "＠全角",
    "a\r\nb\rc\nd", "说“不归我们管”,\n让我找12333", "👷‍♂️🧱", "_x000D_", " around ", "", "#N/A", "TRUE", "007", "1e5", "2026-11-22", ";",
    '"', "\x00\x0b", "\ufeffx", "null", "[]"])
WORDS = st.one_of(st.none(), NASTY, st.text(st.characters(blacklist_categories=("Cs",)), max_size=40))
DAYS = st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2099, 12, 31)))


def maybe(values):
    return st.one_of(st.none(), st.sampled_from(values))


ROWS = st.lists(st.fixed_dictionaries({
    "case_id": st.sampled_from(["G-26-4F7K2", "1", "007", "案-1", "-5", "=1", "'x"]), "opened_on": DAYS,
    "place": st.one_of(st.none(), st.sampled_from(["贵州省六盘水市盘州市", "=place", "1"])), "adcode": maybe(["520281", "110000"]),
    "occupation": maybe(OCCUPATIONS), "issue": maybe(ISSUES), "people": st.one_of(st.none(), st.integers(0, 10_000_000)),
    "body": maybe(BODIES), "level": maybe(LEVELS), "contacted_on": DAYS, "aware": st.sampled_from(["yes", "no", "unknown"]),
    "involved": st.sampled_from(["yes", "no", "unknown"]), "answer": maybe(deflections.ANSWERS), "reason": maybe(REASONS), "words": WORDS,
    "first_answer_on": DAYS, "resolved_on": DAYS, "outcome": WORDS,
    "knew_first": maybe(["union", "inspection", "media", "other", "unknown"])}), max_size=6)


def bring_in(data: bytes) -> int:
    with store.session() as session:
        fresh = deflection_import.missing(session, deflection_import.read(data))
        deflection_import.add(session, fresh)
    return len(fresh)


def take_out(format: str) -> bytes:
    with store.session(only_reads=True) as session:
        return deflections.export(session, format)


def empty() -> None:
    with store.session() as session:
        session.execute(delete(Deflection))


def count() -> int:
    with store.session(only_reads=True) as session:
        return session.scalar(select(func.count(Deflection.id)))


def as_csv(*rows: dict) -> bytes:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_xlsx(*lines: list) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@given(rows=ROWS)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_out_in_and_out_again_is_the_same_in_every_format(sqlite, rows):
    empty()
    with store.session() as session:
        deflection_import.add(session, rows)
    first = {format: take_out(format) for format in FORMATS}
    table = json.loads(first["json"])
    for format in FORMATS:
        empty()
        assert bring_in(first[format]) == len(rows)
        assert json.loads(take_out("json")) == table, format
        assert take_out("csv") == first["csv"]
        assert bring_in(first[format]) == 0, "the same file a second time adds nothing"


@pytest.mark.parametrize("words", ["=1+1", "+86", "-5", "@x", "\tx", "\nx", "＝1", "'x", "'=1"])
def test_no_cell_of_a_spreadsheet_is_a_formula(sqlite, words):
    bring_in(json.dumps([{"case_id": "1", "words": words, "place": words, "outcome": words}]).encode())
    rows = list(csv.reader(io.StringIO(take_out("csv").decode(), newline="")))
    cells = [cell for line in load_workbook(io.BytesIO(take_out("xlsx"))).active.iter_rows() for cell in line]
    assert "f" not in {cell.data_type for cell in cells}
    for cell in [*rows[1], *[cell.value for cell in cells if isinstance(cell.value, str)]]:
        assert not cell.startswith(tables.FORMULA)
    assert json.loads(take_out("json"))[0]["words"] == words


def test_the_columns_are_the_contracts_in_every_format(sqlite):
    names = ("case_id opened_on place adcode occupation issue people body level contacted_on aware involved answer reason words "
             "first_answer_on resolved_on outcome knew_first").split()
    bring_in(as_csv({"case_id": "1"}))
    assert list(COLUMNS) == names
    assert next(csv.reader(io.StringIO(take_out("csv").decode()))) == names
    assert [cell.value for cell in load_workbook(io.BytesIO(take_out("xlsx"))).active[1]] == names
    assert list(json.loads(take_out("json"))[0]) == names


def test_only_released_text_leaves_the_house(record):
    with store.session() as session:
        case = cases.open_case(session, workers.arrive(session, "telegram", "700700700"))
        referrals.log_contact(session, case, body="union", level="county", adcode=None, on=DAY, by="worker", answer="deflected",
                              reason="not_member", words="周木生说我不是会员")
        referrals.resolve(session, referrals.to_hotline(session, case), "周木生拿到了", "staff:mei")
    for format in FORMATS:
        data = take_out(format)
        assert "周木生".encode() not in data and b"700700700" not in data
    [union, hotline] = json.loads(take_out("json"))
    assert (union["words"], union["reason"], hotline["outcome"], hotline["answer"]) == (None, "not_member", None, "answered")
    with store.session() as session:
        session.scalars(select(Deflection).where(Deflection.body == "union")).one().words_released = True
    assert json.loads(take_out("json"))[0]["words"] == "周木生说我不是会员"


def test_imported_text_counts_as_released_and_is_encrypted(sqlite):
    bring_in(as_csv({"case_id": "1", "words": "工会说不管", "outcome": "拿到了"}))
    assert json.loads(take_out("json"))[0]["words"] == "工会说不管"
    assert "工会说不管".encode() not in b"".join(path.read_bytes() for path in sqlite.parent.glob("gongyou.db*"))


def test_since_leaves_out_earlier_contacts(sqlite):
    bring_in(as_csv({"case_id": "old", "contacted_on": "2026-01-31"}, {"case_id": "new", "contacted_on": "2026-02-01"}))
    with store.session(only_reads=True) as session:
        assert [row["case_id"] for row in deflections.rows(session, date(2026, 2, 1))] == ["new"]


def test_rows_keep_their_case_id_and_columns_may_stand_in_any_order(record):
    bring_in("people,case_id,body\n19,案-7,union\n".encode())
    [row] = json.loads(take_out("json"))
    assert (row["case_id"], row["people"], row["body"], row["aware"], row["answer"]) == ("案-7", 19, "union", "unknown", None)


def test_equal_rows_in_one_file_are_so_many_contacts(record):
    row = {"case_id": "1", "body": "union", "contacted_on": "2026-11-20"}
    assert bring_in(as_csv(row, row)) == 2
    assert bring_in(as_csv(row, row)) == 0
    assert bring_in(as_csv(row, row, row)) == 1
    assert bring_in(as_csv({**row, "body": "court"})) == 1


@pytest.mark.parametrize("data", [
    "case_id,words\n1,“不归我们管”\n".encode("gb18030"), "case_id;words\n1;“不归我们管”\n".encode(),
    "case_id\twords\n1\t“不归我们管”\n".encode(), "\ufeffcase_id,words\r\n1,“不归我们管”\r\n,\r\n".encode(),
    '\n [{"words": "“不归我们管”", "case_id": 1}]'.encode()])
def test_files_as_spreadsheets_in_china_save_them_are_read(sqlite, data):
    bring_in(data)
    assert [(row["case_id"], row["words"]) for row in json.loads(take_out("json"))] == [("1", "“不归我们管”")]


def test_dates_and_numbers_typed_into_a_spreadsheet_are_read(sqlite):
    bring_in(as_xlsx(["case_id", "adcode", "people", "contacted_on", "opened_on", None],
                     [12, 520281, 19.0, datetime(2026, 11, 20), date(2026, 11, 1)], [None, None], ["13"]))
    first, second = json.loads(take_out("json"))
    assert (first["case_id"], first["adcode"], first["people"], first["contacted_on"], first["opened_on"]) == \
        ("12", "520281", 19, "2026-11-20", "2026-11-01")
    assert second["case_id"] == "13"


@pytest.mark.parametrize("field,value", [
    ("opened_on", "2026-13-01"), ("contacted_on", "22.11.2026"), ("first_answer_on", "20261122"), ("resolved_on", "1066-10-14"),
    ("adcode", "52"), ("adcode", "990000"), ("occupation", "carpenter"), ("issue", "wages"), ("people", "-1"), ("people", "many"),
    ("people", "1.5"), ("body", "Union"), ("level", "city"), ("aware", "true"), ("involved", "1"), ("answer", "none"), ("reason", "rude"),
    ("knew_first", "police"), ("case_id", ""), ("case_id", "x" * 41), ("place", "x" * 81), ("words", "x" * 10_001)])
def test_a_faulty_cell_is_named_by_row_and_field_in_every_format(field, value):
    good = {"case_id": "1", "body": "union"}
    bad = {**good, field: value}
    names = list({**good, field: None})
    files = {2: [as_csv(*[{name: row.get(name, "") for name in names} for row in (good, bad)]),
                 as_xlsx(names, [good.get(name) for name in names], [bad[name] for name in names])], 1: [json.dumps([good, bad]).encode()]}
    for before, datas in files.items():
        for data in datas:
            with pytest.raises(deflection_import.ImportFault, match=f"^row {before + 1}: {field}: ") as fault:
                deflection_import.read(data)
            assert "\n" not in str(fault.value) and len(str(fault.value)) < 400


@pytest.mark.parametrize("data,message", [
    (b"", "FILE: empty"), (b" \n", "FILE: empty"), (b"\x89PNG\r\n\x1a\n\x00\x00", "FILE: neither"),
    (b"PK\x03\x04broken", "FILE: not a readable XLSX"),
    (b'{"case_id": 1}', "FILE: not a JSON list"), (b"[1]", "row 1: not a JSON object"), (b"[{]", "FILE: not JSON"),
    (b"[" * 100_000, "FILE: not JSON"), (b'[{"case": 1}]', "row 1: case: not a column"), (b'[{"case_id": {}}]', "row 1: case_id"),
    (b'[{"case_id": "1", "words": "\\ud800"}]', "row 1: words"), (b'[{"case_id": "1", "aware": true}]', "row 1: aware"),
    (b"case_id,name\n1,x\n", "row 1: name: not a column"), (b"case_id,case_id\n1,1\n", "row 1: case_id: stands twice"),
    (b"body\nunion\n", "row 1: case_id: this column is missing"), (b"case_id,body\n1,union,x\n", "row 2: column 3"),
    (b'case_id,words\n1,"open\n', "FILE: not CSV"), (b'[{"case_id": "1", "people": NaN}]', "row 1: people"),
    (b'[{"case_id": "1", "people": 1e400}]', "row 1: people"), ("这不是表格".encode(), "row 1: 这不是表格: not a column")])
def test_a_file_that_is_no_log_is_refused_with_one_line(data, message):
    with pytest.raises(deflection_import.ImportFault) as fault:
        deflection_import.read(data)
    assert str(fault.value).startswith(message) and "\n" not in str(fault.value)


def test_an_empty_log_is_a_log(sqlite):
    for format in FORMATS:
        assert bring_in(take_out(format)) == 0
    assert count() == 0


def test_ten_thousand_rows_come_back_in_their_order(sqlite):
    rows = [{"case_id": f"case-{number}", "people": number, "words": f"第{number}句"} for number in range(10_000)]
    assert bring_in(as_csv(*rows)) == 10_000
    assert [row["people"] for row in json.loads(take_out("json"))] == list(range(10_000))
    assert bring_in(as_csv(*rows)) == 0
