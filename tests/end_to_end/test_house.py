"""What a stranger sees after `make run`: a worker is guided in the browser and in Telegram, staff find the referral, nothing is lost."""
import re

import httpx

from tests.faults.held import hold
from tests.telegram.bot_api_double import until

STORY = "我在贵州盘州工地做木工，2025年3月1号开始干，2026年6月30号停工，没签合同，包工头还欠我61800块"
STORY_EN = ("I worked as a carpenter on a building site in Panzhou, Guizhou from 1 March 2025 to 30 June 2026. "
            "No contract was signed and the foreman owes me 61800 yuan.")


def joined(messages: list[dict]) -> str:
    return "\n".join(message["text"] for message in messages)


def payload(messages: list[dict], title: str) -> str:
    return next(button["payload"] for message in messages for button in message["buttons"] if button["title"] == title)


def test_a_worker_in_the_browser_goes_from_the_first_message_to_guidance_in_chinese(house):
    asked = house.chat("zh-1", STORY)
    heard = house.chat("zh-1", payload(asked, "同意"))
    assert "61,800 元" in joined(heard) and "盘州市" in joined(heard)
    card = joined(house.chat("zh-1", payload(heard, "对")))
    assert "2027年6月30日" in card and "0858-12351" in card and "接下来" in card
    assert len(card) <= 4096


def test_a_worker_in_the_browser_goes_from_the_first_message_to_guidance_in_english(house):
    asked = house.chat("en-1", STORY_EN)
    heard = house.chat("en-1", payload(asked, "I agree"))
    assert "61,800 yuan" in joined(heard) and "Panzhou" in joined(heard)
    card = joined(house.chat("en-1", payload(heard, "Right")))
    assert "30 June 2027" in card and "0858-12351" in card


def test_a_worker_in_telegram_is_guided_turned_away_and_passed_to_the_hotline(house):
    worker = house.worker(1001)
    worker.says("/start")
    until(lambda: len(worker.messages()) >= 2)
    worker.presses("同意")
    until(lambda: len(worker.messages()) >= 3)
    worker.says(STORY)
    until(lambda: "61,800 元" in worker.texts()[-1])
    worker.presses("对")
    until(lambda: "0858-12351" in worker.texts()[-1])
    assert "2027年6月30日" in worker.texts()[-1]
    worker.says("打了，说我不是会员不管")
    until(lambda: "六盘水市总工会" in worker.texts()[-1] and "不是会员" in worker.texts()[-1])
    worker.presses("转")
    until(lambda: re.search(r"G-\d\d-", worker.texts()[-1]))
    rows = house.rows("select body, level, answer, reason, adcode from deflection order by id")
    assert ("union", "county", "deflected", "not_member", "520281") in [tuple(row) for row in rows]
    assert [row for row in rows if row.body == "hotline" and row.answer == "no_answer"]


def test_staff_sign_in_with_the_printed_password_and_find_the_referral(house):
    with httpx.Client(base_url=house.url, follow_redirects=True, headers={"Accept-Language": "zh"}) as staff:
        page = staff.get("/login").text
        token = re.search(r'name="csrf[^"]*" value="([^"]+)"', page)
        form = {"name": "admin", "password": house.first_password()}
        if token:
            form[re.search(r'name="(csrf[^"]*)"', page)[1]] = token[1]
        page = staff.post("/login", data=form)
        assert "/password" in str(page.url)
        form = {re.search(r'name="(csrf[^"]*)"', page.text)[1]: re.search(r'name="csrf[^"]*" value="([^"]+)"', page.text)[1]}
        names = re.findall(r'<input[^>]*type="password"[^>]*name="([^"]+)"|<input[^>]*name="([^"]+)"[^>]*type="password"', page.text)
        fields = [first or second for first, second in names]
        for field in fields:
            form[field] = house.first_password() if "old" in field or "current" in field else "three small boats at dawn"
        staff.post("/password", data=form)
        queue = staff.get("/queue").text
    assert re.search(r"G-\d\d-", queue) and "盘州" in queue


def test_an_update_delivered_twice_is_answered_once(house):
    worker = house.worker(1002)
    update = worker.says("你好")
    until(lambda: worker.messages())
    house.settled()
    answered = len(worker.messages())
    house.telegram.repeat(update)
    house.settled()
    worker.says("/help")
    until(lambda: len(worker.texts()) > answered)
    assert "/deadlines" in worker.texts()[answered], "the second delivery was answered too"


def test_killing_the_gateway_between_receiving_and_answering_loses_no_message(house):
    worker = house.worker(1003)
    worker.says("/start")
    until(lambda: len(worker.messages()) >= 2)
    worker.presses("同意")
    until(lambda: len(worker.messages()) >= 3)
    worker.says(STORY)
    house.kill("bot.telegram")
    until(lambda: "61,800 元" in worker.texts()[-1])
    assert sum("61,800 元" in said for said in worker.texts()) == 1


def test_when_rasa_dies_it_comes_back_and_the_conversation_goes_on_where_it_stood(house):
    asked = house.chat("zh-2", STORY)
    heard = house.chat("zh-2", payload(asked, "同意"))
    house.kill("bot.rasa_server")
    house.wait_until_up()
    card = joined(house.chat("zh-2", payload(heard, "对")))
    assert "2027年6月30日" in card and "0858-12351" in card


def test_parts_killed_at_random_leave_nobody_unanswered_and_answer_nobody_twice(house, monkeypatch):
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    _, killed, _ = hold(house, 178, workers=4, messages=6, pause=(.4, 1.2), most=3)
    assert killed == {"bot.telegram": 2, "bot.rasa_server": 1}


def test_no_word_of_a_worker_and_no_token_stands_in_the_logs(house):
    said = house.said()
    assert "61800" not in said and "木工" not in said and "carpenter" not in said and house.telegram.token not in said
