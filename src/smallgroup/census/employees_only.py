"""A census without a column for the relationship: of employees only, or of people of whom nobody says who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from smallgroup.census.header_words import header_words
from smallgroup.census.table import Table
from smallgroup.census.values import Fault, Value, key_of
from smallgroup.dates import age_on
from smallgroup.errors import Problem

_AT_WORK = ("hours_per_week", "hired_on", "weekly_pay", "worker_type", "paid_on")
_YOUNGEST = 16

NOTICE = (
    "There is no column for the relationship, and nothing speaks of dependents: everybody is taken to be an employee. "
    "If dependents are listed, add a column relationship."
)


def employees_only(
    table: Table, read: Mapping[str, Sequence[Value | Fault]], positions: Sequence[int], as_of: date
) -> str | Problem:
    """The notice that everybody is an employee; or the problem, where anything speaks against it."""
    problem = table.without_relationship
    assert problem is not None
    why = _against(table, read, [table.sheet.numbers[at] for at in positions], as_of)
    if why is None:
        return NOTICE
    only = "If there are only employees, write employee in each row of it; that is not taken for granted:"
    return replace(problem, fix=f"{problem.fix} {only} {why}")


def _against(
    table: Table, read: Mapping[str, Sequence[Value | Fault]], numbers: Sequence[int], as_of: date
) -> str | None:
    words = {word for column in table.columns for word in header_words(column.header)}
    if "employee" not in words and not any(
        isinstance(value, (str, int, date)) for name in _AT_WORK for value in read.get(name, ())
    ):
        return "nothing says that these people work here."
    if words & {"spouse", "dependent", "dependents", "child", "children"}:
        return "a header speaks of dependents."
    for at, birth in enumerate(read.get("date_of_birth", ())):
        if isinstance(birth, date) and age_on(birth, as_of) < _YOUNGEST:
            return f"row {numbers[at]} is under {_YOUNGEST}."
    seen: dict[Value | Fault, int] = {}
    for at, family in enumerate(read.get("family_id", ())):
        if isinstance(family, str) and (first := seen.setdefault(family, at)) != at:
            return f"rows {numbers[first]} and {numbers[at]} are of one family."
    lasts = read.get("last_name", ())
    for at, (one, other) in enumerate(pairwise(lasts)):
        if isinstance(one, str) and isinstance(other, str) and key_of(one) == key_of(other):
            return f"rows {numbers[at]} and {numbers[at + 1]} have the same last name."
    return None
