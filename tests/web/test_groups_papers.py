"""Papers are taken by their content, sealed, described, taken back until they are judged, and handed out safely."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from smallgroup.errors import Refused
from smallgroup.web.audit_log.models import AuditLine, first_bad_line
from smallgroup.web.cases import papers
from smallgroup.web.cases.models import Paper
from smallgroup.web.file_types import file_type
from smallgroup.web.groups.models import Group
from smallgroup.web.sample import hand_in_papers
from smallgroup.web.vault.models import Sealed
from tests.web.groups import bakery_of, get, post

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (PDF, ".pdf"), (b"\n\n" + PDF, ".pdf"), (b"\x89PNG\r\n\x1a\n...", ".png"), (b"\xff\xd8\xff\xe0", ".jpg"),
        (b"II*\x00", ".tif"), (b"MM\x00*", ".tif"), (b"\x00\x00\x00\x18ftypheic", ".heic"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"), (zipped("word/document.xml"), ".docx"),
        (b"name,hours\nUna,30\n", ".csv"), (b"\xef\xbb\xbfa;b\nc;d\n", ".csv"), ("Grüße".encode("cp1252"), ".txt"),
        ("a\tb\nc\td".encode("utf-16"), ".csv"), (b"the owner works 40 hours a week", ".txt"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_content(data: bytes, suffix: str) -> None:
    assert file_type(data, "anything.exe").suffix == suffix


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"), (EICAR, "virus test"), (PDF + EICAR, "virus test"), (b"MZ\x90\x00", "program"),
        (b"\x7fELF", "program"), (b"#!/bin/sh\n", "program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "macros"),
        (zipped("xl/workbook.xml", "xl/vbaProject.bin"), "macros"), (zipped("a.exe"), "archive"),
        (b"PK\x03\x04 and no more", "damaged"), (b"<!doctype html><script>", "web page"),
        (b"  <svg onload='x'>", "web page"), (bytes(range(256)), "nothing that is known"),
        (b"\x00" * 50, "nothing that"),
    ],
)  # fmt: skip
def test_what_is_not_let_in_gets_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        file_type(data, "license.pdf")
    assert refused.value.problems[0].where == "license.pdf"
    assert refused.value.problems[0].fix


@pytest.fixture
def group(people: Any) -> Group:
    # The sample bakery, without the form that its 1099 workers need.
    form = "    - {kind: form_1099_validation, received_on: 2025-09-10, status: received}\n"
    return bakery_of(people, papers=False, **{form: ""})


def send(
    people: Any, who: str, group: Group, *files: tuple[str, bytes], kind: str = "business_license", **more: Any
) -> Any:
    held = [SimpleUploadedFile(name, data) for name, data in files]
    return post(people, who, "paper_hand_in", group.pk, files=held, kind=kind, **more)


@pytest.mark.django_db
def test_several_files_at_once_and_one_that_fails_does_not_lose_the_others(people: Any, group: Group) -> None:
    client = people.client("ada")
    files = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("bad.pdf", EICAR),
             SimpleUploadedFile("../../b\r\nX: y.png", b"\x89PNG\r\n\x1a\n")]  # fmt: skip
    url = reverse("paper_hand_in", args=[group.pk])
    data = {"files": files, "kind": "payroll_report", "period": "2025-q2", "for_member": "3-1", "shows": ["hours"]}
    page = client.post(url, data, follow=True).content.decode()
    assert "2 papers were handed in" in page
    assert "bad.pdf: it holds the sign of a virus test" in page
    first, second = Paper.objects.order_by("made_at")
    assert (first.kind, first.period, first.for_member, first.shows) == ("payroll_report", "2025-Q2", "3-1", ["hours"])
    assert (first.file.media_type, second.file.media_type) == ("application/pdf", "image/png")
    assert not set(second.name) & set("\r\n/:")
    assert PDF not in bytes(first.file.body)
    assert Sealed.objects.filter(kind="upload").count() == 2
    assert first_bad_line() is None


@pytest.mark.django_db
def test_what_is_said_wrong_is_told_at_once_and_nothing_is_kept(people: Any, group: Group) -> None:
    answer = send(people, "ada", group, ("a.pdf", PDF), kind="", period="last spring", for_member="x" * 61)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("it was not said", "is no period", "over 60 characters", 'value="last spring"'):
        assert said in page, said
    assert send(people, "ada", group).status_code == 422
    assert send(people, "ada", group, ("a.pdf", PDF), shows="nothing").status_code == 422
    assert send(people, "ada", group, ("a.pdf", PDF), kind="diary").status_code == 422
    assert not Paper.objects.exists()


@pytest.mark.django_db
def test_the_same_file_twice_and_one_that_is_too_large_are_told(people: Any, group: Group, settings: Any) -> None:
    send(people, "ada", group, ("a.pdf", PDF))
    assert send(people, "ada", group, ("again.pdf", PDF)).status_code == 302
    settings.UPLOAD_BYTES = 20
    send(people, "ada", group, ("large.pdf", PDF + b"more"))
    assert Paper.objects.count() == 1
    assert Sealed.objects.filter(kind="upload").count() == 1


@pytest.mark.django_db
def test_what_is_missing_comes_first_and_is_missing_no_more(people: Any, group: Group) -> None:
    hand_in_papers(group, by=people.ada)
    page = get(people, "ada", "group_papers", group.pk)
    before, _, after = page.partition("the employer application</option>")
    assert "the 1099 validation form, which is missing</option>" in before
    assert after
    send(people, "ada", group, ("form.pdf", PDF), kind="form_1099_validation")
    assert "No paper is missing" in get(people, "ada", "group_papers", group.pk)


@pytest.mark.django_db
def test_a_paper_is_handed_out_as_an_attachment_and_noted(people: Any, group: Group) -> None:
    send(people, "ada", group, ('li"cense.html', PDF))
    paper = Paper.objects.get()
    answer = people.client("bo").get(reverse("paper_download", args=[group.pk, paper.pk]))
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="li_cense.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert AuditLine.objects.filter(verb="read", kind="paper", who=str(people.bo.pk)).count() == 1
    other = bakery_of(people, census=False)
    assert people.client("ada").get(reverse("paper_download", args=[other.pk, paper.pk])).status_code == 404


@pytest.mark.django_db
def test_a_paper_is_taken_back_and_put_back_until_it_is_judged(people: Any, group: Group) -> None:
    send(people, "ada", group, ("a.pdf", PDF))
    paper = Paper.objects.get()
    client = people.client("ada")
    page = client.post(reverse("paper_take_back", args=[group.pk, paper.pk]), follow=True).content.decode()
    undo = reverse("paper_put_back", args=[group.pk, paper.pk])
    assert undo in page
    paper.refresh_from_db()
    assert paper.removed_at is not None
    assert client.post(reverse("paper_take_back", args=[group.pk, paper.pk])).status_code == 422
    client.post(undo)
    paper.refresh_from_db()
    assert paper.removed_at is None
    Paper.objects.filter(pk=paper.pk).update(status="rejected", reason="It has expired.")
    for name, data in (("paper_take_back", {}), ("paper_describe", {"kind": "form_941", "seen": "business_license"})):
        late = client.post(reverse(name, args=[group.pk, paper.pk]), data)
        assert (late.status_code, "has rejected it already" in late.content.decode()) == (422, True)
    shown = get(people, "ada", "group_papers", group.pk)
    assert "It has expired." in shown
    assert "Rejected" in shown


@pytest.mark.django_db
def test_a_paper_is_said_to_be_something_else_and_the_second_is_told(people: Any, group: Group) -> None:
    send(people, "ada", group, ("a.pdf", PDF))
    paper = Paper.objects.get()
    data = {"kind": "form_941", "seen": "business_license", "period": "2024"}
    assert post(people, "ada", "paper_describe", group.pk, paper.pk, **data).status_code == 302
    late = post(people, "ann", "paper_describe", group.pk, paper.pk, **data | {"kind": "form_w2"})
    assert (late.status_code, "somebody else has changed it" in late.content.decode()) == (422, True)
    paper.refresh_from_db()
    assert (paper.kind, paper.period) == ("form_941", "2024")
    with pytest.raises(Refused, match="no kind of paper"):
        papers.describe(paper, kind="x", by=people.ada, seen_kind="form_941")
