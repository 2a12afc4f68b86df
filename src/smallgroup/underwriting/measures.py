"""The only place that counts: employees and months → one row of measures a group.

Polars' own aggregates drop nulls, so an unknown would be counted as "no". Here every measure is built in one of
two ways, and a test keeps the raw aggregates out of the other files of this folder:

- a Tally's `where`: how many rows; an unknown row widens the count to at-least and at-most (quantity.Count).
- a Tally's `terms`: a sum; null when a row that matters is unknown.

A row is a person or a month; a predicate is null where a fact is missing and no other field decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from operator import or_
from typing import Any

import polars as pl

from smallgroup.census.fields import OWNING_WORKERS
from smallgroup.underwriting.one_row import OneRow
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
    hourly_wage: int


@dataclass(frozen=True)
class Tally:
    """What is counted, by name, as predicates of a row; and the sums beside, each by the terms of a row (`term`)."""

    where: Mapping[str, pl.Expr]
    terms: Mapping[str, pl.Expr]

    def only(self, read: frozenset[str]) -> Tally:
        """The counts and sums among these columns of a measures row."""
        return Tally(
            {name: one for name, one in self.where.items() if {f"{name}.at_least", f"{name}.at_most"} & read},
            {name: one for name, one in self.terms.items() if name in read},
        )

    def over(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The counts and sums of all rows, in one row.

        A count is two columns: at least the rows for which its predicate is true, at most also those for which it is
        not known. The predicates are laid out once and then added up one by one: half of the time that a select of
        two aggregates for each takes.
        """
        columns = rows.select_seq(self._laid).get_columns()
        row: dict[str, int | None] = {}
        for name, one in zip(self.where, columns, strict=False):
            known = int(one.sum())
            row[f"{name}.at_least"], row[f"{name}.at_most"] = known, known + one.null_count()
        for name, one in zip(self.terms, columns[len(self.where) :], strict=True):
            row[name] = None if one.null_count() else int(one.sum())
        return pl.DataFrame([row], schema=self._schema)  # half of the time that a row by `orient` takes

    def over_each(self, rows: pl.DataFrame, by: str) -> pl.DataFrame:
        """The same of each group of rows. Many groups want each predicate worked out once, before they are grouped."""
        laid = rows.select(by, **{f"?{name}": row for name, row in (*self.where.items(), *self.terms.items())})
        names = [f"?{name}" for name in (*self.where, *self.terms)]
        counted = laid.group_by(by, maintain_order=True).agg(
            pl.col(names).sum().name.prefix("sum"), pl.col(names).null_count().name.prefix("null")
        )
        return counted.select(
            by,
            *(pl.col(f"sum?{name}").alias(f"{name}.at_least") for name in self.where),
            *((pl.col(f"sum?{name}") + pl.col(f"null?{name}")).alias(f"{name}.at_most") for name in self.where),
            *(pl.when(pl.col(f"null?{name}") == 0).then(pl.col(f"sum?{name}")).alias(name) for name in self.terms),
        )

    @cached_property
    def _laid(self) -> list[pl.Expr]:
        return [expression.alias(name) for name, expression in (*self.where.items(), *self.terms.items())]

    @cached_property
    def _schema(self) -> dict[str, Any]:
        counts = [f"{name}.{end}" for name in self.where for end in ("at_least", "at_most")]
        return {**dict.fromkeys(counts, pl.UInt32), **dict.fromkeys(self.terms, pl.Int64)}


def term(value: pl.Expr, where: pl.Expr) -> pl.Expr:
    """What a row adds to a sum of `value` over the rows where `where` is true. The sum is null when either is unknown
    on a row that matters."""
    return pl.when(where).then(value).when(~where).then(0).cast(pl.Int64)


def counted(name: str) -> Count:
    """A count of the measures row, for a clause to compare."""
    return Count(pl.col(f"{name}.at_least"), pl.col(f"{name}.at_most"))


# Who is who ------------------------------------------------------------------------------------------------------

_SPOUSES = ("spouse", "domestic_partner")


def one_of(column: str, words: Sequence[str]) -> pl.Expr:
    """Whether a column holds one of these words; several times as fast as `is_in` on a few rows."""
    return reduce(or_, [pl.col(column) == word for word in words]) if words else pl.lit(False)


