"""Review of the log: confirmed or corrected with the old value kept, text masked and released by an admin, and never of a worker who
did not agree; and the report to publish."""
import json
import re
import zlib

import pytest

from bot.cases import forget, referrals, review, store, workers
from bot.cases.model import Case, Deflection, DeflectionReview
from bot.desk.report import pdf
from tests.desk import log_of
from tests.desk.people import carpenter, deflected_by_union
from tests.desk.visitors import Visitor, signed_in, token

STORY = {"zh": "老板拖了九个月，工会来了三次，第三次带着监察的人一起来，工资当场发了一半。" * 8,
         "en": "Nine months the boss put it off; the union came three times, the third time with labour inspection. " * 6}
AGREED = {"reason": "not_member", "aware": "unknown", "involved": "unknown", "knew_first": ""}


@pytest.fixture
def row(admin) -> int:
    """The row of a carpenter who was turned away and agreed to pass the matter on."""
    deflected_by_union(carpenter())
    with store.session() as session:
        found = session.query(Deflection).filter_by(body="union").one()
        found.words = "周木生，电话 13812345678，你不是会员"
        return found.id


def does(visitor: Visitor, row: int, deed: str, **fields):
    page = visitor.get(f"/deflections/{row}").text
    seen = re.search(r'name="seen" value="(\d+)"', page).group(1)
    return visitor.post(f"/deflections/{row}/{deed}", data={"csrf": token(page), "seen": seen, **fields})


def pages(data: bytes) -> int:
    """How many pages a PDF of WeasyPrint has. Its objects may lie in packed streams."""
    packed = [part for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL) if part.startswith(b"\x78")]
    return len(re.findall(rb"/Type\s*/Page\b", data + b"".join(map(zlib.decompress, packed))))


def held(row: int) -> Deflection:
    with store.session(only_reads=True) as session:
        return session.get(Deflection, row)


def history(row: int) -> list[tuple]:
    with store.session(only_reads=True) as session:
        return [(one.staff, one.act, one.field, one.before, one.after) for one in
                session.query(DeflectionReview).filter_by(deflection_id=row).order_by(DeflectionReview.id)]


def test_a_row_is_confirmed(admin, row):
    assert "confirmed" in does(admin, row, "review", **AGREED).text
    assert held(row).review == "confirmed" and history(row) == [("root", "confirm", None, None, None)]
    assert f"/deflections/{row}" in admin.get("/deflections?review=confirmed").text


def test_a_correction_keeps_the_old_value(admin, row):
    page = does(admin, row, "review", **AGREED | {"reason": "no_authority", "aware": "yes", "knew_first": "media", "text": "听录音"})
    assert "Not a member → No authority" in page.text and "听录音" in page.text
    assert (held(row).reason, held(row).aware, held(row).review) == ("no_authority", "yes", "corrected")
    assert ("root", "correct", "reason", "not_member", "no_authority") in history(row)
    does(admin, row, "review", **AGREED | {"reason": "no_answer", "aware": "yes", "knew_first": "media"})
    assert (held(row).answer, held(row).first_answer_on) == ("no_answer", None)
    assert [one[2] for one in history(row)][-3:] == ["reason", "answer", "first_answer_on"]


def test_text_is_masked_and_released_and_taken_back(admin, row):
    page = admin.get(f"/deflections/{row}").text
    assert "13812345678</textarea>" in page, "what looks like a number is offered for blacking out"
    does(admin, row, "release", which="words", pieces="周木生\n13812345678")
    out = json.loads(admin.get("/deflections/export?format=json").content)
    assert [one["words"] for one in out if one["body"] == "union"] == ["██，电话 ██，你不是会员"]
    assert held(row).words == "周木生，电话 13812345678，你不是会员", "what was said stays as it was"
    does(admin, row, "release", which="words", withdraw="1")
    assert {one["words"] for one in json.loads(admin.get("/deflections/export?format=json").content)} == {None}
    assert "exactly" in does(admin, row, "release", which="words", pieces="不在原文里").text


def test_the_words_of_a_worker_who_did_not_agree_stay_closed(admin):
    code = carpenter(hotline=False)
    deflected_by_union(code)
    with store.session() as session:
        row = session.query(Deflection).one().id
    assert "你不是会员" not in admin.get(f"/deflections/{row}").text
    assert does(admin, row, "release", which="words").status_code == 422
    assert not held(row).words_released


