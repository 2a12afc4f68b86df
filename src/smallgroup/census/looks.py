"""Whether the cells under a header look like a field, and the words that say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from smallgroup.census.derived import DERIVED, column_reader
from smallgroup.census.fields import BY_NAME, Field
from smallgroup.census.sheet import SPACE, Cell, blank
from smallgroup.census.values import Fault

FIELDS: Final[Mapping[str, Field]] = BY_NAME | DERIVED

_SAMPLE = 200
_LIKE_A_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}( 00:00:00)?", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"-?\d{1,15}(\.\d*)?", re.ASCII)
_LIKE_MONEY = re.compile(r"-?\$?\s?\d[\d,]*(\.\d*)?", re.ASCII)
_LIKE_A_ZIP = re.compile(r"\d{3,5}(-\d{4})?(\.0)?", re.ASCII)
_NEVER = date(9999, 12, 31)


def fits(field: str, cells: Sequence[Cell]) -> float | None:
    """The part of the cells that look like the field, from 0 to 1; None when all of them are blank."""
    sample = sample_of(cells)
    if not sample:
        return None
    return sum(map(_sniffer(field, sample), sample)) / len(sample)


def sample_of(cells: Sequence[Cell]) -> list[Cell]:
    found: list[Cell] = []
    for cell in cells:
        if not blank(cell):
            found.append(cell)
            if len(found) == _SAMPLE:
                break
    return found


def _sniffer(field: str, sample: Sequence[Cell]) -> Callable[[Cell], bool]:
    kind = FIELDS[field].kind
    if field == "date_of_birth":
        return lambda cell: _dated(cell) or _between(cell, 0, 120)
    if field == "zip":
        return lambda cell: not isinstance(cell, bool) and _LIKE_A_ZIP.fullmatch(str(cell).strip(SPACE)) is not None
    if field == "full_name":
        return _two_names
    if field == "family_id":
        return lambda cell: not _dated(cell) and any(sign.isdigit() for sign in str(cell))
    if field == "hours_per_week":
        return lambda cell: _between(cell, 0, 60)
    if field in ("first_name", "last_name", "county"):
        return lambda cell: isinstance(cell, str) and not any(sign.isdigit() for sign in cell)
    if kind == "date":
        return _dated
    if kind == "hundredths":
        return lambda cell: _between(str(cell).rstrip(SPACE + "%"), 0, 168)
    if kind == "cents":
        return lambda cell: not isinstance(cell, bool) and _LIKE_MONEY.fullmatch(str(cell).strip(SPACE)) is not None
    if kind == "text":
        return lambda cell: not isinstance(cell, date)
    read = column_reader(FIELDS[field], sample, as_of=_NEVER)
    return lambda cell: not isinstance(read(cell), Fault)


def _dated(cell: Cell) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and _LIKE_A_DATE.fullmatch(cell.strip(SPACE)) is not None)


def _between(cell: Cell, least: int, most: int) -> bool:
    if isinstance(cell, str) and not _LIKE_A_NUMBER.fullmatch(cell.strip(SPACE)):
        return False
    return not isinstance(cell, (bool, date)) and cell is not None and least <= float(cell) <= most


def _two_names(cell: Cell) -> bool:
    """At least two words, without a digit."""
    if not isinstance(cell, str) or any(sign.isdigit() for sign in cell):
        return False
    return len(re.findall(r"[^\W\d_][\w'’.\-]*", cell)) >= 2


def said_of(field: str, cells: Sequence[Cell], share: float | None) -> str:
    """What the values say: `all 23 values are dates between 1950 and 2024`."""
    sample = sample_of(cells)
    if share is None or not sample:
        return "there are no values yet"
    count = len(sample)
    known = FIELDS[field]
    what = {"date": "dates", "word": f"words for {known.label}", "yes_no": "yes or no", "cents": "amounts",
            "hundredths": "numbers", "text": "texts"}[known.kind]  # fmt: skip
    what = {"zip": "ZIP codes", "hours_per_week": "hours of a week", "full_name": "names of two words"}.get(field, what)
    if known.kind == "date":
        years = sorted(year for cell in sample if (year := year_of(cell)) is not None)
        if years:
            what += f" between {years[0]} and {years[-1]}" if years[0] != years[-1] else f" of {years[0]}"
    fitting = round(share * count)
    if fitting == count:
        return f"its value is one of {what}" if count == 1 else f"all {count} values are {what}"
    return f"{fitting} of {count} values are {what}"


def year_of(cell: Cell) -> int | None:
    if isinstance(cell, date):
        return cell.year
    found = re.search(r"(?<!\d)(?:18|19|20)\d\d(?!\d)", str(cell)) if isinstance(cell, str) else None
    return int(found[0]) if found else None
