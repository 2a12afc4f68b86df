"""A grid → a real file: .csv in its encoding and delimiter, or .xlsx."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from smallgroup.intake.write_workbook import Page, save_workbook
from tests.census.corpus.grid import Grid


def save(grid: Grid, folder: Path, name: str, *, workbook: bool) -> Path:
    """The file as somebody would send it. What a .csv cannot hold is in workbooks only."""
    if workbook and grid.spoil is None:
        path = folder / f"{name}.xlsx"
        merged = [(grid.number(first), index, grid.number(last), index) for first, last, index in grid.merged]
        save_workbook(path, [Page("Census", list(enumerate(grid.rows, start=1)), merged=merged)])
        return path
    path = folder / f"{name}.csv"
    text = io.StringIO()
    csv.writer(text, delimiter=grid.delimiter, lineterminator="\r\n").writerows(grid.rows)
    spoiled = grid.spoil(text.getvalue()) if grid.spoil else text.getvalue()
    path.write_bytes(spoiled.encode(grid.encoding) if isinstance(spoiled, str) else spoiled)
    return path
