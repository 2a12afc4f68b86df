"""What is known of one group, laid out as the frames that the engine counts: the group, its people, its months."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from smallgroup.dates import age_on
from smallgroup.group.application import Flat, GroupFile, PercentOf, ReferencePlan
from smallgroup.rating.area import plain_county
from smallgroup.rating.area_rates import (
    TOBACCO_NO,
    TOBACCO_UNKNOWN,
    TOBACCO_YES,
    AreaRates,
    Cents,
    rate_column,
)
from smallgroup.rating.premium import employer_share
from smallgroup.underwriting.companies import months_of, other_companies
from smallgroup.underwriting.engine import Edition
from smallgroup.underwriting.group_facts import OF_THE_GROUP, class_words, of_the_group, service_counties
from smallgroup.underwriting.measures import AFFILIATES, GROUP, HoursTerms
from smallgroup.underwriting.paper_facts import OF_PAPERS, of_papers, proofs
from smallgroup.underwriting.participation_shares import months_below, months_found

GROUP_SCHEMA: dict[str, Any] = {
    GROUP: pl.Int64,
    **OF_THE_GROUP,
    **OF_PAPERS,
    "owners_are_partners": pl.Boolean, "owners_possible": pl.Boolean,
    "spouses_possible": pl.UInt32, "household_possible": pl.UInt32,
    "expected_hours": pl.Int64, "promise_is_enough": pl.Boolean, "offers_out_of_area_plan": pl.Boolean,
    "other_companies": pl.Boolean, "affiliates_enrolled": pl.UInt32, "affiliates_declined": pl.UInt32,
    **{f"affiliates_open{side}": pl.Boolean for side in AFFILIATES},
    "contract_months": pl.UInt32, "months_below.at_least": pl.UInt32, "months_below.at_most": pl.UInt32,
}  # fmt: skip
"""One row a group. Hours are hundredths, money cents, unknown null."""


def group_schema(in_force: Edition) -> dict[str, Any]:
    """GROUP_SCHEMA, and for each paper that is wanted with the case whether it has come in."""
    return {**GROUP_SCHEMA, **{f"has_{kind}": pl.Boolean for kind in in_force.issue_papers}}


FOR_PEOPLE = (
    "effective_date", "latest_hire", "hours_required", "offers_1099", "owners_are_partners", "promise_is_enough",
    "taxed_as_s_corporation",
)  # fmt: skip
"""The group's facts that stand beside each of its people."""

MONTH_SCHEMA: dict[str, Any] = {
    GROUP: pl.Int64, "month": pl.Date, "month_hours": pl.Int64, "seasonal_hours": pl.Int64,
    "common_control_hours": pl.Int64, "common_control_seasonal_hours": pl.Int64, "projected": pl.Boolean,
}  # fmt: skip
"""One row a group and month of the preceding calendar year: full-time equivalents in hundredths of an hour, and of
them the seasonal staff's. `month_hours` holds those of companies that could file a combined return with the group;
the hours of other companies under common control stand beside them."""


@dataclass(frozen=True)
class Facts:
    """`notes` are words for the sentences of a single group: the promise, the plan, the months that are missing."""

    groups: pl.DataFrame
    people: pl.DataFrame
    months: pl.DataFrame
    notes: Mapping[str, Any]


def facts_of(file: GroupFile, members: pl.DataFrame, rates: AreaRates | None, in_force: Edition) -> Facts:
    """The frames of one group. `members` is a checked census; `rates` may be unknown.

    Raises Refused when there is no effective date.
    """
    application, group = file.application, file.group
    year = file.effective_date.year - 1
    lowest = _lowest_plan(file, rates)
    promise = application.contribution.employee if application.contribution else None
    partners = _owners_are_partners(file, members)
    papers, paper_words = of_papers(file, members, in_force)
    row: dict[str, Any] = {
        GROUP: 0,
        **of_the_group(file, in_force.guideline, in_force.on, in_force.classes),
        **papers,
        "owners_are_partners": partners,
        "owners_possible": group.tax_class != "exempt",
        **_excluded_at_most(file, partners),
        "expected_hours": _expected_hours(file, in_force.hours),
        "promise_is_enough": _is_enough(promise, in_force.counting.contribution_share),
        "offers_out_of_area_plan": _offers_out_of_area(file, rates),
        **other_companies(file, year),
        **_contract(file, in_force),
    }
    groups = pl.DataFrame([row], schema=group_schema(in_force))
    people = _people(file, members, rates, lowest.row, in_force)
    people = people.hstack([groups[name].new_from_index(0, people.height) for name in (GROUP, *FOR_PEOPLE)])
    months = months_of(file, year, in_force.hours)
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
            "missing_months": _missing(year, known),
            "reference_unknown": _reference_unknown(promise, rates),
            "names_of_months_below": [
                f"{one.month:%Y-%m}" for one in months_found(file.contract.months, in_force.participation) if one.below
            ]
            if file.contract
            else [],
            "affiliates_stated": group.affiliates is not None,
            "county": group.address.county if group.address else None,
            **class_words(file, in_force.classes),
            **paper_words,
        },
    )


