"""What the bot did not understand: kept scrubbed and after consent only, grouped, labelled, given out, erased, counted."""
from datetime import date, timedelta

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import text, true

from bot import law, settings
from bot.cases import cases, forget, referrals, retention, rights, store, teams, unanswered, workers
from bot.cases.model import Audit, HeardDay, HeardMessage, Staff, Unanswered
from bot.cli import app
from bot.dialogue import listen, missed
from bot.dialogue.heard import Heard
from bot.dialogue.state import State
from bot.documents import mydata
from bot.guidance.facts import parse_facts
from bot.understanding.examples import read
from tests.law.test_deadlines import KEYS


@pytest.fixture
def agreed(worker):
    worker.consented_at = settings.now()
    return worker


def keep(session, worker, text="工地的饭太咸了找谁", why="unclear", language="zh", guess="other_labour", case=None) -> Unanswered:
    unanswered.keep(session, worker, case, text=text, why=why, language=language, guess=guess, confidence=0.2)
    session.flush()
    return session.query(Unanswered).order_by(Unanswered.id.desc()).first()


def heard(text: str, intent="nlu_fallback", number=1, **more) -> Heard:
    return Heard("telegram-x", text, f"m{number}", intent=intent, guess="inform", confidence=0.2, **more)


def test_a_question_for_which_there_is_no_guidance_is_kept_without_names_and_numbers(session, agreed):
    state = State()
    cases.state(session, cases.open_case(session, agreed), {"employer": "宏达"})
    told = heard("宏达的厂车几点开？电话13812345678吗")
    listen.absorb(session, law.load(), agreed, state, told, [])
    missed.note(session, agreed, state, told)
    row = session.query(Unanswered).one()
    assert (row.why, row.text, row.guess, row.language) == ("no_answer", "某公司的厂车几点开？电话某号码吗", "inform", "zh")
    assert unanswered.coverage(session) == [(settings.today() - timedelta(days=settings.today().weekday()), 1, 1)]


def test_without_consent_nothing_is_kept_or_counted(session, worker):
    state = State()
    state.miss(heard("嗡嗡"), "unclear")
    missed.note(session, worker, state, heard("嗡嗡"))
    keep_nothing = unanswered.keep(session, worker, None, text="嗡嗡", why="unclear", language="zh", guess=None, confidence=None)
    assert keep_nothing is None and session.query(Unanswered).count() == session.query(HeardMessage).count() == 0


def test_a_message_is_counted_once_though_it_takes_several_turns(session, agreed):
    state, told = State(), heard("你好")
    for why in (None, None, "unclear", "unread", None):
        if why:
            state.miss(told, why)
        missed.note(session, agreed, state, told)
    assert [(sum(row.heard for row in rows), sum(row.missed for row in rows)) for rows in [session.query(HeardMessage).all()]] == [(1, 1)]
    assert [row.why for row in session.query(Unanswered)] == ["unclear"]


def test_a_button_is_no_message_and_what_is_out_of_scope_was_understood(session, agreed):
    state = State()
    missed.note(session, agreed, state, heard("/affirm"))
    told = heard("离婚房子怎么分", "not_labour", 2)
    state.miss(told, "out_of_scope")
    missed.note(session, agreed, state, told)
    assert unanswered.coverage(session)[0][1:] == (1, 0) and session.query(Unanswered).one().why == "out_of_scope"


def test_messages_that_are_much_alike_stand_together(session, agreed):
    texts = ["食堂的饭太咸了找谁", "食堂饭太咸了该找谁", "厂车几点开", "食堂的饭太咸找谁说", "what time is the bus", "厂车是几点开的"]
    for words in texts:
        keep(session, agreed, words, language="en" if words.isascii() else "zh")
    sizes = [[row.text for row in group.rows] for group in unanswered.groups(unanswered.waiting(session, true()))]
    assert sizes == [[texts[3], texts[1], texts[0]], [texts[5], texts[2]], [texts[4]]]


def test_pages_go_on_where_the_last_one_ended(session, agreed):
    rows = [keep(session, agreed, f"第{number}条消息") for number in range(5)]
    first = unanswered.waiting(session, true(), limit=3)
    assert [row.id for row in first + unanswered.waiting(session, true(), before=first[-1].id, limit=3)] == [row.id for row in rows[::-1]]
    assert unanswered.count_waiting(session, true()) == {"unclear": 5} and unanswered.waiting(session, true(), why="unread") == []


@pytest.mark.parametrize("kind, name, also, code", [("example", None, (), "label"), ("example", "nonsense", (), "label"),
                                                    ("x", None, (), "kind"),
                                                    ("example", "greet", ("wage_arrears",), "also"),
                                                    ("example", "wage_arrears", ("not_labour",), "also")])
