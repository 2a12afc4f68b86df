"""What one cell cannot show: what rows say about each other, and what one row says twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from smallgroup.census.families import family_meant, listed_twice
from smallgroup.census.fields import OWNING_WORKERS
from smallgroup.census.privacy import shown
from smallgroup.census.values import Fault, Value
from smallgroup.dates import spoken
from smallgroup.errors import Proposal

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
        _families, _listed_twice, _member_ids, _waivers, _owners, _employment,
    )  # fmt: skip
    for one in checks:
        yield from one(rows)


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
            f"this {said_of(relationship)} is in family {_id(family)}, which has no employee.",
            "Write the employee's family here, or add the employee's row.",
            family_meant(at, families, relationships, employee),
        )  # fmt: skip


def _listed_twice(rows: Rows) -> Iterator[Finding]:
    """A child of the same names and birth date as another of the family; twins have names of their own."""
    seen: dict[tuple[object, ...], int] = {}
    for at, (family, relationship, first, birth) in enumerate(
        zip(rows.of("family_id"), rows.of("relationship"), rows.of("first_name"), rows.of("date_of_birth"), strict=True)
    ):
        if relationship not in ("child", "disabled_child") or not isinstance(first, str) or not isinstance(birth, date):
            continue
        before = seen.setdefault((family, first.casefold(), birth), at)
        if before == at or not isinstance(family, str):
            continue
        proposal = listed_twice(before, at, rows.fields)
        if proposal is not None:
            yield Finding(
                at, "relationship", f"this child is in row {rows.numbers[before]} already.",
                "Keep one of the two rows.", proposal,
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
    if not rows.has("relationship") or not (rows.has("election") or rows.has("waiver_reason")):
        return  # without relationships, what a tier says of the election is not known
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
                f"a {said_of(worker)} owns a part of the business, but this says 0.",
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


def said_of(value: Value | Fault) -> str:
    return str(value).replace("_", " ")


def _id(value: Value) -> str:
    return shown(str(value))
