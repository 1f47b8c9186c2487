"""A whole morning at the desk, in a real browser, with a worker in (a double of) Telegram; and how its pages look."""
import os
from datetime import timedelta

import pytest

from bot import settings
from bot.cases import groups, store, teams
from bot.cases.model import Case, Deflection, Referral
from tests.desk import log_of
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.test_desk_browser import PHONE, WIDE, fits, sign_in, tab  # noqa: F401 (tab is a fixture)
from tests.desk.visitors import PASSWORD, account

SAID = {
    "zh": {"changed": "分析有什么不同", "escalated": "已往上转", "away": "被推开", "mine": "你在办这件事", "bot": "现在是机器人在答",
           "done": "已办结"},
    "en": {"changed": "says otherwise now", "escalated": "escalated", "away": "turned away", "mine": "You are handling this",
           "bot": "The bot is answering", "done": "Resolved"}}


def asked_for_a_person(code: str) -> None:
    with store.session() as session:
        session.query(Case).filter_by(code=code).one().worker.handover = "waiting"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_morning_from_the_queue_to_the_outcome(desk, tab, telegram, rasa, language):  # noqa: F811
    said = SAID[language]
    account("mei", "hotline")
    urgent = carpenter(channel="telegram", sender="7001", urgency="urgent", days=4)
    others = [carpenter(sender=f"worker-number-{number}", days=50 + number, urgency="soon") for number in range(3)]
    asked_for_a_person(urgent)
    worker = telegram.user(7001)
    page = tab(language)
    sign_in(page, desk, "mei", PASSWORD)
    page.wait_for_url("**/queue")

    # The most urgent comes first.
    assert page.locator("table.queue tbody th a").all_text_contents()[0] == urgent and page.locator("tr.unread").count() == 4
    page.click("table.queue tbody th a >> nth=0")
    page.click(f'form[action="/cases/{urgent}/take"] button')
    page.wait_for_selector(f"#state >> text={said['mine']}")
    assert urgent in worker.waits_for(1)[0].text

    # A fact is put right, and the assessment changes at once.
    page.select_option("#fact", "ended_on")
    page.click("#correct form.ready button")
    page.fill("#value", str(settings.today() - timedelta(days=300)))
    page.click("#correct form[method=post] button")
    page.wait_for_selector(f"#changed >> text={said['changed']}")
    assert page.locator("#changed li").count() >= 1 and page.locator("progress").count() >= 1

    # The union was called and turned the matter away; one level higher.
    page.select_option("#body", "union")
    page.select_option("#level", "county")
    page.select_option("#answer", "deflected")
    page.select_option("#reason", "not_member")
    page.fill("#words", "你不是会员")
    page.click(f'form[action="/cases/{urgent}/contacts"] button')
    page.wait_for_selector(f"#ladder >> text={said['away']}")
    page.click("#ladder summary")
    page.select_option("#to-door", "union|prefecture|")
    page.click("#ladder form button")
    page.wait_for_selector(f"#ladder >> text={said['escalated']}")
    assert "往上转到" in worker.waits_for(2)[1].text

    # The worker is answered, and writes back: it appears without a reload.
    page.select_option("#canned", "hello")
    page.click("#talk form.ready button")
    page.wait_for_selector("#reply")
    assert urgent in page.input_value("#reply")
    page.fill("#reply", "我是小梅，已经替你往上转了。欠条在你手里吗？")
    page.click("#talk form[method=post] button >> nth=0")
    page.wait_for_selector("#talk-lines >> text=欠条在你手里吗")
    assert worker.waits_for(4)[3].text.endswith("欠条在你手里吗？")
    page.wait_for_selector("html[data-listening]")
    page.fill("#reply", "正在写的一句话")
    worker.says("在我这里，拍照发你")
    page.wait_for_selector("#talk-lines >> text=在我这里，拍照发你")
    assert page.input_value("#reply") == "正在写的一句话" and rasa.asked == []

    # The chat goes back to the bot, and the matter is closed with its outcome.
    page.click(f'form[action="/cases/{urgent}/hand-back"] button')
    page.wait_for_selector(f"#talk-state >> text={said['bot']}")
    worker.says("谢谢")
    assert worker.waits_for(6)[5].text == "echo: 谢谢"
    page.fill("textarea[name=outcome]", "工资 61,800 元到账")
    page.select_option("select[name=how]", "mediation")
    page.fill("input[name=recovered]", "61800")
    page.click(f'form[action="/cases/{urgent}/resolve"] button')
    page.wait_for_selector(f".mark.done >> text={said['done']}")
    page.goto(f"{desk}/queue")
    assert sorted(page.locator("table.queue tbody th a").all_text_contents()) == sorted(others)
    with store.session() as session:
        done = session.query(Referral).filter_by(for_hotline=True, status="resolved").one()
        assert (done.how, done.recovered) == ("mediation", 61800)
        assert session.query(Deflection).filter_by(reason="not_member", answer="deflected").count() == 1