def test_a_label_that_cannot_be_is_refused(session, agreed, kind, name, also, code):
    row = keep(session, agreed)
    with pytest.raises(unanswered.LabelError) as error:
        unanswered.label(session, [row], kind, "staff:mei", name=name, also=also)
    assert error.value.code == code and row.kind is None


def test_every_label_is_an_intent_of_the_training_data():
    assert set(unanswered.LABELS) <= {example.intent for example in read()}


def test_the_file_of_examples_is_read_like_the_training_data(session, agreed, tmp_path):
    texts = [("- 老板 [不给] {钱}: 'x' # y", "wage_arrears", ("no_contract",)), ("谢谢\u2028啦\x07", "thanks", ()),
            ("&anchor *star !tag % @ `", "insult", ()), ("yes", "affirm", ())]
    for words, name, also in texts:
        unanswered.label(session, [keep(session, agreed, words)], "example", "staff:mei", name=name, also=also)
    unanswered.label(session, [keep(session, agreed, "hello there", language="en")], "example", "staff:mei", name="greet")
    unanswered.label(session, [keep(session, agreed, "没有意义")], "noise", "staff:mei")
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "from_the_desk.yml").write_text(unanswered.export_examples(session, "zh"), encoding="utf-8")
    found = {example.text: (example.intent, example.issues) for example in read(tmp_path)}
    assert found == {"老板 【不给】 {钱}: 'x' # y": ("wage_arrears", ("wage_arrears", "no_contract")), "谢谢 啦": ("thanks", ()),
                     "&anchor *star !tag % @ `": ("insult", ()), "yes": ("affirm", ())}


def test_a_text_is_given_out_once_and_not_against_the_training_data(session, agreed):
    for name in ("greet", "thanks"):
        unanswered.label(session, [keep(session, agreed, "嗨")], "example", "staff:mei", name=name)
    unanswered.label(session, [keep(session, agreed, "你好")], "example", "staff:mei", name="insult")
    unanswered.label(session, [keep(session, agreed, "您好")], "example", "staff:mei", name="greet")
    file = unanswered.export_examples(session, "zh", {"你好": "greet", "您好": "greet"})
    assert yaml.safe_load(file)["nlu"] == [{"intent": "thanks", "examples": [{"text": "嗨\n"}]}]
    assert "# left out, data/nlu has it as greet, here it is insult: 你好" in file and "您好" not in file


def test_a_question_is_given_out_in_the_form_of_the_lawyers_cases(session, agreed):
    unanswered.label(session, [keep(session, agreed, "食堂的饭: 太咸 # 找谁")], "question", "staff:mei", name="health_safety")
    unanswered.label(session, [keep(session, agreed, "厂车几点开")], "question", "staff:mei", name="greet")
    cases_ = yaml.safe_load(unanswered.export_questions(session))
    assert [one["name"] for one in cases_] == ["食堂的饭: 太咸 # 找谁", "厂车几点开"]
    assert [one["facts"] for one in cases_] == [{"issues": ["health_safety"]}, {"issues": ["other_labour"]}]
    for one in cases_:
        assert set(one) <= KEYS and isinstance(one["as_of"], date) and parse_facts(one["facts"])


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_the_command_gives_out_the_same_files_and_that_goes_on_record(record):
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "1", "zh")
        worker.consented_at = settings.now()
        unanswered.label(session, [keep(session, worker, "干到现在一个子儿没见着")], "example", "staff:mei", name="wage_arrears")
        unanswered.label(session, [keep(session, worker)], "question", "staff:mei", name="health_safety")
    file, questions = (CliRunner().invoke(app, ["unanswered", "export", *more]) for more in ((), ("--questions",)))
    assert "- intent: wage_arrears" in file.stdout and "name: 工地的饭太咸了找谁" in questions.stdout
    with store.session(only_reads=True) as session:
        assert [(row.action, row.subject) for row in session.query(Audit)] == [("unanswered.export", one) for one in ("zh", "questions")]


def test_a_label_can_be_put_right_and_taken_back(session, agreed):
    row = keep(session, agreed, "老王不给钱")
    unanswered.label(session, [row], "example", "staff:mei", name="wage_arrears", text="某人不给钱")
    assert "某人不给钱" in unanswered.export_examples(session, "zh") and "老王" not in unanswered.export_examples(session, "zh")
    unanswered.open_again(session, row)
    assert unanswered.export_examples(session, "zh").endswith("nlu: []\n") and unanswered.waiting(session, true()) == [row]


