"""Size of the employer (guide, page 3; 26 CFR 54.4980H): one to fifty full-time equivalents on average."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from smallgroup.citation import Citation
from smallgroup.rulebook import Guideline, Heading, law
from smallgroup.underwriting.clause import Case, Clause, Cure, Numbers, Reading, plain
from smallgroup.underwriting.measures import AFFILIATES, HoursTerms, counted
from smallgroup.underwriting.quantity import sure


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
    """The average is at least one full-time equivalent, fractions kept and then rounded down (page 3; 4980H(c)(2)).

    Two doubts: which companies count with the group (A4), and, in an S corporation, its shareholders of more than two
    percent, who by the regulation are no employees though the text does not say so.
    """
    terms = hours_terms(on)
    minimum = guideline.heading("employer_size").terms_on(SizeTerms, on).minimum
    shareholders = counted("s_corporation_shareholders")

    def reading(side: str, left_out: bool) -> Reading:
        reached = _reaches(side, minimum, terms)
        if left_out:
            # An S corporation's counted shareholders stand in the workforce, so the rest has to reach the minimum.
            reached = (
                pl.when(pl.col("taxed_as_s_corporation"))
                .then(sure(_reaches(side, minimum + shareholders.at_most, terms),
                           _reaches(side, minimum + shareholders.at_least, terms)))
                .when(~pl.col("taxed_as_s_corporation")).then(reached)
            )  # fmt: skip
        numbers = _numbers(terms, f"average_hours{side}")
        return Reading(
            reached,
            (lambda case: {**numbers(case), "shareholders": case.count("s_corporation_shareholders")})
            if left_out
            else numbers,
            axes={_COMPANIES: _SIDES[side], _SHAREHOLDERS: "left out" if left_out else "counted as the employer does"},
        )

    return _clause(
        guideline, on, "size-at-least-one", "minimum",
        tuple(reading(side, left_out) for side in AFFILIATES for left_out in (False, True)),
        cure=_next_year,
    )  # fmt: skip


def size_at_most_fifty(guideline: Guideline, on: date) -> Clause:
    """The average is at most fifty, rounded down, seasonal workers included (page 3; 26 CFR 54.4980H-2).

    Fifty and a fraction is fifty. An employer over fifty in four months or fewer, and then only by its seasonal
    workers, is not over fifty (4980H(c)(2)(B)).
    """
    terms = hours_terms(on)
    maximum = guideline.heading("employer_size").terms_on(SizeTerms, on).maximum
    limit = (maximum + 1) * _year_of_one(terms)
    without_seasonal = pl.when(_whole_year()).then(pl.col("workforce_hours_without_seasonal") < limit)
    return _clause(
        guideline,
        on,
        "size-at-most-fifty",
        "maximum",
        tuple(
            Reading(
                _stays_below(side, limit, terms),
                _numbers(terms, f"average_hours{side}"),
                axes={_COMPANIES: _SIDES[side]},
            )
            for side in AFFILIATES
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


_COMPANIES = "companies under common control"
_SIDES = {"": "all of them, by 26 USC 414", "_narrow": "subsidiaries, and those that could file a combined return"}
_SHAREHOLDERS = "shareholders of more than 2% of an S corporation"


def _reaches(side: str, least: int | pl.Expr, terms: HoursTerms) -> pl.Expr:
    """At least so many full-time equivalents. Hours of other companies that are not known could only add to it."""
    reached = pl.col(f"average_hours{side}") >= least * _year_of_one(terms)
    return reached | (pl.col(f"affiliates_open{side}") & pl.lit(None, pl.Boolean))


def _stays_below(side: str, limit: int, terms: HoursTerms) -> pl.Expr:
    """Below the limit, or over it in a few months only and by seasonal workers."""
    average = pl.col(f"average_hours{side}")
    seasonal_only = (
        _whole_year()
        & (counted(f"months_over{side}") <= terms.seasonal_months)
        & (counted(f"months_over_without_seasonal{side}") <= 0)
    )
    below = (average < limit) | (seasonal_only & average.is_not_null())
    return below & (~pl.col(f"affiliates_open{side}") | pl.lit(None, pl.Boolean))


def _next_year(case: Case) -> Cure | None:
    """A young business is not small for ever: the next year's preceding year is this one."""
    if case["existed_all_year"] is not False:
        return None
    return Cure("Ask for an effective date in the next calendar year, whose preceding year has the staff of this one.")


def by_law(heading: Heading, size: SizeTerms, on: date) -> Clause:
    """A small employer as federal law has it: the average between the two, all of common control counted."""
    terms = hours_terms(on)
    holds = _reaches("", size.minimum, terms) & _stays_below("", (size.maximum + 1) * _year_of_one(terms), terms)

    def cure(case: Case) -> Cure | None:
        hours = case["average_hours"]
        large = hours is None or hours >= (size.maximum + 1) * _year_of_one(terms)
        return Cure("Apply in the large-group market.") if large else _next_year(case)

    return plain(
        heading, "small-employer-by-law", holds,
        lambda case, outcome: _because(case, outcome, terms, size, maximum=True), _numbers(terms), of_people=False,
        cure=cure,
    )  # fmt: skip


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
    return hours if measure.startswith("average_hours") or case.count("months_known").exact == 12 else None


def _numbers(terms: HoursTerms, measure: str = "average_hours") -> Callable[[Case], Numbers]:
    side = measure.startswith("average_hours_")

    def numbers(case: Case) -> Numbers:
        hours = _hours(case, measure)
        average = None if hours is None else Fraction(hours, _year_of_one(terms))
        return {
            "average": average,
            "rounded_down": None if average is None else int(average),
            "months_known": case.count("months_known"),
            "months_over": case.count("months_over" + measure.removeprefix("average_hours") if side else "months_over"),
        }

    return numbers


def _shown(hours: int, terms: HoursTerms) -> str:
    average = Fraction(hours, _year_of_one(terms))
    return f"{int(average)}.{int(average * 100) % 100:02d}"


def _because(case: Case, outcome: str, terms: HoursTerms, size: SizeTerms, *, maximum: bool) -> str:
    year, hours = case["preceding_year"], _hours(case)
    new = case["existed_all_year"] is False
    if hours is None:
        if new:
            return f"The business did not exist all of {year}, and what it expects of this year is not stated."
        missing = case["missing_months"]
        return f"The workforce of {missing} is not known, and the average of {year} needs all 12 months."
    if outcome == "refer" and case["average_hours"] != case["average_hours_narrow"]:
        narrow = _shown(case["average_hours_narrow"], terms)
        return (
            f"With every company under common control {year} averages {_shown(hours, terms)} full-time equivalents, "
            f"with subsidiaries and those that could file a combined return {narrow}; "
            f"{size.minimum} to {size.maximum} is small."
        )
    if outcome == "refer":
        return (
            f"{year} averages {_shown(hours, terms)} full-time equivalents, and without the S corporation's "
            f"shareholders ({case.count('s_corporation_shareholders')}) fewer than {size.minimum}: "
            "the regulation does not count shareholders of more than 2%, the text does not say."
        )
    average = Fraction(hours, _year_of_one(terms))
    if outcome == "needs evidence" and case["affiliates_open"]:
        unknown = (
            "whether there are other companies of the same owners"
            if case["affiliates_stated"] is False
            else ("the hours of other companies of the same owners, or who owns them")
        )
        return f"{year} averages {_shown(hours, terms)} full-time equivalents without what is not known: {unknown}."
    shown = _shown(hours, terms)
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
