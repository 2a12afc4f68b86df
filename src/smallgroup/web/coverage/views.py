"""The pages of a covered group: enrollment, the roster by day and its changes, participation, the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from smallgroup import dates
from smallgroup.census.fields import SCHEMA, WAIVER_REASONS
from smallgroup.dates import add_days, age_on, spoken
from smallgroup.errors import Problem, Refused
from smallgroup.group import read_group
from smallgroup.web import clock
from smallgroup.web.accounts.access import Person, door, must, person_of, signed_in
from smallgroup.web.accounts.models import User
from smallgroup.web.census_work import frame_of
from smallgroup.web.coverage import endings, final_census, forms, participation, renewals, verbs
from smallgroup.web.coverage.models import Change, Enrollment
from smallgroup.web.coverage.roster import is_covered
from smallgroup.web.groups.models import Group, Stage

SHOWN_STAGES = (Stage.APPROVED, Stage.ENROLLED, Stage.ACTIVE, Stage.ENDED)


def user_of(person: Person) -> User:
    assert person.user is not None
    return person.user


def group_of(request: HttpRequest, pk: UUID, *, to_sell: bool = False) -> Group:
    """The one door to a group here; what its day has brought is done first."""
    person = person_of(request)
    seen = Group.objects.seen_by(person).select_related("organization", "broker")
    group = door(seen, pk, may=(lambda one: one.may_be_sold_by(person)) if to_sell else True)
    started = verbs.start_coverage(clock.today(), group=group)
    if any(started) or renewals.renew_approved(group=group):
        group.refresh_from_db()
    return group


def rights(request: HttpRequest, group: Group) -> dict[str, Any]:
    person = person_of(request)
    return {"group": group, "nav": "renewals" if person.is_agent else "cases", "may_sell": group.may_be_sold_by(person),
            "may_carry": person.at_carrier("underwrite")}  # fmt: skip


@require_GET
@signed_in
def coverage_list(request: HttpRequest) -> HttpResponse:
    """The groups that are approved or covered: an agency's own, and for the carrier all that were submitted to it."""
    person = person_of(request)
    groups = Group.objects.seen_by(person).filter(stage__in=SHOWN_STAGES).select_related("organization", "broker")
    stage = request.GET.get("stage", "")
    if stage in SHOWN_STAGES:
        groups = groups.filter(stage=stage)
    page = Paginator(groups.order_by("legal_name", "pk"), 50).get_page(request.GET.get("page"))
    return render(request, "coverage/list.html", {
        "page": page, "stage": stage, "stages": SHOWN_STAGES, "nav": "renewals" if person.is_agent else "cases",
    })  # fmt: skip


@require_GET
@signed_in
def coverage_page(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group)
    changes = held.changes.select_related("made_by", "undoes").order_by("-number")
    standing = held.changes.exclude(kind=Change.Kind.UNDO).filter(undone_by=None).order_by("-number").first()
    ending = verbs.live_ending(held)
    return render(request, "coverage/coverage.html", {
        **rights(request, held), "years": held.years.select_related("case"), "ending": ending,
        "changes": Paginator(changes, 50).get_page(request.GET.get("page")), "last": standing,
        "covered": held.stage in verbs.COVERED, "approved": held.stage == Stage.APPROVED, "kinds": forms.TITLES,
        "ending_words": {**endings.OWN_REASONS, **endings.LAWFUL_GROUNDS}.get(ending.reason) if ending else "",
        "may_undo_end": ending is not None and ending.last_day >= clock.today(),
        "enrollment": held.enrollments.order_by("-made_at").first(),
        "not_started": held.stage == Stage.ENROLLED,
    })  # fmt: skip


# --- enrollment ------------------------------------------------------------------------------------------------


@signed_in
def enroll(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group, to_sell=True)
    if request.method == "POST":
        file = request.FILES.get("census")
        if file is None or file.size is None:
            raise Refused(Problem("The final census", "no file was chosen.", "Choose the file, in any layout."))
        made = verbs.hand_in_final(held, file.read(), file.name or "census", by=user_of(person_of(request)))
        return redirect("enrollment", made.pk)
    return render(request, "coverage/enroll.html", {**rights(request, held), "case": verbs.approved_case(held)})


def _enrollments(person: Person) -> QuerySet[Enrollment]:
    seen = Group.objects.seen_by(person).values("pk")
    return Enrollment.objects.filter(group__in=seen).select_related(
        "group__organization", "case__application", "case__census__members", "final", "original"
    )


@require_GET
@signed_in
def enrollment_page(request: HttpRequest, enrollment: UUID) -> HttpResponse:
    person = person_of(request)
    held = door(_enrollments(person), enrollment)
    found = final_census.held_against(held, by=user_of(person))
    return render(request, "coverage/enrollment.html", {
        **rights(request, held.group), "enrollment": held, "found": found,
        "may_confirm": held.group.stage == Stage.APPROVED and held.confirmed_at is None,
    })  # fmt: skip


