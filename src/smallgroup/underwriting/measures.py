"""The only place that counts: employees and months → one row of measures a group.

Polars' own aggregates drop nulls, so an unknown would be counted as "no". Here every measure is built by one of
two words, and a test keeps the raw aggregates out of the other files of this folder:

- `count(where)`: how many rows; an unknown row widens it to at-least and at-most (quantity.Count).
- `total(value, where)`: a sum; null when a row that matters is unknown.

A row is a person or a month; a predicate is null where a fact is missing and no other field decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from smallgroup.underwriting.quantity import Count

GROUP = "group"


@dataclass(frozen=True, slots=True)
class CountingTerms:
    """The numbers of a guideline that decide who is counted. Hours are a week's, as the page prints them."""

    full_time_hours: int
    listed_waivers: tuple[str, ...]
    unlisted_waivers: tuple[str, ...]
    contribution_share: Fraction
    maximum_size: int


def count(name: str, where: pl.Expr) -> list[pl.Expr]:
    """Two aggregations: the rows for which `where` is true, and those for which it may be."""
    return [
        where.fill_null(False).sum().cast(pl.Int64).alias(f"{name}.at_least"),
        where.fill_null(True).sum().cast(pl.Int64).alias(f"{name}.at_most"),
    ]


def total(name: str, value: pl.Expr, where: pl.Expr) -> list[pl.Expr]:
    """The sum of `value` over the rows where `where` is true; null when either is unknown on a row that matters."""
    unknown = (where.is_null() | (where.fill_null(True) & value.is_null())).any()
    summed = pl.when(where).then(value).otherwise(0).cast(pl.Int64).sum()
    return [pl.when(~unknown).then(summed).alias(name)]


def counted(name: str) -> Count:
    """A count of the measures row, for a clause to compare."""
    return Count(pl.col(f"{name}.at_least"), pl.col(f"{name}.at_most"))


# Who is who ------------------------------------------------------------------------------------------------------

_OWNER_TYPES = ("sole_proprietor", "partner", "corporate_owner")
_SPOUSES = ("spouse", "domestic_partner")


