"""Papers of a group: what is missing and from whom, what was handed in, and what the carrier said of it."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from smallgroup.errors import Problem, Refused
from smallgroup.group import read_group
from smallgroup.web.accounts.access import door, signed_in
from smallgroup.web.cases import papers
from smallgroup.web.groups.census_views import attachment
from smallgroup.web.groups.doors import group_to_change, group_to_read, shown, user_of
from smallgroup.web.groups.models import Group
from smallgroup.web.groups.sections import paper_choices
from smallgroup.web.groups.standing import papers_of, standing

_BACK = {"papers": "group_papers", "case": "group_case", "check": "group_check"}


@require_GET
@signed_in
def group_papers(request: HttpRequest, group: UUID) -> HttpResponse:
    return _page(request, group_to_read(request, group))


def _page(request: HttpRequest, group: Group, problems: tuple[Problem, ...] = (), status: int = 200) -> HttpResponse:
    now = standing(group, by=user_of(request), why="which papers are missing")
    said = read_group(now.application.text, file="The application").application.documents if now.application else None
    held = papers_of(group)
    kinds = {one.kind for one in held}
    return render(request, "groups/papers.html", shown(
        request, group, "papers", papers=held, now=now, choices=paper_choices(now.missing_papers), marks=papers.SHOWS,
        said=[one for one in said or () if one.kind not in kinds], problems=problems, typed=request.POST,
        marked=request.POST.getlist("shows"), wrong={one.field: one for one in problems if one.field},
    ), status=status)  # fmt: skip


@require_POST
@signed_in
def paper_hand_in(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    files = [(file.name or "paper", file.read()) for file in request.FILES.getlist("files")]
    try:
        kept, refused = papers.hand_in(
            held, files, kind=request.POST.get("kind", ""), by=user_of(request),
            for_member=request.POST.get("for_member", ""), period=request.POST.get("period", ""),
            shows=request.POST.getlist("shows"),
        )  # fmt: skip
    except Refused as wrong:
        return _page(request, held, wrong.problems, 422)
    if kept:
        many = f"{len(kept)} papers were" if len(kept) > 1 else f"{kept[0].name} was"
        messages.success(request, f"{many} handed in.")
    for problem in refused:
        messages.error(request, f"{problem}")
    return cast(HttpResponse, redirect(_BACK.get(request.POST.get("back", ""), "group_papers"), held.pk))


@require_GET
@signed_in
def paper_download(request: HttpRequest, group: UUID, paper: UUID) -> HttpResponse:
    held = group_to_read(request, group)
    one = door(held.papers.select_related("file"), paper)
    return attachment(papers.open_paper(one, by=user_of(request), why="downloaded"), one.name, one.file.media_type)


@require_POST
@signed_in
def paper_describe(request: HttpRequest, group: UUID, paper: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    papers.describe(
        door(held.papers.all(), paper), kind=request.POST.get("kind", ""), by=user_of(request),
        seen_kind=request.POST.get("seen", ""), for_member=request.POST.get("for_member", ""),
        period=request.POST.get("period", ""), shows=request.POST.getlist("shows"),
    )  # fmt: skip
    messages.success(request, "Saved.")
    return cast(HttpResponse, redirect("group_papers", held.pk))


@require_POST
@signed_in
def paper_take_back(request: HttpRequest, group: UUID, paper: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    one = door(held.papers.all(), paper)
    papers.take_back(one, by=user_of(request))
    request.session["undo"] = {"text": f"{one.name} was taken back.",
                               "to": reverse("paper_put_back", args=[held.pk, one.pk])}  # fmt: skip
    return cast(HttpResponse, redirect(_BACK.get(request.POST.get("back", ""), "group_papers"), held.pk))


@require_POST
@signed_in
def paper_put_back(request: HttpRequest, group: UUID, paper: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    papers.put_back(door(held.papers.all(), paper), by=user_of(request))
    return cast(HttpResponse, redirect("group_papers", held.pk))
