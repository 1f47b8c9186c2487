"""The directory at the desk: added, corrected and checked by staff, a table in as a whole or not at all, and used at once."""
import io

import pytest
from openpyxl import load_workbook

from bot.cases import store
from bot.cases.model import Audit, Case, Office
from tests.desk.people import carpenter
from tests.desk.visitors import token

UNION = {"body": "union", "place": "贵州盘州", "name": "盘州市总工会", "phones": "0858-3600000", "source": "盘州市政府网站"}
HEAD = "body,level,adcode,place,name,phones,source,checked_on\n"
GOOD = HEAD + "union,,520281,,盘州市总工会,0858-3600000,网站,2026-11-02\nlabour_inspection,,520281,,盘州监察,0858-3611111,网站,2026-11-02\n"
BAD = HEAD + "union,,520281,,盘州市总工会,0858-3600000,网站,\nfriends,,520281,,A,abc,网站,\n"


def upload(desk, data: str | bytes, name="offices.csv"):
    return desk.post("/directory/import", data={"csrf": token(desk.get("/directory").text)}, files={"file": (name, data)})


def offices() -> list[Office]:
    with store.session(only_reads=True) as session:
        return session.query(Office).filter(Office.ended_at.is_(None)).order_by(Office.id).all()


def test_a_colleague_adds_and_corrects_an_office_and_the_old_number_stays_in_sight(hotline):
    page = hotline.submit("/directory/new", "/directory", **UNION)
    assert page.url.path == "/directory/1" and "0858-3600000" in page.text
    page = hotline.submit("/directory/1", "/directory/1", **{**UNION, "adcode": "520281", "phones": "0858-3611111"})
    assert "0858-3611111" in page.text and "0858-3600000" in page.text, "how it stood before"
    listed = hotline.get("/directory").text
    assert "0858-3611111" in listed and "0858-3600000" not in listed
    with store.session(only_reads=True) as session:
        assert [row.action for row in session.query(Audit).filter(Audit.action.like("office.%"))] == ["office.add", "office.correct"]


def test_a_fault_is_named_and_what_was_typed_stays(hotline):
    page = hotline.submit("/directory/new", "/directory", **{**UNION, "phones": "call us"})
    assert page.status_code == 422 and "no telephone number" in page.text and "盘州市政府网站" in page.text and offices() == []


def test_called_today_and_unchanged(hotline):
    hotline.submit("/directory/new", "/directory", **UNION, checked_on="2025-01-05")
    assert "to be checked" in hotline.get("/directory").text and "盘州" in hotline.get("/directory?due=1").text
    hotline.submit("/directory/1", "/directory/1/checked")
    assert "to be checked" not in hotline.get("/directory").text and "There is no such office" in hotline.get("/directory?due=1").text


def test_a_table_comes_in_and_an_export_of_it_again(hotline):
    assert "2 added, 0 corrected, 0 unchanged" in upload(hotline, GOOD).text and len(offices()) == 2
    data = hotline.get("/directory/export?format=xlsx").content
    assert load_workbook(io.BytesIO(data)).active["E2"].value == "盘州市总工会"
    assert "0 added, 0 corrected, 2 unchanged" in upload(hotline, data, "offices.xlsx").text


def test_with_any_fault_nothing_is_written_and_every_fault_is_listed(hotline):
    page = upload(hotline, BAD)
    assert page.status_code == 422 and "nothing was written" in page.text and offices() == []
    assert "Row 3, Body: “friends” is not one of" in page.text and "Row 3, Numbers: “abc” is no telephone number" in page.text


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"PK\x03\x04broken", "栏目\n".encode()])
def test_what_is_no_table_gets_a_clear_answer(hotline, data):
    page = upload(hotline, data)
    assert page.status_code == 422 and 'role="alert"' in page.text and offices() == []


def test_a_case_assessed_anew_shows_the_number_of_the_directory(hotline):
    code = carpenter()
    hotline.submit("/directory/new", "/directory", **UNION)
    page = hotline.submit(f"/cases/{code}", f"/cases/{code}/facts", fact="amount_owed", value="70000")
    assert "0858-3600000" in page.text and "from the directory, checked" in page.text
    with store.session(only_reads=True) as session:
        card = session.query(Case).one().assessments[-1].result["card"]
        assert "0858-3600000〔" in card


def test_taken_out_of_the_directory(hotline):
    hotline.submit("/directory/new", "/directory", **UNION)
    hotline.submit("/directory/1", "/directory/1/remove")
    assert offices() == [] and hotline.get("/directory/1").status_code == 404


def test_nobody_reads_or_writes_it_without_a_sign_in(visitor):
    assert visitor.get("/directory").url.path == "/login"
    assert visitor.post("/directory", data=UNION).status_code in (200, 403) and offices() == []
