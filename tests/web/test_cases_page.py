"""A case on one page, and what is opened from it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.urls.converters import IntConverter, StringConverter, UUIDConverter

from smallgroup.web.audit_log.models import AuditLine
from smallgroup.web.cases import deciding, history, verbs, working
from smallgroup.web.cases.models import Case, DecisionRecord, Paper, State
from smallgroup.web.cases.urls import urlpatterns
from smallgroup.web.vault.models import seal
from tests.web.cases_made import make_case, make_paper
from tests.web.conftest import EXAMPLES, TODAY

pytestmark = pytest.mark.django_db


def test_a_case_on_one_page(people: Any) -> None:
    case = make_case(people, "refer")
    paper = make_paper(case, "waiver_forms", people, name="waivers of all.pdf")
    reply = people.client("uma").get(f"/cases/{case.pk}/")
    said = reply.content.decode()
    for text in (
        "Example Crumb Bakery Inc", f"case {case.number}", "Oak Agency, Ada", "October 1, 2025", "September 24, 2025",
        "in 8 business days", "23 employees", "kp-ga-2025-07", "all who enroll, 1099 workers too",
        "Decide between the readings", "waivers of all.pdf", "Nobody has written one.", "put it before the carrier",
    ):  # fmt: skip
        assert text in said, text
    beside = [one["finding"]["clause"] for one in reply.context["clauses"] if paper in one["papers"]]
    assert beside == ["participation"]
    assert "Rosemary" not in said  # nobody of the census, until somebody asks
    assert "1990-" not in said
    assert AuditLine.objects.filter(verb="read", kind="decision", who=str(people.uma.pk)).count() == 1


@pytest.mark.parametrize("finds", ["approve", "decline", "pend", "refer"])
def test_the_page_asks_for_what_can_be_done(people: Any, finds: str) -> None:
    case = make_case(people, finds)
    said = people.client("uma").get(f"/cases/{case.pk}/").content.decode()
    assert ("no clause gives a lawful ground" in said) is (finds != "decline")
    assert ("(ground: 45 CFR 144.103)" in said) is (finds == "decline")
    reader = people.client("rex").get(f"/cases/{case.pk}/").content.decode()
    assert "<textarea" not in reader
    assert "Reject" not in reader


def test_the_page_takes_as_many_queries_with_many_papers_notes_and_lines(
    people: Any, django_assert_max_num_queries: Any
) -> None:
    case = make_case(people)
    for number in range(12):
        make_paper(case, "waiver_forms", people, name=f"{number}.pdf")
        working.add_note(case, text=f"Note {number}", to_broker=False, by=people.uma)
    client = people.client("uma")
    with django_assert_max_num_queries(32):
        assert client.get(f"/cases/{case.pk}/").status_code == 200


def test_members_are_shown_on_a_click_with_a_line_of_the_log(people: Any) -> None:
    case = make_case(people)
    reply = people.client("uma").get(f"/cases/{case.pk}/members/")
    assert "Rosemary" in reply.content.decode()
    assert "<html" in reply.content.decode()
    part = people.client("uma").get(f"/cases/{case.pk}/members/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert AuditLine.objects.filter(verb="read", kind="census", detail__contains="the members of a case").count() == 2


def test_premiums_by_plan(people: Any) -> None:
    case = make_case(people)
    reply = people.client("uma").get(f"/cases/{case.pk}/premiums/")
    assert len(reply.context["quote"]["plans"]) == 4
    assert "Rating area" in reply.content.decode()


def wage_report(case: Case, people: Any, body: bytes, name: str = "wages.csv") -> Paper:
    sealed = seal(body, kind="upload", media_type="text/csv")
    return Paper.objects.create(group=case.group, kind="state_quarterly_wage_report", file=sealed, name=name,
                                received_on=TODAY, made_by=people.ada)  # fmt: skip


def test_a_wage_report_is_held_against_the_census(people: Any) -> None:
    case = make_case(people)
    assert people.client("uma").get(f"/cases/{case.pk}/wages/").status_code == 404
    wage_report(case, people, (EXAMPLES / "wage_report.csv").read_bytes())
    reply = people.client("uma").get(f"/cases/{case.pk}/wages/")
    held, said = reply.context["held"], reply.content.decode()
    assert reply.status_code == 200
    assert held.quarter == "2025-Q2"
    assert len(held.matched) > 10
    assert f"{len(held.matched)} matched, {held.queries} to ask about" in said
    assert "not on the census" in said
    assert "***-**" not in said
    assert set(AuditLine.objects.filter(verb="read").values_list("kind", flat=True)) >= {"paper", "census"}
    assert "Wage report against the census" in people.client("uma").get(f"/cases/{case.pk}/").content.decode()


def test_a_wage_report_that_cannot_be_read_is_a_sentence(people: Any) -> None:
    case = make_case(people)
    wage_report(case, people, b"\x00\x01 nothing of a report")
    reply = people.client("uma").get(f"/cases/{case.pk}/wages/")
    assert reply.status_code == 422
    assert "in the way" in reply.content.decode()


@pytest.mark.parametrize(("body", "kind", "how"), [
    (b"%PDF-1.7 invented", "application/pdf", "inline"), (b"\x89PNG\r\n\x1a\n", "image/png", "inline"),
    (b"<html><script>alert(1)</script>", "application/octet-stream", "attachment"),
])  # fmt: skip
def test_a_paper_is_shown_or_saved_and_never_run(people: Any, body: bytes, kind: str, how: str) -> None:
    case = make_case(people)
    paper = make_paper(case, "waiver_forms", people, body=body, name='../a "b"\r\nX: y.html')
    reply = people.client("uma").get(f"/cases/{case.pk}/papers/{paper.pk}/")
    assert (reply.content, reply["Content-Type"]) == (body, kind)
    assert reply["Content-Disposition"] == f'{how}; filename="a_b_X_y.html"'
    assert (reply["X-Content-Type-Options"], reply["Cache-Control"]) == ("nosniff", "no-store")
    assert AuditLine.objects.filter(verb="read", kind="paper", object_id=str(paper.pk)).count() == 1


def test_two_decisions_are_held_side_by_side(people: Any) -> None:
    case = make_case(people)
    paper = make_paper(case, "waiver_forms", people)
    working.judge_paper(paper, by=people.uma, status="rejected", reason="Not signed.")
    reply = people.client("uma").get(f"/cases/{case.pk}/history/", {"before": "1", "after": "2"})
    assert reply.status_code == 200
    first, second = case.decisions.order_by("number")
    assert {one.clause for one in history.differences(first, second)} == {
        one["differs"].clause for one in reply.context["differences"]
    }
    assert (reply.context["before"], reply.context["after"]) == (first, second)
    said = reply.content.decode()
    assert "judged a paper" in said
    assert "Uma" in said


def test_a_clause_whose_outcome_changed_is_named(people: Any) -> None:
    case = make_case(people, "refer")
    deciding.settle(case, seen=case.version, clause="share-of-1099", doubt="they may be half of",
                    reading="all who enroll, 1099 workers too", why="So it is meant.", by=people.uma)  # fmt: skip
    first, second = case.decisions.order_by("number")
    assert [(one.clause, one.before, one.after) for one in history.differences(first, second)] == [
        ("share-of-1099", "refer", "met")
    ]


def test_a_decision_is_made_anew_the_same_to_the_byte(people: Any) -> None:
    case = make_case(people, "refer")
    reply = people.client("uma").post(f"/cases/{case.pk}/decisions/1/replay/")
    assert "the same to the byte" in reply.content.decode()
    assert people.client("uma").get(f"/cases/{case.pk}/decisions/1/replay/").status_code == 405
    assert people.client("uma").post(f"/cases/{case.pk}/decisions/9/replay/").status_code == 404
    assert AuditLine.objects.filter(verb="replay").count() == 1


@pytest.mark.parametrize(("change", "said"), [
    (('"engine": "', '"engine": "0.0.0-'), "engine: 0.0.0-"),
    (('"outcome": "met"', '"outcome": "not met"'), ": outcome"),
    (('"inputs_sha256": "', '"inputs_sha256": "0'), "its inputs were changed after the decision"),
])  # fmt: skip
def test_a_decision_that_differs_says_in_what(people: Any, change: tuple[str, str], said: str) -> None:
    case = make_case(people)
    first = verbs.by_rules(case)
    body = first.document.open().decode().replace(*change, 1).encode()
    other = DecisionRecord.objects.create(
        case=case, number=2, maker="rules", decision="approve", guideline=first.guideline, outcomes=first.outcomes,
        document=seal(body, kind="decision", media_type="application/json"), engine_version="x",
        inputs_sha256=first.inputs_sha256, made_at=first.made_at,
    )  # fmt: skip
    found = history.replayed(other, by=people.uma)
    assert not found.same
    assert said in " ".join([*found.differs, found.why_not])


def test_letters_of_a_decision_are_for_what_a_person_decided(people: Any) -> None:
    case = make_case(people, "decline")
    client = people.client("uma")
    assert client.get(f"/cases/{case.pk}/decisions/1/letter/client/").status_code == 422
    deciding.decide(case, seen=case.version, decision="decline", reason="Eighty employees.", by=people.uma)
    assert client.get(f"/cases/{case.pk}/decisions/2/letter/cook/").status_code == 422
    assert client.get(f"/cases/{case.pk}/decisions/9/letter/client/").status_code == 404
    papers = pytest.importorskip("smallgroup.papers")
    import io

    import pdfplumber

    for copy in papers.COPIES:
        reply = client.get(f"/cases/{case.pk}/decisions/2/letter/{copy}/")
        assert (reply.status_code, reply["Content-Type"]) == (200, "application/pdf")
        with pdfplumber.open(io.BytesIO(reply.content)) as pdf:
            text = "\n".join(page.extract_text() for page in pdf.pages)
        assert "45 CFR 144.103" in text
        assert ("Every reading" in text or "as written" in text.lower()) <= (copy == "broker")


@pytest.mark.parametrize("who", ["uma", "sam"])
def test_an_underwriter_without_a_second_factor_gets_nowhere(people: Any, who: str) -> None:
    people.users[who].authenticator_set.all().delete()
    case = make_case(people, "refer")
    any_of = {UUIDConverter: case.pk, IntConverter: 1, StringConverter: "client"}
    client = people.client(who)
    for one in urlpatterns:
        path = reverse(str(one.name), kwargs={name: any_of[type(of)] for name, of in one.pattern.converters.items()})
        for method in (client.get, client.post):
            reply = method(path, {"seen": case.version})
            assert (reply.status_code, reply.url) == (302, "/accounts/2fa/totp/activate/"), one.name
    case.refresh_from_db()
    assert (case.state, case.assigned_to) == (State.REFERRED, None)
