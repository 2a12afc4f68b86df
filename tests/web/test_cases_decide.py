"""A person decides: with the rules, against them with a second person, and between the readings of a text."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection, connections

from smallgroup.errors import Refused
from smallgroup.underwriting import decision_text, replay
from smallgroup.web.audit_log.models import AuditLine, first_bad_line
from smallgroup.web.cases import deciding, verbs
from smallgroup.web.cases.models import Case, DecisionRecord, Override, SettledReading, State
from smallgroup.web.groups.models import Stage
from tests.web.cases_made import make_case

pytestmark = pytest.mark.django_db
Maker = DecisionRecord.Maker
WHO_COUNTS = "they may be half of"
ALL, W2 = "all who enroll, 1099 workers too", "the W-2 employees who enroll"


def post(people: Any, who: str, case: Case, path: str, **data: object) -> Any:
    case.refresh_from_db()
    return people.client(who).post(f"/cases/{case.pk}/{path}", {"seen": case.version, **data})


@pytest.mark.parametrize(("decision", "state", "stage"), [
    ("approve", State.APPROVED, Stage.APPROVED), ("decline", State.DECLINED, Stage.DECLINED),
])  # fmt: skip
def test_an_underwriter_decides_as_the_rules_found(people: Any, decision: str, state: str, stage: str) -> None:
    case = make_case(people, decision)
    reply = post(people, "uma", case, "decide/", decision=decision, reason="As the rules found.")
    assert (reply.status_code, reply.url) == (302, f"/cases/{case.pk}/")
    case.refresh_from_db()
    assert (case.state, case.group.stage) == (state, stage)
    assert case.decided_at is not None
    kept = case.decisions.get(maker=Maker.PERSON)
    assert (kept.number, kept.decision, kept.reason, kept.made_by) == (2, decision, "As the rules found.", people.uma)
    assert kept.grounds == (["45 CFR 144.103"] if decision == "decline" else [])
    assert AuditLine.objects.filter(verb=decision, kind="case", who=str(people.uma.pk)).count() == 1
    assert first_bad_line() is None


@pytest.mark.parametrize(("decision", "state"), [("pend", State.PENDED), ("refer", State.REFERRED)])
def test_to_wait_or_to_refer_needs_one_person_and_a_reason(people: Any, decision: str, state: str) -> None:
    case = make_case(people)
    assert post(people, "uma", case, "decide/", decision=decision, reason=" ").status_code == 422
    assert post(people, "uma", case, "decide/", decision=decision, reason="One question is open.").status_code == 302
    case.refresh_from_db()
    assert (case.state, case.decided_at, case.group.stage) == (state, None, Stage.SUBMITTED)


@pytest.mark.parametrize("data", [
    {"decision": "approve", "reason": ""}, {"decision": "approve", "reason": "x" * 5001},
    {"decision": "perhaps", "reason": "It may be."}, {"decision": "", "reason": "No word."},
    {"decision": "approve", "reason": "Fine.", "seen": ""}, {"decision": "approve", "reason": "Fine.", "seen": "one"},
])  # fmt: skip
def test_what_is_no_decision_is_refused_and_changes_nothing(people: Any, data: dict[str, str]) -> None:
    case = make_case(people)
    reply = post(people, "uma", case, "decide/", **data)
    assert reply.status_code == 422
    assert b"in the way" in reply.content
    version = case.version
    case.refresh_from_db()
    assert (case.state, case.version, case.decisions.count()) == (State.OPEN, version, 1)


def test_a_refusal_without_a_lawful_ground_is_refused(people: Any) -> None:
    case = make_case(people)
    reply = post(people, "uma", case, "decide/", decision="decline", reason="I do not like it.")
    assert reply.status_code == 422
    assert "no clause with a lawful ground" in reply.content.decode()
    assert "I do not like it." in reply.content.decode()
    case.refresh_from_db()
    assert (case.state, Override.objects.count()) == (State.OPEN, 0)


def test_an_override_holds_once_a_second_person_confirms_it(people: Any) -> None:
    case = make_case(people, "pend")
    post(people, "uma", case, "decide/", decision="approve", reason="The license is on the city's page.")
    case.refresh_from_db()
    assert (case.state, case.group.stage, case.decisions.count()) == (State.REFERRED, Stage.SUBMITTED, 1)
    proposed = Override.objects.get()
    assert (proposed.proposed_by, proposed.answered_at) == (people.uma, None)
    # Neither she herself, nor another underwriter's form, nor a second proposal.
    assert post(people, "uma", case, f"overrides/{proposed.pk}/", answer="confirm").status_code == 403
    assert post(people, "rex", case, f"overrides/{proposed.pk}/", answer="confirm").status_code == 403
    assert post(people, "sam", case, "decide/", decision="approve", reason="Fine.").status_code == 422
    assert Override.objects.get().answered_at is None
    page = people.client("sam").get(f"/cases/{case.pk}/")
    assert page.context["may_confirm"]
    assert "An override waits for a second person" in page.content.decode()
    assert post(people, "sam", case, f"overrides/{proposed.pk}/", answer="confirm").status_code == 302
    case.refresh_from_db()
    assert (case.state, case.group.stage) == (State.APPROVED, Stage.APPROVED)
    kept = case.decisions.get(maker=Maker.OVERRIDE)
    assert (kept.proposed_by, kept.made_by, kept.overrides) == (people.uma, people.sam, case.decisions.get(number=1))
    assert kept.reason == "The license is on the city's page."


def test_whoever_proposed_an_override_does_not_confirm_it_though_a_supervisor(people: Any) -> None:
    case = make_case(people, "pend")
    post(people, "sam", case, "decide/", decision="approve", reason="I know them.")
    proposed = Override.objects.get()
    reply = post(people, "sam", case, f"overrides/{proposed.pk}/", answer="confirm")
    assert reply.status_code == 422
    assert "needs a second person" in reply.content.decode()
    case.refresh_from_db()
    assert (case.state, case.decisions.count()) == (State.REFERRED, 1)
    # They take it back, with a word why.
    assert post(people, "sam", case, f"overrides/{proposed.pk}/", answer="reject", why="").status_code == 422
    assert post(people, "sam", case, f"overrides/{proposed.pk}/", answer="reject", why="A mistake.").status_code == 302
    proposed.refresh_from_db()
    assert (proposed.confirmed, proposed.answered_by) == (False, people.sam)
    assert post(people, "sam", case, f"overrides/{proposed.pk}/", answer="reject", why="Again.").status_code == 422


def test_an_override_of_what_the_rules_no_longer_say_does_not_hold(people: Any) -> None:
    case = make_case(people, "pend")
    post(people, "uma", case, "decide/", decision="approve", reason="Fine.")
    verbs.run_rules(case, by=people.uma, answered=False)
    reply = post(people, "sam", case, f"overrides/{Override.objects.get().pk}/", answer="confirm")
    assert reply.status_code == 422
    assert "have decided again" in reply.content.decode()
    assert Override.objects.get().answered_at is None


def test_a_closed_case_is_not_decided_again_but_a_supervisor_opens_it(people: Any) -> None:
    case = make_case(people)
    post(people, "uma", case, "decide/", decision="approve", reason="Fine.")
    assert post(people, "uma", case, "decide/", decision="pend", reason="Wait.").status_code == 422
    assert post(people, "uma", case, "reopen/", reason="Wait.").status_code == 403
    assert post(people, "sam", case, "reopen/", reason="").status_code == 422
    case.refresh_from_db()
    assert case.state == State.APPROVED
    assert post(people, "sam", case, "reopen/", reason="The address was another.").status_code == 302
    case.refresh_from_db()
    assert (case.state, case.decided_at, case.group.stage) == (State.OPEN, None, Stage.SUBMITTED)
    assert post(people, "sam", case, "reopen/", reason="Again.").status_code == 422


@pytest.mark.parametrize(("side", "then"), [(ALL, "approve"), (W2, "pend")])
def test_a_settled_reading_decides_what_was_referred(people: Any, side: str, then: str) -> None:
    case = make_case(people, "refer")
    assert case.state == State.REFERRED
    reply = post(people, "uma", case, "settle/", clause="share-of-1099", doubt=WHO_COUNTS, reading=side,
                 why="The text says those who enroll.")  # fmt: skip
    assert reply.status_code == 302
    case.refresh_from_db()
    assert case.engine == then
    document = verbs.document_of(verbs.by_rules(case), by=people.uma, why="a test")
    (finding,) = [one for one in document["findings"] if one["clause"] == "share-of-1099"]
    assert [(one["by"], one["reading"]) for one in finding["settled"]] == [("Uma", side)]
    assert decision_text(replay(document, file="x")) == json.dumps(document, indent=2) + "\n"
    # The undo that the next page offers puts it back in doubt.
    undo = f"settled/{SettledReading.objects.get().pk}/undo/"
    assert post(people, "uma", case, undo).status_code == 302
    case.refresh_from_db()
    assert (case.engine, SettledReading.objects.get().undone_by) == ("refer", people.uma)
    assert post(people, "uma", case, undo).status_code == 422


def test_only_a_supervisor_settles_for_the_guideline_and_then_it_holds_for_every_case(people: Any) -> None:
    case, other = make_case(people, "refer"), make_case(people, "refer", name="Example Kites Inc")
    said = {"clause": "share-of-1099", "doubt": WHO_COUNTS, "reading": ALL, "why": "So it is meant.",
            "for": "guideline"}  # fmt: skip
    assert post(people, "uma", case, "settle/", **said).status_code == 403
    assert not SettledReading.objects.exists()
    assert post(people, "sam", case, "settle/", **said).status_code == 302
    settled = SettledReading.objects.get()
    assert (settled.case, settled.by) == (None, people.sam)
    # The other case is told that something has changed, and decides with it when asked.
    page = people.client("uma").get(f"/cases/{other.pk}/")
    assert page.context["stale"]
    assert post(people, "uma", other, "rules/").status_code == 302
    other.refresh_from_db()
    assert other.engine == "approve"
    # What stands for all is a supervisor's to take back; what was settled for a case stands before it.
    assert post(people, "uma", case, f"settled/{settled.pk}/undo/").status_code == 403
    SettledReading.objects.create(case=other, guideline=settled.guideline, clause=settled.clause, doubt=settled.doubt,
                                  reading=W2, why="This one.", by=people.uma, on=settled.on)  # fmt: skip
    assert verbs.run_rules(other, by=people.uma).engine == "pend"
    assert post(people, "sam", case, f"settled/{settled.pk}/undo/").status_code == 302
    case.refresh_from_db()
    assert case.engine == "refer"


@pytest.mark.parametrize("wrong", [
    {"why": ""}, {"reading": "neither"}, {"doubt": "who pays"}, {"clause": "working-hours"}, {"clause": "nothing"},
])  # fmt: skip
def test_what_is_no_reading_settles_nothing(people: Any, wrong: dict[str, str]) -> None:
    case = make_case(people, "refer")
    said = {"clause": "share-of-1099", "doubt": WHO_COUNTS, "reading": ALL, "why": "So it is meant.", **wrong}
    assert post(people, "uma", case, "settle/", **said).status_code == 422
    assert not SettledReading.objects.exists()


def test_who_comes_second_is_told_and_keeps_their_words(people: Any) -> None:
    case = make_case(people)
    seen = case.version
    post(people, "sam", case, "decide/", decision="pend", reason="A call is due.")
    reply = people.client("uma").post(f"/cases/{case.pk}/decide/", {
        "seen": seen, "decision": "approve", "reason": "All papers are in order.", "form": "the reason",
    })  # fmt: skip
    assert reply.status_code == 409
    said = reply.content.decode()
    assert "somebody else has changed it since you opened it: it is now waiting for the broker" in said
    assert "All papers are in order." in said
    assert f'name="seen" value="{Case.objects.get().version}"' in said
    assert Case.objects.get().state == State.PENDED


@pytest.mark.django_db(transaction=True)
def test_of_two_people_deciding_at_once_one_wins(threads_db: None, people: Any) -> None:
    case = make_case(people)
    seen, ready, got = case.version, threading.Barrier(2), {}

    def at_once(who: str, decision: str) -> None:
        client = people.client(who)
        ready.wait(10)
        try:
            reply = client.post(f"/cases/{case.pk}/decide/", {"seen": seen, "decision": decision, "reason": who})
            got[who] = reply.status_code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=at_once, args=one) for one in (("uma", "approve"), ("sam", "pend"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(got.values()) == [302, 409], got
    case.refresh_from_db()
    (kept,) = case.decisions.filter(maker=Maker.PERSON)
    assert got[kept.reason] == 302
    assert case.state == {"approve": State.APPROVED, "pend": State.PENDED}[kept.decision]
    connection.close()


def test_two_supervisors_answer_an_override_once(people: Any) -> None:
    case = make_case(people, "pend")
    proposed = deciding.decide(case, seen=case.version, decision="approve", reason="Fine.", by=people.uma)
    assert isinstance(proposed, Override)
    case.refresh_from_db()
    deciding.answer_override(proposed, seen=case.version, confirm=False, why="No.", by=people.sam)
    with pytest.raises(verbs.Overtaken):
        deciding.answer_override(proposed, seen=case.version, confirm=True, why="", by=people.sam)
    case.refresh_from_db()
    with pytest.raises(Refused, match="answered already"):
        deciding.answer_override(proposed, seen=case.version, confirm=True, why="", by=people.sam)
