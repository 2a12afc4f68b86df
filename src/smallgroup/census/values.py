"""One cell → the value of its field, or the sentence that says what is wrong with it and what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite
from typing import Final

from smallgroup.census.fields import Field
from smallgroup.census.meant import meant
from smallgroup.census.privacy import holds_ssn, shown
from smallgroup.census.sheet import SPACE, Cell
from smallgroup.dates import age_on, no_such_day, spoken
from smallgroup.errors import Proposal, nearest

MOST_HOURS_A_WEEK = 168
OLDEST_AGE = 120
_MOST_DOLLARS = 10_000_000

DATE_ADVICE = "Write it as YYYY-MM-DD, for example 1990-02-28."
SSN_ADVICE = "Take it out: a census needs no Social Security numbers."


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken: why, what to do, and what it means where the cell alone tells."""

    why: str
    fix: str
    proposal: Proposal | None = None
    hidden: bool = False  # what stands in the cell is not to be shown


Value = str | int | bool | date | None
Reader = Callable[[Cell], "Value | Fault"]

_FORMULA_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
_CALC_ERROR = re.compile(r"Err:\d{3}")  # as LibreOffice writes the others

NO_VALUE = Fault(
    "the formula in this cell was saved without its value.",
    "Open the file in a spreadsheet program, let it calculate, and save it; or type the value.",
)

SYNONYMS: Final[dict[str, dict[str, str]]] = {
    "relationship": {
        "ee": "employee", "self": "employee", "subscriber": "employee", "emp": "employee",
        "sp": "spouse", "husband": "spouse", "wife": "spouse", "dp": "domestic_partner",
        "ch": "child", "son": "child", "daughter": "child", "stepchild": "child",
    },
    "sex": {"f": "female", "m": "male", "x": "other"},
    "worker_type": {"w_2": "w2", "sole_prop": "sole_proprietor", "retired": "retiree"},
    "paid_on": {"w_2": "w2", "k_1": "k1"},
    "status": {},
    "election": {
        "enrolled": "enroll", "enrolling": "enroll", "waived": "waive", "waiver": "waive", "waiving": "waive",
        "declined": "decline", "declining": "decline",
    },
}  # fmt: skip
_YES_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


def reader(field: Field, *, as_of: date) -> Reader:
    """The function that reads a cell of `field`: the value, None for a blank cell, or a Fault; never raises.

    Hours and percents come as hundredths, money as cents. `as_of` is the day after which nobody is born yet.
    """
    if field.name == "zip":
        inner: Reader = _zip
    elif field.name == "date_of_birth":
        inner = lambda cell: _birth(cell, as_of)  # noqa: E731
    elif field.kind == "date":
        inner = _date
    elif field.kind == "word":
        inner = _word_of(field)
    elif field.kind == "hundredths":
        inner = _percent if field.name.endswith("_percent") else _hours
    elif field.kind == "cents":
        inner = _cents
    elif field.kind == "yes_no":
        inner = _yes_no
    else:
        inner = {"family_id": _id, "member_id": _id}.get(field.name, _name if field.name in _NAMES else _text)

    def read(cell: Cell) -> Value | Fault:
        if isinstance(cell, str):
            cell = cell.strip(SPACE)
            if not cell:
                return None
            if cell in _FORMULA_ERRORS or _CALC_ERROR.fullmatch(cell):
                return Fault(
                    f"the formula in this cell ends in the error {cell}.",
                    "Correct the formula, or type the value.",
                )
        if cell is None:
            return None
        if isinstance(cell, float) and not isfinite(cell):
            return Fault("this is no number that a spreadsheet can show.", "Type the value.")
        value = inner(cell)
        if isinstance(value, Fault) and (proposal := meant(field, cell)) is not None:
            taken = not field.required if not proposal.new else not isinstance(inner(proposal.new), Fault)
            return replace(value, proposal=proposal) if taken else value
        return value

    return read


