"""The life of a matter: facts put right, doors one after the other, notes, identity, other desks, duplicates and groups."""
import re

import pytest

from bot import settings
from bot.cases import cases, groups, referrals, staff, store, teams, workers
from bot.cases.model import Assessment, Audit, Case, CaseGroup, Contact, Deflection, Fact, Message, Note, Outbox, Referral, Transfer
from bot.desk import correct
from tests.desk.people import carpenter
from tests.desk.test_desk_handover import form
from tests.desk.visitors import signed_in, token

WHY = "要核对受伤职工的登记"


def post(client, code: str, what: str, /, pick=(), **fields):
    """Fills in a form of the case's page, whatever the page shows of it."""
    data = {"csrf": token(client.get(f"/cases/{code}").text), **fields}
    return client.post(f"/cases/{code}/{what}", data={**data, **({"pick": list(pick)} if pick else {})})


def of(session, code: str) -> Case:
    return session.query(Case).filter_by(code=code).one()


def hotline_of(code: str) -> int:
    with store.session(only_reads=True) as session:
        return next(referral.id for referral in of(session, code).referrals if referral.for_hotline)


def test_a_corrected_fact_changes_the_assessment_at_once_and_says_what_is_different(hotline):
    code = carpenter()
    post(hotline, code, "facts", fact="ended_on", value=str(settings.today()))
    page = post(hotline, code, "facts", fact="ended_on", value="2020-01-31")
    changed = re.search(r'id="changed".*?</section>', page.text, re.S).group(0)
    assert "Apply for arbitration" in changed and "passed" in changed and "→" in changed
    with store.session() as session:
        case = of(session, code)
        assert cases.stated(case)["ended_on"] == "2020-01-31" and case.facts[-1].source == "staff:mei"
        assert [row["status"] for row in case.assessments[-1].result["deadlines"] if row["id"] == "arbitration"][0] == "passed"
        assert session.query(Audit).filter_by(action="case.correct", subject=code, staff="mei").count() == 2
    assert "31 Jan 2020" in page.text and "mei" in page.text


def test_every_fact_has_a_field_and_its_present_value_in_it(hotline):
    code = carpenter()
    for name in ("amount_owed", "ended_on", "written_contract", "issues", "control.rules", "place", "people", "injury.on", "employer"):
        page = hotline.get(f"/cases/{code}?fact={name}").text
        assert f'name="fact" value="{name}"' in page, name
    assert 'value="61800"' in hotline.get(f"/cases/{code}?fact=amount_owed").text
    assert re.search(r'value="no_contract" checked', hotline.get(f"/cases/{code}?fact=issues").text)
    assert hotline.get(f"/cases/{code}?fact=evil").status_code == 200


@pytest.mark.parametrize("name, text, told", [
    ("written_contract", "yes", {"written_contract": True}), ("control.rules", "both", {"control.rules": "both"}),
    ("amount_owed", "61,800", {"amount_owed": 61800}), ("amount_owed", "0.5", {"amount_owed": 0.5}), ("people", "19", {"people": 19}),
    ("ended_on", "", {"ended_on": None}), ("place", "", {"place": None, "adcode": None}),
    ("place", "贵州盘州", {"place": "贵州省六盘水市盘州市", "adcode": "520281"}), ("employer", "好运公司", {"employer": "好运公司"}),
    ("claimed_on", "2026-03-02, 2026-01-01", {"claimed_on": ["2026-01-01", "2026-03-02"]})])
def test_what_is_entered_becomes_the_fact(name, text, told):
    assert correct.values(name, text) == told


@pytest.mark.parametrize("name, text, said", [
    ("ended_on", "31.12.2026", "Days are written"), ("ended_on", "2026-02-30", "Days are written"),
    ("written_contract", "maybe", "choose yes"),
    ("amount_owed", "much", "write a number"), ("amount_owed", "nan", "write a number"), ("amount_owed", "1e400", "write a number"),
    ("amount_owed", "-1", "cannot be"), ("people", "2.5", "cannot be"), ("people", "0", "cannot be"), ("place", "朝阳区", "Several places"),
    ("place", "Atlantis", "No such place"), ("occupation", "king", "cannot be"), ("evil", "x", "choose a fact"),
    ("contacts", "x", "choose a fact"), ("claimed_on", "yesterday", "cannot be")])
