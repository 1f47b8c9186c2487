"""A copy of the database and of every log, without the keys, tells no name, number, sentence, password, token or key that anybody typed
while every part was at DEBUG (docs/privacy.md)."""
import base64
import json
import re
import shutil
import sqlite3
from urllib.parse import quote

import pytest

from bot import settings
from tests.desk.visitors import Visitor
from tests.telegram.bot_api_double import until

CHAT, GONE = 7_007_007_001_234, 7_007_007_005_678
NAME, PHONE, CARD, EMPLOYER, SITE = "周木生", "13812345678", "522224198504031234", "宏远建筑劳务有限公司", "滨河小区三号楼"
STORY = (f"我叫{NAME}，电话{PHONE}，身份证{CARD}，我在贵州盘州{SITE}给{EMPLOYER}干木工，2025年3月1号开始干，"
         "2026年6月30号停工，没签合同，还欠我61817块")
REFUSED = "打了，那边姓钱名多多的主任说我不是会员不管"
UNDECIDED = "老板王大拿在绿洲会所后厨打我，我叫林晚秋"
RIDER = "I am Wilhelmina Kowalczyk, I ride for Lightning Hare Errands in Shenzhen Nanshan, phone 15998761234, they owe me 7654 yuan"
BROWSERS = ("browser-sender-1234567890", "browser-of-the-undecided-987", "browser-of-the-rider-5551212")
STAFF = {  # what staff type, by the form
    "wrong": "a wrong guess 77123", "password": "ein langes Passwort 5821", "stranger": "Passwort-im-Namensfeld",
    "note": "小梅记：周木生下周二来",
    "reply": "周师傅，明天上午九点到二楼找小梅", "why": "要打电话核对周师傅的住址", "words": "所长赵铁柱说等通知",
    "outcome": "追回六万一千八百一十七元", "group": "滨河小区欠薪的人", "view": "周木生那件", "search": "宏远建筑",
    "trial": "x: 试一试林晚秋的案子",
}


ALONE = re.compile(rb"[0-9A-Za-z+/=_-]+\Z")


def forms(text: str) -> set[bytes]:
    """A text as files and logs may hold it."""
    found = {text.encode(how) for how in ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "unicode_escape")}
    found |= {json.dumps(text)[1:-1].encode(), quote(text).encode(), quote(text).lower().encode(), repr(text.encode())[2:-1].encode()}
    for shift in range(3):  # wherever it begins in something longer
        whole = base64.b64encode(b"\0" * shift + text.encode())
        found.add(whole[4 if shift else 0:len(whole) - 4])
    return {form for form in found if len(form) >= 5} | {text.encode()}


def lies_in(text: str, held: bytes) -> bool:
    """Whether a file holds a text. A form of a few letters and figures must stand by itself: digests and fractions of seconds hold every
    five digits sooner or later."""
    return any(form in held if len(form) >= 8 or not ALONE.match(form) else
               re.search(rb"(?<![0-9A-Za-z+/=_-])" + re.escape(form) + rb"(?![0-9A-Za-z+/=_-])", held) for form in forms(text))


def test_the_search_finds_a_text_in_the_forms_in_which_files_hold_it():
    for held in (json.dumps({"text": STORY}), base64.b64encode(f"ab{STORY}".encode()).decode(), repr([STORY]), quote(f"/x?search={NAME}")):
        assert lies_in(STORY, held.encode()) or lies_in(NAME, held.encode()), held
    assert lies_in(NAME, f"x{STORY}".encode("utf-16"))
    assert lies_in("61817", STORY.encode()) and lies_in("61817", b'{"amount": 61817}') and lies_in("61817", b"61817.00")
    assert not lies_in("61817", b"2026-11-26 04:12:09.618170") and not lies_in("61817", b"9af61817c0")


def test_nothing_that_was_said_lies_in_the_files_or_the_logs(house, tmp_path):
    typed = [*worker_in_telegram(house), *worker_who_is_forgotten(house), *workers_in_browsers(house), *staff(house)]
    house.settled()
    typed += [house.telegram.token, *house.telegram.token.split(":")[1:], *house.environment["BOT_SECRET_KEYS"].split(","),
              settings.parts_secret(), *BROWSERS]
    found_nowhere(house, typed, tmp_path / "as-it-ran")
    with sqlite3.connect(house.folder / "gongyou.db", isolation_level=None) as record:
        record.execute("VACUUM")
    found_nowhere(house, typed, tmp_path / "rewritten")


def worker_in_telegram(house) -> list[str]:
    """Tells everything, is turned away, goes to the hotline and looks at what is held; what was typed."""
    worker = house.worker(CHAT)
    worker._person |= {"first_name": "木生", "last_name": "周家老三", "username": "musheng_zhou_1985"}
    begins(worker)
    worker.says(STORY)
    until(lambda: "61,817 元" in worker.texts()[-1], lambda: worker.texts())
    worker.presses("对")
    guided(worker)
    worker.says(REFUSED)
    until(lambda: any("转" in title for title in worker.messages()[-1].buttons), lambda: worker.texts())
    worker.presses("转")
    until(lambda: re.search(r"G-\d\d-", worker.texts()[-1]), lambda: worker.texts())
    worker.sends_photo(caption="这是欠条照片，写的人叫胡一刀")
    worker.sends_location(25.70998, 104.47158)
    worker.says("/mydata")
    until(lambda: house.telegram.documents)
    shown = house.telegram.documents[0][3].decode()
    assert all(mark in shown for mark in (EMPLOYER, REFUSED, str(CHAT))), "it is held, and shown to whom it belongs"
    return [NAME, PHONE, CARD, EMPLOYER, SITE, STORY, REFUSED, "钱名多多", "61817", "61,817", str(CHAT), "木生", "周家老三",
            "musheng_zhou_1985", "胡一刀", "25.70998", "104.47158", *STORY.split("，")]


