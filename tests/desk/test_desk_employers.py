"""Employers at the desk: names decided and undone, a class confirmed by a person before anything leaves, two desks with one employer."""
import io
import re

import pytest
from docx import Document

from bot.cases import cases, employers, referrals, store
from bot.cases.model import Audit, Case, Employer, EmployerTie
from bot.documents import files
from bot.followup import alert
from bot.law import load
from tests.desk.people import assessment, carpenter
from tests.desk.test_desk_rights import post

GATHERING = ("集体", "联名", "聚集", "一起去", "集合", "围堵", "上访", "罢工", "组织起来", "gather", "together",
              "collective", "joint", "strike", "petition", "assembl")


def against(employer: str, sender: str, **facts) -> str:
    """A worker's matter against an employer, passed on; its code."""
    code = carpenter(sender=f"worker-who-is-{sender}", adcode=facts.get("adcode", "520281"))
    with store.session() as session:
        case = session.query(Case).filter_by(code=code).one()
        cases.state(session, case, {"employer": employer, **facts})
        cases.keep_assessment(session, case, assessment())
    return code


def code_of(name: str) -> str:
    with store.session(only_reads=True) as session:
        return next(row.code for row in session.query(Employer) if employers.name_of(row).shown() == name)


def deeds(action: str) -> list[str]:
    with store.session(only_reads=True) as session:
        return [row.subject for row in session.query(Audit).filter(Audit.action == action)]


def basis(page) -> str:
    return re.search(r'name="basis" value="(\w+)"', page.text).group(1)


@pytest.fixture
def three(database):
    """Three workers against one employer in three spellings."""
    return [against(name, sender) for name, sender in (("好运建筑", "one"), ("盘州市好運建築有限公司", "two"), ("好运建筑公司", "three"))]


def test_the_list_finds_an_employer_under_any_spelling_and_the_alert_leads_to_it(three, hotline):
    alert.round()
    queue = hotline.get("/queue").text
    assert "each on their own, named one employer" in queue and f"/employers/{code_of('好运建筑')}" in queue
    for words in ("", "好運建築", "haoyun", "好运", code_of("好运建筑")):
        page = hotline.submit("/employers", "/employers/search", search=words).text
        assert code_of("好运建筑") in page and "Poor compliance" in page and ">alert<" in page, words
    assert code_of("好运建筑") not in hotline.submit("/employers", "/employers/search", search="福来电子").text
    assert code_of("好运建筑") not in hotline.get("/employers?kind=platform").text
    for strange in ("\x00", "x" * 500):
        assert hotline.submit("/employers", "/employers/search", search=strange).status_code == 200
    for strange in ("?search=%00", "?page=99", "?kind=x", f"?search={'x' * 500}"):
        assert hotline.get("/employers" + strange).status_code == 200


def test_the_page_shows_matters_reasons_and_spellings_and_reading_it_goes_on_record(three, hotline):
    page = hotline.get(f"/employers/{code_of('好运建筑')}").text
    assert deeds("employer.read") == [code_of("好运建筑")]
    for words in (*three, "盘州市好運建築有限公司", "好运建筑公司", "Workers with open matters: 3 (3 or more)"):
        assert words in page
    assert f"/employers/{code_of('好运建筑')}" in hotline.get(f"/cases/{three[0]}").text


def test_nothing_leaves_the_desk_before_a_person_confirmed_and_again_once_the_record_changed(three, hotline):
    here = f"/employers/{code_of('好运建筑')}"
    names = ("single_report.docx", "single_report.sheet.docx", "matters.csv", "matters.xlsx")
    page = hotline.get(here)
    assert 'class="desk unconfirmed"' in page.text and not any(f"/files/{name}" in page.text for name in names)
    for name in names:
        refused = hotline.get(f"{here}/files/{name}")
        assert refused.status_code == 403 and "before a person has looked" in refused.text
    assert post(hotline, f"{here}/confirm", basis=basis(page)).status_code == 422, "the box was not ticked"
    assert post(hotline, f"{here}/confirm", basis="0" * 64, looked="yes").status_code == 409
    confirmed = post(hotline, f"{here}/confirm", basis=basis(page), looked="yes")
    assert "Confirmed by mei" in confirmed.text and "unconfirmed" not in confirmed.text
    for name in names:
        assert hotline.get(f"{here}/files/{name}").status_code == 200
    assert deeds("employer.confirm") == [here.removeprefix("/employers/")] and len(deeds("employer.file")) == len(names)
    against("好运建筑", "four")
    assert hotline.get(f"{here}/files/matters.csv").status_code == 403 and "to be confirmed anew" in hotline.get(here).text
    post(hotline, f"{here}/confirm", basis=basis(hotline.get(here)), looked="yes")
    post(hotline, f"{here}/withdraw")
    assert hotline.get(f"{here}/files/matters.csv").status_code == 403 and len(deeds("employer.withdraw")) == 1
    assert hotline.get(f"{here}/files/other.docx").status_code == 404 and hotline.get(f"{here}/files/matters.json").status_code == 404


