"""Takes personal data out of a message before it is kept for training or for a lawyer: numbers, names, companies, places, accounts.

Rules, not certainty: a person reads every message once more before it leaves the desk. What is taken out is replaced by ordinary
words, and every other digit by 0, which is how the classifier reads digits anyway.
"""
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from bot.understanding import places
from bot.understanding.language import simplify

LONGEST = 1000  # characters of a message that are kept
_HAN = "\u4e00-\u9fff"
_LINK = re.compile(r"(?:https?://|www\.)\S+|\bt\.me/\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_ACCOUNT = re.compile(r"(?<!\w)@[A-Za-z]\w{2,}", re.ASCII)
_NAMED_ACCOUNT = re.compile(r"((?:微信|薇信|威信|QQ|抖音|wechat|whatsapp|telegram|vx|wx|v信)\s*(?:号码?|账号|id)?\s*(?:是|[:：])?\s*)[A-Za-z0-9][\w-]{4,}",
                            re.IGNORECASE | re.ASCII)
_PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9·]{5,7}(?![A-Za-z0-9])")
_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d-\d{1,2}-\d{1,2}(?!\d))\d(?:[ -]?\d){5,}[xX]?(?!\d|\s*(?:元|块|万|yuan|rmb|cny))", re.IGNORECASE)
_SPELT = re.compile("[零〇一二三四五六七八九幺]{6,}")  # a number read out digit by digit
_OF_NAME = rf"(?:(?![我你他她它咱俺在的是了给和被说让去到跟与把不没家从为请告])[{_HAN}（）()])"
_REGISTERED = re.compile(rf"{_OF_NAME}{{2,24}}?(?:有限责任公司|股份有限公司|有限公司)(?:{_OF_NAME}{{2,8}}?分公司)?")
_COMPANY = re.compile(rf"(?<=[在给叫跟和被]){_OF_NAME}{{2,8}}?(?:分公司|公司|集团)(?=上班|工作|干|做|打工|当|送|开|的|[，。,.；;\s]|$)")
_STREET = re.compile(rf"(?:(?![我他她在住到去于是])[{_HAN}]){{2,8}}(?:路|街|大道|巷|小区|花园|大厦)\d+号?(?:\d+[栋幢座楼室号单元]+)*")
_ENGLISH_COMPANY = re.compile(r"\b(?:[A-Z][\w&'-]*\s+){1,5}(?:Co\.?,?\s*Ltd\.?|Company|Ltd\.?|Inc\.?|Group|Limited)(?!\w)")
_ENGLISH_NAME = re.compile(r"\b((?i:my name is|i am called|is called|is named|named|called|mr\.?|mrs\.?|ms\.?|miss|boss|manager|foreman|supervisor)\s+)"
                           r"(?!(?:The|A|My|I|He|She|They|It)\b)([A-Z][a-z]+(?:\s+[A-Z][a-z]+){0,2})")
_ENGLISH_SELF = re.compile(r"\b((?i:i am|i'm|this is)\s+)([A-Z][a-z]+(?:\s+[A-Z][a-z]+){1,2})(?=[\s.,!]|$)")


def scrub(text: str, known: Iterable[str] = ()) -> str:
    """The text without personal data, at most LONGEST characters; `known` are names that the facts of the case hold.

    Chinese comes out in Simplified characters, as the names are looked for in them and the classifier reads no others.
    """
    text = " ".join(text[:LONGEST].split())
    chinese = bool(re.search(f"[{_HAN}]", text))
    if chinese:
        text = simplify(text)
    words = _lexicon()["instead"]["zh" if chinese else "en"]
    for name in sorted({simplify(one.strip()) if chinese else one.strip() for one in known if isinstance(one, str) and len(one.strip()) > 1}, key=len, reverse=True):
        text = re.sub(re.escape(name), words["company"], text, flags=re.IGNORECASE)
    text = _NAMED_ACCOUNT.sub(lambda found: found[1] + words["account"], text)
    for pattern, what in ((_LINK, "link"), (_MAIL, "mail"), (_ACCOUNT, "account"), (_PLATE, "plate"), (_NUMBER, "number"), (_SPELT, "number")):
        text = pattern.sub(words[what], text)
    text = _REGISTERED.sub(words["company"], text)
    text = _COMPANY.sub(lambda found: found[0] if _only_a_trade(found[0]) else words["company"], text)
    text = _ENGLISH_COMPANY.sub(words["company"], text)
    text = _STREET.sub(words["place"], text)
    for found in reversed(places.find(text)):
        text = text[:found.start] + words["place"] + text[found.end:]
    text = _people(text, words["person"])
    return re.sub(r"\d", "0", text)


