"""How a finding weighs in the decision: what declines, what is referred, what pends, and which paper is missing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from smallgroup.rulebook import Paper
from smallgroup.underwriting.clause import Clause
from smallgroup.underwriting.outcomes import MET, NEEDS_EVIDENCE, NOT_APPLICABLE, NOT_MET, REFER, outcome

DECISIONS = ("decline", "refer", "pend", "approve")
DECLINE, REFERRED, PEND, APPROVE = range(len(DECISIONS))


def missing(clause: Clause) -> pl.Expr | None:
    """Whether a paper that is wanted with the case has not come in, of a clause that applies; None if none is."""
    papers = [paper for paper in clause.text.evidence if paper.wanted_at == "issue"]
    if not papers:
        return None

    def lacking(paper: Paper) -> pl.Expr:
        absent = ~pl.col(f"has_{paper.kind}")
        return absent if paper.when is None else absent & pl.col(paper.when).fill_null(False)

    return reduce(or_, map(lacking, papers)) & clause.applies.fill_null(False)


def waits(clause: Clause) -> pl.Expr | None:
    """Of which groups the decision waits where evidence is needed; None for all of them."""
    return pl.col("audited") if clause.text.if_unknown == "audit" else clause.waits


def weight(clause: Clause, code: int, group: Mapping[str, Any]) -> int:
    """What an outcome of a clause makes of the decision of one group, as `decision_column` has it of many."""
    follows, weight = clause.text.if_not_met, APPROVE
    if code == NOT_MET:
        refuses = follows == "decline" or (follows == "decline_if_established" and group["established"])
        if refuses:
            weight = REFERRED if group["is_renewal"] else DECLINE
        elif follows != "advise":
            weight = PEND
    elif code == REFER:
        weight = REFERRED
    elif code == NEEDS_EVIDENCE and follows != "advise":
        weight = PEND if group.get(f"{clause.id}.waits", True) else APPROVE
    return min(weight, PEND) if group.get(f"{clause.id}.missing") else weight


def outcome_column(clause: Clause) -> pl.Expr:
    found = outcome(f"{clause.id}.applies", [f"{clause.id}.{n}" for n in range(len(clause.readings))])
    if clause.text.if_not_met == "refer":
        found = pl.when(found == NOT_MET).then(pl.lit(REFER, pl.UInt8)).otherwise(found)
    if clause.text.open_window:
        set_aside = pl.col("sets_aside") & (found != MET)
        found = pl.when(set_aside).then(pl.lit(NOT_APPLICABLE, pl.UInt8)).otherwise(found)
    return found
