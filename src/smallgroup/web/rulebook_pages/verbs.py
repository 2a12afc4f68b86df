"""Measures are kept with each decision; a reading that was settled for the guideline is opened again, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from smallgroup.errors import Problem, Refused
from smallgroup.rulebook import guidelines
from smallgroup.underwriting import Inputs
from smallgroup.underwriting.impact import row_of, ways_to_count
from smallgroup.web import clock
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.models import OPEN_STATES, Case, DecisionRecord, SettledReading, State
from smallgroup.web.rulebook_pages.models import MeasuredCase

if TYPE_CHECKING:
    from smallgroup.underwriting import Decision
    from smallgroup.web.accounts.models import User

ACTIVE = (*OPEN_STATES, State.APPROVED)
"""The cases that a changed guideline concerns: those that are open, and the groups that were taken."""


def keep_measures(case: Case, decided: DecisionRecord, decision: Decision) -> None:
    """Keep what was measured of a case, by every way to count that a known guideline has.

    In the transaction of the decision, whose audit line tells of both.
    """
    _keep(case, decided, decision.inputs)


def _keep(case: Case, decided: DecisionRecord, kept: Mapping[str, Any]) -> int:
    inputs, now = Inputs.from_json(kept), clock.now()
    there = set(decided.measured.values_list("counted_by", flat=True))
    rows = [
        MeasuredCase(
            case=case, decision_record=decided, guideline=chosen.id, counted_by=way,
            measures=row_of(inputs.file, inputs.members, inputs.rates, in_force),
            engine_version=decided.engine_version, made_at=now,
        )
        for chosen in guidelines()
        for way, in_force in ways_to_count(chosen, case.as_of).items()
        if way not in there
    ]  # fmt: skip
    MeasuredCase.objects.bulk_create(rows)
    return len(rows)


def measure_all(*, by: str = "the portal's keeper") -> int:
    """Keep the measures of every active case that lacks those of some way to count; how many cases that were.

    For cases from before measures were kept, or after the rulebook learned another way to count. Each opens the
    decision's document, which is a line of the audit log.
    """
    done = 0
    for pk in list(Case.objects.filter(state__in=ACTIVE).order_by("id").values_list("pk", flat=True)):
        with transaction.atomic():
            case = Case.objects.get(pk=pk)
            last = case.decisions.filter(maker=DecisionRecord.Maker.RULES).order_by("-number").first()
            if last is None:
                continue
            wanted = {way for chosen in guidelines() for way in ways_to_count(chosen, case.as_of)}
            if wanted <= set(last.measured.values_list("counted_by", flat=True)):
                continue
            record(by, "read", "decision", last.id, group_id=case.group_id, why="its measures are kept")
            _keep(case, last, json.loads(last.document.open())["inputs"])
            done += 1
    return done


@transaction.atomic
def undo_settled(one: SettledReading, *, by: User) -> None:
    """Open again what was settled for the guideline, from now on. Raises Refused when that was done already."""
    still = SettledReading.objects.filter(pk=one.pk, case=None, undone_at=None)
    done = still.update(undone_at=clock.now(), undone_by=by)
    if done != 1:
        raise Refused(Problem(f"{one.clause}, {one.doubt}", "this is open again already.", "Look at it as it is now."))
    record(by, "undo settled reading", "settled reading", one.pk, guideline=one.guideline, clause=one.clause,
           doubt=one.doubt, reading=one.reading)  # fmt: skip


@transaction.atomic
def settle_again(one: SettledReading, *, by: User) -> None:
    """Take the undoing back. Raises Refused when the doubt was settled anew since, or was never undone."""
    since = SettledReading.objects.filter(
        guideline=one.guideline, clause=one.clause, doubt=one.doubt, case=None, undone_at=None
    )
    if since.exists() or SettledReading.objects.filter(pk=one.pk, case=None).exclude(undone_at=None).update(
        undone_at=None, undone_by=None
    ) != 1:  # fmt: skip
        raise Refused(Problem(f"{one.clause}, {one.doubt}", "it is settled by now.", "Look at it as it is now."))
    record(by, "settle again", "settled reading", one.pk, guideline=one.guideline, clause=one.clause,
           doubt=one.doubt, reading=one.reading)  # fmt: skip
