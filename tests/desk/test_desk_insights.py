"""The figures on the desk: the study's shares, every number the export's, small groups hidden, each figure with its table."""
import csv
import io
import json
import re
from collections import Counter
from functools import partial
from html import unescape

import pytest
from sqlalchemy import func, select, text as sql

from bot.cases import deflection_import, deflection_report, small_counts, staff, store, teams
from bot.cases.log_case import ENDED, NEXT, RESULTS, WHEN
from bot.cases.log_rows import WAITS
from bot.cases.model import Deflection, LogCase
from bot.desk.texts import Texts
from tests.cases.test_log_counts import first, month, of_cases, waited
from tests.desk import log_of
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.visitors import signed_in

ROW = re.compile(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", re.DOTALL)
HEAD = re.compile(r'<th scope="col">(.*?)</th>')
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
    rows = list(deflection_import.read(admin.get("/deflections/export?format=csv").content))
    report = deflection_report.figures(rows)
    assert (report["cases"], report["aware"]["yes"], report["involved"]["yes"], report["aware_and_involved"]) == (127, 47, 31, 24)
    with store.session(only_reads=True) as session:
        assert {name: direct(session)[name] for name in ("cases", "aware_no", "aware_yes", "aware_unknown", "involved_no", "involved_yes",
                                                         "knew_acted", "knew_idle")} == {
            "cases": 127, "aware_no": 77, "aware_yes": 47, "aware_unknown": 3, "involved_no": 89, "involved_yes": 31, "knew_acted": 24,
            "knew_idle": 19}


def groups_of(page: str, name: str, some: dict[str, list[dict]], key, label) -> None:
    """Compares a table of groups of cases with a plain count: how many, and the shares that knew, acted and were resolved."""
    found: dict[str, list[list[dict]]] = {}
    for held in some.values():
        found.setdefault(label(key(held)), []).append(held)
    shown = table(page, name)
    assert {head for head, cells in shown.items() if cells[0] != "0"} == set(found), name
    for head, cells in shown.items():
        of = found.get(head, [])
        shares = [f"{sum(any(one(row) for row in held) for held in of) / len(of):.0%}" if of else "–" for one in (
            lambda row: row["aware"] == "yes", lambda row: row["involved"] == "yes", lambda row: row["resolved_on"])]
        assert cells in ([str(len(of)), *shares], ["hidden"] * 4), (name, head)


def test_every_number_is_the_exports_and_the_direct_query(admin):
    """10,000 rows with empty fields, of cases with several rows: each table of the page against a plain count of the exported file,
    and against SQL on the rows as they lie."""
    log_of.at_random(10_000, 4000)
    page = admin.get("/insights").text
    file = admin.get("/deflections/export?format=json").content
    rows, report = json.loads(file), deflection_report.figures(deflection_import.read(file))
    some, t = of_cases(rows), Texts("en")
    assert len(rows) == 10_000

    def verdict(held: list[dict], name: str) -> str:
        return next((one for one in ("yes", "no") if any(row[name] == one for row in held)), "unknown")

    said = Counter((name, verdict(held, name)) for held in some.values() for name in ("aware", "involved"))
    both = Counter((verdict(held, "aware"), verdict(held, "involved")) for held in some.values())
    plain = {"cases": len(some), "knew_acted": both["yes", "yes"], "knew_idle": both["yes", "no"],
             "resolved": sum(any(row["resolved_on"] for row in held) for held in some.values()),
             "away": sum(any(row["answer"] == "deflected" for row in held) for held in some.values()),
             "quick": round(report["within_one_working_day"] * len(some)), **{f"{name}_{one}": n for (name, one), n in said.items()}}
    key = table(page, "key")
    assert {name: int(key[t(f"insights.{name}")][0]) for name in plain} == plain and len(key) == len(plain)
    with store.session(only_reads=True) as session:
        assert direct(session) == {name: plain[name] for name in direct(session)}
        for by in ("body", "level"):
            column = getattr(Deflection, by)
            cells = {(t.label("reason", reason), t.label(by, one) if one else "not stated"): n for reason, one, n in session.execute(
                select(Deflection.reason, column, func.count()).where(Deflection.reason.isnot(None)).group_by(Deflection.reason, column))}
            heads = HEAD.findall(page.split(f'id="reasons-{by}">')[1].split("</thead>")[0])[2:]
            for reason, line in table(page, f"reasons-{by}").items():
                whole = sum(n for (row, _), n in cells.items() if row == reason)
                assert line == [str(whole), *[str(cells.get((reason, unescape(head)), 0)) for head in heads]], (by, reason)
        for kind, columns in (("after", RESULTS), ("early", ENDED)):
            counts = dict(session.execute(select(getattr(LogCase, kind), func.count()).group_by(getattr(LogCase, kind))).all())
            for line, label in ((line, t.label("log_next" if kind == "after" else "log_when", line)) for line in
                                (NEXT if kind == "after" else WHEN)):
                held = [counts.get(f"{line}|{one}", 0) for one in columns]
                assert all(shown in (str(n), "hidden") for shown, n in zip(table(page, kind)[label], [sum(held), *held])), (kind, line)
    waits = [days for held in some.values() if (days := waited(held)) is not None]
    assert {head: int(cells[0]) for head, cells in table(page, "waits").items()} == {
        t.label("log_wait", name): sum(least <= day and (most is None or day <= most) for day in waits)
        for name, (least, most) in WAITS.items()}
    days = report["days_to_first_answer"]
    assert f"half within {days['median']:g} days, nine in ten within {days['p90']:g}" in page
    for name in ("occupation", "issue"):
        groups_of(page, name, some, partial(stated, name), partial(named, t, name))
    groups_of(page, "platform", some, lambda held: None, lambda one: "not stated")
    groups_of(page, "map", some, partial(stated, "adcode"), lambda code: t.place(code[:2] + "0000") if code else "not stated")
    groups_of(page, "trend", some, month, lambda at: f"{at // 100}-{at % 100:02d}" if at else "not stated")
    assert all(cells[0] == "0" for cells in table(page, "funnel").values()), "an imported log has no workers of our own"


def stated(name: str, held: list[dict]):
    """What the rows of a case state first."""
    return first(held, name)


def named(t: Texts, group: str, value: str | None) -> str:
    return t.label(group, value) if value else "not stated"


def direct(session) -> dict[str, int]:
    """Figures by SQL on the rows of the log, without the sums that the page reads."""
    return dict(session.execute(sql("""
        SELECT count(*) AS cases, sum(resolved) AS resolved, sum(away) AS away,
               sum(knew) AS aware_yes, sum(NOT knew AND unaware) AS aware_no, sum(NOT knew AND NOT unaware) AS aware_unknown,
               sum(acted) AS involved_yes, sum(NOT acted AND idle) AS involved_no, sum(NOT acted AND NOT idle) AS involved_unknown,
               sum(knew AND acted) AS knew_acted, sum(knew AND NOT acted AND idle) AS knew_idle
        FROM (SELECT max(aware = 'yes') AS knew, max(aware = 'no') AS unaware, max(involved = 'yes') AS acted,
                     max(involved = 'no') AS idle, max(resolved_on IS NOT NULL) AS resolved, max(coalesce(answer, '') = 'deflected') AS away
              FROM deflection GROUP BY case_id)""")).mappings().one())


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
