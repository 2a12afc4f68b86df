"""Cents and days: the few words that everything speaks."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup import dates, money


def test_half_of_an_odd_cent_goes_up() -> None:
    assert money.half_up(541_17, 2) == 270_59
    assert money.half_up(541_16, 2) == 270_58
    assert money.half_up(1, 2) == 1


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_dollars_are_read_back_as_written(amount: int) -> None:
    assert money.cents(money.dollars(amount)) == amount


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=100))
def test_half_up_is_the_nearest_cent(amount: int, percent: int) -> None:
    exact = Fraction(amount * percent, 100)
    assert -Fraction(1, 2) < money.half_up(amount * percent, 100) - exact <= Fraction(1, 2)


@pytest.mark.parametrize("text", ["250.5", "1,250.00", "$250", "2.505", "", "-", "1e3"])
def test_what_is_no_amount_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"Write it as 250\.00"):
        money.cents(text)


def test_pretty_money() -> None:
    assert (money.pretty(1670895), money.pretty(-5)) == ("$16,708.95", "-$0.05")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1990-02-31", "31 February does not exist."),
        ("1990-13-01", "There is no month 13."),
        ("1990-2-1", "is not a date"),
        ("02/01/1990", "is not a date"),
        ("0000-01-01", "There is no year 0."),
    ],
)
def test_a_day_that_does_not_exist_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        dates.day(text)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2004, 10, 2), date(2025, 10, 1), 20),
        (date(2004, 10, 1), date(2025, 10, 1), 21),
        (date(2004, 9, 30), date(2025, 10, 1), 21),
        (date(2004, 2, 29), date(2025, 2, 28), 20),
        (date(2004, 2, 29), date(2025, 3, 1), 21),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2025, 10, 1), date(2025, 10, 1), 0),
    ],
)
def test_age_is_completed_years(born: date, on: date, age: int) -> None:
    assert dates.age_on(born, on) == age


@pytest.mark.parametrize(
    ("after", "first"), [(date(2025, 9, 30), date(2025, 10, 1)), (date(2025, 10, 1), date(2025, 11, 1)),
                         (date(2025, 12, 31), date(2026, 1, 1))],
)  # fmt: skip
def test_the_first_of_the_next_month(after: date, first: date) -> None:
    assert dates.first_of_next_month(after) == first


@pytest.mark.parametrize(
    ("start", "months", "then"),
    [
        (date(2025, 10, 1), 12, date(2026, 10, 1)),
        (date(2025, 12, 31), 0, date(2025, 12, 31)),
        (date(2025, 10, 1), 3, date(2026, 1, 1)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 1, 31), 1, date(2025, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
    ],
)
def test_months_later(start: date, months: int, then: date) -> None:
    assert dates.months_after(start, months) == then
