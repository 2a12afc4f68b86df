"""A quote: plans × contribution for one census, in whole cents, with what every member costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.group.application import Contribution, GroupFile
from smallgroup.money import dollars, half_up
from smallgroup.quoting.anniversary import rates_guaranteed_to
from smallgroup.rating.area_rates import AreaRates, Plan, RefusedPlan
from smallgroup.rating.charged import family_terms, with_charged
from smallgroup.rating.premium import (
    charged_members,
    column_of,
    employer_totals,
    family_totals,
    totals,
    unpriced_columns,
)
from smallgroup.rulebook import Guideline
from smallgroup.underwriting import Finding

if TYPE_CHECKING:
    from smallgroup.quoting.rerate import Rerate

PAY_PERIODS = (12, 24, 26, 52)
CHILD_COVERED_TO = 26  # 45 CFR 147.120; said in a note, since the guide itself sets no age


@dataclass(frozen=True, slots=True)
class Money:
    """Cents a month. `employer` and `employee` are None where the contribution is not known."""

    total: int
    employer: int | None

    @property
    def employee(self) -> int | None:
        return None if self.employer is None else self.total - self.employer

    def as_json(self) -> dict[str, str | None]:
        parts = {"total": self.total, "employer": self.employer, "employee": self.employee}
        return {name: None if cents is None else dollars(cents) for name, cents in parts.items()}

    def per_pay_period(self, periods: int) -> int | None:
        """The employees' part of a year in cents, spread evenly over its pay periods, half up to the cent."""
        return None if self.employee is None else half_up(self.employee * 12, periods)


@dataclass(frozen=True, slots=True)
class PricedPlan:
    plan: Plan
    monthly: Money
    member_premiums: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class ElectedPlan:
    """What one employee chose, and what the family costs in it."""

    member_id: str
    plan_id: str
    monthly: Money


@dataclass(frozen=True, slots=True)
class Elected:
    """The plans that the employees chose, added up, whether or not they are among those priced for everybody.

    `without_plan` names enrolling employees who chose none yet, `refused` those whose plan has no rates, as
    (member, plan, why): neither is in the sums.
    """

    employees: tuple[ElectedPlan, ...]
    without_plan: tuple[str, ...]
    refused: tuple[tuple[str, str, str], ...] = ()

    @property
    def monthly(self) -> Money:
        parts = [one.monthly.employer for one in self.employees]
        known = [part for part in parts if part is not None]
        return Money(sum(one.monthly.total for one in self.employees), sum(known) if len(known) == len(parts) else None)


@dataclass(frozen=True)
class Quote:
    """Every plan offered, priced. `final` is what the final census makes of it, where there is one."""

    effective_date: date
    rating_area: int
    rates_basis: str | None
    contribution: Contribution | None
    pay_periods: int
    members: pl.DataFrame
    plans: tuple[PricedPlan, ...]
    elected: Elected | None
    refused_plans: tuple[RefusedPlan, ...]
    notes: tuple[str, ...]
    rates_guaranteed_to: date | None = None
    findings: tuple[Finding, ...] = field(default=())
    final: Rerate | None = None

    def with_findings(self, findings: Sequence[Finding]) -> Quote:
        return replace(self, findings=tuple(findings))

    def with_final(self, final: Rerate) -> Quote:
        return replace(self, final=final)

    def as_json(self) -> dict[str, Any]:
        """The contract of `quote --json`."""
        rows = self.members.select("member_id", "family_id", "relationship", "age", rated="charged").to_dicts()
        promise = self.contribution
        return {
            "effective_date": self.effective_date.isoformat(),
            "rating_area": self.rating_area,
            "rates_basis": self.rates_basis,
            "rates_guaranteed_to": self.rates_guaranteed_to.isoformat() if self.rates_guaranteed_to else None,
            "contribution": None if promise is None else {
                "employee": str(promise.employee),
                "dependents": None if promise.dependents is None else str(promise.dependents),
            },
            "members": rows,
            "plans": [self._plan_json(one) for one in self.plans],
            "elected": None if self.elected is None else self._elected_json(self.elected),
            "refused_plans": [{"plan_id": one.plan_id, "because": one.because} for one in self.refused_plans],
            "final": None if self.final is None else self.final.as_json(),
            "notes": list(self.notes),
            "findings": [finding.as_json() for finding in self.findings],
        }  # fmt: skip

    def _plan_json(self, one: PricedPlan) -> dict[str, Any]:
        said: dict[str, Any] = {
            "plan_id": one.plan.plan_id, "name": one.plan.name, "metal": one.plan.metal, "kind": one.plan.kind,
            "monthly": one.monthly.as_json(), "per_pay_period": self._per_pay_period(one.monthly),
        }  # fmt: skip
        if one.member_premiums is not None:
            said["member_premiums"] = [dollars(cents) for cents in one.member_premiums]
        return said

    def _per_pay_period(self, monthly: Money) -> dict[str, Any]:
        employee = monthly.per_pay_period(self.pay_periods)
        return {"periods": self.pay_periods, "employee": None if employee is None else dollars(employee)}

    def _elected_json(self, elected: Elected) -> dict[str, Any]:
        return {
            **elected.monthly.as_json(),
            "employees": [
                {"member_id": one.member_id, "plan_id": one.plan_id, "monthly": one.monthly.as_json(),
                 "per_pay_period": self._per_pay_period(one.monthly)}
                for one in elected.employees
            ],
            "without_plan": list(elected.without_plan),
            "refused": [
                {"member_id": member_id, "plan_id": plan_id, "because": why}
                for member_id, plan_id, why in elected.refused
            ],
        }  # fmt: skip


