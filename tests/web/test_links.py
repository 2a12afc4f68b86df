"""From one area to the next: a quote to its group and back, a case to coverage, words instead of fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.pages.templatetags.written import plainly
from tests.web.cases_made import make_case

pytestmark = pytest.mark.django_db


def test_an_approved_group_is_told_to_enroll_and_its_case_shows_the_coverage(people: Any) -> None:
    case = make_case(people)
    enroll, coverage = (reverse(name, args=[case.group_id]) for name in ("enroll", "coverage"))
    page, at_carrier = (reverse(name, args=[case.group_id]) for name in ("group_page", "group_case"))
    ada, bo, uma = (people.client(name) for name in ("ada", "bo", "uma"))
    before = uma.get(reverse("case", args=[case.pk])).content.decode()
    assert coverage not in before
    Group.objects.filter(pk=case.group_id).update(stage=Stage.APPROVED)
    case.__class__.objects.filter(pk=case.pk).update(state="approved")
    for address in (page, at_carrier):
        assert enroll in ada.get(address).content.decode()
        assert enroll not in bo.get(address).content.decode()
    assert coverage in uma.get(reverse("case", args=[case.pk])).content.decode()


def test_fields_are_named_as_the_form_names_them() -> None:
    assert plainly("It turns on application.waiting_period.") == "It turns on “Waiting period”."
    assert plainly("group.address.county is empty") == "“County” is empty"
    assert plainly("group.yaml and 3.5 stay") == "group.yaml and 3.5 stay"
    assert plainly(None) == ""
