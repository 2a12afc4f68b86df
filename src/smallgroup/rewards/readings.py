"""What every other side of a doubt would pay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from smallgroup import money
from smallgroup.rewards.earn import earn
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import Program


@dataclass(frozen=True, slots=True)
class ReadingTotal:
    """The total in cents under one side of a doubt, in all programs that have the doubt. `taken`: the side that the
    versions take."""

    doubt: str
    asks: str
    setting: str
    side: str
    taken: bool
    total: int

    def as_json(self) -> dict[str, Any]:
        return {"doubt": self.doubt, "asks": self.asks, "setting": self.setting, "side": self.side,
                "taken": self.taken, "total": money.dollars(self.total)}  # fmt: skip


def readings(sales: Sales, programs: Iterable[Program], as_of: date) -> list[ReadingTotal]:
    """The total under each side of each doubt, one doubt at a time."""
    programs = tuple(programs)
    as_taken = earn(sales, programs, as_of).total
    found: dict[tuple[str, str], ReadingTotal] = {}
    for program in programs:
        for doubt in program.doubts:
            taken = program.reads(doubt)
            found.setdefault(
                (doubt.id, taken), ReadingTotal(doubt.id, doubt.asks, doubt.setting, taken, True, as_taken)
            )
            for other in doubt.others:
                if (doubt.id, other) not in found:
                    read = [_read(one, doubt.id, other) for one in programs]
                    total = earn(sales, read, as_of).total
                    found[doubt.id, other] = ReadingTotal(doubt.id, doubt.asks, doubt.setting, other, False, total)
    return sorted(found.values(), key=lambda one: (_in_order(one.doubt), not one.taken, one.side))


def _in_order(id: str) -> tuple[str, int, str]:
    """B2 stands before B10; another id stands by its letters."""
    letters = id.rstrip("0123456789")
    return letters, int(id[len(letters) :] or 0), id


def _read(program: Program, id: str, side: str) -> Program:
    for doubt in program.doubts:
        if doubt.id == id and side in doubt.others:
            return program.read_as(doubt, side)
    return program
