"""What the papers of one group say, as columns of its row, and in words for its sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from smallgroup.group.application import GroupFile
from smallgroup.underwriting.engine import Edition
from smallgroup.underwriting.papers import (
    IN,
    OwnershipSet,
    WageSet,
    is_charitable,
    new_by_age,
    new_by_report,
    ownership_shown,
    paper_status,
    papers_in,
    sets_for,
    wages_shown,
)

OWNERS = ("sole_proprietor", "partner", "corporate_owner")

OF_PAPERS: dict[str, Any] = {
    "wages_shown": pl.Boolean, "wages_shown_by_age": pl.Boolean, "ownership_to_show": pl.Boolean,
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
    owners = _enrolling_owners(members)
    of_the_business = is_charitable(file.group)
    shown = [
        (who, ownership_shown(file, terms, on, who, owners=len(owners)))
        for who in ([None] if of_the_business else owners)
    ]
    sets = sets_for(file.group, terms, on)
    charitable = is_charitable(file.group)
    row |= {
        "wages_shown": wages_shown(file, terms, on, new_business=new_by_report(file.group, on)),
        "wages_shown_by_age": wages_shown(file, terms, on, new_business=new_by_age(file.group, on)),
        "ownership_to_show": bool(shown),
        "owners_unproved.at_least": sum(answer is False for _, answer in shown),
        "owners_unproved.at_most": sum(answer is not True for _, answer in shown),
    }
    words |= {
        "wage-papers.sets": tuple(one.papers for one in _for_business(terms.wage_papers, charitable)),
        "ownership-papers.sets": tuple(one.papers for one in sets or ()),
        "wage_sets": [_set_in_words(one) for one in _for_business(terms.wage_papers, charitable)],
        "ownership_sets": None if sets is None else [_set_in_words(one) for one in sets],
        "owners_without_paper": [who for who, answer in shown if who is not None and answer is not True],
    }
    return row, words


def _enrolling_owners(members: pl.DataFrame) -> list[str]:
    owner = (
        pl.col("worker_type").cast(pl.String).is_in(OWNERS).fill_null(False)
        | (pl.col("ownership_percent") > 0).fill_null(False)
        | (pl.col("related_to_owner") == "self").fill_null(False)
    )
    enrolling = (pl.col("relationship") == "employee") & (pl.col("election") == "enroll").fill_null(False)
    return sorted(members.filter(owner & enrolling)["member_id"].to_list())


def _for_business(sets: Sequence[WageSet], charitable: bool) -> list[WageSet]:
    """The sets that this business may send; a set of churches and nonprofits is none of others."""
    return [one for one in sets if charitable or one.if_ != "church_or_nonprofit"]


def _set_in_words(one: WageSet | OwnershipSet) -> str:
    from smallgroup.group.papers import in_words

    condition = {"new_business": " of a new business", "church_or_nonprofit": " of a church or nonprofit"}
    tail = condition.get(one.if_ or "", "") if isinstance(one, WageSet) else ""
    return " with ".join(in_words(kind) for kind in one.papers) + tail


def proofs(file: GroupFile, member_ids: list[str], on: Any) -> list[bool]:
    """Whose other coverage is proved: a proof that names nobody is of everybody who waives."""
    named = {
        paper.for_ for paper in papers_in(file, on) if paper.kind == "proof_of_other_coverage" and paper.status in IN
    }
    return [None in named or member_id in named for member_id in member_ids]
