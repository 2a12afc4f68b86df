"""A roster by day: the members of a first census, and the operations that changed it, each from a day on. Pure.

An operation that is dated back is put in its place among the others, so the roster of any day is the first census
with every operation up to that day, in the order of their days, and of one day in the order in which they were made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from smallgroup.census.fields import BY_NAME, SCHEMA
from smallgroup.dates import spoken
from smallgroup.errors import Problem, Refused

Row = dict[str, Any]
COLUMNS = {**SCHEMA, "row": pl.Int64()}
PARTNERS = ("spouse", "domestic_partner")


@dataclass(frozen=True)
class Operation:
    """`kind` is hire, elect, dependent, end or correct; `values` are census fields of the member (and for an end
    of an employee's coverage what they elect afterwards; nothing where they are no employee any more)."""

    kind: str
    member_id: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        def plain(value: object) -> object:
            return value.isoformat() if isinstance(value, date) else value

        values = {key: plain(value) for key, value in self.values.items()}
        return json.dumps({"kind": self.kind, "member_id": self.member_id, "values": values}).encode()


def operation_of(data: bytes) -> Operation:
    kept = json.loads(data)
    values = {
        key: date.fromisoformat(value) if value is not None and BY_NAME[key].kind == "date" else value
        for key, value in kept["values"].items()
    }
    return Operation(kept["kind"], kept["member_id"], values)


@dataclass(frozen=True)
class Dated:
    """An operation and the first day on which it holds; `number` is its place in the order in which they were made."""

    holds_from: date
    number: int
    operation: Operation


def rows_of(members: pl.DataFrame) -> list[Row]:
    return members.select(*SCHEMA).to_dicts()


def frame_of_rows(rows: Sequence[Row]) -> pl.DataFrame:
    """Back in the columns of a checked census, each row numbered in its place."""
    numbered = [{**row, "row": place} for place, row in enumerate(rows, 1)]
    return pl.DataFrame(numbered, schema=COLUMNS)


def roster_on(first: Sequence[Row], changes: Iterable[Dated], on: date) -> list[Row]:
    """The roster of a day. Raises Refused where an operation does not fit what the ones before it made."""
    rows = [dict(row) for row in first]
    for one in sorted(changes, key=lambda one: (one.holds_from, one.number)):
        if one.holds_from <= on:
            rows = applied(rows, one.operation, one.holds_from)
    return rows


def applied(rows: list[Row], operation: Operation, on: date) -> list[Row]:
    """The roster after an operation. Raises Refused: nobody of that id, there already, not enrolled."""
    return _APPLIED[operation.kind](rows, operation, on)


def _hired(rows: list[Row], operation: Operation, on: date) -> list[Row]:
    made = {**dict.fromkeys(SCHEMA), **operation.values, "member_id": operation.member_id}
    _not_twice(rows, made, on)
    return [*rows, made]


def _elected(rows: list[Row], operation: Operation, on: date) -> list[Row]:
    place = _place(rows, operation.member_id, on)
    if rows[place]["relationship"] != "employee":
        raise Refused(Problem(_member(operation.member_id), "this is a dependent, and the employee elects for "
                              "the family.", "Add or end the dependent's coverage instead."))  # fmt: skip
    if rows[place]["election"] == "enroll":
        raise Refused(Problem(_member(operation.member_id), f"they are enrolled on {spoken(on)} already.",
                              "Correct their plan, or end their coverage, instead."))  # fmt: skip
    return _with(rows, place, operation.values)


def _joined(rows: list[Row], operation: Operation, on: date) -> list[Row]:
    family = operation.values["family_id"]
    places = [place for place, row in enumerate(rows) if row["family_id"] == family]
    employee = next((rows[place] for place in places if rows[place]["relationship"] == "employee"), None)
    if employee is None or employee["election"] != "enroll":
        raise Refused(Problem("The employee", f"they are not enrolled on {spoken(on)}, so nobody of their "
                              "family can be.", "Enroll the employee from that day first."))  # fmt: skip
    made = {**dict.fromkeys(SCHEMA), **operation.values, "member_id": operation.member_id}
    _not_twice(rows, made, on)
    theirs = [rows[place] for place in places]
    if made["relationship"] in PARTNERS and any(row["relationship"] in PARTNERS for row in theirs):
        raise Refused(Problem("Relationship", f"the employee has a spouse or partner on the roster on {spoken(on)}.",
                              "End that coverage first, or correct the relationship."))  # fmt: skip
    return [*rows[: places[-1] + 1], made, *rows[places[-1] + 1 :]]


def _ended(rows: list[Row], operation: Operation, on: date) -> list[Row]:
    place = _place(rows, operation.member_id, on)
    row = rows[place]
    if row["relationship"] != "employee":
        return [*rows[:place], *rows[place + 1 :]]
    if not operation.values:  # no employee any more: the family goes with them
        return [one for one in rows if one["family_id"] != row["family_id"]]
    if row["election"] != "enroll":
        raise Refused(Problem(_member(operation.member_id), f"they are not enrolled on {spoken(on)}.",
                              "There is no coverage to end from that day on."))  # fmt: skip
    kept = _with(rows, place, operation.values)
    return [one for one in kept if one["family_id"] != row["family_id"] or one["relationship"] == "employee"]


def _corrected(rows: list[Row], operation: Operation, on: date) -> list[Row]:
    return _with(rows, _place(rows, operation.member_id, on), operation.values)


_APPLIED = {"hire": _hired, "elect": _elected, "dependent": _joined, "end": _ended, "correct": _corrected}


def _member(member_id: str) -> str:
    return f"Member {member_id}"


def _place(rows: Sequence[Row], member_id: str, on: date) -> int:
    for place, row in enumerate(rows):
        if row["member_id"] == member_id:
            return place
    raise Refused(Problem(_member(member_id), f"they are not on the roster on {spoken(on)}.",
                          "Look at the roster of that day, or choose another day."))  # fmt: skip


def _with(rows: Sequence[Row], place: int, values: Mapping[str, Any]) -> list[Row]:
    return [*rows[:place], {**rows[place], **values}, *rows[place + 1 :]]


def _not_twice(rows: Sequence[Row], made: Row, on: date) -> None:
    if any(row["member_id"] == made["member_id"] for row in rows):
        raise Refused(Problem(_member(made["member_id"]), f"they are on the roster on {spoken(on)} already.",
                              "Look at the roster as it is now."))  # fmt: skip
    same = ("first_name", "last_name", "date_of_birth")
    for row in rows:
        if all(str(row[name] or "").casefold() == str(made[name] or "").casefold() for name in same):
            raise Refused(Problem(
                "This person", f"member {row['member_id']} has the same name and birth date, and is on the roster on "
                f"{spoken(on)} already.", "Change that member, or correct the name or the date.",
            ))  # fmt: skip


def next_family(used: Iterable[str]) -> str:
    """A family id that nobody has or had: one more than the greatest number among them."""
    numbers = [int(one) for one in used if one.isdecimal() and len(one) <= 9]
    return str(max(numbers, default=0) + 1)


def next_member(family_id: str, used: Iterable[str]) -> str:
    """A member id in a family that nobody has or had."""
    taken = set(used)
    place = 1
    while f"{family_id}-{place}" in taken:
        place += 1
    return f"{family_id}-{place}"


def is_covered(row: Row, employees: Mapping[str, Row]) -> bool:
    """Whether somebody on the roster is covered: who enrolls, and dependents of theirs who do not stay out."""
    employee = employees.get(row["family_id"])
    return (
        employee is not None and employee["election"] == "enroll" and row["election"] not in ("waive", "decline")
    )
