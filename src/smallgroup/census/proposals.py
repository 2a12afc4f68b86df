"""What a wrong cell probably means, by its row and its column: centuries, serials, lost zeros, families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from smallgroup.census.families import family_meant
from smallgroup.census.fields import BY_NAME, Field
from smallgroup.census.meant import a_date, short_year
from smallgroup.census.sheet import SPACE, Cell
from smallgroup.census.values import SERIAL_ZERO, Fault, Value, reader
from smallgroup.dates import age_on
from smallgroup.errors import Proposal

OLDEST = 100
_OLDEST_CHILD = 45  # whose birth a program can have put into the century to come
YOUNGEST: Final = {"employee": 15, "spouse": 15, "domestic_partner": 15, "child": 0, "disabled_child": 0}
"""The ages that are plausible enough to propose a birth date; no check refuses by them."""
_EARLIEST_HIRE, _DAYS_AHEAD = date(1940, 1, 1), 731


class Around:
    """The members as read, with the cells that they were read from: what a proposal may look at."""

    def __init__(
        self, read: Mapping[str, Sequence[Value | Fault]], cells: Mapping[str, Sequence[Cell]], as_of: date,
        *, from_1904: bool = False,
    ):  # fmt: skip
        self.read, self.cells, self.as_of, self.from_1904 = read, cells, as_of, from_1904
        self._dated: dict[str, bool] = {}
        self._zips_meant: dict[str, Proposal | None] = {}

    @cached_property
    def with_employee(self) -> set[Value | Fault]:
        """The families that have an employee."""
        pairs = zip(self.read.get("family_id", ()), self.read.get("relationship", ()), strict=False)
        return {family for family, relationship in pairs if relationship == "employee" and isinstance(family, str)}

    @cached_property
    def zips(self) -> set[str]:
        return {value[:5] for value in self.read.get("zip", ()) if isinstance(value, str)}

    @cached_property
    def mostly_zips(self) -> bool:
        held = [value for value in self.read["zip"] if value is not None]
        return 2 * sum(isinstance(value, Fault) for value in held) <= len(held)

    def dated(self, name: str) -> bool:
        """Whether most of what the column holds are dates."""
        if name not in self._dated:
            held = [value for value in self.read[name] if value is not None]
            self._dated[name] = 2 * sum(isinstance(value, date) for value in held) >= len(held) > 1
        return self._dated[name]

    def propose(self, field: Field, at: int) -> Proposal | None:
        """The proposal for the cell of `field` at `at`, which is wrong or must not be empty and is."""
        value = self.read[field.name][at]
        if isinstance(value, Fault) and value.proposal is not None:
            return value.proposal
        cell = self.cells[field.name][at]
        if value is None:
            if field.name != "family_id" or "relationship" not in self.read:
                return None
            return family_meant(at, self.read["family_id"], self.read["relationship"], self.with_employee)
        found: Proposal | None = None
        if field.kind == "date":
            found = self._date(field, at, cell)
        elif field.name == "zip":
            found = self._zip(cell)
        elif field.name.endswith("_percent"):
            found = _fraction(cell)
        if found is None or isinstance(reader(field, as_of=self.as_of)(found.new), Fault):
            return None
        return found

    def _relationship(self, at: int) -> str | None:
        found = self.read.get("relationship")
        value = found[at] if found is not None else None
        return value if isinstance(value, str) else None

    def _plausible(self, field: Field, at: int, day: date | None) -> bool:
        if day is None:
            return False
        if field.name == "date_of_birth":
            youngest = YOUNGEST.get(self._relationship(at) or "", 0)
            return day <= self.as_of and youngest <= age_on(day, self.as_of) <= OLDEST
        births = self.read.get("date_of_birth")
        birth = births[at] if births is not None else None
        earliest = birth if isinstance(birth, date) else _EARLIEST_HIRE
        return earliest < day <= self.as_of + timedelta(days=_DAYS_AHEAD)

    def _date(self, field: Field, at: int, cell: Cell) -> Proposal | None:
        if isinstance(cell, str) and isinstance(day := _as_written(cell), date):
            cell = day
        if isinstance(cell, date):  # a birth date in the future, most often of a century that a program guessed
            before = a_date(cell.year - 100, cell.month, cell.day)
            if before is None or cell <= self.as_of or not self._plausible(field, at, before):
                return None
            if self._relationship(at) == "child" and age_on(before, self.as_of) > _OLDEST_CHILD:
                return None
            return Proposal(before.isoformat(), "a program took the year for one of this century.", safe=False)
        if isinstance(cell, bool) or cell is None:
            return None
        text = str(cell).strip(SPACE)
        short = short_year(text)
        return self._century(field, at, *short) if short is not None else self._serial(field, at, text)

    def _century(self, field: Field, at: int, month: int, day: int, year: int, swapped: bool) -> Proposal | None:
        centuries = (self.as_of.year // 100 * 100, self.as_of.year // 100 * 100 - 100)
        possible = [
            found for century in centuries
            if (found := a_date(century + year, month, day)) is not None and self._plausible(field, at, found)
        ]  # fmt: skip
        if not possible:
            return None
        who = (self._relationship(at) or "member").replace("_", " ")
        century = f"{possible[0].year // 100}00s"
        if len(possible) > 1:
            why = f"the year is in two digits; the {century} are the likelier century, but the one before is possible."
        elif field.name == "date_of_birth":
            why = f"the year is in two digits; for this {who} only the {century} give a plausible age."
        else:
            why = f"the year is in two digits; only the {century} are plausible."
        if swapped:
            why += " Day and month look swapped."
        return Proposal(possible[0].isoformat(), why, safe=False)

    def _serial(self, field: Field, at: int, text: str) -> Proposal | None:
        number, _, rest = text.partition(".")
        if not (number.isascii() and number.isdecimal() and len(number) == 5 and (not rest or rest.isdecimal())):
            return None
        if self.from_1904:
            return None  # such a workbook counts its days otherwise, and what was pasted into it does not
        day = SERIAL_ZERO + timedelta(days=int(number))
        if not self._plausible(field, at, day):
            return None
        # A row whose cells slipped may bring a ZIP code here: 30303 is also a serial.
        alone = sum(isinstance(values[at], Fault) for values in self.read.values()) == 1
        safe = alone and self.dated(field.name) and not rest.strip("0") and number not in self.zips
        why = "as a spreadsheet's serial number of a day it is plausible"
        return Proposal(
            day.isoformat(), f"{why}, and the rest of the column are dates." if safe else f"{why}.", safe=safe
        )

    def _zip(self, cell: Cell) -> Proposal | None:
        text = str(cell).strip(SPACE).removesuffix(".0")
        if text not in self._zips_meant:
            self._zips_meant[text] = self._zip_meant(text)
        return self._zips_meant[text]

    def _zip_meant(self, text: str) -> Proposal | None:
        short, dash, extension = text.partition("-")
        if not (short.isascii() and short.isdecimal() and 3 <= len(short) <= 4):
            return None
        if dash and not (extension.isascii() and extension.isdecimal() and len(extension) == 4):
            return None
        whole = short.zfill(5)
        if not "005" <= whole[:3] <= "098":
            return None
        missing = any(known.startswith(short) or known.endswith(short) for known in self.zips - {whole})
        alike = any(known[:2] == whole[:2] for known in self.zips)  # 3014 may be 03014, and 30144 cut short
        if not alike and any(known.startswith(short[0]) for known in self.zips):
            return None  # where everybody lives near 30144, a digit was lost at the end or in the midst
        safe = len(short) == 4 and alike and not missing and self.mostly_zips
        return Proposal(whole + dash + extension, "a number loses its leading zero.", safe=safe)


def _as_written(text: str) -> Value | Fault:
    return reader(BY_NAME["hired_on"], as_of=date.max)(text)


def _fraction(cell: Cell) -> Proposal | None:
    """0.5 → 50%: a spreadsheet keeps a percent so."""
    from decimal import Decimal, InvalidOperation

    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return None
    try:
        number = Decimal(cell if isinstance(cell, str) else format(cell, ".15g"))
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 < number < 1:
        return None
    return Proposal(f"{(number * 100).normalize():f}%", "a spreadsheet keeps a percent as a fraction.", safe=False)