def _people(text: str, person: str) -> str:
    titled, named, acting, short, called, of_role, selves, family = _patterns()
    text = titled.sub(lambda found: ("某" if person == "某人" else person) + found[1], text)
    text = named.sub(lambda found: found[1] + person, text)
    text = called.sub(lambda found: found[1] + person, text)
    for pattern in (of_role, selves, acting):
        text = pattern.sub(person, text)
    text = family.sub("姓某", text)
    text = short.sub(person, text)
    for pattern in (_ENGLISH_NAME, _ENGLISH_SELF):
        text = pattern.sub(lambda found: found[1] + "somebody", text)
    return text


def _only_a_trade(name: str) -> bool:
    """劳务公司, 外卖公司: a kind of company, not a name."""
    rest = re.sub(r"(?:分公司|公司|集团)\Z", "", name)
    return not re.sub("|".join(sorted(_lexicon()["trades"], key=len, reverse=True)), "", rest)


@cache
def _patterns() -> tuple[re.Pattern, ...]:
    words = _lexicon()
    surnames = "".join(sorted(places.SURNAMES))
    sure = "".join(sign for sign in surnames if sign not in words["also_words"])
    titles, people, doing, no_names = ("|".join(words[name]) for name in ("titles", "people", "doing", "no_names"))
    naming = "|".join(sorted(words["naming"], key=len, reverse=True))
    return (
        re.compile(rf"(?:(?<![总副部项店谢])[{sure}]|(?<![{_HAN}])[{surnames}])(?:某某?)?({titles})"),
        re.compile(rf"(?<![把将被让])((?:{naming})[是:：\s]*)[{_HAN}]{{2,4}}(?=[，。,.；;！!\s]|$|，|[我是在今男女])"),
        re.compile(rf"(?:(?<=^)|(?<=[，。,.；;！!\s叫找被跟和])|(?<=老板)|(?<=工头)|(?<=经理))(?!{no_names})[{sure}][{_HAN}]{{1,2}}(?={doing})"),
        re.compile(rf"[老小阿][{sure}](?=[，。,.；;！!\s说让叫不欠给没是的也就和跟把来去打骂跑在人要又还拿找带今昨收签骗承]|$)"),
        re.compile(rf"((?:{people})(?:的?名?字?叫做?|姓名是?|[是姓]))[{surnames}][{_HAN}]{{0,2}}(?=[，。,.；;！!\s欠说让不没给]|$)"),
        re.compile(rf"(?:{'|'.join(f'(?<={one})' for one in words['people'])})(?!{no_names})[{sure}][{_HAN}]{{1,2}}"
                   rf"(?=[，。,.；;！!？?\s也不没欠说让叫给被在受今去跟和把的要骗打跑]|$)"),
        re.compile(rf"(?<=我是)(?!{no_names})[{sure}][{_HAN}]{{1,2}}(?=[，。,.；;！!\s]|$)"),
        re.compile(rf"姓[{surnames}](?=[，。,.；;！!\s在是]|$)"),
    )


@cache
def _lexicon() -> dict:
    return yaml.safe_load((Path(__file__).parent / "lexicon" / "scrub.yml").read_text(encoding="utf-8"))
