"""The facts of a case: their names, types and limits (CONTRACT.md, "Facts"). Unknown is None."""
import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, Optional

from pydantic import BaseModel, Extra, Field, ValidationError, conint, constr, validator

ISSUES = ("wage_arrears", "no_contract", "work_injury", "dismissal", "overtime_rest", "social_insurance", "platform_status",
          "platform_rules", "contract_terms", "discrimination_harassment", "leave_maternity", "health_safety", "other_labour",
          "not_labour")
OCCUPATIONS = ("truck_driver", "courier", "nursing_care", "domestic_work", "security_guard", "food_delivery", "retail",
               "real_estate_agent", "construction", "manufacturing", "ride_hailing", "streamer", "teacher_tutor", "cleaning",
               "catering", "mining", "office", "taxi_driver", "other")
EIGHT_GROUPS = OCCUPATIONS[:8]
EMPLOYMENT_FORMS = ("employee", "dispatched", "subcontracted", "platform_dedicated", "platform_crowdsourced", "self_employed",
                    "student", "past_retirement_age")
BODIES = ("union", "labour_inspection", "arbitration_commission", "court", "social_insurance_bureau", "legal_aid", "mediation",
          "police", "health_bureau", "platform_channel", "hotline")
LEVELS = ("enterprise", "township", "county", "prefecture", "province", "national", "industry")
REASONS = ("not_member", "other_jurisdiction", "no_authority", "out_of_scope", "other_level_or_department", "unlikely_to_win",
           "wait_for_arbitration", "no_answer", "other")
DANGERS = ("violence", "heat_stroke", "hospital_unpaid", "detention", "self_harm", "forced_labour", "child_labour")
ANSWERS = ("none", "answered", "acting", "deflected")
INJURY_KINDS = ("accident", "commuting", "occupational_disease", "on_platform_order")
SHARED = ("both", "unclear")  # who controls the work: an answer that speaks for neither side

FIRST_BIRTH = 1900
MOST_ENTRIES = 1000  # of a list; nobody tells more, and each costs time
EARLIEST, LATEST = date(1949, 10, 1), date(2100, 12, 31)
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
Text = constr(max_length=2000)
Money = conint(ge=0, le=10_000_000_000)


class FactsError(ValueError):
    """Facts that cannot be used; the message names the field."""


class Day(date):
    """A calendar day written YYYY-MM-DD, from 1949 to 2100."""

    @classmethod
    def __get_validators__(cls):
        yield cls.parse

    @classmethod
    def parse(cls, value):
        if type(value) is date:
            day = value
        elif isinstance(value, str) and ISO_DAY.match(value):
            try:
                day = date.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{value} is not a day of the calendar") from None
        else:
            raise ValueError("not a date like 2026-11-22")
        if not EARLIEST <= day <= LATEST:
            raise ValueError(f"{day} is outside {EARLIEST.year} to {LATEST.year}")
        return day


class Flag:
    """true or false; nothing else is taken for a truth value."""

    @classmethod
    def __get_validators__(cls):
        yield cls.parse

    @classmethod
    def parse(cls, value):
        if not isinstance(value, bool):
            raise ValueError("not true or false")
        return value


