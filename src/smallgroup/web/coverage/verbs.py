"""What is done with a group that is covered: enrolled, started, changed by day. Each verb one transaction and one
audit line. The end is in endings.py, renewals are in renewals.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from smallgroup.dates import add_days, months_after, spoken
from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.models import Kind, State
from smallgroup.web.census_work import PARQUET, bytes_of, keep_census, keep_original, read_file
from smallgroup.web.coverage.models import Change, ContractYear, Ending, Enrollment
from smallgroup.web.coverage.roster import (
    Dated,
    Operation,
    frame_of_rows,
    operation_of,
    roster_on,
    rows_of,
)
from smallgroup.web.groups.models import CensusRevision, Group, Stage
from smallgroup.web.groups.verbs import move, open_census
from smallgroup.web.vault.models import seal

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from smallgroup.web.accounts.models import User
    from smallgroup.web.cases.models import Case
    from smallgroup.web.coverage.roster import Row

    Make = Callable[[list[Row], set[str], set[str]], Operation]

DAYS_BACK = 60
DAYS_AHEAD = 120
"""How far a change may be dated back, and ahead: this installation's own."""
COVERED = (Stage.ENROLLED, Stage.ACTIVE)
CLOCK = "the calendar"
"""Who the audit log says did what happens by itself on its day."""


def approved_case(group: Group) -> Case | None:
    return group.cases.filter(kind=Kind.NEW, state=State.APPROVED).order_by("-number").first()


def year_on(group: Group, on: date) -> ContractYear | None:
    """The contract year in which a day lies, or the first one before it begins."""
    years = list(group.years.select_related("application").order_by("number"))
    return next((one for one in reversed(years) if one.starts_on <= on), years[0] if years else None)


def live_ending(group: Group) -> Ending | None:
    return group.endings.filter(undone_at=None).first()


@transaction.atomic
def hand_in_final(group: Group, data: bytes, name: str, *, by: User) -> Enrollment:
    """Take the final census of an approved group; nothing is enrolled yet. Raises Refused with all that is wrong."""
    case = approved_case(group)
    if group.stage != Stage.APPROVED or case is None:
        raise Refused(Problem(str(group), f"it is {group.get_stage_display().lower()}, and only an approved group is "
                              "enrolled.", "Submit it, and enroll it when the carrier has approved it."))  # fmt: skip
    read = read_file(data, name, as_of=clock.today())
    made = Enrollment.objects.create(
        group=group, case=case, final=seal(bytes_of(read.members), kind="census", media_type=PARQUET),
        original=keep_original(data), original_name=name[-200:], notices=list(read.notices), made_by=by,
    )  # fmt: skip
    record(by, "hand in", "final census", made.id, group_id=group.id)
    return made


@transaction.atomic
def enroll(
    enrollment: Enrollment, members: pl.DataFrame, *, worse: list[str], by: User, accepted_because: str = ""
) -> ContractYear:
    """The final census becomes the group's, from the effective date on, and its first contract year is written.

    `worse` are the titles of clauses that the final census no longer meets; then the carrier says why it accepts it.
    Raises Refused: another census was uploaded since, it is enrolled already, or nobody says why.
    """
    held = Group.objects.select_for_update().get(pk=enrollment.group_id)
    if held.enrollments.order_by("-made_at", "-pk").values_list("pk", flat=True).first() != enrollment.pk:
        raise Refused(Problem("The final census", "another one was uploaded since.", "Look at the newer one."))
    if worse and not accepted_because.strip():
        raise Refused(Problem("The final census", f"with it this is no longer met: {'; '.join(worse)}.",
                              "Upload a census that meets it, or ask the carrier's underwriter to accept it, with a "
                              "reason."))  # fmt: skip
    move(held, Stage.ENROLLED, come_from=(Stage.APPROVED,), by=by)
    case = enrollment.case
    original = enrollment.original
    revision = keep_census(
        members, group=held, by=by, notices=enrollment.notices, original=original,
        original_name=enrollment.original_name, holds_from=case.effective_date, why="Final enrollment",
    )  # fmt: skip
    done = Enrollment.objects.filter(pk=enrollment.pk, confirmed_at=None).update(
        confirmed_at=clock.now(), confirmed_by=by, accepted_because=accepted_because.strip()[:500]
    )
    if done != 1:
        raise Refused(Problem("The final census", "it is confirmed already.", ""))
    renews_on = months_after(case.effective_date, 12)
    year = ContractYear.objects.create(
        group=held, number=1, starts_on=case.effective_date, renews_on=renews_on, application=case.application,
        census=revision, case=case, made_by=by,
    )  # fmt: skip
    Group.objects.filter(pk=held.pk).update(anniversary=renews_on, effective_date=case.effective_date)
    record(by, "enroll", "group", held.pk, group_id=held.pk, census=revision.number, worse=worse)
    return year


