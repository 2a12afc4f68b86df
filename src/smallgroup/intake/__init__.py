"""The outside world of a census: files are parsed in limited child processes, never in this one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smallgroup.census.read import Census
    from smallgroup.census.sheet import Sheet

__all__ = ["READABLE", "census_file", "census_sheets"]

READABLE = (
    ".xlsx", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt", ".pdf", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".eml",
)  # fmt: skip
"""The suffixes of what may be a census."""


def census_file(
    path: str | PathLike[str],
    *,
    mapping: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    part: str | None = None,
    recognition: bool = True,
    as_of: date,
) -> Census:
    """The census in a spreadsheet, a text file, a PDF, a picture of a page or a message (.eml): the one way in.

    `mapping` says which column of the file holds which field, `remembered` what was confirmed for its
    sender before, `part` which part of a message is meant; `as_of` is the day after which nobody is born yet.
    Raises Refused with every problem of the file; whatever it does to its reader, this process lives on. Where
    `Census.reading` is not None, character recognition read the file, and a person must compare it with the original
    before it is used; without `recognition` a fax or a scan is refused.
    """
    # Imported late: the child processes import this package too, and must stay small.
    from smallgroup.intake import process

    process.warm_up()  # the reader starts while this process loads Polars
    from dataclasses import replace
    from pathlib import Path

    from smallgroup.census.read import read_census
    from smallgroup.intake.plain_text import plain_census

    if not mapping and not remembered and part is None and (plain := plain_census(Path(path), as_of=as_of)) is not None:
        return plain
    sheets, notices = _sheets_of(path, part, recognition)
    census = read_census(sheets, file=Path(path).name, mapping=mapping, remembered=remembered, as_of=as_of)
    return replace(census, notices=notices + census.notices) if notices else census


def census_sheets(
    path: str | PathLike[str], *, part: str | None = None, recognition: bool = True
) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """The sheets of a census file as they are, and notices about how it was read. Raises Refused."""
    from smallgroup.intake import process

    process.warm_up()
    return _sheets_of(path, part, recognition)


def _sheets_of(
    path: str | PathLike[str], part: str | None, recognition: bool
) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    from pathlib import Path

    from smallgroup.intake import mail, paper, spreadsheet
    from smallgroup.intake.child import Limits

    suffix = Path(path).suffix.lower()
    if suffix == ".eml" or part is not None:
        found = mail.part_of(path, part, limits=Limits(recognition=recognition))
        return found.sheets, found.notices
    if suffix in paper.SUFFIXES:
        return paper.sheets_of(path, recognized=recognition)
    return spreadsheet.sheets_of(path)
