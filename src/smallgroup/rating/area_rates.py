"""The rates of one rating area on one day, and what is said of the plans that have none.

A plan with a missing, zero, negative or doubled rate is refused by name; it does not spoil the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt

from smallgroup.dates import spoken
from smallgroup.errors import did_you_mean
from smallgroup.rating.bands import BANDS, band_of, spoken_bands

if TYPE_CHECKING:
    from smallgroup.rating.rate_table import RateTable

Kind = Literal["hmo", "ppo", "ooa_ppo"]
Cents = npt.NDArray[np.int64]

# The three blocks of 51 columns of `AreaRates.monthly`.
TOBACCO_NO: Final = 0
TOBACCO_YES: Final = 1
TOBACCO_UNKNOWN: Final = 2
MISSING: Final = -1

# How a row of a rate file speaks of tobacco.
EVERYBODY: Final = 0
NON_USERS: Final = 1
USERS: Final = 2

OPEN_END: Final = date(9999, 12, 31)

# Stands for a null among int64 cents: a row whose rate was left empty.
EMPTY: Final = int(np.iinfo(np.int64).min)
ASK: Final = "Ask the carrier for the filed rate; nothing is derived."


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as the rate file names it. `kind` None: the file does not say, so nobody may assume one."""

    plan_id: str
    name: str | None = None
    metal: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class RefusedPlan:
    """A plan with rows in this area on this day that cannot be priced, and the sentence that says why."""

    plan_id: str
    because: str


@dataclass(frozen=True, slots=True)
class LowestPriced:
    """The lowest-priced plan of a set: known, unknown, or none.

    `plan` is set when it is known. Otherwise `kind_unknown` holds the plans whose kind decides it (the first
    of them is lowest unless it is an out-of-area PPO); when that is empty too, no plan of the set qualifies.
    """

    plan: Plan | None
    kind_unknown: tuple[Plan, ...] = ()


def rate_column(age: int, tobacco: int) -> int:
    """The column of `AreaRates.monthly` for an age in years and a block (TOBACCO_NO, _YES or _UNKNOWN)."""
    return tobacco * len(BANDS) + band_of(age)


