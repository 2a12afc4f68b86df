"""What is done with a case and its papers: each verb one function, one transaction, one audit line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from smallgroup.census.fields import SCHEMA
from smallgroup.errors import Problem, Refused
from smallgroup.group import Document, read_group
from smallgroup.group.write import group_text
from smallgroup.underwriting import Decision, decision_text
from smallgroup.underwriting.wanting import wanting
from smallgroup.web import clock
from smallgroup.web.answers import Answer, answer
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.calendar import schedule
from smallgroup.web.cases.models import OPEN_STATES, Case, DecisionRecord, Kind, Paper, SettledReading, State
from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.groups.verbs import move, open_census
from smallgroup.web.vault.models import seal

if TYPE_CHECKING:
    from typing import Any

    from smallgroup.web.accounts.models import User
    from smallgroup.web.groups.models import ApplicationRevision


class Overtaken(Refused):
    """Somebody else was first: `case` is what it is now."""

    def __init__(self, case: Case):
        self.case = case
        super().__init__(Problem(
            f"Case {case.number}", "somebody else has changed it since you opened it: it is now "
            f"{case.get_state_display().lower()}.", "Look at it as it is now, and decide again.",
        ))  # fmt: skip


_STATE_AFTER = {"approve": State.OPEN, "decline": State.REFERRED, "refer": State.REFERRED, "pend": State.PENDED}
"""What the rules find, and where the case then waits: nobody is approved or declined without a person."""


@transaction.atomic
def submit(group: Group, *, by: User, kind: Kind = Kind.NEW, on: date | None = None) -> Case:
    """Put a group before the carrier with its application, census and papers as they are now.

    Raises Refused: no application, no census, no effective date, or a case that is still open.
    """
    held = Group.objects.select_for_update().get(pk=group.pk)
    today = on or clock.today()
    application, census = held.applications.order_by("-number").first(), held.censuses.order_by("-number").first()
    problems = []
    if application is None:
        problems.append(Problem(str(held), "there is no application yet.", "Fill it in, then submit."))
    if census is None:
        problems.append(Problem(str(held), "there is no census yet.", "Upload it, then submit."))
    if held.cases.filter(state__in=OPEN_STATES).exists():
        problems.append(Problem(str(held), "it is before the carrier already.", "Answer what is asked there."))
    if problems or application is None or census is None:
        raise Refused(problems)
    effective = read_group(application.text, file="The application").effective_date
    case = Case.objects.create(
        number=(Case.objects.aggregate(last=Max("number"))["last"] or 1000) + 1, group=held, kind=kind,
        application=application, census=census, effective_date=effective, as_of=today, submitted_by=by,
        submitted_at=clock.now(), due_on=schedule(today).decide_by(today),
        employees=census.measures.get("employees", 0), sought=held.legal_name.lower(),
    )  # fmt: skip
    if kind == Kind.NEW:
        move(held, Stage.SUBMITTED, by=by, come_from=(Stage.PROSPECT, Stage.QUOTED, Stage.DECLINED))
    record(by, "submit", "case", case.id, group_id=held.id, number=case.number)
    return run_rules(case, by=by)


def full_text(application: ApplicationRevision, papers: list[Paper]) -> str:
    """The application with the papers that were handed in, as the rules read it.

    What an application says of papers proves nothing here: only a paper that is there counts.
    """
    file = read_group(application.text, file="The application")
    theirs = [
        Document(
            kind=one.kind, for_=one.for_member or None, period=one.period or None, shows=tuple(one.shows),  # type: ignore[arg-type]
            received_on=one.received_on, status=one.status,  # type: ignore[arg-type]
        )
        for one in papers
    ]  # fmt: skip
    return group_text(replace(file, application=replace(file.application, documents=tuple(theirs))))


def layer_of(case: Case, guideline_id: str) -> str | None:
    """What named persons have settled for this case and for its guideline, as a layer's YAML."""
    import yaml

    settled = SettledReading.objects.filter(guideline=guideline_id, undone_at=None).select_related("by")
    # What was settled for this case stands before what was settled for the guideline.
    held = {
        (one.clause, one.doubt): one
        for one in sorted(settled.order_by("id"), key=lambda one: one.case_id is not None)
        if one.case_id in (None, case.pk) and one.on <= clock.today()
    }
    if not held:
        return None
    tree = {
        "layer": f"case-{case.number}", "guideline": guideline_id,
        "settled": [
            {
                "clause": one.clause, "doubt": one.doubt or None, "reading": one.reading,
                "from": min(one.on, case.as_of).isoformat(), "by": str(one.by), "on": one.on.isoformat(),
                "why": one.why,
            }
            for one in held.values()
        ],
    }  # fmt: skip
    return str(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True))


