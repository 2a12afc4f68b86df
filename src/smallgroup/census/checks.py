"""What one cell cannot show: what rows say about each other, and what one row says twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from smallgroup.census.families import family_meant, listed_twice
from smallgroup.census.fields import OWNING_WORKERS
from smallgroup.census.privacy import shown
from smallgroup.census.values import Fault, Value
from smallgroup.dates import age_on, spoken
from smallgroup.errors import Proposal

CHILD_UNTIL = 26
"""The birthday on which a child's coverage as a child ends, unless they are disabled."""

Values = Sequence[Value | Fault]


@dataclass(frozen=True, slots=True)
class Rows:
    """The members as read, field by field, in the order of the file; a Fault stands where a cell was wrong.

    `numbers` are the row numbers. A field that the file does not have is unknown (None) in every row.
    """

    numbers: Sequence[int]
    fields: Mapping[str, Values]

    def of(self, name: str) -> Values:
        return self.fields.get(name) or [None] * len(self.numbers)

    def has(self, name: str) -> bool:
        return name in self.fields


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at the row at position `at`, in the cell of `field`."""

    at: int
    field: str
    why: str
    fix: str
    proposal: Proposal | None = None


def check(rows: Rows) -> Iterator[Finding]:
    """Everything that rows contradict, each at its cell. A cell that is wrong already is not judged again."""
    checks: tuple[Callable[[Rows], Iterator[Finding]], ...] = (
        _families, _member_ids, _waivers, _owners, _employment,
    )  # fmt: skip
    for one in checks:
        yield from one(rows)


def doubts(rows: Rows, as_of: date) -> Iterator[Finding]:
    """What is no contradiction and yet worth a look: nobody is refused for it."""
    yield from _grown_children(rows, as_of)
    yield from _above_their_employee(rows)


def _grown_children(rows: Rows, as_of: date) -> Iterator[Finding]:
    births = rows.of("date_of_birth")
    latest = as_of - timedelta(days=CHILD_UNTIL * 365)  # whoever is born after it is younger, by some leap days
    for at in (at for at, relationship in enumerate(rows.of("relationship")) if relationship == "child"):
        birth = births[at]
        if not isinstance(birth, date) or birth > latest:
            continue
        age = age_on(birth, as_of)
        if age >= CHILD_UNTIL:
            yield Finding(
                at, "relationship",
                f"this child is {age} on {spoken(as_of)}; coverage as a child ends at {CHILD_UNTIL}.",
                "Check the birth date, and write disabled_child if the child is disabled.",
                Proposal("disabled_child", f"only a disabled child is covered from {CHILD_UNTIL} on.", safe=False),
            )  # fmt: skip


def _above_their_employee(rows: Rows) -> Iterator[Finding]:
    """A dependent above their employee, in a file that otherwise lists each employee first."""
    families, relationships = rows.of("family_id"), rows.of("relationship")
    if _employees_first(families, relationships):
        return
    employee: dict[str, int] = {}
    dependents: dict[str, list[int]] = {}
    for at, (family, relationship) in enumerate(zip(families, relationships, strict=True)):
        if not isinstance(family, str) or not isinstance(relationship, str):
            continue
        if relationship == "employee":
            employee.setdefault(family, at)
        else:
            dependents.setdefault(family, []).append(at)
    early = {family: first for family, (first, *_) in dependents.items() if first < employee.get(family, 0)}
    if 2 * len(early) > len(dependents) - len(early):
        return
    for family in early:
        below = rows.numbers[employee[family]]
        for at in dependents[family]:
            if at < employee[family]:
                yield Finding(
                    at, "relationship",
                    f"this {_words(relationships[at])} stands above their employee, who is in row {below}.",
                    "Check that the family is right; the order itself changes nothing.",
                    Proposal(str(below), "the other families begin with their employee.", safe=False, kind="move row"),
                )  # fmt: skip


def _employees_first(families: Values, relationships: Values) -> bool:
    """Whether the first row of each family is its employee's, where all families and relationships are known."""
    if set(map(type, families)) != {str} or set(map(type, relationships)) != {str}:
        return False
    first = dict(zip(reversed(families), reversed(relationships), strict=True))
    return set(first.values()) == {"employee"}


def _one_each(families: Values, relationships: Values) -> bool:
    """Whether each family has one employee and at most one partner, where all is known: as nearly always."""
    if set(map(type, families)) != {str} or set(map(type, relationships)) != {str}:
        return False
    pairs = list(zip(families, relationships, strict=True))
    employees = [family for family, relationship in pairs if relationship == "employee"]
    partners = [family for family, relationship in pairs if relationship in ("spouse", "domestic_partner")]
    alone = set(employees)
    return len(alone) == len(employees) and len(set(partners)) == len(partners) and alone.issuperset(families)