def test_what_cannot_be_a_fact_is_explained_and_not_written(hotline, name, text, said):
    code = carpenter()
    page = post(hotline, code, "facts", fact=name, value=text)
    assert page.status_code == 422 and said in page.text
    with store.session() as session:
        assert session.query(Fact).filter_by(source="staff:mei").count() == 0 and session.query(Assessment).count() == 1


def test_several_issues_are_ticked_and_an_unchanged_fact_writes_nothing(hotline):
    code = carpenter()
    post(hotline, code, "facts", fact="issues", pick=("work_injury", "wage_arrears"))
    post(hotline, code, "facts", fact="amount_owed", value="61800")
    with store.session() as session:
        assert cases.stated(of(session, code))["issues"] == ["wage_arrears", "work_injury"]
        assert session.query(Fact).filter_by(source="staff:mei").count() == 1


def test_who_the_worker_is_stays_hidden_until_opened_with_a_reason_that_goes_on_record(hotline):
    code = carpenter(channel="telegram", sender="5550123456789")
    with store.session() as session:
        cases.state(session, of(session, code), {"born": "1985-04", "household_place": "贵州威宁"})
    page = hotline.get(f"/cases/{code}").text
    assert "威宁" not in page and "1985-04" not in page and page.count("(not opened)") == 2
    for name, value in (("born", "1985-04"), ("household_place", "威宁")):
        assert value not in hotline.get(f"/cases/{code}?fact={name}").text, "nor in the field that corrects it"
        assert post(hotline, code, "facts", fact=name, value="").status_code == 422
    assert post(hotline, code, "identity", why="x").status_code == 422
    page = post(hotline, code, "identity", why=WHY).text
    assert "威宁" in page and "1985-04" in page and "5550123456789" in page
    assert "威宁" not in hotline.get(f"/cases/{code}").text, "on that one page only"
    with store.session() as session:
        row = session.query(Audit).filter_by(action="case.identity").one()
        assert (row.staff, row.subject, row.detail) == ("mei", code, {"reason": WHY})


def test_notes_are_for_colleagues_and_never_sent(desk, hotline):
    code = carpenter()
    assert "明天再打一次" in post(hotline, code, "notes", note="明天再打一次").text
    assert "明天再打一次" in signed_in(desk, "wang", "hotline").get(f"/cases/{code}").text
    assert post(hotline, code, "notes", note=" ").status_code == 422
    with store.session() as session:
        assert session.query(Outbox).count() == 0 and session.query(Note).one().staff == "mei"
        assert not any("明天" in row.text for row in session.query(Message))


def test_a_contact_the_worker_made_is_logged_as_the_workers(hotline):
    code = carpenter()
    post(hotline, code, "contacts", body="union", level="county", on=str(settings.today()), by="worker", answer="deflected",
         reason="not_member", words="不是会员")
    with store.session() as session:
        assert session.query(Contact).one().by == "worker"


def test_from_a_refusal_one_level_higher_to_an_outcome_with_its_sum(hotline):
    code = carpenter(channel="telegram", sender="7001")
    post(hotline, code, "contacts", body="union", level="county", on=str(settings.today()), answer="deflected", reason="not_member")
    with store.session(only_reads=True) as session:
        door = session.query(Referral).filter_by(body="union").one().id
    page = post(hotline, code, "escalate", door=door, to="union|prefecture|520200", tell="1")
    ladder = re.search(r'id="ladder".*?</section>', page.text, re.S).group(0)
    assert "escalated" in ladder and "prefecture" in ladder and "Not a member" in ladder
    with store.session() as session:
        assert [(row.level, row.status) for row in session.query(Referral).filter_by(body="union").order_by(Referral.id)] == \
            [("county", "escalated"), ("prefecture", "told")]
        assert "往上转到" in session.query(Outbox).one().body["text"]
    page = post(hotline, code, "resolve", referral=hotline_of(code), outcome="工资到账", how="mediation", recovered="61,800", solved="yes")
    assert "工资到账" in page.text and "mediation" in page.text and "61,800 yuan received" in page.text
    with store.session() as session:
        done = session.get(Referral, hotline_of(code))
        assert (done.status, done.how, done.recovered) == ("resolved", "mediation", 61800)


