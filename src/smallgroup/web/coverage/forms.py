"""The forms of a roster's changes: what was typed → a day and an operation, or every fault at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from smallgroup import dates, money
from smallgroup.census.doubts import CHILD_UNTIL
from smallgroup.census.fields import WAIVER_REASONS
from smallgroup.dates import add_days, age_on, spoken
from smallgroup.errors import Problem, Refused
from smallgroup.group.application import GroupFile
from smallgroup.group.waiting import coverage_starts
from smallgroup.underwriting.general_information import waiting_terms
from smallgroup.web.coverage.roster import Operation, Row, next_family, next_member

REASONS: dict[str, dict[str, str]] = {
    "hire": {"hire": "New hire"},
    "elect": {
        "open_enrollment": "Open enrollment", "loss_of_coverage": "Loss of other coverage", "marriage": "Marriage",
        "birth": "Birth or adoption", "waiting_over": "The waiting period is over",
    },
    "dependent": {
        "marriage": "Marriage or partnership", "birth": "Birth", "adoption": "Adoption or placement",
        "loss_of_coverage": "Loss of other coverage", "open_enrollment": "Open enrollment",
    },
    "end": {
        "end_of_employment": "End of employment", "voluntary": "Of their own will", "other_coverage":
        "Other coverage", "death": "Death", "divorce": "Divorce or end of partnership", "aged_out": "Child grown up",
    },
    "correct": {"mistake": "A mistake was entered", "plan_change": "Another plan", "name": "Another name"},
}  # fmt: skip
TITLES = {
    "hire": "Add a new hire", "elect": "An employee's election", "dependent": "Add a dependent",
    "end": "End somebody's coverage", "correct": "Correct a member",
}  # fmt: skip
NO_EMPLOYEE = ("divorce", "aged_out")
LEAVING = ("end_of_employment", "death")
_NAME = re.compile(r"[^\W\d_][\w .'’-]{0,59}")
_SSN = re.compile(r"\d{3}-?\d{2}-?\d{4}")


@dataclass
class Typed:
    """One form as it was typed. `problems` gathers every fault; `shown` are the sentences of the confirmation."""

    data: Mapping[str, str]
    today: date
    problems: list[Problem] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.data.get(name, "").strip()

    def wrong(self, where: str, why: str, fix: str) -> None:
        self.problems.append(Problem(where, why, fix))

    def day(self, name: str, label: str, *, wanted: bool = True) -> date | None:
        text = self.text(name)
        if not text:
            if wanted:
                self.wrong(label, "it is empty.", "Choose a day.")
            return None
        try:
            return dates.day(text)
        except ValueError:
            self.wrong(label, "it is not a day that exists.", "Write it as YYYY-MM-DD, for example 2025-11-01.")
            return None

    def name(self, name: str, label: str, *, wanted: bool = True) -> str | None:
        text = self.text(name)
        if not text and not wanted:
            return None
        if not _NAME.fullmatch(text):
            self.wrong(label, "it is empty or not a name." if not _SSN.search(text) else
                       "it looks like a number of a person, which is not wanted here.", "Write the name.")  # fmt: skip
        return text

    def birth(self, *, wanted: bool = True) -> date | None:
        born = self.day("date_of_birth", "Birth date", wanted=wanted)
        if born is not None and (born > add_days(self.today, 0) or age_on(born, self.today) > 120):
            self.wrong("Birth date", "nobody of that age can be on a roster today.", "Check the year.")
            return None
        return born

    def choice(self, name: str, label: str, words: Any) -> str:
        text = self.text(name)
        if text not in words:
            self.wrong(label, "nothing of the list is chosen.", "Choose one of the list.")
        return text

    def hours(self, *, wanted: bool = True) -> int | None:
        text = self.text("hours_per_week")
        if not text and not wanted:
            return None
        try:
            found = money.cents(text)  # hundredths of an hour are written as cents are
        except ValueError:
            found = -1
        if not 0 < found <= 168_00:
            self.wrong("Hours a week", "they are not a number of hours in a week.", "Write them as 40 or 37.5.")
            return None
        return found

    def plan(self, file: GroupFile) -> str:
        plans = file.application.plans or ()
        text = self.text("plan_id")
        if not text or (plans and text not in plans):
            self.wrong("Plan", "none of the plans that the group offers is chosen.", "Choose one of them.")
        return text

    def election(self, file: GroupFile) -> dict[str, Any]:
        word = self.choice("election", "Election", ("enroll", "waive", "decline"))
        plan = self.plan(file) if word == "enroll" else None
        reason = self.choice("waiver_reason", "Other coverage", WAIVER_REASONS) if word == "waive" else None
        return {"election": word, "plan_id": plan, "waiver_reason": reason}


@dataclass(frozen=True)
class Asked:
    """A change that was typed without a fault: from which day, why, what it makes, and the sentences that say so."""

    holds_from: date
    reason: str
    make: Callable[[list[Row], set[str], set[str]], Operation]
    shown: tuple[str, ...]


def asked(kind: str, data: Mapping[str, str], file: GroupFile, *, today: date) -> Asked:
    """Raises Refused with every fault at once; no message holds a birth date."""
    typed = Typed(data, today)
    reason = typed.choice("reason", "Why", REASONS[kind])
    holds_from, make = _ASKED[kind](typed, file, reason)
    if typed.problems or holds_from is None:
        raise Refused(typed.problems)
    return Asked(holds_from, reason, make, tuple(typed.shown))


Made = tuple[date | None, Callable[[list[Row], set[str], set[str]], Operation]]


def _hire(typed: Typed, file: GroupFile, reason: str) -> Made:
    values: dict[str, Any] = {
        "relationship": "employee", "first_name": typed.name("first_name", "First name"),
        "last_name": typed.name("last_name", "Last name"), "date_of_birth": typed.birth(),
        "worker_type": typed.choice("worker_type", "Worker type", ("w2", "1099", "partner", "corporate_owner")),
        "hours_per_week": typed.hours(), "status": "active", "tobacco": _yes_no(typed.text("tobacco")),
        **typed.election(file),
    }  # fmt: skip
    hired = typed.day("hired_on", "Day of hire")
    values["hired_on"] = hired
    holds_from = None
    if hired is not None:
        holds_from = first_day(typed, file, hired)

    def make(rows: list[Row], families: set[str], members: set[str]) -> Operation:
        family = next_family(families)
        return Operation("hire", next_member(family, members), {**values, "family_id": family})

    return holds_from, make


def first_day(typed: Typed, file: GroupFile, hired: date) -> date | None:
    """The first day of a new hire's coverage by the group's waiting period; never before the day of hire."""
    waiting = file.application.waiting_period
    latest = waiting_terms(typed.today).latest_day
    by_law = add_days(hired, latest - 1)
    if waiting is None:
        day = typed.day("from", "First day of coverage")
        if day is not None and day < hired:
            typed.wrong("First day of coverage", "it is before the day of hire.", "Choose a later day.")
        elif day is not None and day > by_law:
            typed.wrong("First day of coverage", f"it is after {spoken(by_law)}, day {latest} of the employment, the "
                        "last that is lawful (45 CFR 147.116).", "Choose that day or an earlier one.")  # fmt: skip
        return day
    day = coverage_starts(hired, waiting)
    kind = waiting.kind.replace("_", " ")
    said = f"{kind} {waiting.days} days" if waiting.days else kind
    if waiting.orientation != "none":
        said += ", after an orientation of one month"
    number = (day - hired).days + 1
    law = f"; day {latest} is the last that is lawful (45 CFR 147.116)"
    typed.shown.append(f"Hired on {spoken(hired)}; the group's waiting period is {said}: coverage starts on "
                       f"{spoken(day)}, day {number} of the employment{law}.")  # fmt: skip
    if number > latest and waiting.orientation == "none":
        typed.wrong("Waiting period", f"by it coverage starts on {spoken(day)}, day {number}{law}.",
                    f"Correct the waiting period in the application: coverage is due by {spoken(by_law)}.")  # fmt: skip
    return day


def _elect(typed: Typed, file: GroupFile, reason: str) -> Made:
    values = typed.election(file)
    member_id = typed.text("member_id")

    def make(rows: list[Row], families: set[str], members: set[str]) -> Operation:
        return Operation("elect", member_id, values)

    return typed.day("from", "From which day"), make


def _dependent(typed: Typed, file: GroupFile, reason: str) -> Made:
    relationship = typed.choice("relationship", "Relationship",
                                ("spouse", "domestic_partner", "child", "disabled_child"))  # fmt: skip
    born, day = typed.birth(), typed.day("from", "From which day")
    if born is not None and day is not None and born > day:
        typed.wrong("From which day", "it is before the birth.", "Choose the day of birth or a later one.")
    if born is not None and day is not None and relationship == "child" and age_on(born, day) >= CHILD_UNTIL:
        typed.wrong("Relationship", f"coverage as a child ends at {CHILD_UNTIL}.",
                    "Check the birth date; a disabled child is covered further.")  # fmt: skip
    values = {
        "relationship": relationship, "first_name": typed.name("first_name", "First name"),
        "last_name": typed.name("last_name", "Last name"), "date_of_birth": born,
        "tobacco": _yes_no(typed.text("tobacco")),
    }  # fmt: skip
    employee = typed.text("member_id")

    def make(rows: list[Row], families: set[str], members: set[str]) -> Operation:
        family = next((row["family_id"] for row in rows if row["member_id"] == employee), None)
        if family is None:
            raise Refused(Problem("The employee", "they are not on the roster of that day.", "Choose another day."))
        return Operation("dependent", next_member(family, members), {**values, "family_id": family})

    return day, make


def _end(typed: Typed, file: GroupFile, reason: str) -> Made:
    last_day = typed.day("last_day", "Last day of coverage")
    waiver = None
    if reason == "other_coverage" and typed.text("waiver_reason"):
        waiver = typed.choice("waiver_reason", "Other coverage", WAIVER_REASONS)
    member_id = typed.text("member_id")

    def make(rows: list[Row], families: set[str], members: set[str]) -> Operation:
        row = next((one for one in rows if one["member_id"] == member_id), None)
        if row is None or row["relationship"] != "employee" or reason in LEAVING:
            return Operation("end", member_id)
        if reason in NO_EMPLOYEE:
            raise Refused(Problem("Why", "that ends a dependent's coverage, and this is the employee.",
                                  "Choose the dependent, or another reason."))  # fmt: skip
        if reason == "other_coverage" and waiver is None:
            raise Refused(Problem("Other coverage", "an employee who leaves for other coverage waives, and a waiver "
                                  "says which coverage it is.", "Choose it."))  # fmt: skip
        election = "waive" if reason == "other_coverage" else "decline"
        return Operation("end", member_id, {"election": election, "waiver_reason": waiver, "plan_id": None})

    return None if last_day is None else add_days(last_day, 1), make


def _correct(typed: Typed, file: GroupFile, reason: str) -> Made:
    values: dict[str, Any] = {
        "first_name": typed.name("first_name", "First name", wanted=False),
        "last_name": typed.name("last_name", "Last name", wanted=False), "date_of_birth": typed.birth(wanted=False),
        "hours_per_week": typed.hours(wanted=False), "plan_id": typed.plan(file) if typed.text("plan_id") else None,
    }  # fmt: skip
    values = {key: value for key, value in values.items() if value is not None}
    if not values and not typed.problems:
        typed.wrong("The correction", "nothing is filled in.", "Fill in what is otherwise; the rest stays as it is.")
    member_id = typed.text("member_id")

    def make(rows: list[Row], families: set[str], members: set[str]) -> Operation:
        return Operation("correct", member_id, values)

    return typed.day("from", "From which day"), make


_ASKED: dict[str, Callable[[Typed, GroupFile, str], Made]] = {
    "hire": _hire, "elect": _elect, "dependent": _dependent, "end": _end, "correct": _correct,
}  # fmt: skip


def _yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)
