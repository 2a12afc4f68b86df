"""The letters: a broker's has everything that the decision has, a client's facts and law and what is needed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from smallgroup.papers import decision_letter, request_letter
from tests.papers.cases import AS_OF, EFFECTIVE, PLACE, decision, joined, structure, text

LITTLE = {"application.contribution.employee.percent": "10", "application.documents": "[]"}
EIGHTY = ", ".join(f"{{month: 2024-{month:02}, full_time: 80, part_time_hours: []}}" for month in range(1, 13))
CASES: dict[str, dict[str, str]] = {
    "approve": {},
    "pend": LITTLE,
    "decline": {"workforce": f"[{EIGHTY}]"},
    "refer": {"application.hours_required": "35"},
}  # fmt: skip
GROUP = "Example Crumb Bakery Inc"


@pytest.fixture(scope="module", params=CASES)
def any_decision(request: pytest.FixtureRequest) -> dict[str, Any]:
    return decision(CASES[request.param])


def broker(said: dict[str, Any]) -> str:
    return text(decision_letter(said, group=GROUP, **PLACE))


def client(said: dict[str, Any]) -> str:
    return text(decision_letter(said, group=GROUP, copy="client", **PLACE))


def request_text(said: dict[str, Any]) -> str:
    return text(request_letter(said, group=GROUP, **PLACE))


def test_the_cases_are_different_decisions() -> None:
    assert {name: decision(what_if)["decision"] for name, what_if in CASES.items()} == {name: name for name in CASES}


def test_both_copies_name_the_rules_the_version_the_day_and_the_hash(any_decision: dict[str, Any]) -> None:
    for said in (broker(any_decision), client(any_decision)):
        for words in (GROUP, any_decision["guideline"], any_decision["engine"]):
            assert words in said
        assert "September 12, 2025" in said
        assert "October 1, 2025" in said
        assert any_decision["inputs_sha256"] in joined(said)


def test_a_broker_sees_findings_readings_numbers_and_papers(any_decision: dict[str, Any]) -> None:
    said = joined(broker(any_decision))
    assert "notfortheclient" in said.lower()
    assert joined(any_decision["decision"].capitalize()) in said
    for one in any_decision["findings"]:
        assert joined(one["title"]) in said
        if one["outcome"] == "not applicable":
            continue
        assert joined(one["because"]) in said
        for reading in (*one["readings"], *one["comparisons"]):
            if reading["numbers"]:
                assert joined(reading["name"])[1:] in said
        for paper in one["evidence"]:
            assert joined(paper["name"])[1:] in said
    for one in any_decision["wanting"]:
        assert joined(one["what"])[1:].rstrip(".") in said


def test_a_client_sees_what_is_needed_and_nothing_of_the_guide(any_decision: dict[str, Any]) -> None:
    for said in (client(any_decision), request_text(any_decision)):
        flat = joined(said)
        assert not re.search(r"guideline|kaiser|broker|underwrit|page \d+,|reading", said, re.IGNORECASE)
        for one in any_decision["findings"]:
            assert joined(one["because"]) not in flat
            assert one["audience"] == "anyone" or joined(one["citation"]["document"]) not in flat
        if any_decision["decision"] != "decline":
            for wanted in any_decision["wanting"]:
                assert joined(wanted["what"])[1:].rstrip(".") in flat
                assert joined(f"From: {wanted['from']}") in flat
                assert not wanted["law"] or joined(wanted["law"]) in flat


def test_a_request_says_what_from_whom_by_when_and_why() -> None:
    said = " ".join(request_text(decision(LITTLE)).split())
    assert "To start coverage on October 1, 2025 we still need the following, complete, by October 1, 2025:" in said
    assert "The enrollment forms. From: each employee who enrolls By: October 1, 2025 Why: Participation" in said
    assert "Complete by the effective date (45 CFR 147.104(b)(1)(i))" in said
    assert "What would do: Pay half of the lowest-priced plan for each employee" in said
    assert "What comes later moves the start of coverage to a later month. Please keep any existing coverage" in said
    assert "No question here is about anybody's health" in said


def test_where_a_guideline_is_for_anyone_a_request_cites_it() -> None:
    said = decision(LITTLE)
    for one in said["findings"]:
        one["audience"] = "anyone"
    assert "Broker underwriting guidelines, small group, Georgia (July 2025), page 4, Participation" in " ".join(
        request_text(said).split()
    )


def test_nothing_missing_and_a_refusal_and_an_audit() -> None:
    assert "Nothing is missing for coverage from October 1, 2025." in request_text(decision())
    refused = decision(CASES["decline"])
    for words in (client(refused), request_text(refused)):
        said = " ".join(words.split())
        assert "The application cannot be accepted as a small employer's (45 CFR 144.103)." in said
        assert "If the facts are not as we have them, please send what shows it: 1. The hours of the staff" in said
        assert "By:" not in said
    audited = text(request_letter(decision(LITTLE), group=GROUP, due_on=AS_OF, **PLACE))
    assert "For the yearly review of the group we need the following by September 12, 2025:" in audited
    assert "What comes later" not in audited


def test_letters_are_tagged_lists_and_the_same_every_time() -> None:
    said = decision(LITTLE)
    for make in (lambda: decision_letter(said, group=GROUP, copy="client", **PLACE),
                 lambda: request_letter(said, group=GROUP, effective_date=EFFECTIVE, dated=AS_OF)):  # fmt: skip
        pdf = make()
        assert pdf == make()
        kinds = [kind for kind, _ in structure(pdf)]
        assert kinds.count("/LI") == len(said["wanting"])
        assert "/Title" in kinds or "/H1" in kinds


def test_a_reading_that_differs_is_told_to_brokers_only() -> None:
    said = decision(CASES["refer"])
    referred = [one for one in said["findings"] if one["outcome"] == "refer" and len(one["readings"]) > 1]
    assert referred
    for one in referred:
        for reading in one["readings"]:
            assert joined(reading["name"])[1:] in joined(broker(said))
            assert joined(reading["name"])[1:] not in joined(client(said))
