"""A group is submitted: the rules decide, the decision can be made again, and a race has one winner."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from smallgroup.errors import Refused
from smallgroup.underwriting import decision_text, replay
from smallgroup.web.accounts.access import Person
from smallgroup.web.audit_log.models import AuditLine, first_bad_line
from smallgroup.web.cases import verbs
from smallgroup.web.cases.models import Case, State
from smallgroup.web.census_work import read_file
from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.groups.verbs import make_group, revise_application, revise_census
from smallgroup.web.sample import hand_in_papers
from tests.web.conftest import EXAMPLES, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def bakery(people: Any) -> Group:
    group = make_group(organization=people.oak, legal_name="Example Crumb Bakery Inc", state="GA", by=people.ada)
    revise_application(group, (EXAMPLES / "group.yaml").read_text(), by=people.ada)
    data = (EXAMPLES / "census.xlsx").read_bytes()
    census = read_file(data, "census.xlsx", as_of=TODAY)
    revise_census(group, census.members, by=people.ada, notices=census.notices, original_name="census.xlsx")
    hand_in_papers(group, by=people.ada)
    return group


def person(people: Any, name: str) -> Person:
    user = people.users[name]
    return Person(user, tuple(user.memberships.select_related("organization")))


def test_the_sample_is_submitted_and_decided_as_on_the_command_line(people: Any, bakery: Group) -> None:
    case = verbs.submit(bakery, by=people.ada)
    assert (case.engine, case.state, case.employees) == ("approve", State.OPEN, 23)
    assert (case.effective_date, case.due_on) == (date(2025, 10, 1), date(2025, 9, 19))
    bakery.refresh_from_db()
    assert (bakery.stage, bakery.county, bakery.effective_date) == (Stage.SUBMITTED, "Fulton", date(2025, 10, 1))
    (decided,) = case.decisions.all()
    document = verbs.document_of(decided, by=people.uma, why="a test")
    assert decision_text(replay(document, file="x")) == json.dumps(document, indent=2) + "\n"
    assert "Ada" not in json.dumps(decided.outcomes)
    assert first_bad_line() is None
    said = set(AuditLine.objects.values_list("verb", "kind"))
    assert {("make", "group"), ("revise", "census"), ("read", "census"), ("submit", "case"), ("run rules", "case"),
            ("read", "decision")} <= said  # fmt: skip


def test_a_group_without_papers_is_told_all_that_it_lacks(people: Any) -> None:
    group = make_group(organization=people.oak, legal_name="Example Empty LLC", state="GA", by=people.ada)
    with pytest.raises(Refused) as refused:
        verbs.submit(group, by=people.ada)
    said = [problem.why for problem in refused.value.problems]
    assert said == ["there is no application yet.", "there is no census yet."]
    assert not Case.objects.exists()


def test_a_group_is_before_the_carrier_once(people: Any, bakery: Group) -> None:
    verbs.submit(bakery, by=people.ada)
    with pytest.raises(Refused, match="before the carrier already"):
        verbs.submit(bakery, by=people.ada)


def test_who_saw_an_older_state_is_told(people: Any, bakery: Group) -> None:
    case = verbs.submit(bakery, by=people.ada)
    verbs.changed(case, case.version, assigned_to=people.uma)
    with pytest.raises(Refused, match="somebody else has changed it"):
        verbs.changed(case, case.version, assigned_to=people.sam)
    case.refresh_from_db()
    assert case.assigned_to == people.uma


def test_of_two_writers_of_an_application_the_second_is_told(people: Any, bakery: Group) -> None:
    text = (EXAMPLES / "group.yaml").read_text()
    revise_application(bakery, text.replace("employees_total: 21", "employees_total: 22"), by=people.ada, seen=1)
    with pytest.raises(Refused, match="Ada has changed it since"):
        revise_application(bakery, text, by=people.ann, seen=1)
    assert bakery.applications.count() == 2


@pytest.mark.parametrize(
    ("who", "sees"),
    [("ada", True), ("bo", True), ("gil", True), ("eve", False), ("uma", False), ("rex", False)],
)
def test_who_sees_a_prospect(people: Any, bakery: Group, who: str, sees: bool) -> None:
    assert Group.objects.seen_by(person(people, who)).filter(pk=bakery.pk).exists() is sees


@pytest.mark.parametrize(("who", "sees"), [("ada", True), ("gil", True), ("eve", False), ("uma", True), ("rex", True)])
def test_who_sees_what_was_submitted(people: Any, bakery: Group, who: str, sees: bool) -> None:
    case = verbs.submit(bakery, by=people.ada)
    assert Group.objects.seen_by(person(people, who)).filter(pk=bakery.pk).count() == int(sees)
    assert Case.objects.seen_by(person(people, who)).filter(pk=case.pk).count() == int(sees)
