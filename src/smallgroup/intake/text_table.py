"""In the child: the tables of a plain text: lines of cells with a sign between them, or columns aligned by blanks."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from smallgroup.intake.child import Limits

_QUOTED = re.compile(r"^(?:\s?>)+ ?")
_RULE = re.compile(r"[\s|+:=_-]*[|+=_-]{2}[\s|+:=_-]*")
_GAP = re.compile(r" {2,}|\t")
_BLANKS = "  "


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells by column, and the number of each row: a line of the text, or a row of a table in HTML."""

    numbers: list[int]
    columns: Sequence[Sequence[str | None]]
    last_row: int
    merged: tuple[tuple[int, int, int, int], ...] = ()


def text_tables(text: str, limits: Limits, *, flowed: bool = False) -> list[Grid]:
    """The tables in a text, in their order; the signs of a quoted reply are taken off.

    `flowed` says that a line which ends in a blank goes on in the next (RFC 3676).
    """
    lines = [_QUOTED.sub("", line).replace("\xa0", " ") for line in text.splitlines()[: limits.rows]]
    if flowed:
        lines = _joined(lines)
    blocks = [block for sign in ("\t", ";", "|", ",", _BLANKS) for block in _blocks(lines, sign)]
    taken: set[int] = set()
    grids = []
    for _, rows in sorted(blocks, key=lambda block: -block[0]):
        if taken.isdisjoint(rows) and (grid := _grid(rows, limits)) is not None:
            taken.update(rows)
            grids.append(grid)
    return sorted(grids, key=lambda grid: grid.numbers[0])


def _joined(lines: list[str]) -> list[str]:
    """The lines with what flows on put behind them; the places of those that were moved stay, blank."""
    whole = list(lines)
    for at in range(len(whole) - 1, 0, -1):
        before = whole[at - 1]
        if before.endswith(" ") and before != "-- " and before.strip() and whole[at].strip():
            whole[at - 1], whole[at] = before + whole[at], ""
    return whole


def _by_sign(lines: Sequence[str], sign: str) -> list[list[str]]:
    if sign == "|":
        lines = [line.strip().removeprefix("|").removesuffix("|") for line in lines]
    rows = []
    for line in lines:
        try:
            rows.append(next(csv.reader([line], delimiter=sign, skipinitialspace=True), []))
        except csv.Error:
            rows.append(line.split(sign))
    return [[cell.strip() for cell in row] for row in rows]


def _by_blanks(lines: Sequence[str]) -> list[list[str]]:
    """Two blanks or more part the cells; where rows have gaps, what is blank in all of them parts the columns."""
    rows = [_GAP.split(line.strip()) for line in lines]
    if len({len(row) for row in rows}) == 1:
        return rows
    expanded = [line.expandtabs() for line in lines]
    width = max(map(len, expanded))
    filled = [False] * width
    for line in expanded:
        for at, sign in enumerate(line):
            if sign != " ":
                filled[at] = True
    starts = [at for at in range(width) if filled[at] and not any(filled[max(0, at - 2) : at])]
    return [[line[a:b].strip() for a, b in zip(starts, [*starts[1:], width], strict=True)] for line in expanded]


def _blocks(lines: Sequence[str], sign: str) -> list[tuple[int, dict[int, list[str]]]]:
    """Lines that follow one another and that `sign` parts: how many cells, and the row of each line by its place."""
    found: list[tuple[int, dict[int, list[str]]]] = []
    run: list[int] = []
    blank = 0

    def end() -> None:
        if len(run) > 1:
            parted = [lines[at] for at in run]
            rows = _by_blanks(parted) if sign == _BLANKS else _by_sign(parted, sign)
            table = _trimmed(dict(zip(run, rows, strict=True)))
            if len(table) > 1:
                found.append((sum(map(len, table.values())), table))
        run.clear()

    for at, line in enumerate(lines):
        if not line.strip():
            blank += 1
            if blank > 1:
                end()
            continue
        if _RULE.fullmatch(line):
            continue
        if not (_GAP.search(line.strip()) if sign == _BLANKS else sign in line):
            end()
        else:
            run.append(at)
        blank = 0
    end()
    return found


def _trimmed(rows: dict[int, list[str]]) -> dict[int, list[str]]:
    """Without what stands over and under the table and is none of it: a sentence with a comma has no figure in it."""
    widths = Counter(len(row) for row in rows.values())
    usual = max(widths, key=lambda width: (widths[width] * (width - 1), width))
    places = [
        at for at, row in rows.items()
        if len(row) == usual or (2 * sum(map(bool, row)) > usual and any(map(str.isdigit, "".join(row))))
    ]  # fmt: skip
    return {at: row for at, row in rows.items() if places and places[0] <= at <= places[-1]}


def _grid(rows: dict[int, list[str]], limits: Limits) -> Grid | None:
    if max(map(len, rows.values())) > limits.columns:
        return None
    columns = [[cell or None for cell in column] for column in zip_longest(*rows.values(), fillvalue="")]
    numbers = [at + 1 for at in rows]
    return Grid(numbers, columns, numbers[-1])
