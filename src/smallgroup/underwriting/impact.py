"""Which groups another edition would decide otherwise: the clauses of both over kept rows of measures.

A row of measures names nobody, so nothing has to be opened for it. Its counts were made by the terms of an edition
(from how many hours somebody is full-time, which waivers count): `counted_by` names them, and a row may be decided by
every edition that counts alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from smallgroup import __version__
from smallgroup.errors import NotInForce
from smallgroup.group.application import GroupFile
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rulebook import Guideline, law
from smallgroup.underwriting.clause import OUTCOMES
from smallgroup.underwriting.engine import Edition, edition
from smallgroup.underwriting.facts import facts_of, group_schema
from smallgroup.underwriting.folding import DECISIONS
from smallgroup.underwriting.group_facts import service_counties
from smallgroup.underwriting.measures import GROUP


def counted_by(in_force: Edition) -> str:
    """A name for everything that a row of measures depends on beside the group itself and the day."""
    inside = "service_area" in in_force.guideline.headings
    counties = sorted(service_counties(in_force.guideline, in_force.on)) if inside else None
    # Which quarter's report is due follows from the day of the case, not from the edition.
    audit = replace(in_force.audit, quarter_due="") if in_force.audit else None
    terms = (
        __version__, in_force.guideline.state, in_force.counting, in_force.hours, in_force.participation,
        in_force.classes, audit, in_force.work_inside_percent, counties, in_force.issue_papers,
        sorted(in_force.measures_read),
    )  # fmt: skip
    return hashlib.sha256(repr(terms).encode()).hexdigest()[:16]


def ways_to_count(guideline: Guideline, on: date) -> dict[str, Edition]:
    """The editions of a guideline that count in ways of their own, each laid on the day of a case.

    Looked at are the day itself and every day on which a number of the guideline or of the law begins to hold.
    """
    headings = (*guideline.headings.values(), *law().headings.values())
    begins = {one.from_ for heading in headings for term in heading.terms.values() for one in term}
    found: dict[str, Edition] = {}
    for day in [on, *sorted(begins - {on})]:
        try:
            one = edition(guideline, day)
        except NotInForce:
            continue
        found.setdefault(counted_by(one), replace(one, on=on))
    return found


def row_of(
    file: GroupFile, members: pl.DataFrame, rates: AreaRates | None, in_force: Edition
) -> dict[str, Any]:
    """The measures of one group that the readings of an edition are made of; what is not known is left out.

    Days are ISO texts, so that the row can be kept as JSON.
    """
    facts = facts_of(file, members, rates, in_force)
    measured, _ = in_force.measure(facts.groups, facts.people, facts.months)
    kept = in_force.measures_read - set(in_force.derived_measures)
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in measured.row(0, named=True).items()
        if name in kept and value is not None and name != GROUP
    }


def row_schema(in_force: Edition) -> dict[str, Any]:
    """The columns of `row_of`, with their types."""
    counts = {
        f"{name}.{end}": pl.UInt32
        for tally in (in_force.of_people, in_force.of_months) for name in tally.where for end in ("at_least", "at_most")
    }  # fmt: skip
    sums = {name: pl.Int64 for tally in (in_force.of_people, in_force.of_months) for name in tally.terms}
    every = {**group_schema(in_force), **counts, **sums}
    kept = in_force.measures_read - set(in_force.derived_measures)
    return {name: dtype for name, dtype in every.items() if name in kept}


@dataclass(frozen=True, slots=True)
class Flip:
    """A group that is decided otherwise: (clause, outcome before, outcome after) of each clause that answers
    otherwise; an outcome is None where that edition has no such clause."""

    place: int
    before: str
    after: str
    clauses: tuple[tuple[str, str | None, str | None], ...]


def decided(in_force: Edition, rows: pl.DataFrame) -> pl.DataFrame:
    """Codes of outcomes, a column a clause, and of the decision; a row a group, in the same order."""
    full = rows.with_columns_seq(**in_force.derived_measures)
    return in_force.decide(full).select([clause.id for clause in in_force.clauses] + ["decision"])


def flips(before: pl.DataFrame, after: pl.DataFrame) -> Iterator[Flip]:
    """The rows of two frames of `decided` that differ in the decision."""
    places = (before["decision"] != after["decision"]).arg_true()
    if not len(places):
        return
    was, now = before[places].to_dicts(), after[places].to_dicts()
    names = [name for name in dict.fromkeys([*before.columns, *after.columns]) if name != "decision"]
    for place, old, new in zip(places, was, now, strict=True):
        changed = tuple(
            (name, _outcome(old, name), _outcome(new, name)) for name in names if old.get(name) != new.get(name)
        )
        yield Flip(place, DECISIONS[old["decision"]], DECISIONS[new["decision"]], changed)


def _outcome(row: Mapping[str, Any], clause: str) -> str | None:
    code = row.get(clause)
    return None if code is None else OUTCOMES[code]