def days_before(day: pl.Expr, days: int) -> pl.Expr:
    """So many days earlier, counted in whole days: a tenth of the time that a duration takes."""
    return (day.cast(pl.Int32) - days).cast(pl.Date)


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
        .otherwise(one_of("worker_type", OWNING_WORKERS))
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
        .otherwise(~one_of("worker_type", ("retiree", "cobra")))
    )  # fmt: skip
    waives = c("election") == "waive"
    thirty = terms.full_time_hours * 100
    works = one_of("status", ("active", "paid_leave"))
    eligible = c("employed") & c("offered")
    partner = c("partner_by_type") | (c("owner") & c("owners_are_partners"))
    w2_employed = c("employed") & c("paid_w2") & c("on_payroll")
    w2_full_time = w2_employed & c("full_time")
    return [
        {
            "employed": listed_on_ends & listed_on_starts,
            "paid_w2": paid_w2,
            # Retirees and those on continuation are on none, whatever their last wages were paid on (page 3).
            "on_payroll": ~one_of("worker_type", ("retiree", "cobra")).fill_null(False),
            "full_time": c("hours_per_week") >= thirty,
            "works": works,
            "in_offered_class": offered_class,
            "paid_too_little": c("weekly_pay") * 100 < c("hours_per_week") * terms.hourly_wage,
            "owner": owner,
            "partner_by_type": one_of("worker_type", ("sole_proprietor", "partner")),
            "spouse_of_owner": one_of("related_to_owner", _SPOUSES),
            "is_1099": c("worker_type") == "1099",
            "enrolls": c("election") == "enroll",
            "offered": offered_class & works_enough & works & ~waiting,
            "listed_waiver": waives & one_of("waiver_reason", terms.listed_waivers),
            "unlisted_waiver": waives & one_of("waiver_reason", terms.unlisted_waivers),
            "alongside_waiver": waives & (c("waiver_reason") == "other_carrier_same_employer"),
        },
        {
            "eligible": eligible,
            "partner": partner,
            "w2_full_time": w2_full_time,
            # A share of the lowest-priced plan itself needs no rate.
            "half_paid": c("promise_is_enough").fill_null(_reaches("employer_pays", "lowest_rate", terms)),
            "half_of_own_paid": _reaches("pays_of_own", "own_rate", terms),
            "enrolled": eligible & c("enrolls"),
            "waived_listed": eligible & c("listed_waiver"),
            "waived_unlisted": eligible & c("unlisted_waiver"),
            "alongside": eligible & c("alongside_waiver"),
            # Somebody with a valid waiver is outside whether or not they are eligible, so that no fact is missed.
            "declines": (
                eligible & ~c("enrolls") & ~c("listed_waiver") & ~c("unlisted_waiver") & ~c("alongside_waiver")
            ),
            "candidate": w2_full_time & ~partner & ~(c("spouse_of_owner") & c("owners_are_partners")),
            "w2_employed": w2_employed,
            "day_one_candidate": w2_employed & ~partner & ~(c("spouse_of_owner") & c("owners_are_partners")),
            "short_of_hours": (
                c("employed") & c("enrolls") & (c("in_offered_class") | (c("worker_type") == "retiree")) & ~c("owner")
                & ~(c("full_time") & c("works"))
            ),
            "owner_short": c("employed") & c("enrolls") & c("owner") & ~c("full_time"),
            "underpaid": c("employed") & c("enrolls") & c("paid_w2") & ~c("owner") & c("paid_too_little"),
            "outside": eligible & ~c("inside"),
            "outside_in_other_plan": eligible & ~c("inside") & c("enrolls") & ~c("in_out_of_area_plan"),
            # Nobody who works forty hours works fewer than a group may ask for.
            "between_hours": (
                c("employed") & c("in_offered_class") & c("works") & c("full_time")
                & (c("hours_per_week") < c("hours_required")) & (c("hours_per_week") < 40_00)
            ),
        },
    ]  # fmt: skip


def _reaches(pays: str, premium: str, terms: CountingTerms) -> pl.Expr:
    return pl.col(pays) * terms.contribution_share.denominator >= pl.col(premium) * terms.contribution_share.numerator


# Participation counts four kinds of answer with and without the 1099 workers, so that each reading of the clause is
# a comparison of two counts of its own, exact to the row.
TAKING_PART = {"enrolled": ("enrolled",), "enrolled_or_alongside": ("enrolled", "alongside")}
NOT_TAKING_PART = {"declines": ("declines",), "declines_or_unlisted": ("declines", "waived_unlisted")}
OUTSIDE = {"waived": ("waived_listed", "waived_unlisted"), "waived_listed": ("waived_listed",)}
WITHOUT_1099 = "_without_1099"


