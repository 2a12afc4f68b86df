"""A file → sheets of plain values, read in a child process; or a sentence that says why not."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from smallgroup.census.sheet import Cell, Sheet
from smallgroup.errors import Problem, Refused
from smallgroup.intake import calamine_book, csv_text, pdf_text, workbook
from smallgroup.intake.child import Limits
from smallgroup.intake.ole import MAGIC
from smallgroup.intake.process import NoAnswer, answer

_ZIP = b"PK\x03\x04"
_PDF = b"%PDF-"  # within the first kilobyte, as readers take it
TEXTS = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", *calamine_book.SUFFIXES)
_AS_XLSX = "Open it in a spreadsheet program and save it as .xlsx, or as CSV UTF-8."

AS_DATA = "Send it as .xlsx, or as CSV UTF-8."

_WHY = {
    "memory": "reading it takes more memory than any {paper} needs.",
    "time": "reading it takes longer than any {paper} needs.",
    "size": "it holds more than any {paper} does.",
    "died": "its reader stopped in the middle, as it does on a file that is damaged or made to do harm.",
    "garbled": "its reader gave an answer that makes no sense.",
    "unstarted": "the process that reads files could not be started.",
}


def sheets_of(
    path: str | PathLike[str], *, limits: Limits | None = None, pdf: Limits | None = None
) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """The sheets of the file in their order, and notices about how it was read.

    `pdf` is given where a text PDF is read too, with the limits of its own.
    Raises Refused: the file is missing, too large, not what its name says, or does harm to its reader.
    """
    limits = limits or Limits()
    file = Path(path)
    (suffix, packed), name = _checked(file, limits, pdf=pdf is not None), name_of(file)
    where = place_of(file, limits)
    try:
        if suffix == ".pdf" and pdf is not None:
            lines = answer(pdf_text.lines, str(file.absolute()), name, pdf, limits=pdf)
        elif suffix in TEXTS:
            lines = answer(csv_text.lines, str(file.absolute()), name, limits, limits=limits)
        elif suffix == ".xlsx" and packed:
            lines = answer(workbook.lines, str(file.absolute()), limits, limits=limits)
        else:
            lines = answer(calamine_book.lines, str(file.absolute()), suffix, limits, limits=limits)
        return understood(lines, where, limits.paper)
    except NoAnswer as silence:
        refuse_silence(silence, where, limits.paper, _AS_XLSX if suffix != ".pdf" else AS_DATA)


def refuse_silence(silence: NoAnswer, where: str, paper: str, fix: str) -> NoReturn:
    """Raises Refused with the sentence for a reader that gave no answer."""
    detail = f" ({silence.detail})" if silence.detail else ""
    why = _WHY[silence.reason].format(paper=paper).removesuffix(".")
    refuse(where, f"{why}{detail}.", "Try again." if silence.reason == "unstarted" else fix)


def _checked(file: Path, limits: Limits, *, pdf: bool = False) -> tuple[str, bool]:
    """The suffix of a file that may be opened, and whether it is a packed one; its first bytes agree with it."""
    name, start = place_of(file, limits), first_bytes(file, limits)
    suffix = file.suffix.lower()
    if suffix not in (*TEXTS, *_BOOKS) and not (suffix == ".pdf" and pdf):
        kind = f"a {suffix} file" if suffix else "a file without a suffix"
        refuse(name, f"{_clean(kind)} is not read.", f"{_AS_XLSX}")
    if suffix == ".pdf":
        if _PDF not in start:
            refuse(name, "it is named .pdf but is no PDF.", "Check whether it was saved whole, and what it is.")
        return suffix, False
    packed, compound = start.startswith(_ZIP), start.startswith(MAGIC)
    if suffix in TEXTS:
        if packed:
            refuse(name, f"it is named {suffix} but is a packed file.", "Name it .xlsx if it is a spreadsheet.")
        if compound:
            refuse(name, f"it is named {suffix} but is an old Office file.", "Name it .xls if it is a spreadsheet.")
    elif not packed and not compound:
        what = _what_instead(start)
        refuse(name, f"it is named {suffix} but is {what or f'no {suffix} spreadsheet'}.",
                _AS_XLSX if what else f"If it is text, name it .csv. {_AS_XLSX}")  # fmt: skip
    return suffix, packed


def first_bytes(file: Path, limits: Limits) -> bytes:
    """The beginning of a regular file that is not too large. Raises Refused."""
    name = place_of(file, limits)
    try:
        about = file.stat()
        if stat.S_ISDIR(about.st_mode):
            refuse(name, "it is a folder.", "Name the file inside it.")
        if not stat.S_ISREG(about.st_mode):
            refuse(name, "it is not a regular file.", f"Save the {limits.paper} as a file first.")
        if about.st_size > limits.file_bytes:
            size = about.st_size / 2**20
            refuse(
                name, f"it has {size:,.1f} MB; at most {limits.file_bytes // 2**20} MB are read.",
                f"Delete what does not belong to the {limits.paper}, or send it in several files.",
            )  # fmt: skip
        with file.open("rb") as opened:
            start = opened.read(1024)
    except FileNotFoundError:
        refuse(name, "there is no such file.", "Check its name and folder.")
    except PermissionError:
        refuse(name, "it may not be read.", "Ask for permission to read it.")
    except (OSError, ValueError):
        refuse(name, "it cannot be opened.", "Check its name and folder.")
    if not start:
        refuse(name, "it is empty.", "Check whether it was saved.")
    return start


def _what_instead(start: bytes) -> str | None:
    """Payroll programs name a web page .xls, which spreadsheet programs open all the same."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<meta", b"<style", b"<table")):
        return "a web page (HTML)"
    if text.startswith(b"<"):
        return "an XML file"
    return "a PDF" if _PDF.lower() in text else None


