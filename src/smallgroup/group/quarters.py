"""Calendar quarters, written 2025-Q2: their days, and which one's wage report may be asked for on a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from smallgroup.rulebook import Guideline

_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WageReportTerms:
    """The days, as MM-DD, on which the reports of the four quarters are due, from the first quarter on."""

    due: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.due) != 4 or not all(map(_MONTH_DAY.fullmatch, self.due)):
            raise ValueError(f"{', '.join(self.due)} are not four days. Write them as MM-DD, for example 04-30.")


def quarter_days(quarter: str) -> tuple[date, date]:
    """`"2025-Q2"` → its first and its last day. Raises ValueError with a sentence for anything else."""
    match = _QUARTER.fullmatch(quarter)
    if match is None or match.group(1) in ("0000", "9999"):
        raise ValueError(f"{quarter!r} is not a quarter. Write it as 2025-Q2.")
    year, number = int(match.group(1)), int(match.group(2))
    after = date(year + number // 4, number % 4 * 3 + 1, 1)
    return date(year, number * 3 - 2, 1), after - timedelta(days=1)


def quarter_of(on: date) -> str:
    """The quarter that a day lies in."""
    return f"{on.year:04d}-Q{(on.month + 2) // 3}"


def due_on(quarter: str, terms: WageReportTerms) -> date:
    """The day on which the report of a quarter is due: the first of its month and day after the quarter's end."""
    _, last = quarter_days(quarter)
    month, day = (int(part) for part in terms.due[int(quarter[-1]) - 1].split("-"))
    this_year = date(last.year, month, day)
    return this_year if this_year > last else date(last.year + 1, month, day)


def report_terms(guideline: Guideline, on: date) -> WageReportTerms:
    """The due dates of the guideline's state. Raises KeyError where it has none, and NotInForce."""
    return guideline.heading("wage_report").terms_on(WageReportTerms, on)


def quarter_due(on: date, terms: WageReportTerms) -> str:
    """The last quarter whose report is overdue on a day: its due date lies before that day.

    On the due date itself an employer may still be filing, so the quarter before is the one that is wanted.
    """
    quarter = quarter_of(on)
    while due_on(quarter, terms) >= on:
        first, _ = quarter_days(quarter)
        quarter = quarter_of(first - timedelta(days=1))
    return quarter


_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = r"(20\d\d)(?!\d)"
_YEAR_FIRST = re.compile(rf"(?<!\d){_YEAR}\s*[-/]?\s*q(?:tr|uarter)?\.?\s*([1-4])(?!\d)")
_NUMBER_FIRST = re.compile(rf"\bq(?:tr|uarter)?\.?\s*[:#-]?\s*([1-4])(?!\d)[^\d\n]{{1,12}}{_YEAR}")
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\s+q(?:tr|uarter)?\b\D{{0,8}}{_YEAR}")
_ENDING = re.compile(r"\bq(?:tr|uarter)\s*end(?:ing|ed|s)?\b\W{0,4}(?:date|month)?\W{0,4}")
_END_DATES = (
    re.compile(r"(?P<month>\d{1,2})[/-](?:\d{1,2}[/-])?(?P<year>20\d\d)(?!\d)"),
    re.compile(r"(?P<year>20\d\d)-(?P<month>\d{2})(?:-\d{2})?(?!\d)"),
    re.compile(
        rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?\s*(?:\d{{1,2}},?)?\s*(?:year\W{{0,3}})?(?P<year>20\d\d)(?!\d)"
    ),
)


def quarters_in(text: str) -> set[str]:
    """Every quarter that a title names: 2025-Q2, Q2 2025, 2nd Quarter 2025, Quarter Ending 06/30/2025."""
    text = text.casefold()
    found = {f"{year}-Q{number}" for year, number in _YEAR_FIRST.findall(text)}
    found |= {f"{year}-Q{number}" for number, year in _NUMBER_FIRST.findall(text)}
    found |= {f"{year}-Q{_ORDINALS[word]}" for word, year in _ORDINAL.findall(text)}
    for ending in _ENDING.finditer(text):
        for shape in _END_DATES:
            if match := shape.match(text, ending.end()):
                parts = match.groupdict()
                month = _MONTHS.index(parts["name"]) + 1 if parts.get("name") else int(parts["month"])
                if month in (3, 6, 9, 12):
                    found.add(f"{parts['year']}-Q{month // 3}")
                break
    return found
