"""1099 employees (guide, page 4): they may enroll if they are at most half, and the form is filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from smallgroup.rulebook import Guideline
from smallgroup.strict import Ratio
from smallgroup.underwriting.clause import (
    Candidate,
    Case,
    Clause,
    Cure,
    Numbers,
    Reading,
    at,
    listed,
    no_candidates,
    people_word,
)
from smallgroup.underwriting.measures import counted
from smallgroup.underwriting.quantity import share_at_most

_BASE = "they may be half of"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractorTerms:
    maximum_share: Ratio


def share_of_1099(guideline: Guideline, on: date) -> Clause:
    """1099 workers are no more than half of the enrolling employees, the owner left out (page 4, 1099 employees).

    With C enrolling 1099 workers, W enrolling W-2 employees who are no owners, O enrolling owners (A5): the text
    calls them "1099 employees", so C / (W + C) is the default; C / W is the other reading. With the owner left in
    it is a comparison. Every owner is left out, W-2 officers too.
    """
    heading = guideline.heading("employees_1099")
    terms = heading.terms_on(ContractorTerms, on)
    share = terms.maximum_share
    contractors, staff, owners = (
        counted("enrolling_1099"), counted("enrolling_w2"), counted("enrolled_owners"),
    )  # fmt: skip
    return Clause(
        id="share-of-1099",
        text=heading.clauses["share-of-1099"],
        citation=heading.edition("maximum_share", on).citation,
        readings=(
            Reading(
                share_at_most(contractors, staff, share),
                lambda case: _numbers(case, share),
                axes={_BASE: "all who enroll, 1099 workers too"},
            ),
            Reading(
                contractors * share.denominator <= staff * share.numerator,
                lambda case: _numbers(case, share, among_staff=True),
                axes={_BASE: "the W-2 employees who enroll"},
            ),
        ),
        comparisons=(
            Reading(
                share_at_most(contractors, staff + owners, share),
                lambda case: {**_numbers(case, share), "enrolling_owners": case.count("enrolled_owners")},
                name="owners counted among those who enroll",
            ),
        ),
        applies=contractors.at_most > 0,
        because=lambda case, outcome: _because(case, outcome, share),
        cure=_none_admitted,
        cured_when=("not met", "refer"),
        candidates=_candidates if share else no_candidates,
    )


def _numbers(case: Case, share: Fraction, *, among_staff: bool = False) -> Numbers:
    contractors, staff = case.count("enrolling_1099"), case.count("enrolling_w2")
    base = staff if among_staff else contractors + staff
    exact = contractors.exact is not None and base.exact is not None
    return {
        "enrolling_1099": contractors,
        "enrolling_w2": staff,
        "share": (contractors.at_least, base.at_least) if exact else None,
        "maximum": share,
    }


def _because(case: Case, outcome: str, share: Fraction) -> str:
    contractors, staff = case.count("enrolling_1099"), case.count("enrolling_w2")
    if outcome == "not applicable":
        return "No 1099 worker enrolls."
    said = f"{contractors} 1099 and {staff} W-2 employees enroll, owners left out"
    if outcome == "met":
        return f"{said}: 1099 workers are no more than {at(share)}."
    if outcome == "not met" and not share:
        known = contractors.at_least
        return f"{people_word(known, '1099 worker enrolls', '1099 workers enroll')}, and none is admitted."
    if outcome == "not met":
        return f"{said}: 1099 workers are more than {at(share)}."
    if outcome == "refer":
        return (
            f"{said}: at most {at(share)} of all {contractors + staff}, but more than {at(share)} of the W-2 employees."
        )
    if case.count("elections").at_most == 0:
        workers = case.count("workers_1099")
        who = (
            f"{contractors.at_most} 1099 workers may enroll"
            if workers.exact
            else f"{workers} employees are 1099 workers"
        )
        return f"Elections are not known yet: {who}."
    return f"{said}; elections or worker types that are not known decide it."


def _candidates(case: Case) -> list[Candidate]:
    """One 1099 worker fewer enrolls, two fewer, …; and one W-2 employee more, two more, …: enough for every reading."""
    contractors, staff = case.count("enrolling_1099"), case.count("enrolling_w2")
    who = listed(case.who_enrolls("is_1099"))
    fewer = [
        Candidate(
            Cure(
                f"{people_word(less, 'fewer 1099 worker enrolls', 'fewer 1099 workers enroll')} (now {who})",
                {"fewer_1099": less},
            ),
            {
                "enrolling_1099.at_least": max(contractors.at_least - less, 0),
                "enrolling_1099.at_most": max(contractors.at_most - less, 0),
            },
            "fewer 1099 workers",
        )
        for less in range(1, contractors.at_most + 1)
    ]
    more = [
        Candidate(
            Cure(people_word(add, "more W-2 employee enrolls", "more W-2 employees enroll"), {"more_w2": add}),
            {"enrolling_w2.at_least": staff.at_least + add, "enrolling_w2.at_most": staff.at_most + add},
            "more W-2 employees",
        )
        for add in range(1, 2 * contractors.at_most + 1)
    ]
    return fewer + more


def _none_admitted(case: Case) -> Cure:
    contractors = case.count("enrolling_1099").at_most
    said = people_word(contractors, "fewer 1099 worker enrolls", "fewer 1099 workers enroll")
    return Cure(f"{said}: none is admitted.", {"fewer_1099": contractors})


def form_1099_validation(guideline: Guideline, on: date) -> Clause:
    """An employer that offers coverage to 1099 workers files the 1099 Validation Form (page 4, 1099 employees)."""
    heading = guideline.heading("employees_1099")
    offered = pl.col("offers_1099") | (counted("enrolling_1099").at_least > 0)
    nobody_to_offer = counted("workers_1099").at_most == 0
    return Clause(
        id="form-1099-validation",
        text=heading.clauses["form-1099-validation"],
        citation=heading.citation,
        readings=(Reading(pl.when(pl.col("has_form_1099_validation")).then(True), lambda case: {}),),
        applies=pl.when(offered).then(True).when(~pl.col("offers_1099") | nobody_to_offer).then(False),
        because=_form_because,
        cure=lambda case: Cure("File the 1099 Validation Form."),
        cured_when=("needs evidence",),
    )


def _form_because(case: Case, outcome: str) -> str:
    if outcome == "not applicable":
        return "1099 workers are not offered coverage."
    if outcome == "met":
        return "1099 workers are offered coverage, and the 1099 Validation Form has come in."
    if case["offers_1099"] is None and case.count("enrolling_1099").at_least == 0:
        return "It is not known whether 1099 workers are offered coverage; if so, the 1099 Validation Form is wanted."
    if case["form_1099_validation"] == "rejected":
        return "1099 workers are offered coverage, and the 1099 Validation Form that came in was rejected."
    return "1099 workers are offered coverage, and the 1099 Validation Form is not among the papers."
