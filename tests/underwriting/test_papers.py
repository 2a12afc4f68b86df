"""What a paper says and what it leaves open, on the exact value, where no scenario reaches."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from smallgroup.group import read_group
from smallgroup.group.application import Group
from smallgroup.underwriting import underwrite
from smallgroup.underwriting.papers import Kleene, all_of, any_of, new_by_age, quarter_named
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members


def test_what_only_a_person_can_accept_is_not_among_the_sets_of_papers() -> None:
    file = read_group(ORDINARY, what_if={"audit": "{requested_on: 2025-08-01, due_on: 2025-09-15}"})
    owner = {"worker_type": "corporate_owner", "ownership_percent": 100_00, "related_to_owner": "self"}
    decision = underwrite(file, members([owner, {}]), guideline=GUIDE, as_of=AS_OF)
    sets = next(finding.paper_sets for finding in decision.findings if finding.clause == "ownership-papers")
    assert sets == (("form_w2",), ("form_8832",))


@pytest.mark.parametrize(
    ("period", "quarter"),
    [
        (None, None),
        (" 2025-Q2 ", "2025-Q2"),
        ("2025-03-31", "2025-Q1"),
        ("2025-04-01", "2025-Q2"),
        ("2025-04-01 to 2025-06-30", "2025-Q2"),
        ("2025-03-31 to 2025-04-13", None),
        ("2024-06 and 2025-06", None),
        ("2025-01", "2025-Q1"),
        ("2025-12", "2025-Q4"),
        ("2025-00", None),
        ("2025-13", None),
        ("2025-Q5", None),
        ("the second quarter", None),
    ],
)
def test_the_quarter_that_a_paper_is_of(period: str | None, quarter: str | None) -> None:
    assert quarter_named(period) == quarter


def test_twelve_months_before_the_last_of_february_of_a_leap_year() -> None:
    leap = date(2024, 2, 29)
    assert new_by_age(Group(formed_on=date(2023, 3, 1)), leap) is True
    assert new_by_age(Group(formed_on=date(2023, 2, 28)), leap) is False
    assert new_by_age(Group(), leap) is None


def test_or_and_and_of_what_is_not_known() -> None:
    for answers in product((True, False, None), repeat=3):
        completions = [
            tuple(given if told is None else told for told, given in zip(answers, guess, strict=True))
            for guess in product((True, False), repeat=3)
        ]
        assert any_of(answers) == settled({any(one) for one in completions}), answers
        assert all_of(answers) == settled({all(one) for one in completions}), answers


def settled(outcomes: set[bool]) -> Kleene:
    return outcomes.pop() if len(outcomes) == 1 else None
