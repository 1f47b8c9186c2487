"""Spellings of one employer meet in one form; what tells two employers apart stays; what is only alike is scored."""
import pytest

from bot.understanding import employer_names
from bot.understanding.employer_names import likeness, read

PANZHOU, CHONGQING, SHANGHAI = "520281", "500103", "310115"
ONE = [
    (PANZHOU, ["好运建筑", "好运建筑有限公司", "好運建築有限責任公司", "好运建筑股份有限公司", "好运建筑集团", "盘州市好运建筑有限公司", "贵州省六盘水市好运建筑公司",
               "好运建筑（六盘水）有限公司", " 好 运 建 筑 有限公司 ", "好运建筑有限公司第二项目部", "好运建筑有限公司六盘水分公司", "好运建筑有限公司(个体工商户)"]),
    (CHONGQING, ["重庆好运建筑有限公司", "重慶市好運建築公司", "好运建筑（重庆）有限公司", "好运建筑", "重庆好运建筑有限公司成都分公司"]),
    (SHANGHAI, ["Shanghai Haoyun Construction Co., Ltd.", "HAOYUN CONSTRUCTION (SHANGHAI) LIMITED", "Ｈａｏｙｕｎ Construction", "haoyun-construction llc"]),
    (PANZHOU, ["美团", "美團外賣", "Meituan", "ＭＥＩＴＵＡＮ", "北京三快在线科技有限公司", "mei tuan"]),
    (PANZHOU, ["饿了么", "饿了吗", "ele.me", "拉扎斯网络科技（上海）有限公司", "上海拉扎斯信息科技有限公司"]),
    (PANZHOU, ["顺丰", "顺丰速运有限公司", "SF Express"]),
    (PANZHOU, ["周木生", "包工头周木生", "周木生老板"]),
]
TWO = [("好运建筑", "好运劳务"), ("好运建筑", "大运建筑"), ("重庆好运建筑有限公司", "成都好运建筑有限公司"), ("好运建筑劳务", "好运建筑"), ("美团", "饿了么"),
       ("周木生", "周木林")]


@pytest.mark.parametrize("adcode, spellings", ONE, ids=[names[0] for _, names in ONE])
def test_spellings_of_one_name_meet(adcode, spellings):
    assert len({read(name).key(adcode) for name in spellings}) == 1, {name: read(name) for name in spellings}


@pytest.mark.parametrize("one, other", TWO)
def test_what_tells_two_employers_apart_stays(one, other):
    assert read(one).key(PANZHOU) != read(other).key(PANZHOU)


def test_a_name_without_its_place_counts_within_one_city_and_a_platform_everywhere():
    assert read("好运建筑").key(PANZHOU) == read("好运建筑").key("520203") != read("好运建筑").key(CHONGQING)
    assert read("美团").key(PANZHOU) == read("美团").key(CHONGQING)
    assert read("重庆好运建筑").key(PANZHOU) == read("重庆好运建筑").key(None)


@pytest.mark.parametrize("words", ["", "  ", "老板", "张总", "包工头", "建筑公司", "电子厂", "劳务派遣公司", "工地", "公司", "不知道", "the company", "my boss", "Ltd.",
                                   "（）", "。。", "x" * 500, None, 7, "\u200b", "有限公司"])
def test_a_name_that_names_nobody_is_none(words):
    assert read(words) is None


@pytest.mark.parametrize("one, other, least, most", [
    ("好运建筑", "重庆好运建筑有限公司", 100, 100), ("重庆好运建筑", "成都好运建筑", 80, 99), ("好运建筑", "好运建筑劳务有限公司", 80, 99), ("富士康", "富士康科技集团", 80, 99),
    ("好运建筑", "好远建筑", 80, 99), ("好运建筑", "Haoyun Construction", 80, 99), ("盘州美团配送站", "美团", 80, 99), ("好运建筑", "福来电子", 0, 60),
    ("周木生", "李大勇", 0, 60)])
def test_names_that_are_alike_are_told_from_those_that_are_not(one, other, least, most):
    assert least <= likeness(read(one), read(other)) <= most and likeness(read(one), read(other)) == likeness(read(other), read(one))


@pytest.mark.parametrize("told, stored", [("美團外賣", "美团"), ("Didi", "滴滴"), ("某某跑腿小哥群13800000000", "other"), ("", None), ("  ", None), (None, None)])
def test_of_platforms_only_known_ones_are_named_in_clear(told, stored):
    assert employer_names.stored(told) == stored