def words_of(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_names_the_employer_and_no_worker_and_nobody_is_called_to_gather(three, hotline, language):
    here = f"/employers/{code_of('好运建筑')}"
    post(hotline, f"{here}/confirm", basis=basis(hotline.get(here)), looked="yes")
    hotline.headers["Accept-Language"] = language
    said = {name: words_of(hotline.get(f"{here}/files/{name}").content) for name in ("single_report.docx", "single_report.sheet.docx")}
    report = said["single_report.docx"]
    assert all(words in report for words in ("盘州市好運建築有限公司", "3名劳动者分别", "劳动保障监察条例第九条", "185,400 元"))
    assert all(code in report for code in three) and report.count("本人同意才填") >= 4
    assert "worker-who-is" not in "".join(said.values()) and "Report to labour inspection" in said["single_report.sheet.docx"]
    for words in [*said.values(), hotline.get(here).text.split("<main", 1)[1]]:
        assert [word for word in GATHERING if word in words.lower()] == []


def test_what_is_closed_is_not_reported(three, hotline):
    here = f"/employers/{code_of('好运建筑')}"
    with store.session() as session:
        for code in three:
            case = session.query(Case).filter_by(code=code).one()
            referrals.resolve(session, next(one for one in case.referrals if one.for_hotline), "拿到了", "staff:mei", how="employer")
    page = hotline.get(here)
    assert "Full compliance" in page.text
    post(hotline, f"{here}/confirm", basis=basis(page), looked="yes")
    assert hotline.get(f"{here}/files/single_report.docx").status_code == 409
    assert three[0] in hotline.get(f"{here}/files/matters.csv").text


def test_people_decide_which_names_are_one_and_can_undo_it(hotline):
    against("好运建筑", "one")
    against("好运建筑劳务", "two")
    one, two = code_of("好运建筑"), code_of("好运建筑劳务")
    page = hotline.get(f"/employers/{one}").text
    assert two in page and "% alike" in page
    joined = post(hotline, f"/employers/{one}/tie", other=two, same="yes", why="同一个执照").text
    assert "2 in all, 2 within your reach" in joined and "同一个执照" in joined
    assert post(hotline, f"/employers/{one}/tie", other=two, same="yes").status_code == 409
    assert post(hotline, f"/employers/{one}/tie", other="E-26-NONE2", same="yes").status_code == 422
    [number] = re.findall(r'name="tie" value="(\d+)"', joined)
    assert "1 in all, 1 within your reach" in post(hotline, f"/employers/{two}/undo", tie=number).text.replace(two, one)
    assert post(hotline, f"/employers/{one}/undo", tie=number).status_code == 404
    assert (deeds("employer.same"), sorted(deeds("employer.undo"))) == ([one], sorted([one, two]))
    with store.session(only_reads=True) as session:
        row = session.query(EmployerTie).one()
        assert (row.same, row.by, row.undone_by, row.why) == (True, "mei", "mei", "同一个执照")


# --- two desks

def test_an_employer_of_another_desk_reads_like_one_that_does_not_exist(two_desks):
    mei, wang, _ = two_desks
    against("好运建筑", "one")
    there = code_of("好运建筑")
    none = re.sub(r"E-26-\w+", "", wang.get("/employers/E-26-NONE2").text)
    page = wang.get(f"/employers/{there}")
    assert page.status_code == 404 and re.sub(r"E-26-\w+", "", page.text) == none and there not in wang.get("/employers").text
    for name, fields in (("tie", {"other": there, "same": "yes"}), ("undo", {"tie": 1}), ("confirm", {"basis": "x", "looked": "yes"}),
                         ("withdraw", {})):
        assert post(wang, f"/employers/{there}/{name}", **fields).status_code == 404
    assert wang.get(f"/employers/{there}/files/matters.csv").status_code == 404
    against("大运建筑", "two", adcode="440306")
    assert post(wang, f"/employers/{code_of('大运建筑')}/tie", other=there, same="yes").status_code == 422, "nor joined by its number"
    assert mei.get(f"/employers/{there}").status_code == 200


def test_two_desks_with_one_employer_see_each_others_figures_and_nobodys_matter(two_desks):
    mei, wang, _ = two_desks
    here, there = against("深圳市好运电子有限公司", "one"), against("好运电子", "two", adcode="440306")
    page = f"/employers/{code_of('深圳好运电子')}"
    for person, own, foreign in ((mei, here, there), (wang, there, here)):
        text = person.get(page).text
        assert own in text and foreign not in text and "2 in all, 1 within your reach" in text and "贵州" in text and "深圳" in text
        assert ("深圳市好运电子有限公司" in text) == (own == here), "the other's spelling is the other's"
    post(mei, f"{page}/confirm", basis=basis(mei.get(page)), looked="yes")
    table = wang.get(f"{page}/files/matters.csv").text
    assert there in table and here not in table
    assert here not in words_of(wang.get(f"{page}/files/single_report.docx").content)


def test_a_matter_of_two_regions_is_worked_on_by_both_but_only_its_own_desk_learns_who_it_is(two_desks):
    mei, wang, _ = two_desks
    code = against("好运电子", "one", employer_place="深圳市宝安区")
    page = wang.get(f"/cases/{code}").text
    assert "Also belongs to" in page and "ask the desk in charge" in page and "employer&#39;s place" in page
    refused = post(wang, f"/cases/{code}/identity", why="我要看看")
    assert refused.status_code == 403 and "worker-who-is-one" not in refused.text
    assert "worker-who-is-one" in post(mei, f"/cases/{code}/identity", why="核对身份").text
    assert code in wang.get("/queue").text and post(wang, f"/cases/{code}/notes", note="深圳这边查过执照").status_code == 200
    assert deeds("case.identity") == [code]


def test_every_sentence_of_the_report_is_data():
    law = load()
    assert files.title("single_report.docx", "en", law) == "Report to labour inspection (one employer)"
    for language in ("zh", "en"):
        said = [text for key, text in law.texts[language].items() if key.startswith("documents.single") or key.endswith("single_report")]
        assert len(said) >= 12 and [word for word in GATHERING for text in said if word in text.lower()] == []
