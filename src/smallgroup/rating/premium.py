"""Premiums of many plans at once: a plan × age matrix of filed cents times the census counted by age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from smallgroup.group.application import Contribution, Flat, PercentOf, ReferencePlan
from smallgroup.rating.area_rates import MISSING, TOBACCO_NO, TOBACCO_UNKNOWN, TOBACCO_YES, AreaRates
from smallgroup.rating.bands import BANDS, OLDEST, YOUNGEST_SINGLE_YEAR

Cents = npt.NDArray[np.int64]
COLUMNS = 3 * len(BANDS)


@dataclass(frozen=True, slots=True)
class Charged:
    """The charged members, as arrays of one length: column of the rate matrix, family, employee or dependent."""

    column: Cents
    family: Cents
    is_employee: npt.NDArray[np.bool_]

    @property
    def by_column(self) -> tuple[Cents, Cents]:
        """(employees, dependents) counted by column of the rate matrix."""
        employees = np.bincount(self.column[self.is_employee], minlength=COLUMNS)
        return employees, np.bincount(self.column, minlength=COLUMNS) - employees


def column_of(members: pl.DataFrame) -> Cents:
    """The column of the rate matrix for each member: the age band, in the block that the tobacco fact selects."""
    band = np.clip(members["age"].to_numpy() - YOUNGEST_SINGLE_YEAR + 1, 0, OLDEST - YOUNGEST_SINGLE_YEAR + 1)
    uses = members["tobacco"].cast(pl.Int64).fill_null(-1).to_numpy()
    block = np.where(uses == 1, TOBACCO_YES, np.where(uses == 0, TOBACCO_NO, TOBACCO_UNKNOWN))
    return np.asarray(block * len(BANDS) + band, dtype=np.int64)


def charged_members(members: pl.DataFrame) -> Charged:
    """`members` after charged.with_charged; those who are not charged are left out here."""
    members = members.filter("charged")
    return Charged(
        column_of(members),
        members["family_id"].rank("dense").cast(pl.Int64).to_numpy() - 1,
        (members["relationship"] == "employee").to_numpy(),
    )


def unpriced_columns(rates: AreaRates, charged: Charged) -> npt.NDArray[np.bool_]:
    """(plans, columns): where a member stands whom the plan has no rate for, for want of the tobacco fact."""
    used = np.zeros(COLUMNS, np.bool_)
    used[charged.column] = True
    unpriced: npt.NDArray[np.bool_] = (rates.monthly == MISSING) & used
    return unpriced


def employer_share(rates: AreaRates, promise: PercentOf | Flat, lowest: int | None) -> Cents | None:
    """What the employer pays for one member, by plan and column: cents, half up, never above the premium.

    `lowest` is the row of the lowest-priced plan offered. None when the promise names a plan that is not known.
    """
    monthly = rates.monthly
    if isinstance(promise, Flat):
        return np.minimum(promise.dollars, monthly)
    base: Cents = monthly
    if isinstance(promise.of, ReferencePlan):
        row = rates.row_of.get(promise.of.reference_plan)
        if row is None:
            return None
        base = monthly[row]
    elif promise.of == "lowest_priced_plan":
        if lowest is None:
            return None
        base = monthly[lowest]
    part, whole = promise.percent.numerator, promise.percent.denominator
    return np.minimum((2 * base * part + whole) // (2 * whole), monthly)


def totals(rates: AreaRates, charged: Charged) -> Cents:
    """The premium of each plan for everybody charged, in cents a month."""
    employees, dependents = charged.by_column
    premium: Cents = rates.monthly @ (employees + dependents)
    return premium


def employer_totals(rates: AreaRates, charged: Charged, contribution: Contribution, lowest: int | None) -> Cents | None:
    """The employer's part of each plan's premium, or None where a fact is missing that decides it.

    A flat sum for dependents is one sum a family, so there, and only there, families are added up one by one.
    """
    employees, dependents = charged.by_column
    own = employer_share(rates, contribution.employee, lowest)
    if own is None:
        return None
    total: Cents = own @ employees
    if not dependents.any():
        return total
    promise = contribution.dependents
    if promise is None:
        return None
    if isinstance(promise, Flat):
        total += np.minimum(promise.dollars, _dependents_by_family(rates, charged)).sum(axis=1)
        return total
    theirs = employer_share(rates, promise, lowest)
    if theirs is None:
        return None
    total += theirs @ dependents
    return total


def family_totals(
    rates: AreaRates, charged: Charged, rows: Cents, contribution: Contribution | None, lowest: int | None
) -> tuple[list[int | None], list[int | None]]:
    """What each family costs in the plan of its own row, and the employer's part of it, in cents a month.

    `rows` has a row of the rate matrix for each family of `charged`. A premium is None where the plan has no rate for
    one of them, an employer's part where a fact is missing that decides it.
    """
    column, family, row = charged.column, charged.family, rows[charged.family]
    paid = rates.monthly[row, column]
    premium, unpriced = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
    np.add.at(premium, family, paid)
    np.logical_or.at(unpriced, family, paid == MISSING)
    total = [None if bad else cents for cents, bad in zip(premium.tolist(), unpriced.tolist(), strict=True)]
    own = None if contribution is None else employer_share(rates, contribution.employee, lowest)
    if contribution is None or own is None:
        return total, [None] * len(rows)
    is_dependent = ~charged.is_employee
    employer, of_dependents = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    np.add.at(employer, family[charged.is_employee], own[row, column][charged.is_employee])
    np.add.at(of_dependents, family[is_dependent], paid[is_dependent])
    alone = np.ones(len(rows), np.bool_)
    alone[family[is_dependent]] = False
    promise = contribution.dependents
    theirs = employer_share(rates, promise, lowest) if isinstance(promise, PercentOf) else None
    if isinstance(promise, Flat):
        employer += np.minimum(promise.dollars, of_dependents)
    elif theirs is not None:
        np.add.at(employer, family[is_dependent], theirs[row, column][is_dependent])
    known = alone | (isinstance(promise, Flat) or theirs is not None)
    parts = zip(employer.tolist(), known.tolist(), total, strict=True)
    return total, [cents if sure and whole is not None else None for cents, sure, whole in parts]


def _dependents_by_family(rates: AreaRates, charged: Charged) -> Cents:
    """(plans, families): the premium of each family's dependents."""
    counts = np.zeros((int(charged.family.max()) + 1, COLUMNS), np.int64)
    dependent = ~charged.is_employee
    np.add.at(counts, (charged.family[dependent], charged.column[dependent]), 1)
    return rates.monthly @ counts.T