def at_once(field: Field, texts: Sequence[str], *, as_of: date) -> list[Value | Fault] | None:
    """What `reader` gives for each of the texts of a column, where nothing is out of the ordinary with them.

    That is asked of all of them together, which takes a tenth of the time; None where each has to be looked at.
    """
    if field.name == "zip" or field.kind not in ("text", "date"):
        return None
    different = texts if field.kind == "text" else set(texts)
    joined = "\n".join(different)
    if joined.count("\n") >= len(different) or "#" in joined or "Err:" in joined:
        return None
    if field.kind == "text":
        if holds_ssn(joined) or (field.name in ("family_id", "member_id") and ".0" in joined):
            return None
        if field.name in _NAMES and _LONG_NUMBER.search(_SPACED.sub("", joined)):
            return None
        return [text.strip(SPACE) or None for text in texts]
    form, held = _ONE_FORM.fullmatch(joined), [text for text in different if text]
    if form is None or not held:
        return None
    try:
        if form["iso"] is not None:
            days = list(map(date.fromisoformat, held))
        else:
            days = [date(int(text[-4:]), *map(int, text[:-5].split("/"))) for text in held]
    except ValueError:
        return None
    if field.name == "date_of_birth" and (max(days) > as_of or age_on(min(days), as_of) > OLDEST_AGE):
        return None
    read = dict(zip(held, days, strict=True))
    return [read.get(text) for text in texts]


def key_of(text: str) -> str:
    """A word as it is compared: lower case, and space, dash and underscore are one."""
    return re.sub(r"[\s_\-]+", "_", text.strip(SPACE).casefold()).strip("_")


# --- text -----------------------------------------------------------------------------------------


def _text(cell: Cell) -> Value | Fault:
    if isinstance(cell, str):
        return _SSN if holds_ssn(cell) else cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, date):
        return Fault(
            f"the spreadsheet keeps this cell as the date {cell.isoformat()}, not as text.",
            "Format the cell as text and type it again.",
        )
    return _number_text(cell)


_NAMES = ("first_name", "last_name", "full_name", "county")
_LONG_NUMBER = re.compile(r"\d{7,}", re.ASCII)
_SPACED = re.compile(r"[ .\-]")


def _name(cell: Cell) -> Value | Fault:
    text = _text(cell)
    if isinstance(text, str) and _LONG_NUMBER.search(_SPACED.sub("", text)):
        return _SSN
    return text


def _id(cell: Cell) -> Value | Fault:
    if isinstance(cell, str) and cell.endswith(".0") and cell[:-2].isdecimal():
        return cell[:-2]  # what a program writes that took the ids for numbers
    return _text(cell)


def _number_text(cell: Cell) -> str:
    """12.0 → "12", as the spreadsheet shows it."""
    if isinstance(cell, float):
        return format(Decimal(format(cell, ".15g")).normalize(), "f")
    return str(cell)


_SSN = Fault("this looks like a Social Security number, so it is not shown and not kept.", SSN_ADVICE, hidden=True)


_FIRST_ZIP, _LAST_ZIP = "00501", "99950"  # Holtsville, New York; Ketchikan, Alaska
_SHORT_ZIP = re.compile(r"\d{3,4}(-\d{4})?", re.ASCII)


def _zip(cell: Cell) -> Value | Fault:
    text = _id(cell)
    if not isinstance(text, str):
        return text
    if text.isascii() and re.fullmatch(r"\d{5}(-\d{4})?", text):
        if _FIRST_ZIP <= text[:5] <= _LAST_ZIP:
            return text
        return Fault(f"no place has the ZIP code {text[:5]}.", "Write the ZIP code of the home.")
    why = f"{shown(text)!r} is not a ZIP code of five digits."
    short = _SHORT_ZIP.fullmatch(text)
    if short is None:  # of nine digits nothing is proposed: they may be a Social Security number
        return Fault(why, "Write five digits, for example 30303, or ZIP+4, for example 30303-1234.")
    whole = text.zfill(5 + len(short.group(1) or ""))
    return Fault(
        why,
        f"If it is {whole} with its leading zero, which a number loses, format the column as text and write {whole}.",
    )


