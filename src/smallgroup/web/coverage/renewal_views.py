"""Renewals: the list by how near the anniversary is, a group's renewal, and its submission."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from smallgroup.dates import add_days
from smallgroup.web import clock
from smallgroup.web.accounts.access import person_of, signed_in
from smallgroup.web.cases.models import OPEN_STATES, Kind
from smallgroup.web.coverage import renewals, verbs
from smallgroup.web.coverage.views import group_of, rights, user_of
from smallgroup.web.groups.models import Group

BUCKETS = (("past", None, -1), ("30", 0, 30), ("60", 31, 60), ("90", 61, 90), ("120", 91, 120))
"""Word, from and to so many days ahead of today."""
LABELS = {"past": "Past the anniversary", "30": "Within 30 days", "60": "31 to 60 days", "90": "61 to 90 days",
          "120": "91 to 120 days"}  # fmt: skip


@require_GET
@signed_in
def renewal_list(request: HttpRequest) -> HttpResponse:
    """Groups whose anniversary is at most 120 days ahead, the nearest first. Counts only: no census is opened."""
    today = clock.today()
    person = person_of(request)
    near = Group.objects.seen_by(person).filter(
        stage__in=verbs.COVERED, ended_on=None, anniversary__lte=add_days(today, renewals.AHEAD)
    )
    chosen = request.GET.get("days", "")
    counts = []
    for word, first, last in BUCKETS:
        inside = near.filter(anniversary__lte=add_days(today, last))
        if first is not None:
            inside = inside.filter(anniversary__gte=add_days(today, first))
        counts.append({"word": word, "label": LABELS[word], "count": inside.count()})
        if chosen == word:
            shown = inside
    if chosen not in LABELS:
        shown = near
    listed = shown.select_related("broker", "organization", "renewal_state").order_by("anniversary", "legal_name", "pk")
    page = Paginator(listed, 50).get_page(request.GET.get("page"))
    ids = [group.pk for group in page]
    submitted = Group.objects.filter(pk__in=ids, cases__kind=Kind.RENEWAL, cases__state__in=OPEN_STATES)
    before = set(submitted.values_list("pk", flat=True))
    rows = [_row(group, today, group.pk in before) for group in page]
    return render(request, "coverage/renewals.html", {
        "nav": "renewals", "page": page, "rows": rows, "buckets": counts, "chosen": chosen,
    })  # fmt: skip


def _row(group: Group, today: date, submitted: bool) -> dict[str, Any]:
    state = getattr(group, "renewal_state", None)
    anniversary = group.anniversary
    assert anniversary is not None
    current = state if state is not None and state.renews_on == anniversary else None
    return {"group": group, "days": (anniversary - today).days, "state": current, "submitted": submitted,
            "of": (current.shown + current.missing) if current else 0}  # fmt: skip


@require_GET
@signed_in
def renewal_page(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group)
    today = clock.today()
    found = renewals.prepare(held, by=user_of(person_of(request)))
    case = held.cases.filter(kind=Kind.RENEWAL, state__in=OPEN_STATES).first()
    opens = add_days(found.year.renews_on, -renewals.AHEAD)
    return render(request, "coverage/renewal.html", {
        **rights(request, held), "renewal": found, "case": case, "opens": opens, "may_submit": opens <= today,
        "findings": [one.as_json() for one in found.found.decision.findings if one.is_open],
        "too_few": [one for one in found.months if one.below],
    })  # fmt: skip


@require_POST
@signed_in
def renewal_submit(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_of(request, group, to_sell=True)
    case = renewals.submit_renewal(held, by=user_of(person_of(request)))
    messages.success(request, f"The renewal is before the carrier as case {case.number}.")
    return redirect("renewal", held.pk)
