"""What is kept for training names nobody: numbers, names, companies, places and accounts are taken out, and the rest still reads."""

from __future__ import annotations

import re

import pytest

from bot.understanding.classifier import normalise
from bot.understanding.examples import read
from bot.understanding.language import simplify
from bot.understanding.scrub import LONGEST, scrub


@pytest.mark.parametrize(
    "text, kept",
    [
        ("我叫张建国，身份证520202198803041234，电话13812345678", "我叫某人，身份证某号码，电话某号码"),
        ("老板王大军欠我61800块", "老板某人欠我00000块"),
        ("老闆張建國欠我61800塊，電話13812345678", "老板某人欠我00000块，电话某号码"),
        ("张伟明欠我三个月工资，微信号zhang_w88", "某人欠我三个月工资，微信号某账号"),
        ("王经理说没钱，李师傅给我打的欠条", "某经理说没钱，某师傅给我打的欠条"),
        ("包工头刘建军", "包工头某人"),
        ("我老公陈志明受伤了，工友王二狗也没拿到", "我老公某人受伤了，工友某人也没拿到"),
        ("我是李秀英，找李国强要钱", "我是某人，找某人要钱"),
        ("我姓王，和张丽一起干", "我姓某，和某人一起干"),
        ("电话是一三八一二三四五六七八", "电话是某号码"),
        ("老王跑了，电话0858-3612345", "某人跑了，电话某号码"),
        ("我在贵州盘州宏达建筑劳务有限公司干活，2025年3月停工", "我在某公司干活，0000年0月停工"),
        ("中建三局集团有限公司盘州分公司欠薪", "某公司欠薪"),
        ("在宏达公司上班", "在某公司上班"),
        ("住在人民路12号3栋", "住在某地"),
        ("车牌贵B12345被扣", "车牌某车牌被扣"),
        ("银行卡6222 0200 1234 5678 901", "银行卡某号码"),
        ("http://a.cn/x 看这里 abc@qq.com", "某网址 看这里 某邮箱"),
        ("My name is Zhang Wei, boss Li Ming owes me 8000 yuan", "My name is somebody, boss somebody owes me 0000 yuan"),
        ("I work for Hongda Labour Co., Ltd in Shenzhen", "I work for a company in some place"),
        ("I am Zhang San. I'm Wang Fang, pay me", "I am somebody. I'm somebody, pay me"),
        ("my phone is 138 1234 5678, mail a@b.cn", "my phone is a number, mail an e-mail address"),
    ],
)
def test_personal_data_are_taken_out(text, kept):
    assert scrub(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "劳务公司不给签合同", "周末没给加班费", "钱没给", "我们公司总经理说了不算", "小时工没给", "找不到老板了怎么办", "高温津贴没给",
        "项目经理让我走", "石头砸了脚", "顾客说没收到餐，平台让我赔", "我老公在砖厂干活", "谢谢师傅", "公司不签合同怎么办", "告公司去哪里",
        "赔的钱老板说归他", "The boss said no", "小程序打不开", "我是钟点工，老板没给钱", "我是木工", "老板何时发工资", "同事周末加班", "我是程序员，被裁了", "I am Chinese and sick",
        "上周五人事把我叫到会议室",
    ],
)
def test_ordinary_words_stay(text):
    assert scrub(text) == text


def test_what_the_facts_of_the_case_name_is_taken_out():
    assert scrub("宏达把我开除了", ["宏达", None, "x"]) == "某公司把我开除了"


def test_of_our_own_examples_hardly_a_sentence_is_changed_beyond_places_and_digits():
    texts = [example.text for example in read(language="zh")][::12]
    kept = [(re.sub(r"\d", "0", " ".join(simplify(text).split())), scrub(text)) for text in texts]
    changed = [pair for pair in kept if pair[0] != pair[1][: LONGEST] and "某地" not in pair[1]]
    assert len(changed) < len(texts) / 100, changed[:20]


def test_the_classifier_reads_a_digit_as_before():
    assert normalise(scrub("欠我8000块3个月")) == normalise("欠我8000块3个月")


@pytest.mark.parametrize("text", ["", " ", "\x00", "1" * 5000, "（" * 900 + "公司", "王" * 1000, "a@" * 500])
def test_any_text_comes_through(text):
    assert len(scrub(text)) <= 2 * LONGEST