@pytest.mark.parametrize("fields", [{"to": ""}, {"to": "hotline||"}, {"to": "mafia||"}, {"door": "999", "to": "court||"},
                                    {"to": "union|county|"}])
def test_a_next_door_that_is_none_is_explained(hotline, fields):
    code = carpenter()
    with store.session(only_reads=True) as session:
        door = session.query(Referral).filter_by(body="union").one().id
    assert post(hotline, code, "escalate", **{"door": door, **fields}).status_code == 422
    with store.session() as session:
        assert session.query(Referral).filter_by(status="escalated").count() == 0


def test_a_matter_that_was_not_solved_ends_in_words_and_stays_unresolved_in_the_log(hotline):
    code = carpenter()
    assert post(hotline, code, "resolve", referral=hotline_of(code), outcome="x", recovered="much").status_code == 422
    page = post(hotline, code, "resolve", referral=hotline_of(code), outcome="单位已注销", solved="no")
    assert "without success" in page.text and code not in hotline.get("/queue").text
    with store.session() as session:
        assert session.get(Referral, hotline_of(code)).status == "closed"
        assert session.query(Deflection).filter(Deflection.resolved_on.isnot(None)).count() == 0


def test_a_new_matter_is_at_the_desk_of_its_place(two_desks):
    mei, wang, (guizhou, shenzhen) = two_desks
    here, there, nowhere = carpenter(), carpenter(sender="x" * 20, adcode="440306"), carpenter(sender="y" * 20, adcode="110105")
    assert here in mei.get("/queue?team=mine").text and there not in mei.get("/queue?team=mine").text
    assert there in wang.get(f"/queue?team={shenzhen}").text and nowhere not in wang.get("/queue?team=mine").text


@pytest.mark.parametrize("answer, reason, at", [("accepted", "", "深圳"), ("refused", "工地在贵州", "贵州")])
def test_another_desk_takes_a_matter_or_refuses_it_with_a_reason(two_desks, answer, reason, at):
    mei, wang, (_, shenzhen) = two_desks
    code = carpenter()
    post(mei, code, "take", referral=hotline_of(code))
    post(mei, code, "transfer", referral=hotline_of(code), to=shenzhen, reason="公司在深圳")
    assert code in wang.get("/queue?offered=1").text and "公司在深圳" in wang.get(f"/cases/{code}").text
    with store.session(only_reads=True) as session:
        number = session.query(Transfer).one().id
    assert post(mei, code, "transfer/answer", transfer=number, answer="accepted").status_code == 409, "only the desk that was asked"
    assert post(mei, code, "transfer", referral=hotline_of(code), to=shenzhen, reason="再问").status_code == 409
    if answer == "refused":
        assert post(wang, code, "transfer/answer", transfer=number, answer="refused").status_code == 409, "not without a reason"
    page = post(wang, code, "transfer/answer", transfer=number, answer=answer, reason=reason)
    assert page.url.path == (f"/cases/{code}" if answer == "accepted" else "/queue"), "what a desk refused is out of its reach again"
    page = mei.get(f"/cases/{code}").text
    assert f"Now at {at}" in page and reason in page
    with store.session() as session:
        taken = session.get(Referral, hotline_of(code)).assigned_to
        assert (taken is None) == (answer == "accepted")
    if answer == "accepted":
        assert post(wang, code, "transfer/answer", transfer=number, answer=answer, reason="again").status_code == 409
    else:
        assert wang.get(f"/cases/{code}").status_code == 404


@pytest.mark.parametrize("name, regions, said", [("", "52", "give a name"), ("贵州", "53", "of this name"), ("云南", "5", "not known"),
                                                 ("云南", "99", "not known"), ("云南", "53;", "not known")])
def test_a_desk_that_cannot_be_is_explained(admin, name, regions, said):
    admin.submit("/teams", "/teams", name="贵州", regions="52, 5203")
    page = admin.submit("/teams", "/teams", name=name, regions=regions)
    assert page.status_code == 422 and said in page.text


