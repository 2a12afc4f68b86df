"""The rows that are nobody: totals, notes under the last member, the header once more. Each is told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from smallgroup.census.fields import BY_NAME
from smallgroup.census.privacy import shown
from smallgroup.census.sheet import SPACE, Cell, Sheet, blank

_TOTAL = re.compile(
    r"((grand|sub)[ -]?)?totals?\b.*|(head)?count\b.*|sum\b.*"
    r"|\d+ (employees|members|subscribers|dependents|lives|families)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"\$?\d[\d,]*(\.\d*)?", re.ASCII)
_ADDED_UP = ("hundredths", "cents")
_IDS = ("family_id", "member_id", "employee_number", "zip")

_NOTE = re.compile(
    r"[*†‡(\[#].*|.*[:=;?!].*|.*\.|(notes?|prepared|printed|confidential|please|page|end|updated|revised|report)\b.*",
    re.IGNORECASE | re.DOTALL,
)
"""What begins or ends as nobody's name, id or word does."""
_LONG = 5  # words: no name is as long


def without_nobody(
    sheet: Sheet, first: int, headers: Sequence[Sequence[Cell]], fields: Mapping[int, str | None]
) -> tuple[Sheet, list[str], int]:
    """The sheet without the rows that are nobody, a notice for each, and how many of them stood among the members.

    `headers` are the rows of the header and of its labels. A note is taken for one only under the last member: among
    the members a lone text may be what is left of one.
    """
    copies = _alike(sheet, first, [_words(header) for header in headers])
    end = len(sheet.numbers)
    keep = end
    skipped: list[str] = []
    while end > first:
        at = end - 1
        if all(map(blank, sheet.row(at))):
            end -= 1
            continue
        what = (
            "a total" if _is_total(sheet, first, at, fields)
            else "a note under the last member" if _is_note(sheet, at)
            else "the header once more" if at in copies else None
        )  # fmt: skip
        if what is None:
            break
        skipped.append(_told(sheet, at, what))
        end -= 1
        keep = end
    among = [at for at in sorted(copies) if at < end]
    notices = [_told(sheet, at, "the header once more") for at in among] + skipped[::-1]
    if not notices:
        return sheet, [], 0
    last = max(sheet.last_row, sheet.numbers[-1]) - len(skipped)
    gone = set(among)
    kept = [at for at in range(keep) if at not in gone]
    columns = [[column[at] for at in kept] for column in sheet.columns]
    numbers = [sheet.numbers[at] for at in kept]
    left = replace(sheet, numbers=numbers, columns=columns, last_row=last)
    return left, notices, len(among)


def _told(sheet: Sheet, at: int, what: str) -> str:
    said = next(shown(cell) for cell in sheet.row(at) if not blank(cell))
    return f"Row {sheet.numbers[at]} ({said!r}) is {what} and no member: it was skipped."


def _words(row: Sequence[Cell]) -> dict[int, str]:
    cells = enumerate(row)
    return {index: cell.strip(SPACE).casefold() for index, cell in cells if isinstance(cell, str) and not blank(cell)}


def _alike(sheet: Sheet, first: int, headers: list[dict[int, str]]) -> set[int]:
    """The rows of which every cell is that of one header above, and there are two of them or more."""
    likely: set[int] = set()
    for index, column in enumerate(sheet.columns):
        words = {header[index] for header in headers if index in header}
        if words:
            likely.update(
                at for at in range(first, len(column))
                if isinstance(cell := column[at], str) and cell.strip(SPACE).casefold() in words
            )  # fmt: skip
    found = set()
    for at in likely:
        said = _words(sheet.row(at))
        filled = sum(not blank(cell) for cell in sheet.row(at))
        if filled == len(said) >= 2 and any(said.items() <= header.items() for header in headers):
            found.add(at)
    return found


def _is_note(sheet: Sheet, at: int) -> bool:
    """A text alone in its row that is longer than a name or has the signs of a note."""
    filled = [cell for cell in sheet.row(at) if not blank(cell)]
    if len(filled) != 1 or not isinstance(filled[0], str):
        return False
    text = filled[0].strip(SPACE)
    letters = sum(sign.isalpha() for sign in text)
    return letters >= 4 and (_NOTE.fullmatch(text) is not None or len(text.split()) >= _LONG)


def _is_total(sheet: Sheet, first: int, at: int, fields: Mapping[int, str | None]) -> bool:
    cells = sheet.row(at)
    filled = [(index, cell) for index, cell in enumerate(cells) if not blank(cell)]
    named = 0
    for _, cell in filled:
        if isinstance(cell, str) and _TOTAL.fullmatch(cell.strip(SPACE)):
            named += 1
        elif not _numeric(cell):
            return False
    if named:
        return True
    if len(filled) != 1:
        return False
    # A number alone: a sum, or the count of the rows above; an id alone may be a member who lost the rest.
    index, cell = filled[0]
    name = fields.get(index)
    if name in _IDS:
        return False
    if name in BY_NAME and BY_NAME[name].kind in _ADDED_UP:
        return True
    members = sum(not all(map(blank, sheet.row(above))) for above in range(first, at))
    return str(cell).strip(SPACE) in (str(members), f"{members}.0")


def _numeric(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell.strip(SPACE)) is not None
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)
