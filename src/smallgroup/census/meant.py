"""What a cell that cannot be taken probably means, as far as the cell alone tells. Nothing here changes a cell."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

from smallgroup.census.fields import Field
from smallgroup.census.sheet import SPACE, Cell
from smallgroup.errors import Proposal

NOTHING = frozenset({"n/a", "na", "n.a.", "none", "nil", "null", "-", "--", "---", "–", "—", "tbd", "unknown", "?"})
"""Words for an empty cell."""

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_MIDNIGHT = r"(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}}) ?([-/. ]) ?(\d{{1,2}}) ?\2 ?(\d{{1,2}}){_MIDNIGHT}", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}}) ?([-/. ]) ?(\d{{1,2}}) ?\2 ?(\d{{4}}){_MIDNIGHT}", re.ASCII)
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ,]*([A-Za-z]{3,9})[-/. ,]*(\d{4}|'?\d{2})", re.ASCII)
_NAMED_DAY = re.compile(r"([A-Za-z]{3,9})[-/. ]*(\d{1,2})(?:st|nd|rd|th)?[-/. ,]+(\d{4}|'?\d{2})", re.ASCII)
_SHORT_YEAR = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{2})", re.ASCII)
_RUN_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)

_SAFE_WORDS: Final[dict[str, dict[str, str]]] = {
    "sex": {"woman": "female", "girl": "female", "fem": "female", "man": "male", "boy": "male"},
    "relationship": {
        "emp": "employee", "employee_only": "employee", "the_employee": "employee", "spouse_of_employee": "spouse",
        "stepchild": "child", "step_child": "child", "stepson": "child", "stepdaughter": "child",
        "adopted_child": "child", "dom_partner": "domestic_partner",
    },
    "worker_type": {"w2_employee": "w2", "1099_contractor": "1099"},
    "paid_on": {"form_w_2": "w2", "form_1099": "1099"},
    "status": {"on_paid_leave": "paid_leave", "on_unpaid_leave": "unpaid_leave"},
    "election": {"enrol": "enroll", "enroled": "enroll"},
}  # fmt: skip
_YES_NO_MEANT = {"1": "yes", "0": "no", "t": "yes", "f": "no", "yes.": "yes", "no.": "no"}
_TOBACCO_MEANT = {"smoker": "yes", "nonsmoker": "no", "non-smoker": "no", "non smoker": "no"}
_HOURS = re.compile(
    r"(\d{1,3}(?:\.\d{1,2})?) ?(?:h|hr|hrs|hour|hours)\.?(?: ?(?:/|per|a) ?(?:w|wk|week))?", re.I | re.A
)
_PAY = re.compile(
    r"(?:US\$|USD|\$)? ?(\d{1,3}(?:,\d{3})+|\d+)(\.\d{2})? ?(?:US\$|USD|\$|dollars)?"
    r"(?: ?(?:/|per|a) ?(?:w|wk|week)| weekly)?", re.I | re.A,
)  # fmt: skip
_DECIMAL_COMMA = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,9}),(\d{1,2})", re.A)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?) ?(?:percent|per cent|pct)\.?", re.I | re.A)


def meant(field: Field, cell: Cell) -> Proposal | None:
    """The proposal for a cell that its field refuses, trimmed; None where the cell alone does not tell."""
    if isinstance(cell, (date, bool)):
        return None
    text = str(cell).strip(SPACE)
    if text.casefold() in NOTHING and not field.required and (field.kind != "text" or field.name == "zip"):
        return Proposal("", "the cell says that there is nothing to write.", safe=False)
    if field.kind == "date":
        return _date_meant(text, required=field.required) or _mistyped_date(text, required=field.required)
    if field.name == "zip" and re.fullmatch(r"[\dOo]{5}", text) and not text.isdigit():
        return Proposal(re.sub("[Oo]", "0", text), "the letter O was typed for a zero.", safe=False)
    if field.kind == "word":
        return _word_meant(field, text)
    if field.kind == "yes_no":
        said = (_YES_NO_MEANT | (_TOBACCO_MEANT if field.name == "tobacco" else {})).get(text.casefold())
        return Proposal(said, "it is the nearest of yes and no.", safe=False) if said else None
    if field.kind == "cents":
        comma = _comma(text)  # 12,50 may also be 12,500 without its last zero
        return (
            replace(comma, safe=False)
            if comma
            else _without(_PAY, text, "the amount is written with a currency mark or a unit.")
        )
    if field.kind == "hundredths":
        unit = _PERCENT if field.name.endswith("_percent") else _HOURS
        return _comma(text) or _without(unit, text, "the number is written with its unit.")
    return None


def _without(pattern: re.Pattern[str], text: str, why: str) -> Proposal | None:
    match = pattern.fullmatch(text)
    if match is None:
        return None
    number = "".join(part or "" for part in match.groups()).replace(",", "")
    return Proposal(f"{number}%" if pattern is _PERCENT else number, why, safe=True)


def _comma(text: str) -> Proposal | None:
    """`"37,5"` and `"1.250,00"`: a comma before one digit or two is no mark of thousands."""
    match = _DECIMAL_COMMA.fullmatch(text)
    if match is None:
        return None
    return Proposal(f"{match[1].replace('.', '')}.{match[2]}", "the decimals are written after a comma.", safe=True)


# --- dates


def _date_meant(text: str, *, required: bool) -> Proposal | None:
    if match := _YEAR_FIRST.fullmatch(text):
        year, first, second = int(match[1]), int(match[3]), int(match[4])
        if found := a_date(year, first, second):
            return _written(found, "the year is in full and stands first.", safe=True)
        return _swapped(a_date(year, second, first))
    if match := _YEAR_LAST.fullmatch(text):
        return _two_orders(int(match[1]), int(match[3]), int(match[4]), slashes=match[2] == "/")
    named = _named(text)
    if named is not None and len(named[2]) == 4:
        found = a_date(int(named[2]), named[0], named[1])
        return _written(found, "the month is in words and the year in full.", safe=True) if found else None
    if match := _RUN_TOGETHER.fullmatch(text):
        found = a_date(int(match[1]), int(match[2]), int(match[3]))
        return _written(found, "it reads as year, month and day without separators.", safe=False) if found else None
    if re.fullmatch(r"(1[89]|20)\d\d", text) and not required:
        return Proposal("", "a year alone is no day, and the column may be empty.", safe=False)
    return None


def _mistyped_date(text: str, *, required: bool) -> Proposal | None:
    """A date behind an apostrophe, which a spreadsheet puts before text, or with the letter O for a zero."""
    if re.fullmatch(r"'\d.*\d", text, re.DOTALL):
        return _plain_date(text[1:]) or _date_meant(text[1:], required=required)
    if re.fullmatch(r"[\dOo]{1,4}[-/.][\dOo]{1,2}[-/.][\dOo]{1,4}", text) and re.search("[Oo]", text):
        zeros = re.sub("[Oo]", "0", text)
        found = _plain_date(zeros) or _date_meant(zeros, required=required)
        return replace(found, why="the letter O was typed for a zero.", safe=False) if found else None
    return None


def _plain_date(text: str) -> Proposal | None:
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII)
    found = a_date(int(match[3]), int(match[1]), int(match[2])) if match else None
    return _written(found, "it is a date behind an apostrophe.", safe=True) if found else None


def _two_orders(first: int, second: int, year: int, *, slashes: bool) -> Proposal | None:
    month_first, day_first = a_date(year, first, second), a_date(year, second, first)
    if month_first is None:
        return _swapped(day_first)
    if slashes or day_first is None or day_first == month_first:
        return _written(month_first, "only month/day/year can be meant.", safe=True)
    return _written(month_first, "month first, as dates with slashes are read; it could also be day first.", safe=False)


def _swapped(found: date | None) -> Proposal | None:
    if found is None:
        return None
    return _written(found, "day and month look swapped: in the other order the day exists.", safe=False)


def _written(found: date, why: str, *, safe: bool) -> Proposal:
    return Proposal(found.isoformat(), why, safe=safe)


def a_date(year: int, month: int, day: int) -> date | None:
    """The day, or None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named(text: str) -> tuple[int, int, str] | None:
    """`"1-Jun-1945"` → (6, 1, "1945")."""
    if match := _DAY_NAMED.fullmatch(text):
        day, name, year = match.groups()
    elif match := _NAMED_DAY.fullmatch(text):
        name, day, year = match.groups()
    else:
        return None
    month = _MONTHS.get(name.casefold())
    return (month, int(day), year.lstrip("'")) if month else None


