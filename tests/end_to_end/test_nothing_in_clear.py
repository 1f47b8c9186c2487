"""A copy of the database and of every log, without the keys, tells no name, number, sentence, token or key (docs/privacy.md)."""
import re
import sqlite3

import httpx

from tests.telegram.bot_api_double import until

CHAT = 7_007_007_001_234
NAME, PHONE, EMPLOYER, SITE = "周木生", "13812345678", "宏远建筑劳务有限公司", "滨河小区三号楼"
STORY = f"我叫{NAME}，电话{PHONE}，我在贵州盘州{SITE}给{EMPLOYER}干木工，2025年3月1号开始干，2026年6月30号停工，没签合同，还欠我61817块"
REFUSED = "打了，那边姓钱的说我不是会员不管"
NOTE = "小梅记：周木生下周二带工友来"


def forms(text: str) -> list[bytes]:
    """A text as files and logs may hold it."""
    return [*(text.encode(how) for how in ("utf-8", "utf-16-le", "unicode_escape", "gb18030")), repr(text.encode())[2:-1].encode()]


def test_nothing_that_was_said_lies_in_the_files_or_the_logs(house):
    worker = house.telegram.user(CHAT)
    worker.says("/start")
    worker.waits_for(2)
    worker.presses("同意")
    worker.waits_for(3)
    worker.says(STORY)
    until(lambda: "61,817 元" in worker.texts()[-1], lambda: worker.texts())
    worker.presses("对")
    until(lambda: "0858-12351" in worker.texts()[-1], lambda: worker.texts())
    worker.says(REFUSED)
    until(lambda: any("转" in title for title in worker.messages()[-1].buttons), lambda: worker.texts())
    worker.presses("转")
    until(lambda: re.search(r"G-\d\d-", worker.texts()[-1]), lambda: worker.texts())
    house.chat("browser-sender-1234567890", STORY)
    worker.says("/mydata")
    until(lambda: house.telegram.documents)
    shown = house.telegram.documents[0][3].decode()
    assert all(mark in shown for mark in (EMPLOYER, REFUSED, str(CHAT))), "it is held, and shown to whom it belongs"
    house.settled()
    password = staff_writes(house)
    secrets = [NAME, PHONE, EMPLOYER, SITE, STORY, REFUSED, "姓钱的", "61817", "61,817", NOTE, str(CHAT), "browser-sender-1234567890",
               password, house.telegram.token, house.environment["BOT_SECRET_KEYS"], *STORY.split("，")]
    found_nowhere(house, secrets)
    with sqlite3.connect(house.folder / "gongyou.db", isolation_level=None) as record:
        record.execute("VACUUM")
    found_nowhere(house, secrets)


def staff_writes(house) -> str:
    """The first admin changes the password, reads the case and writes a note; the password."""
    password = "ein langes Passwort 5821"
    with httpx.Client(base_url=house.url, follow_redirects=True, headers={"Accept-Language": "zh"}) as staff:
        def submit(page: str, path: str, **fields):
            token = re.search(r'name="csrf" value="([^"]+)"', staff.get(page).text)[1]
            return staff.post(path, data={"csrf": token, **fields})
        submit("/login", "/login", name="admin", password=house.first_password())
        submit("/password", "/password", old=house.first_password(), new=password, again=password)
        code = house.rows('select code from "case" order by id')[0].code
        submit(f"/cases/{code}", f"/cases/{code}/notes", text=NOTE)
    return password


def found_nowhere(house, secrets: list[str]) -> None:
    files = [path for path in house.folder.rglob("*") if path.is_file()]
    assert {"gongyou.db", "house.log"} <= {path.name for path in files}
    for path in files:
        held = path.read_bytes()
        for secret in secrets:
            assert not any(form in held for form in forms(secret)), f"{secret!r} lies in {path.name}"
