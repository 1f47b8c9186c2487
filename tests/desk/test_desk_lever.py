"""Every page of the lever in a real browser: axe, width, both languages, a phone. The log and its figures are in test_desk_morning.py."""
import os
from datetime import timedelta

import pytest

from bot import settings
from bot.cases import compliance, directory, employer_reach, employer_ties, store, teams, unanswered
from bot.cases.model import Employer, HeardDay, Unanswered
from bot.followup import alert
from bot.law import load
from tests.desk.people import carpenter
from tests.desk.test_desk_browser import PHONE, WIDE, fits, sign_in, tab  # noqa: F401 (tab is a fixture)
from tests.desk.test_desk_employers import against, code_of
from tests.desk.test_desk_unanswered import kept
from tests.desk.visitors import PASSWORD, account

OFFICES = [("union", "盘州市", "盘州市总工会", "0858-3600000", "2026-11-02"),
           ("labour_inspection", "盘州市", "盘州市劳动保障监察大队", "0858-3611111 0858-3622222", "2026-10-09"),
           ("union", "六盘水", "六盘水市总工会", "0858-8200000", "2025-06-30"),
           ("legal_aid", "宝安区", "宝安区法律援助处", "0755-27770000", "2026-11-02")]


@pytest.fixture
def busy(database):
    """A desk with something on every page."""
    account("root", "admin")
    carpenter(urgency="urgent", days=4)
    with store.session() as session:
        for body, place, name, phones, day in OFFICES:
            given = {"body": body, "place": place, "name": name, "phones": phones, "source": "单位网站", "checked_on": day,
                     "address": "胜境大道 1 号" if body == "union" else "", "name_en": "Union" if body == "union" else ""}
            directory.keep(session, None, given, "staff:mei")
        first = directory.current(session, 1)
        directory.keep(session, first, {name: getattr(first, name) or "" for name in directory.KEPT}
                       | {"phones": "0858-3600001", "checked_on": "2026-11-20"}, "staff:lin")
        for week in range(1, 14):
            session.add(HeardDay(on=settings.today() - timedelta(weeks=week), language="zh", heard=180 + 7 * week, missed=9 + 4 * week))
    kept(["食堂的饭太咸了找谁", "食堂饭太咸了该找谁", "工牌丢了要赔两百", "干到现在一个子儿没见着", "站长讲迟到一回扣五十", "中，就这样"])
    with store.session() as session:
        unanswered.label(session, [session.get(Unanswered, 4)], "example", "staff:mei", name="wage_arrears")
        unanswered.label(session, [session.get(Unanswered, 5)], "question", "staff:lin", name="platform_rules")
    _employers()


def _employers() -> None:
    """Five workers against one employer at two desks, under names that a person decided and names that are open; one class confirmed."""
    with store.session() as session:
        for name, regions in (("贵州", "52"), ("深圳", "4403")):
            teams.keep(session, None, name, regions)
    against("好运建筑", "one", employer_place="深圳市宝安区")
    against("盘州市好運建築有限公司", "two")
    against("好运建筑劳务有限公司", "three")
    against("深圳市好运建筑有限公司", "four", adcode="440306")
    against("Haoyun Construction Co., Ltd.", "five", platform="美团")
    with store.session() as session:
        rows = {row.name["core"] + (row.name["place"] or "")[:2]: row for row in session.query(Employer)}
        employer_ties.tie(session, rows["好运建筑"], rows["好运建筑劳务"], True, "mei", "营业执照是同一家")
        employer_ties.tie(session, rows["好运建筑"], rows["好运建筑44"], False, "lin", "户名不同")
    alert.round()
    with store.session() as session:
        ids = frozenset({rows["好运建筑44"].id})
        found = compliance.suggest(employer_reach.matters(session, ids), load().rule("employers")["compliance"], settings.now())
        compliance.confirm(session, session.get(Employer, min(ids)), found, "lin")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_is_accessible_and_fits(desk, tab, busy, language, viewport):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = tab(language, viewport)
    sign_in(page, desk, "root", PASSWORD)
    page.wait_for_url("**/queue")
    found = {}
    pages = {"directory": "/directory", "office": "/directory/1", "office-new": "/directory/new?body=union", "audit": "/audit",
             "employers": "/employers", "employer": f"/employers/{code_of('好运建筑')}",
             "employer-confirmed": f"/employers/{code_of('深圳好运建筑')}", "queue-employers": "/queue",
             "knowledge": "/knowledge?search=仲裁", "knowledge-item": "/knowledge/figures/minimum_wage/520000",
             "unanswered": "/unanswered", "unanswered-done": "/unanswered?show=done", "unanswered-coverage": "/unanswered?show=coverage",
             "unanswered-one": "/unanswered/1"}
    for name, path in pages.items():
        page.goto(desk + path)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        faults = [f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in axe.run(page).response["violations"]]
        found[name] = faults if fits(page) else [*faults, "wider than the window"]
        if os.environ.get("DESK_PICTURES"):  # DESK_PICTURES=folder makes the pictures of the documentation anew
            page.goto(desk + path)
            size = "wide" if viewport is WIDE else "phone"
            page.screenshot(path=f"{os.environ['DESK_PICTURES']}/desk-{name}-{language}-{size}.png", full_page=True)
    assert {name: faults for name, faults in found.items() if faults} == {}