@dataclass(frozen=True, eq=False)
class AreaRates:
    """The rates in force in one rating area on one day.

    `monthly` is int64 cents of shape (plans, 3 × 51), read-only, one row for each of `plans` (sorted by id),
    the columns in three blocks of 51 bands: tobacco no, yes, unknown. A rate filed for everybody stands in
    all three. Where the two rates differ the unknown block holds MISSING (-1): without the fact nobody may be
    priced there. `table` is where the rates came from; rates out of a decision's record have none, and `absent`
    then keeps what was said of plans without rates.
    """

    area: int
    on: date
    plans: tuple[Plan, ...]
    monthly: Cents
    refused: tuple[RefusedPlan, ...]
    table: RateTable | None = field(default=None, repr=False)
    absent: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Plan id → its row in `monthly`."""
        return {plan.plan_id: row for row, plan in enumerate(self.plans)}

    def lowest_priced(self, plan_ids: Collection[str]) -> LowestPriced:
        """Of these plans, the one with the lowest age-21 rate (no tobacco) that is no out-of-area PPO.

        Equal rates go by plan id. Ids that are not in `plans` (refused or absent) take no part.
        """
        column = rate_column(21, TOBACCO_NO)
        rows = sorted(
            (int(self.monthly[row, column]), plan_id) for plan_id, row in self.row_of.items() if plan_id in plan_ids
        )
        unknown: list[Plan] = []
        for _, plan_id in rows:
            plan = self.plans[self.row_of[plan_id]]
            if plan.kind is None:
                unknown.append(plan)
            elif plan.kind != "ooa_ppo":
                return LowestPriced(None, tuple(unknown)) if unknown else LowestPriced(plan)
        return LowestPriced(None, tuple(unknown))

    def only(self, plan_ids: Collection[str]) -> AreaRates:
        """These plans alone, with the sentence for each that has no rates: what a decision keeps."""
        rows = [self.row_of[plan_id] for plan_id in sorted(self.row_of) if plan_id in plan_ids]
        absent = {plan_id: self.why_absent(plan_id) for plan_id in plan_ids if plan_id not in self.row_of}
        plans = tuple(self.plans[row] for row in rows)
        return AreaRates(self.area, self.on, plans, self.monthly[rows], (), absent=absent)

    def why_absent(self, plan_id: str) -> str:
        """The sentence for a plan that is not in `plans`. Raises ValueError for one that is."""
        if plan_id in self.row_of:
            raise ValueError(f"{plan_id} has rates in rating area {self.area}.")
        for refused in self.refused:
            if refused.plan_id == plan_id:
                return refused.because
        if self.table is None:
            return self.absent.get(plan_id, f"{plan_id} is not in the rates at hand.")
        if plan_id not in self.table.index_of:
            known = [plan.plan_id for plan in self.table.plans]
            return f"{plan_id} is not in the rates at hand. {did_you_mean(plan_id, known)}"
        areas = self.table.areas_of(plan_id)
        if self.area not in areas:
            return (
                f"{plan_id} is not filed in rating area {self.area}; it is filed in {_areas(areas)}. "
                "Choose a plan that is filed there."
            )
        spans = "; ".join(span(*pair) for pair in self.table.spans_of(plan_id, self.area))
        return (
            f"{plan_id} has no rates in rating area {self.area} on {spoken(self.on)}; known {spans}. "
            "Import the rates that are in force on that day."
        )


class RateCells:
    """Rows laid out as int64 cents of shape (groups, 2, 51): what non-users and users of tobacco pay.

    `group`, `tobacco`, `band` and `cents` are arrays of one length; a group is one plan, area and stretch of
    days without a change. A row for everybody fills both cells of its band.
    """

    def __init__(self, groups: int, group: Cents, tobacco: Cents, band: Cents, cents: Cents):
        bands = len(BANDS)
        place = group * 2 * bands + band
        no, yes = tobacco != USERS, tobacco != NON_USERS
        places = np.concatenate([place[no], place[yes] + bands])
        shape = (groups, 2, bands)
        flat = np.full(groups * 2 * bands, EMPTY, np.int64)
        flat[places] = np.concatenate([cents[no], cents[yes]])
        filed = np.bincount(places, minlength=flat.size).reshape(shape)
        self.rate: Cents = flat.reshape(shape)
        self.doubled = filed > 1
        once = filed == 1
        self.missing = (filed == 0) | (once & (self.rate == EMPTY))
        self.zero = once & (self.rate == 0)
        self.negative = once & (self.rate < 0) & (self.rate != EMPTY)
        self.faulty = self.missing | self.doubled | self.zero | self.negative

    def sentences(self, group: int, plan_id: str, where: str, when: str) -> Iterator[str]:
        """One sentence for each kind of fault and of person: which ages have it."""
        for seen, cells in (
            ("no rate", self.missing), ("a rate of zero", self.zero), ("a negative rate", self.negative),
            ("more than one rate", self.doubled),
        ):  # fmt: skip
            no, yes = cells[group]
            for whom, bands in (
                ("", no & yes), (" without tobacco", no & ~yes), (" with tobacco", yes & ~no),
            ):  # fmt: skip
                if bands.any():
                    ages = spoken_bands(np.flatnonzero(bands).tolist())
                    yield f"{plan_id} has {seen} {where} for {ages}{whom} {when}."


def span(first: date, last: date) -> str:
    """`"from July 1, 2025 to June 30, 2026"`, or, without an end, `"from July 1, 2025"`."""
    start = f"from {spoken(first)}"
    return start if last == OPEN_END else f"{start} to {spoken(last)}"


def _areas(areas: Sequence[int]) -> str:
    return f"rating area{'s' if len(areas) > 1 else ''} {', '.join(map(str, areas))}"
