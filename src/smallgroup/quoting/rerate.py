"""The same group priced twice, and the difference by member, by family and in all, in whole cents.

A quote beside the final enrollment, at the same rates; or today's bill beside that of the anniversary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from smallgroup.census.fields import RELATIONSHIPS
from smallgroup.errors import Problem, Refused
from smallgroup.group.application import GroupFile
from smallgroup.money import dollars, pretty
from smallgroup.quoting.anniversary import Notice, anniversary, renewal_notice
from smallgroup.quoting.causes import Side, causes
from smallgroup.quoting.quote import to_be_covered, tobacco_needed
from smallgroup.rating.area_rates import MISSING, AreaRates
from smallgroup.rating.charged import CHILDREN, FamilyTerms, family_terms, with_charged
from smallgroup.rating.premium import column_of
from smallgroup.rulebook import Guideline


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """One side of a comparison: a checked census, the rates of a day, and the day on which ages are counted."""

    members: pl.DataFrame
    rates: AreaRates
    on: date


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What a member costs before and after, in cents a month.

    None is not covered, or before any plan was chosen; 0 is covered at no charge.
    """

    family_id: str
    member_id: str
    relationship: str
    before: int | None
    after: int | None
    causes: tuple[str, ...]

    @property
    def difference(self) -> int:
        return (self.after or 0) - (self.before or 0)

    def as_json(self) -> dict[str, Any]:
        return {
            "member_id": self.member_id, "family_id": self.family_id, "relationship": self.relationship,
            "before": _amount(self.before), "after": _amount(self.after), "difference": dollars(self.difference),
            "causes": list(self.causes),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FamilyChange:
    """What a family costs before and after, in the plan of each side; None as with a member."""

    family_id: str
    member_id: str
    plan_before: str | None
    plan_after: str | None
    before: int | None
    after: int | None

    @property
    def difference(self) -> int:
        return (self.after or 0) - (self.before or 0)

    def as_json(self) -> dict[str, Any]:
        return {
            "family_id": self.family_id, "member_id": self.member_id, "plan_before": self.plan_before,
            "plan_after": self.plan_after, "before": _amount(self.before), "after": _amount(self.after),
            "difference": dollars(self.difference),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rerate:
    """Two prices of one group, side by side.

    `without_plan` names covered employees who have chosen no plan by now, `refused` those whose plan has no rates
    on a side, as (member, plan, why): those families are in neither sum. `notice` is given at a renewal.
    """

    before_on: date
    after_on: date
    members: tuple[MemberChange, ...]
    families: tuple[FamilyChange, ...]
    without_plan: tuple[str, ...] = ()
    refused: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    notice: Notice | None = None

    @property
    def before(self) -> int:
        return sum(one.before or 0 for one in self.members)

    @property
    def after(self) -> int:
        return sum(one.after or 0 for one in self.members)

    @property
    def difference(self) -> int:
        return self.after - self.before

    def as_json(self) -> dict[str, Any]:
        """Totals are null where no family could be compared at all: then nothing is known, and it is not 0."""
        known = bool(self.families)
        return {
            "before": {"on": self.before_on.isoformat(), "total": _amount(self.before if known else None)},
            "after": {"on": self.after_on.isoformat(), "total": _amount(self.after if known else None)},
            "difference": _amount(self.difference if known else None),
            "members": [one.as_json() for one in self.members],
            "families": [one.as_json() for one in self.families],
            "without_plan": list(self.without_plan),
            "refused": [
                {"member_id": member_id, "plan_id": plan_id, "because": why}
                for member_id, plan_id, why in self.refused
            ],
            "notes": list(self.notes),
            "notice": None if self.notice is None else self.notice.as_json(),
        }  # fmt: skip

    def rows(self) -> list[list[str]]:
        """For a table: member, before, after, difference, causes. Those of whom anything differs, then the sums."""
        changed = [
            [f"member {one.member_id}", _shown(one.before), _shown(one.after),
             signed(one.difference), "; ".join(one.causes)]
            for one in self.members if one.causes
        ]  # fmt: skip
        sums = (
            [pretty(self.before), pretty(self.after), signed(self.difference)] if self.families else ["not known"] * 3
        )
        return [*changed, ["all", *sums, ""]]


def rerate(before: Rated, after: Rated, *, terms: FamilyTerms, plan_id: str | None = None) -> Rerate:
    """Price both sides and say the difference of each member, with its causes.

    Members are the same where family_id and member_id are. Only those who are to be covered count. A family is
    priced in the plan that its employee chose on each side, or everybody in `plan_id`; before a plan is chosen it has
    no price, and comes in with the plan. The order of the rows changes nothing: of children born on one day the lower
    member_id takes the slot.
    """
    one, other = _families(before, terms, plan_id), _families(after, terms, plan_id)
    members: list[MemberChange] = []
    families: list[FamilyChange] = []
    without: list[str] = []
    refused: list[tuple[str, str, str]] = []
    notes: list[str] = []
    for family_id in sorted(one.keys() | other.keys(), key=_natural):
        then, now = one.get(family_id), other.get(family_id)
        there = [side for side in (then, now) if side is not None]
        employee = there[-1].employee
        if there[-1].plan_id is None:
            if now is not None:  # who had no plan and does not enroll was never priced: nothing differs
                without.append(employee)
            continue
        unpriced = list(dict.fromkeys((side.plan_id or "", side.unpriced) for side in there if side.unpriced))
        if unpriced:
            refused += [(employee, plan, why) for plan, why in unpriced]
            continue
        changes = _members(family_id, then, now, terms)
        members += changes
        families.append(
            FamilyChange(
                family_id, employee, then.plan_id if then else None, now.plan_id if now else None,
                sum(each.before or 0 for each in changes) if then and then.plan_id else None,
                sum(each.after or 0 for each in changes) if now else None,
            )
        )  # fmt: skip
        notes += _doubted(then, now)
    return Rerate(before.on, after.on, tuple(members), tuple(families), tuple(without), tuple(refused), tuple(notes))


def quoted_to_final(
    quoted: pl.DataFrame,
    final: pl.DataFrame,
    rates: AreaRates,
    *,
    rated_on: date,
    guideline: Guideline,
    as_of: date,
    plan_id: str | None = None,
) -> Rerate:
    """The census of the quote beside that of the final enrollment, at the same rates and ages (U42).

    This happens before the guarantee begins; afterwards whoever joins or leaves changes the bill and no rate.
    Raises Refused when nobody is left to cover.
    """
    _somebody(final, "Final census")
    return rerate(
        Rated(quoted, rates, rated_on), Rated(final, rates, rated_on),
        terms=family_terms(guideline, as_of), plan_id=plan_id,
    )  # fmt: skip


def renewal(
    file: GroupFile,
    members: pl.DataFrame,
    rates_now: AreaRates,
    rates_new: AreaRates,
    *,
    rated_on: date,
    renews_on: date,
    guideline: Guideline,
    as_of: date,
    plan_id: str | None = None,
) -> Rerate:
    """One census at today's bill beside the bill of the anniversary, and by when an increase must be told.

    Today's bill has the ages and the rates of the day on which the group was last rated, whatever birthdays have
    passed since. Raises Refused: an anniversary that is none, or not after the last rating, or nobody to cover.
    Raises ValueError for rates of another day, which would price a bill that nobody ever gets.
    """
    for rates, day in ((rates_now, rated_on), (rates_new, renews_on)):
        if rates.on != day:
            raise ValueError(f"These rates are those of {rates.on}; the bill of {day} needs the rates of that day.")
    began = file.contract.original_effective_date if file.contract else None
    if began is not None and (due := anniversary(began, renews_on)) != renews_on:
        raise Refused(Problem(
            "contract.original_effective_date", f"{renews_on} is no anniversary of {began}, and premiums change on the "
            "anniversary only.", f"Renew on {due}, or correct the day.", field="contract.original_effective_date",
        ))  # fmt: skip
    if renews_on <= rated_on:
        raise Refused(Problem("Renewal", f"{renews_on} is not after {rated_on}, when the group was last rated.",
                              "Give the next anniversary."))  # fmt: skip
    _somebody(members, "Census")
    both = rerate(Rated(members, rates_now, rated_on), Rated(members, rates_new, renews_on),
                  terms=family_terms(guideline, as_of), plan_id=plan_id)  # fmt: skip
    return replace(both, notice=renewal_notice(guideline, renews_on, as_of))


def signed(cents: int) -> str:
    """+$4.20, -$4.20, $0.00."""
    return f"+{pretty(cents)}" if cents > 0 else pretty(cents)


@dataclass(frozen=True, slots=True)
class _Family:
    """A covered family on one side; `unpriced` says why its plan has no rate for it."""

    employee: str
    plan_id: str | None
    unpriced: str | None
    sides: dict[str, Side]


def _families(side: Rated, terms: FamilyTerms, plan_id: str | None) -> dict[str, _Family]:
    # The same order whatever the order of the file, so that the same of two twins takes the last slot on both sides.
    covered = to_be_covered(side.members).sort("family_id", "date_of_birth", "member_id")
    parts = with_charged(covered, side.on, terms).partition_by("family_id", as_dict=True, maintain_order=True)
    return {str(family_id): _family(part, side.rates, terms, plan_id) for (family_id,), part in parts.items()}


def _family(part: pl.DataFrame, rates: AreaRates, terms: FamilyTerms, plan_id: str | None) -> _Family:
    employee = part.filter(pl.col("relationship") == "employee").row(0, named=True)
    plan = plan_id or employee["plan_id"]
    sides: dict[str, Side] = {}
    young = 0
    for row in part.iter_rows(named=True):
        is_young = row["relationship"] in CHILDREN and row["age"] < terms.child_rated_as_adult_from_age
        young += is_young
        sides[row["member_id"]] = Side(
            rates=rates, plan_id=plan or "", relationship=row["relationship"], birth=row["date_of_birth"],
            age=row["age"], tobacco=row["tobacco"], charged=row["charged"], place=young if is_young else None,
        )  # fmt: skip
    return _Family(employee["member_id"], plan, None if plan is None else _unpriced(part, rates, plan), sides)


def _unpriced(part: pl.DataFrame, rates: AreaRates, plan_id: str) -> str | None:
    if plan_id not in rates.row_of:
        return rates.why_absent(plan_id)
    cells = rates.monthly[rates.row_of[plan_id], column_of(part.filter("charged"))]
    return tobacco_needed(plan_id, part) if np.any(cells == MISSING) else None


def _members(family_id: str, then: _Family | None, now: _Family | None, terms: FamilyTerms) -> list[MemberChange]:
    """The employee first, then the spouse, then the children, each kind by id."""
    one, other = then.sides if then and then.plan_id else {}, now.sides if now else {}
    undecided = then.sides if then and now and then.plan_id is None else {}
    relationship = {member_id: side.relationship for member_id, side in (one | other).items()}
    changes = []
    for member_id in sorted(relationship, key=lambda id: (RELATIONSHIPS.index(relationship[id]), _natural(id))):
        before, after = one.get(member_id), other.get(member_id)
        changes.append(
            MemberChange(
                family_id, member_id, relationship[member_id],
                before.premium if before else None, after.premium if after else None,
                causes(before, after, terms, undecided=member_id in undecided),
            )
        )  # fmt: skip
    return changes


def _doubted(then: _Family | None, now: _Family | None) -> list[str]:
    """Two people may have come to share an id, as when a row is inserted into a census whose ids are its rows."""
    if then is None or now is None:
        return []
    return [
        f"Member {member_id} has another birth date and another relationship than before, and may be somebody else. "
        "Give everybody a member_id of their own in both censuses."
        for member_id, side in now.sides.items()
        if (was := then.sides.get(member_id)) and side.birth != was.birth and side.relationship != was.relationship
    ]


def _somebody(members: pl.DataFrame, where: str) -> None:
    if to_be_covered(members).is_empty():
        raise Refused(Problem(where, "everybody waives or declines, so there is nobody to price.",
                              "Check the column election; whoever enrolls says enroll."))  # fmt: skip


def _natural(id: str) -> tuple[Sequence[tuple[int, int, str]], str]:
    """Family 2 stands before family 10."""
    parts = (part for part in re.split(r"([0-9]+)", id) if part)
    return [(0, len(n := part.lstrip("0")), n) if part[0] in "0123456789" else (1, 0, part) for part in parts], id


def _amount(cents: int | None) -> str | None:
    return None if cents is None else dollars(cents)


def _shown(cents: int | None) -> str:
    return "" if cents is None else pretty(cents) if cents else "no charge"
