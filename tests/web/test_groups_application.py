"""The application as forms: every field of the records, what is wrong at its field, and of two writers the second."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse

from smallgroup.errors import Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.web.groups import forms, months, sections
from smallgroup.web.groups.models import Group
from smallgroup.web.groups.verbs import revise_application
from tests.web.conftest import EXAMPLES, TODAY
from tests.web.groups import bakery_of, get, post

TEXT = (EXAMPLES / "group.yaml").read_text()


def filled(section: sections.Section, tree: forms.Tree) -> QueryDict:
    """What a browser sends of a form that nobody touched."""
    sent = QueryDict(mutable=True)
    parts, _ = forms.parts_of(section.paths, tree, sections.asking(tree, TODAY))
    for part in parts:
        for one in forms.walked(part):
            if isinstance(one, forms.Box):
                sent.setlist(one.path, one.value if isinstance(one.value, list) else [one.value or ""])
            if not isinstance(one, forms.Block) and one.none:
                sent[f"{one.path}.none"] = "yes"
    return sent


def test_every_field_of_the_records_is_asked_for_once() -> None:
    asked = [path for one in sections.sections() for path in one.paths]
    assert len(asked) == len(set(asked))
    leaves = set()
    for key, hint in forms.hints(GroupFile).items():
        leaves |= {f"{key}.{name}" for name in forms.hints(hint)} if dataclasses.is_dataclass(hint) else {key}
    assert set(asked) | set(sections.NOT_ASKED) == leaves
    assert "more" not in {one.id for one in sections.sections()}


def test_a_field_that_no_section_names_is_asked_for_all_the_same(monkeypatch: Any) -> None:
    monkeypatch.setattr(sections, "_SECTIONS", sections._SECTIONS[1:])
    more = sections.sections()[-1]
    assert (more.id, "group.legal_name" in more.paths) == ("more", True)
    parts, _ = forms.parts_of(more.paths, {}, forms.Asking())
    assert any(one.words.label == "Legal name" or one.path == "group.legal_name" for one in parts)


@pytest.mark.parametrize("section", sections.sections(), ids=lambda one: one.id)
@pytest.mark.django_db
def test_a_form_that_nobody_touched_changes_nothing(section: sections.Section) -> None:
    whole = TEXT.replace("  affiliates: []", """  affiliates:
    - {legal_name: Example Flour LLC, applying: false, eligible: 3, workforce: [{month: 2024-01, full_time: 3,
       part_time_hours: [], projected: true}]}
  existing_coverage: {carrier: Example Mutual, ends_on: 2025-09-30}""") + "expected: {full_time: 3}\n"
    tree = forms.tree_of(whole)
    sent = filled(section, tree)
    for path in section.paths:
        tree = forms.put(tree, path, forms.typed(sent, path, sections.asking(tree, TODAY)))
    assert read_group(forms.text_of(tree)) == read_group(whole)


@pytest.fixture
def bakery(people: Any) -> Group:
    return bakery_of(people, census=False)


def send(people: Any, who: str, group: Group, section: str, **changed: Any) -> Any:
    """The form as it stands, with some of it changed."""
    revision = group.applications.order_by("-number").first()
    assert revision is not None
    chosen = next(one for one in sections.sections() if one.id == section)
    sent = filled(chosen, forms.tree_of(revision.text))
    sent["seen"] = str(revision.number)
    for key, value in changed.items():
        sent.setlist(key, value if isinstance(value, list) else [value])
    url = reverse("application_section", args=[group.pk, section])
    return people.client(who).post(url, sent.urlencode(), content_type="application/x-www-form-urlencoded")


def file_of(group: Group) -> GroupFile:
    revision = group.applications.order_by("-number").first()
    assert revision is not None
    return read_group(revision.text)


@pytest.mark.django_db
@pytest.mark.parametrize("section", sections.sections(), ids=lambda one: one.id)
def test_every_section_is_a_page(people: Any, bakery: Group, section: sections.Section) -> None:
    page = get(people, "ada", "application_section", bakery.pk, section.id)
    assert section.title.replace("'", "&#x27;") in page
    reader = get(people, "bo", "application_section", bakery.pk, section.id)
    assert "Your role reads only" in reader


@pytest.mark.django_db
def test_a_section_that_there_is_not_is_none(people: Any, bakery: Group) -> None:
    assert people.client("ada").get(reverse("application_section", args=[bakery.pk, "nothing"])).status_code == 404


@pytest.mark.django_db
def test_a_section_is_saved_as_a_revision(people: Any, bakery: Group) -> None:
    answer = send(people, "ada", bakery, "business", **{"group.employees_total": "1,022", "group.public_agency": ""})
    assert answer.status_code == 302
    now = file_of(bakery)
    assert (now.group.employees_total, now.group.public_agency, now.group.legal_name) == (
        1022, None, "Example Crumb Bakery Inc",
    )  # fmt: skip
    assert bakery.applications.count() == 2
    assert send(people, "ada", bakery, "business").status_code == 302
    assert bakery.applications.count() == 2, "the same again is no revision"
    history = get(people, "ada", "application_history", bakery.pk)
    assert "All employees" in history
    assert "A public agency" in history
    whole = get(people, "bo", "application_history", bakery.pk) + people.client("ada").get(
        reverse("application_history", args=[bakery.pk]), {"before": "x", "after": "99999999999"}
    ).content.decode()
    assert "1022" in whole


@pytest.mark.django_db
def test_all_that_is_wrong_is_told_at_its_field_and_nothing_is_lost(people: Any, bakery: Group) -> None:
    wrong = {"group.formed_on": "yesterday", "group.employees_total": "many", "group.naics": "311811"}
    answer = send(people, "ada", bakery, "business", **wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("&#x27;yesterday&#x27; is not a date", "&#x27;many&#x27; is not a whole number", "2 things are in"):
        assert said in page
    assert page.count('aria-invalid="true"') == 2
    assert 'value="yesterday"' in page
    assert 'value="many"' in page
    assert bakery.applications.count() == 1


@pytest.mark.django_db
def test_of_two_writers_of_a_section_the_second_is_told_and_loses_nothing(people: Any, bakery: Group) -> None:
    assert send(people, "ann", bakery, "business", **{"group.employees_total": "22"}).status_code == 302
    late = send(people, "ada", bakery, "business", **{"group.employees_total": "23", "seen": "1"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "Ann has changed this part since you opened it" in page
    assert 'value="23"' in page
    assert file_of(bakery).group.employees_total == 22
    # With the page as it now stands it is theirs to decide.
    assert 'name="seen" value="2"' in page
    assert send(people, "ada", bakery, "business", **{"group.employees_total": "23"}).status_code == 302
    assert file_of(bakery).group.employees_total == 23


@pytest.mark.django_db
def test_two_writers_of_two_sections_are_not_in_each_others_way(people: Any, bakery: Group) -> None:
    send(people, "ann", bakery, "business", **{"group.employees_total": "22"})
    assert send(people, "ada", bakery, "compensation", **{"group.workers_compensation": "none", "seen": "1"}
                ).status_code == 302  # fmt: skip
    now = file_of(bakery)
    assert (now.group.employees_total, now.group.workers_compensation) == (22, "none")


@pytest.mark.django_db
def test_a_contribution_in_two_ways_is_told_and_each_way_is_taken(people: Any, bakery: Group) -> None:
    path = "application.contribution.employee"
    both = send(people, "ada", bakery, "contribution", **{f"{path}.dollars": "250.00"})
    assert (both.status_code, "in two ways at once" in both.content.decode()) == (422, True)
    flat = {f"{path}.percent": "", f"{path}.of": "", f"{path}.dollars": "$1,250.00"}
    assert send(people, "ada", bakery, "contribution", **flat).status_code == 302
    contribution = file_of(bakery).application.contribution
    assert contribution is not None
    assert str(contribution.employee) == "$1,250.00"
    reference = {f"{path}.dollars": "", f"{path}.percent": "62.5", f"{path}.of.reference_plan": "KP-GA-GOLD-1"}
    assert send(people, "ada", bakery, "contribution", **reference).status_code == 302
    now = file_of(bakery).application.contribution
    assert str(now.employee if now else "") == "62.5% of plan KP-GA-GOLD-1"
    odd = send(people, "ada", bakery, "contribution", **{f"{path}.percent": "33.33333333"})
    assert (odd.status_code, "no percentage" in odd.content.decode()) == (422, True)


@pytest.mark.django_db
def test_plans_are_those_of_the_area(people: Any, bakery: Group) -> None:
    page = get(people, "ada", "application_section", bakery.pk, "plans")
    assert "Illustrative Silver 1 HMO" in page
    send(people, "ada", bakery, "plans", **{"application.plans": ["KP-GA-GOLD-1", "KP-GA-SILVER-1"]})
    assert file_of(bakery).application.plans == ("KP-GA-GOLD-1", "KP-GA-SILVER-1")
    send(people, "ada", bakery, "address", **{"group.address.county": ""})
    assert "fill those in first" in get(people, "ada", "application_section", bakery.pk, "plans")
    assert file_of(bakery).application.plans == ("KP-GA-GOLD-1", "KP-GA-SILVER-1")


@pytest.mark.django_db
def test_none_is_another_thing_than_not_known(people: Any, bakery: Group) -> None:
    assert file_of(bakery).group.affiliates == ()
    answer = send(people, "ada", bakery, "affiliates", **{"group.affiliates.none": ""})
    assert (answer.status_code, file_of(bakery).group.affiliates) == (302, None)
    row = {"group.affiliates[0].legal_name": "Example Flour LLC", "group.affiliates[0].eligible": "x"}
    wrong = send(people, "ada", bakery, "affiliates", **row)
    assert (wrong.status_code, "not a whole number" in wrong.content.decode()) == (422, True)
    send(people, "ada", bakery, "affiliates", **row | {"group.affiliates[0].eligible": "3"})
    (one,) = file_of(bakery).group.affiliates or ()
    assert (one.legal_name, one.eligible, one.applying) == ("Example Flour LLC", 3, None)


@pytest.mark.django_db
def test_months_are_pasted_checked_and_only_then_saved(people: Any, bakery: Group) -> None:
    lines = "Month\tFull-time\tPart-time\nJan 2024\t12\t80, 60\n2/2024\t13\t0\t1\t\n"
    shown = send(people, "ada", bakery, "workforce", paste=lines, fill="1")
    assert shown.status_code == 200
    assert 'value="12"' in shown.content.decode()
    assert (file_of(bakery).workforce or ())[0].full_time == 15
    assert send(people, "ada", bakery, "workforce", paste=lines, save="1").status_code == 302
    first, second, third, *_ = file_of(bakery).workforce or ()
    assert (first.full_time, first.part_time_hours) == (12, (8000, 6000))
    assert (second.full_time, second.part_time_hours, second.seasonal_full_time) == (13, (), 1)
    assert third.full_time == 16
    bad = send(people, "ada", bakery, "workforce", paste="2024-01 12 80\nthirteenth 4", save="1")
    assert bad.status_code == 422
    for said in ("Line 2", "thirteenth 4"):
        assert said in bad.content.decode()


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("2024-01 15 80 60", {"month": "2024-01", "full_time": "15", "part_time_hours": ["80", "60"]}),
        ("January 2024, 15", {"month": "2024-01", "full_time": "15", "part_time_hours": []}),
        ("1/31/2024\t15\t80;62.5\t2\t80",
         {"month": "2024-01", "full_time": "15", "part_time_hours": ["80", "62.5"], "seasonal_full_time": "2",
          "seasonal_part_time_hours": ["80"]}),
        ("Dec-24 | 9 | -", {"month": "2024-12", "full_time": "9", "part_time_hours": []}),
    ],
)  # fmt: skip
def test_a_pasted_line(line: str, row: dict[str, Any]) -> None:
    assert months.pasted(line) == ([row], [])


def test_a_month_that_is_none_or_there_twice_is_told() -> None:
    rows, problems = months.pasted("2024-01 1\n2024-13 1\n01/2024 2\n")
    assert len(rows) == 1
    assert [one.where for one in problems] == ["Line 2", "Line 3"]


@pytest.mark.django_db
def test_a_file_is_downloaded_and_uploaded(people: Any, bakery: Group) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = people.client("bo").get(reverse("application_download", args=[bakery.pk]))
    assert answer.content.decode() == TEXT
    assert answer["Content-Disposition"] == 'attachment; filename="group.yaml"'
    changed = TEXT.replace("employees_total: 21", "employees_total: 22").encode()

    def upload(data: bytes, seen: str = "1") -> Any:
        return post(people, "ada", "application_upload", bakery.pk, file=SimpleUploadedFile("g.yaml", data), seen=seen)

    assert upload(changed).status_code == 302
    assert file_of(bakery).group.employees_total == 22
    assert (late := upload(TEXT.encode())).status_code == 422
    assert "has changed it since" in late.content.decode()
    for data, said in ((b"\xff\xfe\x00", "no text"), (b"group: {nam: x}", "nam"), (b"a: &x 1", "anchor")):
        wrong = upload(data, "2")
        assert (wrong.status_code, said in wrong.content.decode()) == (422, True), said
    assert post(people, "ada", "application_upload", bakery.pk).status_code == 422
    assert bakery.applications.count() == 2
    one = people.client("ada").get(reverse("application_download", args=[bakery.pk]), {"revision": "1"})
    assert one.content.decode() == TEXT
    none = people.client("ada").get(reverse("application_download", args=[bakery.pk]), {"revision": "9"})
    assert none.status_code == 404


@pytest.mark.django_db
def test_a_revision_on_an_old_one_is_refused_below_the_pages_too(people: Any, bakery: Group) -> None:
    revise_application(bakery, TEXT + "\n", by=people.ada, seen=1)
    with pytest.raises(Refused, match="has changed it since"):
        revise_application(bakery, TEXT, by=people.ann, seen=1)
