"""The day on which a new hire's coverage starts, and who is past the wait on a given day."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from smallgroup import dates
from smallgroup.group.application import WaitingPeriod


def coverage_starts(hired_on: date, waiting: WaitingPeriod) -> date:
    """The first day of coverage of somebody hired on a day (45 CFR 147.116).

    The day of hire is day 1, so "the first of the month following 60 days" is the first 1st of a month after
    hire + 59; "coincident with or following" is hire + 59 itself if that is a 1st. An orientation of a month ends a
    day before the same day of the next month (or on that month's last day), and the wait starts the day after.
    """
    first_day = orientation_over(hired_on, waiting)
    last_day = first_day + timedelta(days=waiting.days - 1)
    if waiting.kind == "date_of_hire":
        return first_day
    if waiting.kind == "days":
        return last_day + timedelta(days=1)
    waited = max(last_day, first_day)
    if waiting.kind == "first_of_month_coincident_or_following":
        waited = dates.add_days(waited, -1)
    return dates.first_of_next_month(waited)


def orientation_over(hired_on: date, waiting: WaitingPeriod) -> date:
    """The day on which the wait begins: the day of hire, or the day after an orientation of a month."""
    if waiting.orientation == "none":
        return hired_on
    month_after = dates.first_of_next_month(hired_on)
    try:
        return month_after.replace(day=hired_on.day)
    except ValueError:  # hired on the 31st, and the next month is shorter: orientation ends on its last day
        return dates.first_of_next_month(month_after)


@lru_cache(maxsize=1024)
def last_hire_covered_on(effective: date, waiting: WaitingPeriod) -> date:
    """The latest day of hire whose coverage has started by a day; the start never falls when the hire is later."""
    hired_on = effective
    while coverage_starts(hired_on, waiting) > effective:
        hired_on -= timedelta(days=1)
    return hired_on
