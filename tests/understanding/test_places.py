"""Places in messages: every unit of the table, ambiguity, roles, and everyday sentences that name no place."""

import pytest
from hypothesis import given, settings, strategies as st

from bot.law import places
from bot.understanding.places import find, looks_like_place

TABLE = places.table()
PREFECTURES = [place for place in TABLE.values() if place.level == "prefecture"]
WITH_COUNTIES = [place for place in TABLE.values() if places.children(place.adcode)]
AMBIGUOUS_CITIES = {"211300"}  # 朝阳 alone may be the districts of Beijing or Changchun


def only(text, **options):
    found = find(text, **options)
    assert len(found) == 1, f"{text}: {found}"
    return found[0]


def code(text, **options):
    return only(text, **options).adcode


@pytest.mark.parametrize("place", PREFECTURES, ids=lambda place: place.name_zh)
def test_every_prefecture_by_its_names(place):
    assert code(place.name_zh) == place.adcode
    assert code(TABLE[place.parent].name_zh + place.name_zh) == place.adcode
    assert code(TABLE[place.parent].short_zh + place.short_zh) == place.adcode
    if place.adcode in AMBIGUOUS_CITIES:
        assert place.adcode in only(place.short_zh).candidates
    else:
        assert code(place.short_zh) == place.adcode
        assert code(f"我在{place.short_zh}打工") == place.adcode


@pytest.mark.parametrize("parent", WITH_COUNTIES, ids=lambda place: place.name_zh)
def test_every_county_by_its_names(parent):
    below = places.children(parent.adcode)
    namesakes = [place.short_zh for place in below]
    for place in below:
        if place.level != "county":
            continue
        assert code(parent.name_zh + place.name_zh) == place.adcode
        assert code(parent.short_zh + place.name_zh) == place.adcode
        assert code(places.full_name(place.adcode, "zh")) == place.adcode
        if place.short_zh in ("市中", "市南", "市北"):
            continue  # 济南市中 reads as 济南市
        if namesakes.count(place.short_zh) > 1:
            assert place.adcode in only(parent.short_zh + place.short_zh).candidates
        else:
            assert code(parent.short_zh + place.short_zh) == place.adcode


@pytest.mark.parametrize("place", [place for place in TABLE.values() if place.level == "county"], ids=lambda place: place.adcode)
def test_every_county_in_english_with_what_it_belongs_to(place):
    found = only(places.full_name(place.adcode, "en"), language="en")
    assert place.adcode in found.candidates
    assert {TABLE[code].parent for code in found.candidates} == {place.parent}


@pytest.mark.parametrize("place", [place for place in TABLE.values() if place.level == "county"], ids=lambda place: place.adcode)
def test_every_county_with_its_province(place):
    province = places.chain(place.adcode)[-1]
    namesakes = [other.adcode for other in TABLE.values() if other.name_zh == place.name_zh and other.adcode[:2] == place.adcode[:2]]
    for text in (province.name_zh + place.name_zh, province.short_zh + place.name_zh, f"我在{province.short_zh}{place.name_zh}打工"):
        assert place.adcode in only(text).candidates
        assert set(only(text).candidates) <= {place.adcode, *namesakes}


@pytest.mark.parametrize("place", [place for place in TABLE.values() if place.level == "province"], ids=lambda place: place.name_zh)
def test_every_province(place):
    assert code(place.name_zh) == place.adcode and code(place.short_zh) == place.adcode
    assert place.adcode in only(place.name_en).candidates


