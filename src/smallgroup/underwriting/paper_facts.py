"""What the papers of one group say, as columns of its row, and in words for its sentences."""

from __future__ import annotations

from typing import Any

import polars as pl

from smallgroup.census.fields import OWNING_WORKERS
from smallgroup.group.application import GroupFile
from smallgroup.group.papers import in_words
from smallgroup.underwriting.clause import listed
from smallgroup.underwriting.engine import Edition
from smallgroup.underwriting.papers import (
    OwnershipSet,
    WageSet,
    all_of,
    any_of,
    is_charitable,
    new_by_age,
    new_by_report,
    open_in_ownership,
    open_in_wages,
    ownership_answers,
    paper_status,
    papers_in,
    sets_for,
    wages_shown,
)

OF_PAPERS: dict[str, Any] = {
    "wages_asked": pl.Boolean, "wages_shown": pl.Boolean, "wages_shown_by_age": pl.Boolean,
    "ownership_asked": pl.Boolean, "proofs_asked": pl.Boolean, "ownership_to_show": pl.Boolean,
    "every_ownership_paper": pl.Boolean, "ownership_by_letter": pl.Boolean,
    "owners_unproved.at_least": pl.UInt32, "owners_unproved.at_most": pl.UInt32, "other_tax_papers": pl.Boolean,
    "has_existing_coverage": pl.Boolean, "has_form_1099_validation": pl.Boolean,
}  # fmt: skip


def of_papers(file: GroupFile, members: pl.DataFrame, in_force: Edition) -> tuple[dict[str, Any], dict[str, Any]]:
    """(columns by the names of OF_PAPERS, words for sentences).

    Beside them `has_<kind>` for each paper that is wanted with the case: true or false, since a paper that has not
    come in is missing, which is known.
    """
    on, terms = in_force.on, in_force.audit
    arrived = {paper.kind for paper in papers_in(file, on)}
    row: dict[str, Any] = {f"has_{kind}": kind in arrived for kind in in_force.issue_papers}
    # A clause of its own asks for the form, whenever it is wanted as a paper.
    row["has_form_1099_validation"] = "form_1099_validation" in arrived
    row["has_existing_coverage"] = file.group.existing_coverage is not None
    row["other_tax_papers"] = "other_tax_document" in arrived or "form_1120w" in arrived
    words: dict[str, Any] = {"form_1099_validation": paper_status(file, "form_1099_validation", on)}
    if terms is None:
        return row, words
    owners, perhaps = _enrolling_owners(members)
    of_the_business = is_charitable(file.group)
    answers = [
        (who, ownership_answers(file, terms, on, who, owners=len(owners)))
        for who in ([None] if of_the_business else owners)
    ]
    shown = [(who, None if each is None else any_of(each.values())) for who, each in answers]
    sets = sets_for(file.group, terms, on)
    by_report, by_age = new_by_report(file.group, terms), new_by_age(file.group, on)
    of_wages = {kind for one in terms.wage_papers for kind in one.papers}
    of_ownership = {kind for one in terms.ownership_papers for kind in one.papers} - of_wages
    row |= {
        "wages_asked": _asks(file, of_wages),
        "ownership_asked": _asks(file, of_ownership),
        "proofs_asked": _asks(file, {"proof_of_other_coverage"}),
        "wages_shown": wages_shown(file, terms, on, new_business=by_report),
        "wages_shown_by_age": wages_shown(file, terms, on, new_business=by_age),
        "ownership_to_show": True if shown else None if perhaps else False,
        "every_ownership_paper": all_of(None if each is None else all_of(each.values()) for _, each in answers),
        # The row itself, without what this rulebook takes beside it (A19).
        "ownership_by_letter": all_of(
            None if each is None else any_of(answer for one, answer in each.items() if one.rule != "U54")
            for _, each in answers
        ),
        "owners_unproved.at_least": sum(answer is False for _, answer in shown),
        "owners_unproved.at_most": sum(answer is not True for _, answer in shown),
    }
    for_wages = [
        one
        for one in terms.wage_papers
        if (one.if_ != "church_or_nonprofit" or of_the_business)
        and (one.if_ != "new_business" or (by_report is not False and by_age is not False))
    ]
    words |= {
        "wage-papers.sets": tuple(one.papers for one in for_wages),
        "ownership-papers.sets": tuple(one.papers for one in sets or () if not one.to_a_person),
        "wage_sets": [_set_in_words(one, terms.quarter_due) for one in for_wages],
        # What goes to a person by itself is nothing to ask for.
        "ownership_sets": None if sets is None else [_set_in_words(one, "") for one in sets if not one.to_a_person],
        "wages_open": open_in_wages(file, terms, on),
        "ownership_open": open_in_ownership(file, terms, on, owners=len(owners)),
        "perhaps_owners": [f"member {who}" for who in perhaps],
        "owners_without_paper": [who for who, answer in shown if who is not None and answer is not True],
    }
    return row, words


def _enrolling_owners(members: pl.DataFrame) -> tuple[list[str], list[str]]:
    """(who enrolls and is an owner, who may be one): where neither a share nor the worker type is known, it is open."""
    # In Python: for the members of one group a frame's filter takes longer than its rows.
    names = ("member_id", "relationship", "election", "worker_type", "ownership_percent", "related_to_owner")
    owners, perhaps = [], []
    for member_id, relationship, election, worker_type, percent, related in zip(
        *(members[name].to_list() for name in names), strict=True
    ):
        if relationship != "employee" or election != "enroll":
            continue
        if worker_type in OWNING_WORKERS or (percent or 0) > 0 or related == "self":
            owners.append(member_id)
        elif worker_type is None:
            perhaps.append(member_id)
    return sorted(owners), sorted(perhaps)


def _asks(file: GroupFile, kinds: set[str]) -> bool:
    """Whether an audit asks for papers of these kinds; one that names no papers asks for all."""
    return file.audit is not None and (not file.audit.items or any(kind in kinds for kind in file.audit.items))


_SHOWS = {"ytd_deductions": "taxes of the year to date", "hours": "hours"}


def _set_in_words(one: WageSet | OwnershipSet, quarter: str) -> str:
    """`Form 941 with payroll reports of the same quarter (taxes of the year to date, hours)`."""
    names = [in_words(kind) for kind in one.papers]
    if names == [in_words("state_quarterly_wage_report")]:
        names = [f"{names[0]} of {quarter}"]
    if "payroll_report" in one.papers:
        weeks = one.weeks if isinstance(one, WageSet) else None
        whose = f"the {weeks} latest weeks of a payroll provider's reports" if weeks else "payroll reports"
        quarter = " of the same quarter" if one.same_quarter else ""
        shows = ", ".join(_SHOWS[what] for what in one.shows if what in _SHOWS)
        names[one.papers.index("payroll_report")] = whose + quarter + (f" ({shows})" if shows else "")
    return f"{names[0]} with {listed(names[1:])}" if names[1:] else names[0]


def proofs(file: GroupFile, member_ids: list[str], on: Any) -> list[bool]:
    """Whose other coverage is proved: a proof that names nobody is of everybody who waives."""
    named = {paper.for_ for paper in papers_in(file, on) if paper.kind == "proof_of_other_coverage"}
    return [None in named or member_id in named for member_id in member_ids]