def _families(rows: Rows) -> Iterator[Finding]:
    """One employee in each family, and at most one spouse or domestic partner."""
    employee: dict[Value | Fault, int] = {}
    partner: dict[Value | Fault, int] = {}
    unsure = set()  # families in which a relationship could not be read: it may be the employee's
    families, relationships = rows.of("family_id"), rows.of("relationship")
    if _one_each(families, relationships):
        return
    for at, (family, relationship) in enumerate(zip(families, relationships, strict=True)):
        if family is None or isinstance(family, Fault):
            continue
        if relationship == "employee":
            first = employee.setdefault(family, at)
            if first != at:
                yield Finding(
                    at, "relationship",
                    f"family {_id(family)} has a second employee; row {rows.numbers[first]} is the first.",
                    "Give each employee a family of their own; two who are married are two families, "
                    "or one employee and a spouse.",
                    listed_twice(first, at, rows.fields),
                )  # fmt: skip
        elif relationship in ("spouse", "domestic_partner"):
            first = partner.setdefault(family, at)
            if first != at:
                yield Finding(
                    at, "relationship",
                    f"family {_id(family)} has a second spouse or domestic partner; "
                    f"row {rows.numbers[first]} is the first.",
                    "Keep one of them, or correct the family.",
                    listed_twice(first, at, rows.fields),
                )  # fmt: skip
        elif relationship is None or isinstance(relationship, Fault):
            unsure.add(family)
    for at, (family, relationship) in enumerate(zip(families, relationships, strict=True)):
        if family in employee or family in unsure or family is None or isinstance(family, Fault):
            continue
        yield Finding(
            at, "family_id",
            f"this {_words(relationship)} is in family {_id(family)}, which has no employee.",
            "Write the employee's family here, or add the employee's row.",
            family_meant(at, families, relationships, employee),
        )  # fmt: skip


def _member_ids(rows: Rows) -> Iterator[Finding]:
    """No id twice; and no row number, which stands in for an absent id, that somebody else has as an id."""
    given: dict[Value | Fault, int] = {}
    ids = rows.of("member_id")
    if set(map(type, ids)) == {str} and len(set(ids)) == len(ids):
        return
    for at, member in enumerate(ids):
        if member is None or isinstance(member, Fault):
            continue
        first = given.setdefault(member, at)
        if first != at:
            yield Finding(
                at, "member_id", f"member id {_id(member)} is already that of row {rows.numbers[first]}.",
                "Give every member an id of their own.",
            )  # fmt: skip
    if not given:
        return
    for at, member in enumerate(ids):
        if member is None and (other := given.get(str(rows.numbers[at]))) is not None:
            yield Finding(
                at, "member_id",
                f"it is empty, so it would be the row's number {rows.numbers[at]}, "
                f"which is the member id of row {rows.numbers[other]}.",
                "Give this member an id.",
            )  # fmt: skip


def _waivers(rows: Rows) -> Iterator[Finding]:
    """A waiver has a reason, and only a waiver has one."""
    if not rows.has("election") and not rows.has("waiver_reason"):
        return
    elections, reasons = rows.of("election"), rows.of("waiver_reason")
    for at, (election, reason) in enumerate(zip(elections, reasons, strict=True)):
        if election == "waive" and reason is None:
            yield Finding(
                at, "waiver_reason", "coverage is waived without a reason.",
                "Write the other coverage, for example spouse_group; without one, the election is decline.",
            )  # fmt: skip
        elif reason is not None and election != "waive" and not isinstance(election, Fault):
            said = "says nothing" if election is None else f"is {election}"
            yield Finding(
                at, "waiver_reason" if election is None else "election",
                f"there is a waiver reason, but the election {said}.",
                "Write waive as the election, or take the reason out.",
            )  # fmt: skip


def _owners(rows: Rows) -> Iterator[Finding]:
    """An owner owns something. Owners may be related to one another in any way, or in none."""
    if not rows.has("worker_type") or not rows.has("ownership_percent"):
        return
    for at, (worker, share) in enumerate(zip(rows.of("worker_type"), rows.of("ownership_percent"), strict=True)):
        if worker in OWNING_WORKERS and share == 0:
            yield Finding(
                at, "ownership_percent",
                f"a {_words(worker)} owns a part of the business, but this says 0.",
                "Write the part that they own, or correct the worker type.",
            )  # fmt: skip


def _employment(rows: Rows) -> Iterator[Finding]:
    """Nobody leaves before they were hired."""
    if not rows.has("hired_on") or not rows.has("terminated_on"):
        return
    for at, (hired, left) in enumerate(zip(rows.of("hired_on"), rows.of("terminated_on"), strict=True)):
        if isinstance(hired, date) and isinstance(left, date) and left < hired:
            yield Finding(
                at, "terminated_on", f"{spoken(left)} is before the hire date, {spoken(hired)}.",
                "Correct one of the two dates.",
            )  # fmt: skip


def _words(value: Value | Fault) -> str:
    return str(value).replace("_", " ")


def _id(value: Value) -> str:
    return shown(str(value))
