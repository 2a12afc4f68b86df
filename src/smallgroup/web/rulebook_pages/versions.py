"""A guideline on a day, with what is settled in it; and the cases that two such versions decide otherwise."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db.models import Max, TextField
from django.db.models.functions import Cast

from smallgroup import dates
from smallgroup.errors import NotInForce
from smallgroup.rulebook import Guideline, Settled
from smallgroup.underwriting import Edition
from smallgroup.underwriting.impact import Flip, counted_by, decided, flips, row_schema
from smallgroup.underwriting.telling import open_doubts
from smallgroup.web.cases.models import Case, State
from smallgroup.web.rulebook_pages import contents
from smallgroup.web.rulebook_pages.layers import settled_by_case, settled_in
from smallgroup.web.rulebook_pages.models import MeasuredCase
from smallgroup.web.rulebook_pages.verbs import ACTIVE

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.http import QueryDict

    from smallgroup.underwriting.clause import Clause

TRIED = "a trial"
"""Who settled a reading that somebody only tries out."""


@dataclass(frozen=True)
class Version:
    guideline: Guideline
    on: date
    settled: tuple[Settled, ...] = ()

    @cached_property
    def edition(self) -> Edition:
        return contents.in_force(self.guideline, self.on, self.settled)

    @cached_property
    def as_written(self) -> Edition:
        return contents.in_force(self.guideline, self.on)

    def with_case(self, theirs: tuple[Settled, ...]) -> Edition:
        """With what is settled for one case, which stands before what is settled for all."""
        fitting = tuple(one for one in theirs if fits(self.as_written.clauses, one))
        doubts = {(one.clause, one.doubt) for one in fitting}
        kept = tuple(one for one in self.settled if (one.clause, one.doubt) not in doubts)
        return contents.in_force(self.guideline, self.on, (*kept, *fitting))


def fits(clauses: tuple[Clause, ...], one: Settled) -> bool:
    """Whether a doubt with this side is there to be settled."""
    clause = next((each for each in clauses if each.id == one.clause), None)
    if clause is None:
        return False
    doubts = open_doubts(clause)
    if clause.text.if_not_met == "refer":
        return one.reading == "met"
    return any(
        one.reading in each["readings"] and (one.doubt == each["of"] or (one.doubt is None and len(doubts) == 1))
        for each in doubts
    )


def choices(version: Version) -> list[tuple[str, str]]:
    """(value, words) of every reading that could be settled in the version as it is written."""
    return [
        (f"{clause.id}|{doubt['of']}|{side}", f"{clause.text.title}: {doubt['of']}: {side}")
        for clause in version.as_written.clauses
        for doubt in open_doubts(clause)
        for side in (doubt["readings"] or ["met"])
    ]


def asked_version(
    asked: QueryDict, side: str, today: date, *, may_see_settled: bool
) -> tuple[Version | None, dict[str, str]]:
    """One side of the form: `from` or `to`. (the version, None where something is wrong; what is wrong, by field)."""
    wrong: dict[str, str] = {}
    guideline = contents.book_of(asked.get(side, ""))
    if guideline is None or guideline.carrier is None:
        wrong[side] = "This guideline is not known. Choose one from the list."
    typed = asked.get(f"{side}_on", "").strip()
    try:
        on = dates.day(typed) if typed else today
    except ValueError as error:
        wrong[f"{side}_on"] = str(error)
    if wrong or guideline is None:
        return None, wrong
    try:
        plain = Version(guideline, on)
        written = plain.as_written
    except NotInForce as refused:
        return None, {f"{side}_on": str(refused)}
    settled = list(settled_in(guideline, on)) if may_see_settled and asked.get(f"{side}_settled") else []
    settled = [one for one in settled if fits(written.clauses, one)]
    for value in asked.getlist(f"{side}_settle"):
        if not value:
            continue
        clause, _, rest = value.partition("|")
        doubt, _, reading = rest.partition("|")
        tried = Settled(clause=clause, doubt=doubt, reading=reading, from_=on, by=TRIED, on=on, why="To compare.")
        if not fits(written.clauses, tried):
            wrong[f"{side}_settle"] = "This version has no such reading. Choose one from the list."
            continue
        settled = [one for one in settled if (one.clause, one.doubt) != (clause, doubt)] + [tried]
    return (None, wrong) if wrong else (Version(guideline, on, tuple(settled)), {})


@dataclass(frozen=True, slots=True)
class FlippedCase:
    id: UUID
    number: int
    group: str
    state: str
    flip: Flip


@dataclass(frozen=True, slots=True)
class Impact:
    """`unmeasured` cases have no row of measures that both versions can read."""

    compared: int
    unmeasured: int
    flipped: tuple[FlippedCase, ...]
    by_clause: tuple[tuple[str, int], ...]
    by_decision: tuple[tuple[str, str, int], ...]


def impact(before: Version, after: Version) -> Impact:
    """The open and active cases that the two decide otherwise, from their kept measures: no census is opened."""
    cases = Case.objects.filter(state__in=ACTIVE).values_list("id", "number", "group__legal_name", "state")
    told = {id: (number, group, State(state).label) for id, number, group, state in cases.order_by("number")}
    ways = [counted_by(one.as_written) for one in (before, after)]
    rows = {way: _rows(way) for way in dict.fromkeys(ways)}
    ids = [id for id in told if all(id in rows[way] for way in ways)]
    flipped = []
    for (own_before, own_after), members in _by_what_is_settled(ids, before, after).items():
        sides = [
            decided(version.with_case(own), _frame(rows[way], members, version.as_written))
            for version, own, way in zip((before, after), (own_before, own_after), ways, strict=True)
        ]
        flipped += [FlippedCase(members[one.place], *told[members[one.place]], one) for one in flips(*sides)]
    flipped.sort(key=lambda one: one.number)
    by_clause = Counter(clause for one in flipped for clause, _, _ in one.flip.clauses)
    by_decision = Counter((one.flip.before, one.flip.after) for one in flipped)
    return Impact(
        len(ids), len(told) - len(ids), tuple(flipped), tuple(by_clause.most_common()),
        tuple((was, now, number) for (was, now), number in by_decision.most_common()),
    )  # fmt: skip


def _rows(way: str) -> dict[UUID, str]:
    """The last row of measures of each active case that is counted so, as JSON text."""
    last = MeasuredCase.objects.filter(counted_by=way).values("case").annotate(last=Max("id")).values("last")
    held = MeasuredCase.objects.filter(id__in=last, case__state__in=ACTIVE)
    return dict(held.values_list("case_id", Cast("measures", TextField())))


def _frame(rows: Mapping[UUID, str], ids: list[UUID], in_force: Edition) -> pl.DataFrame:
    lines = "\n".join(rows[id].replace("\n", " ") for id in ids)
    return pl.read_ndjson(lines.encode(), schema=row_schema(in_force))


def _by_what_is_settled(ids: list[UUID], before: Version, after: Version) -> dict[tuple[Any, Any], list[UUID]]:
    """The cases by what is settled for each of them alone: most have nothing, and are decided in one frame."""
    own = [settled_by_case(version.guideline) for version in (before, after)]
    found: dict[tuple[Any, Any], list[UUID]] = defaultdict(list)
    for id in ids:
        found[own[0].get(id, ()), own[1].get(id, ())].append(id)
    return dict(found)
