"""How the values of the command line's JSON are said to people on paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from smallgroup import dates, money
from smallgroup.citation import Citation

UNKNOWN = "not known"

_MONEY = re.compile(r"-?\d+\.\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def amount(text: str | None) -> str:
    """`"16708.95"` → `"$16,708.95"`; null is not known."""
    return UNKNOWN if text is None else money.pretty(money.cents(text))


def a_day(text: str | None) -> str:
    """`"2025-10-01"` → `"October 1, 2025"`; null is not known."""
    return UNKNOWN if text is None else dates.spoken(dates.day(text))


def on(day: date | None) -> str:
    return UNKNOWN if day is None else dates.spoken(day)


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def sentence(text: str) -> str:
    """What begins a line: a capital first, and no full stop."""
    return text[:1].upper() + text[1:].rstrip(".")


def name_and_text(*pairs: tuple[str, str | None]) -> list[dict[str, str]]:
    return [{"name": name, "text": text} for name, text in pairs if text]


def number(value: Any) -> str:
    """A number of a reading: a count, `[numerator, denominator]`, `{at_least, at_most}`, a day, money or a word."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return f"{value['at_least']} to {value['at_most']}"
    if isinstance(value, list):
        return f"{value[0]} of {value[1]}"
    if not isinstance(value, str):
        return str(value)
    if _MONEY.fullmatch(value):
        return amount(value)
    return a_day(value) if _DAY.fullmatch(value) else value.replace("_", " ")


def numbers(values: Mapping[str, Any], only: Iterable[str] | None = None) -> str:
    names = values if only is None else only
    return ", ".join(f"{name.replace('_', ' ')} {number(values[name])}" for name in names)


HOLDS = {True: "met", False: "not met", None: "needs evidence"}


class Footnotes:
    """Citations in the order in which a paper names them: the text of each once, and then its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def note(self, citation: Mapping[str, Any], ground: str | None = None) -> dict[str, Any]:
        text = str(Citation(**citation)) + (f"; ground {ground}" if ground else "")
        known = self._numbers.get(text)
        if known is not None:
            return {"number": known, "text": None}
        self._numbers[text] = len(self._numbers)
        return {"number": self._numbers[text], "text": text}
