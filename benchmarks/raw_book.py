"""What is counted, for many groups: the invented book as the groups' facts, their employees and their months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from benchmarks.book import AUDITS, IN_WINDOW, NO_ROWS, OPEN_COUNTS, RENEWALS, UNKNOWN, Draw, nullable
from benchmarks.outcomes import ADDRESSES, REGISTERED
from smallgroup.census.fields import SCHEMA
from smallgroup.rating.bands import BANDS
from smallgroup.underwriting.facts import FOR_PEOPLE
from smallgroup.underwriting.measures import GROUP

# A month as a wage report has it: each part-timer's hours, which Edition.month_stage lays out as equivalents.
LISTED_MONTHS: dict[str, Any] = {
    GROUP: pl.Int64, "month": pl.Date, "full_time": pl.Int64, "part_time_hours": pl.List(pl.Int64),
    "seasonal_full_time": pl.Int64, "seasonal_part_time_hours": pl.List(pl.Int64), "projected": pl.Boolean,
    "common_control_hours": pl.Int64, "common_control_seasonal_hours": pl.Int64,
}  # fmt: skip
PLANS = 44
YOUNGEST = 18 - 14  # the first band is up to the age of 14
# Cents a month by plan and age band, made up: dearer with age, and plan by plan.
RATES = np.linspace(180_00, 520_00, PLANS)[:, None] * np.linspace(1.0, 3.0, len(BANDS))[None, :] + 0.37
CENTS = pl.Series(RATES.astype(np.int64).ravel())


@dataclass(frozen=True)
class Raw:
    """The three frames of facts.Facts, for many groups. The people have no COSTS yet: `priced` looks them up."""

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

    def priced(self) -> Raw:
        """The people with what the lowest-priced plan costs at their age, and what the employer pays of it, in cents,
        half a cent upwards; and the same of the plan that is open to them."""
        near, far = (pl.col(plan) * len(BANDS) + pl.col("band") for plan in ("lowest_plan", "own_plan"))
        rate, own = (pl.lit(CENTS).gather(place) for place in (near, far))
        rates = self.people.with_columns(lowest_rate=rate, own_rate=own)
        paid = {
            name: (pl.col(of) * pl.col("percent") + 50) // 100
            for name, of in (("employer_pays", "lowest_rate"), ("pays_of_own", "own_rate"))
        }
        return replace(self, people=rates.with_columns(**paid).drop("lowest_plan", "own_plan", "band", "percent"))


def raw(groups: int, schema: Mapping[str, Any], seed: int = 20251002) -> Raw:
    """About 7.5 employees and 12 months a group. `schema` is that of the groups' facts."""
    draw = Draw(groups, np.random.default_rng(seed))
    facts = _groups(draw, schema)
    return Raw(facts, _people(draw, facts), _months(draw, facts))


