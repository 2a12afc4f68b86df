"""What is done with a case and its papers: each verb one function, one transaction, one audit line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
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
from smallgroup.web.cases.models import (
    OPEN_STATES,
    Case,
    DecisionRecord,
    Kind,
    Paper,
    SettledReading,
    State,
)
from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.groups.verbs import move, open_census
from smallgroup.web.vault.models import seal

if TYPE_CHECKING:
    from typing import Any

    from smallgroup.web.accounts.models import User
    from smallgroup.web.groups.models import ApplicationRevision

DAYS_TO_DECIDE = 5
"""Business days from the submission to the day by which an underwriter answers: this installation's own."""

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
        submitted_at=clock.now(), due_on=business_days_after(today, DAYS_TO_DECIDE),
        employees=census.measures.get("employees", 0),
    )  # fmt: skip
    if kind == Kind.NEW:
        move(held, Stage.SUBMITTED, by=by, come_from=(Stage.PROSPECT, Stage.QUOTED, Stage.DECLINED))
    record(by, "submit", "case", case.id, group_id=held.id, number=case.number)
    return run_rules(case, by=by)


def business_days_after(day: date, days: int) -> date:
    """`days` weekdays later; holidays are not known here."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def full_text(application: ApplicationRevision, papers: list[Paper]) -> str:
    """The application with the papers that were handed in, as the rules read it.

    A paper that was handed in for a kind stands instead of what the application says of that kind.
    """
    file = read_group(application.text, file="The application")
    theirs = [
        Document(
            kind=one.kind, for_=one.for_member or None, period=one.period or None, shows=tuple(one.shows),  # type: ignore[arg-type]
            received_on=one.received_on, status=one.status,  # type: ignore[arg-type]
        )
        for one in papers
    ]  # fmt: skip
    kinds = {one.kind for one in theirs}
    said = [one for one in file.application.documents or () if one.kind not in kinds]
    return group_text(replace(file, application=replace(file.application, documents=(*said, *theirs))))


def layer_of(case: Case, guideline_id: str) -> str | None:
    """What named persons have settled for this case and for its guideline, as a layer's YAML."""
    import yaml

    settled = SettledReading.objects.filter(guideline=guideline_id, undone_at=None).select_related("by")
    held = [one for one in settled.order_by("id") if one.case_id in (None, case.pk) and one.on <= clock.today()]
    if not held:
        return None
    tree = {
        "layer": f"case-{case.number}", "guideline": guideline_id,
        "settled": [
            {
                "clause": one.clause, "doubt": one.doubt, "reading": one.reading,
                "from": min(one.on, case.as_of).isoformat(), "by": str(one.by), "on": one.on.isoformat(),
                "why": one.why,
            }
            for one in held
        ],
    }  # fmt: skip
    return str(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True))


def answer_for(case: Case, *, by: User | str, why: str, with_quote: bool = False) -> Answer:
    """What the rules say of a case as it stands now."""
    from smallgroup.rulebook import guideline_in_force

    members = open_census(case.census, by=by, why=why).select(*SCHEMA)
    papers = list(case.group.papers.filter(removed_at=None).order_by("made_at"))
    chosen = guideline_in_force(case.as_of)
    return answer(
        full_text(case.application, papers), members, as_of=case.as_of, guideline_id=chosen.id,
        layer=layer_of(case, chosen.id), with_quote=with_quote,
    )  # fmt: skip


@transaction.atomic
def run_rules(case: Case, *, by: User) -> Case:
    """Decide by the rules, keep the decision, and put the case where it then waits."""
    held = Case.objects.select_for_update().select_related("group", "application", "census__members").get(pk=case.pk)
    from smallgroup.web.rulebook_pages.verbs import keep_measures

    decision = answer_for(held, by=by, why="the rules decide").decision
    decided = keep_decision(held, decision, maker=DecisionRecord.Maker.RULES, decision_word=decision.decision, by=None)
    keep_measures(held, decided, decision)
    waits = [finding.clause for finding in decision.findings if finding.is_open]
    missing = sum(one.paper is not None for one in wanting(decision))
    Case.objects.filter(pk=held.pk).update(
        engine=decision.decision, open_clauses=waits, missing_papers=missing, state=_STATE_AFTER[decision.decision],
        version=held.version + 1,
    )  # fmt: skip
    record(by, "run rules", "case", held.id, group_id=held.group_id, decision=decision.decision)
    held.refresh_from_db()
    return held


def keep_decision(
    case: Case, decision: Decision, *, maker: str, decision_word: str, by: User | None, reason: str = "",
    overrides: DecisionRecord | None = None,
) -> DecisionRecord:  # fmt: skip
    """One more decision of a case, with what it takes to make it again."""
    number = (case.decisions.aggregate(last=Max("number"))["last"] or 0) + 1
    return DecisionRecord.objects.create(
        case=case, number=number, maker=maker, decision=decision_word, reason=reason,
        document=seal(decision_text(decision).encode(), kind="decision", media_type="application/json"),
        outcomes={finding.clause: finding.outcome for finding in decision.findings}, guideline=decision.guideline,
        engine_version=decision.engine, inputs_sha256=decision.inputs_sha256, overrides=overrides, made_by=by,
        made_at=clock.now(),
    )  # fmt: skip


def document_of(decided: DecisionRecord, *, by: User, why: str) -> dict[str, Any]:
    """The decision's own JSON, as `underwrite --json` has it. Reading it is a line of the audit log."""
    record(by, "read", "decision", decided.id, group_id=decided.case.group_id, why=why)
    found: dict[str, Any] = json.loads(decided.document.open())
    return found


def changed(case: Case, seen: int, **fields: object) -> None:
    """Change a case that is still as its reader saw it. Raises Refused when somebody else was first."""
    done = Case.objects.filter(pk=case.pk, version=seen).update(version=seen + 1, **fields)
    if done != 1:
        now = Case.objects.get(pk=case.pk)
        why = f"somebody else has changed it since you opened it: it is now {now.get_state_display().lower()}."
        raise Refused(Problem(f"Case {now.number}", why, "Look at it as it is now, and decide again."))
