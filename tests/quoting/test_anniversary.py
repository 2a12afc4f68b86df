"""The year of a contract: its anniversary, the last day of the guarantee, and the last day for the notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.quoting.anniversary import anniversary, rates_guaranteed_to, renewal_notice
from smallgroup.rulebook import guideline

GUIDE = guideline("kp-ga-2025-07")
AS_OF = date(2025, 9, 12)
BARE = replace(GUIDE, id="bare", headings={})


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2024, 10, 1), date(2025, 10, 1)),  # the day on which coverage began is no anniversary
        (date(2025, 9, 30), date(2025, 10, 1)),
        (date(2025, 10, 1), date(2025, 10, 1)),
        (date(2025, 10, 2), date(2026, 10, 1)),
        (date(2020, 1, 1), date(2025, 10, 1)),
    ],
)
def test_the_next_anniversary(on: date, found: date) -> None:
    assert anniversary(date(2024, 10, 1), on) == found


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2025, 2, 28), date(2025, 3, 1)),
        (date(2025, 3, 1), date(2025, 3, 1)),
        (date(2025, 3, 2), date(2026, 3, 1)),
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2028, 3, 1), date(2029, 3, 1)),
    ],
)
def test_after_the_29th_of_february_a_year_is_whole(on: date, found: date) -> None:
    assert anniversary(date(2024, 2, 29), on) == found


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_an_anniversary_is_the_first_of_its_kind(began: date, on: date) -> None:
    found = anniversary(began, on)
    assert found >= on
    assert found > began
    assert found - max(on, began) <= timedelta(days=366)
    assert anniversary(began, found) == found


@pytest.mark.parametrize(
    ("effective", "to"),
    [
        (date(2025, 10, 1), date(2026, 9, 30)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_rates_are_guaranteed_for_twelve_months(effective: date, to: date) -> None:
    assert rates_guaranteed_to(GUIDE, effective, AS_OF) == to
    assert anniversary(effective, effective) == to + timedelta(days=1)


@pytest.mark.parametrize(("days", "in_time"), [(61, True), (60, True), (59, False)])
def test_an_increase_is_told_sixty_days_before(days: int, in_time: bool) -> None:
    notice = renewal_notice(GUIDE, date(2026, 10, 1), AS_OF)
    assert notice is not None
    assert notice.in_time(date(2026, 10, 1) - timedelta(days=days)) is in_time


def test_the_notice_says_where_it_stands() -> None:
    notice = renewal_notice(GUIDE, date(2026, 10, 1), AS_OF)
    assert notice is not None
    assert (notice.by, notice.days, str(notice.citation)) == (
        date(2026, 8, 2), 60, "Ga. Comp. R. & Regs., 120-2-104-.04(a)"
    )  # fmt: skip


def test_a_guideline_that_speaks_of_neither_has_neither() -> None:
    assert rates_guaranteed_to(BARE, date(2025, 10, 1), AS_OF) is None
    assert renewal_notice(BARE, date(2026, 10, 1), AS_OF) is None
