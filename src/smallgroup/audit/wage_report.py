"""A State Quarterly Tax and Wage Report (in Georgia form DOL-4N): who was paid how much in a quarter.

It has no hours, so it never proves that anybody works full time; it can only show wages that are too low for it.
Of a Social Security number the last four digits are kept, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Final

from smallgroup.audit.names import Name, split_name, whole_name
from smallgroup.audit.wage_columns import Role, WageTable, find_wages
from smallgroup.census.privacy import redacted, shown, words_of
from smallgroup.census.sheet import SPACE, Cell, Sheet, blank
from smallgroup.census.values import NO_VALUE, Fault
from smallgroup.errors import Problem, Refused
from smallgroup.group.quarters import quarters_in
from smallgroup.money import pretty

_MOST_CENTS: Final = 1_000_000_000
_MONEY = re.compile(r"(\()?(-)?\$?\s*(-)?(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d*)?\s*(\))?", re.ASCII)
_TRAILING_SUM = re.compile(r"\$?\s*\d[\d,]*\.\d{2}$", re.ASCII)
_FULL_SSN = re.compile(r"\d{3}[- .]?\d{2}[- .]?\d{4}", re.ASCII)
_MASKED_SSN = re.compile(r"(?:[*x#•]{3}[- .]?[*x#•]{2}[- .]?|[*x#•]+[- .]?)?(\d{4})", re.ASCII | re.IGNORECASE)
_NO_SSN = {"", "none", "na", "appliedfor", "pending", "unknown"}
_TOTALS = {"total", "totals", "subtotal", "subtotals"}
_COUNTS = {"employees", "employee", "workers", "number", "count", "headcount", "people"}

MONEY_ADVICE = "Write it as 1250.00."


@dataclass(frozen=True, slots=True, kw_only=True)
class WageRow:
    """One person on the report. `row` is the row in the file (the first of them where several were added).

    `name` is the name as shown, `Last, First` where the report has a column for each; wages are in cents.
    """

    row: int
    name: str
    last_name: str
    first_name: str
    ssn_last4: str | None
    wages: int

    @property
    def compared(self) -> Name | None:
        return whole_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class WageReport:
    """A report that was read whole. `quarter` is written 2025-Q2, and None where the report does not say it."""

    quarter: str | None
    rows: tuple[WageRow, ...]
    notices: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(row.wages for row in self.rows)


def parse_wage_report(sheets: Sequence[Sheet], *, file: str) -> WageReport:
    """The report in the sheets of one file. `file` is the name by which messages call it.

    Raises Refused with every problem at once; no message holds a Social Security number.
    """
    file = shown(file)
    table = find_wages(sheets, file=file)
    reading = _Rows(table)
    if not reading.people and not reading.problems:
        why = "there is nobody on it: nothing stands under the header."
        raise Refused(table.problem(table.header_at, None, why, "Add a row for each person who was paid."))
    if reading.problems:
        raise Refused(reading.problems)
    rows, added = _added(reading.people)
    quarter, doubt = _quarter(table, file)
    notices = [*reading.notices, *added, *([doubt] if doubt else [])]
    return WageReport(quarter=quarter, rows=tuple(rows), notices=tuple(notices))


class _Rows:
    """The rows under the header: people, what is wrong with them, and the sums that are checked against them."""

    def __init__(self, table: WageTable):
        self.table = table
        self.people: list[WageRow] = []
        self.problems: list[Problem] = []
        self.notices: list[str] = []
        self._sums: list[tuple[int, int, int]] = []  # position, figure, the first of the people it is about
        self._page_from = 0
        self._full_ssns = False
        self._left: list[int] = []
        sheet = table.sheet
        unvalued = {(row, index) for row, index in sheet.unvalued}
        last = max((at for at in range(table.first, len(sheet.numbers)) if self._filled(at)), default=-1)
        for at in range(table.first, len(sheet.numbers)):
            self._read(at, unvalued, last=at == last)
        if not self.problems:
            self._check_sums()
        self._tell()

    def _cell(self, at: int, role: Role) -> Cell:
        index = self.table.columns.get(role)
        cell = None if index is None else self.table.sheet.columns[index][at]
        return None if blank(cell) else cell

    def _filled(self, at: int) -> bool:
        return any(self._cell(at, role) is not None for role in self.table.columns)

    def _read(self, at: int, unvalued: set[tuple[int, int]], *, last: bool) -> None:
        number = self.table.sheet.numbers[at]
        missing = [role for role, index in self.table.columns.items() if (number, index) in unvalued]
        for role in missing:
            self.problems.append(self.table.problem(at, role, NO_VALUE.why, NO_VALUE.fix))
        if missing or self._is_header_again(at):
            return
        if not self._filled(at):
            if any(not blank(cell) for cell in self.table.sheet.row(at)) and not self._is_sum(at, last=last):
                self._left.append(number)
            return
        if not self._is_sum(at, last=last):
            self._person(at)

    def _is_header_again(self, at: int) -> bool:
        """The header stands again at the top of a printed page."""
        index = self.table.columns["wages"]
        return shown(self.table.sheet.columns[index][at]) == self.table.headers[index]

    def _is_sum(self, at: int, *, last: bool) -> bool:
        """Whether the row is a total, which is then kept to be checked: by its word, or by being the last figure."""
        if isinstance(ssn_last4(self._cell(at, "ssn")), str):
            return False
        cells = [cell for cell in self.table.sheet.row(at) if isinstance(cell, str) and not blank(cell)]
        words = words_of(cells[0]) if cells else []
        wages = self._cell(at, "wages")
        if not _says_total(words):
            nameless = not any(self._cell(at, role) is not None for role in self.table.columns if role != "wages")
            figure = money_of(wages)
            if nameless and last and isinstance(figure, int) and figure == sum(row.wages for row in self.people):
                return len(self.people) > 1
            return False
        if _COUNTS & set(words) and not {"wages", "wage", "gross"} & set(words):
            return True
        if wages is None or isinstance(wages, str):
            match = _TRAILING_SUM.search(wages or cells[0])
            wages = match.group() if match else wages
        figure = money_of(wages)
        if isinstance(figure, int):
            of_page = not {"page", "subtotal", "subtotals"}.isdisjoint(words)
            self._sums.append((at, figure, self._page_from if of_page else 0))
            if of_page:
                self._check_page(at, figure)
        elif wages is not None:
            self.problems.append(self.table.problem(at, "wages", figure.why, figure.fix, seen=shown(wages)))
        else:
            self.notices.append(f"Row {self.table.sheet.numbers[at]} is a total without a figure: nothing was checked.")
        return True

    def _check_page(self, at: int, figure: int) -> None:
        """A page's total is about the people since the page before: it is checked where it stands."""
        self._sums.pop()
        if not self.problems:
            self._compare(at, figure, self.people[self._page_from :])
        self._page_from = len(self.people)

    def _check_sums(self) -> None:
        for at, figure, first in self._sums:
            self._compare(at, figure, self.people[first:])

    def _compare(self, at: int, figure: int, people: Sequence[WageRow]) -> None:
        found = sum(row.wages for row in people)
        if found != figure:
            count = "1 row adds" if len(people) == 1 else f"{len(people)} rows add"
            self.problems.append(
                self.table.problem(
                    at,
                    "wages",
                    f"the total says {pretty(figure)}, and the {count} up to {pretty(found)}.",
                    "Look for the row that is missing, or wrong, by the difference of "
                    f"{pretty(abs(found - figure))}; or correct the total.",
                )
            )

    def _person(self, at: int) -> None:
        before = len(self.problems)
        name = self._name(at)
        last4 = self._last4(at)
        wages = self._wages(at)
        if len(self.problems) > before or name is None or wages is None:
            return
        whole, last_name, first_name = name
        self.people.append(
            WageRow(
                row=self.table.sheet.numbers[at],
                name=whole,
                last_name=last_name,
                first_name=first_name,
                ssn_last4=last4,
                wages=wages,
            )
        )

    def _name(self, at: int) -> tuple[str, str, str] | None:
        """The name as shown, its last and its first name."""
        roles: tuple[Role, ...] = ("name",) if "name" in self.table.columns else ("last", "first", "middle", "suffix")
        parts = {role: str(cell).strip(SPACE) for role in roles if (cell := self._cell(at, role)) is not None}
        for role, part in parts.items():
            if redacted(part) != part:
                self._refuse(
                    at, role, "this looks like a Social Security number, so it is not shown and not kept.",
                    "Move it to a column of its own, or take it out.", None,
                )  # fmt: skip
                return None
        if "name" in parts:
            whole = parts["name"]
            last_name, first_name = split_name(whole)
        else:
            last_name = " ".join(parts[role] for role in roles if role in parts and role in ("last", "suffix"))
            first_name = " ".join(parts[role] for role in roles if role in parts and role in ("first", "middle"))
            whole = ", ".join(part for part in (last_name, first_name) if part)
        whole = shown(whole)
        if whole_name(whole) is None:
            role = roles[0]
            if whole:
                self._refuse(at, role, f"{whole!r} is no name.", "Write the person's name.", whole)
            else:
                self._refuse(
                    at, role, "there is no name in this row.",
                    "Write whose wages these are; if the row is a total, write Total in it.", None,
                )  # fmt: skip
            return None
        return whole, shown(last_name), shown(first_name)

    def _last4(self, at: int) -> str | None:
        cell = self._cell(at, "ssn")
        last4 = ssn_last4(cell)
        if isinstance(last4, Fault):
            self._refuse(at, "ssn", last4.why, last4.fix, None)
            return None
        self._full_ssns |= last4 is not None and len(re.sub(r"\D", "", str(cell))) > 4
        return last4

    def _wages(self, at: int) -> int | None:
        cell = self._cell(at, "wages")
        if cell is None:
            fix = "Write them, 0.00 if nothing was paid; if the row is a note, delete it."
            self._refuse(at, "wages", "the wages of this row are missing.", fix, None)
            return None
        wages = money_of(cell)
        if isinstance(wages, Fault):
            self._refuse(at, "wages", wages.why, wages.fix, shown(cell))
            return None
        if wages > _MOST_CENTS:
            why = f"{shown(cell)} is too much for one person's quarter."
            self._refuse(at, "wages", why, "Check whether another number slipped into this column.", shown(cell))
            return None
        return wages

    def _refuse(self, at: int, role: Role, why: str, fix: str, seen: str | None) -> None:
        self.problems.append(self.table.problem(at, role, why, fix, seen=seen))

    def _tell(self) -> None:
        if self._full_ssns:
            column = self.table.named("ssn")
            self.notices.insert(0, f"{column} holds Social Security numbers: only the last four digits are kept.")
        if self._left:
            rows = "Row" if len(self._left) == 1 else "Rows"
            said = ", ".join(map(str, self._left[:10])) + (", …" if len(self._left) > 10 else "")
            self.notices.append(f"{rows} {said}: nothing in a column that is read, so left out.")


