"""In the child: what calamine does not tell of an .xls, .xlsb or .ods.

It gives an error as an empty cell, 50% as 0.5 and a day in an .xlsb as a number; it says nothing of a formula
that was saved without a value; and a cell far away makes it ask for more memory than there is. So the file's own
records are walked first.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from smallgroup.census.sheet import column_letter
from smallgroup.intake.child import Limits, Unreadable
from smallgroup.intake.ole import Compound
from smallgroup.intake.workbook import DAMAGED, far, far_apart, shows_percent, too_many_merged

ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip

Place = tuple[int, int]
"""A row number from 1 and a column index from 0."""


@dataclass(slots=True)
class Marks:
    """One sheet: `merged` holds first row, first column, last row, last column of areas of several rows."""

    name: str
    percents: set[Place] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)
    days: dict[Place, date] = field(default_factory=dict)
    unvalued: set[Place] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    last_row: int = 0
    last: Place = (0, 0)
    widest: Place = (0, 0)

    def take(self, place: Place, limits: Limits) -> None:
        """Take note of a cell that holds something: calamine keeps all places up to it, blank or not."""
        self.last = place
        if place[1] > self.widest[1]:
            self.widest = place
        if place[0] * (self.widest[1] + 1) > limits.cells:
            raise far_apart(place, self.widest, self.name, limits)


# --- .xls -----------------------------------------------------------------------------------------


def of_xls(book: Compound, limits: Limits) -> list[Marks]:
    """The sheets in their order, those that are hidden or no worksheets too. Raises Unreadable."""
    data = book.stream("Workbook" if "Workbook" in book else "Book")
    starts: list[tuple[int, Marks]] = []
    formats: dict[int, bool] = {9: True, 10: True}
    styles: list[int] = []
    wide = True
    for kind, body in _biff(data, 0):
        if kind == 0x0809:
            wide = body[:2] == b"\x00\x06"  # otherwise Excel 5 and 95, whose texts have a byte a letter
        elif kind == 0x002F:
            raise Unreadable("the file is protected by a password.", "Save it without one.")
        elif kind == 0x0085:
            starts.append((struct.unpack_from("<I", body)[0], Marks(_sheet_name(body, wide=wide))))
        elif kind == 0x041E:
            formats[struct.unpack_from("<H", body)[0]] = shows_percent(_format_text(body, wide=wide))
        elif kind == 0x00E0:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    percent_styles = {at for at, number in enumerate(styles) if formats.get(number, False)}
    valued = False
    empty: list[tuple[Marks, Place]] = []
    for start, marks in starts:
        valued |= _walk_xls(data, start, marks, percent_styles, empty, limits)
    if not valued:
        # A program that does not calculate leaves every formula empty; Excel does so where the text is "".
        for marks, place in empty:
            marks.unvalued.add(place)
    return [marks for _, marks in starts]


def _sheet_name(body: bytes, *, wide: bool) -> str:
    if not wide:
        return body[7:].decode("latin-1")
    return body[8:].decode("utf-16-le" if body[7] & 1 else "latin-1", "replace")


def _format_text(body: bytes, *, wide: bool) -> str:
    if not wide:
        return body[3:].decode("latin-1")
    return body[5:].decode("utf-16-le" if body[4] & 1 else "latin-1", "replace")


def _biff(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part, without the parts inside it, such as charts. It must have its end."""
    depth = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        if kind == 0x0809:
            depth += 1
        if depth == 1:
            yield kind, data[at + 4 : at + 4 + size]
        if kind == 0x000A:
            depth -= 1
            if depth <= 0:
                return
        at += 4 + size
    raise ValueError("a part without an end")


_XLS_NUMBERS, _XLS_TEXTS = (0x0203, 0x027E), (0x0204, 0x00FD, 0x00D6)


