"""A large .csv file that is plain → its census, without a child process; None for every file that is not.

No parser of ours or of others sees a stranger's bytes outside of a child (`process`). Polars sees these only once
counts and searches over the whole text have shown that there is nothing in it to parse: UTF-8 without control
characters and quotation marks, of so many lines and cells at most. What is left is to split it at two signs, and
afterwards every byte of it is accounted for: it is in a cell, between two cells, or at the end of a line.
"""

from __future__ import annotations

import codecs
import csv
import stat
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from smallgroup.census.sheet import Sheet
from smallgroup.intake import csv_text
from smallgroup.intake.child import Limits
from smallgroup.intake.spreadsheet import TEXTS, name_of

if TYPE_CHECKING:
    import polars as pl

    from smallgroup.census.read import Census

WORTH_IT = 64 * 2**10
"""Bytes. A smaller file is read the careful way in a moment, and so all of them in one way."""

_LEAST = 16  # bytes: no header is as short
_FIRST_ROWS = 41  # the header is among the first 30, and what stands under it is looked at too
_MARKS = (b'"', *(bytes([sign]) for sign in csv_text.NO_TEXT))


def plain_census(path: Path, *, as_of: date) -> Census | None:
    """What `read_census` gives for the file, where it is plain and holds a plain census; None where not. No errors."""
    limits = Limits()
    data = _data(path, limits)
    if data is None:
        return None
    sign = csv_text.delimiter_of(data[: 4 * 65_536].decode(errors="ignore"))
    ends, pairs = _line_ends(data)
    end = 1 if b"\r" not in data else 2 if pairs == ends else 0  # bytes, 0 if not of all lines
    height = ends - data.endswith(b"\n")
    head = [line.removesuffix("\r").split(sign) for line in _first_lines(data)]
    width = len(head[0])
    if (
        not end or not 1 <= height < limits.rows or width > limits.columns or (height + 1) * width > limits.cells
        or any(len(row) != width or "\r" in "".join(row) for row in head)
        or csv_text.SEP_LINE.fullmatch(sign.join(head[0]))
    ):  # fmt: skip
        return None

    from smallgroup.census import plainly  # late, as what it imports is large

    cells = [[cell.lstrip(" ") for cell in column] for column in zip(*head, strict=True)]
    table = plainly.recognized(Sheet(name_of(path), range(1, len(head) + 1), cells, last_row=len(head)), as_of=as_of)
    if table is None:
        return None
    frame = _split(data, sign, height, width, (ends - 1) * end)
    return None if frame is None else plainly.census_of(table, frame, as_of=as_of)


def _data(path: Path, limits: Limits) -> bytes | None:
    """The bytes of a text file that may be plain, without a byte-order mark."""
    if path.suffix.lower() not in TEXTS:
        return None
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or not WORTH_IT <= about.st_size <= limits.file_bytes:
            return None
        with path.open("rb") as file:
            data = file.read(about.st_size + 1)
    except (OSError, ValueError):
        return None  # the careful way says why
    if len(data) > about.st_size or any(mark in data for mark in _MARKS):
        return None
    data = data.removeprefix(codecs.BOM_UTF8)
    if len(data) < _LEAST:
        return None
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError:
            return None
    return data


def _first_lines(data: bytes) -> list[str]:
    end = -1
    for _ in range(_FIRST_ROWS):
        end = data.find(b"\n", end + 1)
        if end < 0:
            end = len(data) - data.endswith(b"\n")
            break
    return data[:end].decode().split("\n")


def _line_ends(data: bytes) -> tuple[int, int]:
    """How many line feeds there are, and how many of them with a carriage return before: faster than bytes.count."""
    import numpy as np

    feeds = np.count_nonzero(np.frombuffer(data, np.uint8) == 0x0A)
    pairs = (np.frombuffer(data, "<u2", (len(data) - start) // 2, start) == 0x0A0D for start in (0, 1))
    return int(feeds), sum(int(np.count_nonzero(found)) for found in pairs)


def _split(data: bytes, sign: str, height: int, width: int, ends: int) -> pl.DataFrame | None:
    """The cells below the header, an empty one null; None where a row has more or fewer, or a byte is left over.

    The ends of the lines below the header are `ends` bytes together.
    """
    import polars as pl

    try:
        frame = pl.read_csv(
            data, has_header=False, skip_rows=1, separator=sign, quote_char=None,
            schema={str(at): pl.String() for at in range(width)},
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return None
    if frame.height != height:
        return None
    length = pl.all().str.len_bytes()
    seen = frame.select(pl.sum_horizontal(length.sum()).alias("held"), pl.max_horizontal(length.max()).alias("longest"))
    held, longest = int(seen["held"][0]), int(seen["longest"][0] or 0)
    rest = len(data) - data.index(b"\n") - 1
    if held + height * (width - 1) + ends != rest or longest > csv.field_size_limit():
        return None
    if b"'" in data and any(_marked(frame.to_series(at)) for at in range(width)):
        return None
    return frame


def _marked(column: pl.Series) -> bool:
    """Whether a cell begins with an apostrophe, which may be no part of it."""
    return bool(column.str.contains("^ *'").any())
