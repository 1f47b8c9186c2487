"""From the queue to the outcome: what staff see of a case, what they do with it, and what the record keeps of that."""
import csv
import io
import json
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from bot import settings
from bot.cases import queue, referrals, staff, store
from bot.cases.model import Audit, Case, Contact, Deflection, Referral
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.visitors import signed_in


def case_of(session, code: str) -> Case:
    return session.query(Case).filter_by(code=code).one()


def waiting_of(code: str) -> int:
    """The number of a case's referral to the hotline."""
    with store.session() as session:
        return next(referral.id for referral in case_of(session, code).referrals if referral.for_hotline)


def order(page: str, codes: dict[str, str]) -> list[str]:
    return sorted(codes, key=lambda name: page.index(codes[name]))


def test_an_empty_queue_says_so_kindly(hotline):
    assert "Nobody is waiting right now" in hotline.get("/queue").text


def test_the_queue_goes_by_danger_then_by_days_left_then_by_wait(hotline):
    codes = {"later": carpenter(sender="a" * 20, urgency="normal", days=200),
             "90 days": carpenter(sender="b" * 20, urgency="soon", days=60),
             "a week": carpenter(sender="c" * 20, urgency="normal", days=5),
             "danger": carpenter(sender="d" * 20, urgency="emergency", days=90),
             "two weeks, waits less": carpenter(sender="e" * 20, urgency="urgent", days=9),
             "two weeks, waits longer": carpenter(sender="f" * 20, urgency="urgent", days=9)}
    with store.session() as session:
        session.get(Referral, waiting_of(codes["two weeks, waits longer"])).waiting_since -= timedelta(days=2)
    page = hotline.get("/queue").text
    assert order(page, codes) == ["danger", "a week", "two weeks, waits longer", "two weeks, waits less", "90 days", "later"]
    assert "2 days" in page and "60 days left" in page and "Panzhou, Liupanshui, Guizhou" in page


def test_the_queue_shows_only_what_workers_agreed_to_pass_on(hotline):
    shown, kept = carpenter(), carpenter(sender="another-worker-who-said-no", hotline=False)
    page = hotline.get("/queue").text
    assert shown in page and kept not in page


def test_the_queue_is_narrowed_by_issue_and_urgency(hotline):
    wages = carpenter(issues=("wage_arrears",))
    injury = carpenter(sender="x" * 20, issues=("work_injury", "no_contract"), urgency="urgent", days=9)
    page = hotline.get("/queue?issue=work_injury").text
    assert injury in page and wages not in page
    assert wages not in hotline.get("/queue?urgency=urgent").text
    assert "Nothing matches" in hotline.get("/queue?issue=dismissal").text
    assert wages in hotline.get("/queue?issue=%27%3B--&urgency=%00&page=-7").text


def test_a_long_queue_has_pages(hotline, monkeypatch):
    monkeypatch.setattr("bot.desk.waiting.PAGE", 2)
    codes = [carpenter(sender=f"worker-number-{number}", days=40 + number) for number in range(5)]
    assert [code in hotline.get("/queue?page=2").text for code in codes] == [False, False, True, True, False]
    assert "Page 3 of 3" in hotline.get("/queue?page=99").text


def test_a_case_opens_by_number_and_by_code_and_reading_it_is_on_record(hotline):
    code = carpenter()
    deflected_by_union(code)
    with store.session() as session:
        number = case_of(session, code).id
    for key in (number, code, code.lower()):
        page = hotline.get(f"/cases/{key}")
        assert page.status_code == 200 and code in page.text
    with store.session() as session:
        assert [(row.staff, row.subject) for row in session.query(Audit).filter_by(action="case.read")] == [("mei", code)] * 3


def test_a_case_shows_all_that_is_needed_to_help(hotline):
    code = carpenter()
    deflected_by_union(code)
    page = hotline.get(f"/cases/{code}").text
    for words in ("61,800 yuan", "40,800 yuan", "Panzhou, Liupanshui, Guizhou", "Construction", "Apply for arbitration", "39 days left",
                  "Not clear yet", "盘州市总工会", "0858-12351", "Not a member", "你不是会员，我们管不了", "两个包工头欠我六万多",
                  "工会法没有这个条件", "今天先打盘州市总工会", "不要交出欠条原件", "最晚 2026年12月31日 前申请仲裁"):
        assert words in page, words


