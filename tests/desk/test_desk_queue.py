"""The queue: its order, what narrows it, who takes what, and views that people keep."""
import random
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import parse_qsl

import pytest

from bot import settings
from bot.cases import cases, messages, queue, referrals, staff, store, workers
from bot.cases.model import Audit, Case, Outbox, Referral, Worker
from bot.settings import ROOT
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.visitors import account, signed_in, token

DOCS = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")


def shown(page) -> list[str]:
    """The case codes of the list, top to bottom."""
    return re.findall(r'id="case-(G-[\w-]+)"', page.text)


def referral_id(code: str) -> int:
    with store.session(only_reads=True) as session:
        return session.query(Referral).join(Case).filter(Case.code == code, Referral.for_hotline.is_(True)).one().id


def pick(code: str) -> str:
    """The value of a case's box on the page."""
    with store.session(only_reads=True) as session:
        referral = session.get(Referral, referral_id(code))
        return f"{referral.id}:{referral.assigned_to or ''}"


def give(client, codes: list[str], to, picked=None):
    return client.post("/queue/assign", data={"csrf": token(client.get("/queue").text), "to": to, "here": "",
                                              "pick": picked or [pick(code) for code in codes]})


def number_of(name: str) -> int:
    with store.session(only_reads=True) as session:
        return staff.by_name(session, name).id


def test_two_hundred_matters_come_out_in_the_order_that_the_documentation_explains(database):
    """The key below is the text of docs/desk.md, written once more in Python."""
    chance, today, now = random.Random(5), settings.today(), settings.now()
    facts = {}
    with store.session() as session:
        worker = workers.arrive(session, "web", "somebody")
        for number in range(200):
            left = chance.choice([None, -60, -31, -30, -3, 0, 1, 3, 4, 7, 8, 14, 15, 30, 31, 90, 91, 300])
            waits = chance.choice([None, 0, 1, 3, 6, 7, 8, 20])
            people, injured = chance.choice([None, 1, 2, 3, 9, 10, 50]), chance.random() < 0.3
            case = Case(code=f"G-26-{number:05}", worker_id=worker.id, status="open", opened_at=now, people=people,
                        urgency=chance.choice(["emergency", "urgent", "soon", "normal", None]),
                        issues=["wage_arrears", "work_injury"] if injured else ["wage_arrears"],
                        act_by=None if left is None else today + timedelta(days=left))
            since = None if waits is None else now - timedelta(days=waits, seconds=chance.randrange(3000))
            referral = Referral(body="hotline", status="contacted", for_hotline=True, created_at=now, changed_at=now, waiting_since=since)
            case.referrals.append(referral)
            session.add(case)
            session.flush()
            step = (0 if case.urgency == "emergency" else
                    1 if left is not None and -30 <= left <= 3 else 2 if left is not None and -30 <= left <= 7 else
                    3 if left is not None and -30 <= left <= 14 else 4 if left is not None and -30 <= left <= 30 or (waits or 0) >= 7 else
                    5 if left is not None and -30 <= left <= 90 else 6)
            size = 0 if (people or 1) >= 10 else 1 if (people or 1) >= 3 else 2
            facts[case.code] = (step, not injured, size, since is None, since and since.timestamp() or 0, left is None, left or 0,
                                referral.id)
    with store.session(only_reads=True) as session:
        rows = queue.waiting(session, limit=1000)
    assert [row.case.code for row in rows] == sorted(facts, key=facts.get)
    assert {row.level for row in rows} == {one["name"] for one in queue.order()["levels"]}


def test_the_documentation_says_what_the_table_says():
    table = DOCS.partition("| step | condition |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| (\w+) \| (.+) \|$", table, re.M))
    for one in queue.order()["levels"]:
        for key in ("act_by_within", "unanswered"):
            assert key not in one or re.search(rf"\b{one[key]} days", rows[one["name"]]), one
    assert list(rows) == [one["name"] for one in queue.order()["levels"]]
    assert f"for {queue.order()['lapsed']} days" in DOCS
    assert re.search("of {} or more people, then of {} or more".format(*queue.order()["groups"]), DOCS)