def test_an_admin_makes_desks_and_puts_people_there(admin, hotline):
    assert hotline.get("/teams").status_code == 403
    page = admin.submit("/teams", "/teams", name="贵州", regions="52, 5203")
    assert "Guizhou" in page.text
    with store.session(only_reads=True) as session:
        team, mei = teams.everyone(session)[0].id, staff.by_name(session, "mei").id
    admin.submit("/teams", f"/teams/{team}", name="贵州热线", regions="52")
    admin.submit("/teams", f"/staff/{mei}/team", team=team)
    with store.session() as session:
        assert session.get(teams.Team, team).name == "贵州热线" and staff.by_name(session, "mei").team_id == team
    assert "My desk" in hotline.get("/queue").text


def test_one_matter_told_twice_becomes_one(hotline):
    first = carpenter()
    with store.session() as session:
        worker = of(session, first).worker
        double = cases.open_case(session, worker)
        cases.state(session, double, {"amount_owed": 5, "employer": "好运公司"})
        referrals.to_hotline(session, double)
        second = double.code
    stranger = carpenter(sender="somebody-else-entirely")
    assert post(hotline, second, "merge", into=stranger).status_code == 409
    assert post(hotline, second, "merge", into="G-26-NONE").status_code == 422
    assert post(hotline, second, "merge", into=second).status_code == 409
    page = post(hotline, second, "merge", into=first.lower())
    assert page.url.path == f"/cases/{first}" and "Merged into this:" in page.text
    assert second not in hotline.get("/queue").text and "This was merged into" in hotline.get(f"/cases/{second}").text
    with store.session() as session:
        told = cases.stated(of(session, first))
        assert (told["amount_owed"], told["employer"]) == (61800, "好运公司")
        assert of(session, second).status == "closed"


def test_a_group_is_written_to_one_by_one_and_no_member_learns_of_another(hotline):
    codes = [carpenter(channel="telegram", sender=f"70{number}", people=number + 1) for number in range(3)]
    page = post(hotline, codes[0], "group", name="好运工地")
    group = page.url.path.removeprefix("/groups/")
    for code in codes[1:]:
        page = post(hotline, code, "group", code=group.lower())
    assert "3 cases, 6 people" in page.text and all(code in page.text for code in codes)
    once = form(page.text, f"/groups/{group}/message")
    for _ in range(2):
        hotline.post(f"/groups/{group}/message", data={**once, "text": "明天九点开调解会"})
    with store.session() as session:
        sent = [row for row in session.query(Outbox) if "调解会" in row.body["text"]]
        assert len(sent) == len({row.worker_id for row in sent}) == 3
        assert not any(code in row.body["text"] or group in row.body["text"] for row in sent for code in codes)
    for code in codes:
        assert post(hotline, code, "group").url.path == f"/cases/{code}"
    with store.session() as session:
        assert session.query(CaseGroup).count() == 0, "a group without cases is gone"


def test_a_colleagues_case_is_left_out_of_a_message_to_the_group(desk, hotline):
    mine, theirs = carpenter(channel="telegram", sender="701"), carpenter(channel="telegram", sender="702")
    post(signed_in(desk, "wang", "hotline"), theirs, "take", referral=hotline_of(theirs))
    group = post(hotline, mine, "group", name="工地").url.path.removeprefix("/groups/")
    page = post(hotline, theirs, "group", code=group).text
    page = hotline.post(f"/groups/{group}/message", data={**form(page, f"/groups/{group}/message"), "text": "开会"}).text
    assert "Sent, except to these" in page and theirs in page
    with store.session() as session:
        assert sum("开会" in row.body["text"] for row in session.query(Outbox)) == 1


def test_the_last_of_a_group_who_is_forgotten_takes_its_name_along(database):
    from bot.cases import forget
    code = carpenter()
    with store.session() as session:
        groups.join(session, of(session, code), groups.open_group(session, "好运工地"))
    with store.session() as session:
        forget.forget(session, workers.by_code(session, of(session, code).worker.code))
    with store.session() as session:
        assert session.query(CaseGroup).count() == 0


def test_the_history_says_who_did_what(hotline):
    code = carpenter()
    post(hotline, code, "notes", note="x")
    page = hotline.get(f"/cases/{code}").text
    history = re.search(r'id="history".*?</section>', page, re.S).group(0)
    assert "wrote a note" in history and "read" in history and "mei" in history
