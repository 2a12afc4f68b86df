"""group.yaml, and the day on which a new hire's coverage starts."""

from __future__ import annotations

import dataclasses
import typing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.errors import Refused
from smallgroup.group import GroupFile, WaitingPeriod, read_group
from smallgroup.group.waiting import coverage_starts, last_hire_covered_on

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples" / "group.yaml").read_text("utf-8")
SIXTY = WaitingPeriod(kind="first_of_month_following", days=60)


def test_the_example_is_read_exactly() -> None:
    file = read_group(EXAMPLE)
    assert file.group.naics == "311811"
    assert file.application.hours_required == 30_00
    assert file.workforce is not None
    assert file.workforce[2].part_time_hours == (80_00, 62_50)


def test_what_if_changes_one_value_and_makes_missing_keys() -> None:
    file = read_group(EXAMPLE, what_if={"application.hours_required": "36", "group.peo.signed_by": "peo"})
    assert file.application.hours_required == 36_00
    assert file.group.peo is not None
    assert file.group.peo.signed_by == "peo"


def test_what_if_of_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(Refused, match="Did you mean hours_required"):
        read_group(EXAMPLE, what_if={"application.hours_requird": "36"})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"application.contribution.employee.percent": "101"}, "over 100 percent"),
        ({"application.plans": "[A, A]"}, "named twice"),
        ({"workforce": "[{month: 2024-01, full_time: 1, part_time_hours: []}, "
                       "{month: 2024-01, full_time: 1, part_time_hours: []}]"}, "2024-01 twice"),
        ({"workforce": "[{month: 2024-01, full_time: 1, part_time_hours: [], seasonal_full_time: 2}]"},
         "more seasonal"),
        ({"workforce": "[{month: 2024-01, full_time: 1, part_time_hours: [5], seasonal_part_time_hours: [6]}]"},
         "names hours that part_time_hours does not hold"),
        ({"application.effective_date": "2025-02-29"}, "29 February 2025 does not exist"),
        ({"application.contribution.employee": "{dollars: 1.234}"}, "not an amount"),
        ({"group.health": "good"}, "'health' is not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(change: dict[str, str], why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_group(EXAMPLE, what_if=change)


def test_every_key_is_explained_in_the_documentation() -> None:
    told = (ROOT / "docs" / "files.md").read_text("utf-8")

    def keys(record: type) -> set[str]:
        found = set()
        for field in dataclasses.fields(record):
            found.add(field.name.rstrip("_"))
            for part in _records(typing.get_type_hints(record)[field.name]):
                found |= keys(part) if part is not record else set()
        return found

    def _records(hint: object) -> list[type]:
        inner = [one for arg in typing.get_args(hint) for one in _records(arg)]
        return [*inner, hint] if dataclasses.is_dataclass(hint) else inner  # type: ignore[list-item]

    assert {key for key in keys(GroupFile) if key not in told} == set()


def test_first_of_the_month_following_sixty_days() -> None:
    assert coverage_starts(date(2020, 1, 1), SIXTY) == date(2020, 3, 1)
    assert coverage_starts(date(2020, 1, 2), SIXTY) == date(2020, 4, 1)


def test_its_worst_case_over_eight_years_is_day_91() -> None:
    hires = [date(2018, 1, 1) + timedelta(days=number) for number in range(8 * 366)]
    assert max((coverage_starts(hired, SIXTY) - hired).days + 1 for hired in hires) == 91


@pytest.mark.parametrize(
    ("hired", "waiting", "starts"),
    [
        (date(2025, 9, 1), WaitingPeriod(kind="date_of_hire"), date(2025, 9, 1)),
        (date(2025, 9, 1), WaitingPeriod(kind="days", days=30), date(2025, 10, 1)),
        (date(2025, 9, 1), WaitingPeriod(kind="first_of_month_following"), date(2025, 10, 1)),
        (date(2025, 9, 1), WaitingPeriod(kind="first_of_month_coincident_or_following"), date(2025, 9, 1)),
        (date(2025, 9, 2), WaitingPeriod(kind="first_of_month_coincident_or_following"), date(2025, 10, 1)),
        (date(2025, 9, 2), WaitingPeriod(kind="first_of_month_following", days=30), date(2025, 11, 1)),
        (date(2025, 9, 2), WaitingPeriod(kind="first_of_month_coincident_or_following", days=30), date(2025, 10, 1)),
        (date(2025, 9, 3), WaitingPeriod(kind="first_of_month_coincident_or_following", days=30), date(2025, 11, 1)),
        (date(2025, 6, 7), WaitingPeriod(kind="date_of_hire", orientation="one_month"), date(2025, 7, 7)),
        (date(2025, 1, 30), WaitingPeriod(kind="date_of_hire", orientation="one_month"), date(2025, 3, 1)),
        (date(2025, 1, 31), WaitingPeriod(kind="date_of_hire", orientation="one_month"), date(2025, 3, 1)),
    ],
)
def test_coverage_starts(hired: date, waiting: WaitingPeriod, starts: date) -> None:
    assert coverage_starts(hired, waiting) == starts


@given(
    st.dates(date(2000, 1, 1), date(2099, 1, 1)),
    st.builds(
        WaitingPeriod,
        kind=st.sampled_from(
            ["first_of_month_following", "first_of_month_coincident_or_following", "days", "date_of_hire"]
        ),
        days=st.integers(0, 90),
        orientation=st.sampled_from(["none", "one_month"]),
    ),
)
def test_the_last_hire_covered_on_a_day_is_covered_and_the_next_is_not(effective: date, waiting: WaitingPeriod) -> None:
    last = last_hire_covered_on(effective, waiting)
    assert coverage_starts(last, waiting) <= effective < coverage_starts(last + timedelta(days=1), waiting)
