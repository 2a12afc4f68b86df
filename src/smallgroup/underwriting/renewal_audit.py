"""Renewal audit (guide, pages 5 and 6): which papers show wages, hours and ownership.

The clauses apply to a group that is audited, or where the guideline's owner wants the papers with the case. What
proves what is a table of the rulebook; see papers.py.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Cure, Reading, listed, plain
from smallgroup.underwriting.measures import counted

_LATER = "Wanted if the group is audited"
_NOT_ASKED = "The audit names the papers that it wants, and these are not asked for."
_NEW = "a new business without payroll"


def _either(words: list[str]) -> str:
    """One of several, each of which may hold commas of its own."""
    return f"{'; '.join(words[:-1])}; or {words[-1]}" if len(words) > 2 else " or ".join(words)


def _each(case: Case) -> str:
    return " for each of them" if len(case["owners_without_paper"]) > 1 else ""


def wage_papers(guideline: Guideline, on: date) -> Clause:
    """One of the sets of papers that show wages and hours (page 5).

    The payroll attestation is for a new business, which the text does not define (A16): by default one whose first
    quarterly report is not due yet, by the other reading any that is younger than twelve months.
    """
    heading = guideline.heading("renewal_audit")

    def because(case: Case, outcome: str) -> str:
        if outcome == "not applicable":
            return _NOT_ASKED if case["audited"] else f"{_LATER}: {_either(case['wage_sets'])}."
        if outcome == "met":
            return "The papers show wages and hours."
        if outcome == "refer":
            return "A payroll attestation is all there is, and whether the business is new can be read in two ways."
        if outcome == "not met":
            return f"This has not come in, or is not complete: {_either(case['wage_sets'])}."
        return f"Not known: {listed(case['wages_open'])}. Wanted: {_either(case['wage_sets'])}."

    return Clause(
        "wage-papers", heading.clauses["wage-papers"], heading.edition("wage_papers", on).citation,
        (
            Reading(pl.col("wages_shown"), lambda case: {}, axes={_NEW: "its first quarterly report is not due yet"}),
            Reading(
                pl.col("wages_shown_by_age"), lambda case: {}, axes={_NEW: "it is younger than twelve months"}
            ),
        ),
        because,
        cure=lambda case: Cure(f"Send {_either(case['wage_sets'])}."),
        cured_when=("not met", "needs evidence", "refer"),
        applies=pl.col("wages_asked"), of_people=False, at_issue=pl.lit(True),
    )  # fmt: skip


def ownership_papers(guideline: Guideline, on: date) -> Clause:
    """One of the sets of papers for each owner who enrolls, by how the business is taxed (page 6)."""
    heading = guideline.heading("renewal_audit")

    def because(case: Case, outcome: str) -> str:
        wanted = _either(case["ownership_sets"]) if case["ownership_sets"] else "papers by how the business is taxed"
        if outcome == "needs evidence" and not case["ownership_to_show"]:
            return f"Whether an owner enrolls turns on {listed(case['perhaps_owners'])} (worker type)."
        if outcome == "not applicable" and case["ownership_to_show"] is False:
            return "No owner enrolls, so no ownership is shown."
        if outcome == "not applicable":
            return _NOT_ASKED if case["audited"] else f"{_LATER}: {wanted}."
        if outcome == "met":
            return "The papers show who owns the business."
        unproved = [f"member {one}" for one in case["owners_without_paper"]]
        who = f" of {listed(unproved)}" if unproved else ""
        if outcome == "not met":
            return f"No paper shows the ownership{who}. Wanted: {wanted}."
        if case["ownership_sets"] is None:
            return "It is not known how the business is taxed, so neither is which papers show its ownership."
        return f"What has come in leaves the ownership{who} open: not known is {listed(case['ownership_open'])}."

    return plain(
        heading, "ownership-papers", counted("owners_unproved") <= 0, because,
        lambda case: {"owners_without_a_paper": case.count("owners_unproved")},
        comparisons=(
            Reading(pl.col("every_ownership_paper"), lambda case: {}, name="every paper of the row, and not one"),
            Reading(pl.col("ownership_by_letter"), lambda case: {}, name="by the letter: a church by Form 8274"),
        ),
        cure=lambda case: Cure(
            "Say how the business is taxed."
            if case["ownership_sets"] is None
            else f"Send{_each(case)} {_either(case['ownership_sets'])}."
        ),
        cured_when=("not met", "needs evidence"),
        applies=pl.col("ownership_asked") & pl.col("ownership_to_show"), of_people=False,
        at_issue=pl.col("ownership_to_show"), of_members=lambda case: tuple(case["owners_without_paper"]),
    )  # fmt: skip


def other_tax_papers(guideline: Guideline, on: date) -> Clause:
    """Other tax papers may be accepted case by case: a person decides, never this (page 5)."""

    def because(case: Case, outcome: str) -> str:
        if outcome == "not applicable":
            return "No other tax paper has come in."
        if outcome == "met":
            return "The guideline's owner has settled that other tax papers are accepted."
        return "Another tax paper has come in, which may be accepted case by case: a person decides."

    return plain(
        guideline.heading("renewal_audit"), "other-tax-papers", pl.lit(False), because,
        applies=pl.col("other_tax_papers"), of_people=False,
    )  # fmt: skip
