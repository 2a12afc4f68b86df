"""Renewals: the checklist before an anniversary, the bill from then on, the case, and the next contract year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from smallgroup.audit import recertify, reconcile
from smallgroup.dates import add_days, months_after, spoken
from smallgroup.errors import Problem, Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.group.application import Audit, Contract
from smallgroup.group.write import group_text
from smallgroup.intake.wage_report_file import wage_report_file
from smallgroup.quoting.rerate import renewal as both_bills
from smallgroup.rulebook import guideline_in_force
from smallgroup.underwriting.employee_eligibility import wage_terms
from smallgroup.web import clock
from smallgroup.web.answers import rates_of
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.models import OPEN_STATES, Kind, State
from smallgroup.web.cases.verbs import full_text, submit
from smallgroup.web.census_work import keep_census, on_disk
from smallgroup.web.coverage import participation
from smallgroup.web.coverage.models import ContractYear, RenewalState
from smallgroup.web.coverage.roster import frame_of_rows
from smallgroup.web.coverage.verbs import CLOCK, COVERED, live_ending, roster
from smallgroup.web.groups.models import Group
from smallgroup.web.groups.verbs import next_number, revise_application

if TYPE_CHECKING:
    import polars as pl

    from smallgroup.audit import Recertification, Reconciliation
    from smallgroup.quoting.rerate import Rerate
    from smallgroup.web.accounts.models import User
    from smallgroup.web.cases.models import Case
    from smallgroup.web.coverage.participation import MonthCounts
    from smallgroup.web.coverage.roster import Row

AHEAD = 120
"""Days before an anniversary from which on a renewal is prepared: this installation's own."""


@dataclass(frozen=True)
class Renewal:
    """Everything that a renewal's page shows. `bill_unknown` says why there are no two bills."""

    year: ContractYear
    found: Recertification
    months: list[MonthCounts]
    bills: Rerate | None
    bill_unknown: str
    wages: Reconciliation | None
    wages_unknown: str

    @property
    def shown(self) -> int:
        return sum(item.status == "shown" for item in self.found.items)


def current_year(group: Group) -> ContractYear:
    """The latest contract year, whose end the next renewal is. Raises Refused where the group is not covered."""
    year = group.years.select_related("application").order_by("-number").first()
    if group.stage not in COVERED or year is None:
        raise Refused(Problem(str(group), f"it is {group.get_stage_display().lower()}, and only a covered group "
                              "renews.", "Enroll it first."))  # fmt: skip
    return year


def prepare(group: Group, *, by: User | str, with_bills: bool = True) -> Renewal:
    """What the group has to show for its renewal, and what it has shown. Reads its census and its wage report, and
    keeps nothing: the counts that the list shows are `count_due`'s.

    Raises Refused: it is not covered, or its application cannot be read.
    """
    year, today = current_year(group), clock.today()
    guideline = guideline_in_force(today)
    rosters: dict[date, list[Row]] = {}

    def roster_on(day: date) -> list[Row]:
        if day not in rosters:
            rosters[day] = roster(group, day, by=by, why="the renewal is prepared")
        return rosters[day]

    months = participation.months_of_year(year.application.text, year, roster_on, as_of=today)
    file = renewing_file(group, year, months)
    rows = roster_on(year.renews_on) or roster_on(today)
    members = frame_of_rows(rows)
    found = recertify(file, members.drop("row"), guideline=guideline, as_of=today)
    bills, why_not = (_bills(file, members, year, today) if with_bills else (None, ""))
    wages, wages_unknown = _wages(group, members, today, by=by) if with_bills else (None, "")
    return Renewal(year, found, months, bills, why_not, wages, wages_unknown)


def renewing_file(group: Group, year: ContractYear, months: list[MonthCounts]) -> GroupFile:
    """The latest application with the papers handed in and the months of the contract, as it stands at the renewal."""
    application = group.applications.order_by("-number").first() or year.application
    papers = list(group.papers.filter(removed_at=None).order_by("made_at"))
    file = read_group(full_text(application, papers), file="The application")
    started = group.years.order_by("number").values_list("starts_on", flat=True)[0]
    today = clock.today()
    return replace(
        file,
        # Complete with this day: what is missing is told by the checklist, and not by the day it is asked on.
        application=replace(file.application, effective_date=year.renews_on, complete_on=today),
        contract=Contract(
            original_effective_date=started,
            months=tuple(one.as_contract_month for one in months if not one.ahead),
        ),
        audit=file.audit or Audit(requested_on=min(today, add_days(year.renews_on, -AHEAD))),
    )  # fmt: skip


def _bills(file: GroupFile, members: pl.DataFrame, year: ContractYear, today: date) -> tuple[Rerate | None, str]:
    guideline = guideline_in_force(today)
    sides = []
    for day in (year.starts_on, year.renews_on):
        at = replace(file, application=replace(file.application, effective_date=day))
        try:
            rates = rates_of(at, guideline, today)
        except Refused as refused:
            return None, " ".join(map(str, refused.problems))
        if rates is None or not rates.plans:
            return None, (f"No rates are imported for {spoken(day)}, so the two bills cannot be held side by side. "
                          "Everything else on this page stands.")  # fmt: skip
        sides.append(rates)
    try:
        return both_bills(
            file, members, *sides, rated_on=year.starts_on, renews_on=year.renews_on, guideline=guideline, as_of=today
        ), ""
    except Refused as refused:
        return None, " ".join(map(str, refused.problems))