def people(terms: CountingTerms) -> list[dict[str, pl.Expr]]:
    """Predicates of a person, in the order in which they build on one another.

    Columns: those of a checked census for employees, with the group's own facts beside them (see facts.py).
    """
    c = pl.col
    listed_on_ends = c("terminated_on").is_null() | (c("terminated_on") >= c("effective_date"))
    listed_on_starts = c("hired_on").is_null() | (c("hired_on") <= c("effective_date"))
    # The worker type says how somebody is paid unless `paid_on` says it itself; an owner may be paid either way.
    paid_w2 = (
        pl.when(c("paid_on").is_not_null()).then(c("paid_on") == "w2")
        .when(c("worker_type") == "corporate_owner").then(None)
        .otherwise(c("worker_type") == "w2")
    )  # fmt: skip
    owner_by_shares = (c("ownership_percent") > 0).fill_null(False)
    owner = (
        pl.when(owner_by_shares | (c("related_to_owner") == "self").fill_null(False)).then(True)
        .otherwise(c("worker_type").is_in(_OWNER_TYPES))
    )  # fmt: skip
    # The employer may ask for more than the guide's hours, never for fewer; unknown lies between them and 40.
    works_enough = (
        pl.when(c("hours_per_week") < terms.full_time_hours * 100).then(False)
        .when(c("hours_required").is_not_null()).then(c("hours_per_week") >= c("hours_required"))
        .when(c("hours_per_week") >= 40_00).then(True)
    )  # fmt: skip
    # Somebody who enrolls for the effective date is past the wait; of the others the day of hire tells.
    waiting = (
        pl.when(c("election") == "enroll").then(False)
        .otherwise(c("hired_on") > c("latest_hire"))
    )  # fmt: skip
    offered_class = (
        pl.when(c("worker_type") == "1099").then(c("offers_1099"))
        .otherwise(~c("worker_type").is_in(("retiree", "cobra")))
    )  # fmt: skip
    pays = _employer_pays(c("base_rate"), c("lowest_rate"))
    # The same promise against the plan open to the person; a share of the chosen plan is then a share of that one.
    own_base = pl.when(c("share_of_chosen")).then(c("own_rate")).otherwise(c("base_rate"))
    pays_own = _employer_pays(own_base, c("own_rate"))
    percent_is_enough = (
        c("employee_numerator") * terms.contribution_share.denominator
        >= c("employee_denominator") * terms.contribution_share.numerator
    )
    return [
        {
            "employed": listed_on_ends & listed_on_starts,
            "paid_w2": paid_w2,
            "full_time": c("hours_per_week") >= terms.full_time_hours * 100,
            "owner": owner,
            "spouse_of_owner": c("related_to_owner").is_in(_SPOUSES),
            "is_1099": c("worker_type") == "1099",
            "enrolls": c("election") == "enroll",
            "offered": (
                offered_class & works_enough & c("status").is_in(("active", "paid_leave")) & ~waiting
            ),
            "employer_pays": pays,
            # A share of the lowest-priced plan itself is compared without any rate.
            "half_paid": pl.when(c("share_of_lowest")).then(percent_is_enough).otherwise(_reaches(pays, c("lowest_rate"), terms)),
            "half_of_own_paid": _reaches(pays_own, c("own_rate"), terms),
            "listed_waiver": (c("election") == "waive") & c("waiver_reason").is_in(terms.listed_waivers),
            "unlisted_waiver": (c("election") == "waive") & c("waiver_reason").is_in(terms.unlisted_waivers),
            "other_carrier": (
                (c("election") == "waive") & (c("waiver_reason") == "other_carrier_same_employer")
            ),
        },
        {
            "eligible": c("employed") & c("offered"),
            "partner": (
                c("worker_type").is_in(("sole_proprietor", "partner"))
                | (c("owner") & c("owners_are_partners"))
            ),
            "spouse_of_partner": c("spouse_of_owner") & c("owners_are_partners"),
            "w2_full_time": c("employed") & c("paid_w2") & c("full_time"),
        },
        {
            "declines": (
                c("eligible") & ~c("enrolls") & ~c("listed_waiver") & ~c("unlisted_waiver") & ~c("other_carrier")
            ),
            "candidate": c("w2_full_time") & ~c("partner") & ~c("spouse_of_partner"),
        },
    ]  # fmt: skip


def _employer_pays(base: pl.Expr, premium: pl.Expr) -> pl.Expr:
    """Cents a month toward an employee's own premium, half up to the cent, never more than that premium."""
    c = pl.col
    numerator, denominator = c("employee_numerator"), c("employee_denominator")
    share = (2 * base * numerator + denominator) // (2 * denominator)
    promised = pl.when(c("employee_dollars").is_not_null()).then(c("employee_dollars")).otherwise(share)
    return pl.when(promised <= premium).then(promised).when(promised > premium).then(premium)


def _reaches(pays: pl.Expr, premium: pl.Expr, terms: CountingTerms) -> pl.Expr:
    return pays * terms.contribution_share.denominator >= premium * terms.contribution_share.numerator


