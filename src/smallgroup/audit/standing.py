"""What a census says of one employee, and what the wages of a quarter say beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import polars as pl

from smallgroup.audit.names import Name, name_of
from smallgroup.dates import spoken
from smallgroup.errors import Problem, Refused
from smallgroup.money import pretty

Status = Literal[
    "full time possible", "wages below full time", "part of the quarter", "dates disagree", "not expected on it",
    "not told apart",
]  # fmt: skip

_CALLED = {
    "1099": "a 1099 worker", "sole_proprietor": "the sole proprietor", "partner": "a partner",
    "retiree": "a retiree", "cobra": "on COBRA",
}  # fmt: skip
_PAID = {"1099": "on a 1099", "k1": "on a Schedule K-1", "draw": "by a draw"}


@dataclass(frozen=True, slots=True)
class Quarter:
    """The days of the report's quarter, as far as they are known, and the wages of a full-time quarter."""

    start: date | None
    end: date | None
    full_time_wages: int
    full_time_hours: int
    weeks: int
    hourly: int

    @property
    def sum_said(self) -> str:
        return (
            f"{self.weeks} weeks of {self.full_time_hours} hours at {pretty(self.hourly)} "
            f"come to {pretty(self.full_time_wages)}"
        )


@dataclass(frozen=True, slots=True)
class Employee:
    """An employee of the census, with the fields that a wage report can be held against."""

    member_id: str
    name: Name | None
    worker_type: str | None
    paid_on: str | None
    hours: int | None  # a week, in hundredths
    on_leave: str | None
    hired_on: date | None
    terminated_on: date | None
    election: str | None

    @property
    def expected(self) -> bool | None:
        """Whether wages of this employee are reported: those of whoever is on a W-2; None is unknown."""
        if self.worker_type == "w2":
            return True
        if self.worker_type in _CALLED:
            return False
        return None if self.paid_on is None else self.paid_on == "w2"

    @property
    def called(self) -> str:
        """What they are where no wages are expected of them."""
        if self.worker_type in _CALLED:
            return _CALLED[self.worker_type]
        return f"paid {_PAID[self.paid_on]}" if self.paid_on in _PAID else "not on a W-2"

    def part_time(self, full_time_hours: int) -> bool | None:
        return None if self.hours is None else self.hours < full_time_hours * 100


def employees_of(members: pl.DataFrame) -> list[Employee]:
    """The employees of a checked census, by member id. Raises Refused when none of them has a name."""
    rows = members.filter(pl.col("relationship") == "employee").to_dicts()
    found = sorted(map(_employee, rows), key=lambda one: (_natural(one.member_id), one.member_id))
    if not any(one.name for one in found):
        raise Refused(
            Problem(
                "Census",
                "it has no names of employees, and a wage report is matched by name.",
                "Add the columns last_name and first_name.",
                field="last_name",
            )
        )
    return found


def _employee(row: dict[str, Any]) -> Employee:
    return Employee(
        member_id=row["member_id"], name=name_of(row["last_name"], row["first_name"]),
        worker_type=row["worker_type"], paid_on=row["paid_on"], hours=row["hours_per_week"],
        on_leave=row["status"], hired_on=row["hired_on"], terminated_on=row["terminated_on"],
        election=row["election"],
    )  # fmt: skip


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """2-1 before 10-1."""
    parts, digits = [], ""
    for sign in f"{text}\0":
        if sign.isascii() and sign.isdigit():
            digits += sign
            continue
        if digits:
            parts.append((int(digits[:18]), ""))
            digits = ""
        parts.append((-1, sign))
    return tuple(parts)


def standing(person: Employee, wages: int, quarter: Quarter) -> tuple[Status, bool, str]:
    """What these wages say of this employee: a word, whether somebody must be asked, and a sentence."""
    paid = f"{pretty(wages)} in the quarter"
    if person.expected is False:
        why = f"The census says {person.called}, and wages are reported: {paid}."
        return "not expected on it", True, f"{why} Ask which of the two is right."
    if person.hired_on and quarter.end and person.hired_on > quarter.end:
        why = f"Hired on {spoken(person.hired_on)}, after the quarter ended, and paid {paid}."
        return "dates disagree", True, f"{why} Ask for the date of hire."
    if person.terminated_on and quarter.start and person.terminated_on < quarter.start:
        why = f"Left on {spoken(person.terminated_on)}, before the quarter began, and paid {paid}."
        return "dates disagree", True, f"{why} Last pay or severance may explain it; ask."
    if (part := _part(person, quarter)) is not None:
        return "part of the quarter", False, f"{part}; {paid} are the wages of a part of it."
    if wages >= quarter.full_time_wages:
        return "full time possible", False, f"{paid[0].upper()}{paid[1:]}: {quarter.sum_said}."
    low = f"{paid}, {pretty(quarter.full_time_wages - wages)} less than full time at the minimum wage: "
    low += f"{quarter.sum_said}."
    if person.part_time(quarter.full_time_hours):
        hours = _hours(person.hours or 0)
        return "wages below full time", False, f"{low} The census says {hours} hours a week, which fits."
    return "wages below full time", True, f"{low} A part of a quarter, tips or section 125 deductions may explain it."


def absence(person: Employee, quarter: Quarter) -> tuple[bool, str]:
    """Why an employee with W-2 pay, or of unknown pay, is not on the report: whether to ask, and a sentence."""
    if person.name is None:
        return True, "The census gives no name, so nobody on the report can be matched."
    if person.hired_on and quarter.end and person.hired_on > quarter.end:
        return False, f"Hired on {spoken(person.hired_on)}, after the quarter ended."
    if person.terminated_on and quarter.start and person.terminated_on < quarter.start:
        return False, f"Left on {spoken(person.terminated_on)}, before the quarter began."
    if person.expected is None:
        return True, "The census does not say how this person is paid; whoever is on a W-2 would be on the report."
    if person.on_leave == "unpaid_leave":
        return True, "On unpaid leave, which explains it if no wages were paid all quarter; ask."
    return True, "On the census as a W-2 employee, and no wages are reported: ask for proof of employment."


def code(person: Employee, full_time_hours: int, *, waiting: bool, as_of: date) -> tuple[str, str]:
    """The status code that is written beside a name on the report, and what it says."""
    if person.worker_type == "1099":
        return "1099", "1099 worker"
    if person.worker_type == "cobra":
        return "COBRA", "on COBRA"
    if person.worker_type == "retiree":
        return "R", "retired"
    if person.terminated_on is not None and person.terminated_on <= as_of:
        return "T", f"terminated {person.terminated_on.isoformat()}"
    if person.on_leave == "unpaid_leave":
        return "L", "on unpaid leave"
    part_time = person.part_time(full_time_hours)
    if part_time:
        return "PT", f"part time, {_hours(person.hours or 0)} hours a week"
    if waiting:
        return "W", "in the waiting period"
    if person.election == "waive":
        return "WV", "waives with other coverage"
    if person.election == "decline":
        return "D", "declines"
    if part_time is None:
        return "?", "hours not known"
    return "FT", f"full time, {_hours(person.hours or 0)} hours a week"


def _part(person: Employee, quarter: Quarter) -> str | None:
    """How somebody worked only a part of the quarter, where the dates tell."""
    said = []
    if person.hired_on and quarter.start and person.hired_on > quarter.start:
        said.append(f"hired on {spoken(person.hired_on)}")
    if person.terminated_on and quarter.end and person.terminated_on < quarter.end:
        said.append(f"left on {spoken(person.terminated_on)}")
    words = " and ".join(said)
    return words[0].upper() + words[1:] if words else None


def _hours(hundredths: int) -> str:
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)
