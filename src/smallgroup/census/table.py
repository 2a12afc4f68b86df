"""A census inside its sheet: where it stands, which column holds which field, and what was said of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from smallgroup.census.derived import DERIVED
from smallgroup.census.fields import BY_NAME, Field
from smallgroup.census.matching import Match
from smallgroup.census.sheet import Sheet, column_letter
from smallgroup.census.unfold import Unfolded
from smallgroup.errors import Problem, Proposal

PLAIN = "plain"
EXCHANGE = "exchange template v1.1"
BY_PERSON = "one row per person"
BY_FAMILY = "one row per family"

OWNER = Field("is_business_owner", "yes_no", "business owner")
ADDRESS_KIND = Field("kind", "text", "kind of address")
KNOWN_FIELDS: dict[str, Field] = BY_NAME | DERIVED | {OWNER.name: OWNER, ADDRESS_KIND.name: ADDRESS_KIND}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet: `header` as written, with nothing in it that must not be shown."""

    index: int
    header: str

    @property
    def named(self) -> str:
        """The header and the spreadsheet's letter: `DOB (F)`."""
        return f"{self.header} ({column_letter(self.index)})".lstrip()

    @property
    def quoted(self) -> str:
        """`'DOB' (column F)`: the same inside a sentence."""
        letter = column_letter(self.index)
        return f"'{self.header}' (column {letter})" if self.header else f"column {letter}, without a header"


@dataclass(slots=True)
class Table:
    """The census inside its sheet: data from position `first` on; `used` says which column holds a field."""

    sheet: Sheet
    shown_sheet: str | None  # the sheet's name where it helps: in a workbook of several sheets
    layout: str
    header_at: int
    first: int
    columns: tuple[Column, ...]
    used: dict[str, Column] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    left_out: int = 0  # rows among the members that are nobody, and are said in notices
    without_relationship: Problem | None = None  # that no column is for it; nobody may need one
    unfolded: Unfolded | None = None  # where the file has one row a family
    origin: str = ""  # the part of a message that it came as

    def where(self, at: int | None = None, label: str | None = None) -> str:
        """`Census, sheet 'Staff', row 7, birth date`, for the row at position `at`."""
        parts = [f"Census file {self.origin}" if self.origin else "Census"]
        if self.shown_sheet is not None:
            parts.append(f"sheet '{self.shown_sheet}'")
        if at is not None:
            parts.append(self.sheet.row_said(self.sheet.numbers[at]))
        if label:
            parts.append(label)
        return ", ".join(parts)

    def problem(self, at: int, column: Column | None, why: str, fix: str, *, label: str | None = None,
                seen: str | None = None, name: str | None = None,
                proposal: Proposal | None = None) -> None:  # fmt: skip
        """Note what is wrong at a cell, or at a whole row where `column` is None."""
        if self.unfolded is not None and column is not None:
            index = self.unfolded.moved.get((at, column.index), column.index)
            column = None if index is None else self.columns[index]
            if label and at in self.unfolded.persons:
                label = f"{label} of {self.unfolded.persons[at]}"
        self.problems.append(
            Problem(
                where=self.where(at, label),
                why=why,
                fix=fix,
                seen=seen,
                sheet=self.sheet.name or None,
                row=self.sheet.numbers[at],
                column=column.named if column else None,
                field=name,
                proposal=proposal,
            )
        )

    @property
    def empty(self) -> bool:
        return self.first >= len(self.sheet.numbers)
