"""The lines under the last member that count or add up, and are nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from smallgroup.census.fields import BY_NAME
from smallgroup.census.privacy import shown
from smallgroup.census.sheet import SPACE, Cell, Sheet, blank

_TOTAL = re.compile(
    r"((grand|sub)[ -]?)?totals?\b.*|(head)?count\b.*|sum\b.*"
    r"|\d+ (employees|members|subscribers|dependents|lives|families)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"\$?\d[\d,]*(\.\d*)?", re.ASCII)
_ADDED_UP = ("hundredths", "cents")
_IDS = ("family_id", "member_id", "employee_number", "zip")


def without_totals(sheet: Sheet, first: int, fields: Mapping[int, str | None]) -> tuple[Sheet, list[str]]:
    """The sheet without the totals at its end, and a notice for each of them."""
    end = len(sheet.numbers)
    keep = end
    skipped: list[str] = []
    while end > first:
        cells = sheet.row(end - 1)
        if all(map(blank, cells)):
            end -= 1
            continue
        if not _is_total(sheet, first, end - 1, fields):
            break
        said = next(shown(cell) for cell in cells if not blank(cell))
        skipped.append(f"Row {sheet.numbers[end - 1]} ({said!r}) is a total and no member: it was skipped.")
        end -= 1
        keep = end
    if not skipped:
        return sheet, []
    last = max(sheet.last_row, sheet.numbers[-1]) - len(skipped)
    columns = [column[:keep] for column in sheet.columns]
    return replace(sheet, numbers=sheet.numbers[:keep], columns=columns, last_row=last), skipped[::-1]


def _is_total(sheet: Sheet, first: int, at: int, fields: Mapping[int, str | None]) -> bool:
    cells = sheet.row(at)
    filled = [(index, cell) for index, cell in enumerate(cells) if not blank(cell)]
    named = 0
    for _, cell in filled:
        if isinstance(cell, str) and _TOTAL.fullmatch(cell.strip(SPACE)):
            named += 1
        elif not _numeric(cell):
            return False
    if named:
        return True
    if len(filled) != 1:
        return False
    # A number alone: a sum, or the count of the rows above; an id alone may be a member who lost the rest.
    index, cell = filled[0]
    name = fields.get(index)
    if name in _IDS:
        return False
    if name in BY_NAME and BY_NAME[name].kind in _ADDED_UP:
        return True
    members = sum(not all(map(blank, sheet.row(above))) for above in range(first, at))
    return str(cell).strip(SPACE) in (str(members), f"{members}.0")


def _numeric(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell.strip(SPACE)) is not None
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)