def people_tally() -> Tally:
    """What is counted of a group's people, after `people`."""
    c = pl.col
    enrolled = c("enrolled")
    where = {
        "elections": c("election").is_not_null(),
        "eligible": c("eligible"),
        # common-law employee
        "w2_full_time_not_partner": c("w2_full_time") & ~c("partner"),
        "w2_full_time": c("candidate"),
        "w2_full_time_outside": c("w2_full_time") & ~c("owner") & ~c("spouse_of_owner"),
        "w2_full_time_enrolling": c("candidate") & c("enrolls"),
        "principal_owners": c("owner") & ~c("spouse_of_owner").fill_null(False),
        "w2_not_partner": c("w2_employed") & ~c("partner"),
        "w2_candidates": c("day_one_candidate"),
        "w2_outside": c("w2_employed") & ~c("owner") & ~c("spouse_of_owner"),
        # at least one full-time equivalent
        "s_corporation_shareholders": (
            c("w2_full_time") & (c("family_ownership") > 2_00) & c("taxed_as_s_corporation")
        ),
        # bona fide
        "w2_staff": c("w2_employed") & ~c("owner"),
        "w2_unrelated": c("w2_employed") & ~c("owner") & (c("related_to_owner") == "none"),
        "w2_unpaid": c("w2_employed") & ~c("owner") & c("enrolls") & (c("weekly_pay") == 0),
        # who enrolls, and may
        "short_of_hours": c("short_of_hours"),
        "short_of_hours_enrolling": c("enrolls").fill_null(False) & c("short_of_hours"),
        "owner_short_enrolling": c("enrolls").fill_null(False) & c("owner_short"),
        "enrolling_owners": c("employed") & c("enrolls") & c("owner"),
        "owner_short": c("owner_short"),
        "underpaid": c("underpaid"),
        "outside": c("outside"),
        "outside_in_other_plan": c("outside_in_other_plan"),
        "between_hours": c("between_hours"),
        # participation
        "alongside": c("alongside"),
        "eligible_without_1099": c("eligible") & ~c("is_1099"),
        "enrolled_owners": enrolled & c("owner"),
        "enrolled_without_owners": enrolled & ~c("owner"),
        "declines_without_owners": c("declines") & ~c("owner"),
        # 1099
        "workers_1099": c("employed") & c("is_1099"),
        # Where nothing is offered to 1099 workers none of them enrolls, also among those whose worker type is unknown.
        "enrolling_1099": enrolled & c("is_1099") & c("offers_1099"),
        "enrolling_w2": enrolled & (c("worker_type") == "w2") & ~c("owner"),
        # contribution
        "contribution_short": enrolled & ~c("half_paid"),
        "contribution_short_of_own_plan": enrolled & ~c("half_of_own_paid"),
    }
    for name, kinds in {**TAKING_PART, **NOT_TAKING_PART, **OUTSIDE}.items():
        any_kind = reduce(or_, [c(kind) for kind in kinds])
        where[name] = any_kind
        where[name + WITHOUT_1099] = any_kind & ~c("is_1099")
    where["waived_unproved"] = reduce(or_, [c(kind) for kind in OUTSIDE["waived"]]) & ~c("proof_shown")
    return Tally(
        where,
        {
            "household_percent": term(c("family_ownership"), c("owner") | c("spouse_of_owner")),
            "contribution_pays": term(c("employer_pays"), enrolled),
            "contribution_premium": term(c("lowest_rate"), enrolled),
        },
    )


# The workforce, month by month --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HoursTerms:
    """26 CFR 54.4980H: whole hours. `full_time_hours_a_month` is how the employer sorted its staff."""

    full_time_hours_a_month: int
    hours_of_one_full_time_equivalent: int
    most_hours_counted_of_one_part_timer: int
    seasonal_months: int

    def equivalent(self, full_time: int, part_time_hours: Iterable[int]) -> int:
        """Full-time equivalents of one month in hundredths of an hour, as month_hours has them of many."""
        cap = self.most_hours_counted_of_one_part_timer * 100
        part_time = sum(min(hours, cap) for hours in part_time_hours)
        return full_time * self.hours_of_one_full_time_equivalent * 100 + part_time


