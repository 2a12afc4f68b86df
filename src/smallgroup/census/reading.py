"""A census that character recognition read: how sure it is of each cell, and what a person has to compare. Pure.

No confidence makes a reading true, so such a census is always for a person's review; what is under the bar is told
cell by cell, and nothing in it is corrected, or proposed as safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from smallgroup.census.fields import Field
from smallgroup.census.privacy import shown
from smallgroup.census.sheet import SPACE, Cell, Sheet, column_letter
from smallgroup.census.values import Fault, reader
from smallgroup.errors import Problem, Proposal

BAR: Final = 75
BAR_OF_DATES: Final = 90
"""Percent. Measured on 20 faxes of 30 people: see docs/adr/0009."""

_LOOK_ALIKE: Final = str.maketrans("OoQDlIi|!SsBZzGgq", "00001111155822699")


def bar_of(field: str) -> int:
    """The confidence in percent under which a cell is doubtful. A birth date decides a premium."""
    return BAR_OF_DATES if field == "date_of_birth" else BAR


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell: `cell` as `F7`, `where` as `row 7 (page 1, row 7)`."""

    cell: str
    where: str
    row: int
    column: int
    field: str
    confidence: int

    @property
    def doubtful(self) -> bool:
        return self.confidence < bar_of(self.field)

    def as_json(self) -> dict[str, object]:
        return {"cell": self.cell, "where": self.where, "field": self.field, "confidence": self.confidence,
                "doubtful": self.doubtful}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """How the file was read, and every cell of a person with its confidence, by row."""

    by: Literal["ocr"]
    cells: tuple[ReadCell, ...]

    @property
    def doubtful(self) -> tuple[ReadCell, ...]:
        return tuple(cell for cell in self.cells if cell.doubtful)

    @property
    def sentence(self) -> str:
        count = len(self.doubtful)
        doubtful = f"{count} of {len(self.cells)} cells {'is' if count == 1 else 'are'} doubtful"
        return f"read by character recognition: a person must look at it against the original; {doubtful}."

    def as_json(self) -> dict[str, object]:
        return {
            "by": self.by, "lowest": min((cell.confidence for cell in self.cells), default=0),
            "doubtful": len(self.doubtful), "cells": [cell.as_json() for cell in self.cells],
        }  # fmt: skip


def reading_of(sheet: Sheet, fields: Mapping[int, str], rows: Sequence[int]) -> Reading | None:
    """The reading of the cells in `rows` (row numbers) of the columns in `fields`; None where no cell was recognized."""
    if not sheet.confidence:
        return None
    held = set(rows)
    cells = [
        ReadCell(f"{column_letter(column)}{row}", sheet.row_said(row), row, column, fields[column], confidence)
        for (row, column), confidence in sorted(sheet.confidence.items()) if row in held and column in fields
    ]  # fmt: skip
    return Reading("ocr", tuple(cells))


def to_compare(
    reading: Reading, sheet: Sheet, known: Mapping[str, Field], headers: Mapping[int, str], file: str
) -> Iterator[Problem]:
    """What a person has to compare with the original: the file, and each doubtful cell with what was read."""
    yield Problem(
        f"Census file {file}", f"it was {reading.sentence}",
        "Write a copy with --fixed OUT.xlsx, compare it with the original, correct it, and use the copy.",
    )  # fmt: skip
    position = {number: at for at, number in enumerate(sheet.numbers)}
    for one in reading.doubtful:
        label = known[one.field].label
        seen = shown(sheet.columns[one.column][position[one.row]])
        if one.field == "date_of_birth":
            why, seen = f"the birth date was read with {one.confidence}% confidence.", "####"
        else:
            why = f"it was read as {seen!r} with {one.confidence}% confidence."
        yield Problem(
            f"Census, {one.where}, {label}", why, "Compare it with the original.", seen=seen, sheet=sheet.name or None,
            row=one.row, column=f"{headers[one.column]} ({column_letter(one.column)})".lstrip(), field=one.field,
        )  # fmt: skip


def never_safe(problem: Problem, sheet: Sheet, known: Mapping[str, Field], cell: Cell, as_of: date) -> Problem:
    """The problem of a recognized cell: of what is proposed nothing is safe, and letters may be digits."""
    if not sheet.confidence:
        return problem
    proposal = problem.proposal
    if proposal is None and problem.field in known:
        proposal = _look_alike(known[problem.field], cell, as_of)
    return problem if proposal is None else replace(problem, proposal=replace(proposal, safe=False))


def _look_alike(field: Field, cell: Cell, as_of: date) -> Proposal | None:
    """What the cell says where its letters are taken for the digits that look like them."""
    if not isinstance(cell, str) or field.kind not in ("date", "hundredths", "cents") and field.name != "zip":
        return None
    written = cell.strip(SPACE)
    new = written.translate(_LOOK_ALIKE)
    value = None if new == written else reader(field, as_of=as_of)(new)
    if value is None or isinstance(value, Fault):
        return None
    told = value.isoformat() if isinstance(value, date) else new
    return Proposal(told, "letters were read where digits belong; these look like them. Compare the original.", safe=False)