def _contract(file: GroupFile, in_force: Edition) -> dict[str, int]:
    """The months of the contract, and in how many of them too few were enrolled."""
    months = file.contract.months if file.contract else ()
    at_least, at_most = months_below(months, in_force.participation)
    return {"contract_months": len(months), "months_below.at_least": at_least, "months_below.at_most": at_most}


def _missing(year: int, known: Collection[int]) -> str:
    missing = [f"{year}-{month:02d}" for month in range(1, 13) if month not in known]
    return f"all of {year}" if len(missing) == 12 else ", ".join(missing)


def _reference_unknown(promise: PercentOf | Flat | None, rates: AreaRates | None) -> str | None:
    """Why the plan that the promise is measured by has no rates, if it has none."""
    of = promise.of if isinstance(promise, PercentOf) else None
    if not isinstance(of, ReferencePlan) or rates is None or of.reference_plan in rates.row_of:
        return None
    return rates.why_absent(of.reference_plan)


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
    if told is None and not {"partner", "sole_proprietor"}.isdisjoint(members["worker_type"].to_list()):
        return True
    return told


def _excluded_at_most(file: GroupFile, partners: bool | None) -> dict[str, int | None]:
    """How many who seem W-2 employees could at most be no employees: by the letter the proprietor and the spouse, by
    the regulation the one household that owns everything. Of partners there may be any number."""
    tax_class = file.group.tax_class
    if tax_class == "exempt":
        return {"spouses_possible": 0, "household_possible": 0}
    if tax_class == "sole_proprietor":
        return {"spouses_possible": 2, "household_possible": 2}
    if partners is False:
        return {"spouses_possible": 0, "household_possible": 2}
    return {"spouses_possible": None, "household_possible": None}


def _expected_hours(file: GroupFile, hours: HoursTerms) -> int | None:
    """Hundredths of an hour of one expected month."""
    if file.expected is None:
        return None
    part_time = file.expected.part_time_hours_per_month
    if isinstance(part_time, int):
        # A single figure is the hours of all part-timers together, which no cap can be applied to.
        return hours.equivalent(file.expected.full_time, ()) + part_time
    return hours.equivalent(file.expected.full_time, part_time)


def _is_enough(promise: PercentOf | Flat | None, wanted: Fraction) -> bool | None:
    """Whether a share of the lowest-priced plan is enough, whatever the plan costs; None where rates decide.

    A share of the plan chosen is, for somebody who takes the lowest-priced plan, a share of that plan.
    """
    if isinstance(promise, PercentOf) and not isinstance(promise.of, ReferencePlan):
        return promise.percent >= wanted
    return None


def _offers_out_of_area(file: GroupFile, rates: AreaRates | None) -> bool | None:
    """Whether an out-of-area PPO is among the plans offered; None where the kind of a plan is not known."""
    plans = file.application.plans
    if plans is None or rates is None:
        return None
    kinds = [rates.plans[rates.row_of[plan]].kind if plan in rates.row_of else None for plan in plans]
    return True if "ooa_ppo" in kinds else None if None in kinds else False


def _people(
    file: GroupFile, members: pl.DataFrame, rates: AreaRates | None, lowest: int | None, in_force: Edition
) -> pl.DataFrame:
    """The employees, with their age, what the plans cost at it, and how much of the business the family owns."""
    families, ids = members["family_id"].to_list(), members["member_id"].to_list()
    relationships, shares = members["relationship"].to_list(), members["ownership_percent"].to_list()
    # In the order of their ids, so that no sentence depends on the order of the file.
    places = sorted(
        (place for place, relationship in enumerate(relationships) if relationship == "employee"),
        key=lambda place: (families[place], ids[place]),
    )
    # Not `members[places]`: for that Polars wakes its threads, which takes longer than the rows of one group.
    people = members.select_seq(pl.col("*").gather(places))
    of_spouse: dict[str, int] = {}
    for family, relationship, share in zip(families, relationships, shares, strict=True):
        if share and relationship in ("spouse", "domestic_partner"):
            of_spouse[family] = of_spouse.get(family, 0) + share
    owned = [None if shares[place] is None else shares[place] + of_spouse.get(families[place], 0) for place in places]
    inside = _in_area(people, in_force)
    ages = [age_on(birth, file.effective_date) for birth in people["date_of_birth"].to_list()]
    costs = _costs(file, people, ages, rates, lowest, inside)
    return people.hstack(
        [
            pl.Series("age", ages, pl.Int64),
            pl.Series("family_ownership", owned, pl.Int64),
            pl.Series("inside", inside, pl.Boolean),
            pl.Series("in_out_of_area_plan", _in_out_of_area_plan(people, rates), pl.Boolean),
            pl.Series("proof_shown", proofs(file, people["member_id"].to_list(), in_force.on), pl.Boolean),
            *(pl.Series(name, cents, pl.Int64) for name, cents in costs.items()),
        ]
    )


