"""A sheet as intake hands it over: plain values, and the row numbers that the spreadsheet shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest

Cell = str | int | float | bool | date | None
"""What a cell can hold; a date is a cell that the spreadsheet itself keeps as a date."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, kept by column, because a census is read column by column.

    `numbers` are the row numbers as the spreadsheet shows them, ascending; a row that is wholly blank may be
    missing. Every sequence of `columns` is as long as `numbers`. `unvalued` holds (row number, column index
    from 0) of each formula that was saved without a value. `last_row` is the last row that the file mentions,
    blank or not; 0 when it mentions none after `numbers`. `merged` holds the merged areas of several rows: first
    row number, first column index, last row number, last column index. `from_1904` says that its workbook counts days
    from 1904, so that a bare number is not the day it looks like. The name of a .csv file's sheet is the file's name.
    `origin` is what messages call the file where its own name says too little: `staff.eml, attachment census.xlsx`.

    Of a paper, `pages` tells of each row number its page and its row on that page, from the top. Where character
    recognition read it, `confidence` tells of (row number, column index) the percent with which the cell was read.
    """

    name: str
    numbers: Sequence[int]
    columns: Sequence[Sequence[Cell]]
    unvalued: frozenset[tuple[int, int]] = frozenset()
    last_row: int = 0
    from_1904: bool = field(default=False, kw_only=True)
    merged: tuple[tuple[int, int, int, int], ...] = field(default=(), kw_only=True)
    origin: str = field(default="", kw_only=True)
    pages: Mapping[int, tuple[int, int]] = field(default_factory=dict, kw_only=True)
    confidence: Mapping[tuple[int, int], int] = field(default_factory=dict, kw_only=True)

    @classmethod
    def of_rows(cls, rows: Iterable[Sequence[Cell]], *, name: str = "", first_row: int = 1) -> Sheet:
        """The sheet whose rows stand one under the other from `first_row`; short rows end in blanks."""
        listed = [tuple(row) for row in rows]
        return cls(
            name=name,
            numbers=range(first_row, first_row + len(listed)),
            columns=tuple(zip_longest(*listed)),
            last_row=first_row + len(listed) - 1,
        )

    def row_said(self, number: int) -> str:
        """A row as messages name it: `row 37`; of a paper `row 37 (page 2, row 5)`, as its reader counts."""
        if number not in self.pages:
            return f"row {number}"
        page, row = self.pages[number]
        return f"row {number} (page {page}, row {row})"

    def row(self, at: int) -> tuple[Cell, ...]:
        """The cells of the row at position `at`, from 0."""
        return tuple(column[at] for column in self.columns)


def column_letter(index: int) -> str:
    """0 → `"A"`, 25 → `"Z"`, 26 → `"AA"`: the letter over a column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def blank(cell: Cell) -> bool:
    """Nothing a person could read: no value, or only spaces."""
    return cell is None or (isinstance(cell, str) and not cell.strip(SPACE))


SPACE = " \t\r\n\v\f\u00a0\u200b\ufeff"
"""What is trimmed from text: also the no-break, zero-width and byte-order marks that web pages leave."""
