"""A clause: its readings as expressions over measures, and the sentences that explain them for one group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

import polars as pl

from smallgroup.citation import Citation
from smallgroup.rulebook import ClauseText, Heading, Settled

OUTCOMES = ("met", "not met", "refer", "needs evidence", "not applicable")


@dataclass(frozen=True, slots=True)
class Span:
    """A count of one group: exact when both ends are the same."""

    at_least: int
    at_most: int

    @property
    def exact(self) -> int | None:
        return self.at_least if self.at_least == self.at_most else None

    def __add__(self, other: Span) -> Span:
        return Span(self.at_least + other.at_least, self.at_most + other.at_most)

    def __str__(self) -> str:
        return f"{self.at_least}" if self.exact is not None else f"{self.at_least} to {self.at_most}"

    def as_json(self) -> int | dict[str, int]:
        return self.at_least if self.exact is not None else {"at_least": self.at_least, "at_most": self.at_most}


@dataclass(frozen=True)
class Case:
    """One group after the engine ran: its measures, its people with their predicates, and its own facts."""

    measures: Mapping[str, Any]
    people: pl.DataFrame
    _counts: dict[tuple[str, ...], Span] = field(default_factory=dict, repr=False)
    _columns: dict[str, list[Any]] = field(default_factory=dict, repr=False)

    def count(self, *names: str) -> Span:
        """The sum of some counts. A group without people has counts of nothing known: 0 to 0."""
        known = self._counts.get(names)
        if known is None:
            m = self.measures
            known = self._counts[names] = Span(
                sum(m[f"{name}.at_least"] or 0 for name in names), sum(m[f"{name}.at_most"] or 0 for name in names)
            )
        return known

    def __getitem__(self, name: str) -> Any:
        return self.measures[name]

    def column(self, name: str) -> list[Any]:
        """A fact or a predicate of the people; several sentences look at the same few."""
        known = self._columns.get(name)
        if known is None:
            known = self._columns[name] = self.people[name].to_list()
        return known

    def unknown(self, predicate: str, fields: tuple[str, ...]) -> list[str]:
        """Who leaves a predicate open, and which of these facts are missing: `member 4 (hours per week)`."""
        from smallgroup.census.fields import BY_NAME

        said = []
        ids, columns = self.column("member_id"), {name: self.column(name) for name in fields}
        for place, holds in enumerate(self.column(predicate)):
            if holds is not None:
                continue
            missing = [BY_NAME[name].label for name, column in columns.items() if column[place] is None]
            if missing:
                said.append(f"member {ids[place]} ({', '.join(missing)})")
        return said

    def who_enrolls(self, predicate: str) -> list[str]:
        """Of whom a predicate is true among those who are eligible and enroll."""
        columns = (self.column(name) for name in ("member_id", predicate, "enrolled"))
        return [f"member {one}" for one, holds, enrolled in zip(*columns, strict=True) if holds and enrolled]

    def who(self, predicate: str) -> list[str]:
        """Of whom a predicate is true: `member 4`."""
        members = zip(self.column("member_id"), self.column(predicate), strict=True)
        return [f"member {member_id}" for member_id, holds in members if holds]


Number = int | Fraction | tuple[int, int] | str | bool | date | Span | None
Numbers = Mapping[str, Number]
"""Numbers by name. A Fraction, or a pair that is not to be reduced, is a ratio; money is a text as JSON has it."""


@dataclass(frozen=True)
class Reading:
    """One way to read the text, or, as a comparison, another formula that people use.

    `holds` is Kleene over measures. `axes` names the doubts that it takes a side in, each with the side taken; a
    doubt that changes nothing for a group is left out of what the group is shown.
    """

    holds: pl.Expr
    numbers: Callable[[Case], Numbers]
    name: str = "as written"
    axes: Mapping[str, str] = field(default_factory=dict)
    citation: Citation | None = None


@dataclass(frozen=True)
class Cure:
    """The smallest change that would meet the clause: a sentence, and its numbers by name."""

    sentence: str
    numbers: Numbers = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """A change that might meet a clause: what to do, and what it makes of the group's measures.

    A clause may be met in several ways; the smallest change of each is told.
    """

    cure: Cure
    measures: Mapping[str, Any]
    way: str = ""


def no_cure(case: Case) -> Cure | None:
    return None


def nobody(case: Case) -> tuple[str, ...]:
    return ()


def no_candidates(case: Case) -> list[Candidate]:
    return []


@dataclass(frozen=True)
class Clause:
    """The first reading is the default. `applies` false makes the clause not applicable; null leaves it open.

    `because(case, outcome)` says it in a sentence with the numbers; `cure(case)` is asked when it is not met, or,
    where a paper is all that is missing, when it needs that evidence. `candidates(case)` are changes from the smallest
    up: the first that meets the clause in every reading is its cure, and `cure` is asked only when none does.

    A clause `of_people` knows nothing without a census. `settled` are the doubts that the guideline's owner has
    settled. A clause of the audit has `at_issue`: when it applies if the owner wants its papers with the case. `waits`
    says of which groups the decision waits where evidence is needed; without it, of all.
    """

    id: str
    text: ClauseText
    citation: Citation
    readings: tuple[Reading, ...]
    because: Callable[[Case, str], str]
    cure: Callable[[Case], Cure | None] = no_cure
    comparisons: tuple[Reading, ...] = ()
    applies: pl.Expr = field(default_factory=lambda: pl.lit(True))
    cured_when: tuple[str, ...] = ("not met",)
    of_people: bool = True
    candidates: Callable[[Case], list[Candidate]] = no_candidates
    settled: tuple[Settled, ...] = ()
    at_issue: pl.Expr | None = None
    waits: pl.Expr | None = None
    of_members: Callable[[Case], tuple[str, ...]] = nobody

    @cached_property
    def differing_in_one(self) -> dict[str, list[tuple[int, int]]]:
        """For each doubt the pairs of readings that take its sides, and agree on every other doubt."""
        axes = [reading.axes for reading in self.readings]
        return {
            doubt: [
                (one, other)
                for one, other in combinations(range(len(axes)), 2)
                if [name for name in axes[one] if axes[one][name] != axes[other][name]] == [doubt]
            ]
            for doubt in axes[0]
        }


def plain(
    heading: Heading,
    id: str,
    holds: pl.Expr,
    because: Callable[[Case, str], str],
    numbers: Callable[[Case], Numbers] = lambda case: {},
    **more: Any,
) -> Clause:
    """A clause that is read in one way only."""
    return Clause(id, heading.clauses[id], heading.citation, (Reading(holds, numbers),), because, **more)


def numbers_json(numbers: Numbers) -> dict[str, Any]:
    """Counts as whole numbers (or at_least and at_most), ratios as [numerator, denominator]."""
    said: dict[str, Any] = {}
    for name, value in numbers.items():
        if isinstance(value, Span):
            said[name] = value.as_json()
        elif isinstance(value, Fraction):
            said[name] = [value.numerator, value.denominator]
        elif isinstance(value, tuple):
            said[name] = list(value)
        elif isinstance(value, date):
            said[name] = value.isoformat()
        else:
            said[name] = value
    return said


def people_word(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def listed(words: list[str], most: int = 8) -> str:
    """`a, b and c`; a long list is cut, and says how many are left out."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def at(share: Fraction) -> str:
    """A share in words where it has one: `half`, else as a percentage."""
    if share == Fraction(1, 2):
        return "half"
    hundred = share * 100
    return f"{hundred.numerator}%" if hundred.denominator == 1 else f"{share.numerator}/{share.denominator}"
