"""An invented book of business: seeded groups, no two meant to be alike, with the unknowns that real ones have.

`measured` makes what the engine decides by (one row of measures a group); `raw` makes what it counts: groups,
their employees and their months. Both are vectorized, and neither is timed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from smallgroup.census.fields import SCHEMA
from smallgroup.underwriting import Edition
from smallgroup.underwriting.facts import FOR_PEOPLE, GROUP_SCHEMA
from smallgroup.underwriting.measures import GROUP

EFFECTIVE = date(2025, 10, 1)
AS_OF = date(2025, 9, 12)
ONE_YEAR_OF_ONE = 12 * 120_00  # hundredths of an hour of one full-time equivalent

OPEN_COUNTS = 0.05  # groups in which somebody's answer is open, so that at-least and at-most differ
UNKNOWN = 0.02  # of each fact that may be unknown
NO_ROWS = 0.005  # groups without a single census row, or without a single month

# A month as a wage report has it: each part-timer's hours, which Edition.month_stage lays out as equivalents.
LISTED_MONTHS: dict[str, Any] = {
    GROUP: pl.Int64, "month": pl.Date, "full_time": pl.Int64, "part_time_hours": pl.List(pl.Int64),
    "seasonal_full_time": pl.Int64, "seasonal_part_time_hours": pl.List(pl.Int64), "projected": pl.Boolean,
}  # fmt: skip
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def columns_read(edition: Edition) -> list[str]:
    """The measures that the readings of an edition read, in their order."""
    return list(dict.fromkeys(name for column in edition.reading_columns for name in column.meta.root_names()))


def measured(groups: int, edition: Edition, seed: int = 20251001) -> pl.DataFrame:
    """Measures of many groups, typed as the engine types them: the columns that the clauses read, and no more."""
    columns = _measures(groups, np.random.default_rng(seed))
    few = raw(2)
    types = edition.measure(few.groups, few.people, few.months.with_columns(**edition.month_stage))[0].schema
    return pl.DataFrame({name: columns[name].cast(types[name]) for name in columns_read(edition)})


def _measures(groups: int, random: np.random.Generator) -> dict[str, pl.Series]:
    """Counts that agree with each other: who is eligible answers in one of five ways, 1099 or not."""
    open_counts = random.random(groups) < OPEN_COUNTS
    no_people, no_months = (random.random(groups) < NO_ROWS for _ in range(2))
    columns: dict[str, pl.Series] = {}

    def spread(most: int = 3) -> Whole:
        return np.where(open_counts, random.integers(0, most + 1, groups), 0)

    def keep(name: str, at_least: Whole, wider: Whole, nothing: Mask) -> None:
        columns[f"{name}.at_least"] = _nullable(at_least, nothing)
        columns[f"{name}.at_most"] = _nullable(at_least + wider, nothing)

    def share(of: Whole, low: float, high: float) -> Whole:
        return random.binomial(of, random.uniform(low, high, groups))

    eligible = random.integers(1, 51, groups)
    enrolled = share(eligible, 0.2, 1.0)
    enrolled[random.random(groups) < 0.03] = 0
    left = eligible - enrolled
    waived = share(left, 0.2, 0.9)
    alongside = np.where(random.random(groups) < 0.05, share(left - waived, 0.0, 1.0), 0)
    declines = left - waived - alongside
    unlisted = share(waived, 0.0, 0.4)
    hires_1099 = random.random(groups) < 0.3

    kinds = {
        "enrolled": enrolled, "declines": declines, "enrolled_or_alongside": enrolled + alongside,
        "declines_or_unlisted": declines + unlisted,
    }  # fmt: skip
    for name, counts in kinds.items():
        wider = spread()
        contractors = np.where(hires_1099, share(counts, 0.0, 0.7), 0)
        keep(name, counts, wider, no_people)
        keep(f"{name}_without_1099", counts - contractors, wider, no_people)
        if name == "enrolled":
            enrolling_1099, enrolling_w2 = contractors, share(counts - contractors, 0.8, 1.0)
    answered = np.where(random.random(groups) < 0.03, 0, eligible)
    keep("elections", answered, spread(), no_people)
    keep("enrolling_1099", enrolling_1099, spread(1), no_people)
    keep("enrolling_w2", enrolling_w2, spread(), no_people)
    keep("workers_1099", enrolling_1099 + np.where(hires_1099, 1, 0), spread(), no_people)
    keep("contribution_short", np.where(random.random(groups) < 0.1, share(enrolled, 0, 1), 0), spread(), no_people)

    full_time = np.where(random.random(groups) < 0.05, 0, share(eligible, 0.3, 1.0))
    candidates = np.where(random.random(groups) < 0.02, 0, full_time)
    outside = np.where(random.random(groups) < 0.04, 0, share(candidates, 0.6, 1.0))
    keep("w2_full_time_not_partner", full_time, spread(), no_people)
    keep("w2_full_time", candidates, spread(), no_people)
    keep("w2_full_time_outside", outside, spread(), no_people)

    known = np.where(random.random(groups) < 0.05, random.integers(1, 12, groups), 12)
    over = np.where(random.random(groups) < 0.05, random.integers(0, 7, groups), 0)
    keep("months_known", known, np.zeros_like(known), no_months)
    keep("months_over", over, np.zeros_like(over), no_months)
    keep("months_over_without_seasonal", np.where(random.random(groups) < 0.5, 0, over), np.zeros_like(over), no_months)
    hours = random.integers(ONE_YEAR_OF_ONE // 2, 60 * ONE_YEAR_OF_ONE, groups)
    columns["average_hours"] = _nullable(hours, no_months | (known < 12))

    columns["existed_all_year"] = _nullable(random.random(groups) < 0.95, _unknown(groups, random))
    columns["one_household"] = _nullable(random.random(groups) < 0.3, _unknown(groups, random))
    columns["household_possible"] = _nullable(random.integers(0, 3, groups), _unknown(groups, random))
    columns["spouses_possible"] = _nullable(random.integers(0, 2, groups), _unknown(groups, random))
    for suffix in ("", "_without_1099"):
        fewest = columns[f"enrolled{suffix}.at_least"].fill_null(0).to_numpy() >= 1
        most = columns[f"enrolled{suffix}.at_most"].fill_null(0).to_numpy() >= 1
        columns[f"somebody_enrolls{suffix}"] = _nullable(fewest, no_people | (most & ~fewest))
    columns["offers_1099"] = _nullable(hires_1099, _unknown(groups, random))
    columns["has_form_1099_validation"] = _nullable(np.ones(groups, np.bool_), random.random(groups) < 0.1)
    return columns


def _unknown(rows: int, random: np.random.Generator) -> Mask:
    return random.random(rows) < UNKNOWN


def _nullable(values: npt.NDArray[Any], null: Mask) -> pl.Series:
    series = pl.Series(values)
    return series.set(pl.Series(null), None) if null.any() else series


# What is counted ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Raw:
    """The three frames of facts.Facts, for many groups."""

    groups: pl.DataFrame
    people: pl.DataFrame
    months: pl.DataFrame

    def blocks(self, groups: int) -> list[Raw]:
        """The same book cut between groups, without copying: every frame is clustered by group."""
        edges = pl.Series(range(0, self.groups.height + groups, groups), dtype=pl.Int64)
        frames = [
            [frame.slice(start, end - start) for start, end in pairwise(frame[GROUP].search_sorted(edges, "left"))]
            for frame in (self.groups, self.people, self.months)
        ]
        return [Raw(*parts) for parts in zip(*frames, strict=True)]


def raw(groups: int, seed: int = 20251002) -> Raw:
    """About 7.5 employees and 12 months a group."""
    random = np.random.default_rng(seed)
    facts = _groups(groups, random)
    return Raw(facts, _people(facts, random), _months(groups, random))


def _groups(groups: int, random: np.random.Generator) -> pl.DataFrame:
    partners = random.random(groups) < 0.3
    columns: dict[str, Any] = {
        GROUP: np.arange(groups, dtype=np.int64),
        "effective_date": np.full(groups, EFFECTIVE, "datetime64[D]"),
        "latest_hire": _nullable(np.full(groups, "2025-08-02", "datetime64[D]"), _unknown(groups, random)),
        "hours_required": _nullable(random.choice([20_00, 30_00, 32_00], groups), _unknown(groups, random)),
        "offers_1099": _nullable(random.random(groups) < 0.3, _unknown(groups, random)),
        "owners_are_partners": _nullable(partners, _unknown(groups, random)),
        "owners_possible": random.random(groups) < 0.95,
        "spouses_possible": _nullable(random.integers(0, 2, groups), _unknown(groups, random)),
        "household_possible": _nullable(random.integers(0, 3, groups), _unknown(groups, random)),
        "existed_all_year": _nullable(random.random(groups) < 0.95, _unknown(groups, random)),
        "expected_hours": _nullable(random.integers(1, 60, groups) * 120_00, random.random(groups) < 0.5),
        # A share of the lowest-priced plan is enough or not; a sum, or a share of another plan, turns on the rates.
        "promise_is_enough": _nullable(random.random(groups) < 0.9, random.random(groups) < 0.3),
        "has_form_1099_validation": _nullable(np.ones(groups, np.bool_), random.random(groups) < 0.5),
    }
    return pl.DataFrame({name: columns[name] for name in GROUP_SCHEMA}).cast(GROUP_SCHEMA)


def _people(groups: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The employees, family by family, clustered by group as facts.py leaves them."""
    size = np.minimum(random.geometric(1 / 7.5, groups.height), 60)
    size[random.random(groups.height) < NO_ROWS] = 0
    group = np.repeat(np.arange(groups.height), size)
    rows = group.size
    first = np.zeros(rows, np.bool_)
    first[np.flatnonzero(np.diff(group, prepend=-1))] = True
    owner = first & (random.random(rows) < 0.7)
    election = _words("election", rows, random, {"enroll": 0.62, "waive": 0.2, "decline": 0.17})
    lowest = random.integers(250_00, 1100_00, rows)
    pays = _nullable(
        lowest * random.choice([45, 50, 60, 75], rows, p=[0.02, 0.4, 0.3, 0.28]) // 100, _unknown(rows, random)
    )
    columns: dict[str, Any] = {
        GROUP: group,
        "worker_type": _words("worker_type", rows, random, {"w2": 0.87, "1099": 0.07, "retiree": 0.01, "cobra": 0.01}),
        "paid_on": _words("paid_on", rows, random, {"w2": 0.25, "k1": 0.02}),
        "ownership_percent": np.where(owner, random.choice([25_00, 50_00, 100_00], rows), 0),
        "related_to_owner": _words("related_to_owner", rows, random, {"none": 0.9, "spouse": 0.03, "child": 0.03}),
        "hours_per_week": random.choice([15_00, 25_00, 30_00, 37_50, 40_00], rows, p=[0.05, 0.1, 0.1, 0.15, 0.6]),
        "status": _words("status", rows, random, {"active": 0.95, "paid_leave": 0.02, "unpaid_leave": 0.01}),
        "hired_on": np.datetime64("2025-09-20") - random.integers(0, 6000, rows),
        "terminated_on": _nullable(np.full(rows, "2025-09-01", "datetime64[D]"), random.random(rows) > 0.01),
        "election": election,
        "waiver_reason": _words(
            "waiver_reason", rows, random,
            {"spouse_group": 0.55, "individual": 0.15, "medicaid": 0.1, "parent_group": 0.1,
             "other_carrier_same_employer": 0.05, "military": 0.05},
        ).set(election != "waive", None),
        "lowest_rate": lowest, "own_rate": lowest,
        "employer_pays": pays, "pays_of_own": pays,
    }  # fmt: skip
    columns["worker_type"] = columns["worker_type"].set(pl.Series(owner), "corporate_owner")
    unknown = random.random(rows) < UNKNOWN / 4
    for name in ("hours_per_week", "ownership_percent", "hired_on"):
        columns[name] = _nullable(columns[name], unknown)
    columns["family_ownership"] = columns["ownership_percent"]
    beside = groups.select(*FOR_PEOPLE)[group]
    return pl.DataFrame(columns).with_columns(pl.col("hired_on", "terminated_on").cast(pl.Date)).hstack(beside)