def quote(
    file: GroupFile,
    members: pl.DataFrame,
    rates: AreaRates,
    *,
    guideline: Guideline,
    as_of: date,
    plan_ids: Sequence[str] | None = None,
    contribution: Contribution | None = None,
    with_members: bool = False,
    pay_periods: int = 26,
    rates_basis: str | None = None,
) -> Quote:
    """Price every plan offered for everybody who is to be covered.

    `members` is a checked census: a family whose employee waives or declines is not covered, nor a dependent who
    does; where no election is known everybody is quoted. `rates` are those of the group's area on its effective
    date. A plan without a rate that is needed is refused by name, and the others are priced.

    Raises Refused: no effective date, nobody to cover, a reference plan that has no rates.
    """
    effective = file.effective_date
    promise = contribution or file.application.contribution
    offered = tuple(plan_ids or file.application.plans or ()) or tuple(
        sorted({plan.plan_id for plan in rates.plans} | {refused.plan_id for refused in rates.refused})
    )
    covered = with_charged(to_be_covered(members), effective, family_terms(guideline, as_of))
    if covered.is_empty():
        raise Refused(Problem("Census", "everybody waives or declines, so there is nobody to price.",
                              "Quote with those who enroll, or without elections."))  # fmt: skip
    charged = charged_members(covered)
    _check_reference(promise, rates)

    refused = [RefusedPlan(plan_id, rates.why_absent(plan_id)) for plan_id in offered if plan_id not in rates.row_of]
    unpriced = unpriced_columns(rates, charged)
    for plan_id in offered:
        if plan_id in rates.row_of and unpriced[rates.row_of[plan_id]].any():
            refused.append(RefusedPlan(plan_id, tobacco_needed(plan_id, covered)))
    priced_ids = [plan_id for plan_id in offered if plan_id not in {one.plan_id for one in refused}]
    lowest, lowest_note = _lowest_row(rates, offered, promise)
    premium = totals(rates, charged)
    employer = None if promise is None else employer_totals(rates, charged, promise, lowest)
    per_member = _per_member(rates, covered) if with_members else None
    plans = tuple(
        PricedPlan(
            rates.plans[row],
            Money(int(premium[row]), None if employer is None else int(employer[row])),
            None if per_member is None else tuple(int(cents) for cents in per_member[row]),
        )
        for row in (rates.row_of[plan_id] for plan_id in priced_ids)
    )
    return Quote(
        effective, rates.area, rates_basis, promise, pay_periods, covered, plans,
        _elected(covered, rates, promise, lowest, {one.plan_id: one.because for one in refused}), tuple(refused),
        (*_notes(covered, promise, charged.is_employee, guideline, as_of), *lowest_note),
        rates_guaranteed_to(guideline, effective, as_of),
    )  # fmt: skip


def to_be_covered(members: pl.DataFrame) -> pl.DataFrame:
    """The members of families whose employee does not waive or decline, without dependents who do."""
    out = pl.col("election").is_in(("waive", "decline")).fill_null(False)
    leaving = members.filter((pl.col("relationship") == "employee") & out)["family_id"]
    return members.filter(~out & ~pl.col("family_id").is_in(leaving.implode()))


def _check_reference(promise: Contribution | None, rates: AreaRates) -> None:
    if promise is None:
        return
    for plan_id in promise.reference_plans:
        if plan_id not in rates.row_of:
            why = f"the reference plan has no rates: {rates.why_absent(plan_id)}"
            raise Refused(Problem("application.contribution", why, "", field="application.contribution"))


