"""Roles are changed by an administrator, with undo; a general agency and its agencies know of each other."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from smallgroup.errors import Refused
from smallgroup.web.accounts import verbs
from smallgroup.web.accounts.models import Membership, Role
from tests.web.groups import get, post

pytestmark = pytest.mark.django_db


def of(people: Any, name: str) -> Membership:
    found: Membership = people.users[name].memberships.get()
    return found


def test_an_administrator_changes_a_role_and_undoes_it(people: Any) -> None:
    client = people.client("ann")
    bo = of(people, "bo")
    url = reverse("membership_role", args=[bo.pk])
    page = client.post(url, {"role": "staff", "seen": "reader"}, follow=True).content.decode()
    assert "Bo is Staff now." in page
    assert of(people, "bo").role == Role.STAFF
    late = client.post(url, {"role": "broker", "seen": "reader"})
    assert (late.status_code, "somebody else has changed it" in late.content.decode()) == (422, True)
    assert client.post(url, {"role": "underwriter", "seen": "staff"}).status_code == 422
    client.post(reverse("membership_role_back", args=[bo.pk, "reader"]))
    assert of(people, "bo").role == Role.READER


def test_the_last_administrator_stays(people: Any) -> None:
    ann = of(people, "ann")
    answer = post(people, "ann", "membership_role", ann.pk, role="broker", seen="admin")
    assert (answer.status_code, "nobody else manages" in answer.content.decode()) == (422, True)
    verbs.change_role(of(people, "ada"), "admin", by=people.ann, seen="broker")
    verbs.change_role(ann, "broker", by=people.ann, seen="admin")
    with pytest.raises(Refused, match="nobody else manages"):
        verbs.change_role(of(people, "ada"), "reader", by=people.ada, seen="admin")


def test_a_general_agency_and_its_agencies_are_shown_to_each_other(people: Any) -> None:
    assert f"?agency={people.oak.pk}" in get(people, "gil", "people")
    assert "through Example General Agency" in get(people, "bo", "people")
    assert "work through it" not in get(people, "eve", "people")