@pytest.mark.parametrize(
    ("text", "adcode"),
    [
        ("盘州", "520281"),
        ("贵州盘州", "520281"),
        ("六盘水盘州市", "520281"),
        ("我在盘州工地干木工一年多", "520281"),
        ("六盘水", "520200"),
        ("惠州", "441300"),
        ("惠阳区", "441303"),
        ("绵阳", "510700"),
        ("福州", "350100"),
        ("宝安", "440306"),
        ("深圳宝安", "440306"),
        ("宝安区", "440306"),
        ("阜新", "210900"),
        ("阜新蒙古族自治县", "210921"),
        ("北京昌平", "110114"),
        ("昌平", "110114"),
        ("石家庄", "130100"),
        ("威宁", "520526"),
        ("威宁县", "520526"),
        ("黔西南", "522300"),
        ("黔西南州", "522300"),
        ("黔西", "520581"),
        ("长沙", "430100"),
        ("长沙县", "430121"),
        ("南昌", "360100"),
        ("南昌县", "360121"),
        ("余姚", "330281"),
        ("昆山", "320583"),
        ("义乌", "330782"),
        ("仙桃", "429004"),
        ("济源", "419001"),
        ("东莞", "441900"),
        ("延边州", "222400"),
        ("北京朝阳", "110105"),
        ("长春朝阳区", "220104"),
        ("朝阳市", "211300"),
        ("辽宁朝阳", "211300"),
        ("吉林", "220000"),
        ("吉林市", "220200"),
        ("吉林吉林", "220200"),
        ("海南", "460000"),
        ("青海海南", "632500"),
        ("恩施", "422800"),
        ("青海西宁", "630100"),
        ("南京市中心", "320100"),
        ("济南市中区", "370103"),
        ("青岛市南区", "370202"),
        ("重庆江北区", "500157"),
        ("两江新区", "500157"),
        ("盘县", "520281"),
        ("呼市", "150100"),
        ("上海浦东", "310115"),
        ("新疆巴州", "652800"),
        ("喀左", "211324"),
        ("贵州，盘州", "520281"),
        ("贵州的盘州", "520281"),
        ("朝阳区，北京", "110105"),
        ("在西安装空调", "610100"),
        ("在国内江苏打工", "320000"),
        ("我在天河上班", "440106"),
        ("在江西山区修路", "360000"),
        ("在广东山区修路", "440000"),
        ("在湖南县城打工", "430000"),
        ("在河南县城打工", "410000"),
        ("云南县里的工地", "530000"),
        ("在江西市区送餐", "360000"),
    ],
)
def test_chinese(text, adcode):
    assert code(text) == adcode


@pytest.mark.parametrize(
    ("text", "adcode"),
    [
        ("寶安區", "440306"),
        ("我在貴州盤州的工地", "520281"),
        ("東莞虎門", "441900"),
        ("廣東惠州惠陽區", "441303"),
        ("乾安縣", "220723"),
        ("內蒙古呼倫貝爾", "150700"),
    ],
)
def test_traditional_characters(text, adcode):
    found = only(text)
    assert found.adcode == adcode
    assert text[found.start : found.end] == found.text


@pytest.mark.parametrize(
    ("text", "adcode"),
    [
        ("Panzhou, Guizhou", "520281"),
        ("Shenzhen Bao'an", "440306"),
        ("Baoan district in Shenzhen", "440306"),
        ("I work in Bao'an District, Shenzhen", "440306"),
        ("Huizhou", "441300"),
        ("Beijing Changping", "110114"),
        ("Shi Jia Zhuang", "130100"),
        ("Shaanxi", "610000"),
        ("Xi'an", "610100"),
        ("working in Xi'an", "610100"),
        ("Suzhou, Anhui", "341300"),
        ("Suzhou in Jiangsu", "320500"),
        ("Fuzhou, Jiangxi", "361000"),
        ("Taizhou Zhejiang", "331000"),
        ("Yichun city in Heilongjiang", "230700"),
        ("Inner Mongolia", "150000"),
        ("Lhasa", "540100"),
        ("Kashgar", "653100"),
        ("Xizang", "540000"),
        ("Yu County, Hebei", "130726"),
        ("Chaoyang District, Beijing", "110105"),
        ("Taiyuan Shanxi", "140100"),
        ("Jilin City", "220200"),
        ("Weining Yi, Hui and Miao Autonomous County", "520526"),
        ("Weining Yi Autonomous County in Guizhou", "520526"),
        ("Fuxin Mongolian Autonomous County", "210921"),
        ("Fuxin", "210900"),
        ("Chang'an town, Dongguan", "441900"),
        ("the Bao’an district of Shenzhen", "440306"),
        ("Kunshan", "320583"),
        ("Suzhou Industrial Park", "320500"),
    ],
)
def test_english(text, adcode):
    assert code(text, language="en") == adcode


