"""A draft's file → its census, or all that is wrong with it; and how a page shows it, cell by cell."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from smallgroup.census.derived import MAPPABLE
from smallgroup.census.layouts import find_table
from smallgroup.census.privacy import any_ssn, shown, ssn_header, words_of
from smallgroup.census.read import Census, read_census
from smallgroup.census.repair import applied, repaired
from smallgroup.census.sheet import Cell, Sheet, blank, column_letter
from smallgroup.census.table import KNOWN_FIELDS, Table
from smallgroup.errors import Problem, Refused
from smallgroup.web.census_work import read_sheets
from smallgroup.web.quotes.edits import Edit, Work, difference, edited
from smallgroup.web.quotes.models import CensusDraft
from smallgroup.web.vault.models import Sealed

T = TypeVar("T")
ROWS_A_PAGE = 25
MOST_COLUMNS = 40  # shown; a census needs two dozen


@dataclass(frozen=True, eq=False)
class Reading:
    """What a file says now: a census, or its problems. `sheet` is the one that was read, with the edits in it."""

    work: Work
    sheets: tuple[Sheet, ...]
    table: Table | None
    sheet: Sheet | None
    census: Census | None
    problems: tuple[Problem, ...]
    to_check: tuple[Problem, ...]
    notices: tuple[str, ...]

    @property
    def safe(self) -> int:
        """How many proposals have no other reading."""
        return sum(one.proposal is not None and one.proposal.safe for one in self.problems)


class _Kept:
    """The last few values of this process, by the ids of the sealed documents that they were read from.

    Sealed documents never change, so neither does what was read from them. Nothing is kept on disk.
    """

    def __init__(self, most: int):
        self._most, self._held, self._lock = most, OrderedDict[Any, Any](), threading.Lock()

    def get(self, key: Any, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                found: T = self._held[key]
                return found
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


_sheets, _readings, _works = _Kept(6), _Kept(12), _Kept(24)


def forget() -> None:
    """Let go of all that was read: after drafts were deleted."""
    for kept in (_sheets, _readings, _works):
        kept.clear()


def work_of(draft: CensusDraft) -> Work:
    return _works.get(draft.work_id, lambda: Work.of_bytes(draft.work.open()))


def reading_of(draft: CensusDraft, *, as_of: date) -> Reading:
    """The draft as it reads now. Raises Refused where the file itself cannot be read."""
    key = (draft.original_id, draft.work_id, as_of)
    return _readings.get(key, lambda: read(_sheets_of(draft), work_of(draft), name=draft.original_name, as_of=as_of))


def _sheets_of(draft: CensusDraft) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    original = draft.original_id
    return _sheets.get(original, lambda: read_sheets(Sealed.objects.get(pk=original).open(), draft.original_name))


def sheets_known(draft: CensusDraft, found: tuple[tuple[Sheet, ...], tuple[str, ...]]) -> None:
    """The file was read just now: it need not be read again for the page that follows."""
    _sheets.get(draft.original_id, lambda: found)


def read(found: tuple[tuple[Sheet, ...], tuple[str, ...]], work: Work, *, name: str, as_of: date) -> Reading:
    whole, notices = found
    sheets = edited(whole, work.steps)
    chosen = tuple(sheet for sheet in sheets if sheet.name == work.sheet) or sheets
    table = find_table(chosen, file=shown(name), mapping=work.mapping, remembered={}, as_of=as_of)
    census, problems, to_check = None, tuple[Problem, ...](), tuple[Problem, ...]()
    try:
        census = read_census(chosen, file=name, mapping=work.mapping, as_of=as_of)
        to_check = census.to_check
    except Refused as refused:
        problems, to_check = refused.problems, refused.to_check
    if isinstance(table, Problem):
        return Reading(work, sheets, None, None, census, problems, to_check, notices)
    sheet = next(one for one in chosen if one.name == table.sheet.name)
    said = (*notices, *(census.notices if census else table.notices))
    return Reading(work, sheets, table, sheet, census, problems, to_check, tuple(dict.fromkeys(said)))


# --- what a person does ----------------------------------------------------------------------------


def typed(reading: Reading, cells: dict[str, str]) -> tuple[Edit, ...]:
    """The edits in a form's cells, by their names (`F7`), where they differ from what stands there."""
    sheet = reading.sheet
    if sheet is None:
        return ()
    position = {number: at for at, number in enumerate(sheet.numbers)}
    letters = {column_letter(index): index for index in range(len(sheet.columns))}
    edits = []
    for name, text in cells.items():
        letter = name.rstrip("0123456789")
        at, index = position.get(int(name[len(letter) :] or 0)), letters.get(letter)
        if at is None or index is None:
            continue
        text = text.strip()
        old = sheet.columns[index][at]
        if text != ("" if old is None else shown(old)):
            edits.append(Edit(sheet.name, sheet.numbers[at], index, text or None))
    return tuple(edits)


def accepted(reading: Reading, problem: Problem) -> tuple[Edit, ...]:
    """The edits of one proposal."""
    return difference(reading.sheets, applied(reading.sheets, [problem])[0])