def _walk_xls(
    data: bytes, start: int, marks: Marks, percents: set[int], empty: list[tuple[Marks, Place]], limits: Limits
) -> bool:
    """Mark the cells of one sheet; whether any formula of it has a value."""
    valued = False
    for kind, body in _biff(data, start):
        if kind == 0x0208:
            marks.last_row = max(marks.last_row, struct.unpack_from("<H", body)[0] + 1)
        elif kind == 0x00BD:
            row, first = struct.unpack_from("<HH", body)
            for at in range((len(body) - 6) // 6):
                place = _place(row, first + at, marks, limits)
                if struct.unpack_from("<H", body, 4 + 6 * at)[0] in percents:
                    marks.percents.add(place)
        elif kind in _XLS_NUMBERS or kind in _XLS_TEXTS or kind in (0x0006, 0x0205):
            row, column, style = struct.unpack_from("<HHH", body)
            place = _place(row, column, marks, limits)
            if kind == 0x0205:
                if body[7]:
                    marks.errors[place] = ERRORS.get(body[6], "#VALUE!")
                continue
            if kind == 0x0006 and body[12:14] == b"\xff\xff":
                if body[6] == 2:
                    marks.errors[place] = ERRORS.get(body[8], "#VALUE!")
                if body[6] == 3:
                    empty.append((marks, place))
                else:
                    valued = True
                continue
            valued |= kind == 0x0006
            if style in percents and kind not in _XLS_TEXTS:
                marks.percents.add(place)
        elif kind == 0x00E5:
            for at in range(struct.unpack_from("<H", body)[0]):
                top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * at)
                _merge(marks, (top, left, bottom, right), limits)
    return valued


def _place(row: int, column: int, marks: Marks, limits: Limits) -> Place:
    """The place of a cell that holds something, given from 0; calamine would drop one that is out of order."""
    if row >= limits.rows or column >= limits.columns:
        raise far(row + 1, column, marks.name, limits)
    place = row + 1, column
    if place <= marks.last:
        why = "the cells of this row are out of order in the file."
        raise Unreadable(why, DAMAGED, sheet=marks.name, row=row + 1)
    marks.take(place, limits)
    return place


def _merge(marks: Marks, area: tuple[int, int, int, int], limits: Limits) -> None:
    """Keep an area of several rows, given from 0."""
    top, left, bottom, right = area
    if top < bottom < limits.rows and left <= right:
        marks.merged.append((top + 1, left, bottom + 1, right))
        if len(marks.merged) > limits.rows:
            raise too_many_merged(limits)


# --- .xlsb ----------------------------------------------------------------------------------------


def of_xlsb(archive: zipfile.ZipFile, limits: Limits) -> list[Marks]:
    """The sheets in their order. The archive's size has been checked. Raises Unreadable."""
    names = set(archive.namelist())
    percents, days = _xlsb_styles(archive.read("xl/styles.bin")) if "xl/styles.bin" in names else (set(), set())
    targets = _targets(archive.read("xl/_rels/workbook.bin.rels"))
    found = []
    epoch = date(1899, 12, 30)
    for kind, body in _biff12(archive.read("xl/workbook.bin")):
        if kind == 153 and body[0] & 1:
            epoch = date(1904, 1, 1)
        if kind != 156:
            continue
        relation, at = _wide(body, 8)
        if not relation:
            continue  # as calamine does
        marks = Marks(_wide(body, at)[0])
        target = targets[relation].lstrip("/")
        part = target if target.startswith("xl/") else f"xl/{target}"
        if part in names:
            _walk_xlsb(archive.read(part), marks, percents, days, epoch, limits)
        found.append(marks)
    return found


_LAST_DAY = 2_900_000  # in the year 9839


