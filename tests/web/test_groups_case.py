"""A group checked, sent, answered, withdrawn, and what the carrier sends back."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from smallgroup.errors import Refused
from smallgroup.web import clock
from smallgroup.web.audit_log.models import first_bad_line, record
from smallgroup.web.cases import papers, verbs
from smallgroup.web.cases.models import Case, DecisionRecord, Note, PaperRequest, State
from smallgroup.web.groups import sending
from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.groups.verbs import revise_application
from smallgroup.web.vault.models import seal
from tests.web.conftest import EXAMPLES
from tests.web.groups import bakery_of, get, post

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 an invented form"


@pytest.fixture
def bakery(people: Any) -> Group:
    return bakery_of(people)


@pytest.fixture
def incomplete(people: Any) -> Group:
    """It lacks the form of its 1099 workers, and a word on workers' compensation."""
    return bakery_of(people, **{
        "    - {kind: form_1099_validation, received_on: 2025-09-10, status: received}\n": "",
        "  workers_compensation: covered\n": "",
    })  # fmt: skip


def test_a_check_says_what_the_rules_find_and_what_it_costs(people: Any, bakery: Group) -> None:
    page = get(people, "ada", "group_check", bakery.pk)
    for said in ("Nothing is open", "$11,844.61", "Submit to the carrier", "Clauses that are met"):
        assert said in page, said
    assert "Submit to the carrier" not in get(people, "bo", "group_check", bakery.pk)


def test_a_check_says_what_is_missing_from_whom_and_where_it_is_answered(people: Any, incomplete: Group) -> None:
    page = get(people, "ada", "group_check", incomplete.pk)
    assert "Something is missing" in page
    assert ", from the employer." in page
    assert 'name="kind" value="form_1099_validation"' in page
    assert "?back=check" in page


def test_a_check_of_nothing_says_what_to_do_first(people: Any) -> None:
    group = bakery_of(people, census=False)
    page = get(people, "ada", "group_check", group.pk)
    assert "there is none yet" in page
    assert "To the census" in page


def test_what_contradicts_itself_leads_to_the_field(people: Any, bakery: Group) -> None:
    text = (EXAMPLES / "group.yaml").read_text().replace("effective_date: 2025-10-01", "effective_date: 2025-10-02")
    revise_application(bakery, text, by=people.ada)
    page = get(people, "ada", "group_check", bakery.pk)
    assert reverse("application_section", args=[bakery.pk, "start"]) in page


def test_a_group_is_submitted_once(people: Any, bakery: Group) -> None:
    assert post(people, "ada", "group_submit", bakery.pk).status_code == 302
    assert post(people, "ann", "group_submit", bakery.pk).status_code == 422
    case = Case.objects.get()
    bakery.refresh_from_db()
    assert (bakery.stage, case.state, case.submitted_by) == (Stage.SUBMITTED, State.OPEN, people.ada)
    page = get(people, "bo", "group_case", bakery.pk)
    assert "Nothing is missing from you" in page
    assert "Answer and send again" not in page
    assert "Submitted to the carrier" in page


def test_what_is_asked_is_answered_in_place_and_sent_again(people: Any, incomplete: Group, day: Any) -> None:
    case = verbs.submit(incomplete, by=people.ada)
    assert case.state == State.PENDED
    client = people.client("ada")
    page = get(people, "ada", "group_case", incomplete.pk)
    assert 'name="kind" value="form_1099_validation"' in page
    assert "Answer it under Workers&#x27; compensation" in page
    day(clock.today().replace(day=15))
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = {"files": [SimpleUploadedFile("f.pdf", PDF)], "kind": "form_1099_validation", "back": "case"}
    handed = client.post(reverse("paper_hand_in", args=[incomplete.pk]), data)
    assert handed.url == reverse("group_case", args=[incomplete.pk])
    url = reverse("application_section", args=[incomplete.pk, "compensation"])
    saved = client.post(url, {"group.workers_compensation": "covered", "seen": "1", "back": "case"})
    assert saved.url == reverse("group_case", args=[incomplete.pk])
    page = get(people, "ada", "group_case", incomplete.pk)
    assert "the application, revision 2" in page
    assert "Nothing is missing from you" in page
    answer = client.post(reverse("group_answer", args=[incomplete.pk, case.pk]), {"seen": str(case.version)})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.engine, case.missing_papers) == (State.OPEN, "approve", 0)
    assert (case.application.number, str(case.as_of), str(case.due_on)) == (2, "2025-09-15", "2025-09-22")
    late = client.post(reverse("group_answer", args=[incomplete.pk, case.pk]), {"seen": "2"})
    assert (late.status_code, "somebody else has changed it" in late.content.decode()) == (422, True)
    assert client.post(reverse("group_answer", args=[incomplete.pk, case.pk])).status_code == 422
    assert first_bad_line() is None


def test_a_case_that_is_decided_is_neither_answered_nor_withdrawn(people: Any, bakery: Group) -> None:
    case = verbs.submit(bakery, by=people.ada)
    Case.objects.filter(pk=case.pk).update(state=State.APPROVED)
    for verb in (sending.answer_pends, sending.withdraw):
        with pytest.raises(Refused, match="approved by now"):
            verb(case, by=people.ada, seen=case.version)  # type: ignore[operator]
    with pytest.raises(Refused, match="nothing to undo"):
        sending.bring_back(case, by=people.ada)


