"""Where the census stands in a workbook: its sheet, its header row and its layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from smallgroup.census.columns import assign
from smallgroup.census.derived import MAPPABLE
from smallgroup.census.fields import FIELDS
from smallgroup.census.header_words import header_key, name_of
from smallgroup.census.layout_names import column_key, exchange_marks, field_of, keys_of
from smallgroup.census.nobody import without_nobody
from smallgroup.census.privacy import shown
from smallgroup.census.sheet import SPACE, Cell, Sheet, blank
from smallgroup.census.table import BY_FAMILY, BY_PERSON, EXCHANGE, PLAIN, Column, Table
from smallgroup.census.unfold import Unfolded, unfold
from smallgroup.errors import Problem

_HEADER_WITHIN = 30  # rows; titles and notes may stand above the header



def find_table(
    sheets: Sequence[Sheet], *, file: str, mapping: Mapping[str, str], remembered: Mapping[str, str], as_of: date
) -> Table | Problem:
    """The census in the workbook, with what is wrong with its columns; a Problem when there is none.

    `remembered` is what was confirmed of headers before, by `header_key`: it holds where such a column is.
    """
    said = dict(mapping)
    for sheet in sheets:
        said |= _recalled(sheet, mapping, remembered)
    found = [place for sheet in sheets if (place := _header(sheet, said)) is not None]
    if not found:
        return Problem(
            where=f"Census file {file}", why="there are no members in it: it is empty.",
            fix=f"Give it a header row with {_required()}, and a row for each member.",
        )  # fmt: skip
    complete = [place for place in found if place.complete]
    if not complete:  # nobody's own names: then the names that are known for them
        found = [place for sheet in sheets if (place := _header(sheet, said, loosely=True)) is not None]
        complete = [place for place in found if place.complete]
    if len(complete) > 1:
        names = ", ".join(f"'{shown(place.sheet.name)}'" for place in complete)
        return Problem(
            where=f"Census file {file}", why=f"more than one sheet looks like a census: {names}.",
            fix="Keep one census in the file; it is not clear which of them is meant.",
        )  # fmt: skip
    best = complete[0] if complete else max(found, key=lambda place: place.score)
    table = _table(best, said, shown_sheet=shown(best.sheet.name) if len(sheets) > 1 else None)
    assign(table, mapping, remembered, as_of)
    return table


def likeness(sheets: Sequence[Sheet]) -> tuple[bool, int]:
    """Whether the sheets hold a census by its header, and how many fields its best header names.

    It tells the census among several tables; whether it can be read is another matter.
    """
    score = 0
    for loosely in (False, True):
        for sheet in sheets:
            place = _header(sheet, {}, loosely=loosely)
            if place is not None and place.complete:
                return True, place.score
            score = max(score, place.score if place is not None else 0)
    return False, score


@dataclass(frozen=True, slots=True)
class _Place:
    """A row that may be the header: its keys by column, and how many of them are known."""

    sheet: Sheet
    at: int
    keys: tuple[str, ...]
    layout: str
    score: int
    complete: bool
    apart: Sheet | None = None  # the sheet as it was, where the row above belongs to the header


def _header(sheet: Sheet, mapping: Mapping[str, str], *, loosely: bool = False) -> _Place | None:
    """The row of the sheet that looks most like a header; None when the sheet is blank."""
    best: _Place | None = None
    for at in range(min(len(sheet.numbers), _HEADER_WITHIN)):
        place = _judge(sheet, at, mapping, loosely=loosely)
        if place is not None and (best is None or place.score > best.score):
            best = place
    if best is None or best.layout == EXCHANGE:
        return best
    for at in (best.at, best.at + 1):
        joined = _joined(sheet, at)
        place = None if joined is None else _judge(joined, at, mapping, loosely=loosely)
        # As good as without them, words under the header are part of it too: a member's row has a figure in it.
        if place is not None and place.score >= best.score + (at == best.at):
            best = replace(place, apart=sheet)
            break
    return best


def _joined(sheet: Sheet, at: int) -> Sheet | None:
    """The sheet with the row at `at` and the one above it read as one header: Birth over Date is Birth Date."""
    if not 0 < at < len(sheet.numbers):
        return None
    pairs = list(zip(sheet.row(at - 1), sheet.row(at), strict=True))
    both = sum(not blank(over) and not blank(under) for over, under in pairs)
    if both < 2 or _same_words(sheet, at) or not all(_is_word(over) and _is_word(under) for over, under in pairs):
        return None
    columns = []
    for (over, under), column in zip(pairs, sheet.columns, strict=True):
        words = [cell.strip(SPACE) for cell in (over, under) if isinstance(cell, str) and not blank(cell)]
        columns.append([*column[:at], " ".join(words) or None, *column[at + 1 :]])
    return replace(sheet, columns=columns)


def _same_words(sheet: Sheet, at: int) -> bool:
    """Whether the two rows name the same columns, two or more, as labels under a header do."""
    pairs = zip(sheet.row(at - 1), sheet.row(at), strict=True)
    same = sum(isinstance(over, str) and isinstance(under, str) and (name := name_of(over)) is not None
               and name == name_of(under) for over, under in pairs)  # fmt: skip
    return same >= 2


def _is_word(cell: Cell) -> bool:
    return blank(cell) or (isinstance(cell, str) and not any(sign.isdigit() for sign in cell))


def _judge(sheet: Sheet, at: int, mapping: Mapping[str, str], *, loosely: bool) -> _Place | None:
    row = sheet.row(at)
    if all(blank(cell) for cell in row):
        return None
    keys = keys_of(sheet, at)
    layout = EXCHANGE if exchange_marks(keys) else PLAIN
    mapped = {column_key(column): name for column, name in mapping.items()}
    fields = {name for key in keys if (name := mapped.get(key) or field_of(key, layout))}
    if not loosely or layout == EXCHANGE:
        required = {item.name for item in FIELDS if item.required}
        return _Place(sheet, at, keys, layout, len(fields), required <= fields)
    fields |= {name for cell in row if isinstance(cell, str) and len(cell) <= 80 and (name := name_of(cell))}
    complete = {"relationship", "date_of_birth"} <= fields
    if not complete and sum(isinstance(cell, str) and not blank(cell) for cell in row) > 1:
        complete = _unfolded(sheet, at, keys, mapping) is not None
        score = len(fields) + 3 if complete else len(fields)
        return _Place(sheet, at, keys, BY_FAMILY if complete else BY_PERSON, score, complete)
    return _Place(sheet, at, keys, BY_PERSON, len(fields), complete)


def _unfolded(sheet: Sheet, at: int, keys: Sequence[str], mapping: Mapping[str, str]) -> Unfolded | None:
    if "relationship" in mapping.values():
        return None
    mapped = {column_key(header) for header in mapping}
    return unfold(sheet, at, mapped={index for index, key in enumerate(keys) if key in mapped})


def _recalled(sheet: Sheet, mapping: Mapping[str, str], remembered: Mapping[str, str]) -> dict[str, str]:
    """The headers of the sheet for which something is remembered, unless `mapping` says something of them."""
    if not remembered:
        return {}
    said = {header_key(header) for header in mapping}
    found: dict[str, str] = {}
    for at in range(min(len(sheet.numbers), _HEADER_WITHIN)):
        for cell in sheet.row(at):
            if isinstance(cell, str) and (key := header_key(cell)) in remembered and key not in said:
                name = remembered[key]
                if name in MAPPABLE and name not in mapping.values():
                    found[cell.strip(SPACE)] = name
    return found


def _table(place: _Place, mapping: Mapping[str, str], *, shown_sheet: str | None) -> Table:
    sheet, notices = place.sheet, list[str]()
    fields = {index: field_of(key, place.layout) for index, key in enumerate(place.keys)}
    if place.layout != EXCHANGE:
        headers = sheet.row(place.at)
        fields = {index: name or (name_of(head) if isinstance(head := headers[index], str) else None)
                  for index, name in fields.items()}  # fmt: skip
    first = place.at + 1
    if place.apart is not None:
        rows = f"{sheet.numbers[place.at - 1]} and {sheet.numbers[place.at]}"
        notices.append(f"The header stands in rows {rows}, read as one.")
    if place.layout == EXCHANGE and _labels(sheet, first, place.keys):
        first += 1
    elif place.layout != EXCHANGE and _repeats(sheet, first, fields):
        notices.append(f"Row {sheet.numbers[first]} holds labels of the columns, and was skipped.")
        first += 1
    naming: list[Sequence[Cell]] = [sheet.row(at) for at in range(place.at, first)]
    if place.apart is not None:
        naming += [place.apart.row(place.at - 1), place.apart.row(place.at)]
    sheet, left, among = without_nobody(sheet, first, naming, fields)
    notices += left
    unfolded = _unfolded(sheet, place.at, place.keys, mapping) if place.layout == BY_FAMILY else None
    if unfolded is not None:
        sheet = unfolded.sheet
    columns = tuple(Column(index, "" if blank(cell) else shown(cell)) for index, cell in enumerate(sheet.row(place.at)))
    return Table(sheet, shown_sheet, place.layout, place.at, first, columns, notices=notices, unfolded=unfolded,
                 left_out=among, origin=place.sheet.origin)  # fmt: skip


def _repeats(sheet: Sheet, at: int, fields: Mapping[int, str | None]) -> bool:
    """Whether the row under the header names the columns once more, and is nobody's data."""
    if at >= len(sheet.numbers):
        return False
    same = 0
    for index, name in fields.items():
        cell = sheet.columns[index][at]
        if name == "date_of_birth" and (not isinstance(cell, str) or any(sign.isdigit() for sign in cell)):
            return False
        same += name is not None and isinstance(cell, str) and name_of(cell) == name
    return same >= 2 and "date_of_birth" in fields.values()


def _labels(sheet: Sheet, at: int, keys: Sequence[str]) -> bool:
    """Whether the row under the machine headers is the template's row of labels, and nobody's data."""
    if at >= len(sheet.numbers):
        return False
    cells = {keys[index]: sheet.columns[index][at] for index in reversed(range(len(keys)))}  # the first of two
    given = [cells[key] for key in ("dob", "employeerelationship") if key in cells]
    if not all(isinstance(cell, str) and not any(sign.isdigit() for sign in cell) for cell in given):
        return False
    relationship = cells.get("employeerelationship", "relation")
    return bool(given) and isinstance(relationship, str) and "relation" in relationship.casefold()


def _required() -> str:
    names = [item.name for item in FIELDS if item.required]
    return f"{', '.join(names[:-1])} and {names[-1]}"
