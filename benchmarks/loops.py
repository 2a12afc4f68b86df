"""Pricing by hand in plain Python: Decimal for each member in each plan, and whole cents counted by age."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.one_group import OneGroup
from smallgroup.rating.bands import BANDS

CENT = Decimal("0.01")
EMPLOYEE_SHARE, DEPENDENT_SHARE = Decimal("0.50"), Decimal("0.25")

Totals = list[tuple[int, int]]
"""(premium, employer's part) of each plan, in cents a month."""


@dataclass(frozen=True, slots=True)
class Person:
    family: str
    relationship: str
    born: date


class Loops:
    """People as records and rates as lists, ready before the clock starts."""

    def __init__(self, group: OneGroup, on: date) -> None:
        rows = group.everybody.select("family_id", "relationship", "date_of_birth").iter_rows()
        self._people = [Person(*row) for row in rows]
        self._on = on
        cents = group.rates.monthly[:, : len(BANDS)].tolist()
        self._cents: list[list[int]] = cents
        self._dollars = [[Decimal(rate).scaleb(-2) for rate in plan] for plan in cents]

    def decimals(self) -> Totals:
        """Each member in each plan, half up to the cent for each."""
        charged = self._charged()
        totals = []
        for rates in self._dollars:
            premium = employer = Decimal(0)
            for band, is_employee in charged:
                rate = rates[band]
                share = EMPLOYEE_SHARE if is_employee else DEPENDENT_SHARE
                premium += rate
                employer += (rate * share).quantize(CENT, ROUND_HALF_UP)
            totals.append((int(premium * 100), int(employer * 100)))
        return totals

    def counted(self) -> Totals:
        """Members counted by age and kind first; then whole cents, plan by plan."""
        counts = Counter(self._charged())
        employees = [(band, n) for (band, is_employee), n in counts.items() if is_employee]
        dependents = [(band, n) for (band, is_employee), n in counts.items() if not is_employee]
        totals = []
        for rates in self._cents:
            premium = employer = 0
            for band, n in employees:
                rate = rates[band]
                premium += n * rate
                employer += n * ((rate + 1) // 2)
            for band, n in dependents:
                rate = rates[band]
                premium += n * rate
                employer += n * ((rate + 2) // 4)
            totals.append((premium, employer))
        return totals

    def _charged(self) -> list[tuple[int, bool]]:
        """(age band, is the employee) of everybody who is charged: of children under 21 a family's oldest three."""
        charged, young = [], defaultdict(list)
        for person in self._people:
            age = self._age(person.born)
            if person.relationship in ("child", "disabled_child") and age < 21:
                young[person.family].append(person.born)
            else:
                charged.append((_band(age), person.relationship == "employee"))
        for births in young.values():
            charged += [(_band(self._age(born)), False) for born in sorted(births)[:3]]
        return charged

    def _age(self, born: date) -> int:
        on = self._on
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _band(age: int) -> int:
    return min(max(age - 14, 0), len(BANDS) - 1)


def same(ours: Sequence[tuple[int, int]], theirs: Totals) -> bool:
    return list(ours) == theirs
