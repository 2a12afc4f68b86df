"""Where the wages stand in a wage report's sheets: the header row, and what each column is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from smallgroup.census.privacy import shown, ssn_header, words_of
from smallgroup.census.sheet import Sheet, blank, column_letter
from smallgroup.errors import Problem, Refused

Role = Literal["ssn", "name", "last", "first", "middle", "suffix", "wages"]

LABELS: Mapping[Role, str] = {
    "ssn": "Social Security number", "name": "name", "last": "last name", "first": "first name",
    "middle": "middle name", "suffix": "suffix", "wages": "gross wages",
}  # fmt: skip
NEEDED = (
    "It needs a header row with a name (Last Name and First Name, or Employee Name) and Gross Wages; "
    "the Social Security number, or its last four digits, may stand beside them."
)

_HEADER_WITHIN = 40  # rows; the employer's name, account and quarter may stand above the header
_PAID = {"wage", "wages", "earnings", "gross"}
_OTHER_SUMS = {
    "taxable", "nontaxable", "excess", "non", "hourly", "rate", "tax", "taxes", "hours", "weeks", "ytd", "year",
    "date", "report", "federal", "medicare", "withheld", "withholding", "week", "weekly",
}  # fmt: skip
_NAME = {"name", "names", "employee", "employees", "worker", "workers"}
_OTHER_NAMES = {
    "employer", "employers", "company", "business", "firm", "plan", "account", "file", "id", "number", "no",
    "preparer", "count", "code", "type", "status", "address", "department", "title", "total", "maiden",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WageTable:
    """The sheet with the wages: people from position `first` on, and the column index of each role."""

    sheet: Sheet
    shown_sheet: str | None  # the sheet's name where it helps: in a workbook of several sheets
    header_at: int
    columns: Mapping[Role, int]
    headers: Sequence[str]

    @property
    def first(self) -> int:
        return self.header_at + 1

    def named(self, role: Role) -> str:
        """The header and the spreadsheet's letter: `Gross Wages (D)`."""
        index = self.columns[role]
        return f"{self.headers[index]} ({column_letter(index)})"

    def problem(self, at: int, role: Role | None, why: str, fix: str, *, seen: str | None = None) -> Problem:
        """What is wrong at a cell, or at a whole row."""
        parts = ["Wage report"]
        if self.shown_sheet is not None:
            parts.append(f"sheet '{self.shown_sheet}'")
        parts.append(f"row {self.sheet.numbers[at]}")
        if role is not None:
            parts.append(LABELS[role])
        known = role is not None and role in self.columns
        return Problem(
            ", ".join(parts), why, fix, seen=seen, sheet=self.sheet.name or None, row=self.sheet.numbers[at],
            column=self.named(role) if role is not None and known else None, field=role,
        )  # fmt: skip


def find_wages(sheets: Sequence[Sheet], *, file: str) -> WageTable:
    """The one sheet that has names and wages. Raises Refused with one sentence when there is none, or two."""
    places = [place for sheet in sheets if (place := _header(sheet)) is not None]
    whole = [place for place in places if place.complete]
    if len(whole) > 1:
        names = ", ".join(f"'{shown(place.sheet.name)}'" for place in whole)
        raise Refused(
            Problem(
                f"Wage report file {file}",
                f"more than one sheet looks like a wage report: {names}.",
                "Keep one quarter's report in the file; it is not clear which of them is meant.",
            )
        )
    if not whole:
        best = max(places, key=lambda place: len(place.claims), default=None)
        raise Refused(Problem(f"Wage report file {file}", _lacking(best), NEEDED))
    place = whole[0]
    shown_sheet = shown(place.sheet.name) if len(sheets) > 1 else None
    headers = ["" if blank(cell) else shown(cell) for cell in place.sheet.row(place.at)]
    columns, problems = _chosen(place, headers, shown_sheet)
    if problems:
        raise Refused(problems)
    return WageTable(place.sheet, shown_sheet, place.at, columns, headers)


@dataclass(frozen=True, slots=True)
class _Place:
    """A row that may be the header, and the columns that its words claim for each role."""

    sheet: Sheet
    at: int
    claims: Mapping[Role, Sequence[int]]

    @property
    def complete(self) -> bool:
        return "wages" in self.claims and not {"name", "last"}.isdisjoint(self.claims)


def _header(sheet: Sheet) -> _Place | None:
    """The first row with a name and wages; else the one that has most of what is looked for."""
    best: _Place | None = None
    for at in range(min(len(sheet.numbers), _HEADER_WITHIN)):
        place = _Place(sheet, at, _claims(sheet, at))
        if place.complete:
            return place
        if place.claims and (best is None or len(place.claims) > len(best.claims)):
            best = place
    return best


def _claims(sheet: Sheet, at: int) -> dict[Role, list[int]]:
    claims: dict[Role, list[int]] = {}
    for index, cell in enumerate(sheet.row(at)):
        if isinstance(cell, str) and len(cell) <= 80 and (role := _role(cell)) is not None:
            claims.setdefault(role, []).append(index)
    return claims


def _role(header: str) -> Role | None:
    words = words_of(header)
    held = set(words)
    if ssn_header(words) or (held & {"four", "4"} and "last" in held) or "last4" in held:
        return "ssn"
    if _PAID & held or ("pay" in held and held & {"total", "quarter", "quarterly"}):
        return None if _OTHER_SUMS & held else "wages"
    if "#" in header or _OTHER_NAMES & held:
        return None
    joined = "".join(words)
    if "last" in held and "first" in held:
        return "name"
    if joined in ("last", "surname") or joined.endswith(("lastname", "surname", "familyname")):
        return "last"
    if joined == "first" or joined.endswith(("firstname", "givenname", "forename")):
        return "first"
    if joined in ("mi", "initial") or joined.startswith("middle"):
        return "middle"
    if joined in ("suffix", "namesuffix"):
        return "suffix"
    return "name" if _NAME & held else None


def _chosen(place: _Place, headers: Sequence[str], shown_sheet: str | None) -> tuple[dict[Role, int], list[Problem]]:
    """One column for each role. A name in two columns goes before one that holds both; of several sums the
    reportable gross wages are meant."""
    claims = {role: list(indexes) for role, indexes in place.claims.items()}
    if "last" in claims:
        claims.pop("name", None)
    else:
        claims.pop("first", None)
    columns: dict[Role, int] = {}
    problems = []
    table = WageTable(place.sheet, shown_sheet, place.at, columns, headers)
    for role, indexes in claims.items():
        if role == "wages":
            weights = {index: _weight(headers[index]) for index in indexes}
            indexes = [index for index in indexes if weights[index] == max(weights.values())]
        columns[role] = indexes[0]
        if len(indexes) > 1:
            said = ", ".join(f"'{headers[index]}' (column {column_letter(index)})" for index in indexes)
            why = f"there are {len(indexes)} columns for {LABELS[role]}: {said}."
            problems.append(table.problem(place.at, role, why, "Keep one of them."))
    return columns, problems


def _weight(header: str) -> int:
    held = set(words_of(header))
    return 4 * ("gross" in held) + 2 * ("reportable" in held) + ("total" in held)


def _lacking(best: _Place | None) -> str:
    if best is None:
        return "there is no header row with names and wages in it."
    row = best.sheet.numbers[best.at]
    if "wages" not in best.claims:
        return f"row {row} looks like the header, and no column of it is for gross wages."
    return f"row {row} looks like the header, and no column of it is for names."
