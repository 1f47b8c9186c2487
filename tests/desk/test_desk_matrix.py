"""Every route for everybody who may come, as access.yml says it: an unnamed route fails, and who is refused changes nothing."""
import sqlite3
from pathlib import Path

import httpx
import pytest
import yaml
from argon2 import PasswordHasher
from sqlalchemy import select

from bot.cases import alerts, cases, directory, employers, groups, inbox, messages, staff, store, teams, unanswered
from bot.cases.crypto import new_key
from bot.cases.model import Case, Deflection, Employer, Inbox, StaffSession, Unanswered
from bot.desk.app import build
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.scripted_rasa import SECRET, ScriptedRasa, Served

TABLE = yaml.safe_load(Path(__file__).with_name("access.yml").read_text(encoding="utf-8"))
PEOPLE = TABLE["people"].split()
ROWS = {route: dict(zip(PEOPLE, cells.split())) for route, cells in TABLE["routes"].items()}
FIRST = {"/login": "login", "/password": "password", "/second-factor": "code", "/account": "factor"}
OPENS = ("yes", "apart")
BROWSER, CSRF = "browser-of-the-carpenter", "c" * 24
OWN_WAY = ("audit", "audit_head", "attempt", "staff_session", "secret")  # what a refusal may leave there
MATTER = ("case", "fact", "assessment", "referral", "contact", "note", "transfer", "deflection", "message", "case_group",
          "unanswered", "employer")


def routes() -> set[str]:
    """All that the desk answers, as access.yml names it."""
    found = set()
    for route in build().routes:
        found |= {f"{method} {route.path}" for method in getattr(route, "methods", ("GET",)) or ("GET",) if method != "HEAD"}
    return found


def test_the_table_names_every_route_and_no_other():
    assert set(ROWS) == routes()
    assert set(TABLE["sends"]) <= set(ROWS) and all(set(row) == set(PEOPLE) for row in ROWS.values())


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A running desk, a record with everybody and the matter in it, and what the table's braces stand for."""
    folder, rasa = tmp_path_factory.mktemp("matrix"), ScriptedRasa()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ACTION_URL", "TELEGRAM_TOKEN", "BOT_TODAY", "METRICS_TOKEN"):
            patch.delenv(name, raising=False)
        for name, value in {"DATABASE_URL": f"sqlite:///{folder / 'gongyou.db'}", "BOT_SECRET_KEYS": new_key(), "RASA_URL": rasa.url,
                            "PARTS_SECRET": SECRET}.items():
            patch.setenv(name, value)
        patch.setattr("bot.cases.staff._hasher", PasswordHasher(time_cost=1, memory_cost=64))
        store.migrate()
        known, cookies = _people(), {"stranger": {}, "worker": {"gongyou_chat": BROWSER}}
        cookies |= {name: {"gongyou_desk": token} for name, token in known.pop("tokens").items()}
        served = Served(build())
        yield House(served.url, folder / "gongyou.db", known, cookies)
        served.stop()
    rasa.stop()


def _people() -> dict:
    """Writes the record; the numbers and codes in it."""
    code = carpenter(sender=BROWSER)
    deflected_by_union(code)
    with store.session() as session:
        case = session.query(Case).filter_by(code=code).one()
        desks = {name: teams.keep(session, None, name, regions).id for name, regions in (("贵州", "52"), ("深圳", "4403"))}
        tokens = {}
        for name in PEOPLE[2:] + ["colleague"]:
            staff.add(session, name, "admin" if name == "admin" else "hotline")
            person = staff.by_name(session, name)
            person.must_change = name == "onetime"
            person.team_id = {"own": desks["贵州"], "other": desks["深圳"]}.get(name)
            person.totp_secret = "A" * 32 if name == "half" else None
            session.flush()
            tokens[name] = staff.sign_in(session, person)
        group = groups.open_group(session, "好运工地")
        groups.join(session, case, group)
        alerts.raised(session, alerts.Wanted("deadline", "deadline:test", case.id))
        messages.send(session, case.worker, "waiting", f"关于 {code}：明天来")
        inbox.store(session, "web", "1", case.worker.sender, {"text": "两个包工头"})
        aside = session.scalar(select(Inbox.id))
        inbox.set_aside(session, aside)
        cases.state(session, case, {"employer": "贵州好运劳务有限公司"})
        employers.follow(session, case, cases.stated(case))
        unanswered.keep(session, case.worker, case, text="两个包工头不认账", why="unsure", language="zh", guess=None, confidence=None)
        office = directory.keep(session, None, {"body": "union", "place": "贵州盘州", "name": "盘州市总工会", "phones": "0858-3600000",
                                                "source": "网站"}, "staff:admin")
        return {"key": code, "worker": case.worker.code, "group": group.code, "alert": 1, "aside": aside, "tokens": tokens,
                "employer": session.scalar(select(Employer.code)), "missed": session.scalar(select(Unanswered.id)),
                "office": office.number, "shenzhen": desks["深圳"], "person": staff.by_name(session, "colleague").id,
                "referral": next(one.id for one in case.referrals if one.for_hotline),
                "door": next(one.id for one in case.referrals if not one.for_hotline),
                "row": session.query(Deflection).order_by(Deflection.id).first().id}