def answer_for(case: Case, *, by: User | str, why: str, with_quote: bool = False) -> Answer:
    """What the rules say of a case as it stands now.

    As of the day on which it was sent, or on which its last paper came in, if that is later: such a paper would else
    be missing to them.
    """
    from smallgroup.rulebook import guideline_in_force

    members = open_census(case.census, by=by, why=why).select(*SCHEMA)
    papers = list(case.group.papers.filter(removed_at=None).order_by("made_at"))
    as_of = max([case.as_of, *(one.received_on for one in papers if one.received_on <= clock.today())])
    chosen = guideline_in_force(as_of)
    return answer(
        full_text(case.application, papers), members, as_of=as_of, guideline_id=chosen.id,
        layer=layer_of(case, chosen.id), with_quote=with_quote,
    )  # fmt: skip


@transaction.atomic
def run_rules(case: Case, *, by: User, answered: bool = True) -> Case:
    """Decide by the rules, keep the decision, and put the case where it then waits.

    Until it is `answered` by the broker, a case that waits for what a letter asked stays with them, unless the rules
    have all that they want. Raises Refused where the case is closed: a decision that was given is not set aside by a
    paper.
    """
    held = (
        Case.objects.select_for_update(of=("self",)).select_related("group", "application", "census__members")
        .get(pk=case.pk)
    )  # fmt: skip
    must_be_open(held)
    from smallgroup.web.rulebook_pages.verbs import keep_measures

    decision = answer_for(held, by=by, why="the rules decide").decision
    keep_measures(held, keep_decision(held, decision), decision)
    waits = [finding.clause for finding in decision.findings if finding.is_open]
    missing = sum(one.paper is not None for one in wanting(decision))
    state = _STATE_AFTER[decision.decision]
    waiting = held.state == State.PENDED and not answered
    if waiting and decision.decision != "approve" and waits_for_broker(held):
        state = State.PENDED
    Case.objects.filter(pk=held.pk).update(
        engine=decision.decision, open_clauses=waits, missing_papers=missing, state=state,
        version=held.version + 1, sought=held.group.legal_name.lower(),
    )  # fmt: skip
    record(by, "run rules", "case", held.id, group_id=held.group_id, decision=decision.decision)
    held.refresh_from_db()
    return held


def must_be_open(case: Case) -> None:
    """Raises Refused where the case is closed."""
    if case.state not in OPEN_STATES:
        why = f"it is {case.get_state_display().lower()}, so nothing of it is changed."
        raise Refused(Problem(f"Case {case.number}", why, "A supervisor can open it again, with a reason."))


def waits_for_broker(case: Case) -> bool:
    """Whether the last letter that asked for papers is still unanswered: a paper of it has not come in since, or,
    where it asked for answers, the application has not been revised."""
    asked = case.requests.order_by("-made_at").first()
    if asked is None:
        return False
    kinds = {one["paper"] for one in asked.items if one["paper"]}
    since = case.group.papers.filter(made_at__gt=asked.made_at, removed_at=None, kind__in=kinds)
    answers = len(kinds) < len(asked.items) and case.application_id == asked.application_id
    return answers or bool(kinds - set(since.values_list("kind", flat=True)))


def keep_decision(case: Case, decision: Decision) -> DecisionRecord:
    """One more decision of the rules, with what it takes to make it again."""
    return DecisionRecord.objects.create(
        case=case, number=next_number(case), maker=DecisionRecord.Maker.RULES, decision=decision.decision,
        document=seal(decision_text(decision).encode(), kind="decision", media_type="application/json"),
        outcomes={finding.clause: finding.outcome for finding in decision.findings}, guideline=decision.guideline,
        engine_version=decision.engine, inputs_sha256=decision.inputs_sha256, made_at=clock.now(),
    )  # fmt: skip


def next_number(case: Case) -> int:
    return (case.decisions.aggregate(last=Max("number"))["last"] or 0) + 1


def by_rules(case: Case) -> DecisionRecord:
    """The latest decision of the rules."""
    found: DecisionRecord = (
        case.decisions.filter(maker=DecisionRecord.Maker.RULES).select_related("document").latest("number")
    )
    return found


def document_of(decided: DecisionRecord, *, by: User, why: str) -> dict[str, Any]:
    """The decision's own JSON, as `underwrite --json` has it. Reading it is a line of the audit log."""
    record(by, "read", "decision", decided.id, group_id=decided.case.group_id, why=why)
    found: dict[str, Any] = json.loads(decided.document.open())
    return found


def changed(case: Case, seen: int, **fields: object) -> None:
    """Change a case that is still as its reader saw it. Raises Overtaken when somebody else was first."""
    done = Case.objects.filter(pk=case.pk, version=seen).update(version=seen + 1, **fields)
    if done != 1:
        raise Overtaken(Case.objects.select_related("group").get(pk=case.pk))