COSTS = ("lowest_rate", "employer_pays", "own_rate", "pays_of_own")
"""Cents a month at the employee's age: what the lowest-priced plan costs and the employer pays of it; and the same of
the plan that is open to the person, which out of the area is the lowest-priced out-of-area PPO."""


def _costs(
    file: GroupFile,
    people: pl.DataFrame,
    ages: list[int],
    rates: AreaRates | None,
    lowest: int | None,
    inside: list[bool | None],
) -> dict[str, list[int | None]]:
    """COSTS by employee, None where not known."""
    nothing: list[int | None] = [None] * people.height
    if rates is None or lowest is None:
        return dict.fromkeys(COSTS, nothing)
    columns = [rate_column(age, _block(uses)) for age, uses in zip(ages, people["tobacco"].to_list(), strict=True)]
    promise = file.application.contribution.employee if file.application.contribution else None
    share = None if promise is None else employer_share(rates, promise, lowest)

    def of_plan(row: int) -> tuple[list[int | None], list[int | None]]:
        paid = nothing if share is None else _known(share[row, columns])
        return _known(rates.monthly[row, columns]), paid

    rate, pays = own_rate, pays_of_own = of_plan(lowest)
    offered = [rates.row_of[plan_id] for plan_id in file.application.plans or () if plan_id in rates.row_of]
    outside = [row for row in offered if rates.plans[row].kind == "ooa_ppo"]
    if outside:
        theirs = of_plan(min(outside, key=lambda row: rates.monthly[row, rate_column(21, TOBACCO_NO)]))
        own_rate, pays_of_own = (
            [None if lives is None else near if lives else far for lives, near, far in zip(inside, *pair, strict=True)]
            for pair in ((rate, theirs[0]), (pays, theirs[1]))
        )
    return {"lowest_rate": rate, "employer_pays": pays, "own_rate": own_rate, "pays_of_own": pays_of_own}


def _block(uses_tobacco: bool | None) -> int:
    return TOBACCO_UNKNOWN if uses_tobacco is None else TOBACCO_YES if uses_tobacco else TOBACCO_NO


def _known(cents: Cents) -> list[int | None]:
    return [None if one < 0 else one for one in cents.tolist()]


def _in_out_of_area_plan(people: pl.DataFrame, rates: AreaRates | None) -> list[bool | None]:
    """Whether the plan that somebody chose is an out-of-area PPO; None while none is chosen, or its kind not known."""
    kinds = {} if rates is None else {plan.plan_id: plan.kind for plan in rates.plans}
    chosen = [kinds.get(plan) if plan is not None else None for plan in people["plan_id"].to_list()]
    return [None if kind is None else kind == "ooa_ppo" for kind in chosen]


def _in_area(people: pl.DataFrame, in_force: Edition) -> list[bool | None]:
    """Who lives inside, or works there for half of the week (guide, page 4); None where neither is known."""
    if "service_area" not in in_force.guideline.headings:
        return [None] * people.height
    counties = service_counties(in_force.guideline, in_force.on)
    half = in_force.work_inside_percent * 100
    rows = zip(*(people[name].to_list() for name in ("county", "zip", "works_in_area_percent")), strict=True)
    return [_is_inside(*row, counties=counties, half=half) for row in rows]


def _is_inside(
    county: str | None, zip_code: str | None, works_inside: int | None, *, counties: frozenset[str], half: int
) -> bool | None:
    """A ZIP of another state is enough to say that somebody lives outside; inside, the county tells."""
    if works_inside is not None and works_inside >= half:
        return True
    elsewhere = zip_code is not None and not zip_code.startswith(("30", "31", "398", "399"))
    lives_inside = False if elsewhere else None if county is None else plain_county(county) in counties
    return lives_inside if lives_inside or works_inside is not None else None