class House:
    """The desk, and its record as it was before anybody came."""

    def __init__(self, url: str, record: Path, known: dict, cookies: dict):
        self.url, self.known, self._cookies, self.record = url, known, cookies, record
        self.marks = (known["key"], known["worker"], "两个包工头", "好运劳务")
        self._csrf = {name: _csrf_of(cookie) for name, cookie in cookies.items()}
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=60)
        self._whole = sqlite3.connect(":memory:")
        with sqlite3.connect(record) as source:
            source.backup(self._whole)

    def restore(self) -> None:
        """Puts the record back as it was."""
        with sqlite3.connect(self.record) as target:
            self._whole.backup(target)

    def held(self) -> dict[str, list]:
        """What lies in the record, besides the trail of who tried."""
        with sqlite3.connect(self.record) as record:
            names = [row[0] for row in record.execute("select name from sqlite_master where type = 'table'")]
            return {name: record.execute(f'select * from "{name}"').fetchall() for name in names if name not in OWN_WAY}

    def ask(self, route: str, person: str) -> tuple[str, str]:
        """Opens or sends a route as somebody: the cell that this is, and what was answered."""
        method, path = route.split(" ", 1)
        fields = {name: str(value).format(**self.known) for name, value in TABLE["sends"].get(route, {}).items()}
        for part in [part for part in path.split("/") if part.startswith("{")]:
            name = part.strip("{}").split(":")[0]
            path = path.replace(part, fields.pop(name, None) or str(self.known[name]))
        if route == "GET /static":
            path = f"/static/{fields.pop('file')}"
        cookies = {"gongyou_csrf": CSRF, **self._cookies[person]}
        sent = {"params": fields} if method == "GET" else {"data": fields | {"csrf": self._csrf[person]}}
        if path.startswith("/api/"):
            sent = {"json": {"sender": cookies.get("gongyou_chat", f"browser-of-{person}-himself"), "message": "你好"}}
        header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        with self._client.stream(method, path, headers=header, **sent) as answer:
            text = "" if "event-stream" in answer.headers.get("content-type", "") else answer.read().decode("utf-8", "replace")
            return _cell(answer), text


def _csrf_of(cookie: dict) -> str:
    if "gongyou_desk" not in cookie:
        return CSRF
    with store.session(only_reads=True) as session:
        return session.get(StaffSession, staff._digest(cookie["gongyou_desk"])).csrf


def _cell(answer: httpx.Response) -> str:
    if answer.status_code == 303:
        return FIRST.get(httpx.URL(answer.headers["location"]).path, "opens")
    assert answer.status_code < 500, answer.text
    return "opens" if answer.status_code in (200, 409, 422) else str(answer.status_code)


@pytest.mark.parametrize("route", ROWS)
def test_everybody_gets_of_a_route_what_the_table_says(house, route):
    house.restore()
    before, changes = house.held(), False
    for person, cell in sorted(ROWS[route].items(), key=lambda one: one[1] in OPENS):  # whoever is refused first, as nothing changes
        if changes:
            house.restore()
        found, text = house.ask(route, person)
        assert found == ("opens" if cell in OPENS else cell), f"{route} for {person}"
        if cell not in OPENS:
            assert house.held() == before, f"{route} changed something for {person}, who was refused"
        elif cell == "apart":
            assert not [mark for mark in house.marks if mark in text], f"{route} shows the matter to {person}"
            assert [house.held()[name] for name in MATTER] == [before[name] for name in MATTER], f"{route} changes the matter for {person}"
        elif "apart" in ROWS[route].values() and text:
            assert [mark for mark in house.marks if mark in text], f"{route} does not show {person} the matter"
        changes = not route.startswith("GET") or "chat" in route