def ssn_last4(cell: Cell) -> str | Fault | None:
    """The last four digits of a number, full, masked or already short; None where there is none.

    A number cell has lost its leading zeros. Of anything else no digit is shown.
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        text = str(cell).zfill(4 if cell < 10_000 else 9)
    elif cell is None or isinstance(cell, str):
        text = (cell or "").strip(SPACE)
    else:
        text = shown(cell)
    if re.sub(r"[\W_]+", "", text.casefold()) in _NO_SSN:
        return None
    if _FULL_SSN.fullmatch(text):
        return text[-4:]
    masked = _MASKED_SSN.fullmatch(text)
    if masked:
        return masked.group(1)
    return Fault(
        f"{re.sub(r'[0-9]', '#', shown(text))!r} is neither a Social Security number nor its last four digits.",
        "Write the last four digits, or leave the cell empty.",
    )


def money_of(cell: Cell) -> int | Fault:
    """A cell of wages in whole cents, exact; or the sentence that says what is wrong with it."""
    amount = _amount(cell)
    if amount is None:
        return Fault(f"{shown(cell)!r} is not an amount in dollars and cents.", MONEY_ADVICE)
    if amount < 0:
        return Fault(
            f"{shown(cell)} is negative, and nobody's wages of a quarter are less than nothing.",
            "Take the correction to the quarter that it belongs to, or write the wages that were paid.",
        )
    scaled = amount * 100
    if scaled != int(scaled):
        return Fault(f"{shown(cell)} has more than two decimals.", "Write whole cents, for example 1250.00.")
    return int(scaled)


def _amount(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return None
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        return Decimal(format(cell, ".15g")) if isfinite(cell) else None  # the digits that a spreadsheet keeps
    match = _MONEY.fullmatch(cell.strip(SPACE))
    if match is None:
        return None
    opened, before, after, whole, part, closed = match.groups()
    if bool(opened) != bool(closed) or (before and after):
        return None
    number = Decimal(whole.replace(",", "") + (part or ""))
    return -number if opened or before or after else number


def _says_total(words: Sequence[str]) -> bool:
    return bool(words) and (words[0] in _TOTALS or (words[0] in ("grand", "page", "report") and "total" in words[1:3]))


def _added(people: Sequence[WageRow]) -> tuple[list[WageRow], list[str]]:
    """One row a person: the same name and the same last four digits are one, and their wages are added.

    Without the digits nobody can tell, and both rows stay.
    """
    kept: dict[tuple[object, ...], list[WageRow]] = {}
    for row in people:
        name = row.compared
        assert name is not None, "a row without a name is refused before"
        key: tuple[object, ...] = (row.row,) if row.ssn_last4 is None else (name.readings, name.suffix, row.ssn_last4)
        kept.setdefault(key, []).append(row)
    rows, notices = [], []
    for same in kept.values():
        first = same[0]
        if len(same) > 1:
            first = replace(first, wages=sum(row.wages for row in same))
            numbers = f"{', '.join(str(row.row) for row in same[:-1])} and {same[-1].row}"
            notices.append(
                f"Rows {numbers} are one person, by name and last four digits: their wages are added, "
                f"{pretty(first.wages)}."
            )
        rows.append(first)
    return rows, notices


def _quarter(table: WageTable, file: str) -> tuple[str | None, str | None]:
    """The quarter that the titles name, or else the sheet or the file; and what is to be said about it."""
    titles = (" ".join(_texts(table.sheet.row(at))) for at in range(table.first))
    for text in (" \n ".join(titles), f"{table.sheet.name}".replace("_", " "), file.replace("_", " ")):
        found = sorted(quarters_in(text))
        if len(found) == 1:
            return found[0], None
        if found:
            return None, f"The report names more than one quarter: {', '.join(found)}."
    return None, "The report does not say which quarter it is for."


def _texts(cells: Iterable[Cell]) -> list[str]:
    """The cells as words; a day that the spreadsheet keeps as a date stands as one."""
    return [cell.isoformat() if isinstance(cell, date) else str(cell) for cell in cells if not blank(cell)]
