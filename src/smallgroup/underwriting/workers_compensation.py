"""Workers' compensation (guide, page 3): everybody is covered, unless the law does not require it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Cure, listed, people_word, plain
from smallgroup.underwriting.measures import one_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationTerms:
    """`required_from_employees` counts part-time staff and officers, and no sole proprietor or partner."""

    required_from_employees: int
    exempt_activities: tuple[str, ...]


def workers_compensation(guideline: Guideline, on: date) -> Clause:
    """Covered, or not required: fewer than three employees, or farm labor (page 3; Georgia law).

    What the employer says of the requirement does not decide it; the head count does.
    """
    heading = guideline.heading("workers_compensation")
    terms = heading.terms_on(CompensationTerms, on)
    not_required = (pl.col("employees_total") < terms.required_from_employees) | one_of(
        "activity", terms.exempt_activities
    )
    return plain(
        heading,
        "workers-compensation",
        (pl.col("workers_compensation") == "covered") | not_required,
        lambda case, outcome: _because(case, outcome, terms),
        lambda case: {
            "status": case["workers_compensation"], "employees": case["employees_total"],
            "required_from": terms.required_from_employees,
        },
        cure=lambda case: Cure("Cover all employees by a workers' compensation policy."),
        of_people=False,
    )  # fmt: skip


def _because(case: Case, outcome: str, terms: CompensationTerms) -> str:
    status, staff, least = case["workers_compensation"], case["employees_total"], terms.required_from_employees
    if outcome == "met":
        if status == "covered":
            return "All employees are covered by workers' compensation."
        if case["activity"] in terms.exempt_activities:
            return "The law requires no workers' compensation for farm labor."
        employees = people_word(staff, "employee", "employees")
        return f"With {employees} the law requires no workers' compensation; it does from {least} employees on."
    if outcome == "not met":
        said = {"partial": "only some of them are covered", "none": "none of them is covered"}.get(
            status, "it is said not to be required"
        )
        return f"The law requires workers' compensation of an employer of {staff} employees, and {said}."
    missing = [
        *(["whether workers' compensation covers all employees"] if status is None else []),
        *(["how many are employed in all"] if staff is None else []),
        *(["what the business does"] if case["activity"] is None else []),
    ]
    return f"It is not known {listed(missing)}; the law requires it from {least} employees on, farm labor left out."
