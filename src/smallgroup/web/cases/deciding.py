"""A person decides: as the rules found, or against them with a second person; and between the readings of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from smallgroup import dates
from smallgroup.errors import Problem, Refused
from smallgroup.rulebook import guideline
from smallgroup.underwriting import edition
from smallgroup.web import clock
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.models import Case, DecisionRecord, Kind, Override, SettledReading, State
from smallgroup.web.cases.verbs import by_rules, changed, document_of, must_be_open, next_number, run_rules
from smallgroup.web.cases.working import need
from smallgroup.web.groups.models import Stage
from smallgroup.web.groups.verbs import move

if TYPE_CHECKING:
    from collections.abc import Mapping

    from smallgroup.web.accounts.models import User

WORDS = ("approve", "decline", "pend", "refer")
FINAL = {"approve": State.APPROVED, "decline": State.DECLINED}
_STATES = {**FINAL, "pend": State.PENDED, "refer": State.REFERRED}
_STAGES = {"approve": Stage.APPROVED, "decline": Stage.DECLINED}


@transaction.atomic
def decide(case: Case, *, seen: int, decision: str, reason: str, by: User) -> DecisionRecord | Override:
    """Approve, decline, pend or refer a case.

    An approval or a refusal that is not what the rules found is kept as a proposal, an override, until a second person
    confirms it; to pend or to refer is no final answer and needs one person. Raises Refused: no reason, a closed case,
    a refusal without a lawful ground, a proposal that still waits; and Overtaken.
    """
    if decision not in WORDS:
        raise Refused(Problem("The decision", f"{decision!r} is none.", f"Choose one: {', '.join(WORDS)}."))
    said = need(reason, "The reason")
    changed(case, seen)
    held = Case.objects.select_related("group").get(pk=case.pk)
    must_be_open(held)
    _no_proposal_waits(held)
    rules = by_rules(held)
    grounds = _grounds(rules, by=by) if decision == "decline" else []
    if decision in FINAL and decision != rules.decision:
        proposed = Override.objects.create(case=held, rules=rules, decision=decision, reason=said, proposed_by=by)
        Case.objects.filter(pk=held.pk).update(state=State.REFERRED)
        record(by, "propose override", "case", held.pk, group_id=held.group_id, decision=decision, rules=rules.decision)
        return proposed
    return _hold(held, rules, decision, said, by=by, grounds=grounds)


@transaction.atomic
def answer_override(proposed: Override, *, seen: int, confirm: bool, why: str, by: User) -> DecisionRecord | None:
    """The second person lets an override hold, or not. Raises Refused: the first person, or a stale proposal."""
    said = why.strip() if confirm else need(why, "Why it does not hold")
    if confirm and proposed.proposed_by_id == by.pk:
        raise Refused(Problem("The override", "you proposed it yourself, and it needs a second person.",
                              "Ask another supervisor to confirm it, or take it back."))  # fmt: skip
    changed(proposed.case, seen)
    case = Case.objects.select_related("group").get(pk=proposed.case_id)
    must_be_open(case)
    answered = Override.objects.filter(pk=proposed.pk, answered_at=None).update(
        answered_by=by, answered_at=clock.now(), confirmed=confirm, answer=said
    )
    if answered != 1:
        raise Refused(Problem("The override", "it has been answered already.", "Look at the case as it is now."))
    rules = by_rules(case)
    record(by, "confirm override" if confirm else "reject override", "case", case.pk, group_id=case.group_id,
           decision=proposed.decision, proposed_by=str(proposed.proposed_by_id))  # fmt: skip
    if not confirm:
        return None
    if rules.pk != proposed.rules_id:
        raise Refused(Problem("The override", "the rules have decided again since it was proposed.",
                              "Reject it, look at the case as it is now, and propose it anew."))  # fmt: skip
    grounds = _grounds(rules, by=by) if proposed.decision == "decline" else []
    return _hold(case, rules, proposed.decision, proposed.reason, by=by, grounds=grounds, proposed=proposed)


@transaction.atomic
def reopen(case: Case, *, seen: int, reason: str, by: User) -> Case:
    """Open a case again that was approved or declined, with a reason. Raises Refused and Overtaken."""
    said = need(reason, "The reason")
    if case.state not in FINAL.values():
        raise Refused(Problem(f"Case {case.number}", f"it is {case.get_state_display().lower()}, which is not closed.",
                              "Decide it as it is."))  # fmt: skip
    changed(case, seen, state=State.OPEN, decided_at=None)
    if case.kind == Kind.NEW:
        move(case.group, Stage.SUBMITTED, come_from=(Stage.APPROVED, Stage.DECLINED), by=by, why=said)
    record(by, "reopen", "case", case.pk, group_id=case.group_id, why=said)
    return run_rules(case, by=by)


def _no_proposal_waits(case: Case) -> None:
    waiting = case.overrides.filter(answered_at=None).select_related("proposed_by").first()
    if waiting is not None:
        raise Refused(Problem(f"Case {case.number}", f"{waiting.proposed_by} has proposed to {waiting.decision} it, "
                              "against the rules.", "Confirm or reject that first."))  # fmt: skip


def _hold(
    case: Case, rules: DecisionRecord, decision: str, reason: str, *, by: User, grounds: list[str],
    proposed: Override | None = None,
) -> DecisionRecord:  # fmt: skip
    """Keep a person's decision beside the document of the rules that they had before them, and act on it."""
    makers = DecisionRecord.Maker
    kept = DecisionRecord.objects.create(
        case=case, number=next_number(case), maker=makers.OVERRIDE if proposed else makers.PERSON, decision=decision,
        reason=reason, document=rules.document, outcomes=rules.outcomes, guideline=rules.guideline,
        engine_version=rules.engine_version, inputs_sha256=rules.inputs_sha256, grounds=grounds,
        overrides=rules if proposed else None, proposed_by=proposed.proposed_by if proposed else None, made_by=by,
        made_at=clock.now(),
    )  # fmt: skip
    final = decision in FINAL
    Case.objects.filter(pk=case.pk).update(state=_STATES[decision], decided_at=clock.now() if final else None)
    if final and case.kind == Kind.NEW:
        move(case.group, _STAGES[decision], come_from=(Stage.SUBMITTED,), by=by)
    record(by, decision, "case", case.pk, group_id=case.group_id, number=kept.number, override=proposed is not None)
    if decision == "approve" and case.kind == Kind.RENEWAL:
        from smallgroup.web.coverage.renewals import renew

        case.refresh_from_db()
        renew(case, by=by)
    return kept


