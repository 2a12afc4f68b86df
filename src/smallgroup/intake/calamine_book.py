"""In the child: an .xls, .xlsb or .ods file → lines of the answer.

calamine reads the values; `cell_marks` tells what it leaves out. Macros, links and pictures are never looked at.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from smallgroup.intake import cell_marks
from smallgroup.intake.cell_marks import Marks
from smallgroup.intake.child import Limits, Unreadable, line_of, sheet_lines
from smallgroup.intake.ole import Compound
from smallgroup.intake.workbook import DAMAGED, check_archive, plain

SUFFIXES = (".xls", ".xlsb", ".ods")
_EXACT = 10**15  # up to here a number without decimals is a whole number, as .xlsx says it


def lines(path: str, suffix: str, limits: Limits) -> Iterator[bytes]:
    """Every sheet of the workbook; `suffix` is what its name ends in. Raises Unreadable with a sentence."""
    try:
        kind, marks = _marked(path, suffix, limits)
        if kind != suffix:
            named = f"it is named {suffix} but is {_KINDS[kind]}."
            raise Unreadable(named, f"Name it {kind}.")
        yield from _sheets(path, kind, marks, limits)
    except (Unreadable, MemoryError, GeneratorExit):
        raise
    except BaseException as error:
        # What a hostile file raises has no common class; calamine's panics are not even an Exception.
        name = type(error).__name__
        if not isinstance(error, Exception) and name != "PanicException":
            raise
        if name == "PasswordError":
            raise _protected() from None
        raise _damaged(suffix, f" ({name})") from None


_KINDS = {
    ".xls": "an old Excel workbook (.xls)",
    ".xlsx": "an Excel workbook (.xlsx)",
    ".xlsb": "a binary Excel workbook (.xlsb)",
    ".ods": "an OpenDocument spreadsheet (.ods)",
}


def _protected() -> Unreadable:
    return Unreadable("the file is protected by a password.", "Save it without one.")


def _damaged(suffix: str, detail: str = "") -> Unreadable:
    return Unreadable(f"the file is damaged, or no {suffix} spreadsheet{detail}.", DAMAGED)


def _marked(path: str, suffix: str, limits: Limits) -> tuple[str, list[Marks]]:
    """What the file is, by what is in it, and what calamine does not tell of its sheets."""
    with open(path, "rb") as file:
        data = file.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise Unreadable("the file grew while it was read.", "Wait until it is written, then try again.")
    if not data.startswith(b"PK\x03\x04"):
        book = Compound(data)
        if "EncryptedPackage" in book:
            raise _protected()
        if "Workbook" not in book and "Book" not in book:
            raise Unreadable("it is an old Office file, but no spreadsheet.", "Check what it is.")
        return ".xls", cell_marks.of_xls(book, limits) if suffix == ".xls" else []
    del data
    check_archive(path, limits, suffix)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.bin" in names:
            return ".xlsb", cell_marks.of_xlsb(archive, limits) if suffix == ".xlsb" else []
        if "xl/workbook.xml" in names:
            return ".xlsx", []
        manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
        if b"encryption-data" in manifest or "encrypted-package" in names:
            raise _protected()
        if "content.xml" in names and b"opendocument.spreadsheet" in manifest:
            return ".ods", cell_marks.of_ods(archive, limits) if suffix == ".ods" else []
    raise _damaged(suffix)


def _sheets(path: str, kind: str, marked: list[Marks], limits: Limits) -> Iterator[bytes]:
    try:
        import python_calamine as calamine
    except ImportError:
        raise Unreadable(
            f"reading an {kind} file needs python-calamine, which is not installed.",
            "Run pip install smallgroup[intake], or save the file as .xlsx.",
        ) from None
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # what it writes before it aborts may quote the file
    book = calamine.CalamineWorkbook.from_path(path)
    about = book.sheets_metadata
    if len(about) != len(marked):
        raise _damaged(kind)
    left = limits.cells
    hidden, other = [], []
    for at, (one, marks) in enumerate(zip(about, marked, strict=True)):
        if one.typ != calamine.SheetTypeEnum.WorkSheet:
            if one.typ != calamine.SheetTypeEnum.ChartSheet:
                other.append(one.name)
            continue
        if one.visible != calamine.SheetVisibleEnum.Visible:
            hidden.append(one.name)
            continue
        rows = _rows(book.get_sheet_by_index(at), marks)
        left -= sum(map(len, rows.values()))
        if left < 0:
            raise Unreadable(
                f"there are more than {limits.cells:,} cells.", f"Send the {limits.paper} in several files."
            )
        numbers = sorted(rows)
        columns = list(zip_longest(*(rows[number] for number in numbers)))
        last = max(marks.last_row, *numbers[-1:], 0)
        unvalued = sorted(marks.unvalued)
        yield from sheet_lines(one.name, numbers, columns, last_row=last, unvalued=unvalued, merged=marks.merged)
    for names, why in ((hidden, "hidden"), (other, "no worksheet")):
        if names:
            said = ", ".join(f"'{name}'" for name in names)
            yield line_of({"notice": f"Not read, because {why}: {said}."})


def _rows(sheet: Any, marks: Marks) -> dict[int, list[Any]]:
    """The rows that hold something, by their numbers."""
    found: dict[int, list[Any]] = {}
    first = sheet.start[1] if sheet.start else 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in cells):
            row = [None] * first + [
                _value(cell, (number, column) in marks.percents) for column, cell in enumerate(cells, start=first)
            ]
            while row and row[-1] is None:
                row.pop()
            found[number] = row
    for (number, column), day in marks.days.items():
        found[number][column] = plain(day, percent=False)
    for (number, column), error in marks.errors.items():
        row = found.setdefault(number, [])
        row.extend([None] * (column + 1 - len(row)))
        row[column] = error
    for number, _ in marks.unvalued:
        found.setdefault(number, [])
    return found


def _value(cell: Any, percent: bool) -> Any:
    if cell == "" and isinstance(cell, str):
        return None
    if type(cell) is float and cell.is_integer() and abs(cell) < _EXACT:
        cell = int(cell)
    return plain(cell, percent=percent)
