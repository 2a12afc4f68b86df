"""General information (guide, page 5): the wait of new hires, the effective date, the offer, coverage that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup import dates
from smallgroup.dates import spoken
from smallgroup.rulebook import Guideline, law
from smallgroup.underwriting.clause import Case, Clause, Cure, Numbers, Reading, plain
from smallgroup.underwriting.measures import days_before


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTerms:
    """The day, the day of hire being day 1, on which coverage starts at the latest (45 CFR 147.116)."""

    latest_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestStartTerms:
    next_month_if_complete_by_day: int


def waiting_terms(on: date) -> WaitingTerms:
    return law().heading("waiting_period").terms_on(WaitingTerms, on)


def waiting_period(guideline: Guideline, on: date) -> Clause:
    """New hires wait ninety days at most: coverage by day 91, the day of hire being day 1 (page 5; 45 CFR 147.116).

    The worst day of hire decides. "First of the month following 60 days" comes to day 91 at most, counted lawfully;
    counted naively it would reach day 92, which is shown beside.
    """
    latest = waiting_terms(on).latest_day
    return plain(
        guideline.heading("general_information"), "waiting-period", pl.col("waiting_worst_day") <= latest,
        lambda case, outcome: waiting_because(case, outcome, latest),
        lambda case: waiting_numbers(case, latest),
        comparisons=(
            Reading(
                pl.col("waiting_worst_day_naive") <= latest,
                lambda case: {"worst_day": case["waiting_worst_day_naive"], "latest_day": latest},
                name="counted naively: the days added to the day of hire, then the next first of a month",
            ),
        ),
        cure=lambda case: waiting_cure(),
        of_people=False,
    )  # fmt: skip


def waiting_because(case: Case, outcome: str, latest: int) -> str:
    worst = case["waiting_worst_day"]
    if worst is None:
        return "It is not known how long new hires wait."
    first = "the day after the orientation" if case["waits_after_orientation"] else "the day of hire"
    told = f"Coverage of a new hire starts by day {worst}, {first} being day 1"
    return f"{told}; day {latest} is the last that is lawful."


def waiting_numbers(case: Case, latest: int) -> Numbers:
    return {"worst_day": case["waiting_worst_day"], "latest_day": latest}


def waiting_cure() -> Cure:
    return Cure("Shorten the wait: the first of the month following 60 days starts coverage by day 91 at the latest.")


def keep_existing_coverage(guideline: Guideline, on: date) -> Clause:
    """Existing coverage is not ended before written acceptance (page 5): an advice, which changes no decision."""

    def because(case: Case, outcome: str) -> str:
        ends = case["existing_coverage_ends_on"]
        if outcome == "not applicable":
            return "No existing coverage is named."
        if outcome == "met":
            return "Keep the existing coverage until the carrier has accepted the group in writing."
        starts = spoken(case["effective_date"])
        return f"The existing coverage ends on {spoken(ends)}, and coverage here starts on {starts}."

    ends = pl.col("existing_coverage_ends_on")
    return plain(
        guideline.heading("general_information"), "keep-existing-coverage",
        ends.is_null() | (ends >= days_before(pl.col("effective_date"), 1)), because,
        lambda case: {"ends_on": case["existing_coverage_ends_on"]},
        cure=lambda case: Cure("Extend the existing coverage to the day before the effective date."),
        applies=pl.col("has_existing_coverage"), of_people=False,
    )  # fmt: skip


def latest_start(complete_on: date, by_day: int) -> date:
    """The first of the month by which coverage starts of what is complete on a day (45 CFR 147.104(b)(1)(i)(C))."""
    start = dates.first_of_next_month(complete_on)
    return start if complete_on.day <= by_day else dates.first_of_next_month(start)


def earliest_start(complete_on: date) -> date:
    """The earliest first of a month on or after a day."""
    return complete_on if complete_on.day == 1 else dates.first_of_next_month(complete_on)


def effective_date(guideline: Guideline, on: date) -> Clause:
    """Everything is complete on or before the effective date (page 5)."""

    def because(case: Case, outcome: str) -> str:
        complete, effective = case["complete_on"], spoken(case["effective_date"])
        if complete is None:
            return (
                f"It is not known on what day everything was complete; the last day for {effective} is that day itself."
            )
        if complete == case["effective_date"]:
            return f"Everything was complete on the effective date itself, {effective}."
        word = "before" if outcome == "met" else "after"
        return f"Everything was complete on {spoken(complete)}, {word} the effective date, {effective}."

    def cure(case: Case) -> Cure:
        start = earliest_start(case["complete_on"])
        return Cure(f"Ask for {spoken(start)}, the earliest date that is left.", {"effective_date": start})

    return plain(
        guideline.heading("general_information"), "effective-date",
        pl.col("complete_on") <= pl.col("effective_date"), because,
        lambda case: {"complete_on": case["complete_on"], "effective_date": case["effective_date"]},
        cure=cure, of_people=False,
    )  # fmt: skip


def offer_to_all(guideline: Guideline, on: date) -> Clause:
    """Offered to all who are eligible at open enrollment, and to all who are hired later (page 5)."""

    def because(case: Case, outcome: str) -> str:
        if outcome == "met":
            return "Coverage is offered to all who are eligible at open enrollment, and to new hires after it."
        when = {"at open enrollment": "offers_at_open_enrollment", "to new hires": "offers_to_new_hires"}
        if outcome == "not met":
            return f"Coverage is not offered {' or '.join(word for word, fact in when.items() if case[fact] is False)}."
        unknown = " and ".join(word for word, fact in when.items() if case[fact] is None)
        return f"It is not known whether coverage is offered {unknown}."

    return plain(
        guideline.heading("general_information"), "offer-to-all",
        pl.col("offers_at_open_enrollment") & pl.col("offers_to_new_hires"), because,
        cure=lambda case: Cure("Offer coverage to all who are eligible, at open enrollment and when they are hired."),
        of_people=False,
    )  # fmt: skip
