"""Federal law as clauses of its own, laid over the guide: small employer, waiting period, window, effective date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.dates import spoken
from smallgroup.rulebook import Guideline, law
from smallgroup.strict import MonthDay
from smallgroup.underwriting.clause import Case, Clause, plain
from smallgroup.underwriting.employer_size import SizeTerms, by_law
from smallgroup.underwriting.general_information import (
    LatestStartTerms,
    latest_start,
    waiting_because,
    waiting_cure,
    waiting_numbers,
    waiting_terms,
)
from smallgroup.underwriting.measures import days_before


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTerms:
    """Month and day, both inclusive."""

    window_opens: MonthDay
    window_closes: MonthDay


def window_terms(on: date) -> WindowTerms:
    return law().heading("guaranteed_availability").terms_on(WindowTerms, on)


def in_window(terms: WindowTerms) -> pl.Expr:
    """Whether a new group's application was complete between November 15 and December 15; null while it is not known
    on what day it was."""
    complete = pl.col("complete_on")
    place = complete.dt.month().cast(pl.Int32) * 100 + complete.dt.day()
    opens, closes = (month * 100 + day for month, day in (terms.window_opens, terms.window_closes))
    return ~pl.col("is_renewal") & (place >= opens) & (place <= closes)


def small_employer_by_law(guideline: Guideline, on: date) -> Clause:
    """One to fifty on average, every company under common control counted (42 USC 18024(b))."""
    return by_law(law().heading("small_employer"), law().heading("small_employer").terms_on(SizeTerms, on), on)


def waiting_period_by_law(guideline: Guideline, on: date) -> Clause:
    """Coverage by day 91 (45 CFR 147.116)."""
    latest = waiting_terms(on).latest_day
    return plain(
        law().heading("waiting_period"), "waiting-period-by-law", pl.col("waiting_worst_day") <= latest,
        lambda case, outcome: waiting_because(case, outcome, latest),
        lambda case: waiting_numbers(case, latest), cure=lambda case: waiting_cure(), of_people=False,
    )  # fmt: skip


def open_window(guideline: Guideline, on: date) -> Clause:
    """In the window the minimum participation and contribution cannot be applied to an application."""

    def because(case: Case, outcome: str) -> str:
        if outcome == "needs evidence":
            return "It is not known on what day everything was complete, which the window hangs on."
        day = spoken(case["complete_on"]) if case["complete_on"] else "a day that is not known"
        if outcome == "met":
            return (
                f"Complete on {day}, within November 15 to December 15: the minimum participation and contribution are "
                "not applied to this application. They apply at the renewal."
            )
        if case["is_renewal"]:
            return "A renewal is no application, so the window does not concern it."
        return f"Complete on {day}, outside of November 15 to December 15."

    return plain(
        law().heading("guaranteed_availability"), "open-window", pl.lit(True), because,
        lambda case: {"complete_on": case["complete_on"]}, applies=pl.col("in_open_window"), of_people=False,
    )  # fmt: skip


def effective_date_by_law(guideline: Guideline, on: date) -> Clause:
    """The first of the month by which the carrier starts coverage that was asked for no later than that."""
    by_day = law().heading("guaranteed_availability").terms_on(LatestStartTerms, on).next_month_if_complete_by_day
    # Said from the other end: coverage from a day is owed for what is complete by the fifteenth of the month before.
    month_before = days_before(pl.col("effective_date").dt.month_start(), 1).dt.month_start()

    def because(case: Case, outcome: str) -> str:
        complete = case["complete_on"]
        if complete is None:
            return "It is not known on what day everything was complete."
        by = spoken(latest_start(complete, by_day))
        asked = spoken(case["effective_date"])
        told = f"Complete on {spoken(complete)}, so by law coverage starts by {by} at the latest"
        if outcome == "met":
            return f"{told}. {asked} is asked for: the carrier owes that day."
        return f"{told}. {asked} is earlier: the carrier may grant that day, and does not owe it."

    return plain(
        law().heading("guaranteed_availability"), "effective-date-by-law",
        days_before(pl.col("complete_on"), by_day - 1) <= month_before, because,
        lambda case: {
            "complete_on": case["complete_on"],
            "no_later_than": None if case["complete_on"] is None else latest_start(case["complete_on"], by_day),
        },
        of_people=False,
    )  # fmt: skip


def next_window(received_on: date, terms: WindowTerms) -> tuple[date, date]:
    """The first and the last day of the window that a day lies in, else of the next one after it."""
    year = received_on.year
    if received_on > date(year, *terms.window_closes):
        year += 1
    return date(year, *terms.window_opens), date(year, *terms.window_closes)