def _groups(draw: Draw, schema: Mapping[str, Any]) -> pl.DataFrame:
    groups, random = draw.groups, draw.random
    partners, renewal, audited = draw.some(0.3), draw.some(RENEWALS), draw.some(AUDITS)
    entities = draw.pick(["corporation", "llc"], ["sole_proprietor", "association"], 0.1)
    window = draw.some(IN_WINDOW) & ~renewal
    effective = np.where(window, np.datetime64("2026-01-01"), np.datetime64("2025-10-01"))
    complete = np.where(draw.odd(0.05), draw.days(effective, 0, 10), draw.days(effective, -40, -15))
    no_day, coverage, peo = draw.unknown(), draw.some(0.4), draw.odd(0.06)
    formed = np.where(draw.odd(0.06), draw.days(effective, -90, -30), draw.days(effective, -9000, -700))
    classes, classes_unknown = np.where(draw.some(0.1), random.integers(1, 4, groups), 0), draw.unknown()
    unlawful = np.minimum(classes, draw.odd(0.3))
    months = np.where(renewal, random.integers(0, 13, groups), 0)
    owners = random.integers(0, 3, groups)
    unproved = np.minimum(owners, draw.odd(0.3))
    # Whether there are other companies is told or not; where there are, all of them is known or not.
    others, not_told = draw.odd(0.15), draw.unknown()
    affiliates = np.where(others & draw.some(0.7), random.integers(0, 9, groups), 0)
    open_ = not_told | (others & draw.some(0.2))
    registered = nullable(draw.pick(REGISTERED[:1], REGISTERED[1:], 0.1), draw.odd(0.1))
    waits = nullable(draw.some(0.1), draw.unknown())
    columns: dict[str, Any] = {
        GROUP: np.arange(groups, dtype=np.int64),
        "effective_date": effective,
        "received_on": np.where(no_day, effective - 20, complete),
        "complete_on": nullable(complete, no_day),
        "is_renewal": renewal,
        "audited": audited,
        "latest_hire": nullable(effective - 60, draw.unknown()),
        "hours_required": nullable(draw.pick([30_00, 32_00], [20_00, 40_01], 0.04), draw.unknown()),
        "offers_1099": nullable(draw.some(0.8), draw.unknown()),
        "existed_all_year": draw.fact(0.05),
        "taxed_as_s_corporation": nullable(~partners & draw.some(0.5), draw.unknown()),
        "formed_on": nullable(formed, draw.unknown()),
        "first_payroll_on": nullable(formed + 40, draw.odd(0.1)),
        "purpose_attested": draw.fact(0.03),
        "entity": np.where(partners, "partnership", entities),
        "state": np.full(groups, "GA"),
        "address_kind": nullable(draw.pick(ADDRESSES[:2], ADDRESSES[2:], 0.05), draw.unknown()),
        "inside_service_area": draw.fact(0.04),
        "license_expires_on": nullable(draw.days(effective, -10, 700), draw.odd(0.1)),
        "secretary_of_state": registered.set(pl.Series(~partners & (entities == "sole_proprietor")), "not_registered"),
        "workers_compensation": nullable(draw.pick(["covered"], ["none", "partial"], 0.1), draw.unknown()),
        "employees_total": nullable(random.integers(1, 60, groups), draw.odd(0.1)),
        "activity": nullable(draw.pick(["none"], ["farm", "church", "nonprofit"], 0.1), draw.odd(0.1)),
        "excluded_classes": nullable(draw.odd(0.03).astype(np.int64), draw.unknown()),
        "classes": nullable(classes, classes_unknown),
        "unlawful_classes.at_least": nullable(unlawful, classes_unknown),
        "unlawful_classes.at_most": nullable(unlawful, classes_unknown),
        "other_carrier": draw.some(0.06),
        "peo": peo,
        "peo_group_pays": nullable(~draw.odd(0.3), draw.unknown()),
        "peo_in_group_name": nullable(~draw.odd(0.3), draw.unknown()),
        "waiting_worst_day": nullable(draw.pick([1, 61, 91], [92, 122], 0.05), draw.unknown()),
        "waiting_worst_day_naive": np.full(groups, 92),
        "waits_after_orientation": waits,
        "existing_coverage_ends_on": nullable(draw.days(effective, -3, 40), ~coverage),
        "has_existing_coverage": coverage,
        "offers_at_open_enrollment": draw.fact(0.03),
        "offers_to_new_hires": draw.fact(0.03),
        **{f"{kind}_asked": audited & ~draw.odd(0.3) for kind in ("wages", "ownership", "proofs")},
        "wages_shown": draw.fact(0.2),
        "wages_shown_by_age": draw.fact(0.2),
        "ownership_to_show": nullable(owners > 0, (owners == 0) & draw.odd(0.2)),
        "every_ownership_paper": draw.fact(0.2),
        "ownership_by_letter": draw.fact(0.2),
        "owners_unproved.at_least": unproved,
        "owners_unproved.at_most": np.minimum(owners, unproved + draw.odd(0.1)),
        "other_tax_papers": draw.odd(0.03),
        "owners_are_partners": nullable(partners, draw.unknown()),
        "owners_possible": ~draw.some(0.05),
        "spouses_possible": nullable(random.choice([0, 2], groups), partners),
        "household_possible": nullable(np.full(groups, 2), partners),
        "expected_hours": nullable(random.integers(1, 60, groups) * 120_00, draw.some(0.5)),
        # A share of the lowest-priced plan is enough or not; a sum, or a share of another plan, turns on the rates.
        "promise_is_enough": nullable(~draw.odd(0.1), draw.some(0.5)),
        "offers_out_of_area_plan": draw.fact(0.2),
        "affiliates_enrolled": nullable(affiliates, open_),
        "affiliates_declined": nullable(affiliates // 2, open_),
        "affiliates_open": open_,
        "affiliates_open_narrow": not_told | (open_ & draw.some(0.4)),
        "other_companies": nullable(others | open_, not_told),
        "contract_months": months,
        "months_below.at_least": np.minimum(months, draw.odd(0.1)),
        "months_below.at_most": np.minimum(months, 1 + draw.odd(0.1)) * draw.odd(0.3),
        **{name: ~draw.odd(0.05) for name in schema if name.startswith("has_") and name != "has_existing_coverage"},
    }
    columns["months_below.at_most"] = np.maximum(columns["months_below.at_least"], columns["months_below.at_most"])
    return pl.DataFrame({name: columns[name] for name in schema}).cast(dict(schema))


def _people(of: Draw, groups: pl.DataFrame) -> pl.DataFrame:
    """The employees, family by family, clustered by group as facts.py leaves them."""
    random, many = of.random, groups.height
    size = np.minimum(random.geometric(1 / 7.5, many), 60)
    size[random.random(many) < NO_ROWS] = 0
    group = np.repeat(np.arange(many), size)
    draw = Draw(group.size, random)
    draw.messy = of.messy[group]
    rows = draw.groups
    first = np.zeros(rows, np.bool_)
    first[np.flatnonzero(np.diff(group, prepend=-1))] = True
    owner = first & draw.some(0.7)
    enrolls = {"enroll": 0.7, "waive": 0.17, "decline": 0.12}
    election = _words("election", rows, random, enrolls, odd=draw.messy & draw.some(0.03))
    waives = (election == "waive").fill_null(False)
    works_elsewhere = draw.some(0.02)
    hours = random.choice([15_00, 25_00, 30_00, 37_50, 40_00], rows, p=[0.03, 0.04, 0.13, 0.2, 0.6])
    enrolling = (election == "enroll").fill_null(False).to_numpy()
    hours = np.where(enrolling & (hours < 30_00) & ~draw.odd(0.2), 40_00, hours)
    pay = hours * random.integers(9, 60, rows)  # cents: so many dollars for each hundredth of an hour
    columns: dict[str, Any] = {
        GROUP: group,
        "worker_type": _words("worker_type", rows, random, {"w2": 0.93, "1099": 0.05, "retiree": 0.01, "cobra": 0.01},
                              odd=draw.odd(UNKNOWN / 4)).set(pl.Series(owner), "corporate_owner"),
        "paid_on": _words("paid_on", rows, random, {"w2": 0.25, "k1": 0.02}, rest=True),
        "ownership_percent": np.where(owner, random.choice([25_00, 50_00, 100_00], rows), 0),
        "related_to_owner": _words("related_to_owner", rows, random, {"none": 0.96, "spouse": 0.02, "child": 0.02},
                                   odd=draw.odd(UNKNOWN / 4)).set(pl.Series(owner), "self"),
        "hours_per_week": hours,
        "status": _words("status", rows, random, {"active": 0.97, "paid_leave": 0.02, "unpaid_leave": 0.01},
                         odd=draw.odd(UNKNOWN / 4)),
        "hired_on": np.datetime64("2025-09-20") - random.integers(0, 6000, rows),
        "terminated_on": nullable(np.full(rows, "2025-09-01", "datetime64[D]"), random.random(rows) > 0.01),
        "weekly_pay": nullable(np.where(draw.odd(0.01), 0, pay), draw.some(0.3)),
        "election": election,
        "waiver_reason": _words(
            "waiver_reason", rows, random,
            {"spouse_group": 0.75, "individual": 0.15, "medicaid": 0.03, "parent_group": 0.03,
             "other_carrier_same_employer": 0.02, "military": 0.02},
        ).set(~waives, None),
        "inside": nullable(~works_elsewhere, draw.odd(UNKNOWN / 4)),
        "in_out_of_area_plan": nullable(works_elsewhere, draw.odd(0.1)),
        "proof_shown": waives & pl.Series(~draw.odd(0.2)),
        "band": random.integers(YOUNGEST, len(BANDS), rows),
        "lowest_plan": random.integers(0, PLANS, many)[group],
        "percent": nullable(
            random.choice([45, 50, 60, 75], many, p=[0.02, 0.4, 0.3, 0.28])[group], of.unknown()[group]
        ),
    }  # fmt: skip
    columns["own_plan"] = np.where(works_elsewhere, PLANS - 1, columns["lowest_plan"])
    unknown = draw.odd(UNKNOWN / 4)
    for name in ("hours_per_week", "ownership_percent", "hired_on"):
        columns[name] = nullable(columns[name], unknown)
    columns["family_ownership"] = columns["ownership_percent"]
    beside = groups.select(*FOR_PEOPLE)[group]
    return pl.DataFrame(columns).with_columns(pl.col("hired_on", "terminated_on").cast(pl.Date)).hstack(beside)


def _words(
    field: str, rows: int, random: np.random.Generator, odds: dict[str, float], *, odd: Any = None, rest: bool = False
) -> pl.Series:
    """Words of a census field by their odds, null where `odd`; what the odds leave (`rest`) is null too."""
    edges = np.cumsum(list(odds.values()))
    codes = np.searchsorted(edges if rest else edges[:-1], random.random(rows), side="right")
    if odd is not None:
        codes = np.where(odd, len(odds), codes)
    return pl.Series([*odds, None], dtype=SCHEMA[field])[codes]


def _months(of: Draw, facts: pl.DataFrame) -> pl.DataFrame:
    """Twelve months of 2024, clustered by group; in some groups a few are missing. Hours under common control are only
    where there are other companies."""
    groups, random = of.groups, of.random
    rows = groups * 12
    group = np.repeat(np.arange(groups), 12)
    here = ~(of.odd(OPEN_COUNTS)[group] & (random.random(rows) < 0.2))
    staff = np.repeat(np.minimum(random.geometric(1 / 7, groups) - 1 + ~of.messy, 58), 12) + random.integers(0, 2, rows)
    seasonal = np.where(random.random(rows) < 0.05, np.minimum(staff, random.integers(0, 6, rows)), 0)
    others = facts["other_companies"].fill_null(False).to_numpy()
    common = np.where(others[group], random.integers(0, 30, rows) * 120_00, 0)
    months = np.arange("2024-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
    frame = pl.DataFrame({
        GROUP: group,
        "month": np.tile(months, groups),
        "full_time": staff,
        "part_time_hours": pl.Series(random.integers(20_00, 140_00, (rows, 3))).arr.to_list(),
        "seasonal_full_time": seasonal,
        "projected": random.random(rows) < 0.01,
        "common_control_hours": common,
        "common_control_seasonal_hours": common // 8,
        "part_timers": random.integers(0, 4, rows),
    })  # fmt: skip
    lists = pl.col("part_time_hours").list.head("part_timers")
    of_season = pl.when(pl.col("seasonal_full_time") > 0).then(lists.list.head(1)).otherwise(lists.list.head(0))
    frame = frame.with_columns(part_time_hours=lists, seasonal_part_time_hours=of_season).filter(pl.Series(here))
    return frame.select(*LISTED_MONTHS).cast(LISTED_MONTHS)
