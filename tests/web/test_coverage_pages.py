"""The pages of coverage: what each shows, the two steps of a change, and who may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from smallgroup.web.audit_log.models import AuditLine
from smallgroup.web.coverage import verbs
from smallgroup.web.coverage.calendar import daily
from smallgroup.web.coverage.models import Enrollment
from smallgroup.web.groups.models import Group, Stage
from tests.web.covered import CENSUS, END, HIRE, make_approved, make_bakery, make_enrolled

pytestmark = pytest.mark.django_db
Day = Callable[[date], None]
NOW = date(2025, 10, 10)


@pytest.fixture
def active(people: Any, day: Day) -> Group:
    group = make_enrolled(people)
    day(NOW)
    return group  # its page starts its coverage


def upload(data: bytes = CENSUS) -> dict[str, Any]:
    return {"census": SimpleUploadedFile("final.xlsx", data)}


@pytest.mark.parametrize("name", ["ada", "gil"])
def test_from_an_upload_to_an_enrolled_group(people: Any, name: str) -> None:
    group, client = make_approved(people), people.client(name)
    assert b"Upload the final census" in client.get(reverse("coverage", args=[group.pk])).content
    page = client.post(reverse("enroll", args=[group.pk]), upload())
    made = Enrollment.objects.get()
    assert page["Location"] == reverse("enrollment", args=[made.pk])
    told = client.get(page["Location"]).content.decode()
    assert "No other clause changes" in told
    assert "14 of 16 eligible employees enroll" in told
    assert AuditLine.objects.filter(verb="read", kind="final census").count() == 1
    page = client.post(reverse("enrollment_confirm", args=[made.pk]))
    assert page["Location"] == reverse("coverage", args=[group.pk])
    assert b"is enrolled." in client.get(page["Location"]).content, "and can be undone"
    client.post(reverse("enroll_undo", args=[group.pk]))
    group.refresh_from_db()
    assert group.stage == Stage.APPROVED


def test_an_upload_that_is_no_census_says_why(people: Any) -> None:
    group, client = make_approved(people), people.client("ada")
    assert client.post(reverse("enroll", args=[group.pk])).status_code == 422
    page = client.post(reverse("enroll", args=[group.pk]), upload(b"not a census"))
    assert page.status_code == 422
    assert not Enrollment.objects.exists()


def test_the_roster_of_any_day(people: Any, active: Group) -> None:
    client = people.client("rex")
    page = client.get(reverse("roster", args=[active.pk]))
    assert b"14 of 23 employees enrolled" in page.content
    assert b"October 10, 2025" in page.content
    assert AuditLine.objects.filter(verb="read", kind="census", who=str(people.rex.pk)).count() == 1
    assert b"Nobody is on the roster" in client.get(reverse("roster", args=[active.pk]), {"on": "2025-09-30"}).content
    assert client.get(reverse("roster", args=[active.pk]), {"on": "2025-02-30"}).status_code == 422
    active.refresh_from_db()
    assert active.stage == Stage.ACTIVE, "the page did what the day had brought"


def hidden(page: Any) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))


def test_a_hire_is_shown_before_it_is_done(people: Any, active: Group) -> None:
    client, path = people.client("ada"), reverse("roster_change", args=[active.pk, "hire"])
    assert client.get(path).status_code == 200
    page = client.post(path, HIRE)
    told = page.content.decode()
    assert "coverage starts on January 1, 2026, day 88 of the employment" in told
    assert "45 CFR 147.116" in told
    assert "Participation on January 1, 2026" in told
    assert not active.changes.exists()
    form = {**hidden(page), "sure": "1"}
    assert client.post(path, form)["Location"] == reverse("coverage", args=[active.pk])
    assert active.changes.get().member_id == "24-1"
    again = client.post(path, {**form, "first_name": "Sorrel"})
    assert again.status_code == 422
    assert b"somebody has changed it since" in again.content
    client.post(reverse("roster_undo", args=[active.pk]))
    assert active.changes.count() == 2
    assert client.post(reverse("roster_undo", args=[active.pk])).status_code == 422


def test_an_end_that_brings_it_below_the_line_warns_with_its_cure(people: Any, active: Group) -> None:
    client, path = people.client("ada"), reverse("roster_change", args=[active.pk, "end"])
    # Maple has not answered: with that answer the count is exact.
    elect = reverse("roster_change", args=[active.pk, "elect"])
    client.post(elect, {"member_id": "19-1", "reason": "waiting_over", "election": "decline", "from": "2025-11-01",
                        "seen": "0", "sure": "1"})  # fmt: skip
    for seen, member in enumerate(("2-1", "6-1", "9-1", "10-1", "17-1"), 1):
        client.post(path, {**END, "reason": "voluntary", "member_id": member, "seen": str(seen), "sure": "1"})
    assert active.changes.count() == 6
    page = client.post(path, {**END, "reason": "voluntary", "member_id": "18-1"})
    told = page.content.decode()
    assert "If the coverage of member 18-1 ends on October 31, 2025, you will be 1 short from November 1, 2025." in told
    assert "must enroll" in told
    client.post(path, {**hidden(page), "sure": "1"})
    told = client.get(reverse("participation", args=[active.pk])).content.decode()
    assert "you will be 1 short from November 1, 2025" in told
    assert "too few" in told
    assert "<svg" in told
    assert told.count('<th scope="row">') == 12


def test_the_employee_who_is_chosen_is_escaped(people: Any, active: Group) -> None:
    page = people.client("ada").post(
        reverse("roster_change", args=[active.pk, "hire"]), {**HIRE, "last_name": "O'Example", "note": "<script>"}
    )
    assert b"<script>\"" not in page.content
    assert b"&lt;script&gt;" in page.content
    assert b"O&#x27;Example" in page.content


def test_an_end_of_the_group_and_its_undoing(people: Any, active: Group) -> None:
    client, path = people.client("gil"), reverse("coverage_end", args=[active.pk])
    assert b"The business has closed" in client.get(path).content
    assert client.post(path, {"last_day": "2025-02-30", "reason": "closed"}).status_code == 422
    assert client.post(path, {"last_day": "2025-11-30", "reason": "closed"}).status_code == 302
    assert b"Coverage ends after November 30, 2025" in client.get(reverse("coverage", args=[active.pk])).content
    assert client.post(reverse("coverage_end_undo", args=[active.pk])).status_code == 302
    assert client.post(reverse("coverage_end_undo", args=[active.pk])).status_code == 422
    carrier = people.client("uma")
    assert b"147.106(b)(1)" in carrier.get(path).content
    assert carrier.post(path, {"last_day": "2025-11-30", "reason": "fraud"}).status_code == 302
    assert client.post(reverse("coverage_end_undo", args=[active.pk])).status_code == 422


def test_the_renewal_page_and_its_submission(people: Any, active: Group, day: Day) -> None:
    client, path = people.client("ada"), reverse("renewal", args=[active.pk])
    assert b"It can be submitted from June 3, 2026 on" in client.get(path).content
    day(date(2026, 7, 1))
    client = people.client("ada")  # a sign-in ends after half a day
    told = client.get(path).content.decode()
    assert "Submit the renewal" in told
    assert "No rates are imported for October 1, 2026" in told
    assert b"not counted yet" in client.get(reverse("renewal_list")).content
    daily()
    assert b" shown" in client.get(reverse("renewal_list")).content
    assert client.post(reverse("renewal_submit", args=[active.pk])).status_code == 302
    assert b"It is before the carrier as case" in client.get(path).content
    assert b"submitted" in client.get(reverse("renewal_list")).content


CHANGING: dict[str, tuple[list[str], dict[str, str]]] = {
    "roster_change": (["end"], {**END, "seen": "0", "sure": "1"}),
    "roster_undo": ([], {}),
    "coverage_end": ([], {"last_day": "2025-11-30", "reason": "own_wish"}),
    "coverage_end_undo": ([], {}),
    "renewal_submit": ([], {}),
    "enroll": ([], {}),
    "enroll_undo": ([], {}),
}


@pytest.mark.parametrize("address", sorted(CHANGING))
@pytest.mark.parametrize(("name", "status"), [("bo", 403), ("rex", 403), ("eve", 404)])
def test_who_may_not(people: Any, active: Group, address: str, name: str, status: int) -> None:
    verbs.start_coverage(NOW)
    before = (active.changes.count(), active.censuses.count(), active.cases.count(), active.endings.count())
    more, form = CHANGING[address]
    page = people.client(name).post(reverse(address, args=[active.pk, *more]), form)
    assert page.status_code == status
    assert before == (active.changes.count(), active.censuses.count(), active.cases.count(), active.endings.count())


def test_a_reader_reads_and_is_offered_nothing_to_change(people: Any, active: Group) -> None:
    client = people.client("bo")
    for name in ("coverage", "roster", "participation", "renewal"):
        page = client.get(reverse(name, args=[active.pk]))
        assert page.status_code == 200
        inner = page.content.decode().partition("<main")[2]
        assert "<form method=\"post\"" not in inner, name
        assert people.client("eve").get(reverse(name, args=[active.pk])).status_code == 404


def test_a_carrier_sees_what_was_submitted_to_it_alone(people: Any, active: Group) -> None:
    other = make_bakery(people, name="Example Unseen Bakery Inc")
    verbs.bring_in(other, starts_on=date(2025, 1, 1), by=people.ada)
    carrier, agency = people.client("uma"), people.client("ada")
    assert b"Example Unseen" not in carrier.get(reverse("coverage_list")).content
    assert str(active).encode() in carrier.get(reverse("coverage_list")).content
    assert b"Example Unseen" in agency.get(reverse("coverage_list"), {"stage": "active"}).content
    assert carrier.get(reverse("coverage", args=[other.pk])).status_code == 404


def test_a_group_that_is_not_covered_has_empty_pages_that_teach(people: Any) -> None:
    group, client = make_bakery(people), people.client("ada")
    assert b"This group is not covered yet" in client.get(reverse("coverage", args=[group.pk])).content
    assert b"no contract year yet" in client.get(reverse("participation", args=[group.pk])).content
    assert b"Nobody is on the roster" in client.get(reverse("roster", args=[group.pk])).content
    assert client.get(reverse("renewal", args=[group.pk])).status_code == 422
    assert client.get(reverse("roster_change", args=[group.pk, "hire"])).status_code == 422
    assert b"No group renews within 120 days" in client.get(reverse("renewal_list")).content