def test_a_second_opinion_is_another_admins(desk, admin, row):
    assert "not been reviewed" in does(admin, row, "opinion", says="agree").text
    does(admin, row, "review", **AGREED)
    assert "somebody else" in does(admin, row, "opinion", says="agree").text
    other = signed_in(desk, "lin", "admin")
    assert "why" in does(other, row, "opinion", says="disagree").text
    does(other, row, "opinion", says="disagree", text="他们说的是管辖")
    assert held(row).review == "disputed" and "他们说的是管辖" in admin.get(f"/deflections/{row}").text
    does(other, row, "opinion", says="agree")
    assert held(row).review == "confirmed"


def test_good_handling_is_marked(admin, row):
    does(admin, row, "exemplary", **{"is": "yes"})
    assert held(row).exemplary and f"/deflections/{row}" in admin.get("/deflections?exemplary=1").text


def test_what_a_colleague_did_meanwhile_is_shown_first(admin, row):
    page = admin.get(f"/deflections/{row}").text
    does(admin, row, "exemplary", **{"is": "yes"})
    late = admin.post(f"/deflections/{row}/review", data={"csrf": token(page), "seen": "0", **AGREED})
    assert late.status_code == 409 and "just changed" in late.text and held(row).review is None


def test_only_admins_review(hotline, row):
    page = hotline.get(f"/deflections/{row}").text
    assert "/review" not in page
    assert hotline.post(f"/deflections/{row}/review", data={"csrf": token(page), "seen": "0", **AGREED}).status_code == 403


def test_what_the_worker_corrects_is_to_be_reviewed_again(admin, row):
    does(admin, row, "review", **AGREED)
    with store.session() as session:
        referrals.correct_reason(session, session.query(Case).one().contacts[0], "no_authority")
    assert held(row).review is None and history(row)[-1] == ("worker", "correct", "reason", "not_member", "no_authority")


def test_erasure_reaches_the_review(admin, row):
    does(admin, row, "review", **AGREED | {"text": "周木生说的"})
    does(admin, row, "release", which="words", pieces="13812345678")
    with store.session() as session:
        forget.forget(session, session.query(workers.Worker).one())
    assert history(row) == [] and (held(row).review, held(row).words_masked, held(row).words_released) == (None, None, False)


def test_what_could_reach_somebody_is_found():
    text = "找王工 138-1234-5678，身份证 52020319850410123X，邮箱 a.b@c.cn，微信号：wang_1985，电话 0858-8223344"
    assert review.telling(text) == ["138-1234-5678", "52020319850410123X", "a.b@c.cn", "微信号：wang_1985", "0858-8223344"]


@pytest.mark.parametrize("language, title", [("zh", "被推开之后"), ("en", "Turned away")])
def test_the_report_is_one_page_with_method_and_limits(desk, admin, language, title):
    log_of.at_random(2000, 800)
    log_of.bring_in([{"case_id": f"told-{number}", "opened_on": f"2026-06-0{number}", "outcome": STORY[language]}
                     for number in (1, 2)])
    admin.get(f"/language/{language}")
    page = admin.get("/insights/report?format=html")
    assert page.text.count(f"<blockquote><p>{STORY[language][:200]}") == 2, "two stories, as long as it takes them"
    assert title in page.text and "attachment" in page.headers["content-disposition"] and "<link" not in page.text
    assert "href=" not in page.text and "<style>" in page.text, "it stands alone"
    for word in {"zh": ("方法", "局限"), "en": ("Method", "Limits")}[language]:
        assert word in page.text
    data = admin.get("/insights/report?format=pdf")
    assert data.headers["content-type"] == "application/pdf" and pages(data.content) == 1


def test_a_pdf_of_two_pages_is_counted_as_two():
    assert pages(pdf('<p style="break-after: page">一</p><p>二</p>')) == 2


def test_the_report_hides_small_counts(admin):
    log_of.bring_in([{"case_id": "a", "words": "x"}, {"case_id": "b"}])
    assert "too few cases" in admin.get("/insights/report").text


def test_a_report_fetches_nothing_from_outside():
    assert pdf('<img src="http://127.0.0.1:9/x.png"><p>报告').startswith(b"%PDF")
