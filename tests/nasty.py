"""What nobody should be able to break anything with: texts, numbers and values of any shape, for Hypothesis.

`FUZZ=full` runs the fuzz tests at the size docs/reliability.md names, `FUZZ=0.1` a tenth of that; without it they run a short, always
equal part.
"""
import os

from hypothesis import HealthCheck, Phase, settings, strategies as st

SIZE = os.environ.get("FUZZ", "0")
PART = 1.0 if SIZE == "full" else float(SIZE)
TEXTS = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "{{7*7}}{% raw %}", "${jndi:ldap://x}",
    "&lt;b&gt;",
    "'; DROP TABLE worker; --", "' OR 1=1 --", "\\", "%", "_", "%s%n%x", "%00", "../../../etc/passwd", "..\\..\\x", "/dev/null",
    "*bold* _it_ [x](http://x) `code` ~~~", "# 标题\n- 点", "[click](tg://user?id=1)", "</textarea>", "<!--", "]]>", "<a href=\"x\">",
    "\u202egnp.exe\u202c", "\u2066abc\u2069", "a\u200bb\u200dc\u2060d\ufeff", "\u200f\u200e", "e\u0301" * 50, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
    "=1+1", "+8613812345678", "-5", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "\t=1", "'=1", "＝1+1", "\x00", "\x07\x1b[31m",
    "\r\nSet-Cookie: x=1",
    "null", "NaN", "Infinity", "-0", "1e309", "9" * 400, "-" + "9" * 30, "0x7fffffff", "2147483648", "9223372036854775808",
    "00000000000000001",
    "1" * 5000, "2026-02-30", "0000-00-00", "9999-12-31", "9999-99-99", "二〇二六年十三月四十号", "😀" * 200, "👷‍♂️", "𠮷" * 30,
    "\ud7ff", "ﷺ" * 100,
    "/start " + "A" * 300, "/forget", "/clear", "/mydata", "/inform{\"place\": 1}", "/inform{", "/affirm", "/\u202e", "//", "/ask_help@bot",
    "我在\u202e深圳\u202c打工，老板欠我\u200b五千块", "欠我" + "9" * 60 + "块", "，" * 4097, "\n" * 4000, "", " ", "\u3000",
]
text = st.one_of(st.sampled_from(TEXTS), st.text(max_size=60), st.lists(st.sampled_from(TEXTS), max_size=3).map("".join))
whole = st.one_of(st.sampled_from([0, -1, 1, 2 ** 31, 2 ** 53 + 1, 2 ** 63, 2 ** 64, -2 ** 63 - 1, 10 ** 300]), st.integers())
number = st.one_of(whole, st.floats(allow_nan=False, allow_infinity=False))
scalar = st.one_of(st.none(), st.booleans(), number, text)
value = st.recursive(scalar, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(text, inner, max_size=3)), max_leaves=8)


def fuzz(short: int, full: int):
    """How many examples a test runs; at full size without looking for the smallest one that fails."""
    return settings(max_examples=max(short, int(full * PART)), deadline=None, derandomize=True, database=None,
                    phases=(Phase.explicit, Phase.generate) if PART else tuple(Phase),
                    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large,
                                           HealthCheck.large_base_example])