@require_POST
@signed_in
def enrollment_confirm(request: HttpRequest, enrollment: UUID) -> HttpResponse:
    person = person_of(request)
    held = door(_enrollments(person), enrollment, may=lambda one: (
        one.group.may_be_sold_by(person) or person.at_carrier("underwrite")
    ))  # fmt: skip
    found = final_census.held_against(held, by=user_of(person))
    because = request.POST.get("because", "") if person.at_carrier("underwrite") else ""
    verbs.enroll(
        held, frame_of(held.final.open()), worse=[one["title"] for one in found.worse], by=user_of(person),
        accepted_because=because,
    )  # fmt: skip
    request.session["undo"] = {"text": f"{held.group} is enrolled.", "to": reverse("enroll_undo", args=[held.group_id])}
    return redirect("coverage", held.group_id)


@require_POST
@signed_in
def enroll_undo(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group, to_sell=True)
    verbs.take_back_enrollment(held, by=user_of(person_of(request)))
    messages.success(request, "The enrollment is taken back: the group is approved, as before.")
    return redirect("coverage", held.pk)


# --- the roster, and its changes -------------------------------------------------------------------------------


def _day_asked(request: HttpRequest, name: str, otherwise: date) -> date:
    text = request.GET.get(name, "").strip()
    if not text:
        return otherwise
    try:
        return dates.day(text)
    except ValueError as error:
        raise Refused(Problem("The day", str(error), "")) from None


def _natural_day(group: Group) -> date:
    """Today, or the first day of coverage while that is ahead."""
    start = group.years.filter(number=1).values_list("starts_on", flat=True).first()
    return max(clock.today(), start) if start else clock.today()


@require_GET
@signed_in
def roster_page(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group)
    on = _day_asked(request, "on", _natural_day(held))
    rows = verbs.roster(held, on, by=user_of(person_of(request)), why=f"the roster on {on.isoformat()}")
    employees = {row["family_id"]: row for row in rows if row["relationship"] == "employee"}
    shown = [{**row, "age": age_on(row["date_of_birth"], on), "covered": is_covered(row, employees)} for row in rows]
    return render(request, "coverage/roster.html", {
        **rights(request, held), "on": on, "rows": shown, "covered": sum(one["covered"] for one in shown),
        "enrolled": sum(one["election"] == "enroll" for one in employees.values()), "employees": len(employees),
        "revision": verbs.revision_on(held, on),
    })  # fmt: skip


@signed_in
def change(request: HttpRequest, group: UUID, kind: str) -> HttpResponse:
    """A form; then what it would do, to be confirmed; then it is done."""
    held = group_of(request, group, to_sell=True)
    if kind not in forms.TITLES:
        raise Http404
    by, today = user_of(person_of(request)), clock.today()
    earliest, latest = verbs.limits(held)
    year = verbs.year_on(held, max(today, earliest))
    assert year is not None, "a covered group has a contract year"
    text = year.application.text
    file = read_group(text, file="The application")
    context = {**rights(request, held), "kind": kind, "title": forms.TITLES[kind], "reasons": forms.REASONS[kind],
               "earliest": earliest, "latest": latest, "plans": file.application.plans or (),
               "waiver_reasons": WAIVER_REASONS, "waiting": file.application.waiting_period}  # fmt: skip
    if request.method == "POST":
        typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        asked = forms.asked(kind, typed, file, today=today)
        if request.POST.get("sure") == "1":
            seen = int(request.POST["seen"]) if request.POST.get("seen", "").isdecimal() else -1
            made = verbs.change(held, kind, asked.holds_from, asked.make, reason=asked.reason, seen=seen, by=by)
            request.session["undo"] = {
                "text": f"{made.get_kind_display()}, member {made.member_id}, from {spoken(made.holds_from)}.",
                "to": reverse("roster_undo", args=[held.pk]),
            }
            return redirect("coverage", held.pk)
        return render(request, "coverage/confirm.html", {
            **context, **_consequences(held, asked, text, today), "asked": asked, "seen": verbs.latest_number(held),
            "typed": {key: value for key, value in typed.items() if key not in ("csrfmiddlewaretoken", "seen", "sure")},
        })  # fmt: skip
    rows = verbs.roster(held, _natural_day(held), by=by, why="a change of the roster")
    return render(request, "coverage/change.html", {**context, "people": _choices(kind, rows)})


