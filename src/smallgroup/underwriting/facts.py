"""What is known of one group, laid out as the frames that the engine counts: the group, its people, its months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from smallgroup.group.application import Flat, GroupFile, PercentOf, ReferencePlan
from smallgroup.group.waiting import last_hire_covered_on
from smallgroup.rating.area import plain_county
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rating.charged import age_on
from smallgroup.rating.premium import column_of
from smallgroup.rulebook import Guideline
from smallgroup.underwriting.measures import GROUP, HoursTerms, one_of

GROUP_SCHEMA: dict[str, Any] = {
    GROUP: pl.Int64, "effective_date": pl.Date, "latest_hire": pl.Date, "hours_required": pl.Int64,
    "offers_1099": pl.Boolean, "owners_are_partners": pl.Boolean, "owners_possible": pl.Boolean,
    "spouses_possible": pl.Int64, "household_possible": pl.Int64, "existed_all_year": pl.Boolean,
    "expected_hours": pl.Int64, "employee_numerator": pl.Int64, "employee_denominator": pl.Int64,
    "employee_dollars": pl.Int64, "share_of_lowest": pl.Boolean, "share_of_chosen": pl.Boolean,
    "has_form_1099_validation": pl.Boolean,
}  # fmt: skip
"""One row a group. Hours are hundredths, money cents, unknown null."""

FOR_PEOPLE = (
    "effective_date", "latest_hire", "hours_required", "offers_1099", "owners_are_partners", "employee_numerator",
    "employee_denominator", "employee_dollars", "share_of_lowest", "share_of_chosen",
)  # fmt: skip
"""The group's facts that stand beside each of its people."""

PEOPLE_COLUMNS = (
    "worker_type", "paid_on", "ownership_percent", "related_to_owner", "hours_per_week", "status", "hired_on",
    "terminated_on", "election", "waiver_reason",
)  # fmt: skip
"""The columns of a census that the clauses count by."""

MONTH_SCHEMA: dict[str, Any] = {
    GROUP: pl.Int64, "month": pl.Date, "full_time": pl.Int64, "part_time_hours": pl.List(pl.Int64),
    "seasonal_full_time": pl.Int64, "seasonal_part_time_hours": pl.List(pl.Int64), "projected": pl.Boolean,
}  # fmt: skip
"""One row a group and month of the preceding calendar year."""


@dataclass(frozen=True)
class Facts:
    """`notes` are words for the sentences of a single group: the promise, the plan, the months that are missing."""

    groups: pl.DataFrame
    people: pl.DataFrame
    months: pl.DataFrame
    notes: Mapping[str, Any]


def facts_of(
    file: GroupFile, members: pl.DataFrame, rates: AreaRates | None, guideline: Guideline, on: date, hours: HoursTerms
) -> Facts:
    """The frames of one group. `members` is a checked census; `rates` may be unknown, and `on` is the as-of date.

    Raises Refused when there is no effective date.
    """
    application, group = file.application, file.group
    effective = file.effective_date
    members = members.sort("family_id", "member_id")  # so that no sentence depends on the order of the file
    year = effective.year - 1
    waiting = application.waiting_period
    lowest = _lowest_plan(file, rates)
    promise = application.contribution.employee if application.contribution else None
    partners = _owners_are_partners(file, members)
    row = {
        GROUP: 0,
        "effective_date": effective,
        "latest_hire": last_hire_covered_on(effective, waiting) if waiting else None,
        "hours_required": application.hours_required,
        "offers_1099": application.offers_1099,
        "owners_are_partners": partners,
        "owners_possible": group.tax_class != "exempt",
        **_excluded_at_most(file, partners),
        "existed_all_year": None if group.formed_on is None else group.formed_on <= date(year, 1, 1),
        "expected_hours": _expected_hours(file, hours),
        **_promise_columns(promise),
        "has_form_1099_validation": _has_paper(file, "form_1099_validation"),
    }
    groups = pl.DataFrame([row], schema=GROUP_SCHEMA)
    people = _people(file, members, rates, lowest.row, guideline, on)
    people = people.hstack(groups.select(GROUP, *FOR_PEOPLE)[[0] * people.height])
    months: list[dict[str, Any]] = [
        {name: 0 if name == GROUP else getattr(month, name) for name in MONTH_SCHEMA}
        for month in file.workforce or ()
        if month.month.year == year
    ]
    known = {month["month"].month for month in months}
    return Facts(
        groups,
        people,
        pl.DataFrame(months, schema=MONTH_SCHEMA),
        {
            "promise": None if promise is None else str(promise),
            "lowest_plan": lowest.plan_id,
            "lowest_plan_unknown": lowest.because,
            "preceding_year": year,
            "missing_months": ", ".join(f"{year}-{month:02d}" for month in range(1, 13) if month not in known),
        },
    )


