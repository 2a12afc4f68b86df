"""Members → the rows of the plain layout or of the exchange template v1.1, and what of them it cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from smallgroup.census.fields import BY_NAME, FIELDS, Field
from smallgroup.census.sheet import Cell

To = Literal["plain", "exchange"]

_TEMPLATE: tuple[tuple[str, str, str | None], ...] = (
    ("employer_assigned_family_id", "Family ID # (the same for\nall members of a family)", "family_id"),
    ("employee_relationship", "Relationship (Employee, Spouse, Domestic Partner, or Child)", "relationship"),
    ("last_name", "Last Name", "last_name"),
    ("first_name", "First Name", "first_name"),
    ("middle_name", "Middle Name\nor Initial (optional)", None),
    ("name_sfx", "Suffix (optional)", None),
    ("email", "Email Address", None),
    ("ssn", "SSN / TIN", None),
    ("dob", "Date of Birth (MM/DD/YYYY)", "date_of_birth"),
    ("gender", "Gender", "sex"),
    ("hire_date", "Date of Hire", "hired_on"),
    ("termination_date", "Date of Termination (optional)", "terminated_on"),
    ("is_business_owner", "Is Business Owner?", None),
    ("benefit_group", "Benefit Group (optional)", "class"),
    ("plan_year", "Plan Year (optional)", None),
    ("kind", "Address Kind (optional)", None),
    ("address_1", "Address Line 1 (optional)", None),
    ("address_2", "Address Line 2 (optional)", None),
    ("city", "City (optional)", None),
    ("state", "State (optional)", None),
    ("zip", "Zip (optional)", "zip"),
)  # fmt: skip
_TITLE: tuple[Cell, ...] = ("Census Template", None, "3/1/2015", "1.1")
_TEMPLATE_WORDS = {
    "employee": "Employee", "spouse": "Spouse", "domestic_partner": "Domestic Partner", "child": "Child",
    "disabled_child": "Disabled Child", "female": "Female", "male": "Male", "other": "Other",
}  # fmt: skip
_OWNER_FIELDS = ("ownership_percent", "related_to_owner")


@dataclass(frozen=True, eq=False)
class Written:
    """The rows of a layout; `held` are the fields that come back as they are, `notices` say what does not."""

    rows: Sequence[Sequence[Cell]]
    held: tuple[str, ...]
    notices: tuple[str, ...]


def rows_of(members: pl.DataFrame, to: To) -> Written:
    """The members of a census that was read, as rows to write."""
    return _plain(members) if to == "plain" else _exchange(members)


def _plain(members: pl.DataFrame) -> Written:
    columns = [[_cell(field, value) for value in members[field.name]] for field in FIELDS]
    rows: list[Sequence[Cell]] = [tuple(field.name for field in FIELDS), *zip(*columns, strict=True)]
    return Written(rows, tuple(field.name for field in FIELDS), ())


def _exchange(members: pl.DataFrame) -> Written:
    owners = [_owner(person) for person in members.select(_OWNER_FIELDS).iter_rows()]
    held = [name for _, _, name in _TEMPLATE if name is not None]
    if all(whole for _, whole in owners):
        held += _OWNER_FIELDS
    made: dict[str, Callable[[], list[Cell]]] = {
        "is_business_owner": lambda: [answer for answer, _ in owners],
        "kind": lambda: [None if code is None else "home" for code in members["zip"]],
    }
    columns: list[list[Cell]] = []
    for key, _, name in _TEMPLATE:
        if name is not None:
            cells = [_cell(BY_NAME[name], value) for value in members[name]]
            if BY_NAME[name].kind == "word":
                cells = [_TEMPLATE_WORDS.get(str(cell), cell) for cell in cells]
            columns.append(cells)
        else:
            columns.append(made[key]() if key in made else [None] * members.height)
    rows: list[Sequence[Cell]] = [
        _TITLE, tuple(key for key, _, _ in _TEMPLATE), tuple(label for _, label, _ in _TEMPLATE),
        *zip(*columns, strict=True),
    ]  # fmt: skip
    return Written(rows, tuple(field.name for field in FIELDS if field.name in held), _not_held(members, held))


def _owner(person: tuple[int | None, str | None]) -> tuple[str | None, bool]:
    """The answer to "Is Business Owner?", and whether both fields come back from it as they are."""
    share, related = person
    answer = "yes" if related == "self" or share else "no" if share == 0 else None
    return answer, person in ((None, "self"), (0, None), (None, None))


def _not_held(members: pl.DataFrame, held: Sequence[str]) -> tuple[str, ...]:
    lost = []
    for field in FIELDS:
        if field.name in held:
            continue
        if field.name == "member_id":
            given = (members["member_id"] != members["row"].cast(pl.String())).any()
        else:
            given = members[field.name].null_count() < members.height
        if given:
            lost.append(field.name)
    notices = []
    if lost:
        notices.append(f"The exchange template has no place for {', '.join(lost)}: it was left out.")
    if set(_OWNER_FIELDS) & set(lost):
        notices.append("Of owners the template asks only whether somebody is one; that is written where it is known.")
    return tuple(notices)


def _cell(field: Field, value: object) -> Cell:
    """A value as a cell from which the reader takes the same value."""
    if value is None or isinstance(value, date):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        whole, rest = divmod(value, 100)
        number: Cell = whole if rest == 0 else float(f"{whole}.{rest:02d}")
        return f"{number}%" if field.name.endswith("_percent") and 0 < value < 100 else number
    return str(value)
