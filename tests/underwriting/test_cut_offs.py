"""Business days and cut-offs, against days that were counted on a calendar by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from smallgroup.errors import NotInForce
from smallgroup.rulebook import guideline
from smallgroup.underwriting.cut_offs import cut_offs

GUIDE = guideline("kp-ga-2025-07")
TERMS = cut_offs(GUIDE, date(2025, 9, 12))


@pytest.mark.parametrize(
    ("effective", "last"),
    [
        (date(2025, 10, 1), date(2025, 9, 24)),  # a Wednesday
        (date(2025, 11, 1), date(2025, 10, 27)),  # a Saturday: the five weekdays before it
        (date(2025, 12, 1), date(2025, 11, 21)),  # Thanksgiving lies between
        (date(2026, 1, 1), date(2025, 12, 24)),  # itself a holiday, and Christmas before it
    ],
)
def test_the_cut_off_lies_five_business_days_before(effective: date, last: date) -> None:
    assert TERMS.complete_by(effective) == last


def test_days_are_counted_without_weekends_and_holidays() -> None:
    friday, monday = date(2025, 9, 12), date(2025, 9, 15)
    assert TERMS.between(friday, monday) == 1
    assert TERMS.between(monday, friday) == -1
    assert TERMS.between(friday, friday) == 0
    assert TERMS.between(date(2025, 8, 29), date(2025, 9, 2)) == 1  # Labor Day
    assert TERMS.decide_by(friday) == date(2025, 9, 19)
    assert TERMS.after(date(2025, 9, 13), 1) == monday  # from a Saturday


def test_papers_are_asked_for_no_later_than_the_cut_off() -> None:
    assert TERMS.papers_by(date(2025, 9, 2), date(2025, 10, 1)) == date(2025, 9, 16)
    assert TERMS.papers_by(date(2025, 9, 12), date(2025, 10, 1)) == date(2025, 9, 24)
    assert TERMS.papers_by(date(2025, 9, 25), date(2025, 10, 1)) == date(2025, 10, 9)  # it has passed


def test_the_next_effective_dates() -> None:
    assert TERMS.next_effective_dates(date(2025, 10, 1), 3) == (
        date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
    )  # fmt: skip
    twice = replace(TERMS, effective_days=(15, 1))
    assert twice.next_effective_dates(date(2025, 12, 5), 2) == (date(2025, 12, 15), date(2026, 1, 1))


def test_every_holiday_is_a_weekday() -> None:
    """One on a weekend would be a day mistyped: what is listed is the day that is observed."""
    assert all(day.weekday() < 5 for day in TERMS.holidays)
    assert len(set(TERMS.holidays)) == len(TERMS.holidays)


def test_it_says_that_the_carrier_has_to_confirm_it() -> None:
    about = GUIDE.heading("cut_offs").about
    assert about.confirm_with_carrier
    assert "schedule of this rulebook" in str(GUIDE.heading("cut_offs").citation)


def test_before_its_first_day_there_is_no_schedule() -> None:
    with pytest.raises(NotInForce, match="cut_offs"):
        cut_offs(GUIDE, date(2025, 6, 30))


@pytest.mark.parametrize("wrong", [{"effective_days": ()}, {"effective_days": (31,)}, {"decide_within_days": -1}])
def test_a_schedule_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="day"):
        replace(TERMS, **wrong)  # type: ignore[arg-type]
