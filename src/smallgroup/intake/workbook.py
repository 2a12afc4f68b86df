"""In the child: a .xlsx file → lines of the answer."""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from smallgroup.census.sheet import column_letter
from smallgroup.intake.child import Limits, Unreadable, line_of, sheet_lines

_MOST_ENTRIES = 2_000
_QUOTED = re.compile(r'"[^"]*"|\\.')
DAMAGED = "Open it in a spreadsheet program and save it again as .xlsx, or as CSV UTF-8."


def lines(path: str, limits: Limits) -> Iterator[bytes]:
    """Every sheet of the workbook. Raises Unreadable with a sentence."""
    check_archive(path, limits)
    from smallgroup.intake import preload  # noqa: F401  (in a child that the fork server has not prepared)

    try:
        yield from _sheets(path, limits)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        # What openpyxl raises on a file that is not well made has no common class; some of it is wrapped.
        name = type(error.__cause__ or error).__name__
        raise Unreadable(f"the file is damaged, or no spreadsheet ({name}).", DAMAGED) from None


def check_archive(path: str, limits: Limits, kind: str = ".xlsx") -> None:
    """Refuse what unpacks to too much, from the directory and, should the directory lie, while inflating."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
                raise _too_large(limits)
            if len(entries) > _MOST_ENTRIES:
                raise _too_large(limits)
            if any(entry.flag_bits & 1 for entry in entries):
                raise Unreadable("the file is protected by a password.", "Save it without one.")
            left = limits.unpacked_bytes
            for entry in entries:
                # zipfile stops at the size that the directory gives: let it run on to what is really there.
                said, entry.file_size = entry.file_size, limits.unpacked_bytes + 1
                size = 0
                with archive.open(entry) as unpacked:
                    while chunk := unpacked.read(65_536):
                        size += len(chunk)
                        if size > left:
                            raise _too_large(limits)
                if size != said:
                    raise Unreadable("its directory gives a wrong size for one of its parts.", DAMAGED)
                left -= size
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError):
        raise Unreadable(f"the file is damaged, or no {kind} spreadsheet.", DAMAGED) from None


def _too_large(limits: Limits) -> Unreadable:
    return Unreadable(
        f"the file unpacks to more than {limits.unpacked_bytes // 2**20} MB.",
        f"Delete what does not belong to the {limits.paper} (pictures, other sheets, formatted empty rows), "
        "or save it as CSV.",
    )


def _sheets(path: str, limits: Limits) -> Iterator[bytes]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    left = limits.cells
    percents = _percent_styles(book)
    from_1904 = book.epoch.year == 1904
    hidden = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        numbers, rows, unvalued, merged, last_row = _rows(book, sheet, percents, left, limits)
        left -= sum(map(len, rows))
        columns = list(zip_longest(*rows))
        yield from sheet_lines(
            sheet.title, numbers, columns, last_row=last_row, unvalued=unvalued, from_1904=from_1904, merged=merged
        )
    if hidden:
        names = ", ".join(f"'{name}'" for name in hidden)
        yield line_of({"notice": f"Not read, because hidden: {names}."})


def _rows(
    book: Any, sheet: Any, percents: frozenset[int], cells_left: int, limits: Limits
) -> tuple[list[int], list[list[Any]], list[tuple[int, int]], list[tuple[int, int, int, int]], int]:
    """Rows that hold something, with their numbers; formulas without a value; merged areas; the last row mentioned.

    The parser is driven directly. openpyxl's own rows trust the sheet's <dimension>, fill every gap up to a
    far cell, drop a row that is out of order, and do not say that a formula has no value.
    """
    numbers: list[int] = []
    rows: list[list[Any]] = []
    unvalued: list[tuple[int, int]] = []
    last = 0
    with book._archive.open(sheet._worksheet_path) as source:
        parser = _parser(book, sheet, source)
        for number, cells in parser.parse():
            if number <= last:
                why = f"row {number} stands after row {last} in the file."
                raise Unreadable(why, DAMAGED, sheet=sheet.title)
            last = number
            row: list[Any] = []
            for cell in cells:
                if cell["value"] is None:
                    continue
                index = cell["column"] - 1
                if number > limits.rows or index >= limits.columns:
                    raise far(number, index, sheet.title, limits)
                if cell["value"] is _UNVALUED:
                    unvalued.append((number, index))
                    continue
                if index < len(row):
                    why = "the cells of this row are out of order in the file."
                    raise Unreadable(why, DAMAGED, sheet=sheet.title, row=number)
                row.extend([None] * (index - len(row)))
                row.append(plain(cell["value"], percent=cell["style_id"] in percents))
            if row or (unvalued and unvalued[-1][0] == number):
                cells_left -= len(row)
                if cells_left < 0:
                    raise Unreadable(
                        f"there are more than {limits.cells:,} cells.", f"Send the {limits.paper} in several files."
                    )
                numbers.append(number)
                rows.append(row)
    return numbers, rows, unvalued, _merged(parser, limits), last


def _merged(parser: Any, limits: Limits) -> list[tuple[int, int, int, int]]:
    """The merged areas of several rows: first row, first column, last row, last column."""
    found = []
    for area in parser.merged_cells.mergeCell if parser.merged_cells else ():
        left, top, right, bottom = area.bounds
        if bottom > top and bottom <= limits.rows:
            found.append((top, left - 1, bottom, right - 1))
    if len(found) > limits.rows:
        raise too_many_merged(limits)
    return found


def too_many_merged(limits: Limits) -> Unreadable:
    return Unreadable(f"there are more than {limits.rows:,} merged areas.", "Unmerge them.")


_UNVALUED = object()


def _parser(book: Any, sheet: Any, source: Any) -> Any:
    from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

    class Parser(WorkSheetParser):
        def parse_cell(self, element: Any) -> Any:
            cell: dict[str, Any] = super().parse_cell(element)
            # A text formula whose value is "" has a value; openpyxl gives None for both.
            if cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None:
                cell["value"] = _UNVALUED
            return cell

    return Parser(
        source, sheet._shared_strings, data_only=True, epoch=book.epoch,
        date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
    )  # fmt: skip


def _percent_styles(book: Any) -> frozenset[int]:
    """The cell styles that show 0.5 as 50%."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    found = set()
    for at, style in enumerate(book._cell_styles):
        kind = style.numFmtId
        if kind < BUILTIN_FORMATS_MAX_SIZE:
            shape = BUILTIN_FORMATS.get(kind, "General")
        else:
            shape = book._number_formats[kind - BUILTIN_FORMATS_MAX_SIZE]
        if shows_percent(shape):
            found.add(at)
    return frozenset(found)