class Amount:
    """Yuan, zero or more; a number, not a text."""

    @classmethod
    def __get_validators__(cls):
        yield cls.parse

    @classmethod
    def parse(cls, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            raise ValueError("not a number of yuan")
        if not 0 <= value <= 10_000_000_000:
            raise ValueError("not between 0 and 10,000,000,000 yuan")
        return value


class Strict(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Control(Strict):
    """Who decides how the work is done: "platform"/"employer" (or true), "worker" (or false), "both"; "unclear": asked, none can say."""

    sets_time: Optional[object]
    sets_volume: Optional[object]
    sets_price: Optional[object]
    rules: Optional[object]
    penalties: Optional[object]
    registered_business: Optional[Flag]

    @validator("sets_time", "sets_volume", "sets_price", "rules", "penalties")
    def _who(cls, value):
        if value is None or isinstance(value, bool):
            return value
        if value in ("platform", "employer", "company"):
            return True
        if value in ("worker", "self"):
            return False
        if value in SHARED:
            return value
        raise ValueError("not true, false, platform, employer, worker, both or unclear")


class Injury(Strict):
    on: Optional[Day]
    kind: Optional[Literal[INJURY_KINDS]]
    diagnosed_on: Optional[Day]
    employer_applied_on: Optional[Day]
    recognition_received_on: Optional[Day]
    recognised: Optional[Flag]
    reconsideration_received_on: Optional[Day]
    appraisal_received_on: Optional[Day]
    insured: Optional[Flag]
    fatal: Optional[Flag]


class Arbitration(Strict):
    filed_on: Optional[Day]
    accepted_on: Optional[Day]
    refused_on: Optional[Day]
    award_received_on: Optional[Day]
    award_final: Optional[Flag]
    performance_due_on: Optional[Day]


class Court(Strict):
    filed_on: Optional[Day]
    judgment_received_on: Optional[Day]


class Contact(Strict):
    body: Literal[BODIES]
    level: Optional[Literal[LEVELS]]
    on: Optional[Day]
    answer: Optional[Literal[ANSWERS]]
    reason: Optional[Literal[REASONS]]
    words: Optional[Text]


# Groups of which nothing was told; they cannot be changed, so all cases share them.
NO_CONTROL, NO_INJURY, NO_ARBITRATION, NO_COURT = Control(), Injury(), Arbitration(), Court()


class Facts(Strict):
    """One case as told. All fields optional. `parse_facts` makes one from JSON."""

    case: Optional[object]
    as_of: Optional[Day]
    language: Optional[constr(max_length=20)]
    issues: Optional[list[Literal[ISSUES]]]
    place: Optional[Text]
    adcode: Optional[constr(regex=r"^[0-9]{6}\Z")]
    household_place: Optional[Text]
    employer_place: Optional[Text]
    platform_place: Optional[Text]
    occupation: Optional[Literal[OCCUPATIONS]]
    employer: Optional[Text]
    platform: Optional[Text]
    employment_form: Optional[Literal[EMPLOYMENT_FORMS]]
    control: Control = Field(default_factory=lambda: NO_CONTROL)
    sex: Optional[constr(max_length=20)]
    born: Optional[constr(regex=r"^[0-9]{4}(-[0-9]{2}){0,2}\Z")]
    pregnant: Optional[Flag]
    written_contract: Optional[Flag]
    contract_signed_on: Optional[Day]
    contract_expired_on: Optional[Day]
    enterprise_union: Optional[Flag]
    union_member: Optional[Flag]
    started_on: Optional[Day]
    still_employed: Optional[Flag]
    ended_on: Optional[Day]
    ended_by: Optional[Literal["worker", "employer", "agreement"]]
    monthly_wage: Optional[Amount]
    amount_owed: Optional[Amount]
    owed_since: Optional[Day]
    written_debt_note: Optional[Flag]
    debt_due_on: Optional[Day]
    infringed_on: Optional[Day]
    infringement_ended_on: Optional[Day]
    claimed_on: list[Day] = []
    employer_promised_on: list[Day] = []
    suspensions: list[tuple[Day, Day]] = []
    injury: Injury = Field(default_factory=lambda: NO_INJURY)
    arbitration: Arbitration = Field(default_factory=lambda: NO_ARBITRATION)
    court: Court = Field(default_factory=lambda: NO_COURT)
    people: Optional[conint(strict=True, ge=1, le=10_000_000)]
    violence: Optional[Flag]
    criminal_case: Optional[Flag]
    cannot_read: Optional[Flag]
    minor: Optional[Flag]
    retaliation_feared: Optional[Flag]
    dangers: list[Literal[DANGERS]] = []
    contacts: list[Contact] = []
    dont_know: list[Text] = []  # facts, by dotted name, that the worker was asked for and does not know: not asked again

    @validator("case")
    def _any_id(cls, value):
        if value is not None and not isinstance(value, (str, int, float)):
            raise ValueError("not a text or a number")
        return value

    @validator("born")
    def _a_birth(cls, value):
        if value is not None:
            try:
                day = date(*(int(part) for part in (value + "-01-01")[:10].split("-")))
            except ValueError:
                raise ValueError(f"{value} is not a day of the calendar") from None
            if not FIRST_BIRTH <= day.year <= LATEST.year:
                raise ValueError(f"{value} is outside {FIRST_BIRTH} to {LATEST.year}")
        return value

    @validator("control", "injury", "arbitration", "court", pre=True)
    def _absent_group(cls, value):
        if value is not None and not isinstance(value, (dict, Strict)):
            raise ValueError("not a JSON object")
        return {} if value is None else value

    @validator("issues", "claimed_on", "employer_promised_on", "suspensions", "dangers", "contacts", "dont_know", pre=True)
    def _absent_list(cls, value, field):
        if isinstance(value, (list, tuple)) and len(value) > MOST_ENTRIES:
            raise ValueError(f"more than {MOST_ENTRIES} entries")
        if field.name == "contacts" and isinstance(value, (list, tuple)) and not all(isinstance(one, (dict, Contact)) for one in value):
            raise ValueError("an entry is not a JSON object")
        return [] if value is None and field.name != "issues" else value

    @validator("suspensions")
    def _in_order(cls, value):
        for first, last in value:
            if last < first:
                raise ValueError(f"{first} to {last} ends before it begins")
        return value

    @validator("dont_know", each_item=True)
    def _a_fact(cls, value):
        if value not in fact_names():
            raise ValueError(f"{value} is not the name of a fact")
        return value

    def answered(self, fact: str) -> bool:
        """Whether a fact, by its dotted name, was told, or was asked for and is not known."""
        return fact in self.dont_know or self.told(fact)

    def told(self, fact: str) -> bool:
        """Whether a fact, by its dotted name, holds a value."""
        group, _, leaf = fact.partition(".")
        value = getattr(self, group)
        value = getattr(value, leaf) if leaf else value
        return value is not None and value != []

    def in_danger(self) -> frozenset[str]:
        """All dangers; `violence` counts as one of them."""
        return frozenset(self.dangers) | ({"violence"} if self.violence else frozenset())

    def is_platform(self) -> bool:
        """Work through a platform, by form, or by the name of one where the form is unknown."""
        if self.employment_form:
            return self.employment_form.startswith("platform_")
        return bool(self.platform) or self.occupation in ("food_delivery", "ride_hailing", "streamer")

    def left_work(self) -> bool | None:
        """True: the job is over; False: it goes on; None: unknown."""
        if self.ended_on is not None:
            return True
        return None if self.still_employed is None else not self.still_employed


@lru_cache(maxsize=1)
def fact_names() -> frozenset[str]:
    """Every fact by its dotted name: "ended_on", "injury.on"."""
    groups = {"control": Control, "injury": Injury, "arbitration": Arbitration, "court": Court}
    return frozenset(Facts.__fields__) - {*groups} | {f"{name}.{leaf}" for name, group in groups.items() for leaf in group.__fields__}


def parse_facts(data: object) -> Facts:
    """Facts from a JSON object. Raises FactsError naming the first field that cannot be used."""
    if not isinstance(data, dict):
        raise FactsError("facts: not a JSON object")
    try:
        return Facts(**data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        reason = "not a known fact" if first["type"] == "value_error.extra" else first["msg"]
        raise FactsError(f"{field}: {reason}") from None
    except TypeError:
        raise FactsError("facts: a key is not a text") from None


def add_years(day: date, years: int) -> date:
    """The corresponding day; the last day of the month where there is none (民法典 202)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months on; the last day of the month where there is none."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))
