"""A person answers from the desk: it arrives once, the bot is silent meanwhile, and comes back when told."""
import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.cases import messages, referrals, store, workers
from bot.cases.model import Audit, Case, Message, Outbox, Referral, Worker
from bot.desk import canned
from tests.desk.people import assessment, carpenter
from tests.desk.visitors import signed_in, token

CHAT = "7001"


@pytest.fixture
def code(database):
    """The carpenter, who writes in Telegram, asked for a person."""
    code = carpenter(channel="telegram", sender=CHAT)
    with store.session() as session:
        session.query(Worker).one().handover = "waiting"
    return code


def hotline_referral(session) -> Referral:
    return session.query(Referral).filter_by(for_hotline=True).one()


def form(page: str, action: str) -> dict:
    """The hidden fields of a form on a page."""
    inside = re.search(rf'action="{action}".*?</form>', page, re.S).group(0)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', inside))


def answer(client, code: str, text: str) -> httpx.Response:
    fields = form(client.get(f"/cases/{code}").text, f"/cases/{code}/reply")
    return client.post(f"/cases/{code}/reply", data={**fields, "text": text})


def sent(session) -> list[str]:
    return [row.body["text"] for row in session.query(Outbox).order_by(Outbox.id)]


def test_an_answer_waits_for_the_worker_and_is_in_the_conversation_under_the_name_of_who_gave_it(hotline, code):
    page = answer(hotline, code, "合同带来了吗？")
    assert page.status_code == 200 and "合同带来了吗？" in page.text
    with store.session() as session:
        opening, words = sent(session)
        assert "工会热线的人" in opening and words == "【工会热线的工作人员】\n合同带来了吗？"
        assert session.query(Message).order_by(Message.id.desc()).first().speaker == "staff:mei"
        assert session.query(Worker).one().handover == "person"
        assert (hotline_referral(session).status, hotline_referral(session).waiting_since) == ("answered", None)
        assert session.query(Audit).filter_by(action="case.reply", subject=code, staff="mei").count() == 1


def test_a_second_press_of_the_button_sends_nothing(hotline, code):
    fields = form(hotline.get(f"/cases/{code}").text, f"/cases/{code}/reply")
    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(lambda _: hotline.post(f"/cases/{code}/reply", data={**fields, "text": "一次"}), range(2)))
    assert [page.status_code for page in pages] == [200, 200]
    with store.session() as session:
        assert [text for text in sent(session) if "一次" in text] == ["【工会热线的工作人员】\n一次"]
        assert session.query(Message).filter_by(speaker="staff:mei").count() == 1


def test_the_bots_sentence_comes_before_a_persons_first_words_only(hotline, code):
    answer(hotline, code, "第一句"), answer(hotline, code, "第二句")
    with store.session() as session:
        assert len(sent(session)) == 3 and sum("不插话" in text for text in sent(session)) == 1


def test_whoever_answers_first_has_the_case_and_the_other_is_told(desk, hotline, code):
    wang = signed_in(desk, "wang", "hotline")
    answer(hotline, code, "我来办")
    page = answer(wang, code, "我也来")
    assert page.status_code == 409 and "mei is handling this" in page.text and "我也来" in page.text
    with store.session() as session:
        assert not any("我也来" in text for text in sent(session))


@pytest.mark.parametrize("text, said", [("", "write an answer"), ("  \n ", "write an answer"), ("字" * 3501, "3,500 characters")])
def test_an_answer_that_cannot_be_sent_is_explained(hotline, code, text, said):
    page = answer(hotline, code, text)
    assert page.status_code == 422 and said in page.text
    with store.session() as session:
        assert sent(session) == []


def test_a_worker_without_a_chat_cannot_be_answered_and_staff_are_told(hotline, code):
    with store.session() as session:
        session.query(Worker).one().address = None
    page = answer(hotline, code, "你好")
    assert page.status_code == 409 and "left no chat" in page.text


def test_taking_a_case_tells_the_worker_once_that_somebody_has_it(hotline, code):
    for _ in range(2):
        with store.session(only_reads=True) as session:
            number = hotline_referral(session).id
        hotline.submit(f"/cases/{code}", f"/cases/{code}/take", referral=number)
    with store.session() as session:
        assert [code in text and "有人接了" in text for text in sent(session)] == [True]
        assert session.query(Worker).one().handover == "waiting", "the bot goes on until a person writes"


def test_the_bot_can_be_kept_quiet_before_a_word_is_written_and_comes_back_when_told(hotline, code):
    page = hotline.get(f"/cases/{code}").text
    page = hotline.post(f"/cases/{code}/chat", data=form(page, f"/cases/{code}/chat")).text
    assert "A person is answering; the bot is silent." in page
    page = hotline.post(f"/cases/{code}/hand-back", data=form(page, f"/cases/{code}/hand-back")).text
    assert "The bot is answering." in page
    with store.session() as session:
        assert session.query(Worker).one().handover == "bot" and "我（机器人）回来了" in sent(session)[-1]
        deeds = session.query(Audit).filter(Audit.action.in_(("case.take_chat", "case.hand_back"))).order_by(Audit.id)
        assert [row.action for row in deeds] == ["case.take_chat", "case.hand_back"]