def test_erasing_a_worker_or_a_case_takes_the_messages_along(record):
    with store.session() as session:
        for number in range(2):
            worker = workers.arrive(session, "telegram", str(number), "zh")
            worker.consented_at = settings.now()
            case = cases.open_case(session, worker)
            keep(session, worker, f"没有案子{number}")
            keep(session, worker, f"有案子{number}", case=case)
        forget.forget(session, worker)
    with store.session() as session:
        assert {row.text for row in session.query(Unanswered)} == {"没有案子0", "有案子0"}
        forget.forget_case(session, session.query(cases.Case).one())
    with store.session() as session:
        assert [row.text for row in session.query(Unanswered)] == ["没有案子0"], "sealed anew with the worker's other key"


def test_my_data_lists_them(session, agreed):
    unanswered.label(session, [keep(session, agreed)], "example", "staff:mei", name="other_labour")
    [shown] = mydata.held(session, agreed)["not_understood"]
    assert (shown["text"], shown["why"], shown["label"]) == ("工地的饭太咸了找谁", "unclear", "other_labour")


def test_the_words_lie_encrypted(record):
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "1", "zh")
        worker.consented_at = settings.now()
        keep(session, worker)
    with store.session(only_reads=True) as session:
        [stored] = session.execute(text("SELECT text FROM unanswered")).scalars()
    assert "工地".encode() not in bytes(stored)


def test_of_one_worker_only_so_many_are_kept(session, agreed, monkeypatch):
    monkeypatch.setattr(unanswered, "MOST", 3)
    for number in range(5):
        keep(session, agreed, f"第{number}条")
    assert session.query(Unanswered).count() == 3


def test_what_cannot_be_scrubbed_is_counted_and_not_kept(session, agreed):
    """Another script, and the answer to a question that asks for a name."""
    state = State(asked="household_place")
    for number, said in enumerate(("Салом алейкум Ҷамшед", "嗡嗡")):
        told = heard(said, number=number)
        listen.absorb(session, law.load(), agreed, state, told, [])
        missed.note(session, agreed, state, told)
    assert session.query(Unanswered).count() == 0 and unanswered.coverage(session)[0][1:] == (2, 2)


def test_the_hotline_sees_those_of_matters_within_reach_that_were_passed_on(session):
    def told(number: int, adcode: str | None, passed: bool) -> None:
        worker = workers.arrive(session, "telegram", str(number), "zh")
        worker.consented_at = settings.now()
        case = cases.open_case(session, worker) if adcode else None
        if case:
            case.adcode = adcode
        if passed:
            referrals.to_hotline(session, case)
        keep(session, worker, f"{adcode} {passed}", case=case)

    for number, (adcode, passed) in enumerate([("520281", True), ("520281", False), ("440306", True), (None, False)]):
        told(number, adcode, passed)
    guizhou = teams.keep(session, None, "贵州", "52").id
    teams.keep(session, None, "深圳", "4403")
    people = {name: Staff(name=name, role=role, team_id=team) for name, role, team in
              (("mei", "hotline", guizhou), ("lin", "hotline", None), ("root", "admin", None))}
    seen = {name: {row.text for row in unanswered.waiting(session, rights.unanswered(session, one))} for name, one in people.items()}
    assert seen["mei"] == {"520281 True"} and seen["lin"] == {"520281 True", "440306 True"} and len(seen["root"]) == 4
    [out_of_reach] = [row.id for row in session.query(Unanswered) if row.text == "440306 True"]
    assert unanswered.found(session, rights.unanswered(session, people["mei"]), out_of_reach) is None


def test_days_are_folded_and_what_nobody_labelled_in_time_is_gone(record, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-03-02")
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "1", "zh")
        worker.consented_at = settings.now()
        case = cases.open_case(session, worker)
        cases.state(session, case, {"started_on": "2026-02-27"})
        case.act_by = date(2027, 3, 1)  # so that the worker and the case are still there in the end
        keep(session, worker, case=case)
        unanswered.label(session, [keep(session, worker, "留下", case=case)], "example", "staff:mei", name="greet")
        for number in range(5):
            unanswered.count_message(session, "zh", heard=1, missed=number % 2)
        unanswered.count_message(session, "en", heard=1, missed=0)
    for day in ("2026-03-04", "2026-03-05"):
        monkeypatch.setenv("BOT_TODAY", day)
        retention.round()
    with store.session() as session:
        assert [(str(row.on), row.language, row.heard, row.missed) for row in session.query(HeardDay).order_by(HeardDay.heard)] == [
            ("2026-03-02", "en", 1, 0), ("2026-03-02", "zh", 5, 2)]
        assert session.query(HeardMessage).count() == 0 and session.query(Unanswered).count() == 2
        assert [row[1:] for row in unanswered.coverage(session)] == [(6, 2)]
        assert [row[1:] for row in unanswered.coverage(session, "en")] == [(1, 0)]
    monkeypatch.setenv("BOT_TODAY", str(date(2026, 3, 2) + retention.UNLABELLED + timedelta(days=1)))
    retention.round()
    with store.session() as session:
        assert [row.text for row in session.query(Unanswered)] == ["留下"]
