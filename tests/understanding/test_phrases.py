"""Issues that a worker says are none of theirs are not reported."""
import pytest

from bot.understanding.phrases import settle

WAGES, HURT, FIRED, NONE = "wage_arrears", "work_injury", "dismissal", "no_contract"


@pytest.mark.parametrize("text,reported,left", [
    ("工资没拖欠，就是干活受伤，还有没签合同", [HURT, NONE, WAGES], [HURT, NONE]),
    ("没受伤，就是不给钱", [WAGES, HURT], [WAGES]),
    ("沒有受傷，就是工資不給", [WAGES, HURT], [WAGES]),
    ("没有被辞退，是我自己走的，工资还没结", [WAGES, FIRED], [WAGES]),
    ("I was not injured, but they owe me two months", [WAGES, HURT], [WAGES]),
    ("They didn't fire me, I just never got paid", [WAGES, FIRED], [WAGES]),
])
def test_what_is_denied_is_not_reported(text, reported, left):
    assert settle(reported, text) == left


@pytest.mark.parametrize("text,reported", [
    ("老板说工资结清了，其实一分没给", [WAGES]),
    ("让我签字写工资都结清，可我还没拿到钱，还把我开除了", [FIRED, WAGES]),
    ("没受伤的话能要误工费吗，我现在腿断了", [HURT]),
    ("如果没受伤还能干吗", [HURT, WAGES]),
    ("是不是没有拖欠工资就不能告", [WAGES, FIRED]),
    ("工资没结清，人也摔伤了", [HURT, WAGES]),
])
def test_what_others_say_or_is_only_supposed_takes_nothing_back(text, reported):
    assert settle(reported, text) == reported


@pytest.mark.parametrize("text", [
    "我送饿了么受伤了，五家公司都说跟我没关系", "跑美团的，站点不承认我是员工", "I deliver for Ele.me and they all say I am not their employee",
])
def test_a_platform_that_denies_its_worker_is_asked_about_as_an_employer(text):
    assert settle([HURT], text) == [HURT, "platform_status"]


def test_who_is_no_platform_worker_is_not_asked_about_a_platform():
    assert settle([HURT], "工地上摔的，老板说跟他没关系") == [HURT] and settle([], "平台说我不是员工") == []


@pytest.mark.parametrize("text", ["欠我三个月工资，老板人不见了", "包工头跑路了，活也没了", "He owes us wages and the whole company vanished"])
def test_an_employer_who_is_gone_has_dismissed_nobody(text):
    assert settle([WAGES, FIRED], text) == [WAGES] and settle([FIRED], text) == [FIRED]


@pytest.mark.parametrize("text", ["把我辞退了，工资没给，现在老板失联", "不让我来上班，人也找不到人", "I was fired and then the boss disappeared"])
def test_a_dismissal_that_is_told_stays_though_the_employer_is_gone(text):
    assert settle([WAGES, FIRED], text) == [WAGES, FIRED]
