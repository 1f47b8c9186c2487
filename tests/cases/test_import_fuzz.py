"""Files of any kind handed to the import: read as a whole, or refused in one line. Short in the suite, 2,000 files with FUZZ=full."""
import io
import json

import pytest
from hypothesis import given, strategies as st
from openpyxl import Workbook

from bot.cases import deflection_import, deflections, store, tables
from bot.cases.deflections import COLUMNS
from tests import nasty

cell = st.one_of(st.none(), nasty.text, st.integers(-2 ** 63, 2 ** 63),
                 st.sampled_from(["G-26-4F7K2", "union", "deflected", "2026-11-22", "7"]))
names = st.one_of(st.sampled_from([*COLUMNS, "case_id"]), nasty.text)
table = st.lists(st.lists(cell, max_size=5), max_size=4)
columns = st.lists(names, max_size=5).map(lambda found: ["case_id", *found])


def workbook(lines: list[list]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append([tables.CONTROL.sub("", one)[:32_000] if isinstance(one, str) else one for one in line])
    book.save(file)
    return file.getvalue()


def separated(lines: list[list], mark: str) -> bytes:
    return "\n".join(mark.join("" if one is None else str(one) for one in line) for line in lines).encode("utf-8", "replace")


lines = st.builds(lambda head, rest: [head, *rest], columns, table)
rows = st.lists(st.dictionaries(names, st.one_of(cell, nasty.value), max_size=6).map(lambda row: {"case_id": "1", **row}), max_size=4)
files = st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda rest: tables.XLSX + rest), lines.map(workbook),
                  st.builds(separated, lines, st.sampled_from(",;\t")), rows.map(lambda found: json.dumps(found).encode()),
                  nasty.value.map(lambda found: json.dumps(found).encode()))


@nasty.fuzz(short=150, full=2_000)
@given(data=files)
def test_a_file_is_read_as_a_whole_or_refused_in_one_line(sqlite, data):
    with store.session() as session:
        try:
            rows = deflection_import.missing(session, deflection_import.read(data))
        except deflection_import.ImportFault as fault:
            assert str(fault).startswith(("FILE: ", "row ")) and len(str(fault)) < 400 and len(str(fault).splitlines()) == 1
            return
        deflection_import.add(session, rows)
        for format in ("csv", "xlsx", "json"):
            deflections.export(session, format)
        session.rollback()


@nasty.fuzz(short=40, full=500)
@given(row=st.fixed_dictionaries({"words": nasty.text, "outcome": nasty.text, "place": nasty.text}))
def test_no_cell_leaves_as_a_formula_and_every_one_comes_back_as_it_was(sqlite, row):
    given_row = {"case_id": "1", **row}
    with store.session() as session:
        try:
            deflection_import.add(session, deflection_import.read(json.dumps([given_row]).encode()))
        except deflection_import.ImportFault:
            return
        for format in ("csv", "xlsx"):
            out = deflections.export(session, format)
            for line in tables.read(out)[1:]:
                assert not [one for one in line if isinstance(one, str) and one.startswith(tables.FORMULA)]
            assert deflection_import.missing(session, deflection_import.read(out)) == []
        session.rollback()


@pytest.mark.parametrize("text", [text for text in nasty.TEXTS if text.startswith(tables.FORMULA)])
def test_a_formula_is_kept_as_words(text):
    assert tables.cell(tables._safe(text)) == text