def month_hours(hours: HoursTerms) -> dict[str, pl.Expr]:
    """Full-time equivalents of months whose part-timers are lists, in hundredths of an hour: 120 hours are one, and a
    part-timer counts to 120."""
    one = hours.hours_of_one_full_time_equivalent * 100
    cap = hours.most_hours_counted_of_one_part_timer * 100

    def equivalent(full_time: str, part_time: str) -> pl.Expr:
        capped = pl.col(part_time).list.eval(pl.element().clip(upper_bound=cap)).list.sum()
        return pl.col(full_time) * one + capped

    return {
        "month_hours": equivalent("full_time", "part_time_hours"),
        "seasonal_hours": equivalent("seasonal_full_time", "seasonal_part_time_hours"),
    }


AFFILIATES = {"": "common_control", "_narrow": None}
"""Measures' suffix → which companies' hours are added to the group's own (A4). The month's own hours hold, beside
the group's, those of companies that could file a combined return; common control adds the others."""


def month_tally(hours: HoursTerms, maximum_size: int) -> Tally:
    """What is counted of the months of the preceding calendar year, whose equivalents are laid out."""
    full = hours.hours_of_one_full_time_equivalent * 100 * maximum_size
    c = pl.col
    known = c("month").is_not_null()
    where = {"months_known": known, "months_projected": c("projected")}
    terms = {}
    for side, wide in AFFILIATES.items():
        hours_of_all = c("month_hours") + c(f"{wide}_hours") if wide else c("month_hours")
        seasonal = c("seasonal_hours") + c(f"{wide}_seasonal_hours") if wide else c("seasonal_hours")
        where[f"months_over{side}"] = hours_of_all > full
        where[f"months_over_without_seasonal{side}"] = hours_of_all - seasonal > full
        terms[f"workforce_hours{side}"] = term(hours_of_all, known)
        if not side:
            terms["workforce_hours_without_seasonal"] = term(hours_of_all - seasonal, known)
    return Tally(where, terms)


# What follows from counts ------------------------------------------------------------------------------------------


def derived(hours: HoursTerms) -> dict[str, pl.Expr]:
    """Measures made of measures, each used by more than one reading."""
    c = pl.col
    all_months = c("months_known.at_least") == 12
    nothing_expected = c("expected_hours").is_null()
    existed = c("existed_all_year").fill_null((all_months & nothing_expected) | pl.lit(None, pl.Boolean))
    principals = counted("principal_owners")
    return {
        # Hundredths of an hour of a year: of the preceding one, or twelve expected months of a new business. Null
        # while a month is missing, the expectation is not stated, or it is not known whether the business existed
        # all of that year; a workforce in each of its twelve months shows it, unless an expectation is told.
        **{
            f"average_hours{side}": (
                pl.when(existed & all_months).then(c(f"workforce_hours{side}"))
                .when(~existed).then(12 * c("expected_hours"))
            )
            for side in AFFILIATES
        },
        # One person, alone or with a spouse, owns all of the business: two owners who are not spouses say no, 100 %
        # in one household says yes, and less leaves it open who has the rest.
        "one_household": (
            pl.when(~c("owners_possible") | (principals.at_least >= 2)).then(False)
            .when((principals.at_least == 1) & (c("household_percent") == 100_00)).then(True)
        ),
        "somebody_enrolls": counted("enrolled") >= 1,
        "somebody_waives": counted("waived") >= 1,
        "somebody_enrolls" + WITHOUT_1099: counted("enrolled" + WITHOUT_1099) >= 1,
    }  # fmt: skip


# Both together ---------------------------------------------------------------------------------------------------


def measure(
    groups: pl.DataFrame,
    people: pl.DataFrame,
    months: pl.DataFrame,
    *,
    people_stages: Sequence[Mapping[str, pl.Expr]],
    of_people: Tally,
    of_months: Tally,
    derived_measures: OneRow,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(one row of measures a group, the people with their predicates). Stages one and two of the engine.

    A group without a row in `people` has null measures: nothing is known of it, and nothing is 0.
    """
    # One group needs no grouping, and no second thread: waking it costs more than it saves on a few rows.
    alone = groups.height == 1 and not people.is_empty()
    widened = pl.DataFrame.with_columns_seq if alone else pl.DataFrame.with_columns
    for stage in people_stages:
        people = widened(people, **stage)
    if alone:
        counts = pl.concat([groups, of_people.over(people), of_months.over(months)], how="horizontal")
        return derived_measures.beside(counts), people
    measured = groups.join(of_people.over_each(people, GROUP), on=GROUP, how="left").join(
        of_months.over_each(months, GROUP), on=GROUP, how="left"
    )
    return measured.with_columns(**derived_measures.expressions), people