# --- words ----------------------------------------------------------------------------------------


def _word_of(field: Field) -> Reader:
    known = {word: word for word in field.words} | SYNONYMS.get(field.name, {})

    def word(cell: Cell) -> Value | Fault:
        text = _number_text(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else shown(cell)
        found = known.get(key_of(text))
        return found if found is not None else unknown_word(text, field.label, field.words)

    return word


def unknown_word(text: str, label: str, words: Sequence[str]) -> Fault:
    """The fault of a word that is not one of `words`, with the nearest of them."""
    near = nearest(text, words)
    advice = f"Write one of: {', '.join(words)}."
    article = "an" if label[0] in "aeiou" else "a"
    return Fault(
        f"{shown(text)!r} is not {article} {label} that is known.",
        f"Did you mean {near}? {advice}" if near else advice,
    )


def _yes_no(cell: Cell) -> Value | Fault:
    if isinstance(cell, bool):
        return cell
    found = _YES_NO.get(cell.casefold()) if isinstance(cell, str) else None
    return found if found is not None else Fault(f"{shown(cell)!r} is neither yes nor no.", "Write yes or no.")


# --- dates ----------------------------------------------------------------------------------------

_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TWO_DIGIT_YEAR = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](\d{2})", re.ASCII)
_ONE_FORM = re.compile(
    r"(?P<iso>(\d{4}-\d{2}-\d{2}|)(\n(\d{4}-\d{2}-\d{2}|))*)|(\d{1,2}/\d{1,2}/\d{4}|)(\n(\d{1,2}/\d{1,2}/\d{4}|))*",
    re.ASCII,
)
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
SERIAL_ZERO = date(1899, 12, 30)
_LAST_SERIAL = 2_958_465  # December 31, 9999


def _date(cell: Cell) -> Value | Fault:
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool):
        return Fault(f"{shown(cell)} is not a date.", DATE_ADVICE)
    if isinstance(cell, (int, float)):
        return _not_a_date_but_a_number(_number_text(cell))
    text = str(cell)
    if match := _ISO.fullmatch(text):
        year, month, number = map(int, match.groups())
    elif match := _US.fullmatch(text):
        month, number, year = map(int, match.groups())
    else:
        return _not_a_date(text)
    try:
        return date(year, month, number)
    except ValueError:
        order = " Dates with slashes are read month/day/year." if match.re is _US and not 1 <= month <= 12 else ""
        return Fault(no_such_day(year, month, number) + order, DATE_ADVICE)


def _not_a_date(text: str) -> Fault:
    if match := _TWO_DIGIT_YEAR.fullmatch(text):
        year = match.group(1)
        return Fault(
            f"{text!r} gives the year in two digits, which could be 19{year} or 20{year}.",
            "Write the year in full, as YYYY-MM-DD, for example 1990-02-28.",
        )
    if _NUMBER.fullmatch(text):
        return _not_a_date_but_a_number(text)
    return Fault(f"{shown(text)!r} is not a date.", f"{DATE_ADVICE} Leave the cell empty if there is no date.")


def _not_a_date_but_a_number(text: str) -> Fault:
    number = Decimal(text)
    if len(text) == 4 and 1850 <= number <= 2100:
        return Fault(f"{text} is a year, not a day.", DATE_ADVICE)
    why = f"{shown(text)} is a number, not a date."
    if 1 <= number <= _LAST_SERIAL:
        meant = SERIAL_ZERO + timedelta(days=int(number))
        return Fault(
            why,
            f"If it is the spreadsheet serial of {spoken(meant)}, format the cell as a date; "
            f"or write {meant.isoformat()}.",
        )
    return Fault(why, DATE_ADVICE)