def _lowest_row(
    rates: AreaRates, offered: Sequence[str], promise: Contribution | None
) -> tuple[int | None, tuple[str, ...]]:
    """The row of the lowest-priced plan offered, and a note when the contribution needs it and it is not known."""
    lowest = rates.lowest_priced(offered)
    if lowest.plan is not None and all(plan_id in rates.row_of for plan_id in offered):
        return rates.row_of[lowest.plan.plan_id], ()
    needed = promise is not None and "lowest_priced_plan" in (
        getattr(promise.employee, "of", None), getattr(promise.dependents, "of", None)
    )  # fmt: skip
    note = "The lowest-priced plan offered is not known, so neither is the employer's share of it."
    return None, (note,) if needed else ()


def tobacco_needed(plan_id: str, covered: pl.DataFrame) -> str:
    """The sentence for a plan priced by tobacco use, where that is not known of somebody charged."""
    unknown = covered.filter(pl.col("tobacco").is_null() & pl.col("charged"))["member_id"].to_list()
    who = ", ".join(unknown[:8]) + (f" and {len(unknown) - 8} more" if len(unknown) > 8 else "")
    return f"{plan_id} is priced by tobacco use, which is not known of member {who}. Add it to the census."


def _per_member(rates: AreaRates, covered: pl.DataFrame) -> npt.NDArray[np.int64]:
    """(plans, members): cents of each member, 0 for a child beyond the three oldest."""
    return np.where(covered["charged"].to_numpy(), rates.monthly[:, column_of(covered)], 0)


def _elected(
    covered: pl.DataFrame,
    rates: AreaRates,
    promise: Contribution | None,
    lowest: int | None,
    refused: Mapping[str, str],
) -> Elected | None:
    """What the enrolling employees chose; None when nobody chose a plan yet."""
    employees = covered.filter(pl.col("relationship") == "employee")
    if employees["plan_id"].is_null().all():
        return None
    charged = charged_members(covered)
    place = covered.select("family_id", at=pl.col("family_id").rank("dense").cast(pl.Int64) - 1).unique(
        maintain_order=True
    )
    at_of = dict(place.iter_rows())
    plan_of = dict(employees.select("family_id", "plan_id").iter_rows())
    rows = np.zeros(len(at_of), np.int64)
    for family, at in at_of.items():
        rows[at] = rates.row_of.get(plan_of[family] or "", 0)
    whole, paid = family_totals(rates, charged, rows, promise, lowest) if rates.plans else ([], [])
    member_of = dict(employees.select("family_id", "member_id").iter_rows())
    chosen, without, unpriced = [], [], []
    for family, at in at_of.items():
        member_id, plan_id = member_of[family], plan_of[family]
        if plan_id is None:
            without.append(member_id)
        elif plan_id not in rates.row_of:
            unpriced.append((member_id, plan_id, rates.why_absent(plan_id)))
        elif (cents := whole[at]) is None:
            theirs = covered.filter(pl.col("family_id") == family)
            unpriced.append((member_id, plan_id, refused.get(plan_id) or tobacco_needed(plan_id, theirs)))
        else:
            chosen.append(ElectedPlan(member_id, plan_id, Money(cents, paid[at])))
    return Elected(tuple(chosen), tuple(without), tuple(unpriced))


def _notes(
    covered: pl.DataFrame,
    promise: Contribution | None,
    is_employee: npt.NDArray[np.bool_],
    guideline: Guideline,
    as_of: date,
) -> tuple[str, ...]:
    said = []
    answered = covered.filter(pl.col("relationship") == "employee")
    waiting = answered.filter(pl.col("election").is_null())["member_id"].to_list()
    if waiting and len(waiting) < answered.height:
        said.append(f"Priced although their election is not known yet: member {', '.join(waiting)}.")
    hours = guideline.heading("participation").value("full_time_hours", as_of, int)
    part_time = answered.filter(pl.col("hours_per_week") < hours * 100)["member_id"].to_list()
    if part_time:
        said.append(f"Priced although they work fewer than {hours} hours a week: member {', '.join(part_time)}.")
    if promise is None:
        said.append("What the employer contributes is not known: give --contribution, such as 50% or 250.00.")
    elif promise.dependents is None and not is_employee.all():
        said.append(
            "What the employer contributes for dependents is not known, so the shares are not (0 is an answer)."
        )
    for grown in covered.filter((pl.col("relationship") == "child") & (pl.col("age") >= CHILD_COVERED_TO)).to_dicts():
        said.append(
            f"Member {grown['member_id']} is a child of {grown['age']}: children are covered to {CHILD_COVERED_TO} "
            "(45 CFR 147.120). Priced as given; mark as disabled_child where that is so."
        )
    return tuple(said)
