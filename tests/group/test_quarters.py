"""Which quarter's wage report may be asked for on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.group.quarters import WageReportTerms, due_on, quarter_days, quarter_due, quarter_of, report_terms
from smallgroup.rulebook import guideline

GUIDE = guideline("kp-ga-2025-07")
TERMS = GUIDE.heading("wage_report").terms_on(WageReportTerms, date(2025, 7, 1))


@pytest.mark.parametrize(
    ("on", "quarter"),
    [
        (date(2025, 7, 30), "2025-Q1"), (date(2025, 7, 31), "2025-Q1"), (date(2025, 8, 1), "2025-Q2"),
        (date(2025, 10, 30), "2025-Q2"), (date(2025, 10, 31), "2025-Q2"), (date(2025, 11, 1), "2025-Q3"),
        (date(2026, 1, 30), "2025-Q3"), (date(2026, 1, 31), "2025-Q3"), (date(2026, 2, 1), "2025-Q4"),
        (date(2026, 4, 29), "2025-Q4"), (date(2026, 4, 30), "2025-Q4"), (date(2026, 5, 1), "2026-Q1"),
    ],
)  # fmt: skip
def test_the_last_quarter_whose_due_date_has_passed(on: date, quarter: str) -> None:
    assert quarter_due(on, TERMS) == quarter


def test_due_dates_are_those_of_the_form() -> None:
    assert [due_on(f"2025-Q{number}", TERMS) for number in (1, 2, 3, 4)] == [
        date(2025, 4, 30), date(2025, 7, 31), date(2025, 10, 31), date(2026, 1, 31),
    ]  # fmt: skip


@given(st.dates(date(2017, 1, 1), date(2100, 1, 1)))
def test_the_quarter_wanted_was_due_and_the_next_was_not(on: date) -> None:
    wanted = quarter_due(on, report_terms(GUIDE, on))
    _, last = quarter_days(wanted)
    after = quarter_of(last + timedelta(days=1))
    assert due_on(wanted, TERMS) < on <= due_on(after, TERMS)
    first, _ = quarter_days(after)
    assert last + timedelta(days=1) == first


@pytest.mark.parametrize("text", ["2025", "2025-Q5", "2025Q1", "Q1 2025", ""])
def test_what_is_no_quarter(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quarter"):
        quarter_days(text)


@pytest.mark.parametrize("due", [("04-30",), ("4-30", "07-31", "10-31", "01-31")])
def test_due_dates_are_four_days(due: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="are not four days"):
        WageReportTerms(due=due)
