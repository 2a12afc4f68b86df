"""A bona fide employer (guide, page 3): real work for real pay, and a business that is not there to buy insurance.

Both are judgments. The clauses look for signals, and a signal sends the case to a person: it never declines anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from smallgroup.dates import spoken
from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Span, listed, plain
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
    unrelated, unpaid = case.count("w2_unrelated"), case.count("w2_unpaid")
    if outcome == "not applicable":
        return "Nobody but owners is on a W-2, so there is no relationship to look at."
    if outcome == "met":
        said = _verb(unrelated, "employee on a W-2 is", "employees on a W-2 are")
        return f"{said} not related to an owner, and nobody enrolls without pay."
    if outcome == "refer":
        if unpaid.at_least:
            said = _verb(unpaid, "employee on a W-2 enrolls", "employees on a W-2 enroll")
            return f"{said} without any pay: a person looks at what the work is."
        return "Everybody on a W-2 is related to an owner: a person looks at what they do and what they are paid."
    missing = [
        *(["who is related to an owner"] if not unrelated.at_least else []),
        *(["the pay of everybody who enrolls"] if unpaid.at_most else []),
    ]
    return f"Not known: {listed(missing)}. There is no sign against the relationship so far."


def _verb(number: Span, one: str, many: str) -> str:
    return f"{number} {one if number.exact == 1 else many}"


def formed_for_business(guideline: Guideline, on: date) -> Clause:
    """Signals against it: formed shortly before the effective date without a payroll; an attestation refused.

    The guide asks for no attestation, so no decision waits for one that nobody has asked for.
    """
    heading = guideline.heading("bona_fide")
    days = heading.terms_on(PurposeTerms, on).recently_formed_days
    recent = pl.col("formed_on") > days_before(pl.col("effective_date"), days)
    payroll = pl.col("first_payroll_on") <= pl.col("received_on")
    in_business = ~recent | payroll
    return plain(
        heading,
        "formed-for-business",
        pl.col("purpose_attested") & in_business,
        lambda case, outcome: _purpose(case, outcome, days),
        lambda case: {
            "formed_on": case["formed_on"], "first_payroll_on": case["first_payroll_on"],
            "attested": case["purpose_attested"],
        },
        waits=in_business.is_null(),
        of_people=False,
    )  # fmt: skip


def _purpose(case: Case, outcome: str, days: int) -> str:
    formed, paid = case["formed_on"], case["first_payroll_on"]

    def recent(day: date) -> bool:
        effective: date = case["effective_date"]
        return day > effective - timedelta(days=days)

    if outcome == "met":
        old = formed is not None and not recent(formed)
        since = f"was formed on {spoken(formed)}" if old else f"has had a payroll since {spoken(paid)}"
        return f"The business {since}, and its employer attests its purpose."
    if case["purpose_attested"] is False:
        return "The employer does not attest that the group was not formed mainly to buy insurance."
    if outcome == "refer":
        return f"The business was formed on {spoken(formed)}, within {days} days of coverage, and has no payroll yet."
    if case["purpose_attested"] is None and (paid is not None or (formed and not recent(formed))):
        return "The employer's attestation of its purpose is not at hand; nothing else speaks against it."
    if formed is None:
        return "It is not known when the business was formed."
    return (
        f"The business was formed on {spoken(formed)}, within {days} days of coverage, and the day of its first "
        "payroll is not known."
    )
