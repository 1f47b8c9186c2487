"""What a desk does not answer for is not there for its people: every page and form about it says "no such page"."""
import json
import re

from bot.cases import staff, store, teams
from bot.cases.model import Audit, Case, Note, Referral, StaffSession, Transfer
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.test_desk_handover import form
from tests.desk.visitors import token


def post(client, path: str, **fields):
    return client.post(path, data={"csrf": token(client.get("/queue").text), **fields})


def referral_of(code: str) -> int:
    with store.session(only_reads=True) as session:
        case = session.query(Case).filter_by(code=code).one()
        return next(one.id for one in case.referrals if one.for_hotline)


FORMS = ("take", "reply", "chat", "hand-back", "contacts", "resolve", "facts", "identity", "notes", "escalate", "transfer",
         "transfer/answer", "merge", "group")


def test_a_foreign_matter_reads_like_one_that_does_not_exist(two_desks):
    mei, wang, _ = two_desks
    code = carpenter()
    number = referral_of(code)
    for path in (f"/cases/{code}", f"/cases/{code}/documents/arbitration_application"):
        none = re.sub(r"G-26-\w+", "", wang.get(path.replace(code, "G-26-NONE2")).text)
        page = wang.get(path)
        assert page.status_code == 404 and re.sub(r"G-26-\w+", "", page.text) == none, path
    for name in FORMS:
        answer = post(wang, f"/cases/{code}/{name}", referral=number, text="x", once="12345678", reason="x", outcome="x", why="because",
                      note="x", to="1", answer="answered", body="union")
        assert answer.status_code == 404, name
    with store.session() as session:
        assert session.query(Note).count() == 0 and session.get(Referral, number).assigned_to is None
    assert mei.get(f"/cases/{code}").status_code == 200


def test_the_queue_the_log_and_its_files_hold_what_is_within_reach(two_desks):
    mei, wang, _ = two_desks
    here, there = carpenter(), carpenter(sender="x" * 20, adcode="440306")
    deflected_by_union(here)
    assert here in mei.get("/queue").text and there not in mei.get("/queue").text
    assert here not in wang.get("/deflections").text and there in wang.get("/deflections").text
    rows = json.loads(wang.get("/deflections/export?format=json").content)
    assert {row["case_id"] for row in rows} == {there}


def test_a_foreign_matter_cannot_be_given_or_taken_in_bulk(two_desks):
    mei, wang, _ = two_desks
    code = carpenter()
    with store.session(only_reads=True) as session:
        numbers = {name: staff.by_name(session, name).id for name in ("mei", "wang")}
    post(wang, "/queue/assign", to=numbers["wang"], pick=f"{referral_of(code)}:", here="")
    page = post(mei, "/queue/assign", to=numbers["wang"], pick=f"{referral_of(code)}:", here="")
    assert page.status_code == 422 and "belongs to a desk that these do not concern" in page.text and code in page.text
    with store.session(only_reads=True) as session:
        assert session.get(Referral, referral_of(code)).assigned_to is None
    post(mei, "/queue/assign", to=numbers["mei"], pick=f"{referral_of(code)}:", here="")
    with store.session(only_reads=True) as session:
        assert session.get(Referral, referral_of(code)).assigned_to == numbers["mei"]


def test_of_a_group_everybody_sees_and_writes_to_the_matters_within_reach(two_desks, admin):
    mei, wang, _ = two_desks
    here, there = carpenter(channel="telegram", sender="701"), carpenter(channel="telegram", sender="702", adcode="440306")
    foreign = carpenter(channel="telegram", sender="703")
    group = post(mei, f"/cases/{here}/group", name="好运工地").url.path.removeprefix("/groups/")
    assert wang.get(f"/groups/{group}").status_code == 404
    assert post(wang, f"/cases/{there}/group", code=group).status_code == 422, "nor joined by its code"
    post(admin, f"/cases/{there}/group", code=group)
    page = wang.get(f"/groups/{group}").text
    assert there in page and here not in page and "1 case, 1 " in page.replace("1 cases", "1 case")
    wang.post(f"/groups/{group}/message", data={**form(page, f"/groups/{group}/message"), "text": "开会"})
    with store.session(only_reads=True) as session:
        mine = {code: session.get(Referral, referral_of(code)).assigned_to for code in (here, there, foreign)}
        assert mine[there] is not None and mine[here] is None
    assert post(wang, f"/cases/{there}/merge", into=here).status_code == 422


def test_somebody_elses_transfer_cannot_be_answered(two_desks):
    mei, wang, (_, shenzhen) = two_desks
    offered, other = carpenter(), carpenter(sender="y" * 20)
    post(mei, f"/cases/{offered}/transfer", referral=referral_of(offered), to=shenzhen, reason="公司在深圳")
    with store.session(only_reads=True) as session:
        number = session.query(Transfer).one().id
    assert post(wang, f"/cases/{other}/transfer/answer", transfer=number, answer="accepted").status_code == 404
    with store.session() as session:
        teams.keep(session, session.get(teams.Team, shenzhen), "深圳", "4403 520281")
    assert post(wang, f"/cases/{other}/transfer/answer", transfer=number, answer="accepted").status_code == 404, "of another matter"


def test_a_person_put_to_another_desk_sees_what_that_desk_sees_from_the_next_page_on(two_desks):
    mei, _, (_, shenzhen) = two_desks
    code = carpenter()
    assert mei.get(f"/cases/{code}").status_code == 200
    with store.session() as session:
        staff.by_name(session, "mei").team_id = shenzhen
    assert mei.get(f"/cases/{code}").status_code == 404
    with store.session(only_reads=True) as session:
        assert session.query(StaffSession).count() == 2, "without signing in again"


def test_the_mark_of_the_live_pages_counts_nothing(two_desks):
    mei, _, _ = two_desks
    marks = set()
    for number in range(3):
        carpenter(sender=f"worker-number-{number}-of-many")
        marks.add(re.search(r"seen=(\w+)", mei.get("/queue").text).group(1))
    assert len(marks) == 3 and all(re.fullmatch(r"[0-9a-f]{32}", mark) for mark in marks)


def test_what_was_asked_for_and_refused_is_on_record_without_naming_the_matter(two_desks):
    _, wang, _ = two_desks
    code = carpenter()
    wang.get(f"/cases/{code}"), post(wang, f"/cases/{code}/take", referral=referral_of(code)), wang.get("/staff")
    wang.get("/cases/1?live=1")
    with store.session(only_reads=True) as session:
        rows = session.query(Audit).filter_by(action="refused").order_by(Audit.id)
        found = [(row.staff, row.subject, row.detail["route"], row.detail["status"]) for row in rows]
    assert found == [("wang", None, *refused) for refused in (("GET /cases/{key}", 404), ("POST /cases/{key}/take", 404),
                                                              ("GET /staff", 403))]
