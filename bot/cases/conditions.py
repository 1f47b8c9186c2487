"""Conditions that the planner of a database must not take for more than they are."""
from sqlalchemy import func


def among_few(column, value: str):
    """That a column of text has a value, asked of rows that another condition makes few already: no index serves it.

    The index over what waits looks short to a planner whose statistics are of a quiet hour, and when thousands wait it is walked
    through for every row.
    """
    return func.coalesce(column, "") == value
