"""Employee eligibility (guide, page 4): hours, pay, where people live and work, and owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.money import pretty
from smallgroup.rulebook import Guideline, law
from smallgroup.strict import Cents
from smallgroup.underwriting.clause import Case, Clause, Cure, listed, people_word, plain
from smallgroup.underwriting.measures import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityTerms:
    full_time_hours: int
    work_inside_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WageTerms:
    """The federal minimum wage, in cents an hour, and the weeks that a quarter of a wage report is taken to have."""

    hourly: Cents
    weeks_in_a_quarter: int


def _who(case: Case, predicate: str) -> list[str]:
    return sorted(case.who(predicate), key=_by_number)


def _by_number(member: str) -> tuple[int, str]:
    """2 before 10."""
    return len(member), member


def working_hours(guideline: Guideline, on: date) -> Clause:
    """Who enrolls works thirty hours a week or more, or is on paid leave from such work (page 4).

    Owners have a clause of their own. Unpaid leave is not in the text; the law keeps coverage during some of it.
    """
    heading = guideline.heading("employee_eligibility")
    hours = heading.terms_on(EligibilityTerms, on).full_time_hours

    def because(case: Case, outcome: str) -> str:
        if outcome == "met":
            return f"Everybody who enrolls works {hours} hours a week or more, or is on paid leave."
        if outcome == "not met":
            return f"Fewer than {hours} hours a week, or on unpaid leave: {listed(_who(case, 'short_of_hours'))}."
        unknown = case.unknown("short_of_hours", ("worker_type", "hours_per_week", "status", "election"))
        return f"Whether those who enroll work {hours} hours a week turns on {listed(unknown)}."

    return plain(
        heading, "working-hours", counted("short_of_hours") <= 0, because,
        lambda case: {"enroll_and_work_too_few_hours": case.count("short_of_hours")},
        cure=lambda case: Cure(
            f"Take {listed(_who(case, 'short_of_hours'))} off the enrollment, or correct the hours or the leave; "
            "leave under 29 CFR 825.209 keeps coverage.",
            {"people": case.count("short_of_hours")},
        ),
        # Who works fewer hours and has not answered is not waited for.
        waits=counted("short_of_hours_enrolling").at_most > 0,
    )  # fmt: skip


def wage_terms(on: date) -> WageTerms:
    return law().heading("minimum_wage").terms_on(WageTerms, on)


def minimum_wage(guideline: Guideline, on: date) -> Clause:
    """Employees who enroll earn the federal minimum wage for their hours (page 4; 29 USC 206(a)(1)).

    A screen: pay is rarely on a census, so what is not known pends nobody, and pay that is too low is a question.
    """
    hourly = wage_terms(on).hourly

    def because(case: Case, outcome: str) -> str:
        if outcome == "met":
            return f"Everybody on a W-2 who enrolls earns {pretty(hourly)} an hour or more."
        if outcome == "not met":
            said = [
                f"member {row['member_id']} ({pretty(row['weekly_pay'])} a week"
                + (f" for {row['hours_per_week'] / 100:g} hours)" if row["hours_per_week"] is not None else ")")
                for row in sorted(
                    case.people.filter(pl.col("underpaid")).to_dicts(), key=lambda row: _by_number(row["member_id"])
                )
            ]
            return f"Less than {pretty(hourly)} an hour: {listed(said, 4)}. Tips or part of a quarter may explain it."
        return "The pay of some who enroll, or of all, is not on the census; the wage report of an audit has it."

    return plain(
        guideline.heading("employee_eligibility"), "minimum-wage", counted("underpaid") <= 0, because,
        lambda case: {"hourly": pretty(hourly), "paid_less": case.count("underpaid")},
        cure=lambda case: Cure(f"Explain or correct the pay of {listed(_who(case, 'underpaid'))}."),
    )  # fmt: skip


def out_of_area_plan(guideline: Guideline, on: date) -> Clause:
    """Those who neither live in the service area nor work there for half of their week are offered the out-of-area
    PPO, and enroll in no other plan (page 4). Living inside or working half inside is enough (A11)."""
    outside, elsewhere = counted("outside"), counted("outside_in_other_plan")

    def because(case: Case, outcome: str) -> str:
        if case.count("outside").at_most == 0:
            return "Everybody eligible lives in the service area, or works in it for half of the week or more."
        there = listed(_who(case, "outside"))
        if outcome == "met":
            return f"The out-of-area plan is offered to whoever is outside of the service area{there and f': {there}'}."
        if outcome == "not met" and case["offers_out_of_area_plan"] is False:
            return f"Outside of the service area, and no out-of-area plan is offered: {there}."
        if outcome == "not met":
            said = listed(_who(case, "outside_in_other_plan"))
            return f"Outside of the service area, and not in the out-of-area plan: {said}."
        unknown = case.unknown(
            "outside", ("county", "works_in_area_percent", "worker_type", "hours_per_week", "status")
        )
        if unknown:
            return f"Whether everybody lives or works in the service area turns on {listed(unknown)}."
        if case["offers_out_of_area_plan"]:
            unknown = case.unknown("outside_in_other_plan", ("election", "plan_id"))
            return f"Whether those outside of the service area are in the out-of-area plan turns on {listed(unknown)}."
        return f"Whether an out-of-area plan is offered is not known; outside of the service area: {there}."

    def cure(case: Case) -> Cure:
        people, wrong = {"people": case.count("outside")}, listed(_who(case, "outside_in_other_plan"))
        if case["offers_out_of_area_plan"] is not False:
            return Cure(f"Enroll {wrong} in the out-of-area PPO.", people)
        then = f", and enroll {wrong} in it" if wrong else ""
        return Cure(f"Offer the out-of-area PPO to {listed(_who(case, 'outside'))}{then}.", people)

    return plain(
        guideline.heading("employee_eligibility"), "out-of-area-plan",
        (outside <= 0) | (pl.col("offers_out_of_area_plan") & (elsewhere <= 0)), because,
        lambda case: {"outside": case.count("outside"), "in_another_plan": case.count("outside_in_other_plan")},
        cure=cure,
    )  # fmt: skip


def owners_hours(guideline: Guideline, on: date) -> Clause:
    """Owners and partners who enroll work in the business for thirty hours a week or more (page 4)."""
    heading = guideline.heading("employee_eligibility")
    hours = heading.terms_on(EligibilityTerms, on).full_time_hours
    owners = counted("enrolling_owners")

    def because(case: Case, outcome: str) -> str:
        if outcome == "not applicable":
            return "No owner enrolls."
        if outcome == "met":
            said = people_word(owners_of(case), "owner enrolls and works", "owners enroll and work")
            return f"{said} {hours} hours or more."
        if outcome == "not met":
            return f"Fewer than {hours} hours a week in the business: {listed(_who(case, 'owner_short'))}."
        unknown = case.unknown("owner_short", ("worker_type", "hours_per_week", "ownership_percent", "election"))
        return f"Whether each enrolling owner works {hours} hours a week turns on {listed(unknown)}."

    def owners_of(case: Case) -> int:
        return case.count("enrolling_owners").at_least

    return plain(
        heading, "owners-hours", counted("owner_short") <= 0, because,
        lambda case: {"enrolling_owners": case.count("enrolling_owners"), "short": case.count("owner_short")},
        cure=lambda case: Cure(f"Take {listed(_who(case, 'owner_short'))} off the enrollment, or correct the hours."),
        applies=owners.at_most > 0, waits=counted("owner_short_enrolling").at_most > 0,
    )  # fmt: skip
