"""The directory of offices: nothing is overwritten, a file comes in as a whole or not at all, and the worker is told what it holds."""
from datetime import date

import pytest

from bot import law, settings
from bot.cases import cases, directory, store
from bot.cases.model import Office
from bot.dialogue import guide
from bot.dialogue.state import State

UNION = {"body": "union", "place": "贵州盘州", "name": "盘州市总工会", "phones": "0858-3600000", "source": "盘州市政府网站"}
HEAD = "body,level,adcode,place,name,phones,source,checked_on\n"


def test_an_office_is_kept_with_the_level_and_code_of_its_place(session):
    office = directory.keep(session, None, UNION, "staff:mei")
    assert (office.level, office.adcode, office.phones, office.checked_on) == ("county", "520281", ["0858-3600000"], settings.today())
    assert directory.offices(session, "520281")[0].phones == ("0858-3600000",)
    assert directory.offices(session, "440306") == () and directory.offices(session, None) == ()


def test_a_correction_keeps_what_stood_before(session):
    office = directory.keep(session, None, UNION, "staff:mei")
    fresh = directory.keep(session, office, {**UNION, "phones": "0858-3611111"}, "staff:lin")
    assert directory.current(session, office.number).phones == ["0858-3611111"] and fresh.number == office.number
    old = directory.history(session, office.number)
    assert [(row.phones, row.kept_by, row.ended_by) for row in old] == [(["0858-3600000"], "staff:mei", "staff:lin")]
    assert directory.keep(session, fresh, {**UNION, "phones": "0858-3611111"}, "staff:bo") is fresh, "the same again is no correction"


def test_what_is_taken_out_is_told_no_more_but_stays_on_record(session):
    office = directory.keep(session, None, UNION, "staff:mei")
    directory.remove(session, office, "staff:mei")
    assert directory.current(session, office.number) is None and directory.offices(session, "520281") == ()
    assert session.query(Office).count() == 1


def test_offices_above_and_of_the_whole_country_are_handed_over_too(session):
    directory.keep(session, None, {**UNION, "place": "六盘水", "name": "六盘水市总工会"}, "x")
    directory.keep(session, None, {**UNION, "place": "", "level": "national", "name": "全国总工会", "phones": "010-68590000"}, "x")
    assert {office.level for office in directory.offices(session, "520281")} == {"prefecture", "national"}


@pytest.mark.parametrize("changed, field, code", [
    ({"body": ""}, "body", "needed"), ({"body": "friends"}, "body", "not_one"), ({"place": "无此地"}, "place", "no_place"),
    ({"place": "朝阳区"}, "place", "which_place"), ({"adcode": "999999"}, "adcode", "no_place"), ({"place": ""}, "adcode", "needed"),
    ({"phones": ""}, "phones", "needed"), ({"phones": "call us"}, "phones", "no_phone"), ({"phones": "0858 3600000"}, "phones", "no_phone"),
    ({"phones": " ".join(f"0858-360000{n}" for n in range(7))}, "phones", "too_many_phones"), ({"name": "x" * 81}, "name", "too_long"),
    ({"name": "\x00"}, "name", "too_long"), ({"source": " "}, "source", "needed"), ({"checked_on": "2100-01-01"}, "checked_on", "no_day"),
    ({"checked_on": "soon"}, "checked_on", "no_day"), ({"level": "province"}, "level", "other_level"),
    ({"level": "x"}, "level", "not_one")])
def test_what_cannot_be_is_named_by_its_field(changed, field, code):
    with pytest.raises(directory.OfficeFault) as fault:
        directory.checked({**UNION, **changed})
    assert (fault.value.field, fault.value.code) == (field, code)


@pytest.mark.parametrize("typed, kept", [
    ("（0858）3600000", ["0858-3600000"]), ("0858—3600000转8", ["0858-3600000-8"]), ("12351、12333", ["12351", "12333"]),
    ("400-810-1234; 010-12351", ["400-810-1234", "010-12351"]), ("０８５８-3600000", ["0858-3600000"])])
