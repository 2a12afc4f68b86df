"""A CSV on disk → a table of texts. Messages name the file, never the folder it lies in."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import polars as pl

from smallgroup.errors import Problem, Refused

LARGEST = 2 * 1024**3

_KNOWN_STARTS = {
    b"PK\x03\x04": "an Excel workbook or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed (gzip)",
    b"PAR1": "a Parquet file",
}
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def csv_table(path: Path) -> pl.DataFrame:
    """All cells of a CSV (UTF-8, or else Windows-1252) as they are written, as texts. Raises Refused."""
    try:
        if path.is_dir():
            raise _refused(path, "This is a folder.", "Give the file itself.")
        size = path.stat().st_size
        if size > LARGEST:
            raise _refused(path, "The file is larger than 2 GB.", "Split it.")
        with path.open("rb") as opened:
            start = opened.read(65536)
        _refuse_what_is_no_csv(path, start)
        return _read(path)
    except FileNotFoundError:
        raise _refused(path, "There is no such file.", "Check its name and folder.") from None
    except OSError as error:
        why = f"The file cannot be opened ({error.strerror or type(error).__name__})."
        raise _refused(path, why, "Check that it may be read.") from None


def _refuse_what_is_no_csv(path: Path, start: bytes) -> None:
    if not start.strip(b"\xef\xbb\xbf \t\r\n,"):
        raise _refused(path, "The file is empty.", "Write the header and its rows into it.")
    save = "Save it as CSV (UTF-8, comma-separated)."
    for magic, what in _KNOWN_STARTS.items():
        if start.startswith(magic):
            raise _refused(path, f"This is not a CSV file: it is {what}.", save)
    if _NOT_TEXT.search(start):
        raise _refused(path, "This is not a CSV file: it is not text in UTF-8 or Windows-1252.", save)
    header = start.lstrip(b"\r\n").splitlines()[0]
    if b"," not in header:
        raise _refused(path, "This is not a CSV file: its first line has no comma.", save)


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, infer_schema=False, glob=False)
    except pl.exceptions.PolarsError:
        pass
    # Either the text is not UTF-8, or the rows are uneven: the slow way finds out which.
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            why = "The text is neither UTF-8 nor Windows-1252."
            raise _refused(path, why, "Save it as CSV (UTF-8, comma-separated).") from None
    try:
        return pl.read_csv(io.BytesIO(text.encode()), infer_schema=False)
    except pl.exceptions.PolarsError:
        raise _refused(path, _what_is_uneven(text), "Correct that row, or save the file as CSV anew.") from None


def _what_is_uneven(text: str) -> str:
    reader = csv.reader(io.StringIO(text))
    try:
        width = len(next(reader))
        for cells in reader:
            if len(cells) > width:
                return f"Row {reader.line_num} has {len(cells)} cells, and the header has {width}."
    except csv.Error:
        pass
    return "The rows cannot be told apart: a quotation mark is not closed."


def _refused(path: Path, why: str, fix: str) -> Refused:
    return Refused(Problem(where=path.name, why=why, fix=fix))
