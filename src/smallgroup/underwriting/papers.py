"""Papers: what has come in by a day, and whether one complete set of those that the renewal audit names is there.

The sets are data (renewal_audit.yaml), by how the business is taxed. Every answer is true, false, or None where a
paper is there but does not say what it has to (for which quarter, of which owner).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from smallgroup.group.application import Document, Group, GroupFile
from smallgroup.group.quarters import quarter_due, quarter_of, report_terms
from smallgroup.rulebook import Guideline

IN = ("received", "accepted")
_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])\b")
_QUARTER, _MONTH = re.compile(r"\d{4}-Q[1-4]"), re.compile(r"\b(\d{4})-(\d{2})(?:-\d{2})?\b")
Kleene = bool | None

OF_THE_BUSINESS = frozenset({
    "partnership_agreement", "form_8832", "form_990", "form_8274", "ein_certificate", "payroll_report", "form_941",
    "determination_letter_501c", "schedule_f",
})  # fmt: skip
"""Papers that are the business's own, and need not name an owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WageSet:
    papers: tuple[str, ...]
    rule: str
    shows: tuple[str, ...] = ()
    if_: Literal["new_business", "church_or_nonprofit"] | None = None
    same_quarter: bool = False
    weeks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipSet:
    """`within_years`: only of a business formed in so many years before; `to_a_person` papers never decide."""

    of: str
    papers: tuple[str, ...]
    rule: str
    shows: tuple[str, ...] = ()
    same_quarter: bool = False
    within_years: int | None = None
    to_a_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTerms:
    wage_papers: tuple[WageSet, ...]
    ownership_papers: tuple[OwnershipSet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTerms:
    """The tables of papers, and which quarter's wage report is due on the day."""

    wage_papers: tuple[WageSet, ...]
    ownership_papers: tuple[OwnershipSet, ...]
    quarter_due: str


def audit_terms(guideline: Guideline, on: date) -> AuditTerms | None:
    """The tables of papers, where the guideline has a renewal audit."""
    heading = guideline.headings.get("renewal_audit")
    if heading is None:
        return None
    papers = heading.terms_on(PaperTerms, on)
    return AuditTerms(
        wage_papers=papers.wage_papers, ownership_papers=papers.ownership_papers,
        quarter_due=quarter_due(on, report_terms(guideline, on)),
    )  # fmt: skip


def papers_in(file: GroupFile, on: date) -> list[Document]:
    """The papers that have come in by a day, and were not rejected."""
    return [
        paper
        for paper in file.application.documents or ()
        if paper.status in IN and (paper.received_on is None or paper.received_on <= on)
    ]


def paper_status(file: GroupFile, kind: str, on: date) -> str:
    """The best that has come in of a paper by a day: accepted, received, rejected, or missing."""
    found = {
        paper.status
        for paper in file.application.documents or ()
        if paper.kind == kind and (paper.received_on is None or paper.received_on <= on)
    }
    return next((status for status in ("accepted", "received", "rejected") if status in found), "missing")


def any_of(answers: Iterable[Kleene]) -> Kleene:
    """Kleene "or": true if one is, None if one is not known, else false."""
    told = list(answers)
    return True if True in told else None if None in told else False


def all_of(answers: Iterable[Kleene]) -> Kleene:
    told = list(answers)
    return False if False in told else None if None in told else True


# Quarters -------------------------------------------------------------------------------------------------------


def quarter_named(period: str | None) -> str | None:
    """The quarter that a paper is of: `2025-Q2` as it is, days and months by the quarter that all of them lie in; None
    where it is not said, or said in another way."""
    if period is None or _QUARTER.fullmatch(period.strip()):
        return period and period.strip()
    quarters = {f"{year}-Q{(int(month) + 2) // 3}" for year, month in _MONTH.findall(period) if 1 <= int(month) <= 12}
    return quarters.pop() if len(quarters) == 1 else None


# Sets -----------------------------------------------------------------------------------------------------------


def _complete(one: WageSet | OwnershipSet, papers: Sequence[Document]) -> Kleene:
    """Whether a set is complete. A payroll report counts that shows all it has to; one that says nothing of what it
    shows leaves it open, and so does a set that wants one quarter and names none."""
    found: dict[str, list[Document]] = {
        kind: [paper for paper in papers if paper.kind == kind] for kind in one.papers
    }  # fmt: skip
    shown: list[Kleene] = []
    for kind, those in found.items():
        if not those:
            return False
        if kind == "payroll_report" and one.shows:
            shown.append(any_of(_shows(paper, one.shows) for paper in those))
    answer = all_of(shown)
    if not one.same_quarter or answer is False:
        return answer
    periods = [{quarter_named(paper.period) for paper in those} for those in found.values()]
    if set.intersection(*periods) - {None}:
        return answer
    return None if any(None in each for each in periods) else False


def _shows(paper: Document, wanted: Sequence[str]) -> Kleene:
    return None if not paper.shows else all(what in paper.shows for what in wanted)


def is_charitable(group: Group) -> bool:
    return group.activity in ("church", "nonprofit") or group.tax_class == "exempt"


def wages_shown(file: GroupFile, terms: AuditTerms, on: date, *, new_business: Kleene) -> Kleene:
    """Whether one of the wage papers is complete; `new_business` is said by the reading that asks."""
    papers, charitable = papers_in(file, on), is_charitable(file.group)
    return any_of(_wage_set(one, papers, terms, new_business, charitable) for one in terms.wage_papers)


def _recent(paper: Document, weeks: int, due: str) -> Kleene:
    """Whether a payroll report is of so many weeks, and not older than the quarter whose report is due."""
    if paper.period is None:
        return True
    quarter, days = quarter_named(paper.period), [date.fromisoformat(one) for one in _DAY.findall(paper.period)]
    long_enough = len(days) != 2 or (days[1] - days[0]).days + 1 >= 7 * weeks
    return False if not long_enough else None if quarter is None else quarter >= due


def _wage_set(one: WageSet, papers: Sequence[Document], terms: AuditTerms, new: Kleene, charitable: bool) -> Kleene:
    complete = _complete(one, papers)
    if complete is False:
        return False
    if one.papers == ("state_quarterly_wage_report",):
        return any_of(
            None if quarter is None else quarter >= terms.quarter_due
            for quarter in (quarter_named(one.period) for one in papers if one.kind == "state_quarterly_wage_report")
        )
    if one.weeks:
        reports = [paper for paper in papers if paper.kind == "payroll_report"]
        complete = all_of((complete, any_of(_recent(paper, one.weeks, terms.quarter_due) for paper in reports)))
    condition: Kleene = {"new_business": new, "church_or_nonprofit": charitable}[one.if_] if one.if_ else True
    return all_of((complete, condition))


def new_by_report(group: Group, terms: AuditTerms) -> Kleene:
    """A new business by default (A16): its first wages fall in a quarter whose report is not due yet, or are still to
    come. Wages are never paid before the business is formed."""
    if group.first_payroll_on is None:
        return True if group.formed_on is not None and quarter_of(group.formed_on) > terms.quarter_due else None
    return quarter_of(group.first_payroll_on) > terms.quarter_due


def new_by_age(group: Group, on: date) -> Kleene:
    """The other reading: any business that is younger than twelve months."""
    return None if group.formed_on is None else _years_before(on, 1) < group.formed_on


def kinds_of_business(group: Group) -> frozenset[str] | None:
    """The rows of the table that a business is in, by tax treatment; None where that is not known."""
    if group.activity == "church":
        return frozenset({"church"})
    if group.tax_class == "exempt" or group.activity == "nonprofit":
        return frozenset({"nonprofit"})
    if group.tax_class is None:
        return None
    return frozenset({group.tax_class, *(("farm",) if group.activity == "farm" else ())})


def sets_for(group: Group, terms: AuditTerms, on: date) -> tuple[OwnershipSet, ...] | None:
    """The sets that prove ownership of this business; None where it is not known how it is taxed."""
    kinds = kinds_of_business(group)
    if kinds is None:
        return None
    return tuple(one for one in terms.ownership_papers if one.of in kinds and _of_its_age(one, group, on) is not False)


def _of_its_age(one: OwnershipSet, group: Group, on: date) -> Kleene:
    if one.within_years is None:
        return True
    return None if group.formed_on is None else group.formed_on >= _years_before(on, one.within_years)


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February
        return date(on.year - years, 2, 28)


def ownership_answers(
    file: GroupFile, terms: AuditTerms, on: date, owner: str | None, *, owners: int
) -> dict[OwnershipSet, Kleene] | None:
    """Of each set for this business whether it is complete; None where it is not known how the business is taxed.

    A paper that names nobody is the owner's where there is one owner, or the paper is the business's own.
    """
    sets = sets_for(file.group, terms, on)
    if sets is None:
        return None
    everybody = papers_in(file, on)
    sure = [
        paper
        for paper in everybody
        if paper.for_ == owner or (paper.for_ is None and (owners <= 1 or paper.kind in OF_THE_BUSINESS))
    ]
    perhaps = [paper for paper in everybody if paper.for_ is None or paper.for_ == owner]
    answers: dict[OwnershipSet, Kleene] = {}
    for one in sets:
        complete = all_of((_complete(one, sure), _of_its_age(one, file.group, on)))
        if complete is False and _complete(one, perhaps) is not False:
            complete = None
        answers[one] = None if one.to_a_person and complete else complete
    return answers


# What leaves them open ------------------------------------------------------------------------------------------


def open_in_wages(file: GroupFile, terms: AuditTerms, on: date) -> list[str]:
    """What is not known of the wage papers that have come in, in words."""
    papers = papers_in(file, on)
    kinds = {paper.kind for paper in papers}
    said = []
    if any(one.kind == "state_quarterly_wage_report" and quarter_named(one.period) is None for one in papers):
        said.append("of which quarter the wage report is")
    if any(one.kind == "payroll_report" and not one.shows for one in papers):
        said.append("what a payroll report shows")
    if "payroll_attestation" in kinds and new_by_report(file.group, terms) is None:
        said.append("when the business first paid wages")
    if {"form_941", "payroll_report"} <= kinds and is_charitable(file.group):
        both = [one for one in papers if one.kind in ("form_941", "payroll_report")]
        if any(quarter_named(one.period) is None for one in both):
            said.append("of which quarter Form 941 and the payroll reports are")
    return said


def open_in_ownership(file: GroupFile, terms: AuditTerms, on: date, *, owners: int) -> list[str]:
    """What is not known of the ownership papers that have come in, in words."""
    papers, group = papers_in(file, on), file.group
    said = []
    if any(one.kind == "partnership_agreement" for one in papers) and group.formed_on is None:
        said.append("when the business was formed")
    if owners > 1 and any(one.for_ is None and one.kind not in OF_THE_BUSINESS for one in papers):
        said.append("whose a paper is")
    if any(one.kind == "form_1120w" for one in papers):
        said.append("whether Form 1120-W is accepted, which is withdrawn and names no owner")
    return said or open_in_wages(file, terms, on)
