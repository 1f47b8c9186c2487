"""A record of any size to measure pages on: workers, matters and rows of the deflection log, the same each time.

`fill(url, cases)` fills an empty, migrated database and brings the log's sums up to date. What is drawn is spread as in real life:
few places, trades and issues have most of the cases, one case in three is told to several bodies, a third of all knocks are turned
away. Three workers in ten pass their matter on to the hotline, which has most of it behind it: open are the matters of the last two
months and three in a hundred of the older ones. Nothing of it was said by anybody.
"""
import random
from datetime import date, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.cases import log_counts, store
from bot.cases.model import Case, Deflection, Referral, Worker
from bot.guidance.facts import BODIES, ISSUES, LEVELS, OCCUPATIONS, REASONS
from bot.law import places
from bot.settings import CHINA

CHUNK = 5000
FIRST, DAYS = date(2023, 12, 1), 1085
LAST = FIRST + timedelta(DAYS - 1)
PASSED_ON, LEFT_OPEN, RECENT = .3, .03, 60  # shares; days
PLATFORMS = (None, None, None, None, "美团", "饿了么", "滴滴", "京东", "顺丰", "货拉拉")


def fill(url: str, cases: int, seed: int = 8, summed: bool = True) -> None:
    """`cases` matters of as many workers, each with one to three rows of the log; `summed`: with the log's sums too."""
    dice = random.Random(seed)
    codes = [code for code, place in places.table().items() if place.level == "county"]
    dice.shuffle(codes)
    for first in range(0, cases, CHUNK):
        with store.session(url) as session:
            _some(session, dice, codes, first, min(CHUNK, cases - first))
    if summed:
        with store.session(url) as session:
            log_counts.rebuild(session)


def _some(session: Session, dice: random.Random, codes: list[str], first: int, many: int) -> None:
    workers, matters, rows, doors = [], [], [], []
    for number in range(first + 1, first + many + 1):
        day = FIRST + timedelta(dice.randrange(DAYS))
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)
        code, issue, trade = f"G-{day:%y}-{number:07d}", _often(dice, ISSUES[:-1]), _often(dice, OCCUPATIONS)
        adcode, platform = _often(dice, codes), dice.choice(PLATFORMS)
        workers.append({"id": number, "code": f"W-{number:07d}", "channel": "telegram", "sender": f"{number:032x}", "handover": "bot",
                        "voice": False, "consented_at": moment, "created_at": moment, "seen_at": moment})
        matters.append({"id": number, "code": code, "worker_id": number, "status": "open", "opened_at": moment, "issues": [issue],
                        "adcode": adcode, "occupation": trade, "platform": platform, "people": dice.choice((1, 1, 1, 2, 12)),
                        "urgency": dice.choice(("normal", "normal", "soon", "urgent")),
                        "act_by": day + timedelta(dice.randrange(30, 400)) if dice.random() < .8 else None})
        if dice.random() < PASSED_ON:
            doors.append(_passed_on(dice, matters[-1], moment, recent=(LAST - day).days < RECENT))
        common = {"case_id": code, "case_ref": number, "opened_on": day, "adcode": adcode, "occupation": trade, "issue": issue, "people": 1,
                  "created_at": moment, "place": None}
        rows += [common | _row(dice, day + timedelta(7 * step)) for step in range(dice.choice((1, 1, 2, 3)))]
    for table, made in ((Worker, workers), (Case, matters), (Deflection, rows), (Referral, doors)):
        session.execute(insert(table), made)


def _row(dice: random.Random, day: date) -> dict:
    answer = dice.choice(("answered", "deflected", "no_answer"))
    acted = answer == "answered" and dice.random() < .6
    return {"body": _often(dice, BODIES), "level": _often(dice, LEVELS), "contacted_on": day, "answer": answer,
            "aware": dice.choice(("yes", "no", "no", "unknown")), "involved": "yes" if acted else dice.choice(("no", "no", "unknown")),
            "reason": {"deflected": _often(dice, REASONS), "no_answer": "no_answer"}.get(answer),
            "first_answer_on": day + timedelta(int(dice.expovariate(.2))) if answer != "no_answer" else None,
            "resolved_on": day + timedelta(30) if acted and dice.random() < .5 else None}


def _passed_on(dice: random.Random, case: dict, moment: datetime, recent: bool) -> dict:
    is_open = recent or dice.random() < LEFT_OPEN
    return {"case_id": case["id"], "adcode": case["adcode"], "urgency": case["urgency"], "act_by": case["act_by"], "body": "hotline",
            "status": "told" if is_open else "resolved", "for_hotline": True,
            "consented_at": moment, "created_at": moment, "changed_at": moment, "resolved_at": None if is_open else moment + timedelta(20),
            "waiting_since": moment if is_open and dice.random() < .7 else None}


def _often(dice: random.Random, values):
    """One of the values, the first ones more often."""
    return values[min(int(dice.expovariate(4 / len(values))), len(values) - 1)]
