"""Money is whole cents in an int; a share is an exact Fraction. No float, no bool, no tolerance."""

from __future__ import annotations

import re
from fractions import Fraction

_DOLLARS = re.compile(r"(-?)(\d+)(?:\.(\d{2}))?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%?")
_RATIO = re.compile(r"(\d+)\s*/\s*(\d+)")


def cents(text: str) -> int:
    """`"250.00"` or `"250"` → 25000 cents.

    Raises ValueError with a sentence for anything else: a third decimal, a thousands mark, a currency sign.
    """
    match = _DOLLARS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an amount in dollars and cents. Write it as 250.00.")
    sign, whole, hundredths = match.groups()
    value = int(whole) * 100 + int(hundredths or 0)
    return -value if sign else value


def dollars(amount: int) -> str:
    """1670895 cents → `"16708.95"`: the form that JSON and CSV carry."""
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{amount // 100}.{amount % 100:02d}"


def pretty(amount: int) -> str:
    """1670895 cents → `"$16,708.95"`: the form that people read."""
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}${amount // 100:,}.{amount % 100:02d}"


def percent(text: str) -> Fraction:
    """`"50"`, `"50%"`, `"62.5"` → exact Fraction of one. Raises ValueError with a sentence otherwise."""
    match = _PERCENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a percentage. Write it as 50 or 62.5.")
    return Fraction(match.group(1)) / 100


def ratio(text: str) -> Fraction:
    """`"1/2"` → Fraction(1, 2). Raises ValueError with a sentence otherwise."""
    match = _RATIO.fullmatch(text.strip())
    if match is None or int(match.group(2)) == 0:
        raise ValueError(f"{text!r} is not a ratio of whole numbers. Write it as 1/2.")
    return Fraction(int(match.group(1)), int(match.group(2)))


def half_up(numerator: int, denominator: int) -> int:
    """numerator/denominator to the nearest whole number, a half going up (54117/2 → 27059).

    For amounts that are not negative; Python's own round() goes to even.
    """
    return (2 * numerator + denominator) // (2 * denominator)
