"""Random facts that the contract allows, for the properties of the guidance."""
from datetime import date, timedelta

from hypothesis import strategies as st

from bot.guidance import facts as names

FIRST, LAST = date(2003, 1, 1), date(2032, 12, 31)
days = st.dates(FIRST, LAST)
texts = days.map(date.isoformat)
flags = st.booleans()


def intervals(first: date = FIRST, most: int = 400):
    """[first day, last day], both included."""
    return st.tuples(st.dates(first, LAST - timedelta(days=most)), st.integers(0, most)).map(
        lambda told: [told[0].isoformat(), (told[0] + timedelta(days=told[1])).isoformat()])


def group(**fields):
    return st.fixed_dictionaries({}, optional=fields)


contacts = st.fixed_dictionaries({"body": st.sampled_from(names.BODIES)}, optional={
    "level": st.sampled_from(names.LEVELS), "on": texts, "answer": st.sampled_from(names.ANSWERS),
    "reason": st.sampled_from(names.REASONS)})
decided_by = st.sampled_from([True, False, "platform", "worker", "both", "unclear"])
CONTROL = ("sets_time", "sets_volume", "sets_price", "rules", "penalties")
control = group(**dict.fromkeys(CONTROL, decided_by), registered_business=flags)
FIELDS = {
    "issues": st.lists(st.sampled_from(names.ISSUES), min_size=1, max_size=4, unique=True),
    "adcode": st.sampled_from(["520281", "441300", "110114"]), "occupation": st.sampled_from(names.OCCUPATIONS),
    "platform": st.sampled_from(["美团", "Didi"]), "employer": st.just("某公司"),
    "employment_form": st.sampled_from(names.EMPLOYMENT_FORMS), "control": control, "born": st.sampled_from(["1958-03", "1985-04"]),
    "written_contract": flags, "contract_signed_on": texts, "started_on": texts, "still_employed": flags, "ended_on": texts,
    "ended_by": st.sampled_from(["worker", "employer", "agreement"]), "monthly_wage": st.integers(0, 50000),
    "amount_owed": st.integers(0, 1_000_000), "owed_since": texts, "written_debt_note": flags, "debt_due_on": texts,
    "infringed_on": texts, "infringement_ended_on": texts, "claimed_on": st.lists(texts, max_size=4),
    "employer_promised_on": st.lists(texts, max_size=3), "suspensions": st.lists(intervals(), max_size=3),
    "injury": group(on=texts, kind=st.sampled_from(names.INJURY_KINDS), diagnosed_on=texts, employer_applied_on=texts,
                    recognition_received_on=texts, recognised=flags, reconsideration_received_on=texts, appraisal_received_on=texts,
                    insured=flags, fatal=flags),
    "arbitration": group(filed_on=texts, accepted_on=texts, refused_on=texts, award_received_on=texts, award_final=flags,
                         performance_due_on=texts),
    "court": group(filed_on=texts, judgment_received_on=texts), "people": st.integers(1, 40), "violence": flags,
    "retaliation_feared": flags, "dangers": st.lists(st.sampled_from(names.DANGERS), max_size=2, unique=True),
    "contacts": st.lists(contacts, max_size=3),
    "dont_know": st.lists(st.sampled_from(sorted(names.fact_names())), max_size=4, unique=True),
}
KNOWN_FROM = date(2003, 1, 1)
cases = st.fixed_dictionaries({"as_of": st.dates(KNOWN_FROM, LAST).map(date.isoformat)}, optional=FIELDS)
