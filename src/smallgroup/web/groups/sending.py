"""A group before the carrier, from the agency's side: answered again, withdrawn, and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from smallgroup.errors import Problem, Refused
from smallgroup.group import read_group
from smallgroup.web import clock
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases import verbs as cases
from smallgroup.web.cases.models import OPEN_STATES, Case, Kind, State
from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.groups.verbs import move

if TYPE_CHECKING:
    from smallgroup.web.accounts.models import User


@transaction.atomic
def answer_pends(case: Case, *, by: User, seen: int) -> Case:
    """Send a case again, with the application, census and papers as they are now: the rules decide anew, as of today.

    `seen` is the version of the case that the sender saw. Raises Refused: it is decided or withdrawn by now, somebody
    else has changed it, or the application has no effective date.
    """
    held = Case.objects.select_for_update().select_related("group").get(pk=case.pk)
    _must_be_open(held)
    application = held.group.applications.order_by("-number").first() or held.application
    census = held.group.censuses.order_by("-number").first() or held.census
    today = clock.today()
    effective = read_group(application.text, file="The application").effective_date
    # Papers count from the day on which they came in, so the day of the decision moves with them; and the carrier has
    # as many days again as it had.
    cases.changed(
        held, seen, application=application, census=census, effective_date=effective, as_of=today,
        employees=census.measures.get("employees", 0), due_on=today + (held.due_on - held.as_of), follow_up_on=None,
    )  # fmt: skip
    record(by, "answer", "case", held.id, group_id=held.group_id, application=application.number, census=census.number)
    return cases.run_rules(held, by=by)


@transaction.atomic
def withdraw(case: Case, *, by: User, seen: int) -> None:
    """Take a group back from the carrier. Raises Refused when it is decided by now, or somebody has changed it."""
    held = Case.objects.select_for_update().select_related("group").get(pk=case.pk)
    _must_be_open(held)
    cases.changed(held, seen, state=State.WITHDRAWN)
    if held.kind == Kind.NEW:
        move(held.group, Stage.PROSPECT, come_from=(Stage.SUBMITTED,), by=by, why="withdrawn")
    record(by, "withdraw", "case", held.id, group_id=held.group_id)


@transaction.atomic
def bring_back(case: Case, *, by: User) -> None:
    """Undo a withdrawal: the case waits again where the rules had put it. Raises Refused where it is not withdrawn,
    or where the group was submitted anew since."""
    group = Group.objects.select_for_update().get(pk=case.group_id)
    held = Case.objects.select_for_update().get(pk=case.pk)
    if held.state != State.WITHDRAWN or group.cases.filter(state__in=OPEN_STATES).exists():
        raise Refused(Problem(f"Case {held.number}", "there is nothing to undo: it is before the carrier.",
                              "Look at it as it is now."))  # fmt: skip
    if held.kind == Kind.NEW:
        move(group, Stage.SUBMITTED, come_from=(Stage.PROSPECT, Stage.QUOTED), by=by, why="withdrawal undone")
    record(by, "bring back", "case", held.id, group_id=group.pk)
    cases.changed(held, held.version, state=State.OPEN)
    cases.run_rules(held, by=by)


def _must_be_open(case: Case) -> None:
    if case.state not in OPEN_STATES:
        raise Refused(Problem(f"Case {case.number}", f"it is {case.get_state_display().lower()} by now.",
                              "Look at it as it is."))  # fmt: skip
