"""The figures on the desk: the study's shares, every number the export's, small groups hidden, each figure with its table."""
import csv
import io
import re
from html import unescape

import pytest

from bot.cases import deflection_import, deflection_report, log_figures, small_counts, staff, store, teams
from bot.cases.log_figures import Choice
from tests.desk import log_of
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.visitors import signed_in

ROW = re.compile(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)">([^<]+)</a>')


def table(page: str, name: str) -> dict[str, list[str]]:
    """A figure's table: the first cell, and the others without their links."""
    section = page.split(f'<section class="card figure" id="{name}">')[1].split("</section>")[0]
    return {unescape(head): [re.sub(r"<[^>]+>", "", cell) for cell in CELL.findall(cells)] for head, cells in ROW.findall(section)}


def links(page: str) -> list[tuple[str, str]]:
    return [(unescape(href), text) for href, text in LINK.findall(page) if href.startswith("/deflections?")]


def test_the_studys_counts_imported_as_a_log_give_its_shares(admin):
    log_of.the_studys()
    key = table(admin.get("/insights").text, "key")
    assert key["Cases"][0] == "127"
    assert key["Did not know before"] == ["77", "61%"] and key["Knew before"] == ["47", "37%"], "the study's text says 32"
    assert key["Did not act"] == ["89", "70%"] and key["Acted"] == ["31", "24%"]
    assert key["Knew and acted"] == ["24", "51%"] and key["Knew and did nothing"][0] == "19"


def test_every_number_is_the_exports_and_the_direct_query(admin):
    log_of.at_random(3000, 1200)
    page = admin.get("/insights").text
    rows = list(deflection_import.read(admin.get("/deflections/export?format=json").content))
    with store.session(only_reads=True) as session:
        found, direct = deflection_report.figures(rows), log_figures.totals(session, Choice())
    key = table(page, "key")
    assert int(key["Cases"][0]) == found["cases"] == direct["cases"]
    assert int(key["Knew before"][0]) == found["aware"]["yes"] and int(key["Acted"][0]) == found["involved"]["yes"]
    assert int(key["Knew and acted"][0]) == found["aware_and_involved"]
    assert key["Resolved"][1] == f"{found['shares']['resolved']:.0%}"
    assert key["Answered within one working day"][1] == f"{found['within_one_working_day']:.0%}"
    reasons = table(page, "reasons-body")
    assert {int(cells[0]) for cells in reasons.values()} == set(found["by_reason"].values())


def test_the_waits_are_the_reports(admin):
    log_of.at_random(1000, 400)
    page = admin.get("/insights").text
    days = deflection_report.figures(deflection_import.read(admin.get("/deflections/export?format=json").content))["days_to_first_answer"]
    assert f"half within {days['median']:g} days, nine in ten within {days['p90']:g}" in page


def test_every_number_opens_its_rows_and_there_are_as_many(admin):
    log_of.at_random(2000, 800)
    page = admin.get("/insights?place=52").text
    found = links(page)
    assert len(found) > 30
    for href, text in found[::9]:
        counted = re.search(r"(\d+) rows of (\d+) cases", admin.get(href).text)
        if text.isdigit():
            assert counted and int(text) in (int(counted[1]), int(counted[2])), href


def test_the_export_of_a_choice_holds_the_rows_of_the_choice(admin):
    log_of.at_random(2000, 800)
    page = admin.get("/deflections?issue=dismissal&place=52").text
    rows, _ = map(int, re.search(r"(\d+) rows of (\d+) cases", page).groups())
    data = admin.get("/deflections/export?format=csv&issue=dismissal&place=52").text
    assert len(list(csv.DictReader(io.StringIO(data)))) == rows


def test_no_group_of_fewer_than_k_cases_is_shown(admin):
    log_of.bring_in([{"case_id": f"a{n}", "adcode": "520281", "occupation": "courier"} for n in range(30)]
                    + [{"case_id": f"b{n}", "adcode": "110101", "occupation": "courier"} for n in range(9)]
                    + [{"case_id": f"c{n}", "adcode": "440306", "occupation": "courier"} for n in range(small_counts.K - 1)])
    page = admin.get("/insights").text
    assert table(page, "map") == {"Guizhou": ["30", "0%", "0%", "0%"], "Beijing": ["hidden"] * 4, "Guangdong": ["hidden"] * 4}
    for place in ("44", "11"):
        assert "too few cases" in admin.get(f"/insights?place={place}").text, "nor by asking for it alone"
    assert "too few cases" not in admin.get("/insights?place=52").text


def test_no_chart_without_a_table(admin):
    log_of.at_random(2000, 800)
    for query in ("", "?place=52", "?issue=none&from=2025-02&to=2025-09", "?platform=none"):
        page = admin.get(f"/insights{query}").text
        sections = page.split('<section class="card figure"')[1:]
        assert len(sections) == 12 and sum('role="img"' in one for one in sections) >= 9
        assert all("<table>" in one and "<tbody><tr>" in one for one in sections if 'role="img"' in one)


def test_stories_come_before_the_numbers(admin):
    log_of.at_random()
    page = admin.get("/insights").text
    assert page.index("拿到了") < page.index('id="key"')
    assert "told=1" in page


def test_figures_follow_the_record_at_once(admin):
    for number in range(6):
        deflected_by_union(carpenter(sender=f"worker-number-{number}"))
    assert table(admin.get("/insights").text, "funnel")["wrote to the bot"][0] == "6"
    deflected_by_union(carpenter(sender="one-more-worker"))
    page = admin.get("/insights").text
    assert table(page, "key")["Cases"][0] == "7" and table(page, "funnel")["passed to the hotline"] == ["7", "100%"]


def test_a_desk_sees_the_figures_of_its_places_only(desk, admin):
    log_of.bring_in([{"case_id": f"{code}-{n}", "adcode": code} for code in ("520281", "440306") for n in range(8)])
    mei = signed_in(desk, "mei", "hotline")
    with store.session() as session:
        team = teams.keep(session, None, "贵州热线", "52")
        staff.by_name(session, "mei").team_id = team.id
    assert table(admin.get("/insights").text, "key")["Cases"][0] == "16"
    assert table(mei.get("/insights").text, "key")["Cases"][0] == "8"
    assert "The log is empty" in mei.get("/insights?place=44").text


def test_an_empty_log_says_so_kindly(admin):
    assert "The log is empty" in admin.get("/insights").text


@pytest.mark.parametrize("query", ["from=x&to=2025-13", "place=99", "place=%00", "occupation=king&issue=x", "platform=%0a", "place=52000",
                                   "from=2030-01&to=2020-01", "platform=nobody"])
def test_whatever_the_address_says_there_is_a_page(admin, query):
    log_of.the_studys()
    assert admin.get(f"/insights?{query}").status_code == 200
    assert admin.get(f"/deflections?{query}&key=x.y&sort=up&wait=9&after=a|b").status_code == 200
