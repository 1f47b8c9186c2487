"""The desk and the chat in a real browser: the whole way of a case, both languages, a phone, and accessibility."""
import pytest

from bot.cases import messages, staff, store, workers
from tests.desk.people import carpenter
from tests.desk.visitors import PASSWORD, account

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
TROUBLE = "老板欠我三个月工资"


@pytest.fixture
def tab(chromium):
    """Opens browser tabs: tab(language, viewport, scripts). Afterwards no tab may have seen a script error or a refusal by the CSP."""
    faults, contexts = [], []

    def opened(language="zh", viewport=WIDE, scripts=True):
        context = chromium.new_context(locale=LOCALES[language], viewport=viewport, java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page, desk: str, name: str, password: str) -> None:
    page.goto(f"{desk}/login")
    page.fill("#name", name)
    page.fill("#password", password)
    page.press("#password", "Enter")


def fits(page) -> bool:
    """Whether nothing sticks out at the side."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("language, took, said, resolved", [("zh", "你在办这件事", "被推开", "已办结"),
                                                            ("en", "You are handling this", "Turned away", "Resolved")])
def test_from_the_one_time_password_to_the_outcome(desk, tab, language, took, said, resolved, scripts):
    with store.session() as session:
        once = staff.add(session, "mei", "hotline")
    code = carpenter()
    page = tab(language, scripts=scripts)
    sign_in(page, desk, "mei", once)
    page.wait_for_url("**/password")
    page.fill("#old", once)
    page.fill("#new", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/queue")
    page.click(f"text={code}")
    page.click(f'form[action="/cases/{code}/take"] button')
    page.wait_for_selector(f"text={took}")
    page.select_option("#body", "union")
    page.select_option("#level", "county")
    page.select_option("#answer", "deflected")
    page.select_option("#reason", "not_member")
    page.fill("#words", "你不是会员")
    page.click(f'form[action="/cases/{code}/contacts"] button')
    page.wait_for_selector(f"#contacts >> text={said}")
    page.click("nav >> nth=0 >> a[href='/deflections']")
    assert said in page.text_content("table") and code in page.text_content("table")
    page.click(f"text={code} >> nth=0")
    page.fill("textarea[name=outcome]", "工资到账")
    page.click(f'form[action="/cases/{code}/resolve"] button')
    page.wait_for_selector(f".mark.done >> text={resolved}")
    page.goto(f"{desk}/queue")
    assert code not in page.content()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("language, greeting", [("zh", "你好，我是工友"), ("en", "Hello, I am Gongyou")])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_conversation_in_the_browser(desk, rasa, tab, language, greeting, scripts, viewport):
    rasa.script[TROUBLE] = [{"text": "我听到的是：拖欠工资。对吗？", "buttons": [{"title": "对的", "payload": "/affirm"}]}]
    rasa.script["/affirm"] = [{"text": "有办法。\n" + "今天先打 0858-12351。\n" * 20}, {"text": "还要什么？"}]
    page = tab(language, viewport, scripts)
    page.goto(f"{desk}/chat")
    assert greeting in page.text_content("#talk")
    page.fill("#message", TROUBLE)
    page.click("#write button")
    page.click("text=对的")
    page.wait_for_selector("#talk >> text=还要什么？")
    assert [asked["message"] for asked in rasa.asked] == [TROUBLE, "/affirm"]
    said = page.locator("#talk li").all_text_contents()
    assert any(TROUBLE in line for line in said) and any("对的" in line and "我听到" not in line for line in said)
    assert page.locator("#talk button").count() == 0 and fits(page)
    page.reload()
    assert "还要什么？" in page.text_content("#talk")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_quick_exit_leads_away_and_leaves_an_empty_chat_behind(desk, rasa, tab, scripts):
    page = tab("zh", PHONE, scripts)
    page.context.route("https://www.baidu.com/**", lambda route: route.fulfill(body="weather"))
    page.goto(f"{desk}/chat")
    page.fill("#message", TROUBLE)
    page.click("#write button")
    page.wait_for_selector("#talk >> text=echo")
    assert fits(page)
    page.click("#leave button")
    page.wait_for_url("https://www.baidu.com/")
    page.goto(f"{desk}/chat")
    assert TROUBLE not in page.text_content("#talk") and [asked["message"] for asked in rasa.asked] == [TROUBLE], "Rasa hears nothing of it"


def test_the_page_says_so_when_rasa_or_the_desk_is_away(desk, rasa, tab):
    page = tab("en")
    page.goto(f"{desk}/chat")
    rasa.stop()
    page.fill("#message", "hello")
    page.press("#message", "Enter")
    page.wait_for_selector("text=Please send it again in a minute")
    page.context.set_offline(True)
    page.fill("#message", "hello again")
    page.press("#message", "Enter")
    page.wait_for_selector("text=The connection broke")


def test_what_a_bot_says_is_text_and_never_markup(desk, rasa, tab):
    rasa.script["x"] = [{"text": "<img src=x onerror=alert(1)>", "buttons": [{"title": "<b>bold</b>", "payload": "/y"}]}]
    page = tab("en")
    page.goto(f"{desk}/chat")
    page.fill("#message", "x")
    page.press("#message", "Enter")
    page.wait_for_selector("#talk >> text=<b>bold</b>")
    assert page.locator("#talk img, #talk b").count() == 0


def test_an_answer_from_staff_shows_when_the_page_is_opened_again(desk, rasa, tab):
    page = tab("zh", scripts=False)
    page.goto(f"{desk}/chat")
    page.fill("#message", "在吗")
    page.click("#write button")
    page.wait_for_selector("text=echo: 在吗")
    with store.session() as session:
        worker = session.query(workers.Worker).one()
        messages.send(session, worker, "answer-1", "我是热线的小梅")
    page.goto(f"{desk}/chat")
    assert "我是热线的小梅" in page.text_content("#talk")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_is_accessible_and_fits(desk, tab, language, viewport):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    account("root", "admin")
    code = carpenter()
    page = tab(language, viewport)
    page.goto(f"{desk}/login")
    pages = ["/login", "/chat", "/nothing-here"]
    found = {path: _look(page, desk, path, axe) for path in pages}
    sign_in(page, desk, "root", PASSWORD)
    page.wait_for_url("**/queue")
    found |= {path: _look(page, desk, path, axe) for path in ("/queue", f"/cases/{code}", "/deflections", "/staff", "/password")}
    assert {path: faults for path, faults in found.items() if faults} == {}


def _look(page, desk: str, path: str, axe) -> list[str]:
    """What is wrong with a page: axe's violations, and whether it sticks out at the side."""
    page.goto(desk + path)
    faults = [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in axe.run(page).response["violations"]]
    return faults if fits(page) else [*faults, "wider than the window"]


def test_a_keyboard_reaches_the_content_first(desk, tab):
    page = tab("en")
    page.goto(f"{desk}/nothing-here")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
