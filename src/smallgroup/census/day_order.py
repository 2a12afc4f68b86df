"""Whether the dates of a column put the day first. Nobody's birth date is turned around because a list is European.

A date with slashes is read month first. Where others of its column can only be day first, it says one day to one reader
and another to the next: it is refused, and the other order proposed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from smallgroup.census.meant import a_date
from smallgroup.census.sheet import SPACE, Cell
from smallgroup.census.values import DATE_ADVICE, Fault, Reader, Value
from smallgroup.errors import Proposal

_PARTS: Final = re.compile(r"(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})(?: 00:00(?::00)?)?", re.ASCII)
_PROOF = 2
"""Dates that can only be day first: one alone is a slip."""
_FEW = 4
"""Slips are fewer than one in so many dates that can only be month first; more, and the column has both orders."""


def with_order(plain: Reader, cells: Sequence[Cell]) -> Reader:
    """`plain`, or where the column puts the day first, a reader that refuses what both orders can mean."""
    day_first = month_first = 0
    converted = 0
    for cell in cells:
        if isinstance(cell, str):
            if (parts := _PARTS.fullmatch(cell.strip(SPACE))) is not None:
                day_first += int(parts[1]) > 12 >= int(parts[3])
                month_first += int(parts[3]) > 12 >= int(parts[1])
        elif isinstance(cell, date):
            converted += 1
            month_first += cell.day > 12
    if day_first < _PROOF or _FEW * day_first < month_first:
        return plain
    mostly = day_first > month_first

    def read(cell: Cell) -> Value | Fault:
        if isinstance(cell, date):
            turned = a_date(cell.year, cell.day, cell.month)
            if turned is None or turned == cell or converted < _PROOF or not mostly:
                return plain(cell)
            return _doubtful("a spreadsheet kept this as a date, with the month first perhaps", turned)
        parts = _PARTS.fullmatch(cell.strip(SPACE)) if isinstance(cell, str) else None
        if parts is None or len(parts[4]) == 2:
            return plain(cell)
        day, month = int(parts[1]), int(parts[3])
        if day > 12 or month > 12 or day == month:
            return plain(cell)
        meant = a_date(int(parts[4]), *((month, day) if mostly else (day, month)))
        what = "this could be day/month or month/day"
        return plain(cell) if meant is None else _doubtful(what, meant, "day" if mostly else "month")

    return read


def _doubtful(what: str, meant: date, first: str = "day") -> Fault:
    return Fault(
        f"{what}: other dates of this column can only be day first.", DATE_ADVICE,
        Proposal(meant.isoformat(), f"{first} first, as most dates of this column that are clear.", safe=False),
    )  # fmt: skip
