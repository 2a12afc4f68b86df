"""What an underwriter does to a case before it is decided: whose it is, its days, notes, and papers judged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.accounts.access import MAY
from smallgroup.web.accounts.models import Membership, Organization, User
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.models import OPEN_STATES, Case, Note, Paper
from smallgroup.web.cases.verbs import changed, must_be_open, run_rules

if TYPE_CHECKING:
    from django.db.models import QuerySet

NOTE_LENGTH = 5_000
REASON_LENGTH = 500


def underwriters() -> QuerySet[User]:
    """Everybody to whom a case may be given."""
    held = Membership.objects.filter(
        ended_at=None, role__in=MAY["underwrite"], organization__kind=Organization.Kind.CARRIER
    )
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name")


def need(text: str, what: str, *, most: int = NOTE_LENGTH) -> str:
    """What somebody has to write. Raises Refused where nothing was written, or more than is kept."""
    said = text.strip()
    if not said:
        raise Refused(Problem(what, "it is empty.", "Write it in a sentence or two."))
    if len(said) > most:
        raise Refused(Problem(what, f"it has {len(said):,} characters.", f"At most {most:,} are kept: shorten it."))
    return said


@transaction.atomic
def assign(case: Case, *, seen: int, to: User | None, by: User, supervises: bool) -> None:
    """Give a case to somebody, or to nobody. An underwriter takes a free one and gives their own back; a supervisor
    gives it to any underwriter. Raises Refused and Overtaken."""
    must_be_open(case)
    if to is not None and not underwriters().filter(pk=to.pk).exists():
        raise Refused(Problem(f"Case {case.number}", f"{to} does not underwrite here.", "Choose an underwriter."))
    takes = case.assigned_to_id is None and to == by
    gives_back = case.assigned_to_id == by.pk and to is None
    if not (supervises or takes or gives_back):
        held = case.assigned_to or "nobody"
        raise Refused(Problem(f"Case {case.number}", f"it is assigned to {held}; an underwriter takes what is free "
                              "and gives back their own.", "Ask a supervisor to reassign it."))  # fmt: skip
    changed(case, seen, assigned_to=to)
    record(by, "assign", "case", case.pk, group_id=case.group_id, to=str(to.pk) if to else None)


@transaction.atomic
def set_days(case: Case, *, seen: int, due_on: date, follow_up_on: date | None, by: User) -> None:
    """The day by which it is answered, and the day on which somebody looks again. Raises Refused and Overtaken."""
    must_be_open(case)
    today = clock.today()
    problems = []
    if due_on != case.due_on and due_on < today:
        problems.append(Problem("The due day", f"{due_on} has passed.", "Give today or a later day."))
    if follow_up_on is not None and follow_up_on != case.follow_up_on and follow_up_on < today:
        problems.append(Problem("The follow-up day", f"{follow_up_on} has passed.", "Give today or a later day."))
    if problems:
        raise Refused(problems)
    changed(case, seen, due_on=due_on, follow_up_on=follow_up_on)
    record(by, "set days", "case", case.pk, group_id=case.group_id, due_on=due_on, follow_up_on=follow_up_on)


@transaction.atomic
def add_note(case: Case, *, text: str, to_broker: bool, by: User) -> Note:
    note = Note.objects.create(case=case, text=need(text, "The note"), to_broker=to_broker, made_by=by)
    record(by, "write", "note", note.pk, group_id=case.group_id, to_broker=to_broker)
    return note


@transaction.atomic
def judge_paper(paper: Paper, *, by: User, status: str, reason: str = "") -> Case | None:
    """Accept or reject a paper, and let the rules decide with it. A rejection says why.

    The group's open case as it then is, if it has one. Raises Refused: no reason, a closed case, a paper that was
    taken back, or that somebody else has judged meanwhile.
    """
    name = f"The paper {paper.name}"
    if status not in (Paper.Status.ACCEPTED, Paper.Status.REJECTED):
        raise Refused(Problem(name, f"it cannot become {status!r}.", "Accept it, or reject it with a reason."))
    said = need(reason, "The reason of a rejection", most=REASON_LENGTH) if status == Paper.Status.REJECTED else ""
    return _judged(paper, by=by, status=status, reason=said or reason.strip()[:REASON_LENGTH], name=name)


@transaction.atomic
def judge_again(paper: Paper, *, by: User) -> Case | None:
    """Take a judgment back: the paper is received, and no more. The rules decide again."""
    return _judged(paper, by=by, status=Paper.Status.RECEIVED, reason="", name=f"The paper {paper.name}")


def _judged(paper: Paper, *, by: User, status: str, reason: str, name: str) -> Case | None:
    """Its case first, then the paper: whoever judges two papers of one case at once does it in this order."""
    case = Case.objects.select_for_update().filter(group=paper.group_id).order_by("-number").first()
    if case is not None:
        must_be_open(case)
    received = status == Paper.Status.RECEIVED
    done = Paper.objects.filter(pk=paper.pk, removed_at=None, status=paper.status).update(
        status=status, reason=reason, judged_by=None if received else by, judged_at=None if received else clock.now(),
    )  # fmt: skip
    if done != 1:
        raise Refused(Problem(name, "somebody else has judged it, or it was taken back, since you opened the page.",
                              "Look at it as it is now."))  # fmt: skip
    record(by, "judge", "paper", paper.pk, group_id=paper.group_id, status=status)
    return run_rules(case, by=by, answered=False) if case is not None and case.state in OPEN_STATES else None