def worker_who_is_forgotten(house) -> list[str]:
    """Tells, and has everything deleted."""
    worker = house.worker(GONE)
    begins(worker)
    worker.says("我叫齐白桃，在贵州盘州给翠湖酒楼端盘子，老板欠我9871块")
    until(lambda: "9,871 元" in worker.texts()[-1], lambda: worker.texts())
    worker.says("/forget")
    until(lambda: any("删" in title for title in worker.messages()[-1].buttons), lambda: worker.texts())
    worker.presses(next(title for title in worker.messages()[-1].buttons if "删" in title))
    until(lambda: not house.rows(f"select 1 from worker where id = {len(house.rows('select 1 from worker')) + 1}"))
    return ["齐白桃", "翠湖酒楼", "9871", "9,871", str(GONE)]


def workers_in_browsers(house) -> list[str]:
    """One tells the same, one has not agreed yet, one tells in English of a platform nobody knows."""
    agreed, undecided, rider = BROWSERS
    house.chat(agreed, STORY)
    house.chat(undecided, UNDECIDED)
    asked = house.chat(rider, RIDER)
    house.chat(rider, next(button["payload"] for message in asked for button in message["buttons"] if button["title"] == "I agree"))
    house.chat(rider, "Lightning Hare Errands is the platform")
    return [UNDECIDED, "王大拿", "绿洲会所", "林晚秋", RIDER, "Kowalczyk", "15998761234", "Lightning Hare"]


def staff(house) -> list[str]:
    """An admin gets the password wrong, signs in, works on the case in every form with a text; what was typed, and the tokens."""
    with Visitor(house.url, "zh") as admin:
        once = house.first_password()
        admin.submit("/login", "/login", name=STAFF["stranger"], password=STAFF["wrong"])
        admin.submit("/login", "/login", name="admin", password=once)
        admin.submit("/password", "/password", old=once, new=STAFF["password"], again=STAFF["password"])
        code = house.rows('select code from "case" where id = (select case_id from referral where for_hotline)')[0].code
        referral = house.rows("select id from referral where for_hotline")[0].id
        door = f"/cases/{code}"
        found = admin.submit("/queue", "/queue/search", search=STAFF["search"])
        assert STAFF["search"] in found.text
        sought = found.url.query.decode()
        for path, fields in {
            f"{door}/notes": {"note": STAFF["note"]}, f"{door}/identity": {"why": STAFF["why"]},
            f"{door}/reply": {"referral": referral, "text": STAFF["reply"], "once": "abcdefgh12"},
            f"{door}/contacts": {"body": "union", "level": "county", "on": "2026-11-20", "answer": "answered", "words": STAFF["words"]},
            f"{door}/group": {"name": STAFF["group"]},
            "/queue/views": {"name": STAFF["view"], "here": sought},
            "/knowledge/rules/questions": {"text": STAFF["trial"]}, f"{door}/resolve": {"referral": referral, "outcome": STAFF["outcome"]},
        }.items():
            assert admin.submit("/queue", path, **fields).status_code in (200, 422), path
        for path in (door, f"{door}/documents/arbitration_application.docx", "/deflections/export?format=xlsx", "/audit", "/no/such/page"):
            admin.get(path)
        cookies = [value for name, value in admin.cookies.items() if "desk" in name or "browser" in name]
        assert cookies
    return [*STAFF.values(), *cookies]


def begins(worker) -> None:
    worker.says("/start")
    worker.waits_for(2)
    worker.presses("同意")
    worker.waits_for(3)


def guided(worker) -> None:
    """Answers by the first button whatever is asked before the guidance comes."""
    def told() -> bool:
        return "0858-12351" in "".join(worker.texts())
    while not told():
        until(lambda: told() or worker.messages()[-1].buttons, lambda: worker.texts())
        if not told():
            count = len(worker.messages())
            worker.presses(worker.messages()[-1].buttons[0])
            worker.waits_for(count + 1)


def found_nowhere(house, typed: list[str], copy) -> None:
    """Copies what lies on the disk and searches it, as whoever took it would."""
    shutil.copytree(house.folder, copy / "house")
    shutil.copytree(settings.VAR, copy / "var", ignore=shutil.ignore_patterns("secret_keys", "parts_secret", "understanding"))
    files = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert {"gongyou.db", "gongyou.db-wal", "house.log"} <= {path.name for path in files} or "rewritten" in str(copy)
    assert b"bot.telegram" in next(held for path, held in files.items() if path.name == "house.log"), "the parts logged at all"
    leaks = [f"{text!r} lies in {path.relative_to(copy)}" for text in typed for path, held in files.items()
             if lies_in(text, held) and not (text == house.first_password() and path.name == "house.log")]
    if leaks:
        pytest.fail("\n".join(leaks))
