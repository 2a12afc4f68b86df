"""Days: strict reading, age, first of the month. Nobody here asks what day it is today."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTHS = ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December")  # fmt: skip


def day(text: str) -> date:
    """`"1990-02-28"` → date. Raises ValueError with a sentence that names what does not exist."""
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a date. Write it as YYYY-MM-DD, for example 1990-02-28.")
    year, month, number = (int(part) for part in match.groups())
    try:
        return date(year, month, number)
    except ValueError:
        why = no_such_day(year, month, number)
        raise ValueError(f"{why} Write it as YYYY-MM-DD, for example 1990-02-28.") from None


def no_such_day(year: int, month: int, number: int) -> str:
    """The sentence for numbers that make no date; of a day that no year has, the year is left out."""
    if not 1 <= month <= 12:
        return f"There is no month {month}."
    if not year:
        return "There is no year 0."
    in_no_year = not 1 <= number <= monthrange(2024, month)[1]  # a leap year has every day that there is
    return f"{number} {_MONTHS[month - 1]}{'' if in_no_year else f' {year}'} does not exist."


def age_on(birth: date, on: date) -> int:
    """Completed years on a day. Somebody born on 29 February is a year older on 1 March of a common year."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def first_of_next_month(after: date) -> date:
    """The first day of a month that comes after the given day; the day itself never counts."""
    return date(after.year + after.month // 12, after.month % 12 + 1, 1)


def months_after(start: date, months: int) -> date:
    """The same day so many months later; where that month is shorter, the first day of the month after it.

    So a year from 29 February ends on 28 February, and the next begins on 1 March, as with ages.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if start.day > monthrange(year, month + 1)[1]:
        return first_of_next_month(date(year, month + 1, 1))
    return date(year, month + 1, start.day)


def add_days(start: date, days: int) -> date:
    return start + timedelta(days=days)


def spoken(on: date) -> str:
    """2025-10-01 → `"October 1, 2025"`."""
    return f"{_MONTHS[on.month - 1]} {on.day}, {on.year}"
