"""What the owner of a guideline has settled, laid over its clauses: readings, and when a paper is wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

import polars as pl

from smallgroup.errors import Problem, Refused, did_you_mean
from smallgroup.rulebook import Guideline, Layer, Paper
from smallgroup.underwriting.clause import Clause, Reading


def settled(clauses: list[Clause], guideline: Guideline, layer: Layer | None, on: date) -> tuple[Clause, ...]:
    """The clauses with the layer laid over them. Raises Refused with everything that it names and is not there."""
    if layer is None:
        return tuple(clauses)
    problems = []
    by_id = {clause.id: clause for clause in clauses}
    if layer.guideline != guideline.id:
        problems.append(Problem(f"layer {layer.layer}", f"it is for {layer.guideline}, not for {guideline.id}.",
                                "Give the layer of this guideline."))  # fmt: skip
    for named in dict.fromkeys([*(one.clause for one in layer.settled), *(one.clause for one in layer.papers)]):
        if named not in by_id:
            advice = did_you_mean(named, list(by_id))
            problems.append(Problem(f"layer {layer.layer}", f"the clause {named!r} is not known.", advice))
    for settled in layer.settled:
        if settled.from_ <= on and settled.clause in by_id:
            clause = by_id[settled.clause]
            readings = _readings(clause, settled.doubt, settled.reading)
            if isinstance(readings, str):
                problems.append(Problem(f"layer {layer.layer}, {clause.id}", readings, ""))
            else:
                by_id[clause.id] = replace(clause, readings=readings, settled=(*clause.settled, settled))
    for paper in layer.papers:
        if paper.from_ <= on and paper.clause in by_id:
            by_id[paper.clause] = _wanted(by_id[paper.clause], paper.kind, paper.wanted_at)
    if problems:
        raise Refused(problems)
    return tuple(by_id.values())


def _readings(clause: Clause, doubt: str | None, reading: str) -> tuple[Reading, ...] | str:
    """The readings that are left, or why the doubt cannot be settled so."""
    if clause.text.if_not_met == "refer":
        if reading != "met":
            return f"{reading!r} settles nothing here. Write reading: met, or leave it to a person."
        return (Reading(pl.lit(True), clause.readings[0].numbers, name="settled"),)
    axes = dict.fromkeys(axis for one in clause.readings for axis in one.axes)
    if doubt is None and len(axes) == 1:
        (doubt,) = axes
    if doubt not in axes:
        return f"the doubt {doubt!r} is not known. {did_you_mean(doubt or '', list(axes))}"
    sides = list(dict.fromkeys(one.axes[doubt] for one in clause.readings))
    if reading not in sides:
        return f"the reading {reading!r} is not known. {did_you_mean(reading, sides)}"
    return tuple(one for one in clause.readings if one.axes[doubt] == reading)


def _wanted(clause: Clause, kind: str | None, wanted_at: Literal["issue", "audit"]) -> Clause:
    """The clause with a paper wanted at another time; without a kind the whole clause of the audit is."""
    if kind is None:
        return replace(clause, applies=clause.at_issue) if clause.at_issue is not None else clause
    named = [paper for paper in clause.text.evidence if paper.kind == kind]
    papers = tuple(replace(paper, wanted_at=wanted_at) if paper in named else paper for paper in clause.text.evidence)
    added = () if named else (Paper(kind, wanted_at),)
    return replace(clause, text=replace(clause.text, evidence=(*papers, *added)))
