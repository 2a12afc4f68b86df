"""The census of a group in the portal: any layout, mended by what is proposed, revisions, and who changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from smallgroup.errors import Refused
from smallgroup.web.audit_log.models import AuditLine, first_bad_line
from smallgroup.web.census_work import read_file
from smallgroup.web.groups.member_changes import difference
from smallgroup.web.groups.models import CensusRevision, Group
from smallgroup.web.groups.verbs import revise_census
from smallgroup.web.vault.models import Sealed
from tests.web.conftest import EXAMPLES, TODAY
from tests.web.groups import bakery_of, get, post

pytestmark = pytest.mark.django_db
HEAD = "family_id,relationship,first_name,last_name,date_of_birth,election\n"
GOOD = HEAD + "1,employee,Una,Example,1990-02-28,enroll\n1,child,Tim,Example,2015-05-01,enroll\n"
MENDABLE = HEAD + "1,employee,Una,Example,Feb 28 1990,enroll\n"
HOPELESS = HEAD + "1,employee,Una,Example,1990-02-31,enroll\n"


@pytest.fixture
def group(people: Any) -> Group:
    return bakery_of(people, census=False)


def upload(client: Any, group: Group, data: bytes | str, name: str = "staff.csv", **more: str) -> Any:
    data = data.encode() if isinstance(data, str) else data
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("census_upload", args=[group.pk]), {"file": file, **more})


def test_a_census_is_taken_sealed_and_counted(people: Any, group: Group) -> None:
    answer = upload(people.client("ada"), group, (EXAMPLES / "census.xlsx").read_bytes(), "../census.xlsx", why="First")
    assert answer.status_code == 302
    revision = group.censuses.get()
    assert (revision.number, revision.original_name, revision.why) == (1, "census.xlsx", "First")
    assert (revision.measures["employees"], revision.measures["dependents"]) == (23, 15)
    page = get(people, "bo", "group_census", group.pk)
    assert "census.xlsx" in page
    file = people.client("bo").get(reverse("census_original", args=[group.pk, 1]))
    assert file.content == (EXAMPLES / "census.xlsx").read_bytes()
    assert "attachment" in file["Content-Disposition"]
    assert file["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert AuditLine.objects.filter(verb="read", kind="census", object_id=str(revision.pk)).count() == 1
    assert first_bad_line() is None


def test_faults_are_shown_at_their_cell_and_what_is_safe_is_accepted_by_one_click(people: Any, group: Group) -> None:
    client = people.client("ada")
    answer = upload(client, group, MENDABLE)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("E2", "Accept the 1 safe one", "<strong>1990-02-28</strong>"):
        assert said in page, said
    assert not group.censuses.exists()
    assert Sealed.objects.filter(purge_on__isnull=False).count() == 1
    waits = "staff.csv is not taken yet"
    assert waits in client.get(reverse("group_census", args=[group.pk])).content.decode()
    assert waits not in get(people, "ann", "group_census", group.pk), "for who sent it alone"
    assert client.post(reverse("census_accept", args=[group.pk]), {"accept": "safe", "seen": "0"}).status_code == 302
    revision = group.censuses.get()
    assert revision.measures["employees"] == 1
    assert any("E2" in notice for notice in revision.notices)
    assert "1990-02-28" not in str(revision.notices)
    assert client.post(reverse("census_accept", args=[group.pk]), {"accept": "safe"}).status_code == 422


def test_what_no_proposal_mends_stays_and_can_be_let_go(people: Any, group: Group) -> None:
    client = people.client("ada")
    assert "31 February" in upload(client, group, HOPELESS).content.decode()
    again = client.post(reverse("census_accept", args=[group.pk]), {"accept": "all", "seen": "0"})
    assert again.status_code in (302, 422)
    client.post(reverse("census_drop", args=[group.pk]))
    assert "is not taken yet" not in client.get(reverse("group_census", args=[group.pk])).content.decode()
    assert not Sealed.objects.filter(purge_on__isnull=False).exists()


@pytest.mark.parametrize(
    ("data", "name"),
    [("", "empty.csv"), (b"\x00\x01\x02", "x.xlsx"), ("hello", "x.csv"), (b"PK\x03\x04", "broken.xlsx")],
)
def test_what_is_no_census_is_told(people: Any, group: Group, data: Any, name: str) -> None:
    answer = upload(people.client("ada"), group, data, name)
    assert answer.status_code == 422
    assert "Traceback" not in answer.content.decode()
    assert not group.censuses.exists()


def test_a_file_that_is_too_large_or_missing_is_told(people: Any, group: Group, settings: Any) -> None:
    settings.UPLOAD_BYTES = 10
    assert upload(people.client("ada"), group, GOOD).status_code == 422
    assert post(people, "ada", "census_upload", group.pk).status_code == 422


def test_of_two_who_hand_in_a_census_the_second_is_told(people: Any, group: Group) -> None:
    assert upload(people.client("ann"), group, GOOD, seen="0").status_code == 302
    late = upload(people.client("ada"), group, GOOD, seen="0")
    assert (late.status_code, "Ann has handed in another" in late.content.decode()) == (422, True)
    assert group.censuses.count() == 1
    assert not Sealed.objects.filter(kind="original").exclude(pk=group.censuses.get().original_id).exists()
    with pytest.raises(Refused, match="handed in another"):
        revise_census(group, CensusRevision.objects.get().frame(), by=people.ada, seen=0)


def test_who_joined_left_and_changed_is_shown_to_readers_and_noted(people: Any, group: Group) -> None:
    client = people.client("ada")
    upload(client, group, GOOD)
    after = GOOD.replace("1990-02-28,enroll", "1990-02-28,waive").replace("Tim,Example,2015", "Ida,Example,2019")
    upload(client, group, after.replace("election\n", "election,waiver_reason\n").replace("waive\n", "waive,va\n"))
    assert group.censuses.count() == 2
    before = AuditLine.objects.filter(verb="read", kind="census").count()
    answer = people.client("bo").get(reverse("census_difference", args=[group.pk]), {"before": "1", "after": "2"})
    page = answer.content.decode()
    for said in ("1 joined, 1 left, 1 changed, 0 are as they were", "Ida Example, child", "Tim Example, child",
                 "waiver reason"):  # fmt: skip
        assert said in page, said
    assert AuditLine.objects.filter(verb="read", kind="census").count() == before + 2
    url = reverse("census_difference", args=[group.pk])
    assert client.get(url, {"before": "1", "after": "x"}).status_code == 404


def test_rows_in_another_order_change_nobody() -> None:
    whole = (EXAMPLES / "census.xlsx").read_bytes()
    one = read_file(whole, "census.xlsx", as_of=TODAY).members
    found = difference(one, one.sort("date_of_birth"))
    assert (found.joined, found.left, found.changed, found.same) == ((), (), (), one.height)
    without = one.drop("first_name", "last_name").with_columns(first_name=None, last_name=None)
    fewer = difference(without, without.filter(without["row"] != without["row"].min()))
    assert (len(fewer.joined), len(fewer.left), fewer.changed) == (0, 1, ())