def _birth(cell: Cell, as_of: date) -> Value | Fault:
    if (
        not isinstance(cell, (bool, date))
        and (
            years := re.fullmatch(r"([0-9]{1,3})(?:\.0)?(?: ?(?:y|yo|yr|yrs|year|years)(?: old)?\.?)?", str(cell), re.I)
        )
        and int(years[1]) <= OLDEST_AGE
    ):
        said = int(years[1])
        return Fault(f"{said} is an age, not a birth date.", f"{DATE_ADVICE} A premium hangs on the day.")
    birth = _date(cell)
    if not isinstance(birth, date):
        return birth
    if birth > as_of:
        return Fault(f"{spoken(birth)} is in the future, after {spoken(as_of)}.", f"Correct the year. {DATE_ADVICE}")
    if age_on(birth, as_of) > OLDEST_AGE:
        return Fault(
            f"{spoken(birth)} is more than {OLDEST_AGE} years before {spoken(as_of)}.",
            f"Correct the year. {DATE_ADVICE}",
        )
    return birth


# --- numbers --------------------------------------------------------------------------------------

_DECIMAL = re.compile(r"-?(\d{1,15}(\.\d*)?|\.\d+)", re.ASCII)
_DOLLARS = re.compile(r"-?\$?(\d{1,3}(,\d{3})+|\d{1,15})(\.\d*)?", re.ASCII)


def _exact(cell: Cell) -> Decimal | None:
    """A number cell at the 15 digits that a spreadsheet keeps, or plain decimal text; None for the rest."""
    if isinstance(cell, str):
        return Decimal(cell) if _DECIMAL.fullmatch(cell) else None
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return None
    return Decimal(format(cell, ".15g"))


def _hundredths(number: Decimal, cell: Cell, *, most: int, too_much: str) -> int | Fault:
    if number < 0:
        return Fault(f"{shown(cell)} is less than nothing.", "Write 0 or more.")
    if number > most:
        return Fault(f"{shown(cell)} is {too_much}.", f"Write a number from 0 to {most}.")
    scaled = number * 100
    if scaled != int(scaled):
        return Fault(f"{shown(cell)} has more than two decimals.", "Round it to two decimals, for example 37.25.")
    return int(scaled)


def _hours(cell: Cell) -> Value | Fault:
    number = _exact(cell)
    if number is None:
        return Fault(f"{shown(cell)!r} is not a number of hours.", "Write it as 40 or 37.5.")
    return _hundredths(
        number, cell, most=MOST_HOURS_A_WEEK, too_much=f"more than the {MOST_HOURS_A_WEEK} hours of a week"
    )


def _percent(cell: Cell) -> Value | Fault:
    signed = isinstance(cell, str) and cell.endswith("%")
    number = _exact(str(cell)[:-1].rstrip(SPACE) if signed else cell)
    if number is None:
        return Fault(f"{shown(cell)!r} is not a percentage.", "Write it as 50 or 62.5.")
    if not signed and 0 < number < 1:
        half = format((number * 100).normalize(), "f")
        return Fault(
            f"{shown(cell)} could be {shown(cell)} percent, or {half} percent written as a fraction.",
            f"Write {half} or {shown(cell)}%, whichever is meant.",
        )
    return _hundredths(number, cell, most=100, too_much="more than 100 percent")


def _cents(cell: Cell) -> Value | Fault:
    if isinstance(cell, str):
        plain = cell.replace("$", "", 1).replace(",", "")
        number = _exact(plain) if _DOLLARS.fullmatch(cell) else None
    else:
        number = _exact(cell)
    if number is None:
        return Fault(f"{shown(cell)!r} is not an amount in dollars and cents.", "Write it as 1250.00.")
    return _hundredths(number, cell, most=_MOST_DOLLARS, too_much="too much for one person's week")
