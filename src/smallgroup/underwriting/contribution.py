"""Contribution (guide, page 4): half of each employee's own premium for the lowest-priced plan offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from smallgroup.money import dollars, pretty
from smallgroup.rulebook import Guideline
from smallgroup.strict import Ratio
from smallgroup.underwriting.clause import Case, Clause, Cure, Numbers, Reading, at, listed
from smallgroup.underwriting.measures import counted
from smallgroup.underwriting.quantity import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionTerms:
    minimum_share: Ratio


def contribution(guideline: Guideline, on: date) -> Clause:
    """The employer pays at least half of the employee's premium for its lowest-priced plan (page 4, Contribution).

    One plan a group: the lowest age-21 rate among the HMO and PPO plans offered (A10). Rates go by age, so the test
    is made for everybody who enrolls, at their own age, in cents. Dependents do not enter it.
    """
    heading = guideline.heading("contribution")
    terms = heading.terms_on(ContributionTerms, on)
    share = terms.minimum_share
    short = counted("contribution_short")
    pays, premium = pl.col("contribution_pays"), pl.col("contribution_premium")
    return Clause(
        id="contribution",
        text=heading.clauses["contribution"],
        citation=heading.edition("minimum_share", on).citation,
        readings=(Reading(_nobody(short), lambda case: _numbers(case, share)),),
        comparisons=(
            Reading(
                pays * share.denominator >= premium * share.numerator,
                lambda case: {
                    "employer_pays": _money(case["contribution_pays"]),
                    "premiums": _money(case["contribution_premium"]),
                },
                name="on the group's total",
            ),
            Reading(
                _nobody(counted("contribution_short_of_own_plan")),
                lambda case: {"short": case.count("contribution_short_of_own_plan")},
                name="against the lowest-priced plan open to each person",
            ),
        ),
        because=lambda case, outcome: _because(case, outcome, share),
        cure=lambda case: _cure(case, share),
    )


def _nobody(count: Count) -> pl.Expr:
    return count <= 0


def _money(cents: int | None) -> str | None:
    return None if cents is None else dollars(cents)


def _numbers(case: Case, share: Fraction) -> Numbers:
    return {
        "enrolling": case.count("enrolled"),
        "short": case.count("contribution_short"),
        "minimum": share,
        "lowest_priced_plan": case["lowest_plan"],
    }


def _tested(case: Case) -> pl.DataFrame:
    """Everybody who enrolls, or may."""
    return case.people.filter((pl.col("eligible") & pl.col("enrolls")).fill_null(True))


def _short(case: Case, share: Fraction) -> list[dict[str, object]]:
    """Those for whom less than the share is paid, with what is wanted at their age, in cents rounded up."""
    rows = _tested(case).filter(~pl.col("half_paid").fill_null(True)).sort("lowest_rate", descending=True).to_dicts()
    for row in rows:
        rate = row["lowest_rate"]
        row["wanted"] = None if rate is None else -(-rate * share.numerator // share.denominator)
    return rows


def _because(case: Case, outcome: str, share: Fraction) -> str:
    promise, plan = case["promise"], case["lowest_plan"]
    if promise is None:
        return "It is not known what the employer pays toward the employees' premiums."
    start = f"The employer pays {promise}"
    of_plan = f"of the lowest-priced plan, {plan}," if plan else "of the lowest-priced plan"
    if outcome == "met":
        known = case.count("enrolled")
        who = f"each of the {known} who enroll" if (known.exact or 0) > 1 else "whoever enrolls"
        doubt = f" {case['lowest_plan_unknown']}" if case["lowest_plan_unknown"] else ""
        return f"{start}: at least {at(share)} {of_plan} for {who}, at their own age.{doubt}"
    rows = _short(case, share)
    said = []
    for row in rows:
        if row["wanted"] is not None and row["employer_pays"] is not None:
            gap = int(str(row["wanted"])) - int(str(row["employer_pays"]))
            said.append(
                f"member {row['member_id']} (age {row['age']}) gets {pretty(int(str(row['employer_pays'])))} of "
                f"{pretty(int(str(row['lowest_rate'])))}, {pretty(gap)} short"
            )
    if outcome == "not met":
        detail = f": {listed(said, 4)}." if said else "."
        return f"{start}, less than {at(share)} {of_plan} for {case.count('contribution_short')} who enroll{detail}"
    if case["reference_unknown"]:
        return f"{start}, and that plan has no rates: {case['reference_unknown']}"
    if case["lowest_plan_unknown"]:
        return f"{start}. {case['lowest_plan_unknown']}"
    detail = f" If they enroll, {listed(said, 4)}." if said else ""
    return f"{start}; whether that is {at(share)} {of_plan} for everybody turns on what is not known yet.{detail}"


def _cure(case: Case, share: Fraction) -> Cure | None:
    rows = [row for row in _short(case, share) if row["wanted"] is not None]
    percent = f"{at(share)} of the lowest-priced plan"
    if not rows:
        return Cure(f"Pay {percent} for each employee.", {"minimum": share})
    most = max(int(str(row["wanted"])) for row in rows)
    return Cure(
        f"Pay {percent} for each employee, or a flat {pretty(most)} a month.",
        {"minimum": share, "flat_dollars": dollars(most), "employees_short": len(rows)},
    )