@transaction.atomic
def take_back_enrollment(group: Group, *, by: User) -> None:
    """Undo an enrollment before coverage starts, as long as nothing was changed since. The census stays kept."""
    held = Group.objects.select_for_update().get(pk=group.pk)
    year = held.years.filter(number=1).first()
    if held.stage != Stage.ENROLLED or year is None or year.starts_on <= clock.today():
        raise Refused(Problem(str(held), "its coverage has started, or it is not enrolled.",
                              "Change the roster by day, or end the coverage."))  # fmt: skip
    if held.changes.exists() or live_ending(held):
        raise Refused(Problem(str(held), "its roster was changed since it was enrolled.",
                              "Make the further changes as changes by day."))  # fmt: skip
    move(held, Stage.APPROVED, come_from=(Stage.ENROLLED,), by=by, why="enrollment taken back")
    year.delete()
    held.enrollments.filter(case=year.case).exclude(confirmed_at=None).update(confirmed_at=None, confirmed_by=None)
    Group.objects.filter(pk=held.pk).update(anniversary=None)


@transaction.atomic
def bring_in(group: Group, *, starts_on: date, by: User) -> ContractYear:
    """A group that is covered already when it comes into the portal, since `starts_on`, with its latest application
    and census. Its years so far are written one by one. Raises Refused: it lacks one, or it starts in the future."""
    held = Group.objects.select_for_update().get(pk=group.pk)
    application, census = held.applications.order_by("-number").first(), held.censuses.order_by("-number").first()
    today = clock.today()
    if application is None or census is None or starts_on > today:
        raise Refused(Problem(str(held), "a group that is covered already has an application, a census and a first "
                              "day in the past.", "Add what is missing."))  # fmt: skip
    move(held, Stage.ACTIVE, come_from=(Stage.PROSPECT, Stage.QUOTED), by=by, why="covered already")
    first = keep_census(census.frame(), group=held, by=by, holds_from=starts_on, why="Covered already")
    number, year = 0, None
    while year is None or year.renews_on <= today:
        number += 1
        year = ContractYear.objects.create(
            group=held, number=number, starts_on=months_after(starts_on, 12 * (number - 1)),
            renews_on=months_after(starts_on, 12 * number), application=application, census=first, made_by=by,
        )  # fmt: skip
    Group.objects.filter(pk=held.pk).update(anniversary=year.renews_on, effective_date=starts_on)
    record(by, "bring in", "group", held.pk, group_id=held.pk, starts_on=starts_on)
    return year


# --- what happens on its day -----------------------------------------------------------------------------------


@transaction.atomic
def start_coverage(on: date, *, group: Group | None = None) -> tuple[int, int]:
    """Enrolled groups whose first day has come are active; those whose last day is past have ended. How many each."""
    groups = Group.objects.all() if group is None else Group.objects.filter(pk=group.pk)
    started = groups.filter(stage=Stage.ENROLLED, years__number=1, years__starts_on__lte=on)
    ended = groups.filter(stage__in=COVERED, endings__undone_at=None, endings__last_day__lt=on)
    counts = []
    for found, come_from, to in ((started, Stage.ENROLLED, Stage.ACTIVE), (ended, Stage.ACTIVE, Stage.ENDED)):
        done = 0
        for pk in found.values_list("pk", flat=True):
            if Group.objects.filter(pk=pk, stage=come_from).update(stage=to):
                record(CLOCK, "move", "group", pk, group_id=pk, to=str(to))
                done += 1
        counts.append(done)
    return counts[0], counts[1]


# --- the roster, and its changes -------------------------------------------------------------------------------


def revision_on(group: Group, on: date) -> CensusRevision | None:
    """The census that holds on a day; None before coverage began."""
    held = group.censuses.filter(holds_from__lte=on).select_related("members")
    return held.order_by("-holds_from", "-number").first()


def roster(group: Group, on: date, *, by: User | str, why: str) -> list[Row]:
    """Who is on the roster on a day. Reading it is a line of the audit log. Empty before coverage and after its end."""
    ending, year = live_ending(group), year_on(group, on)
    revision = revision_on(group, on)
    if revision is None or year is None or on < year.starts_on or (ending is not None and on > ending.last_day):
        return []
    return rows_of(open_census(revision, by=by, why=why))


def first_rows(group: Group) -> list[Row]:
    year = group.years.select_related("census__members").get(number=1)
    return rows_of(year.census.frame())


def live_changes(group: Group) -> list[Change]:
    """The changes that were not undone, in the order in which they were made."""
    changes = group.changes.exclude(kind=Change.Kind.UNDO).filter(undone_by=None).select_related("details", "made_by")
    return list(changes.order_by("number"))


def dated(changes: list[Change]) -> list[Dated]:
    return [Dated(one.holds_from, one.number, operation_of(one.details.open())) for one in changes if one.details]


@dataclass(frozen=True)
class Tried:
    """A change that fits, before it is made: the roster of its day without it and with it."""

    operation: Operation
    before: list[Row]
    after: list[Row]
    first: list[Row]
    changes: list[Dated]