def short_year(text: str) -> tuple[int, int, int, bool] | None:
    """`"06/01/45"` → month 6, day 1, year 45, and whether day and month had to be swapped for it."""
    named = _named(text)
    if named is not None:
        return (*named[:2], int(named[2]), False) if len(named[2]) == 2 else None
    match = _SHORT_YEAR.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if first > 12 >= second:
        return second, first, year, True
    return first, second, year, False


# --- words


def _word_meant(field: Field, text: str) -> Proposal | None:
    key = re.sub(r"[\s_\-]+", "_", text.casefold()).strip("_.,;!*")
    known = dict(zip(field.words, field.words, strict=True)) | _SAFE_WORDS.get(field.name, {})
    if key in known:
        return Proposal(known[key], "it is another word for the same.", safe=True)
    near = _one_slip_away(key, field.words)
    return Proposal(near, "it is the nearest known word.", safe=False) if near else None


def _one_slip_away(key: str, words: tuple[str, ...]) -> str | None:
    """The one word that a slip or two of the keyboard away; not its opposite (inactive, ex-spouse, non-child)."""
    from rapidfuzz.distance import OSA

    if any(sign.isdigit() for sign in key):
        return None
    most = 1 if len(key) <= 5 else 2
    away = sorted((OSA.distance(key, word), word) for word in words)
    least, word = away[0]
    if any(other.startswith(f"{key}_") for other in words):
        return None  # medicare is no slip for medicaid: it is medicare_primary or medicare_secondary
    if least > most or (len(away) > 1 and away[1][0] == least) or key.endswith(word) or word.endswith(key):
        return None
    return word
