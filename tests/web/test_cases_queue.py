"""The queue: what stands in it, what it is filtered and sorted by, its pages, and the calendar of cut-offs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from smallgroup.errors import Refused
from smallgroup.web.cases import calendar, queue
from smallgroup.web.cases.models import Case, State
from smallgroup.web.groups.models import Group
from tests.web.cases_made import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(people: Any) -> list[Case]:
    """120 cases: by fours of another state, agency, person and month."""
    first = make_case(people, name="Example 0 Inc")
    groups, cases = [], []
    for number in range(1, 120):
        organization = people.elm if number % 4 == 1 else people.oak
        groups.append(Group(organization=organization, legal_name=f"Example {number} Inc", state="GA", county="Fulton",
                            made_by=people.ada, broker=people.ada))  # fmt: skip
        cases.append(Case(
            number=first.number + number, group=groups[-1], application=first.application, census=first.census,
            state=State.APPROVED if number % 4 == 2 else State.OPEN, engine="approve", as_of=first.as_of,
            open_clauses=["share-of-1099"] if number % 10 == 5 else [], employees=number,
            sought=f"example {number} inc",
            effective_date=date(2025, 11, 1) if number % 3 == 0 else date(2025, 10, 1), submitted_by=people.ada,
            submitted_at=datetime(2025, 9, 1, 16, tzinfo=UTC) + timedelta(hours=number),
            due_on=date(2025, 9, 9) + timedelta(days=number % 7),
            assigned_to=people.uma if number % 5 == 0 else None,
        ))  # fmt: skip
    Group.objects.bulk_create(groups)
    Case.objects.bulk_create(cases)
    return list(Case.objects.order_by("number"))


def shown(people: Any, **asked: str) -> list[Case]:
    reply = people.client("uma").get("/cases/", asked)
    assert reply.status_code == 200
    return [one.case for one in reply.context["page"].rows]


def test_an_empty_queue_says_how_a_case_begins(people: Any) -> None:
    assert "submits a group" in people.client("uma").get("/cases/").content.decode()
    assert "No case is like that" in people.client("uma").get("/cases/?q=nobody").content.decode()


def test_a_row_says_all_that_is_to_be_known(people: Any, day: Any) -> None:
    case = make_case(people, "pend")
    said = people.client("uma").get("/cases/").content.decode()
    for text in (str(case.number), "Example Crumb Bakery Inc", "Oak Agency", "New group", "pend",
                 "Waiting for the broker", "1 paper missing", "23", "October 1, 2025", "in 8 business days",
                 "0 days", "September 19, 2025", "nobody"):  # fmt: skip
        assert text in said, text
    assert "overdue" not in said
    day(date(2025, 9, 26))
    people.client("uma").get("/home/")
    late = people.client("uma").get("/cases/").content.decode()
    assert "overdue by 5 business days" in late
    assert "passed 2 business days ago" in late
    assert "10 days" in late


def test_the_most_pressing_stands_first_and_pages_hold_the_rest(people: Any, many: list[Case]) -> None:
    first, second = shown(people), shown(people, page="2")
    assert (len(first), len(second)) == (50, 40)
    found = [*first, *second]
    assert [one.due_on for one in found] == sorted(one.due_on for one in found)
    assert {one.pk for one in found} == {one.pk for one in many if one.state != State.APPROVED}
    reply = people.client("uma").get("/cases/")
    assert (reply.context["page"].total, reply.context["page"].next_page) == (90, 2)
    assert "1 to 50 of 90" in reply.content.decode()
    assert shown(people, page="3") == []


@pytest.mark.parametrize(("asked", "holds"), [
    ({"who": "mine"}, lambda one, people: one.assigned_to == people.uma),
    ({"who": "nobody"}, lambda one, people: one.assigned_to is None),
    ({"month": "2025-11"}, lambda one, people: one.effective_date == date(2025, 11, 1)),
    ({"month": "2025-11", "who": "mine"}, lambda one, people: one.effective_date.month == 11 and one.assigned_to),
    ({"clause": "share-of-1099"}, lambda one, people: one.open_clauses == ["share-of-1099"]),
    ({"clause": "share"}, lambda one, people: False),
    ({"q": " example 11 "}, lambda one, people: one.sought.startswith("example 11")),
    ({"q": "EXAMPLE 9"}, lambda one, people: one.sought.startswith("example 9")),
    ({"q": "%"}, lambda one, people: False),
])  # fmt: skip
def test_filters(people: Any, many: list[Case], asked: dict[str, str], holds: Any) -> None:
    expected = {one.number for one in many if one.state != State.APPROVED and holds(one, people)}
    assert {one.number for page in ("1", "2") for one in shown(people, page=page, **asked)} == expected


def test_closed_cases_are_shown_when_asked_for(people: Any, many: list[Case]) -> None:
    assert {one.state for one in shown(people, state="approved")} == {State.APPROVED}
    reply = people.client("uma").get("/cases/", {"state": "all"})
    assert reply.context["page"].total == 120
    assert {one.group.organization for one in shown(people, agency=str(people.elm.pk))} == {people.elm}
    (found,) = shown(people, q=str(many[7].number))
    assert found == many[7]
    assert shown(people, q=f"#{many[7].number}") == [many[7]]


@pytest.mark.parametrize("sort", list(queue.SORTS))
def test_sorts_both_ways(people: Any, many: list[Case], sort: str) -> None:
    column = queue.SORTS[sort][0]
    up, down = (shown(people, state="all", sort=one) for one in (sort, f"-{sort}"))
    values = [getattr(one, column) for one in up]
    assert values == sorted(values)
    values = [getattr(one, column) for one in down]
    assert values == sorted(values, reverse=True)
    page = people.client("uma").get("/cases/", {"sort": sort}).content.decode()
    assert 'aria-sort="ascending"' in page


@pytest.mark.parametrize("wrong", [
    {"state": "lost"}, {"month": "2025-13"}, {"month": "0000-01"}, {"agency": "1"}, {"who": "somebody"}, {"page": "0"},
    {"page": "-1"}, {"page": "9" * 30}, {"page": "201"}, {"sort": "password"}, {"page": "²"},
])  # fmt: skip
def test_an_address_that_cannot_be_is_a_sentence(people: Any, wrong: dict[str, str]) -> None:
    reply = people.client("uma").get("/cases/", wrong)
    assert reply.status_code == 422
    assert "One thing is in the way" in reply.content.decode()
    with pytest.raises(Refused):
        queue.read(wrong)


def test_the_address_keeps_everything_from_page_to_page(people: Any, many: list[Case]) -> None:
    said = people.client("uma").get("/cases/", {"sort": "-due", "q": "example", "month": "2025-10"}).content.decode()
    assert "?sort=-due&amp;q=example&amp;month=2025-10&amp;page=2" in said


def test_the_queue_takes_as_many_queries_with_one_case_as_with_many(
    people: Any, django_assert_max_num_queries: Any, many: list[Case]
) -> None:
    client = people.client("uma")
    client.get("/cases/")  # the session is there from now on
    with django_assert_max_num_queries(9):
        assert client.get("/cases/").status_code == 200
    with django_assert_max_num_queries(9):
        assert client.get("/cases/", {"q": "example", "clause": "share-of-1099"}).status_code == 200


def test_no_list_is_counted_further_than_it_must_be(people: Any, many: list[Case], monkeypatch: Any) -> None:
    monkeypatch.setattr(queue, "COUNTED", 60)
    reply = people.client("uma").get("/cases/")
    assert reply.context["page"].total is None
    assert "of more than" in reply.content.decode()


def test_the_calendar_of_cut_offs(people: Any, many: list[Case]) -> None:
    reply = people.client("rex").get("/cases/calendar/")
    dates = reply.context["dates"]
    assert len(dates) == 12
    first, second = dates[:2]
    assert (first.effective, first.last_day, first.days) == (date(2025, 10, 1), date(2025, 9, 24), 8)
    is_open = [one for one in many if one.state != State.APPROVED]
    assert first.open_cases == sum(one.effective_date == first.effective for one in is_open)
    assert second.open_cases == sum(one.effective_date == second.effective for one in is_open)
    said = reply.content.decode()
    assert "this installation's own, to be confirmed with the carrier" in said
    assert "/cases/?month=2025-10" in said


@pytest.mark.parametrize(("days", "said"), [(0, "today"), (1, "in 1 business day"), (-3, "passed 3 business days ago")])
def test_days_to_go_in_words(days: int, said: str) -> None:
    assert calendar.to_go(days) == said


def test_a_guideline_without_a_schedule_is_a_sentence(monkeypatch: Any) -> None:
    from smallgroup.rulebook import guideline

    monkeypatch.setattr(calendar, "guideline_in_force", lambda on: guideline("illustration-ca"))
    with pytest.raises(Refused, match="it has no cut-off days"):
        calendar.schedule(date(2025, 9, 12))