def try_change(group: Group, holds_from: date, make: Make) -> Tried:
    """What a change would do. Raises Refused: outside of the limits, or it does not fit its day or a later change."""
    check_day(group, holds_from)
    first, before = first_rows(group), dated(live_changes(group))
    rows = roster_on(first, before, holds_from)
    operation = make(rows, *_ids_used(group, first))
    changes = [*before, Dated(holds_from, latest_number(group) + 1, operation)]
    after = roster_on(first, changes, holds_from)
    roster_on(first, changes, date.max)
    return Tried(operation, rows, after, first, changes)


@transaction.atomic
def change(
    group: Group, kind: str, holds_from: date, make: Make, *,
    reason: str, seen: int, by: User,
) -> Change:  # fmt: skip
    """Change the roster from a day on: one change, and a census revision of that day and of each later day that has
    one. `make` is given the roster before it and the family and member ids ever used, and says what is done.

    `seen` is the number of the last change that its writer saw. Raises Refused: somebody else was first, the day is
    outside of the limits, or it does not fit the roster of its day or a later change.
    """
    held = Group.objects.select_for_update().get(pk=group.pk)
    last = latest_number(held)
    if seen != last:
        raise Refused(Problem("The roster", "somebody has changed it since you opened it.",
                              "Look at it as it is now, and make your change again."))  # fmt: skip
    tried = try_change(held, holds_from, make)
    operation = tried.operation
    made = Change.objects.create(
        group=held, number=last + 1, kind=kind, holds_from=holds_from, member_id=operation.member_id, reason=reason,
        details=seal(operation.as_bytes(), kind="roster change", media_type="application/json"), made_by=by,
    )  # fmt: skip
    why = f"{made.get_kind_display()}, member {made.member_id}"
    _write(held, tried.first, tried.changes, holds_from, by=by, why=why)
    record(by, "change", "roster", made.id, group_id=held.pk, what=kind, holds_from=holds_from, number=made.number)
    return made


@transaction.atomic
def undo_change(last: Change, *, by: User) -> Change:
    """Undo the last change that stands: a further revision says so. Raises Refused where it is not the last."""
    held = Group.objects.select_for_update().get(pk=last.group_id)
    standing = live_changes(held)
    if not standing or standing[-1].pk != last.pk:
        raise Refused(Problem("The change", "it is not the last one that stands.",
                              "Only the last change is undone; make a further one instead."))  # fmt: skip
    check_day(held, last.holds_from)
    made = Change.objects.create(
        group=held, number=latest_number(held) + 1, kind=Change.Kind.UNDO, holds_from=last.holds_from,
        member_id=last.member_id, undoes=last, made_by=by,
    )  # fmt: skip
    _write(held, first_rows(held), dated(standing[:-1]), last.holds_from, by=by,
           why=f"Undone: {last.get_kind_display().lower()}, member {last.member_id}")  # fmt: skip
    record(by, "undo", "roster", last.id, group_id=held.pk, number=last.number)
    return made


def latest_number(group: Group) -> int:
    found: int | None = group.changes.aggregate(last=Max("number"))["last"]
    return found or 0


def limits(group: Group) -> tuple[date, date]:
    """The first and the last day from which a change may hold. Raises Refused where the group is not covered."""
    start = group.years.filter(number=1).values_list("starts_on", flat=True).first()
    if group.stage not in COVERED or start is None:
        raise Refused(Problem(str(group), f"it is {group.get_stage_display().lower()}, and only a covered group's "
                              "roster is changed.", "Enroll it first."))  # fmt: skip
    today, ending = clock.today(), live_ending(group)
    latest = add_days(max(today, start), DAYS_AHEAD)
    return max(start, add_days(today, -DAYS_BACK)), min(latest, ending.last_day) if ending else latest


def check_day(group: Group, day: date) -> None:
    earliest, latest = limits(group)
    if not earliest <= day <= latest:
        raise Refused(Problem("From which day", f"{spoken(day)} is outside of {spoken(earliest)} to {spoken(latest)}: "
                              f"a change is dated back {DAYS_BACK} days at most, ahead {DAYS_AHEAD}, and lies within "
                              "the coverage.", "Choose a day within, or ask the carrier."))  # fmt: skip


def _ids_used(group: Group, first: list[Row]) -> tuple[set[str], set[str]]:
    """Every family and member id that is or was on the roster: an id is never given to somebody else."""
    families, members = {row["family_id"] for row in first}, {row["member_id"] for row in first}
    for one in group.changes.filter(kind__in=("hire", "dependent")).select_related("details"):
        if one.details is not None:
            families.add(operation_of(one.details.open()).values["family_id"])
            members.add(one.member_id)
    return families, members


def _write(group: Group, first: list[Row], changes: list[Dated], since: date, *, by: User, why: str) -> None:
    """A census revision of a day, and of every later day that has one already, in the order of the days."""
    later = group.censuses.filter(holds_from__gt=since).values_list("holds_from", flat=True).distinct()
    for day in [since, *sorted(one for one in later if one is not None)]:
        again = "" if day == since else f" (from {since.isoformat()})"
        keep_census(frame_of_rows(roster_on(first, changes, day)), group=group, by=by, holds_from=day, why=why + again)
