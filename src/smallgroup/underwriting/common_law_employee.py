"""A full-time common-law W-2 employee (guide, page 3): somebody who is neither an owner nor an owner's spouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.citation import Citation
from smallgroup.dates import first_of_next_month, spoken
from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Cure, Numbers, Reading, listed, people_word
from smallgroup.underwriting.measures import counted
from smallgroup.underwriting.quantity import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonLawTerms:
    employees_needed: int
    full_time_hours: int


_REGULATION = Citation("29 CFR", "2510.3-3(b) and (c)(1)-(2)")
_MARKETPLACE = Citation("CMS, Who can use the SHOP Marketplace", "at least one common-law employee enrolls")


_NO_EMPLOYEE = "a partner, a proprietor, or the spouse or domestic partner of one"
_DOUBT = "one who owns all of it"
_BY_REGULATION, _BY_LETTER = "is no employee, nor is the spouse", "is one, if a shareholder on a W-2"


def _readings(
    candidates: Count, outside: Count, not_partner: Count, needed: int, numbers: Callable[[Case], Numbers]
) -> tuple[Reading, Reading]:
    """By the regulation and by the letter (A1): see common_law_employee."""
    literal = (candidates >= needed) | _sure_in_spite_of(not_partner.at_least, "spouses_possible", needed)
    regulation = (
        ((outside >= needed) & (candidates >= needed))
        | ((candidates >= needed) & ~pl.col("one_household"))
        | _sure_in_spite_of(not_partner.at_least, "household_possible", needed)
    )
    return (
        Reading(regulation, numbers, axes={_DOUBT: _BY_REGULATION}, citation=_REGULATION),
        Reading(literal, numbers, axes={_DOUBT: _BY_LETTER}),
    )


def employee_on_first_day(guideline: Guideline, on: date) -> Clause:
    """On the first day of the plan year somebody is employed who is no owner, for any number of hours (page 3).

    A head count (A3): one full-time equivalent on that day is shown beside it. Who is no owner is read as in the next
    clause. A group that hires its first employee later can start coverage then.
    """
    heading = guideline.heading("common_law_employee")
    needed = heading.terms_on(CommonLawTerms, on).employees_needed

    def numbers(case: Case) -> Numbers:
        return {
            "on_a_w2": case.count("w2_not_partner"),
            "of_them_no_partner_or_spouse": case.count("w2_candidates"),
            "of_them_no_owner_or_spouse": case.count("w2_outside"),
        }

    return Clause(
        "employee-on-first-day",
        heading.clauses["employee-on-first-day"],
        heading.citation,
        _readings(counted("w2_candidates"), counted("w2_outside"), counted("w2_not_partner"), needed, numbers),
        _first_day,
        comparisons=(
            Reading(
                counted("w2_full_time") >= needed,
                lambda case: {"full_time": case.count("w2_full_time")},
                name="one full-time equivalent on the first day",
            ),
        ),
        cure=_first_day_cure,
        cured_when=("not met", "refer"),
    )


def _first_day(case: Case, outcome: str) -> str:
    day = spoken(case["effective_date"])
    if outcome == "met":
        known = max(case.count("w2_candidates").at_least, case.count("w2_not_partner").at_least)
        return f"On {day} {people_word(known, 'employee is', 'employees are')} on a W-2 and no partner or proprietor."
    if outcome == "not met":
        return f"On {day} nobody on the census is on a W-2 without being {_NO_EMPLOYEE}."
    if outcome == "refer":
        return f"On {day} only people are on a W-2 who may own all of the business, alone or with a spouse."
    return f"Whether an employee who is no owner is on a W-2 on {day} turns on what is not known of the census."


def _first_day_cure(case: Case) -> Cure:
    later = case.people.filter((pl.col("hired_on") > pl.col("effective_date")) & pl.col("paid_w2") & ~pl.col("owner"))
    hired = later.sort("hired_on").head(1)["hired_on"].to_list()
    if hired:
        start = hired[0] if hired[0].day == 1 else first_of_next_month(hired[0])
        return Cure(f"Ask for {spoken(start)}, when the first employee is at work.", {"effective_date": start})
    return Cure("Hire an employee who is no owner, and ask for an effective date from then on.")


def common_law_employee(guideline: Guideline, on: date) -> Clause:
    """At least one employee works full time, on a W-2, and is no partner or proprietor, nor married to one (page 3).

    Two readings (A1). By the regulation that the words "common law employee" come from, somebody who alone or with
    a spouse owns the whole business is no employee of it either, incorporated or not, nor is that spouse. By the
    letter of the text, which names only proprietors and partners, a single shareholder on a W-2 is one.

    Where relations to an owner are not told, they matter only as far as they can: a business owned by one household
    has two people at most who could be that owner and that spouse.
    """
    heading = guideline.heading("common_law_employee")
    terms = heading.terms_on(CommonLawTerms, on)
    needed = terms.employees_needed
    return Clause(
        id="common-law-employee",
        text=heading.clauses["common-law-employee"],
        citation=heading.edition("employees_needed", on).citation,
        readings=_readings(
            counted("w2_full_time"),
            counted("w2_full_time_outside"),
            counted("w2_full_time_not_partner"),
            needed,
            _numbers,
        ),
        comparisons=(
            Reading(
                counted("w2_full_time_enrolling") >= needed,
                lambda case: {"full_time_w2_who_enroll": case.count("w2_full_time_enrolling")},
                name="federal marketplace and another carrier: one of them must enroll",
                citation=_MARKETPLACE,
            ),
        ),
        because=lambda case, outcome: _because(case, outcome, terms),
        cure=lambda case: Cure(
            f"Employ, by the effective date, {needed} person on a W-2 for {terms.full_time_hours} hours a week or more "
            "who is neither an owner nor an owner's spouse or domestic partner.",
            {"hire": needed},
        ),
    )


def _sure_in_spite_of(known: pl.Expr, possible: str, needed: int) -> pl.Expr:
    """True when there are more than could all be owners or spouses; else it adds nothing to an "or" (false)."""
    return (known >= pl.col(possible) + needed).fill_null(False)


def _numbers(case: Case) -> Numbers:
    return {
        "full_time_w2": case.count("w2_full_time_not_partner"),
        "of_them_no_partner_or_spouse": case.count("w2_full_time"),
        "of_them_no_owner_or_spouse": case.count("w2_full_time_outside"),
    }


def _because(case: Case, outcome: str, terms: CommonLawTerms) -> str:
    candidates = case.count("w2_full_time")
    hours = f"{terms.full_time_hours} hours a week or more"
    if outcome == "met":
        known = max(candidates.at_least, case.count("w2_full_time_not_partner").at_least)
        noun = "employee works" if known == 1 else "employees work"
        tail = "" if candidates.at_least else ", more than could all be married to an owner"
        return f"{known} {noun} {hours} on a W-2 and {'is' if known == 1 else 'are'} no partner or proprietor{tail}."
    if outcome == "not met":
        return f"Nobody on the census works {hours} on a W-2 without being {_NO_EMPLOYEE}."
    if outcome == "refer":
        who = "The one employee who works" if candidates.exact == 1 else f"The only {candidates} who work"
        return (
            f"{who} {hours} on a W-2 may own all of the business, alone or with a spouse, or be that spouse: the text "
            f"does not name shareholders, and the regulation that it takes its words from leaves them out."
        )
    unknown = case.unknown(
        "candidate", ("worker_type", "paid_on", "hours_per_week", "ownership_percent", "related_to_owner")
    )
    if case["owners_are_partners"] is None:
        unknown = ["how the business is taxed", *unknown]
    open_facts = listed(unknown) if unknown else "who owns the business, and whom each owner is married to"
    return f"Whether somebody works {hours} on a W-2 and is no owner or owner's spouse turns on {open_facts}."
