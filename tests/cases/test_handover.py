"""Staff and worker in one chat, on both databases: sent once however often and from wherever the button is pressed."""
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from bot import settings
from bot.cases import cases, handover, messages, queue, referrals, staff, store, teams, workers
from bot.cases.model import Message, Outbox, Referral, Staff, Worker
from tests.cases.conftest import assessment


def passed_on() -> int:
    """A worker's matter that was passed on to the hotline; the number of its referral."""
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "700700700", "zh")
        worker.consented_at, worker.handover = settings.now(), "waiting"
        case = cases.open_case(session, worker)
        cases.keep_assessment(session, case, assessment())
        return referrals.to_hotline(session, case).id


def at_once(work, times: int = 4) -> list:
    """Runs work(number) in so many threads that start together."""
    start = Barrier(times)

    def run(number: int):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_the_same_answer_pressed_in_several_places_at_once_is_sent_once(record):
    number = passed_on()

    def press(_) -> bool:
        with store.session() as session:
            referral = session.get(Referral, number)
            return handover.answer(session, referral, by="staff:mei", text="你好", key="k", opening="开头", sign="热线")

    assert sorted(at_once(press)) == [False, False, False, True]
    with store.session(only_reads=True) as session:
        assert [row.body["text"] for row in session.scalars(select(Outbox).order_by(Outbox.id))] == ["开头", "热线\n你好"]
        assert [row.speaker for row in session.scalars(select(Message).order_by(Message.id))] == ["bot", "staff:mei"]


def test_different_answers_at_once_all_arrive_under_one_opening(record):
    number = passed_on()

    def press(which: int) -> bool:
        with store.session() as session:
            referral = session.get(Referral, number)
            return handover.answer(session, referral, by="staff:mei", text=str(which), key=f"k{which}", opening="开头", sign="热线")

    assert at_once(press) == [True] * 4
    with store.session(only_reads=True) as session:
        texts = [row.body["text"] for row in session.scalars(select(Outbox).order_by(Outbox.id))]
        assert texts[0] == "开头" and sorted(texts[1:]) == [f"热线\n{which}" for which in range(4)]


def test_of_several_who_take_a_case_at_once_one_gets_it(record):
    number = passed_on()
    with store.session() as session:
        for name in "abcd":
            staff.add(session, f"staff-{name}", "hotline")
    with store.session(only_reads=True) as session:
        people = list(session.scalars(select(Staff.id).order_by(Staff.id)))

    def press(which: int) -> bool:
        with store.session() as session:
            return referrals.take(session, session.get(Referral, number), session.get(Staff, people[which]))

    assert sorted(at_once(press)) == [False, False, False, True]


def test_a_handed_back_chat_is_the_bots_and_taking_it_twice_says_it_once(record):
    number = passed_on()
    with store.session() as session:
        referral = session.get(Referral, number)
        assert [handover.take_chat(session, referral, key=key, opening="开头") for key in "12"] == [True, False]
        assert [handover.hand_back(session, referral, key=key, sentence="回来了") for key in "34"] == [True, False]
        assert session.scalar(select(Worker.handover)) == "bot" and session.scalar(select(func.count(Outbox.id))) == 2
        messages.log(session, session.scalar(select(Worker)), "worker", "谢谢")
    with store.session(only_reads=True) as session:
        assert session.get(Referral, number).waiting_since is None, "what is said to the bot waits for nobody"


def test_the_queue_its_filters_and_desks_work_on_both_databases(record):
    number = passed_on()
    with store.session() as session:
        team = teams.keep(session, None, "贵州", "52")
        staff.add(session, "mei", "hotline")
        mei = staff.by_name(session, "mei")
        mei.team_id, session.get(Referral, number).team_id = team.id, team.id
        session.flush()
        every = queue.Filters(issue="wage_arrears", urgency="urgent", assigned="nobody", unread="1", team="mine")
        [row] = queue.waiting(session, every, viewer=mei.id)
        assert row.unread and queue.count(session, every, viewer=mei.id) == 1
        for nothing in (queue.Filters(search="好运"), queue.Filters(level="county"), queue.Filters(reason="not_member"),
                        queue.Filters(offered="1"), queue.Filters(place="44"), queue.Filters(platform="x"), queue.Filters(deadline="none")):
            assert queue.count(session, nothing, viewer=mei.id) == 0, nothing
        assert queue.count(session, queue.Filters(search=row.case.code[-4:].lower()), viewer=mei.id) == 1