def test_a_group_is_withdrawn_and_brought_back(people: Any, bakery: Group) -> None:
    case = verbs.submit(bakery, by=people.ada)
    client = people.client("ada")
    url = reverse("group_withdraw", args=[bakery.pk, case.pk])
    assert client.post(url, {"seen": "1"}).status_code == 422
    page = client.post(url, {"seen": str(case.version)}, follow=True).content.decode()
    back = reverse("group_bring_back", args=[bakery.pk, case.pk])
    assert back in page
    bakery.refresh_from_db()
    assert (bakery.stage, Case.objects.get().state) == (Stage.PROSPECT, State.WITHDRAWN)
    client.post(back)
    bakery.refresh_from_db()
    assert (bakery.stage, Case.objects.get().state) == (Stage.SUBMITTED, State.OPEN)
    assert client.post(back).status_code == 422
    client.post(url, {"seen": str(Case.objects.get().version)})
    assert post(people, "ada", "group_submit", bakery.pk).status_code == 302
    assert Case.objects.count() == 2
    assert client.post(back).status_code == 422


def test_readers_and_strangers_send_nothing(people: Any, bakery: Group) -> None:
    case = verbs.submit(bakery, by=people.ada)
    for name in ("group_answer", "group_withdraw", "group_bring_back"):
        for who, status in {"bo": 403, "eve": 404, "uma": 404}.items():
            assert post(people, who, name, bakery.pk, case.pk, seen=case.version).status_code == status
    now = Case.objects.get()
    assert (now.version, now.state) == (case.version, case.state)
    other = bakery_of(people)
    assert post(people, "ada", "group_withdraw", other.pk, case.pk, seen=case.version).status_code == 404


def test_letters_notes_and_the_decision_are_shown_and_handed_out(people: Any, incomplete: Group) -> None:
    case = verbs.submit(incomplete, by=people.ada)
    fields = {one.name for one in PaperRequest._meta.fields}
    more = {"application": case.application} if "application" in fields else {}
    letter = PaperRequest.objects.create(
        case=case, items=[{"paper": "business_license", "what": "the business license"}], due_on=clock.today(),
        letter=seal(b"Please send", kind="letter", media_type="text/plain"), made_by=people.uma, made_at=clock.now(),
        **more,
    )  # fmt: skip
    Note.objects.create(case=case, text="Which of the two\naddresses is it?", to_broker=True, made_by=people.uma)
    Note.objects.create(case=case, text="Only for us", to_broker=False, made_by=people.uma)
    rules = case.decisions.get()
    decided = DecisionRecord.objects.create(
        case=case, number=2, maker=DecisionRecord.Maker.PERSON, decision="approve", reason="All is in.",
        document=rules.document, guideline=rules.guideline, engine_version=rules.engine_version,
        inputs_sha256=rules.inputs_sha256, made_by=people.uma, made_at=clock.now(),
    )  # fmt: skip
    page = get(people, "bo", "group_case", incomplete.pk)
    for said in ("Which of the two", "1 thing asked for", "All is in.", "an underwriter"):
        assert said in page, said
    for never in ("Only for us", "Uma"):
        assert never not in page, never
    got = people.client("bo").get(reverse("group_letter", args=[incomplete.pk, letter.pk]))
    assert (got.content, got["Content-Security-Policy"]) == (b"Please send", "sandbox; default-src 'none'")
    copy = people.client("bo").get(reverse("group_decision", args=[incomplete.pk, decided.pk])).content.decode()
    assert "is approved: coverage from October 1, 2025" in copy
    assert "guideline" not in copy.lower()
    declined = DecisionRecord.objects.create(
        case=case, number=3, maker=DecisionRecord.Maker.PERSON, decision="decline", document=rules.document,
        guideline=rules.guideline, engine_version=rules.engine_version, inputs_sha256=rules.inputs_sha256,
        made_by=people.uma, made_at=clock.now(),
    )  # fmt: skip
    copy = people.client("bo").get(reverse("group_decision", args=[incomplete.pk, declined.pk])).content.decode()
    assert "is declined" in copy
    for name, key in (("group_letter", letter.pk), ("group_decision", decided.pk)):
        assert people.client("eve").get(reverse(name, args=[incomplete.pk, key])).status_code == 404
    assert people.client("ada").get(reverse("group_decision", args=[incomplete.pk, rules.pk])).status_code == 404


def test_the_pages_of_a_group_take_no_more_queries_with_more_in_it(
    people: Any, incomplete: Group, django_assert_max_num_queries: Any
) -> None:
    verbs.submit(incomplete, by=people.ada)
    client = people.client("ada")

    def count(name: str) -> int:
        with django_assert_max_num_queries(60) as held:
            assert client.get(reverse(name, args=[incomplete.pk])).status_code == 200
        return len(held)

    pages = ("group_page", "group_papers", "group_case", "group_census", "application_history")
    count("group_page")  # the session of a new sign-in is written once
    before = {name: count(name) for name in pages}
    for n in range(8):
        papers.hand_in(incomplete, [(f"{n}.pdf", PDF + bytes([65 + n]))], kind="form_941", by=people.ada)
        record(people.ann, "hand in", "paper", n, group_id=incomplete.pk)
    assert {name: count(name) for name in pages} == before
