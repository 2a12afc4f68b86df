"""What a decision still waits for, and the letter that asks for it."""

from __future__ import annotations

import re
from typing import Any

from smallgroup.underwriting import Decision
from smallgroup.underwriting.wanting import request_letter, wanting
from tests.test_scenarios import decided, scenarios


def letter(decision: Decision) -> str:
    return request_letter(decision, group="Ordinary Example Inc")


def changed(**changes: Any) -> Decision:
    return decided({"changes": {name.replace("__", "."): value for name, value in changes.items()}})


def test_a_letter_names_each_paper_once_with_its_last_day_and_never_the_guide() -> None:
    decision = changed(application__documents=[], group__address__kind="po_box")
    assert [one.paper for one in wanting(decision)] == ["employer_application", "enrollment_forms", None]
    text = letter(decision)
    assert "complete, by October 1, 2025" in text
    assert "street address" in text
    assert "guide" not in text


def test_an_approved_group_is_asked_for_nothing_and_keeps_its_coverage() -> None:
    assert "Nothing is missing" in letter(changed())
    assert "keep any existing coverage" in letter(changed())


def test_a_group_that_a_person_looks_at_is_told_so() -> None:
    assert "A person at the carrier" in letter(changed(group__address__county="Chatham"))


def test_a_declined_group_is_told_the_law_and_what_would_show_other_facts() -> None:
    text = letter(decided({"people": [{"count": 2, "election": "enroll", "hours_per_week": 20}]}))
    assert "cannot be accepted as a small employer's (29 CFR 2510.3-3(b) and (c))" in text
    assert "thirty hours a week or more on a W-2" in text
    assert "we still need" not in text


NOT_FOR_A_CLIENT = re.compile(r"guide|reading|page \d|Kaiser|rulebook|clause")


def test_no_letter_of_any_scenario_speaks_of_the_guide_or_of_readings() -> None:
    letters = 0
    for param in list(scenarios())[::4]:
        scenario = param.values[0]
        if "refused" in scenario:
            continue
        text = letter(decided(scenario))
        letters += 1
        assert not NOT_FOR_A_CLIENT.search(text), (scenario["scenario"], text)
    assert letters > 100
