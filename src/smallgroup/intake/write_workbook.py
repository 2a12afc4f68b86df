"""Rows → a .xlsx or .csv that no program takes for formulas, written whole or not at all."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from smallgroup.census.privacy import without_ssns
from smallgroup.census.sheet import Cell, Sheet, column_letter
from smallgroup.errors import Problem, Refused
from smallgroup.intake.csv_text import MARKED_TEXT

if TYPE_CHECKING:
    from smallgroup.census.repair import Change

Mark = Literal["fault", "check", "changed"]
Row = tuple[int, Sequence[Cell]]

_FILLS: Mapping[Mark, str] = {"fault": "FFF4B6B0", "check": "FFFFE699", "changed": "FFC6E0B4"}
_DANGEROUS = "=+-@\t\r"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_NO_TITLE = re.compile(r"[\\*?:/\[\]']")

PROPOSALS = ("cell", "seen", "proposed", "why", "safe")
CHANGES = ("sheet", "cell", "field", "what", "old", "new", "safe", "why")


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet to write: rows with their numbers, ascending; comments and colors by (row number, column)."""

    title: str
    rows: Iterable[Row]
    marks: Mapping[tuple[int, int], tuple[Mark, str]] = field(default_factory=dict)
    widths: Sequence[int] = ()
    merged: Sequence[tuple[int, int, int, int]] = ()  # first row, first column, last row, last column


def placed(path: Path, write: Callable[[Path], None], *, force: bool, suffixes: Sequence[str],
           inputs: Iterable[Path] = ()) -> None:  # fmt: skip
    """Write a file beside its place and then put it there. Raises Refused rather than lose another file."""
    may_be_written(path, force=force, suffixes=suffixes, inputs=inputs)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix.lower()}")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        raise Refused(
            Problem(path.name, f"it cannot be written: {error.strerror}.", "Name a file in a folder that may be.")
        ) from None
    finally:
        part.unlink(missing_ok=True)


def may_be_written(path: Path, *, force: bool, suffixes: Sequence[str], inputs: Iterable[Path] = ()) -> None:
    """Raises Refused: the file is an input, is there already, or is of another kind."""
    if path.suffix.lower() not in suffixes:
        raise Refused(Problem(path.name, f"it is not named {' or '.join(suffixes)}.", f"Name it {suffixes[0]}."))
    for other in inputs:
        if path.resolve() == other.resolve() or (path.exists() and other.exists() and path.samefile(other)):
            raise Refused(Problem(path.name, "it is the file that is read; the original is never changed.",
                                  "Name another file."))  # fmt: skip
    if not path.parent.is_dir():
        raise Refused(Problem(path.name, "it cannot be written: there is no such folder.", "Check the path."))
    if path.is_dir():
        raise Refused(Problem(path.name, "it is a folder.", "Name a file in it."))
    if path.exists() and not force:
        raise Refused(Problem(path.name, "there is such a file already.", "Name another file, or give --force."))


def save_workbook(path: Path, pages: Iterable[Page]) -> None:
    """Values only. A text that begins like a formula is stored as text, quoted as the program itself does."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for page in pages:
        sheet = book.create_sheet(_title(page.title))
        for index, width in enumerate(page.widths):
            sheet.column_dimensions[column_letter(index)].width = width
        at = 1
        for number, cells in _with_marked(page):
            while at < number:
                sheet.append([])
                at += 1
            sheet.append([_cell(sheet, cell, page.marks.get((number, index))) for index, cell in enumerate(cells)])
            at += 1
        for top, left, bottom, right in page.merged:
            sheet.merged_cells.add(f"{column_letter(left)}{top}:{column_letter(right)}{bottom}")
    book.save(path)


def save_csv(path: Path, rows: Iterable[Sequence[Cell]]) -> None:
    """CSV UTF-8. A text that begins like a formula gets an apostrophe before it, which the reader takes back."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerows([_csv_text(cell) for cell in row] for row in rows)


def printable(text: str) -> str:
    """The text without control characters, which no census file can carry: each is a space."""
    return _CONTROL.sub(" ", text)


