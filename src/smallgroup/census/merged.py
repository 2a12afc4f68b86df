"""Cells that a spreadsheet has merged over several members: what stands in the first is said of all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from smallgroup.census.sheet import Cell, Sheet, blank, column_letter
from smallgroup.census.table import KNOWN_FIELDS, Table

SHARED: Final = frozenset({"family_id", "first_name", "last_name", "zip", "county", "class", "plan_id"})
"""What members of a family may have in common. A birth date or a share of the company is one person's."""

_MOST_NAMED = 5


def spread_merged(table: Table) -> None:
    """Write the value of a merged area under it, for each member there, and say so.

    Only areas of one column, under the header, of a field that is shared; of the others it is said that the
    value stands for the first row alone.
    """
    if not table.sheet.merged:
        return
    sheet, names = table.sheet, {column.index: name for name, column in table.used.items()}
    columns: dict[int, list[Cell]] = {}
    spread: dict[str, list[str]] = {}
    alone: dict[str, list[str]] = {}
    ends: dict[int, int] = {}
    for top, left, bottom, right in sorted(sheet.merged):
        indexes = [index for index in names if left <= index <= right]
        if not indexes or top <= ends.get(left, 0):  # no program lets areas overlap
            continue
        ends[left] = bottom
        at, end = bisect_left(sheet.numbers, top), bisect_right(sheet.numbers, bottom)
        if at < table.first or at == len(sheet.numbers) or sheet.numbers[at] != top:
            continue
        area = f"{column_letter(left)}{top}:{column_letter(right)}{bottom}"
        below = [row for row in range(at + 1, end) if _has_more(sheet, row, left, right)]
        for index in indexes:
            name = names[index]
            if not below or blank(sheet.columns[index][at]):
                continue
            if left == right and name in SHARED:
                cells = columns.setdefault(index, list(sheet.columns[index]))
                for row in below:
                    cells[row] = cells[at]
                spread.setdefault(name, []).append(area)
            else:
                alone.setdefault(name, []).append(area)
    if columns:
        filled = [columns.get(index, cells) for index, cells in enumerate(sheet.columns)]
        table.sheet = replace(sheet, columns=filled)
    _tell(table, spread, "the {} of the first row was taken for the rows below it")
    _tell(table, alone, "the {} was taken for the first row only")


def _has_more(sheet: Sheet, row: int, left: int, right: int) -> bool:
    return any(not blank(cells[row]) for index, cells in enumerate(sheet.columns) if not left <= index <= right)


def _tell(table: Table, areas: Mapping[str, list[str]], what: str) -> None:
    for name, named in areas.items():
        said = ", ".join(named[:_MOST_NAMED])
        if len(named) > _MOST_NAMED:
            said += f" and {len(named) - _MOST_NAMED} more"
        table.notices.append(f"Merged cells {said}: {what.format(KNOWN_FIELDS[name].label)}.")