def people_measures() -> list[pl.Expr]:
    """The aggregations over a group's people, after `people`."""
    c = pl.col
    eligible, enrolls, is_1099 = c("eligible"), c("enrolls"), c("is_1099")
    # Whoever enrolls is counted; whoever has not answered only if coverage may be offered to them at all.
    enrolling = c("employed") & (enrolls.fill_null(False) | (enrolls & eligible))
    measures: list[list[pl.Expr]] = [
        count("employees", c("employed")),
        count("elections", c("election").is_not_null()),
        count("eligible", eligible),
        # common-law employee
        count("w2_full_time_not_partner", c("w2_full_time") & ~c("partner")),
        count("w2_full_time", c("candidate")),
        count("w2_full_time_outside", c("w2_full_time") & ~c("owner") & ~c("spouse_of_owner")),
        count("w2_full_time_enrolling", c("candidate") & enrolls),
        count("principal_owners", c("owner") & ~c("spouse_of_owner").fill_null(False)),
        total("household_percent", c("family_ownership"), c("owner") | c("spouse_of_owner")),
        # participation, each kind of answer with the 1099 workers beside the rest
        count("enrolled", eligible & enrolls & ~is_1099),
        count("enrolled_1099", eligible & enrolls & is_1099),
        count("enrolled_owners", eligible & enrolls & c("owner")),
        count("declines_owners", c("declines") & c("owner")),
    ]
    for kind in ("listed_waiver", "unlisted_waiver", "other_carrier"):
        measures += [
            count(kind, eligible & c(kind) & ~is_1099),
            count(f"{kind}_1099", eligible & c(kind) & is_1099),
        ]
    measures += [
        count("declines", c("declines") & ~is_1099),
        count("declines_1099", c("declines") & is_1099),
        # 1099
        count("workers_1099", c("employed") & is_1099),
        count("enrolling_1099", enrolling & is_1099),
        count("enrolling_w2", enrolling & (c("worker_type") == "w2") & ~c("owner")),
        count("enrolling_owners", enrolling & c("owner")),
        # contribution
        count("enrolling_eligible", eligible & enrolls),
        count("contribution_short", eligible & enrolls & ~c("half_paid")),
        count("contribution_short_of_own_plan", eligible & enrolls & ~c("half_of_own_paid")),
        total("contribution_pays", c("employer_pays"), eligible & enrolls),
        total("contribution_premium", c("lowest_rate"), eligible & enrolls),
    ]
    return [aggregation for pair in measures for aggregation in pair]


# The workforce, month by month --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HoursTerms:
    """26 CFR 54.4980H: whole hours. `full_time_hours_a_month` is how the employer sorted its staff."""

    full_time_hours_a_month: int
    hours_of_one_full_time_equivalent: int
    most_hours_counted_of_one_part_timer: int
    seasonal_months: int


def month_hours(hours: HoursTerms) -> dict[str, pl.Expr]:
    """A month's full-time equivalents, in hundredths of an hour: 120 hours are one, a part-timer counts to 120."""
    one = hours.hours_of_one_full_time_equivalent * 100
    cap = hours.most_hours_counted_of_one_part_timer * 100

    def equivalent(full_time: str, part_time: str) -> pl.Expr:
        capped = pl.col(part_time).list.eval(pl.element().clip(upper_bound=cap)).list.sum()
        return pl.col(full_time) * one + capped

    return {
        "month_hours": equivalent("full_time", "part_time_hours"),
        "seasonal_hours": equivalent("seasonal_full_time", "seasonal_part_time_hours"),
    }


def month_measures(hours: HoursTerms, maximum_size: int) -> list[pl.Expr]:
    """The aggregations over the months of the preceding calendar year, after `month_hours`."""
    full = hours.hours_of_one_full_time_equivalent * 100 * maximum_size
    c = pl.col
    known = c("month").is_not_null()
    measures = [
        count("months_known", known),
        total("workforce_hours", c("month_hours"), known),
        total("workforce_hours_without_seasonal", c("month_hours") - c("seasonal_hours"), known),
        count("months_over", c("month_hours") > full),
        count("months_over_without_seasonal", c("month_hours") - c("seasonal_hours") > full),
        count("months_projected", c("projected")),
    ]
    return [aggregation for pair in measures for aggregation in pair]


# Both together ---------------------------------------------------------------------------------------------------


def measure(
    groups: pl.DataFrame,
    employees: pl.DataFrame,
    months: pl.DataFrame,
    *,
    people_stages: Sequence[Mapping[str, pl.Expr]],
    people_aggregations: Sequence[pl.Expr],
    month_stage: Mapping[str, pl.Expr],
    month_aggregations: Sequence[pl.Expr],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(one row of measures a group, the employees with their predicates). Stages one and two of the engine.

    A group without a row in `employees` has null measures: nothing is known of it, and nothing is 0.
    """
    for stage in people_stages:
        employees = employees.with_columns(**stage)
    of_people = employees.group_by(GROUP, maintain_order=True).agg(people_aggregations)
    of_months = months.with_columns(**month_stage).group_by(GROUP, maintain_order=True).agg(month_aggregations)
    measured = groups.join(of_people, on=GROUP, how="left").join(of_months, on=GROUP, how="left")
    return measured, employees
