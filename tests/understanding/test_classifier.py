"""What the classifier says about typical messages, and that none of its data are copied from the real questions."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from bot import model_cache
from bot.understanding import sentences
from bot.understanding.classifier import LONGEST, Model, clauses, normalise, train
from bot.understanding.examples import ISSUES, LABOUR_ISSUES, NOT_LABOUR, ROOT, issues_of, read

ACTS = (
    "greet goodbye thanks affirm deny dont_know inform deflected helped ask_deadlines ask_human ask_why ask_how ask_help "
    "bot_challenge change_language correct restart stop skip back forget status danger insult "
    "choose_reason enough hand_over matter more read_aloud reminders resolved start"
).split()


@pytest.fixture(scope="module")
def examples():
    return read()


@pytest.fixture(scope="module")
def model() -> Model:
    """The classifier in use: `make test` has trained it, or kept it by its fingerprint."""
    return model_cache.understanding()


@pytest.mark.parametrize(
    "text, issue",
    [
        ("干了四个月活，工头到现在一分工钱没发", "wage_arrears"),
        ("进厂一年了都没跟我签劳动合同", "no_contract"),
        ("在车间操作机器，手被压断了，算工伤吗", "work_injury"),
        ("公司今天突然把我开除了，没有补偿", "dismissal"),
        ("每天干十四个小时，周末也不休息，没有加班费", "overtime_rest"),
        ("单位一直没有给我缴社保，五险都没有", "social_insurance"),
        ("送外卖的骑手跟平台到底算不算劳动关系", "platform_status"),
        ("平台把我的骑手账号封了，申诉也没用", "platform_rules"),
        ("想辞职，合同没到期，公司要我付违约金", "contract_terms"),
        ("主管老是对女同事动手动脚，性骚扰怎么办", "discrimination_harassment"),
        ("刚怀孕公司就要辞退我", "leave_maternity"),
        ("喷漆车间不给口罩，通风也没有", "health_safety"),
        ("申请劳动仲裁需要准备哪些材料", "other_labour"),
        ("离婚以后房子怎么分", "not_labour"),
        ("My boss has not paid my wages for two months", "wage_arrears"),
        ("I was fired yesterday without any notice or severance", "dismissal"),
        ("My husband wants a divorce, who gets custody of our kids", "not_labour"),
    ],
)
def test_typical_sentence(model, text, issue):
    assert model.predict(text).issues[:1] == [issue]


@pytest.mark.parametrize(
    "text, act",
    [
        ("你好", "greet"),
        ("再见", "goodbye"),
        ("谢谢你", "thanks"),
        ("对的", "affirm"),
        ("没有", "deny"),
        ("不知道", "dont_know"),
        ("去年五月", "inform"),
        ("工会说我不是会员，不管", "deflected"),
        ("转人工", "ask_human"),
        ("你为什么问这个", "ask_why"),
        ("你是机器人吗", "bot_challenge"),
        ("重新开始", "restart"),
        ("跳过", "skip"),
        ("把我的信息删除", "forget"),
        ("我不想活了", "danger"),
        ("hello", "greet"),
        ("thank you", "thanks"),
    ],
)
def test_act_reports_no_issue(model, text, act):
    prediction = model.predict(text)
    assert (prediction.intent, prediction.issues) == (act, [])


@pytest.mark.parametrize(
    "text, issues",
    [
        ("老板欠我三个月工资，劳动合同也没签", {"wage_arrears", "no_contract"}),
        ("公司没给我交社保，昨天又把我辞退了", {"social_insurance", "dismissal"}),
        ("没签合同，在工地摔断了腿", {"no_contract", "work_injury"}),
        ("天天加班没有加班费，社保也不给交", {"overtime_rest", "social_insurance"}),
    ],
)
def test_several_issues(model, text, issues):
    assert issues <= set(model.predict(text).issues)


@pytest.mark.parametrize(
    "text",
    [
        "我老公每个月工资都给他妈，我想离婚，财产怎么分",
        "同事借我一万块钱不还，有借条，怎么起诉",
        "下班路过菜市场被狗咬了，狗主人不赔医药费",
        "房东不退押金，我已经搬走了",
        "老板向我借了五万做生意，现在到期不还，有借条",
    ],
)
def test_work_in_passing_is_no_labour_question(model, text):
    assert model.predict(text).issues == [NOT_LABOUR]


def test_prediction_is_consistent(model, examples):
    for prediction in model.predict_many([example.text for example in examples[::7]]):
        assert prediction.ranking[0] == (prediction.intent, prediction.confidence)
        assert sum(chance for _, chance in prediction.ranking) == pytest.approx(1)
        assert len(set(prediction.issues)) == len(prediction.issues)
        if prediction.intent in LABOUR_ISSUES:
            assert prediction.issues[0] == prediction.intent
            assert NOT_LABOUR not in prediction.issues
        elif prediction.intent == NOT_LABOUR:
            assert prediction.issues == [NOT_LABOUR]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "？？！", "😀😀😀", "……"])
def test_nothing_said_is_nothing_with_no_confidence(model, text):
    prediction = model.predict(text)
    assert (prediction.intent, prediction.confidence, prediction.issues) == ("", 0.0, [])


@pytest.mark.parametrize("text", ["asdf qwer zxcv", "龘靐齉爩"])
def test_gibberish_is_uncertain(model, text):
    assert model.predict(text).confidence < 0.5


@pytest.mark.parametrize(
    "text, intent",
    [
        ("肚子里有了宝宝就把我打发走", "leave_maternity"),
        ("我在铺子里做工手指头少了一截", "work_injury"),
        ("麻烦找个活人跟我说", "ask_human"),
        ("你是真人还是程序", "bot_challenge"),
        ("这个事我真闹不明白", "dont_know"),
        ("let me talk to a person", "ask_human"),
    ],
)
def test_said_in_words_no_example_has(model, examples, text, intent):
    assert text not in {example.text for example in examples}
    assert model.predict(text).intent == intent


def test_the_sentence_model_is_asked_only_where_the_quick_answer_is_unsure(model, monkeypatch):
    asked = []
    monkeypatch.setattr(sentences, "many", lambda texts: asked.extend(texts) or np.ones((len(texts), sentences.SIZE)))
    assert model.predict("老板拖欠我三个月工资一直不发").issues == ["wage_arrears"]
    assert model.predict("你好").intent == "greet"
    assert asked == []
    model.predict("那个事后来他们又变了")
    assert asked == ["那个事后来他们又变了"]


def test_half_a_character_breaks_nothing(model):
    assert model.predict("老板拖欠工资\ud83d三个月不发\x00").issues[0] == "wage_arrears"


def test_emoji_do_not_hide_the_message(model):
    assert model.predict("老板拖欠工资😭😭两个月了🙏").issues[0] == "wage_arrears"


def test_ten_thousand_characters_are_read_as_far_as_the_first_two_thousand(model):
    long = "老板拖欠我们工资三个月不发。" * 720
    prediction = model.predict(long)
    assert prediction.issues[0] == "wage_arrears"
    assert len(normalise(long)) <= LONGEST
    assert prediction == model.predict(long[:LONGEST])


def test_traditional_and_full_width_are_read_alike(model):
    assert normalise("老闆拖欠薪資３個月") == normalise("老板拖欠薪资3个月")
    assert model.predict("老闆拖欠工資三個月").issues[0] == "wage_arrears"


def test_greeting_before_a_problem_is_dropped_and_alone_it_stays():
    assert normalise("你好，请问公司不发工资怎么办？谢谢") == "公司不发工资怎么办"
    assert normalise("你好") == "你好"


def test_clauses_join_short_ones():
    assert clauses("老板欠我三个月工资。合同也没签。急") == ["老板欠我三个月工资，合同也没签，急"]


def test_same_examples_give_the_same_model(tmp_path):
    few = [example for example in read(language="zh") if example.intent in ("greet", "wage_arrears", "dismissal")]
    one, two = train(few), train(few)
    texts = [example.text for example in few[::5]]
    assert one.predict_many(texts) == two.predict_many(texts)
    one.save(tmp_path / "model")
    assert Model.load(tmp_path / "model").predict_many(texts) == one.predict_many(texts)


def test_a_process_that_reads_a_model_multiplies_with_one_thread(model, tmp_path):
    model.save(tmp_path / "model")
    Model.load(tmp_path / "model")
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}


def test_no_tensorflow_and_no_rasa():
    code = (
        "import sys; from bot.understanding.classifier import Lexicon; Lexicon();"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'rasa')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_every_issue_and_act_has_enough_examples(examples):
    counts = Counter(example.intent for example in examples if example.language == "zh")
    assert set(counts) == set(ISSUES) | set(ACTS)
    assert all(counts[issue] >= (260 if issue == NOT_LABOUR else 130) for issue in ISSUES)
    assert all(counts[act] >= 20 for act in ACTS)


def test_no_example_has_two_intents(examples):
    intents = defaultdict(set)
    for example in examples:
        intents[normalise(example.text)].add(example.intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_also_must_name_labour_issues():
    assert issues_of("dismissal", ["wage_arrears", "dismissal"]) == ("dismissal", "wage_arrears")
    with pytest.raises(ValueError):
        issues_of("dismissal", ["not_labour"])
    with pytest.raises(ValueError):
        issues_of("greet", ["dismissal"])
