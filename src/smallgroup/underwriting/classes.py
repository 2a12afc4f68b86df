"""Classes of employees (guide, page 3): none is left out, and plans differ only by classes of employment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.money import dollars
from smallgroup.rulebook import Guideline
from smallgroup.underwriting.clause import Case, Clause, Cure, Reading, listed, people_word, plain
from smallgroup.underwriting.measures import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTerms:
    """Hours are a week's. `classes_outside_of_the_offer` are no classes of those who work the hours."""

    classes_outside_of_the_offer: tuple[str, ...]
    hours_from: int
    hours_to: int
    lawful_bases: tuple[str, ...]


def class_terms(guideline: Guideline, on: date) -> ClassTerms | None:
    heading = guideline.headings.get("classes")
    return heading.terms_on(ClassTerms, on) if heading else None


_HOURS = "the hours that a group may ask for"
_BASES = {"full_time_part_time": "full-time or part-time", "current_former": "current or former"}


def no_excluded_classes(guideline: Guideline, on: date) -> Clause:
    """Everybody who works the hours that the group asks for is offered coverage (page 3).

    The text speaks of the group's own hours, and elsewhere of thirty (A13). By default a group may ask for thirty to
    forty; by the other reading thirty is fixed, and who works thirty or more and fewer than the group asks for is
    left out. The two differ only where somebody does: more than forty is too much in both.
    """
    heading = guideline.heading("classes")
    terms = heading.terms_on(ClassTerms, on)
    nobody_left_out = pl.col("excluded_classes") == 0
    hours = pl.col("hours_required")
    own = nobody_left_out & (hours >= terms.hours_from * 100) & (hours <= terms.hours_to * 100)
    fixed = own & (counted("between_hours") <= 0)
    return Clause(
        "no-excluded-classes",
        heading.clauses["no-excluded-classes"],
        heading.citation,
        (
            Reading(own, _numbers, axes={_HOURS: f"{terms.hours_from} to {terms.hours_to} a week"}),
            Reading(
                fixed,
                lambda case: {**_numbers(case), "work_fewer_than_asked_for": case.count("between_hours")},
                axes={_HOURS: f"{terms.hours_from} a week, for every group"},
            ),
        ),
        lambda case, outcome: _offer(case, outcome, terms),
        cure=lambda case: Cure(
            "Offer coverage to every employee who works the hours, and ask for "
            f"{terms.hours_from} to {terms.hours_to} hours a week."
        ),
        of_people=False,
    )


def _numbers(case: Case) -> dict[str, str | int | None]:
    hours = case["hours_required"]
    return {
        "excluded_classes": case["excluded_classes"],
        "hours_required": None if hours is None else dollars(hours).removesuffix(".00"),
    }


def _offer(case: Case, outcome: str, terms: ClassTerms) -> str:
    hours = case["hours_required"]
    asked = None if hours is None else dollars(hours).removesuffix(".00")
    if outcome == "met":
        return f"Coverage is offered to everybody who works {asked} hours a week; no class is left out."
    if outcome == "refer":
        between = case.count("between_hours")
        who = "employee who works" if between.exact == 1 else "employees who work"
        return (
            f"The group asks for {asked} hours a week, and {between} {who} {terms.hours_from} hours or more "
            f"{'works' if between.exact == 1 else 'work'} fewer: the text speaks of the group's hours, and of "
            f"{terms.hours_from}."
        )
    if case["excluded_classes"]:
        return f"Coverage is not offered to {listed(case['excluded_names'])}."
    if outcome == "not met":
        return f"The group asks for {asked} hours a week; it may ask for {terms.hours_from} to {terms.hours_to}."
    missing = [
        *(["whether any class of employees is left out"] if case["excluded_classes"] is None else []),
        *(["what hours the group asks for"] if hours is None else []),
    ]
    return f"It is not known {', and '.join(missing)}."


def plans_by_class(guideline: Guideline, on: date) -> Clause:
    """Classes with plans of their own are classes of employment, and the employer's usual practice (page 3)."""
    heading = guideline.heading("classes")
    terms = heading.terms_on(ClassTerms, on)
    bases = ", ".join(_BASES.get(basis, basis.replace("_", " ")) for basis in terms.lawful_bases)
    return plain(
        heading,
        "plans-by-class",
        counted("unlawful_classes") <= 0,
        _by_class,
        lambda case: {"classes": case["classes"], "not_of_employment": case.count("unlawful_classes")},
        cure=lambda case: Cure(f"Draw the classes as the employer usually does, by one of these: {bases}."),
        applies=pl.col("classes") >= 1,
        of_people=False,
    )


def _by_class(case: Case, outcome: str) -> str:
    if outcome == "not applicable":
        return "All employees are offered the same plans."
    if case["classes"] is None:
        return "It is not known whether classes of employees are offered different plans."
    if outcome == "met":
        said = people_word(case["classes"], "class is", "classes are")
        return f"{said} drawn by employment, as is the employer's usual practice."
    if outcome == "not met":
        return f"Not drawn by employment, or not the employer's usual practice: {listed(case['unlawful_names'])}."
    return f"It is not known on what a class is based, or whether it is usual: {listed(case['open_names'])}."
