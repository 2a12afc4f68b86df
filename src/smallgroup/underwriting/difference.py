"""What differs between two editions: clauses that came and went, words and numbers that changed, readings settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from smallgroup.citation import Citation
from smallgroup.rulebook import Heading, Settled, law
from smallgroup.underwriting.clause import Clause
from smallgroup.underwriting.engine import Edition
from smallgroup.underwriting.telling import doubts, plain, spoken


@dataclass(frozen=True, slots=True)
class Side:
    """A number on one side: its value in words and where it stands. None of either: no value on that day."""

    value: str | None = None
    from_: date | None = None
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class NumberChanged:
    heading: str
    title: str
    term: str
    before: Side
    after: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.before, self.after


@dataclass(frozen=True, slots=True)
class ClauseChanged:
    """What is otherwise in a clause that both have: (what, before, after), and the doubts settled on one side only."""

    before: Clause
    after: Clause
    words: tuple[tuple[str, str, str], ...]
    settled: tuple[Settled, ...]
    reopened: tuple[Settled, ...]
    readings: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    added: tuple[Clause, ...]
    gone: tuple[Clause, ...]
    changed: tuple[ClauseChanged, ...]
    numbers: tuple[NumberChanged, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.changed or self.numbers)


def difference(before: Edition, after: Edition) -> Difference:
    """All that a reader of the first would have to relearn to use the second."""
    old, new = ({one.id: one for one in side.clauses} for side in (before, after))
    both = [_clause(old[id], new[id]) for id in old if id in new]
    return Difference(
        added=tuple(one for one in after.clauses if one.id not in old),
        gone=tuple(one for one in before.clauses if one.id not in new),
        changed=tuple(one for one in both if one is not None),
        numbers=tuple(_numbers(before, after)),
    )


def _clause(before: Clause, after: Clause) -> ClauseChanged | None:
    # A doubt that a layer settles is told as settled, and not again as a doubt that came or went.
    closed = {settled.doubt for settled in (*before.settled, *after.settled)}
    words = tuple(
        (what, old, new)
        for (what, old), (_, new) in zip(_words(before, closed), _words(after, closed), strict=True)
        if old != new
    )
    settled = tuple(one for one in after.settled if one not in before.settled)
    reopened = tuple(one for one in before.settled if one not in after.settled)
    if not (words or settled or reopened):
        return None
    return ClauseChanged(before, after, words, settled, reopened, (len(before.readings), len(after.readings)))


def _words(one: Clause, closed: set[str | None]) -> Iterator[tuple[str, str]]:
    text = one.text
    yield "title", text.title
    yield "what it asks", text.summary
    yield "if it is not met", text.if_not_met.replace("_", " ")
    yield "ground", text.ground or "none"
    papers = [f"{paper.kind.replace('_', ' ')} ({paper.wanted_at})" for paper in text.evidence]
    yield "papers", ", ".join(papers) or "none"
    told = (f"{doubt['of']}: {' or '.join(doubt['readings'])}" for doubt in doubts(one) if doubt["of"] not in closed)
    # Of a clause with one doubt, a layer need not name it.
    yield "doubts", "; ".join(told) if None not in closed else ""
    yield "compared with", "; ".join(reading.name for reading in one.comparisons) or "nothing"


def _numbers(before: Edition, after: Edition) -> Iterator[NumberChanged]:
    sides = [
        ({**one.guideline.headings, **(law().headings if one.federal != "left out" else {})}, one.on)
        for one in (before, after)
    ]
    (old, old_day), (new, new_day) = sides
    for name in dict.fromkeys([*old, *new]):
        terms = dict.fromkeys([*(old[name].terms if name in old else ()), *(new[name].terms if name in new else ())])
        for term in terms:
            was, now = _side(old.get(name), term, old_day), _side(new.get(name), term, new_day)
            if was.value != now.value:
                heading = new.get(name) or old[name]
                yield NumberChanged(name, heading.about.heading, term, was, now)


def _side(heading: Heading | None, term: str, on: date) -> Side:
    editions: tuple[Any, ...] = heading.terms.get(term, ()) if heading else ()
    for edition in editions:
        if edition.holds_on(on):
            return Side(spoken(plain(edition.value)), edition.from_, edition.citation)
    return Side()