def test_a_resolved_case_gives_the_chat_back_to_the_bot(hotline, code):
    answer(hotline, code, "到账了吗")
    fields = form(hotline.get(f"/cases/{code}").text, f"/cases/{code}/resolve")
    hotline.post(f"/cases/{code}/resolve", data={**fields, "outcome": "工资到账"})
    with store.session() as session:
        assert session.query(Worker).one().handover == "bot" and "办结" in sent(session)[-1]


def test_a_worker_who_says_it_is_solved_waits_for_nobody(code):
    with store.session() as session:
        referrals.resolve(session, hotline_referral(session), "解决了", "worker")
    with store.session() as session:
        assert session.query(Worker).one().handover == "bot" and hotline_referral(session).waiting_since is None


def test_what_the_worker_writes_after_an_answer_waits_again(hotline, code):
    answer(hotline, code, "哪天停工的？")
    with store.session() as session:
        messages.log(session, session.query(Worker).one(), "worker", "去年腊月")
    with store.session() as session:
        first = hotline_referral(session).waiting_since
        assert first is not None and hotline_referral(session).heard_at == first
        messages.log(session, session.query(Worker).one(), "worker", "腊月二十")
    with store.session() as session:
        assert hotline_referral(session).waiting_since == first < hotline_referral(session).heard_at


def test_a_message_that_could_not_be_delivered_is_shown(hotline, code):
    answer(hotline, code, "在吗")
    with store.session() as session:
        session.query(Outbox).filter(Outbox.key.like("staff:%")).order_by(Outbox.id.desc()).first().status = "failed"
        session.query(Worker).one().blocked_at = hotline_referral(session).created_at
    page = hotline.get(f"/cases/{code}").text
    assert "could not be delivered: 1" in page and "has blocked the bot" in page


def test_a_row_to_be_read_aloud_never_breaks_the_browser_chat(desk):
    assert httpx.post(f"{desk}/api/chat", json={"sender": "me", "message": "x"}, timeout=60).status_code == 200
    with store.session() as session:
        worker = workers.arrive(session, "web", "me")
        session.add(Outbox(worker_id=worker.id, channel="web", key="v", body={"voice": "x"}, status="waiting", attempts=0,
                           created_at=worker.created_at))
        messages.send(session, worker, "t", "听得到吗")
    answer = httpx.post(f"{desk}/api/chat/waiting", json={"sender": "me"})
    assert [message["text"] for message in answer.json()["messages"]] == ["听得到吗"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_ready_answer_is_filled_in_and_names_its_blanks(code, language):
    with store.session() as session:
        case = session.query(Case).one()
        case.worker.language = language
        for one in canned.answers():
            for result in ({}, assessment()):
                text = canned.text(case, result, one["id"])
                assert text and "{" not in text and "\n\n" not in text, one["id"]
            assert set(one) >= {"id", "zh", "en"} and one[language]["title"]
        assert code in canned.text(case, {}, "hello") and canned.BLANK in canned.text(case, {}, "deadline")
        filled = canned.text(case, assessment(), "call")
        assert "盘州市总工会" in filled and "0858-12351" in filled
        assert canned.text(case, {}, "nothing of ours") == ""


def test_a_ready_answer_is_put_into_the_field_to_be_changed_before_it_is_sent(hotline, code):
    page = hotline.get(f"/cases/{code}?canned=hello").text
    assert f"编号 {code}" in re.search(r"<textarea id=\"reply\".*?</textarea>", page, re.S).group(0)
    assert 'value="injury"' not in page, "offered in injury cases only"
    with store.session() as session:
        assert sent(session) == []


def test_the_worker_in_telegram_gets_the_answer_writes_back_and_hears_the_bot_again(desk, hotline, telegram, rasa, code):
    worker = telegram.user(int(CHAT))
    answer(hotline, code, "我是小梅，欠条在你手里吗？")
    assert [message.text for message in worker.waits_for(2)][1] == "【工会热线的工作人员】\n我是小梅，欠条在你手里吗？"
    worker.says("在我这里")
    with httpx.stream("GET", f"{desk}/events", cookies=hotline.cookies, timeout=60) as stream:
        for line in stream.iter_lines():
            if line == "event: changed" and "在我这里" in hotline.get(f"/cases/{code}?live=1").text:
                break
    assert rasa.asked == []
    page = hotline.get(f"/cases/{code}").text
    hotline.post(f"/cases/{code}/hand-back", data=form(page, f"/cases/{code}/hand-back"))
    assert "我（机器人）回来了" in worker.waits_for(3)[-1].text
    worker.says("期限是哪天")
    assert worker.waits_for(4)[-1].text == "echo: 期限是哪天"


def test_news_are_announced_only_to_those_signed_in_and_end_with_the_sign_in(desk, hotline, code):
    assert httpx.get(f"{desk}/events").status_code == 204
    lines = []
    with httpx.stream("GET", f"{desk}/events?seen=old", cookies=hotline.cookies, timeout=60) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            lines.append(line)
            if line == "event: changed" and lines.count(line) == 1:
                hotline.post("/logout", data={"csrf": token(hotline.get("/queue").text)})
                with store.session() as session:
                    messages.log(session, session.query(Worker).one(), "worker", "还在吗")
    assert lines.count("event: changed") == 1 and not any("还在吗" in line for line in lines)


def test_an_automatic_look_is_no_reading_on_record(hotline, code):
    hotline.get(f"/cases/{code}"), hotline.get(f"/cases/{code}?live=1")
    with store.session() as session:
        assert session.query(Audit).filter_by(action="case.read").count() == 1