def test_a_case_does_not_show_where_the_worker_can_be_reached(hotline):
    code = carpenter(channel="telegram", sender="5550123456789")
    page = hotline.get(f"/cases/{code}").text
    assert "5550123456789" not in page and "telegram" not in page.lower()


def test_without_the_workers_consent_a_case_shows_its_outline_only(hotline):
    code = carpenter(hotline=False)
    page = hotline.get(f"/cases/{code}").text
    assert "has not agreed" in page and "Unpaid wages" in page
    assert "61,800" not in page and "两个包工头" not in page and "<form method=\"post\" action=\"/cases" not in page
    assert hotline.submit("/queue", f"/cases/{code}/contacts", body="union", on=str(settings.today()), answer="answered").status_code == 403


@pytest.mark.parametrize("key", ["0", "99", "G-26-XXXXX", "9" * 40, "%00", "٣", "1%27--"])
def test_a_case_that_does_not_exist_is_not_found(hotline, key):
    assert hotline.get(f"/cases/{key}").status_code == 404


def test_a_forgotten_case_is_not_found(hotline):
    code = carpenter()
    with store.session() as session:
        case_of(session, code).status = "forgotten"
    assert hotline.get(f"/cases/{code}").status_code == 404 and code not in hotline.get("/queue").text


def test_the_first_to_take_a_case_has_it(desk, hotline):
    code = carpenter()
    page = hotline.submit(f"/cases/{code}", f"/cases/{code}/take", referral=waiting_of(code))
    assert "You are handling this" in page.text and "mei" in hotline.get("/queue").text
    page = signed_in(desk, "wang", "hotline").submit(f"/cases/{code}", f"/cases/{code}/take", referral=waiting_of(code))
    assert page.status_code == 409 and "mei is handling this" in page.text


def test_a_deflection_that_staff_met_is_logged_and_listed(hotline):
    code = carpenter()
    page = hotline.submit(f"/cases/{code}", f"/cases/{code}/contacts", body="union", level="county", on=str(settings.today()),
                          answer="deflected", reason="not_member", words="不是会员不管", aware="yes", involved="no")
    assert page.url.path == f"/cases/{code}" and "不是会员不管" in page.text
    with store.session() as session:
        contact = session.query(Contact).one()
        assert (contact.by, contact.adcode, contact.reason, contact.words) == ("staff:mei", "520281", "not_member", "不是会员不管")
        row = session.query(Deflection).filter_by(contact_id=contact.id).one()
        assert (row.answer, row.aware, row.involved, row.resolved_on) == ("deflected", "yes", "no", None)
        assert session.query(Audit).filter_by(action="case.contact", subject=code, staff="mei").count() == 1
    assert "Turned away" in hotline.get("/deflections").text


GOOD = {"body": "union", "level": "county", "answer": "deflected", "reason": "other", "words": "w"}


@pytest.mark.parametrize("change, said", [
    ({"body": ""}, "choose which body"), ({"body": "mafia"}, "choose which body"), ({"on": ""}, "day of the contact"),
    ({"on": "2999-01-01"}, "day of the contact"), ({"on": "31.12.2026"}, "day of the contact"), ({"answer": "maybe"}, "what they answered"),
    ({"reason": ""}, "choose the reason"), ({"words": "x" * 2001}, "too long")])
def test_a_contact_that_is_not_complete_is_explained_and_not_logged(hotline, change, said):
    code = carpenter()
    page = hotline.submit(f"/cases/{code}", f"/cases/{code}/contacts", **{**GOOD, "on": str(settings.today()), **change})
    assert page.status_code == 422 and said in page.text
    with store.session() as session:
        assert session.query(Contact).count() == 0