def grounds_of(document: Mapping[str, Any]) -> list[str]:
    """The lawful grounds on which a refusal could rest: those of the clauses that are not met."""
    found = [one["ground"] for one in document["findings"] if one["outcome"] == "not met" and one["ground"]]
    return list(dict.fromkeys(found))


def _grounds(rules: DecisionRecord, *, by: User) -> list[str]:
    found = grounds_of(document_of(rules, by=by, why="the ground of a refusal"))
    if not found:
        raise Refused(Problem(
            "The refusal", "no clause with a lawful ground is found to be not met, so this group may not be refused: "
            "small employers are accepted (45 CFR 147.104).",
            "Ask for what is missing, or settle the reading in doubt; the rules then say whether there is a ground.",
        ))  # fmt: skip
    return found


@dataclass(frozen=True)
class Doubt:
    """A doubt that a person may settle: its sides, the default first. Without a name the clause leaves it to them."""

    clause: str
    doubt: str
    sides: tuple[str, ...]


def doubts_of(rules: DecisionRecord, document: Mapping[str, Any]) -> dict[str, list[Doubt]]:
    """Clause → the doubts in play, of the clauses that a decision refers to a person."""
    as_of = dates.day(document["as_of"])
    clauses = {one.id: one for one in edition(guideline(rules.guideline), as_of).clauses}
    found: dict[str, list[Doubt]] = {}
    for finding in document["findings"]:
        clause = clauses.get(finding["clause"])
        if finding["outcome"] != "refer" or clause is None:
            continue
        if clause.text.if_not_met == "refer":
            found[clause.id] = [Doubt(clause.id, "", ("met",))]
            continue
        names = [one["name"] for one in finding["readings"]]
        axes = dict.fromkeys(axis for one in clause.readings for axis in one.axes)
        found[clause.id] = [
            Doubt(clause.id, axis, tuple(dict.fromkeys(one.axes[axis] for one in clause.readings)))
            for axis in axes
            if len(axes) == 1 or any(f"{axis}: " in name for name in names)
        ]
    return found


@transaction.atomic
def settle(
    case: Case, *, seen: int, clause: str, doubt: str, reading: str, why: str, by: User, for_guideline: bool = False
) -> SettledReading:
    """Decide between the readings of a text, for this case or for its guideline, and let the rules decide again.

    Raises Refused: no reason, no such doubt or side, one that is settled already; and Overtaken.
    """
    said = need(why, "Why this reading")
    changed(case, seen)
    held = Case.objects.get(pk=case.pk)
    must_be_open(held)
    rules = by_rules(held)
    document = document_of(rules, by=by, why="to settle a reading")
    offered = {one.doubt: one for one in doubts_of(rules, document).get(clause, ())}
    if doubt not in offered or reading not in offered[doubt].sides:
        raise Refused(Problem(f"The clause {clause}", f"it has no doubt {doubt!r} with the reading {reading!r} that "
                              "this case waits for.", "Choose one of the readings beside the clause."))  # fmt: skip
    try:
        with transaction.atomic():
            settled = SettledReading.objects.create(
                case=None if for_guideline else held, guideline=rules.guideline, clause=clause, doubt=doubt,
                reading=reading, why=said, by=by, on=clock.today(),
            )  # fmt: skip
    except IntegrityError:
        raise Refused(Problem(f"The clause {clause}", "this doubt is settled already.",
                              "Take that back first, or let the rules run again.")) from None  # fmt: skip
    record(by, "settle", "reading", settled.pk, group_id="" if for_guideline else held.group_id, clause=clause,
           case=str(held.pk), for_guideline=for_guideline)  # fmt: skip
    run_rules(held, by=by, answered=False)
    return settled


@transaction.atomic
def unsettle(settled: SettledReading, case: Case, *, by: User) -> Case:
    """Take a settled reading back; the rules decide the case again without it. Raises Refused."""
    held = Case.objects.select_for_update().get(pk=case.pk)
    must_be_open(held)
    done = SettledReading.objects.filter(pk=settled.pk, undone_at=None).update(undone_at=clock.now(), undone_by=by)
    if done != 1:
        raise Refused(Problem(f"The clause {settled.clause}", "it was taken back already.",
                              "Look at the case as it is now."))  # fmt: skip
    record(by, "take back", "reading", settled.pk, group_id=settled.case.group_id if settled.case else "",
           clause=settled.clause, case=str(held.pk))  # fmt: skip
    return run_rules(held, by=by, answered=False)
