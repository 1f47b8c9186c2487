"""Every word of the desk stands in both languages, and every contract value has a name."""
import re
from datetime import timedelta
from pathlib import Path
from string import Formatter

import pytest

from bot import settings
from bot.cases import audit_chain, queue, referrals, staff, unanswered
from bot.desk import texts, waiting
from bot.guidance import facts

DESK = Path(texts.__file__).parent
KEY = re.compile(r"""\bt\(\s*["']([a-z_.0-9]+)["']""")
DEADLINES = """arbitration double_wage inspection_complaint injury_recognition_employer injury_recognition_worker
injury_review_reconsideration injury_review_court appraisal_review arbitration_acceptance arbitration_award court_after_award
court_after_refusal court_appeal injury_court_after_reconsideration civil_injury_claim civil_pay_claim debt_note_claim enforcement
union_reply occupational_injury_application""".split()
VALUES = {
    "issue": facts.ISSUES, "occupation": facts.OCCUPATIONS, "employment_form": facts.EMPLOYMENT_FORMS, "body": facts.BODIES,
    "level": facts.LEVELS, "reason": facts.REASONS, "danger": facts.DANGERS, "injury_kind": facts.INJURY_KINDS,
    "answer": (*facts.ANSWERS, "no_answer"), "urgency": queue.URGENCIES, "role": staff.ROLES, "three": ("yes", "no", "unknown"),
    "deadline": DEADLINES, "deadline_status": ("open", "urgent", "passed", "not_running", "unlimited_while_employed", "unknown"),
    "relationship": ("labour_relationship", "not_fully_conforming", "civil", "unclear"), "available": ("yes", "no", "depends"),
    "ended_by": ("worker", "employer", "agreement"), "holder": ("bot", "waiting", "person"), "how": referrals.HOW,
    "referral": (*referrals.OPEN, "resolved", "closed"), "queue_level": [one["name"] for one in queue.order()["levels"]],
    "queue_deadline": waiting.DEADLINES, "queue_view": [name for name, _ in waiting.EVERYBODYS + waiting.DESKS],
    "act": unanswered.ACTS, "unanswered_why": unanswered.WHY, "unanswered_kind": unanswered.KINDS, "chain_fault": audit_chain.FAULTS,
    "document": ("arbitration_application", "evidence_list", "injury_recognition_application", "inspection_complaint",
                 "payment_order_application", "resignation_notice", "union_letter", "representative_authorisation"),
}


def test_no_key_is_missing_in_a_language():
    zh, en = texts.catalogue()["zh"], texts.catalogue()["en"]
    assert set(zh) ^ set(en) == set()


def test_both_languages_fill_in_the_same_fields():
    for key, text in texts.catalogue()["zh"].items():
        assert _fields(text) == _fields(texts.catalogue()["en"][key]), key


def test_every_key_that_a_page_or_a_module_uses_exists():
    for path in [*DESK.glob("templates/*.html"), *DESK.glob("*.py")]:
        for key in KEY.findall(path.read_text(encoding="utf-8")):
            if not key.endswith("."):
                assert key in texts.catalogue()["zh"], f"{path.name}: {key}"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("group", VALUES)
def test_every_contract_value_has_a_name(language, group):
    for value in VALUES[group]:
        assert f"{group}.{value}" in texts.catalogue()[language], value


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fact_has_a_name(language):
    for name, field in facts.Facts.__fields__.items():
        if name in ("case", "as_of", "language", "contacts"):
            continue
        inner = getattr(field.type_, "__fields__", None)
        for dotted in [f"{name}.{leaf}" for leaf in inner] if inner else [name]:
            assert f"fact.{dotted}" in texts.catalogue()[language], dotted


@pytest.mark.parametrize("wanted, accept, chosen", [
    (None, None, "zh"), (None, "en-GB,en;q=0.9", "en"), (None, "fr-FR, en;q=0.5", "en"), (None, "fr", "zh"), ("zh", "en", "zh"),
    ("../x", "en", "en"), (None, "zh-TW,en", "zh"), (None, ";;,,q=", "zh")])
def test_the_language_is_the_one_remembered_else_the_browsers_else_chinese(wanted, accept, chosen):
    assert texts.choose(wanted, accept) == chosen


def test_days_read_as_people_write_them():
    assert texts.Texts("zh").day("2026-12-31") == "2026年12月31日" and texts.Texts("en").day("2026-12-31") == "31 Dec 2026"


@pytest.mark.parametrize("days, words", [(39, "39 days left"), (1, "1 day left"), (0, "today"), (-1, "1 day ago"), (-3, "3 days ago")])
def test_how_far_a_day_is(days, words):
    assert texts.Texts("en").left(settings.today() + timedelta(days=days)) == words


def test_a_place_is_named_and_an_unknown_code_shown_as_it_is():
    assert texts.Texts("zh").place("520281") == "贵州省六盘水市盘州市"
    assert texts.Texts("en").place("999999") == "999999" and texts.Texts("en").place(None) == "not known"


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
