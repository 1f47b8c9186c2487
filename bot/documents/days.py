"""The days of an assessment that belong into a calendar."""
from datetime import date

NOT_THE_WORKERS = ("injury_recognition_employer",)  # a clock that runs against the employer
COUNTED = ("open", "urgent")


def days(result: dict) -> list[tuple[date, dict]]:
    """The day to be done by and its deadline, the earliest first: the safe day, and the last one where the safe one is past.

    Deadlines of one kind that fall on one day are one entry, as for wages and for a missing contract. The day from which part of a
    claim is lost is an entry of its own.
    """
    found: dict[tuple[str, str], dict] = {}
    for row in result["deadlines"]:
        if row["status"] not in COUNTED or row["id"] in NOT_THE_WORKERS:
            continue
        ways = [row.get("safe_without_union"), row.get("act_by"), row.get("last_day")]
        day = next((day for day in ways if day and day >= result["as_of"]), None)
        lost = row.get("part_lost_from")
        for one in filter(None, (day, lost if lost and lost >= result["as_of"] else None)):
            found.setdefault((one, row["id"]), row)
    return [(date.fromisoformat(day), row) for (day, _), row in sorted(found.items(), key=lambda pair: pair[0])]
