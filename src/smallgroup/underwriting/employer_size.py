"""Size of the employer (guide, page 3; 26 CFR 54.4980H): one to fifty full-time equivalents on average."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from smallgroup.citation import Citation
from smallgroup.rulebook import Guideline, law
from smallgroup.underwriting.clause import Case, Clause, Cure, Numbers, Reading
from smallgroup.underwriting.measures import HoursTerms, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeTerms:
    minimum: int
    maximum: int


def hours_terms(on: date) -> HoursTerms:
    return law().heading("full_time_equivalents").terms_on(HoursTerms, on)


def _year_of_one(terms: HoursTerms) -> int:
    """Twelve months of one full-time equivalent, in hundredths of an hour."""
    return 12 * terms.hours_of_one_full_time_equivalent * 100


def _whole_year() -> pl.Expr:
    return counted("months_known").at_least == 12


def size_at_least_one(guideline: Guideline, on: date) -> Clause:
    """The average is at least one full-time equivalent, fractions kept and then rounded down (page 3; 4980H(c)(2))."""
    terms = hours_terms(on)
    minimum = guideline.heading("employer_size").terms_on(SizeTerms, on).minimum
    holds = pl.col("average_hours") >= minimum * _year_of_one(terms)
    return _clause(
        guideline, on, "size-at-least-one", "minimum", (Reading(holds, _numbers(terms)),),
        cure=lambda case: Cure(
            "Ask for an effective date in the next calendar year, whose preceding year has the staff of this one."
        ) if case["existed_all_year"] is False else None,
    )  # fmt: skip


def size_at_most_fifty(guideline: Guideline, on: date) -> Clause:
    """The average is at most fifty, rounded down, seasonal workers included (page 3; 26 CFR 54.4980H-2).

    Fifty and a fraction is fifty. An employer over fifty in four months or fewer, and then only by its seasonal
    workers, is not over fifty (4980H(c)(2)(B)).
    """
    terms = hours_terms(on)
    maximum = guideline.heading("employer_size").terms_on(SizeTerms, on).maximum
    limit = (maximum + 1) * _year_of_one(terms)
    seasonal_only = (
        _whole_year()
        & (counted("months_over") <= terms.seasonal_months)
        & (counted("months_over_without_seasonal") <= 0)
    )
    without_seasonal = pl.when(_whole_year()).then(pl.col("workforce_hours_without_seasonal") < limit)
    return _clause(
        guideline,
        on,
        "size-at-most-fifty",
        "maximum",
        (
            Reading(
                (pl.col("average_hours") < limit) | (seasonal_only & pl.col("average_hours").is_not_null()),
                _numbers(terms),
            ),
        ),
        comparisons=(
            Reading(
                without_seasonal,
                _numbers(terms, "workforce_hours_without_seasonal"),
                name="federal marketplace's calculator: seasonal workers left out",
                citation=Citation("CMS, Who can use the SHOP Marketplace", "FTE calculator"),
            ),
        ),
        cure=lambda case: Cure("Apply in the large-group market."),
    )


def _clause(
    guideline: Guideline, on: date, id: str, term: str, readings: tuple[Reading, ...], *,
    cure: Callable[[Case], Cure | None], comparisons: tuple[Reading, ...] = (),
) -> Clause:  # fmt: skip
    heading = guideline.heading("employer_size")
    terms, size = hours_terms(on), heading.terms_on(SizeTerms, on)
    return Clause(
        id=id, text=heading.clauses[id], citation=heading.edition(term, on).citation, readings=readings,
        comparisons=comparisons, cure=cure, of_people=False,
        because=lambda case, outcome: _because(case, outcome, terms, size, maximum=term == "maximum"),
    )  # fmt: skip


def _hours(case: Case, measure: str = "average_hours") -> int | None:
    hours: int | None = case[measure]
    return hours if measure == "average_hours" or case.count("months_known").exact == 12 else None


def _numbers(terms: HoursTerms, measure: str = "average_hours") -> Callable[[Case], Numbers]:
    def numbers(case: Case) -> Numbers:
        hours = _hours(case, measure)
        average = None if hours is None else Fraction(hours, _year_of_one(terms))
        return {
            "average": average,
            "rounded_down": None if average is None else int(average),
            "months_known": case.count("months_known"),
            "months_over": case.count("months_over"),
        }

    return numbers


def _because(case: Case, outcome: str, terms: HoursTerms, size: SizeTerms, *, maximum: bool) -> str:
    year, hours = case["preceding_year"], _hours(case)
    new = case["existed_all_year"] is False
    if hours is None:
        if new:
            return f"The business did not exist all of {year}, and what it expects of this year is not stated."
        missing = case["missing_months"]
        return f"The workforce of {missing} is not known, and the average of {year} needs all 12 months."
    average = Fraction(hours, _year_of_one(terms))
    shown = f"{int(average)}.{int(average * 100) % 100:02d}"
    what = (
        f"A business that did not exist all of {year} is judged by what it expects: {shown}"
        if new
        else f"{year} averages {shown}"
    )
    said = f"{what} full-time equivalents, {int(average)} rounded down; {size.minimum} to {size.maximum} is small"
    if maximum and int(average) > size.maximum and outcome == "met":
        said += f", and it is over {size.maximum} in {case.count('months_over')} months only, by its seasonal workers"
    projected = case.count("months_projected")
    if projected.at_most:
        said += f" ({projected} of the months are projected)"
    return said + "."