@dataclass(frozen=True, slots=True)
class _Lowest:
    """The lowest-priced plan offered: its id and row of the rates, or why it is not known."""

    plan_id: str | None = None
    row: int | None = None
    because: str | None = None


def _lowest_plan(file: GroupFile, rates: AreaRates | None) -> _Lowest:
    plans = file.application.plans
    if rates is None:
        return _Lowest(because="No rates are at hand, so the lowest-priced plan is not known.")
    if plans is None:
        return _Lowest(because="Which plans are offered is not stated, so the lowest-priced one is not known.")
    for plan_id in plans:
        if plan_id not in rates.row_of:
            return _Lowest(because=f"The lowest-priced plan is not known: {rates.why_absent(plan_id)}")
    lowest = rates.lowest_priced(plans)
    if lowest.kind_unknown:
        unknown = lowest.kind_unknown[0].plan_id
        return _Lowest(because=f"The lowest-priced plan is not known: whether {unknown} is an out-of-area PPO is not.")
    if lowest.plan is None:
        return _Lowest(because="No HMO or PPO plan is among the plans offered.")
    return _Lowest(lowest.plan.plan_id, rates.row_of[lowest.plan.plan_id])


def _owners_are_partners(file: GroupFile, members: pl.DataFrame) -> bool | None:
    """As the business is taxed; where that is not known, a partner or proprietor on the census tells."""
    told = file.group.owners_are_partners
    if told is None and members["worker_type"].is_in(("partner", "sole_proprietor")).any():
        return True
    return told


def _excluded_at_most(file: GroupFile, partners: bool | None) -> dict[str, int | None]:
    """How many W-2 employees could at most be a proprietor's spouse, or the one household that owns everything."""
    tax_class = file.group.tax_class
    if tax_class == "exempt":
        return {"spouses_possible": 0, "household_possible": 0}
    if tax_class == "sole_proprietor":
        return {"spouses_possible": 1, "household_possible": 1}
    if partners is False:
        return {"spouses_possible": 0, "household_possible": 2}
    return {"spouses_possible": None, "household_possible": None}


def _expected_hours(file: GroupFile, hours: HoursTerms) -> int | None:
    """Hundredths of an hour of one expected month."""
    if file.expected is None:
        return None
    part_time = file.expected.part_time_hours_per_month
    each = (part_time,) if isinstance(part_time, int) else part_time
    cap = hours.most_hours_counted_of_one_part_timer * 100
    full_time = file.expected.full_time * hours.hours_of_one_full_time_equivalent * 100
    # A single figure is the hours of all part-timers together, which no cap can be applied to.
    return full_time + (part_time if isinstance(part_time, int) else sum(min(one, cap) for one in each))


def _promise_columns(promise: PercentOf | Flat | None) -> dict[str, int | bool | None]:
    percent = promise.percent if isinstance(promise, PercentOf) else None
    of = promise.of if isinstance(promise, PercentOf) else None
    return {
        "employee_numerator": None if percent is None else percent.numerator,
        "employee_denominator": None if percent is None else percent.denominator,
        "employee_dollars": promise.dollars if isinstance(promise, Flat) else None,
        # A share of the plan chosen is, for somebody who takes the lowest-priced plan, a share of that plan.
        "share_of_lowest": of in ("plan_chosen", "lowest_priced_plan"),
        "share_of_chosen": of == "plan_chosen",
    }