def _words(
    field: str, rows: int, random: np.random.Generator, odds: dict[str, float], rest: str | None = None
) -> pl.Series:
    """Words of a census field by their odds; what the odds leave is unknown."""
    codes = np.searchsorted(np.cumsum(list(odds.values())), random.random(rows), side="right")
    words = pl.Series([*odds, rest], dtype=SCHEMA[field])
    return words[codes]


def _months(groups: int, random: np.random.Generator) -> pl.DataFrame:
    """Twelve months of 2024, clustered by group; in one of twenty groups some are missing."""
    rows = groups * 12
    group = np.repeat(np.arange(groups), 12)
    gaps = random.random(groups) < OPEN_COUNTS
    here = ~(gaps[group] & (random.random(rows) < 0.2))
    staff = np.repeat(np.minimum(random.geometric(1 / 7, groups) - 1, 58), 12) + random.integers(0, 2, rows)
    seasonal = np.where(random.random(rows) < 0.05, np.minimum(staff, random.integers(0, 6, rows)), 0)
    part_time = random.integers(20_00, 140_00, (rows, 3))
    months = np.arange("2024-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
    frame = pl.DataFrame({
        GROUP: group,
        "month": np.tile(months, groups),
        "full_time": staff,
        "part_time_hours": pl.Series(part_time).arr.to_list(),
        "seasonal_full_time": seasonal,
        "projected": random.random(rows) < 0.01,
        "part_timers": random.integers(0, 4, rows),
    })  # fmt: skip
    lists = pl.col("part_time_hours").list.head("part_timers")
    of_season = pl.when(pl.col("seasonal_full_time") > 0).then(lists.list.head(1)).otherwise(lists.list.head(0))
    frame = frame.with_columns(part_time_hours=lists, seasonal_part_time_hours=of_season).filter(pl.Series(here))
    return frame.select(*LISTED_MONTHS).cast(LISTED_MONTHS)