@pytest.mark.parametrize(
    ("text", "first", "others"),
    [
        ("朝阳区", "110105", {"220104"}),
        ("朝阳", "110105", {"211300"}),
        ("鼓楼区", "320106", {"350102"}),
        ("江北区", "330205", {"500157"}),
        ("伊宁", "654002", {"654021"}),
        ("Suzhou", "320500", {"341300"}),
        ("Taizhou", "331000", {"321200"}),
        ("Yichun", "360900", {"230700"}),
        ("Fuzhou", "350100", {"361000"}),
        ("Shanxi", "140000", {"610000"}),
        ("Yulin", "610800", {"450900"}),
        ("Baoshan", "310113", {"530500"}),
        ("Chaoyang district", "110105", {"220104"}),
    ],
)
def test_ambiguous_names_stay_ambiguous(text, first, others):
    found = only(text)
    assert found.adcode is None and found.level is None and not found.exact
    assert others <= set(found.candidates)
    assert first in found.candidates
    if first in places.aliases()["prominent"]:
        assert found.candidates[0] == first


def test_another_province_settles_nothing():
    assert [found.adcode for found in find("they move us from Suzhou to Anhui")] == [None, "340000"]


def test_another_place_in_the_message_settles_an_ambiguous_one():
    first, second = find("我在北京打工，住朝阳区")
    assert (first.adcode, second.adcode, second.exact) == ("110000", "110105", False)


@pytest.mark.parametrize(
    ("text", "adcode", "township"),
    [
        ("东莞虎门", "441900", "虎门镇"),
        ("东莞长安", "441900", "长安镇"),
        ("东莞市长安镇", "441900", "长安镇"),
        ("虎门镇", "441900", "虎门镇"),
        ("昆山花桥镇", "320583", "花桥镇"),
        ("盘州市双凤镇", "520281", "双凤镇"),
    ],
)
def test_townships(text, adcode, township):
    found = only(text)
    assert (found.adcode, found.township) == (adcode, township)


def test_a_town_that_many_counties_have_is_no_place_alone():
    assert find("我住城关镇") == []
    assert looks_like_place("城关镇")


@pytest.mark.parametrize(
    ("text", "adcode", "name"),
    [
        ("苏州工业园区", "320500", "江苏省苏州工业园区"),
        ("雄安新区", "130600", "河北省保定市雄安新区"),
        ("我在深圳前海上班", "440300", None),
        ("燕郊", "131082", None),
        ("青岛西海岸新区", "370211", "山东省青岛西海岸新区"),
    ],
)
def test_development_zones_have_their_hosts_code_and_their_own_name(text, adcode, name):
    found = only(text)
    assert found.adcode == adcode
    assert name is None or found.name == name


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("我老家在贵州威宁，在深圳宝安打工", {"520526": "home", "440306": "work"}),
        ("我是河南人，在上海干活", {"410000": "home", "310000": "work"}),
        ("户口在河南周口，人在东莞厚街", {"411600": "home", "441900": "work"}),
        ("我来自贵州毕节威宁县，在浙江宁波北仑区汽车厂打工", {"520526": "home", "330206": "work"}),
        ("我是从甘肃天水来的", {"620500": "home"}),
        ("公司注册在北京，我在成都送外卖", {"110000": "employer", "510100": "work"}),
        ("上海交建公司欠我钱", {"310000": "employer"}),
        ("北京某某科技拖欠工资", {"110000": "employer"}),
        ("总部在杭州的平台", {"330100": "platform"}),
        ("平台公司注册在天津", {"120000": "platform"}),
        ("我们厂在昆山", {"320583": "work"}),
        ("跟一个老板在新疆摘棉花", {"650000": "work"}),
        ("我去贵阳市总工会问过", {"520100": None}),
        ("公司答应解决北京户口", {"110000": None}),
        ("公司要从苏州搬到安徽，请问能要赔偿吗", {"320500": None, "340000": None}),
        ("courier from Xi'an to Urumqi", {"610100": "origin", "650100": None}), ("我们从重庆到阜新挖煤", {"500000": "origin", "210900": "work"}),
        ("厂子从深圳搬到惠州", {"440300": None, "441300": None}), ("老板跑回湖南老家了", {"430000": "other"}), ("my boss is from Wenzhou", {"330300": "other"}),
        ("工地在盘州", {"520281": "work"}),
        ("盘州", {"520281": None}),
        ("I am from Henan and work in Shenzhen", {"410000": "home", "440300": "work"}),
        ("my hometown is Bijie, I work in Ningbo", {"520500": "home", "330200": "work"}),
        ("the company is registered in Beijing", {"110000": "employer"}),
    ],
)
def test_roles(text, roles):
    assert {found.adcode: found.role for found in find(text)} == roles


