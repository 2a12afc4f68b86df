"""The agency's pages: the list, a prospect, and a group's own page."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from smallgroup.web.audit_log.models import first_bad_line
from smallgroup.web.cases import verbs as cases
from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.groups.verbs import make_group
from smallgroup.web.sample import hand_in_papers
from tests.web.groups import bakery_of, get, post

pytestmark = pytest.mark.django_db

@pytest.fixture
def bakery(people: Any) -> Group:
    return bakery_of(people, papers=False)


def test_an_empty_list_teaches(people: Any) -> None:
    page = get(people, "ada", "group_list")
    assert "No group yet" in page
    assert reverse("group_new") in page
    reader = get(people, "bo", "group_list")
    assert "your role reads only" in reader
    assert "New prospect" not in reader


def test_a_list_is_searched_filtered_sorted_and_counted(people: Any, bakery: Group) -> None:
    for name in ("Example Zebra Cafe LLC", "Example Apple Press LLC"):
        make_group(organization=people.oak, legal_name=name, state="GA", by=people.ann)
    make_group(organization=people.elm, legal_name="Example Elm Only LLC", state="GA", by=people.eve)
    hand_in_papers(bakery, by=people.ada)
    cases.submit(bakery, by=people.ada)
    page = get(people, "ada", "group_list")
    assert "Elm Only" not in page
    assert page.index("Apple") < page.index("Crumb") < page.index("Zebra")
    assert "In review" in page
    assert "application, census" in page
    client = people.client("ada")

    def names(**query: str) -> set[str]:
        found = client.get(reverse("group_list"), query).context["found"]
        return {row.group.legal_name.split()[1] for row in found.rows}

    assert names(q="ZEBRA cafe") == {"Zebra"}
    assert names(q="100%_") == set()
    assert names(stage="submitted") == {"Crumb"}
    assert names(broker=str(people.ann.pk)) == {"Zebra", "Apple"}
    assert names(month="2025-10") == {"Crumb"}
    assert names(month="no", page="-1", sort="x", stage="y", broker="z", agency="'") == {"Zebra", "Apple", "Crumb"}
    assert names(page="99") == set()
    assert names(agency=str(people.elm.pk)) == {"Zebra", "Apple", "Crumb"}
    context = client.get(reverse("group_list"), {"q": "example", "stage": "submitted"}).context["found"]
    assert [count for _, _, count in context.stages] == [2, 0, 1, 0, 0, 0, 0, 0]
    assert (context.total, context.all) == (1, 3)
    assert "<html" not in client.get(reverse("group_list"), headers={"HX-Request": "true"}).content.decode()


def test_a_general_agency_has_the_groups_of_its_agencies(people: Any, bakery: Group) -> None:
    make_group(organization=people.general, legal_name="Example Own Group LLC", state="GA", by=people.gil)
    found = people.client("gil").get(reverse("group_list")).context["found"]
    assert {row.group.organization for row in found.rows} == {people.oak, people.general}
    only = people.client("gil").get(reverse("group_list"), {"agency": str(people.oak.pk)}).context["found"]
    assert [row.group for row in only.rows] == [bakery]
    assert "<th scope=\"col\">Agency</th>" in get(people, "gil", "group_list")


def test_a_list_takes_the_same_queries_for_one_group_and_for_sixty(
    people: Any, bakery: Group, django_assert_max_num_queries: Any
) -> None:
    client = people.client("ada")
    client.get(reverse("group_list"))  # the session of a new sign-in is written once
    with django_assert_max_num_queries(15) as one:
        client.get(reverse("group_list"))
    for n in range(60):
        group = make_group(organization=people.oak, legal_name=f"Example {n:03d} LLC", state="GA", by=people.ada)
        assert group.searched == f"example {n:03d} llc"
    with django_assert_max_num_queries(15) as many:
        page = client.get(reverse("group_list"))
    assert len(many) == len(one)
    assert len(page.context["found"].rows) == 50
    assert "1 to 50 of 61" in page.content.decode()
    with django_assert_max_num_queries(15):
        assert len(client.get(reverse("group_list"), {"page": "2"}).context["found"].rows) == 11


def test_a_prospect_is_written_down(people: Any) -> None:
    answer = post(people, "ada", "group_new", legal_name=" Example Kiln LLC ", county="Fulton", zip="30303",
                  effective="2025-11-01")  # fmt: skip
    group = Group.objects.get()
    assert answer.url == reverse("group_page", args=[group.pk])
    assert (group.legal_name, group.county, str(group.effective_date)) == ("Example Kiln LLC", "Fulton", "2025-11-01")
    assert (group.organization, group.broker, group.stage) == (people.oak, people.ada, Stage.PROSPECT)
    assert "zip: '30303'" in group.applications.get().text
    assert "What is next" in get(people, "ada", "group_page", group.pk)
    assert first_bad_line() is None


def test_a_prospect_is_told_all_that_is_wrong_at_its_fields_and_nothing_is_lost(people: Any) -> None:
    answer = post(people, "ada", "group_new", legal_name=" ", county="Fultn", zip="3030", effective="2025-02-31")
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("it is empty", "is not a county of GA. Did you mean Fulton?", "is no ZIP code", "31 February"):
        assert said.replace("'", "&#x27;") in page.replace("28 February", ""), said
        assert page.count('aria-invalid="true"') == 4
    for typed in ("Fultn", "3030", "2025-02-31"):
        assert f'value="{typed}"' in page
    assert not Group.objects.exists()


def test_a_prospect_is_written_down_for_an_agency_of_ones_own(people: Any) -> None:
    assert post(people, "ada", "group_new", legal_name="Example X", agency=str(people.elm.pk)).status_code == 404
    assert not Group.objects.exists()
    assert post(people, "gil", "group_new", legal_name="Example X", agency=str(people.oak.pk)).status_code == 302
    assert Group.objects.get().organization == people.oak


def test_another_broker_and_undo(people: Any, bakery: Group) -> None:
    client = people.client("ada")
    url = reverse("group_broker", args=[bakery.pk])
    answer = client.post(url, {"broker": str(people.ann.pk), "seen": str(people.ada.pk)}, follow=True)
    bakery.refresh_from_db()
    assert bakery.broker == people.ann
    undo = reverse("group_broker_back", args=[bakery.pk, people.ada.pk])
    assert undo in answer.content.decode()
    late = client.post(url, {"broker": str(people.gil.pk), "seen": str(people.ada.pk)})
    assert (late.status_code, "somebody else has changed it" in late.content.decode()) == (422, True)
    for nobody in (people.bo, people.eve, people.uma):
        assert client.post(url, {"broker": str(nobody.pk), "seen": str(people.ann.pk)}).status_code == 422
    assert client.post(url, {"broker": "x", "seen": ""}).status_code == 422
    client.post(undo)
    bakery.refresh_from_db()
    assert bakery.broker == people.ada


