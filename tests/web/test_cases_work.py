"""What an underwriter does before a case is decided: whose it is, its days, notes, papers judged and asked for."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from smallgroup.dates import add_days
from smallgroup.errors import Refused
from smallgroup.web import clock
from smallgroup.web.audit_log.models import AuditLine
from smallgroup.web.cases import letters, verbs, working
from smallgroup.web.cases.models import Case, Note, Paper, PaperRequest, State
from tests.web.cases_made import make_case, make_paper, members
from tests.web.conftest import TODAY

pytestmark = pytest.mark.django_db


def post(people: Any, who: str, case: Case, path: str, **data: object) -> Any:
    case.refresh_from_db()
    return people.client(who).post(f"/cases/{case.pk}/{path}", {"seen": case.version, **data})


def test_an_underwriter_takes_a_free_case_and_gives_it_back(people: Any) -> None:
    case = make_case(people)
    client = people.client("uma")
    assert client.post(f"/cases/{case.pk}/assign/", {"seen": case.version, "to": "me"}).status_code == 302
    case.refresh_from_db()
    assert case.assigned_to == people.uma
    assert (AuditLine.objects.get(verb="assign").told["to"]) == str(people.uma.pk)
    # What the next page offers to undo.
    page = client.get(f"/cases/{case.pk}/")
    undo = page.context["undo"]["to"]
    assert client.post(undo).status_code == 302
    case.refresh_from_db()
    assert case.assigned_to is None


def test_only_a_supervisor_gives_a_case_to_somebody_else(people: Any) -> None:
    case = make_case(people)
    assert post(people, "uma", case, "assign/", to=people.sam.pk).status_code == 422
    assert post(people, "sam", case, "assign/", to=people.uma.pk).status_code == 302
    case.refresh_from_db()
    assert case.assigned_to == people.uma
    assert post(people, "sam", case, "assign/", to=people.sam.pk).status_code == 302
    refused = post(people, "uma", case, "assign/", to="me")
    assert "assigned to Sam" in refused.content.decode()
    for nobody in (people.rex.pk, people.ada.pk, "x", "00000000-0000-0000-0000-000000000000"):
        assert post(people, "sam", case, "assign/", to=nobody).status_code == 422
    case.refresh_from_db()
    assert case.assigned_to == people.sam


def test_days_are_set_and_set_back(people: Any) -> None:
    case = make_case(people)
    client = people.client("uma")
    said = {"seen": case.version, "due_on": "2025-09-22", "follow_up_on": "2025-09-16"}
    assert client.post(f"/cases/{case.pk}/days/", said).status_code == 302
    case.refresh_from_db()
    assert (case.due_on, case.follow_up_on) == (date(2025, 9, 22), date(2025, 9, 16))
    client.post(client.get(f"/cases/{case.pk}/").context["undo"]["to"])
    case.refresh_from_db()
    assert (case.due_on, case.follow_up_on) == (date(2025, 9, 19), None)


@pytest.mark.parametrize("wrong", [
    {"due_on": "2025-09-11"}, {"due_on": "31 September"}, {"follow_up_on": "2025-02-30"},
    {"follow_up_on": "2020-01-01"},
])  # fmt: skip
def test_days_that_cannot_be_are_refused(people: Any, wrong: dict[str, str]) -> None:
    case = make_case(people)
    assert post(people, "uma", case, "days/", **wrong).status_code == 422
    before = (case.due_on, case.follow_up_on, case.version)
    case.refresh_from_db()
    assert (case.due_on, case.follow_up_on, case.version) == before


def test_notes_are_for_the_carrier_or_for_the_broker_too(people: Any) -> None:
    case = make_case(people)
    assert post(people, "uma", case, "notes/", text="Call the city.").status_code == 302
    assert post(people, "uma", case, "notes/", text="We wait for you.", to_broker="yes").status_code == 302
    assert post(people, "uma", case, "notes/", text="  ").status_code == 422
    assert list(Note.objects.order_by("pk").values_list("text", "to_broker")) == [
        ("Call the city.", False), ("We wait for you.", True)
    ]  # fmt: skip


def test_a_paper_is_rejected_with_a_reason_and_the_rules_decide_with_it(people: Any) -> None:
    case = make_case(people)
    paper = case.group.papers.get(kind="waiver_forms")
    at = f"papers/{paper.pk}/"
    assert post(people, "uma", case, f"{at}judge/", status="rejected", reason="").status_code == 422
    assert post(people, "uma", case, f"{at}judge/", status="perhaps", reason="?").status_code == 422
    paper.refresh_from_db()
    assert paper.status == "received"
    assert post(people, "uma", case, f"{at}judge/", status="rejected", reason="Not signed.").status_code == 302
    paper.refresh_from_db()
    case.refresh_from_db()
    assert (paper.status, paper.reason, paper.judged_by) == ("rejected", "Not signed.", people.uma)
    assert (case.engine, case.state, case.missing_papers) == ("pend", State.PENDED, 1)
    # Somebody with the old page comes too late; the undo brings the approval back.
    with pytest.raises(Refused, match="somebody else has judged it"):
        working.judge_paper(Paper(pk=paper.pk, group=case.group, status="received", name="x"), by=people.sam,
                            status="accepted")  # fmt: skip
    assert post(people, "uma", case, f"{at}undo/").status_code == 302
    paper.refresh_from_db()
    case.refresh_from_db()
    assert (paper.status, paper.reason, paper.judged_by, case.engine) == ("received", "", None, "approve")
    assert post(people, "uma", case, f"{at}judge/", status="accepted").status_code == 302
    assert AuditLine.objects.filter(verb="judge", kind="paper").count() == 3


def test_a_paper_of_a_closed_case_or_of_another_group_is_not_judged(people: Any) -> None:
    case, other = make_case(people), make_case(people, name="Example Kites Inc")
    paper = make_paper(case, "waiver_forms", people)
    assert post(people, "uma", other, f"papers/{paper.pk}/judge/", status="accepted").status_code == 404
    post(people, "uma", case, "decide/", decision="approve", reason="Fine.")
    assert post(people, "uma", case, f"papers/{paper.pk}/judge/", status="accepted").status_code == 422
    paper.refresh_from_db()
    assert paper.status == "received"


def test_papers_are_asked_for_in_one_letter_and_the_case_waits(people: Any) -> None:
    case = make_case(people, "pend")
    client = people.client("uma")
    page = client.get(f"/cases/{case.pk}/ask/")
    keys = [one["key"] for one in page.context["wanting"]]
    assert "waiver_forms" in keys
    assert len(keys) > 1
    assert page.context["due_on"] == "2025-09-24"  # the cut-off is nearer than ten business days
    assert page.context["letter"] is None
    shown = client.get(f"/cases/{case.pk}/ask/", {"item": "waiver_forms", "due_on": "2025-09-22"})
    text = shown.context["letter"].text
    assert "1. The waiver forms. From: each employee who waives." in text
    assert "by September 22, 2025" in text
    assert "2." not in text
    assert not PaperRequest.objects.exists()  # a preview keeps nothing
    draft = client.get(f"/cases/{case.pk}/ask/letter/", {"item": "waiver_forms", "due_on": "2025-09-22"})
    assert draft.status_code == 200
    said = {"seen": case.version, "item": ["waiver_forms"], "due_on": "2025-09-22"}
    assert client.post(f"/cases/{case.pk}/ask/", said).status_code == 302
    case.refresh_from_db()
    sent = PaperRequest.objects.get()
    assert (case.state, case.follow_up_on) == (State.PENDED, date(2025, 9, 22))
    assert [one["paper"] for one in sent.items] == ["waiver_forms"]
    assert (sent.due_on, sent.made_by, sent.application) == (date(2025, 9, 22), people.uma, case.application)
    kept = client.get(f"/cases/{case.pk}/requests/{sent.pk}/")
    assert kept.content == draft.content == sent.letter.open()
    assert kept["Content-Type"] == sent.letter.media_type
    assert AuditLine.objects.filter(verb="read", kind="request").count() == 1


@pytest.mark.parametrize("wrong", [
    {}, {"item": "waiver_forms"}, {"item": "waiver_forms", "due_on": "2025-09-12"},
    {"item": "", "due_on": "2025-09-22"},
    {"item": "business_license", "due_on": "2025-09-22"}, {"item": "waiver_forms", "due_on": "soon"},
])  # fmt: skip
def test_a_letter_that_cannot_be_is_refused(people: Any, wrong: dict[str, str]) -> None:
    case = make_case(people, "pend")
    assert post(people, "uma", case, "ask/", **wrong).status_code == 422
    assert not PaperRequest.objects.exists()
    if wrong:
        shown = people.client("uma").get(f"/cases/{case.pk}/ask/", wrong)
        assert (shown.status_code, shown.context["letter"]) == (422, None)


@pytest.mark.parametrize("finds", ["pend", "refer, a paper missing"])
def test_a_letter_names_no_reading_no_guide_and_nobody(people: Any, finds: str) -> None:
    case = make_case(people, finds)
    document = verbs.document_of(verbs.by_rules(case), by=people.uma, why="a test")
    keys = [letters.key_of(one) for one in document["wanting"]]
    assert keys
    letter = letters.letter_of(case, document, keys, date(2025, 9, 22), TODAY)
    for text in (letter.text, text_of(letter)):
        assert "Example Crumb Bakery Inc" in text
        for finding in document["findings"]:
            assert finding["because"] not in text
            for reading in finding["readings"]:
                assert reading["name"] == "as written" or reading["name"] not in text
        for word in ("guideline", "underwriting guide", "reading", "(july 2025)", "kp-ga", case.group.broker.email):
            assert word not in text.lower(), word
        for name in members()["last_name"].unique().drop_nulls().to_list():
            assert name not in text
        for born in members()["date_of_birth"].drop_nulls().to_list():
            assert born.isoformat() not in text


def text_of(letter: letters.Letter) -> str:
    """What somebody reads who opens what is kept."""
    if letter.media_type == letters.TEXT:
        return letter.body.decode()
    import pdfplumber

    with pdfplumber.open(io.BytesIO(letter.body)) as pdf:
        return "\n".join(page.extract_text() or "" for page in pdf.pages)


def test_a_case_waits_until_what_was_asked_for_has_come_in(people: Any, day: Any) -> None:
    """One of two papers is not the answer; what the underwriter does meanwhile does not end the waiting."""
    case = make_case(people, "refer, a paper missing")
    document = verbs.document_of(verbs.by_rules(case), by=people.uma, why="a test")
    keys = [letters.key_of(one) for one in document["wanting"]]
    letters.ask_for_papers(case, seen=case.version, keys=keys, due_on=date(2025, 9, 22), by=people.uma)
    case.refresh_from_db()
    assert (case.engine, case.state) == ("refer", State.PENDED)
    assert verbs.run_rules(case, by=people.uma, answered=False).state == State.PENDED
    # The broker sends it again: that is an answer, and what the rules refer is referred.
    assert verbs.run_rules(case, by=people.ada).state == State.REFERRED


def test_a_paper_that_was_asked_for_ends_the_waiting(people: Any, day: Any) -> None:
    case = make_case(people, "pend")
    letters.ask_for_papers(case, seen=case.version, keys=["waiver_forms"], due_on=date(2025, 9, 22), by=people.uma)
    case.refresh_from_db()
    make_paper(case, "business_license", people)
    assert verbs.waits_for_broker(case)
    day(date(2025, 9, 15))
    taken_back = make_paper(case, "waiver_forms", people)
    Paper.objects.filter(pk=taken_back.pk).update(removed_at=clock.now())
    assert verbs.waits_for_broker(case)
    make_paper(case, "waiver_forms", people)
    assert not verbs.waits_for_broker(case)


def test_a_paper_that_came_in_after_the_case_was_sent_counts_once_it_is_accepted(people: Any, day: Any) -> None:
    case = make_case(people, "pend")
    sent = case.as_of
    day(add_days(sent, 3))
    paper = make_paper(case, "waiver_forms", people)
    Paper.objects.filter(pk=paper.pk).update(received_on=clock.today())
    paper.refresh_from_db()
    working.judge_paper(paper, by=people.uma, status="accepted")
    case.refresh_from_db()
    document = verbs.document_of(verbs.by_rules(case), by=people.uma, why="a test")
    evidence = {one["kind"]: one["status"] for finding in document["findings"] for one in finding["evidence"]}
    assert (evidence["waiver_forms"], document["as_of"], case.as_of) == ("accepted", clock.today().isoformat(), sent)
