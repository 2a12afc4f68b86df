"""Cut-off days: by when a case must be complete for an effective date, counted in the carrier's business days."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from smallgroup.dates import first_of_next_month

if TYPE_CHECKING:
    from smallgroup.rulebook import Guideline


@dataclass(frozen=True, kw_only=True)
class _Schedule:
    """The terms of cut_offs.yaml."""

    complete_days_before: int
    decide_within_days: int
    papers_within_days: int
    holidays: tuple[date, ...]


@dataclass(frozen=True, kw_only=True)
class CutOffs(_Schedule):
    """The carrier's schedule as it holds on a day.

    `effective_days` are the days of the month on which coverage may begin; every number of days is in business days:
    weekdays that are not among `holidays`.
    """

    effective_days: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.effective_days or not all(1 <= day <= 28 for day in self.effective_days):
            raise ValueError("effective_days are days that every month has: 1 to 28.")
        if min(self.complete_days_before, self.decide_within_days, self.papers_within_days) < 0:
            raise ValueError("a number of business days is never negative.")

    def complete_by(self, effective: date) -> date:
        """The last day on which a case may become complete for an effective date."""
        return self._offset(effective, -self.complete_days_before, "forward")

    def after(self, start: date, days: int) -> date:
        """So many business days after a day."""
        return self._offset(start, days, "backward")

    def decide_by(self, submitted: date) -> date:
        return self.after(submitted, self.decide_within_days)

    def papers_by(self, asked: date, effective: date) -> date:
        """The day to ask papers for: in so many days, yet no later than the cut-off while that is still to come."""
        usual, last = self.after(asked, self.papers_within_days), self.complete_by(effective)
        return min(usual, last) if last > asked else usual

    def between(self, start: date, end: date) -> int:
        """Business days from a day to another: 1 from a Friday to the Monday after; negative where `end` is before."""
        return int(np.busday_count(start, end, holidays=list(self.holidays)))

    def next_effective_dates(self, on: date, many: int) -> tuple[date, ...]:
        """The first effective dates after a day."""
        found: list[date] = []
        month = on.replace(day=1)
        while len(found) < many:
            found += [day for day in (month.replace(day=one) for one in sorted(self.effective_days)) if day > on]
            month = first_of_next_month(month)
        return tuple(found[:many])

    def _offset(self, start: date, days: int, roll: str) -> date:
        moved = np.busday_offset(start, days, roll=roll, holidays=list(self.holidays))  # type: ignore[call-overload]
        found: date = moved.item()
        return found


def cut_offs(guideline: Guideline, on: date) -> CutOffs:
    """The schedule that holds on a day. Raises KeyError where the guideline has none, and NotInForce."""
    schedule = guideline.heading("cut_offs").terms_on(_Schedule, on)
    days = guideline.heading("general_information").value("effective_days", on, tuple[int, ...])
    return CutOffs(effective_days=days, **{field.name: getattr(schedule, field.name) for field in fields(_Schedule)})
