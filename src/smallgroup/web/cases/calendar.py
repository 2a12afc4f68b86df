"""Days of the queue: how long a case has waited, by when it must be complete, and what is late, said in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count

from smallgroup.errors import Problem, Refused
from smallgroup.rulebook import guideline_in_force
from smallgroup.underwriting.cut_offs import CutOffs, cut_offs
from smallgroup.web.cases.models import OPEN_STATES, Case

if TYPE_CHECKING:
    from smallgroup.web.accounts.access import Person

EFFECTIVE_DATES = 12
"""How many effective dates the calendar looks ahead."""


def schedule(on: date) -> CutOffs:
    """The carrier's schedule of a day. Raises Refused where its guideline has none."""
    chosen = guideline_in_force(on)
    try:
        return cut_offs(chosen, on)
    except KeyError:
        raise Refused(Problem(chosen.id, "it has no cut-off days.", "Add cut_offs.yaml to its folder of the "
                              "rulebook, as georgia/ has it.")) from None  # fmt: skip


@dataclass(frozen=True)
class CutOff:
    """The last day for an effective date, and how far it is from today in business days; below 0 it has passed."""

    effective: date
    last_day: date
    days: int
    open_cases: int = 0

    @property
    def told(self) -> str:
        return to_go(self.days)


def cut_off(effective: date, today: date, terms: CutOffs, open_cases: int = 0) -> CutOff:
    last_day = terms.complete_by(effective)
    return CutOff(effective, last_day, terms.between(today, last_day), open_cases)


def to_go(days: int) -> str:
    """`5` → `in 5 business days`, `0` → `today`, `-1` → `passed 1 business day ago`."""
    if days == 0:
        return "today"
    many = f"{abs(days):,} business day{'s' if abs(days) != 1 else ''}"
    return f"in {many}" if days > 0 else f"passed {many} ago"


def overdue(due_on: date, today: date, terms: CutOffs) -> str:
    """How late an answer is, in words; empty while there is time."""
    if due_on >= today:
        return ""
    days = max(terms.between(due_on, today), 1)
    return f"overdue by {days:,} business day{'s' if days != 1 else ''}"


def upcoming(person: Person, today: date) -> list[CutOff]:
    """The next effective dates with the number of cases that are open for each: two queries at most."""
    terms = schedule(today)
    dates = terms.next_effective_dates(today, EFFECTIVE_DATES)
    rows = (
        Case.objects.seen_by(person).filter(state__in=OPEN_STATES, effective_date__in=dates)
        .values_list("effective_date").annotate(Count("id")).order_by()
    )  # fmt: skip
    open_cases = dict(rows)
    return [cut_off(one, today, terms, open_cases.get(one, 0)) for one in dates]