def _targets(rels: bytes) -> dict[str, str]:
    from defusedxml.ElementTree import fromstring

    return {element.get("Id", ""): element.get("Target", "") for element in fromstring(rels)}


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """A text that begins with its length, and where it ends; the length -1 means none."""
    (length,) = struct.unpack_from("<I", body, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _biff12(data: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        for shift in (0, 7, 14, 21):
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if at + size > end:
            raise ValueError("a record without an end")
        yield kind, data[at : at + size]
        at += size


def _xlsb_styles(styles: bytes) -> tuple[set[int], set[int]]:
    """The styles that show 0.5 as 50%, and those that show a number as a day."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    shapes: dict[int, str] = dict(BUILTIN_FORMATS)
    kinds: list[int] = []
    inside = False
    for kind, body in _biff12(styles):
        if kind == 44:
            shapes[struct.unpack_from("<H", body)[0]] = _wide(body, 2)[0]
        elif kind in (617, 618):
            inside = kind == 617
        elif kind == 47 and inside:
            kinds.append(struct.unpack_from("<H", body, 2)[0])
    shown = [shapes.get(number, "General") for number in kinds]
    percents = {at for at, shape in enumerate(shown) if shows_percent(shape)}
    return percents, {at for at, shape in enumerate(shown) if is_date_format(shape)}


def _walk_xlsb(data: bytes, marks: Marks, percents: set[int], days: set[int], epoch: date, limits: Limits) -> None:
    row = 0
    for kind, body in _biff12(data):
        if kind == 0:
            (row,) = struct.unpack_from("<I", body)
            marks.last_row = max(marks.last_row, row + 1)
        elif 2 <= kind <= 11 or kind == 62:
            column, style = struct.unpack_from("<II", body)
            style &= 0xFFFFFF
            place = _place(row, column, marks, limits)
            if kind == 62:
                why = f"cell {column_letter(column)}{row + 1} holds rich text, which is not read from an .xlsb."
                raise Unreadable(why, "Save the file as .xlsx.", sheet=marks.name, row=row + 1)
            if kind in (3, 11):
                marks.errors[place] = ERRORS.get(body[8], "#VALUE!")
            elif kind in (2, 5, 9) and style in percents:
                marks.percents.add(place)
            elif kind == 2 and body[8] & 3 == 2 and style in days:
                # calamine gives a whole number as it is, although days are what is kept so most often.
                whole = struct.unpack_from("<i", body, 8)[0] >> 2
                if 0 < whole <= _LAST_DAY:
                    # The 1900 calendar has a 29 February 1900, so that what is before it is a day more.
                    early = epoch.year == 1899 and whole < 60
                    marks.days[place] = epoch + timedelta(whole + early)
        elif kind == 176:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            _merge(marks, (top, left, bottom, right), limits)


# --- .ods -----------------------------------------------------------------------------------------

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT_P = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?|Err:\d{3}")


def of_ods(archive: zipfile.ZipFile, limits: Limits) -> list[Marks]:
    """The sheets in their order. The archive's size has been checked. Raises Unreadable."""
    from defusedxml.ElementTree import iterparse

    found: list[Marks] = []
    inside = False
    row = repeated = column = 0
    left = limits.cells
    with archive.open("content.xml") as source:
        for event, element in iterparse(source, events=("start", "end")):
            tag = element.tag
            if tag == f"{_TABLE}table":
                if inside and event == "start":  # calamine would drop every row under it
                    why = f"row {row + 1} has a table inside a cell."
                    raise Unreadable(why, "Take it apart into cells.", sheet=found[-1].name)
                inside = event == "start"
                if inside:
                    found.append(Marks(element.get(f"{_TABLE}name", "")))
                    row = 0
                else:
                    element.clear()
            elif not inside:
                continue
            elif tag == f"{_TABLE}table-row":
                if event == "start":
                    repeated, column = _count(element, "number-rows-repeated"), 0
                else:
                    row += repeated
                    element.clear()
            elif event == "end" and tag in _CELLS:
                times = _count(element, "number-columns-repeated")
                if _says_something(element):
                    if row + repeated > limits.rows or column + times > limits.columns:
                        raise far(row + repeated, column + times - 1, found[-1].name, limits)
                    left -= times * repeated
                    if left < 0:
                        raise Unreadable(
                            f"there are more than {limits.cells:,} cells.", f"Send the {limits.paper} in several files."
                        )
                    found[-1].take((row + repeated, column + times - 1), limits)
                    found[-1].last_row = row + repeated
                    places = [(row + 1 + y, column + x) for y in range(repeated) for x in range(times)]
                    _mark_ods(element, places, found[-1])
                if (spanned := _count(element, "number-rows-spanned")) > 1:
                    right = column + _count(element, "number-columns-spanned") - 1
                    _merge(found[-1], (row, column, row + spanned - 1, right), limits)
                column += times
    return found


def _count(element: Any, name: str) -> int:
    return max(1, int(element.get(_TABLE + name, "1")))


def _says_something(cell: Any) -> bool:
    return (
        cell.get(f"{_OFFICE}value-type") is not None
        or cell.get(f"{_TABLE}formula") is not None
        or cell.find(_TEXT_P) is not None
    )


def _mark_ods(cell: Any, places: list[Place], marks: Marks) -> None:
    kind, text = cell.get(f"{_OFFICE}value-type"), "".join(cell.itertext())
    formula = cell.get(f"{_TABLE}formula") is not None
    if cell.get(f"{_CALC}value-type") == "error" or (formula and _ERROR.fullmatch(text)):
        marks.errors |= dict.fromkeys(places, text or "#VALUE!")
    elif kind == "percentage":
        marks.percents.update(places)
    elif kind is None and formula and not text:
        marks.unvalued.update(places)