def all_safe(reading: Reading, *, name: str, as_of: date) -> tuple[Edit, ...]:
    """The edits of every safe proposal, and of those that the mended census then makes safe."""

    def again(sheets: Sequence[Sheet]) -> Census:
        chosen = tuple(sheet for sheet in sheets if sheet.name == reading.work.sheet) or tuple(sheets)
        return read_census(chosen, file=name, mapping=reading.work.mapping, as_of=as_of)

    return difference(reading.sheets, repaired(reading.sheets, again, "safe").sheets)


# --- how it is shown -------------------------------------------------------------------------------


def columns_of(reading: Reading) -> list[dict[str, Any]]:
    """Each column with its letter, header, field, score and why. One with Social Security numbers is not shown."""
    table, sheet = reading.table, reading.sheet
    if table is None or sheet is None:
        return []
    matches = {match.column: match for match in table.matches}
    faulty = {problem.letter for problem in (*reading.problems, *reading.to_check)}
    mapped = {key.casefold(): name for key, name in reading.work.mapping.items()}
    found = []
    for index, cells in enumerate(sheet.columns):
        letter = column_letter(index)
        header = cells[table.header_at] if table.header_at < len(cells) else None
        title = "" if blank(header) else shown(header)
        match = matches.get(letter)
        if not (title or match or letter in faulty) or ssn_header(words_of(title)) or any_ssn(cells):
            continue
        named = match.field if match else ""
        found.append({
            "index": index, "letter": letter, "header": title, "match": match, "field": named,
            "label": KNOWN_FIELDS[named].label if named in KNOWN_FIELDS else "",
            "mapped": mapped.get(str(header).strip().casefold(), "") if header else "",
        })  # fmt: skip
    return found[:MOST_COLUMNS]


def fields() -> list[tuple[str, str]]:
    """What a column may be said to hold: the field's name and its words."""
    return sorted(((name, KNOWN_FIELDS[name].label) for name in MAPPABLE), key=lambda pair: pair[1])


def rows_of(reading: Reading, columns: Sequence[dict[str, Any]], *, only_faulty: bool, page: int) -> dict[str, Any]:
    """A page of rows as the spreadsheet has them; a faulty cell with its problem and the problem's number.

    A row is `open`, each of its cells to be written in, where something is wrong with it that none of its cells
    shows: coverage that is waived for a reason which no column holds.
    """
    sheet, table = reading.sheet, reading.table
    if sheet is None or table is None:
        return {"rows": [], "pages": 0, "page": 1, "faulty": 0, "all": 0}
    header = table.sheet.numbers[table.header_at]
    at_cell: dict[tuple[int, str], list[tuple[int, Problem]]] = {}
    rows_with: set[int] = set()
    open_rows: set[int] = set()
    letters = {column["letter"] for column in columns}
    for number, problem in enumerate(reading.problems):
        if problem.row is not None and problem.row > header:
            rows_with.add(problem.row)
            if problem.letter is not None and problem.letter in letters:
                at_cell.setdefault((problem.row, problem.letter), []).append((number, problem))
            else:
                open_rows.add(problem.row)
    doubts: dict[tuple[int, str], list[Problem]] = {}
    for problem in reading.to_check:
        if problem.row is not None and problem.letter:
            doubts.setdefault((problem.row, problem.letter), []).append(problem)
    places = [
        at for at, number in enumerate(sheet.numbers)
        if number > header and (number in rows_with or any(not blank(cell) for cell in sheet.row(at)))
    ]  # fmt: skip
    chosen = [at for at in places if sheet.numbers[at] in rows_with] if only_faulty else places
    pages = max(1, -(-len(chosen) // ROWS_A_PAGE))
    page = min(max(page, 1), pages)
    rows = []
    for at in chosen[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]:
        number = sheet.numbers[at]
        cells = [
            {
                "name": f"{column['letter']}{number}", "text": _text(sheet.columns[column["index"]][at]),
                "faults": at_cell.get((number, column["letter"]), []), "label": column["label"] or column["header"],
                "doubts": doubts.get((number, column["letter"]), []),
            }
            for column in columns
        ]  # fmt: skip
        rows.append({"number": number, "cells": cells, "faulty": number in rows_with, "open": number in open_rows})
    return {"rows": rows, "pages": pages, "page": page, "faulty": len(rows_with), "all": len(places)}


def _text(cell: Cell) -> str:
    return "" if cell is None else shown(cell)


def elsewhere(reading: Reading, columns: Sequence[dict[str, Any]]) -> list[tuple[int, Problem, str]]:
    """The problems that no cell of the table shows: of the file, of its columns, of whole rows; each with its advice.

    Advice that is meant for the command line is said for this page.
    """
    header = reading.table.sheet.numbers[reading.table.header_at] if reading.table else 0
    letters = {column["letter"] for column in columns}
    return [
        (number, one, "Choose what it holds in the list of columns below." if "--map" in one.fix else one.fix)
        for number, one in enumerate(reading.problems)
        if one.row is None or one.row <= header or one.letter not in letters
    ]
