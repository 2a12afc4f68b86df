"""Beside another carrier (guide, page 3): at least one employee enrolls here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Cure, listed, people_word, plain
from smallgroup.underwriting.measures import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class DualCarrierTerms:
    least_enrolled: int


def dual_carrier(guideline: Guideline, on: date) -> Clause:
    """At least one enrolls, where another carrier is named or somebody is with one (page 3).

    How those who are with the other carrier count for participation is a doubt of that clause (A8).
    """
    heading = guideline.heading("dual_carrier")
    least = heading.terms_on(DualCarrierTerms, on).least_enrolled
    alongside, enrolled = counted("alongside"), counted("enrolled")
    # Whether somebody who may be with another carrier is eligible matters only while nobody is known to enroll here.
    perhaps = (alongside.at_most > 0) & (enrolled.at_least < least) & pl.lit(None, pl.Boolean)
    beside = pl.col("other_carrier") | (alongside.at_least > 0) | perhaps
    return plain(
        heading,
        "dual-carrier",
        enrolled >= least,
        lambda case, outcome: _because(case, outcome, least),
        lambda case: {"enrolled": case.count("enrolled"), "with_other_carrier": case.count("alongside")},
        cure=lambda case: Cure(f"{people_word(least, 'employee', 'employees')} must enroll.", {"enroll_more": least}),
        applies=beside & (counted("elections") >= 1),
    )


def _because(case: Case, outcome: str, least: int) -> str:
    if outcome == "not applicable":
        named = case["other_carrier"] or case.count("alongside").at_least
        return "Elections are not known yet." if named else "No other carrier's coverage is offered beside this one."
    enrolled = case.count("enrolled")
    if outcome == "needs evidence" and not case["other_carrier"] and not case.count("alongside").at_least:
        unknown = listed(case.unknown("alongside", ("worker_type", "hours_per_week", "status")))
        return f"Whether somebody eligible is with another carrier turns on {unknown or 'who is eligible'}."
    who = f"{enrolled} {'employee enrolls' if enrolled.exact == 1 else 'employees enroll'}"
    if enrolled.at_most == 0:
        who = "Nobody enrolls"
    return f"{who} here beside another carrier; at least {least} must."
