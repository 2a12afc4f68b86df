"""What a fault is, what is expected of the reader, and the list to which every kind adds itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.census.corpus.grid import Grid, Ref
from tests.census.corpus.staff import Person

PROBLEM, CHECK, NOTICE, READ = "problem", "check", "notice", "read"
"""Refused at the cell; worth a look at the cell; said in a notice, and read as if it were not there; read as it is."""

ANY = object()
"""Of a proposal: a careful person could propose one or none, and it is not judged."""


@dataclass
class Fault:
    """What was done to a census, and what has to be said of it.

    One of the cells `at` must be reported, or each of them where `each` says so, in one of the ways `how`. `right`
    holds the proposals that are right (None: that there is none), in the order of `at` where `each`; a proposal may
    be called safe only where `safe` says so. At `also`, more may be said. A notice has all the words of `says`, in
    one of them. What is read is as it was, but for `new` and without the people in `gone`.
    """

    at: Sequence[Ref]
    how: Sequence[str] = (PROBLEM,)
    right: Any = (None,)
    safe: bool = False
    each: bool = False
    also: Sequence[Ref] = ()
    says: Sequence[str] = ()
    new: dict[tuple[int, str], Any] = field(default_factory=dict)
    gone: Sequence[Person] = ()
    kind: str = ""
    hides: str | None = None  # what must not be printed


@dataclass(frozen=True)
class Kind:
    """`wants` are the fields that a person must have cells for; `alone` keeps it out of files of several faults."""

    name: str
    make: Callable[[Grid, Person, list[Person], Random], Fault | None]
    wants: tuple[str, ...]
    who: str
    alone: bool

    def put_in(self, grid: Grid, random: Random, families: Sequence[list[Person]]) -> Fault | None:
        """Put the fault into one of the families; None where none of them is of use for it."""
        for people in random.sample(list(families), len(families)):
            for person in random.sample(people, len(people)):
                child = person["relationship"] == "child"
                fitting = {"employee": person is people[0], "child": child, "adult": not child,
                           "dependent": person is not people[0], "spouse": person["relationship"] == "spouse",
                           "anybody": True}[self.who]  # fmt: skip
                if fitting and all(grid.has(person, name) for name in self.wants):
                    fault = self.make(grid, person, people, random)
                    if fault is not None:
                        fault.kind = self.name
                        return fault
        return None


KINDS: dict[str, Kind] = {}

Make = Callable[[Grid, Person, list[Person], Random], Fault | None]


def kind(*wants: str, who: str = "anybody", alone: bool = False) -> Callable[[Make], Make]:
    """Add a kind, named as its function. Which fields it wants, and whose."""

    def add(make: Make) -> Make:
        name = make.__name__.replace("_", " ").strip()
        assert name not in KINDS
        KINDS[name] = Kind(name, make, wants, who, alone)
        return make

    return add


def cell_kind(name: str, field_name: str, cells: Sequence[Any], right: Any = (None,), *, who: str = "employee",
              safe: bool = False, how: Sequence[str] = (PROBLEM,), reads: Any = ANY) -> None:  # fmt: skip
    """A kind that only writes one of `cells` into the cell of a field. `reads` is what is then read there."""

    def make(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
        at = grid.put(person, field_name, random.choice(cells))
        new = {} if reads is ANY else {(id(person), field_name): reads}
        return Fault([at], how, right, safe, new=new)

    assert name not in KINDS
    KINDS[name] = Kind(name, make, (field_name,), who, False)