def test_a_new_case_appears_in_the_queue_without_a_reload_and_what_is_ticked_stays_ticked(desk, tab):  # noqa: F811
    account("mei", "hotline")
    first = carpenter(days=60)
    page = tab("en")
    sign_in(page, desk, "mei", PASSWORD)
    page.wait_for_selector("html[data-listening]")
    page.check("input[name=pick]")
    second = carpenter(sender="x" * 20, urgency="emergency", days=2)
    page.wait_for_selector(f"text={second}")
    assert page.locator("table.queue tbody th a").all_text_contents() == [second, first]
    assert page.locator("input[name=pick]:checked").count() == 1
    page.click("#assign button")
    page.wait_for_selector("td >> text=mei")


def test_the_queue_by_keyboard(desk, tab):  # noqa: F811
    account("mei", "hotline")
    codes = [carpenter(sender=f"worker-number-{number}", days=(5, 40, 200)[number]) for number in range(3)]
    page = tab("en")
    sign_in(page, desk, "mei", PASSWORD)
    page.wait_for_url("**/queue")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('table')") is None, "off until switched on"
    page.click("#keys summary")
    page.check("#keys-on")
    for key in "jjkjx":
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == codes[1] and page.locator("input[name=pick]:checked").count() == 1
    page.keyboard.press("/")
    page.keyboard.type("jk")
    assert page.input_value("#search") == "jk"
    page.locator("table.queue tbody th a >> nth=2").focus()
    page.keyboard.press("o")
    page.wait_for_url(f"**/cases/{codes[2]}")


@pytest.fixture
def busy(database):
    """A desk with something on every page; the code of the case to look at and of its group."""
    account("root", "admin")
    code = carpenter(channel="telegram", sender="7001", urgency="urgent", days=4)
    for number in range(4):
        carpenter(sender=f"worker-number-{number}", days=(2, 12, 60, 300)[number],
                  urgency=("emergency", "urgent", "soon", "normal")[number],
                  adcode=("440306", "110105", "520281", "520281")[number], people=(1, 12, 3, 1)[number],
                  occupation=("food_delivery", "courier", "construction", "retail")[number])
    deflected_by_union(code)
    log_of.at_random(300, 120)
    asked_for_a_person(code)
    with store.session() as session:
        teams.keep(session, None, "贵州热线", "52")
        group = groups.open_group(session, "盘州好运工地")
        groups.join(session, session.query(Case).filter_by(code=code).one(), group)
        return code, group.code


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_of_the_desk_is_accessible_and_fits(desk, tab, busy, language, viewport):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    code, group = busy
    page = tab(language, viewport)
    sign_in(page, desk, "root", PASSWORD)
    page.wait_for_url("**/queue")
    found = {}
    pages = {"queue": "/queue?issue=wage_arrears", "case": f"/cases/{code}?fact=issues&canned=call", "group": f"/groups/{group}",
             "desks": "/teams", "account": "/account", "staff": "/staff", "deflections": "/deflections",
             "deflection": "/deflections/1", "insights": "/insights", "province": "/insights?place=52", "report": "/insights/report"}
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