def _choices(kind: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whom a change may be about: for an election those who are not enrolled, for a dependent those who are."""
    if kind == "elect":
        return [row for row in rows if row["relationship"] == "employee" and row["election"] != "enroll"]
    if kind == "dependent":
        return [row for row in rows if row["relationship"] == "employee" and row["election"] == "enroll"]
    return rows


def _consequences(group: Group, asked: forms.Asked, text: str, today: date) -> dict[str, Any]:
    """What the change does to the roster, and to participation on the first of the month that it reaches."""
    tried = verbs.try_change(group, asked.holds_from, asked.make)
    year = verbs.year_on(group, asked.holds_from)
    days = participation.days_of(year) if year else []
    day = next((one for one in days if one >= asked.holds_from), asked.holds_from)
    was, now = ({row["member_id"]: row for row in rows} for rows in (tried.before, tried.after))
    told: dict[str, Any] = {
        "gone": [row for key, row in was.items() if key not in now],
        "come": [row for key, row in now.items() if key not in was],
        "other": [
            (row, [(name, was[key][name], row[name]) for name in SCHEMA if was[key][name] != row[name]])
            for key, row in now.items() if key in was and row != was[key]
        ],
    }  # fmt: skip
    try:
        after = participation.counted_on(text, tried.after, day, as_of=today)
        before = participation.counted_on(text, tried.before, day, as_of=today)
    except Refused as refused:
        return {**told, "not_counted": participation.not_counted(refused)}
    words = ""
    if tried.operation.kind == "end":
        words = participation.ending_in_words(tried.operation.member_id, add_days(asked.holds_from, -1))
    worse = after.below and not (before.below and before.short >= after.short)
    return {**told, "month": after, "warning": participation.warning(replace(after, ahead=True), ended=words)
            if worse else ""}  # fmt: skip


@require_POST
@signed_in
def change_undo(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group, to_sell=True)
    standing = verbs.live_changes(held)
    if not standing:
        raise Refused(Problem("The roster", "there is no change to undo.", ""))
    verbs.undo_change(standing[-1], by=user_of(person_of(request)))
    messages.success(request, f"Undone: {standing[-1].get_kind_display().lower()}, member {standing[-1].member_id}.")
    return redirect("coverage", held.pk)


@require_GET
@signed_in
def participation_page(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group)
    by, today = user_of(person_of(request)), clock.today()
    year = verbs.year_on(held, today)
    context = {**rights(request, held), "year": year}
    if year is None:
        return render(request, "coverage/participation.html", context)
    try:
        months = participation.months_of_year(
            year.application.text, year,
            lambda day: verbs.roster(held, day, by=by, why="participation by month"), as_of=today,
        )  # fmt: skip
    except Refused as refused:
        return render(request, "coverage/participation.html", {
            **context, "not_counted": participation.not_counted(refused)
        })  # fmt: skip
    most = max([1, *(max((one.eligible or 0) - (one.waivers or 0), one.enrolled or 0) for one in months)])
    bars = [
        {"month": one, "x": 10 + place * 48, "height": 120 * (one.enrolled or 0) // most,
         "y": 130 - 120 * (one.enrolled or 0) // most, "line": 130 - 120 * (one.needed or 0) // most,
         "all": 120 * max((one.eligible or 0) - (one.waivers or 0), 0) // most,
         "all_y": 130 - 120 * max((one.eligible or 0) - (one.waivers or 0), 0) // most}
        for place, one in enumerate(months)
    ]  # fmt: skip
    return render(request, "coverage/participation.html", {
        **context, "bars": bars, "width": 20 + len(bars) * 48,
        "warnings": _warnings(held, months),
    })  # fmt: skip


def _warnings(group: Group, months: list[participation.MonthCounts]) -> list[str]:
    """The first month of each stretch below the line, with the pending end that brings it there."""
    told, before = [], False
    for one in months:
        if one.below and not before:
            ends = group.changes.filter(kind="end", undone_by=None, holds_from__lte=one.day)
            last = ends.order_by("-holds_from", "-number").first() if one.ahead else None
            words = participation.ending_in_words(last.member_id, add_days(last.holds_from, -1)) if last else ""
            told.append(participation.warning(one, ended=words))
        before = one.below is True
    return told


# --- the end ---------------------------------------------------------------------------------------------------


@signed_in
def end(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group)
    person = person_of(request)
    as_carrier = person.at_carrier("underwrite")
    must(as_carrier or held.may_be_sold_by(person))
    if request.method == "POST":
        typed = forms.Typed(cast(Any, request.POST), clock.today())
        last_day = typed.day("last_day", "Last day")
        if last_day is None:
            raise Refused(typed.problems)
        endings.end_group(held, last_day, request.POST.get("reason", ""), by=user_of(person), as_carrier=as_carrier,
                        told=request.POST.get("told", ""))  # fmt: skip
        request.session["undo"] = {"text": f"The coverage of {held} ends after {spoken(last_day)}.",
                                   "to": reverse("coverage_end_undo", args=[held.pk])}  # fmt: skip
        return redirect("coverage", held.pk)
    return render(request, "coverage/end.html", {
        **rights(request, held), "reasons": endings.LAWFUL_GROUNDS if as_carrier else endings.OWN_REASONS,
        "as_carrier": as_carrier, "ending": verbs.live_ending(held), "covered": held.stage in verbs.COVERED,
    })  # fmt: skip


@require_POST
@signed_in
def end_undo(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group)
    person = person_of(request)
    as_carrier = person.at_carrier("underwrite")
    must(as_carrier or held.may_be_sold_by(person))
    ending = verbs.live_ending(held)
    if ending is None:
        raise Refused(Problem(str(held), "no end of its coverage is told.", ""))
    endings.undo_end(ending, by=user_of(person), as_carrier=as_carrier)
    messages.success(request, "The end is taken back: coverage goes on.")
    return redirect("coverage", held.pk)