def shows_percent(shape: str) -> bool:
    """Whether a number format shows 0.5 as 50%."""
    return "%" in _QUOTED.sub("", shape)


def plain(value: Any, *, percent: bool) -> Any:
    """A value as JSON can carry it; a percent as the spreadsheet shows it; a moment as its day."""
    if isinstance(value, (datetime, date)):
        return {"date": value.isoformat()[:10]}
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (int, float)):
        if percent:
            hundredfold = (Decimal(format(value, ".15g")) * 100).normalize()
            return f"{hundredfold:f}%"
        return value
    return str(value)


def far(number: int, index: int, sheet: str | None, limits: Limits) -> Unreadable:
    cell = f"{column_letter(index)}{number}"
    return Unreadable(
        f"cell {cell} is far outside a {limits.paper} of at most {limits.rows:,} rows and {limits.columns} columns.",
        f"Delete cell {cell}, or the rows and columns around it.", sheet=sheet, row=number,
    )  # fmt: skip


def far_apart(last: tuple[int, int], widest: tuple[int, int], sheet: str, limits: Limits) -> Unreadable:
    """Two cells, by row from 1 and column from 0, that make the sheet larger than its reader may grow."""
    cells = sorted({f"{column_letter(column)}{row}" for row, column in (last, widest)})
    named = f"cell {cells[0]} makes" if len(cells) == 1 else f"cells {cells[0]} and {cells[1]} make"
    return Unreadable(
        f"{named} the sheet span more than {limits.cells:,} cells, most of them blank.",
        "Delete what stands far from the rest, or save the file as .xlsx.", sheet=sheet, row=last[0],
    )  # fmt: skip
