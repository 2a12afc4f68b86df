"""In the child: a .csv file → lines of the answer. Its encoding and delimiter are found, not asked for."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import repeat, zip_longest

from smallgroup.intake.child import Limits, Unreadable, joined_lines, line_of, sheet_lines

DELIMITERS = ",;\t|"
MARKED_TEXT = re.compile(r"'+[=+\-@\t\r]")
"""How a text begins that is no formula, with an apostrophe before it that is not part of it: one is taken off."""
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
NO_TEXT = bytes([*range(0x09), *range(0x0E, 0x20)])
"""The same signs as bytes, which mean themselves in UTF-8 and in Windows-1252."""
SEP_LINE = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)


def lines(path: str, name: str, limits: Limits) -> Iterator[bytes]:
    """The one sheet of the file. Raises Unreadable with a sentence."""
    with open(path, "rb") as file:
        data = file.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise Unreadable("the file grew while it was read.", "Wait until it is written, then try again.")
    text, notice = _decoded(data)
    del data
    if notice:
        yield line_of({"notice": notice})
    delimiter = delimiter_of(text)
    if text.count("\r") != text.count("\r\n"):
        text = re.sub(r"\r(?!\n)", "\n", text)  # as old Macintosh programs end a line
    straight = _straight(text, delimiter, limits)
    if straight is not None:
        height, texts = straight
        del text
        yield from joined_lines(name, height, texts, by=delimiter)
        return
    numbers, rows = _rows(text, delimiter, limits)
    del text
    last_row = numbers.pop()
    columns = list(zip_longest(*rows, fillvalue=None))
    del rows
    yield from sheet_lines(name, numbers, columns, last_row=last_row)


def _decoded(data: bytes) -> tuple[str, str | None]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, notice = _try(data, "utf-16"), None
        if text is not None and _NOT_TEXT.search(text):
            text = None
    elif len(data.translate(None, NO_TEXT)) < len(data):
        text = notice = None
    else:
        text, notice = _try(data, "utf-8-sig"), None
        if text is None:
            text = _try(data, "cp1252")
            notice = "The file is not UTF-8 text; it was read as Windows-1252. Check names with accents."
    if text is None:
        raise Unreadable(
            "the file is not text.", "Save it as CSV UTF-8 from the spreadsheet program, or send the .xlsx."
        )
    return text, notice


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _straight(text: str, delimiter: str, limits: Limits) -> tuple[int, list[str]] | None:
    """The number of rows, and the cells of each column joined anew; None where csv has to look at it.

    Such a file has no quotation mark and no apostrophe, no blank at the front of a cell, no blank row, and rows
    that are all as wide: then csv would split it as is done here, and takes five times as long.
    """
    if any(sign in text for sign in ('"', "'", f"{delimiter} ", "\n ")) or text.startswith(" "):
        return None
    rows = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    breaks = set(map(str.count, rows, repeat(delimiter)))
    width = 1 + breaks.pop()
    if breaks or width == 1 or width > limits.columns or len(rows) > limits.rows or len(rows) * width > limits.cells:
        return None
    if delimiter * (width - 1) in rows or SEP_LINE.fullmatch(rows[0]) or max(map(len, rows)) > csv.field_size_limit():
        return None
    cells = delimiter.join(rows).split(delimiter)
    return len(rows), [delimiter.join(cells[at::width]) for at in range(width)]


def _rows(text: str, delimiter: str, limits: Limits) -> tuple[list[int], list[list[str]]]:
    """The rows that are not blank and their numbers; after these, the number of the last row of all."""
    lines = (line + "\n" for line in text.removesuffix("\n").split("\n"))  # a third faster than StringIO
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    numbers: list[int] = []
    rows: list[list[str]] = []
    number = cells = 0
    marked = "'" in text
    try:
        for row in reader:
            number += 1
            if not any(row) or (number == 1 and len(row) <= 2 and SEP_LINE.fullmatch(delimiter.join(row))):
                continue
            if number > limits.rows:
                raise _too_long(f"{limits.rows:,} rows", limits)
            if len(row) > limits.columns:
                _narrow(row, number, limits)
            cells += len(row)
            if cells > limits.cells:
                raise _too_long(f"{limits.cells:,} cells", limits)
            numbers.append(number)
            rows.append(
                [cell[1:] if cell[:1] == "'" and MARKED_TEXT.match(cell) else cell for cell in row] if marked else row
            )
    except csv.Error as error:
        raise _broken(str(error), number + 1) from None
    return [*numbers, number], rows


def _too_long(most: str, limits: Limits) -> Unreadable:
    return Unreadable(f"there are more than {most}.", f"Send the {limits.paper} in several files.")


def _narrow(row: list[str], number: int, limits: Limits) -> None:
    """Take off what is blank at the end: a program may write a comma for every column that is formatted."""
    width = len(row)
    while row and not row[-1]:
        row.pop()
    if len(row) > limits.columns:
        raise Unreadable(
            f"row {number} has {width:,} cells; a {limits.paper} has at most {limits.columns} columns.",
            f"Delete what does not belong to the {limits.paper}.",
        )


def _broken(error: str, row: int) -> Unreadable:
    if "end of data" in error or "field larger" in error:
        return Unreadable(
            "a quotation mark is opened and never closed, so that rows run into each other.",
            "Close it, or take it out.", row=row,
        )  # fmt: skip
    return Unreadable(
        "there is text after a closing quotation mark.",
        'Put the whole cell between quotation marks, and double the one inside it ("").', row=row,
    )  # fmt: skip


def delimiter_of(text: str) -> str:
    """The sign that splits the first rows into the most cells, alike in each row; a comma if none does."""
    if named := SEP_LINE.match(text):
        return named.group(1)
    sample = text[:65_536].splitlines()[:40]
    best, most = ",", 0
    for sign in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=sign) if len(row) > 1)
        score = max((count * (width - 1) for width, count in widths.items()), default=0)
        if score > most:
            best, most = sign, score
    return best