def _wages(group: Group, members: pl.DataFrame, today: date, *, by: User | str) -> tuple[Reconciliation | None, str]:
    """The latest wage report that was handed in, held against the roster."""
    reports = group.papers.filter(removed_at=None, kind="state_quarterly_wage_report").exclude(status="rejected")
    paper = reports.select_related("file").order_by("-made_at").first()
    if paper is None:
        return None, "No wage report has been handed in."
    record(by, "read", "paper", paper.pk, group_id=group.pk, why="the wage report is held against the roster")
    guideline = guideline_in_force(today)
    hours: int = guideline.heading("participation").value("full_time_hours", today, int)
    try:
        with on_disk(paper.file.open(), paper.name) as path:
            report = wage_report_file(path)
        return reconcile(
            members, report, as_of=today, quarter_start=None, quarter_end=None, full_time_hours=hours,
            wage_terms=wage_terms(today), guideline=guideline,
        ), ""  # fmt: skip
    except Refused as refused:
        return None, " ".join(map(str, refused.problems))


def _keep_state(group: Group, state: Renewal, today: date) -> None:
    RenewalState.objects.update_or_create(group=group, defaults={
        "renews_on": state.year.renews_on, "due_on": state.found.due_on, "shown": state.shown,
        "missing": len(state.found.missing), "months_below": sum(one.below is True for one in state.months),
        "counted_on": today,
    })  # fmt: skip


@transaction.atomic
def submit_renewal(group: Group, *, by: User) -> Case:
    """Put the renewal before the carrier: the roster of the anniversary, the application with the contract's months.

    Raises Refused: too early, its end is told, a case is open, or the application cannot be renewed as it is.
    """
    held = Group.objects.select_for_update().get(pk=group.pk)
    year, today = current_year(held), clock.today()
    opens = add_days(year.renews_on, -AHEAD)
    problems = []
    if today < opens:
        problems.append(Problem(str(held), f"its anniversary is {spoken(year.renews_on)}, and a renewal is submitted "
                                f"from {spoken(opens)} on.", "Submit it then."))  # fmt: skip
    ending = live_ending(held)
    if ending is not None and ending.last_day < year.renews_on:
        problems.append(Problem(str(held), f"its coverage ends on {spoken(ending.last_day)}.", "Undo that end first."))
    if held.cases.filter(state__in=OPEN_STATES).exists():
        problems.append(Problem(str(held), "it is before the carrier already.", "Answer what is asked there."))
    if problems:
        raise Refused(problems)
    months = participation.months_of_year(
        year.application.text, year, lambda day: roster(held, day, by=by, why="the renewal is submitted"), as_of=today
    )
    application = held.applications.order_by("-number").first() or year.application
    file = read_group(application.text, file="The application")
    told = renewing_file(held, year, months)
    renewed = replace(
        file, application=replace(file.application, effective_date=year.renews_on, complete_on=today),
        contract=told.contract, audit=told.audit,
    )  # fmt: skip
    rows = roster(held, year.renews_on, by=by, why="the renewal is submitted")
    revise_application(held, group_text(renewed), by=by, why=f"For the renewal on {spoken(year.renews_on)}")
    Group.objects.filter(pk=held.pk).update(effective_date=year.starts_on)  # what is in force stays so until approval
    keep_census(frame_of_rows(rows), group=held, by=by, holds_from=year.renews_on, why="As submitted for the renewal")
    case = submit(held, by=by, kind=Kind.RENEWAL)
    record(by, "submit", "renewal", case.pk, group_id=held.pk, renews_on=year.renews_on)
    return case


@transaction.atomic
def renew(case: Case, *, by: User | None = None) -> ContractYear | None:
    """The next contract year, from a renewal that was approved; None where it is written already, or ended before."""
    held = Group.objects.select_for_update().get(pk=case.group_id)
    if case.kind != Kind.RENEWAL or case.state != State.APPROVED or held.stage not in COVERED:
        return None
    if ContractYear.objects.filter(case=case).exists():
        return None
    years = list(held.years.order_by("number"))
    number = next_number(held.years)
    starts_on = months_after(years[0].starts_on, 12 * (number - 1))
    year = ContractYear.objects.create(
        group=held, number=number, starts_on=starts_on, renews_on=months_after(years[0].starts_on, 12 * number),
        application=case.application, census=case.census, case=case, made_by=by,
    )  # fmt: skip
    Group.objects.filter(pk=held.pk).update(anniversary=year.renews_on, effective_date=starts_on)
    RenewalState.objects.filter(group=held).delete()
    record(by or CLOCK, "renew", "group", held.pk, group_id=held.pk, starts_on=starts_on)
    return year


def renew_approved(*, group: Group | None = None) -> int:
    """Write the next year of every renewal that was approved and has none yet. How many."""
    from smallgroup.web.cases.models import Case

    waiting = Case.objects.filter(kind=Kind.RENEWAL, state=State.APPROVED, year=None, group__stage__in=COVERED)
    if group is not None:
        waiting = waiting.filter(group=group)
    return sum(renew(case) is not None for case in waiting)


def count_due(today: date) -> int:
    """Count the checklist of every group whose anniversary is near and that was not counted today. How many."""
    near = Group.objects.filter(stage__in=COVERED, anniversary__lte=add_days(today, AHEAD))
    done = 0
    for group in near.exclude(renewal_state__counted_on=today).order_by("anniversary", "pk"):
        try:
            _keep_state(group, prepare(group, by=CLOCK, with_bills=False), today)
            done += 1
        except Refused:
            continue  # its page says why
    return done