def test_every_filter_keeps_what_fits_and_drops_the_rest(hotline):
    mine = carpenter(occupation="food_delivery", issues=("work_injury",), days=5, urgency="urgent")
    other = carpenter(sender="x" * 20, adcode="440306", days=300)
    deflected_by_union(mine)
    with store.session() as session:
        case = session.query(Case).filter_by(code=mine).one()
        cases.state(session, case, {"platform": "美团", "employer": "盘州好运建筑公司"})
        case.platform, case.worker.language = "美团", "en"
        session.query(Case).filter_by(code=other).one().worker.language = "zh"
        referrals.assign(session, session.get(Referral, referral_id(mine)), number_of("mei"), None)
    hotline.get(f"/cases/{other}")
    for query in ("issue=work_injury", "urgency=urgent", "place=52", "place=520281", "level=county", "occupation=food_delivery",
                  "deadline=days_7", "assigned=mine", f"assigned={number_of('mei')}", "reason=not_member", "platform=美团", "language=en",
                  "unread=1"):
        assert shown(hotline.get(f"/queue?{query}")) == [mine], query
        assert shown(hotline.submit("/queue", "/queue/search", **dict([query.split("=")]))) == [mine], query
    for words in ("好运", mine[-5:].lower(), "盘州好"):
        assert shown(hotline.submit("/queue", "/queue/search", search=words)) == [mine], words
    assert shown(hotline.get("/queue?assigned=nobody")) == [other]
    assert shown(hotline.get("/queue?issue=work_injury&place=44")) == []
    assert "Nothing matches" in hotline.get("/queue?place=44&level=county").text


def test_what_is_looked_for_stands_sealed_in_the_address(hotline):
    """Browsers, proxies and their logs keep addresses; whose matter somebody looked for is nobody's business."""
    mine = carpenter()
    found = hotline.submit("/queue", "/queue/search", search=mine, language="zh")
    assert mine not in str(found.url) and "language=zh" in str(found.url) and shown(found) == [mine] and f'value="{mine}"' in found.text
    assert shown(hotline.get(str(found.url))) == [mine]
    other = hotline.submit("/employers", "/employers/search", search="好运建筑")
    assert "search=" in str(other.url) and "%E5" not in str(other.url) and 'value="好运建筑"' in other.text
    sealed = str(other.url).partition("search=")[2]
    assert 'value="好运建筑"' not in hotline.get(f"/queue?search={sealed}").text, "sealed for another page"
    assert 'value="好运建筑"' not in hotline.get("/queue?search=好运建筑").text, "never in clear"


@pytest.mark.parametrize("query", ["place=%25", "assigned=9999999999", "assigned=-1", "search=%25", "search=_", "search=%5C", "deadline=x",
                                   "search=%00", "search=AAAA", "search=%E5%A5%BD", "unread=x&language=fr", "page=0", "platform=none"])
def test_what_is_no_filter_does_no_harm(hotline, query):
    carpenter()
    assert hotline.get(f"/queue?{query}").status_code == 200
    fields = {name: value for name, value in parse_qsl(query) if name != "page"}
    assert hotline.submit("/queue", "/queue/search", **fields).status_code == 200


def test_a_case_is_unread_until_opened_and_again_when_the_worker_writes_to_a_person(desk, hotline):
    code = carpenter()
    assert ">new<" in hotline.get("/queue").text
    hotline.get(f"/cases/{code}")
    assert ">new<" not in hotline.get("/queue").text and ">new<" in signed_in(desk, "wang", "hotline").get("/queue").text
    with store.session() as session:
        worker = session.query(Worker).one()
        messages.log(session, worker, "worker", "和机器人说的")
    assert ">new<" not in hotline.get("/queue").text
    with store.session() as session:
        worker = session.query(Worker).one()
        worker.handover = "person"
        messages.log(session, worker, "worker", "在吗")
    assert ">new<" in hotline.get("/queue").text


