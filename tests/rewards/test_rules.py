"""Rules of the reward document that are no amount: what is said, paid, versioned and left to others."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from smallgroup.errors import Refused
from smallgroup.rewards.earn import earn
from smallgroup.rewards.read_sales import COLUMNS
from smallgroup.rewards.report import lines_of
from smallgroup.rewards.reporting import disclosures
from smallgroup.rulebook.program import Program, Settings, chosen_programs, known_programs, one_version_a_day
from tests.rewards.test_progress import book

AS_OF = date(2026, 1, 15)


def program(id: str) -> Program:
    return next(one for one in known_programs() if one.id == id)


def test_no_program_and_no_fact_speaks_of_commission() -> None:
    names = {field.name for record in (Program, Settings) for field in fields(record)}
    names |= {column for columns in COLUMNS.values() for column in columns}
    assert not [name for name in names if "commission" in name]
    # Nor of what pay may not depend on in California.
    barred = ("health", "claim", "industry", "naics", "age_")
    assert not [name for name in names if any(word in name for word in barred)]


def test_a_disclosure_says_that_it_comes_beside_the_commission() -> None:
    sales, programs = book([(0, 60, "A")]), chosen_programs(())
    (told,) = disclosures(lines_of(earn(sales, programs, AS_OF)), sales, programs, AS_OF)
    assert "beside the regular commission" in told.text
    assert "$4,375.00" in told.text
    assert told.required


def test_a_disclosure_is_required_from_a_thousand_dollars_on() -> None:
    programs = chosen_programs(())
    for size, required in ((25, True), (26, True)):
        sales = book([(0, size, "A")])
        (told,) = disclosures(lines_of(earn(sales, programs, AS_OF)), sales, programs, AS_OF)
        assert told.required is required
    sales = book([(0, 50, "A"), (1, 10, "A")])
    below = [one for one in disclosures(lines_of(earn(sales, programs, AS_OF)), sales, programs, AS_OF)
             if one.group_id == "G01"]  # fmt: skip
    assert [(one.cents < 1000_00, one.required) for one in below] == [(True, False)]


def test_the_bonus_is_to_be_paid_by_the_end_of_march() -> None:
    pay = program("kp-ca-level-up-2025").pay
    assert pay is not None
    assert (pay.by, pay.rule) == (date(2026, 3, 31), "R31")


def test_a_new_version_begins_where_the_old_one_ends() -> None:
    bonus = program("kp-ca-level-up-2025")
    assert bonus.to is not None
    later = replace(bonus, version="2026-01", from_=bonus.to + timedelta(days=1), to=None)
    assert [one.version for one in one_version_a_day([later, bonus])] == ["2025-09", "2026-01"]
    for day in (bonus.from_, bonus.to):
        with pytest.raises(Refused, match="both hold on"):
            one_version_a_day([bonus, replace(later, from_=day)])


def test_sales_of_two_versions_are_each_earned_under_their_own() -> None:
    bonus = program("kp-ca-level-up-2025")
    early = replace(bonus, version="a", to=date(2025, 9, 30))
    late = replace(bonus, version="b", from_=date(2025, 10, 1))
    sales = book([(0, 60, "A"), (1, 60, "A")])
    assert earn(sales, [bonus], AS_OF).total == 7500_00
    assert earn(sales, [late, early], AS_OF).total == 5000_00


def test_what_stands_elsewhere_is_said() -> None:
    total = program("kp-ca-total-replacement")
    assert total.tiers is None
    assert "R36" in total.note