EVERYDAY = """\
提成都扣了
forecast of Ali Research
老板拖了三个月工资不给
工资中扣了两百块押金
公司不给交社保
在工地上受伤了
今天水电工都没来
每天水泥要搬二十吨
活干完成都没给钱
上周口头答应给钱
下班路上出了车祸
我是外卖骑手，每天跑长途
老板说同意给钱但是一直拖
我想和平解决这件事
大家都希望平安回家
平安工地评比
资源有限，公司要裁员
安全生产没人管
一定安排我上夜班
规定安全帽自己买
站长不让我请假
保安大队的队长骂人
公安局说这是经济纠纷
合同里没有写清楚
宿舍只有四平方米
早饭吃三明治
我在大理石厂切石头
在兰州拉面店打工，老板不发工资
我在沙县小吃帮厨
在重庆小面馆洗碗
德州扒鸡店帮工
哈密瓜采摘工一天两百
和田玉店的店员
老板叫张和平
工头叫李建平
包工头王海东跑了
我叫刘长春
我叫余姚
老板陈永康不接电话
经理张新华说没钱
老板高明得很
老板是河南人
镇中卫生院说要住院
普通化工厂没有防护
我开东风汽车
给福田汽车做配件
比如加班费怎么算
大方一点吧老板
延长试用期合法吗
通道堵住了出不去
前进不了
工友之间要互助
双方合作协议
共同富裕
我住在人民路
我和县里的干部说了
经理县里有人
我知道县里不管
在天河机场上班
在温泉上班
我住郊区，每天坐车进城
在老城区送外卖
在北京路的餐馆洗碗
住在中山路
市中心的写字楼保洁
区里不管，县里也不管
白银涨价了
来宾要登记
祝你安康
大同小异的合同
阿里巴巴客服外包
美团站点注册让我当个体户
孙中山
霍格沃茨市
民丰村的人
我们村叫长岭村
He owes me 5000 yuan
my boss Ali did not pay
I walked a mile
he can go to hell
lean on me
The app banned me
Atlantis
""".splitlines()


@pytest.mark.parametrize("text", EVERYDAY)
def test_no_place_in(text):
    assert find(text) == []


@pytest.mark.parametrize(
    "text", ["盘州", "霍格沃茨市", "我在长岭村", "Atlantis", "Springfield County", "I work in Gotham", "和平", "城关镇"]
)
def test_looks_like_a_place(text):
    assert looks_like_place(text)


@pytest.mark.parametrize("text", ["", "不知道", "好的", "老板没给钱", "hello", "Thanks", "yes", "三个月", "5000"])
def test_does_not_look_like_a_place(text):
    assert not looks_like_place(text)


def test_an_ordinary_word_is_a_place_when_the_bot_has_just_asked_for_one():
    assert find("和平") == []
    assert "120101" in only("和平", expecting=True).candidates
    assert find("比如加班费", expecting=True) == []


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["贵州", "盘州", "市", "区", "镇", "朝阳", "，", "在", "人", "Suzhou", " district", " in ", "\ud800", "霍"]),
        max_size=14,
    ).map("".join)
)
def test_any_text_is_read_without_error(text):
    for found in find(text):
        assert text[found.start : found.end] == found.text != ""
        assert found.candidates and (found.adcode is None) == (len(found.candidates) > 1)
        assert all(code in TABLE for code in found.candidates)
    looks_like_place(text)