def fixed_pages(
    sheets: Sequence[Sheet], problems: Sequence[Problem], to_check: Sequence[Problem], changes: Sequence[Change]
) -> tuple[list[Page], tuple[str, ...]]:
    """The pages of a `--fixed` workbook, and sentences about what was left out of it."""
    copies: list[Page] = []
    notices: list[str] = []
    for sheet in sheets:
        if sheet.columns and any(_ours(sheet, header) for header in (PROPOSALS, CHANGES)):
            continue  # of an earlier copy
        kept, left = without_ssns(sheet)
        notices += [f"The column {column} looks like Social Security numbers: it was left out." for column in left]
        marks: dict[tuple[int, int], tuple[Mark, str]] = {}
        for change in changes:
            if change.sheet == (sheet.name or None) and change.what == "write":
                letters = change.cell.rstrip("0123456789")
                _mark(marks, (change.row, _index(letters)), "changed", f"Was: {change.old or 'empty'}. {change.why}")
        for kind, found in (("check", to_check), ("fault", problems)):
            for problem in found:
                if problem.row is not None and problem.sheet == (sheet.name or None):
                    place = (problem.row, _index(problem.letter or "A"))
                    _mark(marks, place, "fault" if kind == "fault" else "check", _comment(problem))
        rows = [(number, kept.row(at)) for at, number in enumerate(kept.numbers)]
        copies.append(Page(sheet.name or "census", rows, marks, merged=sheet.merged))
    told = [PROPOSALS, *(_line(problem) for problem in (*problems, *to_check))]
    notes = [("", "", "", notice, "") for notice in dict.fromkeys(notices)]
    pages = [Page("Proposals", list(enumerate([*told, *notes], start=1)), widths=(24, 24, 24, 90, 16))]
    if changes:
        pages.append(
            Page("Changes", list(enumerate(change_rows(changes), start=1)), widths=(16, 10, 18, 12, 20, 20, 8, 80))
        )
    return [*pages, *copies], tuple(dict.fromkeys(notices))


def change_rows(changes: Sequence[Change]) -> list[Sequence[Cell]]:
    """The log: a header, and a row for each change; of a birth date it holds the year alone."""
    return [CHANGES, *(
        (change.sheet, change.cell, change.field, change.what, change.old, change.new,
         "yes" if change.safe else "no", change.why)
        for change in changes
    )]  # fmt: skip


def _line(problem: Problem) -> Sequence[Cell]:
    place = problem.cell or (f"row {problem.row}" if problem.row is not None else problem.where)
    if problem.sheet and problem.cell:
        place = f"{problem.sheet}!{place}"
    proposal = problem.proposal
    proposed, safe = "", ""
    if proposal is not None:
        proposed = {"remove row": "remove the row", "move row": f"move under row {proposal.new}"}.get(
            proposal.kind, proposal.new or "(empty)"
        )
        safe = "yes" if proposal.safe else "no"
    return place, problem.seen, proposed, f"{problem.why} {proposal.why if proposal else problem.fix}", safe


def _comment(problem: Problem) -> str:
    said = f"{problem.why} {problem.fix}".strip()
    return f"{said}\nProposed: {problem.proposal}" if problem.proposal else said


def _mark(marks: dict[tuple[int, int], tuple[Mark, str]], place: tuple[int, int], kind: Mark, said: str) -> None:
    before = marks.get(place)
    marks[place] = (kind, f"{before[1]}\n{said}" if before else said)


def _ours(sheet: Sheet, header: Sequence[str]) -> bool:
    return bool(sheet.numbers) and tuple(sheet.row(0))[: len(header)] == tuple(header)


def _with_marked(page: Page) -> Iterable[Row]:
    """The rows, each as wide as its last comment; a comment on a row that is not there makes the row."""
    widest: dict[int, int] = {}
    for number, index in page.marks:
        widest[number] = max(widest.get(number, 0), index + 1)
    rows = dict(page.rows)
    for number in sorted(rows.keys() | widest.keys()):
        cells = list(rows.get(number, ()))
        yield number, cells + [None] * (widest.get(number, 0) - len(cells))


def _cell(sheet: Any, value: Cell, mark: tuple[Mark, str] | None) -> Any:
    text = isinstance(value, str)
    if isinstance(value, str):
        value = printable(value)
    if mark is None and not (text and str(value)[:1] and str(value)[0] in _DANGEROUS) and not isinstance(value, date):
        return value
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell = WriteOnlyCell(sheet, value=cast(Any, value))
    if text and value:
        cell.data_type = "s"
        if str(value)[0] in _DANGEROUS:
            cell.quotePrefix = True
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if mark is not None:
        kind, said = mark
        cell.fill = PatternFill("solid", start_color=_FILLS[kind])
        cell.comment = Comment(printable(said), "smallgroup", height=120, width=360)
    return cell


def _csv_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        text = printable(cell)
        return f"'{text}" if MARKED_TEXT.match(f"'{text}") else text
    return str(cell)


def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _title(name: str) -> str:
    return _NO_TITLE.sub(" ", printable(name))[:31].strip() or "census"