def _has_paper(file: GroupFile, kind: str) -> bool | None:
    """True when it came in and was not rejected; otherwise it is still wanted, and nothing is known."""
    papers = file.application.documents or ()
    return True if any(paper.kind == kind and paper.status != "rejected" for paper in papers) else None


def _people(
    file: GroupFile, members: pl.DataFrame, rates: AreaRates | None, lowest: int | None, guideline: Guideline, on: date
) -> pl.DataFrame:
    """The employees, with their age, what the plans cost at it, and how much of the business the family owns."""
    people = members.filter(pl.col("relationship") == "employee")
    family_ownership = people["ownership_percent"]
    spouses = members.filter((pl.col("ownership_percent") > 0) & one_of("relationship", ("spouse", "domestic_partner")))
    if not spouses.is_empty():
        of_family = spouses.group_by("family_id").agg(owns=pl.col("ownership_percent").sum())
        of_spouse = people.select("family_id").join(of_family, on="family_id", how="left", maintain_order="left")
        family_ownership = family_ownership + of_spouse["owns"].fill_null(0)
    nothing = pl.Series([None] * people.height, dtype=pl.Int64)
    people = people.with_columns(
        age=age_on(pl.col("date_of_birth"), pl.lit(file.effective_date)),
        family_ownership=family_ownership, lowest_rate=nothing, base_rate=nothing, own_rate=nothing,
    )  # fmt: skip
    if rates is None or lowest is None:
        return people
    column = column_of(people)
    lowest_rate = _known(rates.monthly[lowest][column])
    promise = file.application.contribution.employee if file.application.contribution else None
    base_rate = lowest_rate
    if isinstance(promise, PercentOf) and isinstance(promise.of, ReferencePlan):
        reference = rates.row_of.get(promise.of.reference_plan)
        base_rate = nothing if reference is None else _known(rates.monthly[reference][column])
    outside = [
        rates.monthly[rates.row_of[plan.plan_id]]
        for plan in rates.plans
        if plan.kind == "ooa_ppo" and plan.plan_id in (file.application.plans or ())
    ]
    own_rate = lowest_rate
    if outside:
        outside_rate = _known(np.min(outside, axis=0)[column])
        inside = _in_area(people, guideline, on)
        own_rate = outside_rate.zip_with(~inside, lowest_rate).set(inside.is_null(), None)
    return people.with_columns(lowest_rate=lowest_rate, base_rate=base_rate, own_rate=own_rate)


def _known(cents: np.ndarray[Any, Any]) -> pl.Series:
    """Rates with MISSING as null."""
    series = pl.Series(np.asarray(cents, np.int64))
    return series.set(series < 0, None)


def _in_area(people: pl.DataFrame, guideline: Guideline, on: date) -> pl.Series:
    """Who lives inside, or works there for half of the week (guide, page 4); null where neither is known."""
    counties = _service_counties(guideline, on)
    rows = people.select("county", "zip", "works_in_area_percent").iter_rows()
    return pl.Series([_is_inside(*row, counties=counties) for row in rows], dtype=pl.Boolean)


def _is_inside(
    county: str | None, zip_code: str | None, works_inside: int | None, *, counties: frozenset[str]
) -> bool | None:
    """A ZIP of another state is enough to say that somebody lives outside; inside, the county tells."""
    if works_inside is not None and works_inside >= 50_00:
        return True
    elsewhere = zip_code is not None and not zip_code.startswith(("30", "31", "398", "399"))
    lives_inside = False if elsewhere else None if county is None else plain_county(county) in counties
    return lives_inside if lives_inside or works_inside is not None else None


@lru_cache(maxsize=32)
def _service_counties(guideline: Guideline, on: date) -> frozenset[str]:
    counties = guideline.heading("service_area").value("counties", on, tuple[str, ...])
    return frozenset(plain_county(county) for county in counties)