def test_several_cases_are_given_to_a_colleague_and_each_worker_is_told_once(hotline):
    account("wang", "hotline")
    codes = [carpenter(sender=f"worker-number-{number}") for number in range(3)]
    give(hotline, codes[:2], number_of("wang"))
    assert sorted(shown(hotline.get(f"/queue?assigned={number_of('wang')}"))) == sorted(codes[:2])
    give(hotline, codes[:1], "nobody")
    assert sorted(shown(hotline.get("/queue?assigned=nobody"))) == sorted([codes[0], codes[2]])
    give(hotline, codes[:1], number_of("mei"))
    with store.session() as session:
        assert sorted(code for row in session.query(Outbox) for code in codes if code in row.body["text"]) == sorted(codes[:2])
        assert session.query(Audit).filter_by(action="case.assign", staff="mei").count() == 4


def test_two_people_who_take_the_same_case_at_the_same_moment_one_gets_it_and_the_other_is_told(desk, hotline):
    people = [hotline, signed_in(desk, "wang", "hotline"), signed_in(desk, "zhao", "hotline")]
    code = carpenter()
    tokens, start = [token(person.get(f"/cases/{code}").text) for person in people], Barrier(len(people))

    def press(number: int):
        start.wait()
        return people[number].post(f"/cases/{code}/take", data={"csrf": tokens[number], "referral": referral_id(code)})

    with ThreadPoolExecutor(len(people)) as pool:
        pages = list(pool.map(press, range(len(people))))
    assert sorted(page.status_code for page in pages) == [200, 409, 409]
    for page in pages:
        assert ("You are handling this" in page.text) == (page.status_code == 200)
        assert ("is handling this" in page.text and "A colleague has just taken" in page.text) == (page.status_code == 409)


def test_what_a_colleague_changed_since_the_page_was_made_stays_and_is_said(desk, hotline):
    wang = signed_in(desk, "wang", "hotline")
    code, free = carpenter(), carpenter(sender="x" * 20)
    before = [pick(code), pick(free)]
    give(wang, [code], number_of("wang"))
    page = give(hotline, [], number_of("mei"), picked=before)
    assert page.status_code == 409 and f"stay as they are: {code}" in page.text
    assert shown(hotline.get("/queue?assigned=mine")) == [free]


@pytest.mark.parametrize("picked, to, status", [([""], "nobody", 200), (["7:"], "99", 404), (["1:x", "999:"], "nobody", 200)])
def test_an_assignment_that_makes_no_sense_changes_nothing(hotline, picked, to, status):
    carpenter()
    assert give(hotline, [], to, picked=picked).status_code == status
    assert "tick the cases first" in hotline.post("/queue/assign", data={"csrf": token(hotline.get("/queue").text), "to": "nobody"}).text


def test_a_view_is_kept_under_a_name_replaced_and_dropped_and_is_nobody_elses(desk, hotline):
    carpenter()

    def keep(name, here):
        return hotline.post("/queue/views", data={"csrf": token(hotline.get("/queue").text), "name": name, "here": here})

    keep("Guizhou wages", "issue=wage_arrears&place=52&page=3&evil=1")
    assert 'href="/queue?issue=wage_arrears&amp;place=52"' in hotline.get("/queue").text
    keep(" Guizhou  wages ", "place=52")
    page = hotline.get("/queue").text
    assert 'href="/queue?place=52"' in page and page.count("Guizhou wages</a>") == 1
    wang = signed_in(desk, "wang", "hotline")
    assert "Guizhou wages" not in wang.get("/queue").text
    drop = re.search(r"/queue/views/\d+/drop", page).group(0)
    wang.submit("/queue", drop)
    assert "Guizhou wages" in hotline.get("/queue").text
    hotline.submit("/queue", drop)
    assert "Guizhou wages" not in hotline.get("/queue").text
    assert keep("", "place=52").status_code == keep("x" * 41, "place=52").status_code == 422
    for number in range(30):
        keep(f"view {number}", "place=52")
    assert "30 views at most" in keep("one more", "place=52").text
