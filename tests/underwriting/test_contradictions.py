"""An application and a census that contradict each other are told so, all in one pass, and nothing is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from smallgroup.errors import Problem, Refused
from smallgroup.group import read_group
from smallgroup.underwriting import underwrite
from smallgroup.underwriting.contradictions import contradicting
from tests.underwriting.cases import AS_OF, GUIDE, ORDINARY, members

CONTRACTOR = {"worker_type": "1099", "paid_on": "1099"}


def test_1099_workers_enroll_whom_nothing_is_offered() -> None:
    people = members([{}, CONTRACTOR, CONTRACTOR, {**CONTRACTOR, "election": "decline"}])
    with pytest.raises(Refused) as refused:
        underwrite(read_group(ORDINARY), people, guideline=GUIDE, as_of=AS_OF)
    assert [problem.where for problem in refused.value.problems] == [
        "Census, member 001, election", "Census, member 002, election",
    ]  # fmt: skip


@pytest.mark.parametrize("offers", ["true", "null"])
def test_where_it_is_offered_or_not_known_there_is_no_contradiction(offers: str) -> None:
    file = read_group(ORDINARY, what_if={"application.offers_1099": offers})
    underwrite(file, members([{}, CONTRACTOR]), guideline=GUIDE, as_of=AS_OF)


def contradictions(people: list[dict[str, Any]] | None = None, **changes: str) -> list[Problem]:
    file = read_group(ORDINARY, what_if={name.replace("__", "."): value for name, value in changes.items()})
    return list(contradicting(file, members(people or [{}]), guideline=GUIDE, as_of=AS_OF))


def months(year: int, *told: int) -> str:
    return f"[{', '.join(f'{{month: {year}-{month:02d}, full_time: 5, part_time_hours: []}}' for month in told)}]"


@pytest.mark.parametrize(
    ("formed_on", "workforce", "told"),
    [
        ("2024-01-01", months(2024, *range(1, 12)), "the business was formed on January 1, 2024; missing: 2024-12"),
        ("2024-01-02", months(2024, *range(2, 13)), None),
        ("2023-12-31", months(2024, *range(2, 13)), "the business was formed on December 31, 2023; missing: 2024-01"),
        ("2024-01-01", months(2024, *range(1, 13)), None),
        ("2024-01-01", months(2023, *range(1, 12)), None),
        ("2024-01-01", "null", None),
        ("2024-05-01", months(2024, 5, 6, 8), "the months around it are there; missing: 2024-07."),
        ("null", months(2024, 5, 6, 8), "the months around it are there; missing: 2024-07."),
        ("null", months(2024, *range(5, 13)), None),
        ("null", months(2024, 5), None),
    ],
)
def test_a_business_that_was_there_all_year_has_twelve_months(formed_on: str, workforce: str, told: str | None) -> None:
    found = contradictions(group__formed_on=formed_on, group__first_payroll_on="null", workforce=workforce)
    assert [problem.field for problem in found] == ([] if told is None else ["workforce"])
    assert told is None or told in found[0].why


def test_a_carrier_that_names_no_days_starts_coverage_on_any() -> None:
    file = read_group(ORDINARY, what_if={"application.effective_date": "2025-10-02"})
    heading = GUIDE.headings["general_information"]
    terms = {name: value for name, value in heading.terms.items() if name != "effective_days"}
    for headings, told in (
        (GUIDE.headings, 1),
        ({**GUIDE.headings, "general_information": replace(heading, terms=terms)}, 0),
        ({name: one for name, one in GUIDE.headings.items() if name != "general_information"}, 0),
    ):
        other = replace(GUIDE, headings=headings)
        assert len(list(contradicting(file, members([{}]), guideline=other, as_of=AS_OF))) == told


def test_a_company_without_a_name_and_an_ein_is_not_another_one_of_the_kind() -> None:
    """Two affiliates of which nothing is told are two; one with the name and the EIN of another is told once."""
    assert not contradictions(group__ein="null", group__affiliates="[{applying: false}, {applying: false}]")
    named = '{legal_name: Sister Inc, ein: "00-0000002"}'
    shouted = '{legal_name: " SISTER INC ", ein: "00-0000002"}'
    other = '{legal_name: Sister of Another Inc, ein: "00-0000003"}'
    found = contradictions(group__affiliates=f"[{named}, {other}, {shouted}]")
    assert [problem.where for problem in found] == ["group.affiliates, affiliate 3"]


def test_a_class_may_have_any_plan_while_it_is_not_known_what_the_group_offers() -> None:
    classes = "[{name: a, plans: [LOW, GOLD]}, {name: b}]"
    assert not contradictions(application__classes=classes, application__plans="null")
    found = contradictions(application__classes=classes)
    assert [(problem.where, problem.why) for problem in found] == [
        ("application.classes, a", "plan GOLD is not among application.plans.")
    ]


def test_wages_are_paid_from_the_day_on_which_a_business_is_formed() -> None:
    assert not contradictions(group__formed_on="2015-05-01", group__first_payroll_on="2015-05-01")
    assert not contradictions(group__formed_on="null", group__first_payroll_on="2015-04-30")
    assert not contradictions(group__formed_on="2015-05-01", group__first_payroll_on="null")
    found = contradictions(group__formed_on="2015-05-01", group__first_payroll_on="2015-04-30")
    assert [problem.field for problem in found] == ["group.first_payroll_on"]


def test_who_is_born_on_the_effective_date_is_born() -> None:
    people: list[dict[str, Any]] = [{}, {"date_of_birth": date(2025, 10, 1)}, {"date_of_birth": None}]
    assert not contradictions(people)
    found = contradictions([*people, {"date_of_birth": date(2025, 10, 2)}])
    assert [problem.where for problem in found] == ["Census, member 003, birth date"]


def test_the_census_uses_the_names_of_the_classes() -> None:
    people: list[dict[str, Any]] = [{"class": "a"}, {"class": None}, {"class": "c"}, {"class": "c"}]
    assert not contradictions(people)
    found = contradictions(people, application__classes="[{name: a}, {name: b}]")
    assert [problem.seen for problem in found] == ["c"]