def understood(lines: list[bytes], where: str, paper: str = "census") -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """The sheets in an answer whose every part is checked: the child may have been taken over by the file."""
    sheets: list[Sheet] = []
    notices: list[str] = []
    rest = iter(lines)
    try:
        for line in rest:
            told = _loaded(line)
            match told:
                case {"notice": str(notice)}:
                    notices.append(_clean(notice))
                case {"refused": {"why": str(why), "fix": str(fix), "sheet": sheet, "row": row}}:
                    refuse(where, why, fix, sheet=sheet, row=row)
                case {"failed": "memory"}:
                    raise NoAnswer("memory")
                case {"failed": str(error)}:
                    raise NoAnswer("died", _clean(error))
                case {"sheet": str(title), "rows": int(height), "columns": int(count)}:
                    columns = [_split(_loaded(next(rest)), height) for _ in range(count)]
                    if not columns:
                        raise NoAnswer("garbled")
                    sheets.append(Sheet(_clean(title), [*range(1, height + 1)], columns, last_row=height))
                case {"sheet": str(title), "numbers": list(numbers), "columns": int(count)}:
                    columns = [_column(_loaded(next(rest)), len(numbers)) for _ in range(count)]
                    sheet = _sheet(title, numbers, columns, told)
                    sheets.append(replace(sheet, from_1904=told.get("from_1904") is True))
                case _:
                    raise NoAnswer("garbled")
    except (ValueError, TypeError, StopIteration, RecursionError):
        raise NoAnswer("garbled") from None
    if not sheets:
        refuse(where, "there is no visible sheet in it.", f"Put the {paper} into a sheet that can be seen.")
    return tuple(sheets), tuple(notices)


def _sheet(title: str, numbers: list[Any], columns: list[list[Cell]], told: dict[str, Any]) -> Sheet:
    unvalued, merged, last_row = told.get("unvalued"), told.get("merged", []), told.get("last_row")
    if not set(map(type, numbers)) <= {int} or numbers != sorted(set(numbers)):
        raise NoAnswer("garbled")
    if not isinstance(unvalued, list) or not isinstance(merged, list) or not isinstance(last_row, int):
        raise NoAnswer("garbled")
    places = set()
    for place in unvalued:
        match place:
            case [int(row), int(column)]:
                places.add((row, column))
            case _:
                raise NoAnswer("garbled")
    areas = []
    for area in merged:
        match area:
            case [int(top), int(left), int(bottom), int(right)]:
                areas.append((top, left, bottom, right))
            case _:
                raise NoAnswer("garbled")
    on_pages = _listed(told.get("pages", []), 2)
    if on_pages and len(on_pages) != len(numbers):
        raise NoAnswer("garbled")
    confidence = {(row, column): percent for row, column, percent in _listed(told.get("confidence", []), 3)}
    return Sheet(
        _clean(title), numbers, columns, frozenset(places), last_row, merged=tuple(areas),
        pages={number: (page, row) for number, (page, row) in zip(numbers, on_pages, strict=False)},
        confidence=confidence,
    )  # fmt: skip


def _listed(told: object, width: int) -> list[list[int]]:
    """Lists of so many whole numbers."""
    if not isinstance(told, list):
        raise NoAnswer("garbled")
    for one in told:
        if not isinstance(one, list) or len(one) != width or not set(map(type, one)) <= {int}:
            raise NoAnswer("garbled")
    return told


def _column(cells: object, length: int) -> list[Cell]:
    if not isinstance(cells, list) or len(cells) != length:
        raise NoAnswer("garbled")
    kinds = set(map(type, cells))
    if not kinds <= {str, int, float, bool, dict, type(None)}:
        raise NoAnswer("garbled")
    if dict not in kinds:
        return cells
    return [_dated(cell) if isinstance(cell, dict) else cell for cell in cells]


def _split(cells: object, length: int) -> list[Cell]:
    match cells:
        case {"joined": str(text), "by": str(sign)}:
            split: list[Cell] = [*text.split(sign)]
            if len(split) == length:
                return split
    raise NoAnswer("garbled")


def _dated(cell: dict[str, Any]) -> date:
    match cell:
        case {"date": str(text)} if len(cell) == 1:
            return date.fromisoformat(text)
    raise NoAnswer("garbled")


def _loaded(line: bytes) -> Any:
    return json.loads(line, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def refuse(where: str, why: str, fix: str, *, sheet: object = None, row: object = None) -> NoReturn:
    if isinstance(sheet, str):
        where += f", sheet '{_clean(sheet)}'"
    if isinstance(row, int):
        where += f", row {row}"
    problem = Problem(
        where=where, why=_clean(why), fix=_clean(fix), row=row if isinstance(row, int) else None,
        sheet=_clean(sheet) if isinstance(sheet, str) else None,
    )  # fmt: skip
    raise Refused(problem) from None


def place_of(file: Path, limits: Limits) -> str:
    """What messages begin with: `Census file census.csv`."""
    return f"{limits.paper.capitalize()} file {name_of(file)}"


def name_of(file: Path) -> str:
    """The file's name without its folder, which may name a person or a machine."""
    return _clean(file.name or str(file))


def _clean(text: str) -> str:
    """Text for a message: one line, that any terminal can print."""
    text = text.encode("utf-8", "replace").decode()
    return "".join(sign if sign.isprintable() else " " for sign in text)[:400]