def test_resolving_a_case_closes_it_with_an_outcome_in_words(hotline):
    code = carpenter()
    deflected_by_union(code)
    page = hotline.submit(f"/cases/{code}", f"/cases/{code}/resolve", referral=waiting_of(code), outcome="工资 61,800 元 11 月 20 日到账")
    assert "Resolved" in page.text and "11 月 20 日到账" in page.text
    assert code not in hotline.get("/queue").text
    with store.session() as session:
        referral = session.query(Referral).filter_by(for_hotline=True).one()
        assert referral.status == "resolved" and referral.outcome == "工资 61,800 元 11 月 20 日到账"
        assert session.query(Deflection).filter(Deflection.resolved_on.isnot(None)).count() >= 1
        assert session.query(Audit).filter_by(action="case.resolve", subject=code).count() == 1
    again = hotline.submit("/queue", f"/cases/{code}/resolve", referral=referral.id, outcome="x")
    assert again.status_code == 404


def test_a_case_is_not_resolved_without_words(hotline):
    code = carpenter()
    page = hotline.submit(f"/cases/{code}", f"/cases/{code}/resolve", referral=waiting_of(code), outcome="  ")
    assert page.status_code == 422 and "write the outcome" in page.text and code in hotline.get("/queue").text


def test_a_referral_of_another_case_cannot_be_resolved_through_this_one(hotline):
    mine, other = carpenter(), carpenter(sender="someone-else-entirely")
    assert hotline.submit(f"/cases/{mine}", f"/cases/{mine}/resolve", referral=waiting_of(other), outcome="x").status_code == 404


def test_what_people_say_is_shown_as_words_never_run(hotline):
    code = carpenter()
    page = hotline.submit(f"/cases/{code}", f"/cases/{code}/contacts", **{**GOOD, "on": str(settings.today()),
                                                                         "words": "<script>alert(1)</script>{{ 7*7 }}"})
    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)" in page.text and "{{ 7*7 }}" in page.text


def test_the_deflection_list_is_narrowed_by_reason_body_level_and_province(hotline):
    guizhou, guangdong = carpenter(), carpenter(sender="x" * 20, adcode="440306", hotline=False)
    deflected_by_union(guizhou)
    page = hotline.get("/deflections")
    assert guizhou in page.text and guangdong not in page.text
    with store.session() as session:
        referrals.log_contact(session, case_of(session, guangdong), body="court", level="prefecture", adcode="440300", on=settings.today(),
                              by="worker", answer="deflected", reason="out_of_scope")
    for query in ("reason=out_of_scope", "body=court", "level=prefecture", "place=44"):
        page = hotline.get(f"/deflections?{query}").text
        assert guangdong in page and guizhou not in page, query
    assert "No entry matches" in hotline.get("/deflections?place=65").text


def test_an_empty_deflection_log_says_so_kindly(hotline):
    assert "No entries yet" in hotline.get("/deflections").text


def test_the_log_is_taken_away_as_csv_xlsx_and_json(hotline):
    code = carpenter()
    deflected_by_union(code)
    answers = {name: hotline.get(f"/deflections/export?format={name}") for name in ("csv", "xlsx", "json")}
    assert all(f".{name}" in answer.headers["content-disposition"] for name, answer in answers.items())
    rows = {"csv": list(csv.DictReader(io.StringIO(answers["csv"].content.decode("utf-8-sig")))),
            "json": json.loads(answers["json"].content)}
    sheet = list(load_workbook(io.BytesIO(answers["xlsx"].content)).active.values)
    assert len(rows["csv"]) == len(rows["json"]) == len(sheet) - 1 == 2
    assert {row["case_id"] for row in rows["csv"]} == {code} and "你不是会员" not in answers["csv"].text
    with store.session() as session:
        assert session.query(Audit).filter_by(action="deflections.export", staff="mei").count() == 3


@pytest.mark.parametrize("query", ["format=exe", "format=", "format=csv&since=yesterday"])
def test_an_export_nobody_offers_is_not_found(hotline, query):
    assert hotline.get(f"/deflections/export?{query}").status_code == 404


def test_the_queue_itself_counts_what_waits(database):
    carpenter()
    code = carpenter(sender="x" * 20, urgency="urgent", days=4)
    with store.session() as session:
        staff.add(session, "mei", "hotline")
        hotline = next(referral for referral in case_of(session, code).referrals if referral.for_hotline)
        referrals.take(session, hotline, staff.by_name(session, "mei"))
    with store.session(only_reads=True) as session:
        assert queue.count(session) == 2 and queue.count(session, queue.Filters(urgency="urgent")) == 1
        assert [row.assigned for row in queue.waiting(session)] == ["mei", None]
