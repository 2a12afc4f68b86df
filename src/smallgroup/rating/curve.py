"""The federal default age curve: it makes illustrative rates, and prices no quote (a filed rate is looked up)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from smallgroup.money import half_up
from smallgroup.rating.bands import BANDS, band_of
from smallgroup.rulebook import law


def factors(on: date) -> tuple[Fraction, ...]:
    """One factor for each of the 51 age bands, exactly as printed (45 CFR 147.102(e))."""
    printed = law().heading("age_curve").value("factors", on, dict[str, str])
    return tuple(Fraction(printed[band]) for band in BANDS)


def illustrative_rate(base: int, age: int, on: date) -> int:
    """Cents a month at an age, from the cents at age 21, half up to the cent."""
    factor = factors(on)[band_of(age)]
    return half_up(base * factor.numerator, factor.denominator)
