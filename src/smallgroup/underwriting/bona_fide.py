"""A bona fide employer (guide, page 3): real work for real pay, and a business that is not there to buy insurance.

Both are judgments. The clauses look for signals, and a signal sends the case to a person: it never declines anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.dates import spoken
from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, plain
from smallgroup.underwriting.measures import counted, days_before


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeTerms:
    recently_formed_days: int


def bona_fide_relationship(guideline: Guideline, on: date) -> Clause:
    """Signals against it: everybody on a W-2 is related to an owner, or somebody enrolls without any pay (page 3)."""
    unrelated, unpaid, staff = counted("w2_unrelated"), counted("w2_unpaid"), counted("w2_staff")
    return plain(
        guideline.heading("bona_fide"),
        "bona-fide-relationship",
        (unrelated >= 1) & (unpaid <= 0),
        _relationship,
        lambda case: {
            "on_w2": case.count("w2_staff"), "not_related_to_an_owner": case.count("w2_unrelated"),
            "enroll_without_pay": case.count("w2_unpaid"),
        },
        applies=staff >= 1,
    )  # fmt: skip


def _relationship(case: Case, outcome: str) -> str:
    if outcome == "not applicable":
        return "Nobody but owners is on a W-2, so there is no relationship to look at."
    if outcome == "met":
        return f"{case.count('w2_unrelated')} on a W-2 are not related to an owner, and nobody enrolls without pay."
    if outcome == "refer":
        if case.count("w2_unpaid").at_least:
            return f"{case.count('w2_unpaid')} on a W-2 enroll without any pay: a person looks at what they do."
        return "Everybody on a W-2 is related to an owner: a person looks at what they do and what they are paid."
    return "It is not known who is related to an owner; there is no sign against the relationship so far."


def formed_for_business(guideline: Guideline, on: date) -> Clause:
    """Signals against it: formed shortly before the effective date without a payroll; an attestation refused."""
    heading = guideline.heading("bona_fide")
    days = heading.terms_on(PurposeTerms, on).recently_formed_days
    recent = pl.col("formed_on") > days_before(pl.col("effective_date"), days)
    payroll = pl.col("first_payroll_on") <= pl.col("received_on")
    return plain(
        heading,
        "formed-for-business",
        pl.col("purpose_attested") & (~recent | payroll),
        lambda case, outcome: _purpose(case, outcome, days),
        lambda case: {
            "formed_on": case["formed_on"], "first_payroll_on": case["first_payroll_on"],
            "attested": case["purpose_attested"],
        },
        of_people=False,
    )  # fmt: skip


def _purpose(case: Case, outcome: str, days: int) -> str:
    formed = case["formed_on"]
    if outcome == "met":
        since = (
            f"was formed on {spoken(formed)}" if formed else f"has a payroll since {spoken(case['first_payroll_on'])}"
        )
        return f"The business {since}, and its employer attests its purpose."
    if case["purpose_attested"] is False:
        return "The employer does not attest that the group was not formed mainly to buy insurance."
    if outcome == "refer":
        return f"The business was formed on {spoken(formed)}, within {days} days of coverage, and has no payroll yet."
    missing = [
        *(["the employer's attestation of its purpose"] if case["purpose_attested"] is None else []),
        *(["the day on which the business was formed"] if formed is None else []),
        *(["the day of its first payroll"] if formed is not None and case["first_payroll_on"] is None else []),
    ]
    return f"Not known: {', '.join(missing)}."