def test_numbers_are_kept_in_one_way_of_writing(typed, kept):
    assert directory.checked({**UNION, "phones": typed})["phones"] == kept


def test_every_fault_of_a_file_is_listed_with_its_row(sqlite):
    rows, faults = directory.read((HEAD + "union,,520281,,盘州市总工会,0858-3600000,网站,\n"
                                          "friends,,520281,,A,0858-3600001,网站,\n"
                                          "union,,,无此地,B,abc,,2100-01-01\n"
                                          "\n"
                                          "union,,520281,,盘州市总工会,0858-3600002,网站,\n").encode())
    assert [(fault.row, fault.field, fault.code) for fault in faults] == [
        (3, "body", "not_one"), (4, "place", "no_place"), (4, "phones", "no_phone"), (4, "checked_on", "no_day"), (4, "source", "needed"),
        (6, "name", "row_twice")]


@pytest.mark.parametrize("head, fault", [("body,name,phones\n", ("source", "column_missing")),
                                         (HEAD.replace("place", "plaza"), ("plaza", "column_unknown")),
                                         (HEAD.replace("place", "name"), ("name", "column_twice"))])
def test_a_table_with_other_columns_is_refused(head, fault):
    assert fault in [(one.field, one.code) for one in directory.read((head + "a,b,c\n").encode())[1]]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_comes_in_again_and_changes_nothing(session, format):
    directory.keep(session, None, {**UNION, "note": "=1+1", "phones": "0858-3600000 12351"}, "x")
    directory.keep(session, None, {**UNION, "place": "宝安区", "name": "宝安", "checked_on": "2026-01-05"}, "x")
    rows, faults = directory.read(directory.export(session, format))
    assert faults == [] and directory.take_in(session, rows, "x") == {"added": 0, "corrected": 0, "unchanged": 2}
    changed = [{**row, "phones": ["0755-27770000"]} for row in rows if row["adcode"] == "440306"] + [{**rows[0], "name": "新"}]
    assert directory.take_in(session, changed, "x") == {"added": 1, "corrected": 1, "unchanged": 0}
    assert directory.current(session, 2).phones == ["0755-27770000"]


def test_pages_go_on_where_the_last_one_ended(session):
    for place in ("盘州市", "宝安区", "六盘水", "贵州"):
        directory.keep(session, None, {**UNION, "place": place, "name": f"{place}总工会"}, "x")
    seen, after = [], None
    while rows := directory.page(session, after=after, limit=3):
        seen += [row.adcode for row in rows]
        after = rows[-1].adcode, rows[-1].id
    assert seen == ["440306", "520000", "520200", "520281"]
    assert [row.adcode for row in directory.page(session, search="六盘水")] == ["520200"]
    assert directory.count(session, search="08583600000") == 4 and directory.count(session, place="44") == 1
    assert directory.count(session, due=True) == 0


def test_the_worker_is_told_the_number_of_the_desk_with_its_day(record):
    with store.session() as session:
        from bot.cases import workers

        directory.keep(session, None, {**UNION, "checked_on": "2026-11-02"}, "x")
        worker = workers.arrive(session, "telegram", "700700700", "zh")
        worker.consented_at = settings.now()
        case = cases.open_case(session, worker)
        cases.state(session, case, {"issues": ["wage_arrears"], "place": "贵州盘州", "adcode": "520281", "amount_owed": 61800})
        said = guide.card(session, law.load(), worker, State())[0].text
    assert "0858-3600000〔2026年11月2日核对〕 / 0858-12351" in said


def test_old_numbers_are_due():
    assert directory.due(Office(checked_on=date(2025, 1, 1)), date(2026, 11, 22))
    assert not directory.due(Office(checked_on=date(2026, 1, 1)), date(2026, 11, 22))
