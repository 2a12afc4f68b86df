"""The application: section by section as forms, whole as group.yaml, and its revisions."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.accounts.access import signed_in
from smallgroup.web.audit_log.models import record
from smallgroup.web.groups import forms, months, sections, verbs
from smallgroup.web.groups.doors import group_to_change, group_to_read, shown, user_of
from smallgroup.web.groups.models import ApplicationRevision, Group
from smallgroup.web.groups.views import filled_in


def latest(group: Group) -> ApplicationRevision | None:
    found: ApplicationRevision | None = group.applications.select_related("made_by").order_by("-number").first()
    return found


def tree_of(group: Group, revision: ApplicationRevision | None) -> dict[str, Any]:
    return forms.tree_of(revision.text) if revision else {"group": {"legal_name": group.legal_name}}


@require_GET
@signed_in
def application(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_to_read(request, group)
    revision = latest(held)
    tree = tree_of(held, revision)
    filled = [(one, *filled_in(one, tree)) for one in sections.sections()]
    return render(request, "groups/application.html", shown(
        request, held, "application", revision=revision, filled=filled, seen=revision.number if revision else 0,
    ))  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def application_section(request: HttpRequest, group: UUID, section: str) -> HttpResponse:
    held = group_to_change(request, group) if request.method == "POST" else group_to_read(request, group)
    every = sections.sections()
    place = next((at for at, one in enumerate(every) if one.id == section), None)
    if place is None:
        raise Http404
    chosen = every[place]
    revision = latest(held)
    now = tree_of(held, revision)
    asking = sections.asking(now, clock.today())
    tree, problems, told, status = now, list[Problem](), list[tuple[str, str, str]](), 200
    if request.method == "POST":
        tree, problems = _typed(request, chosen, now, asking)
        told = _overtaken(request, held, chosen, revision, tree)
        status = 422
        if "fill" in request.POST:
            status = 422 if problems else 200
        elif told:
            status = 409
        elif not problems:
            try:
                text = forms.text_of(tree)
                verbs.revise_application(held, text, by=user_of(request), seen=revision.number if revision else 0,
                                         why=chosen.title)  # fmt: skip
            except Refused as refused:
                problems += refused.problems
            else:
                messages.success(request, f"{chosen.title}: saved.")
                return _onward(request, held, place)
    parts, others = forms.parts_of(chosen.paths, tree, asking, problems)
    return render(request, "groups/section.html", shown(
        request, held, "application", section=chosen, parts=parts, others=others, problems=problems, told=told,
        seen=revision.number if revision else 0, revision=revision, sections=every, status=status,
        previous=every[place - 1] if place else None, next=every[place + 1] if place + 1 < len(every) else None,
        no_plans=sections.why_no_plans(now, clock.today()) if chosen.id == "plans" else "",
        paste=request.POST.get("paste", "") if problems else "",
        back=_back(request.POST.get("back") or request.GET.get("back", "")),
    ), status=status)  # fmt: skip


def _typed(request: HttpRequest, section: sections.Section, now: forms.Tree, asking: forms.Asking
           ) -> tuple[dict[str, Any], list[Problem]]:  # fmt: skip
    """The application with what was typed in this section, and what no reader would understand in it."""
    tree = dict(now)
    for path in section.paths:
        tree = forms.put(tree, path, forms.typed(request.POST, path, asking))
    problems = list(forms.unfit(tree, section.paths))
    pasted = request.POST.get("paste", "")
    if "workforce" in section.paths and pasted.strip():
        rows, wrong = months.pasted(pasted)
        problems += wrong
        if rows:
            held = tree.get("workforce") or []
            there = {row["month"] for row in rows}
            kept = [row for row in held if row.get("month") not in there]
            tree = forms.put(tree, "workforce", sorted([*kept, *rows], key=lambda row: str(row.get("month", ""))))
    return tree, problems


def _overtaken(
    request: HttpRequest, group: Group, section: sections.Section, revision: ApplicationRevision | None,
    tree: dict[str, Any],
) -> list[tuple[str, str, str]]:  # fmt: skip
    """What somebody else has changed in this section since the form was loaded: field, what it is now, what was typed.

    A change elsewhere in the application is no reason to stop: this section is laid over it.
    """
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 8 else 0
    if revision is None or number == revision.number:
        return []
    before = group.applications.filter(number=number).first()
    was = forms.flat(tree_of(group, before) if before else {})
    now, typed = forms.flat(forms.tree_of(revision.text)), forms.flat(tree)
    mine = [path for path in sorted({*was, *now}) if was.get(path) != now.get(path) and _inside(path, section.paths)]
    return [(label(path), now.get(path, "not known"), typed.get(path, "not known")) for path in mine]


def _inside(path: str, paths: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in paths)


def label(path: str) -> str:
    """`group.affiliates[0].ein` → `Affiliated companies 1, EIN`."""
    said, walked = [], ""
    for key in path.split("."):
        name, _, place = key.partition("[")
        walked = f"{walked}.{name}" if walked else name
        known = sections.WORDS.get(walked)
        if known or walked not in ("group", "application"):
            text = known.label if known else name.replace("_", " ").capitalize()
            said.append(f"{text} {int(place.rstrip(']')) + 1}" if place else text)
    return ", ".join(said)


_BACK = {"case": "group_case", "check": "group_check"}


def _back(word: str) -> str:
    return word if word in _BACK else ""


def _onward(request: HttpRequest, group: Group, place: int) -> HttpResponse:
    every = sections.sections()
    back = _back(request.POST.get("back", ""))
    if back:
        return cast(HttpResponse, redirect(_BACK[back], group.pk))
    if "onward" in request.POST and place + 1 < len(every):
        return cast(HttpResponse, redirect("application_section", group.pk, every[place + 1].id))
    return cast(HttpResponse, redirect("application_section", group.pk, every[place].id))


@require_GET
@signed_in
def application_download(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_to_read(request, group)
    number = request.GET.get("revision", "")
    revisions = held.applications.order_by("-number")
    if number.isascii() and number.isdigit() and len(number) < 8:
        revisions = revisions.filter(number=int(number))
    revision = revisions.first()
    if revision is None:
        raise Http404
    record(user_of(request), "read", "application", revision.pk, group_id=held.pk, why="downloaded")
    return HttpResponse(revision.text, headers={
        "Content-Type": "application/yaml; charset=utf-8",
        "Content-Disposition": 'attachment; filename="group.yaml"',
    })  # fmt: skip


@require_POST
@signed_in
def application_upload(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_to_change(request, group)
    file = request.FILES.get("file")
    if file is None:
        raise Refused(Problem("group.yaml", "no file was chosen.", "Choose one."))
    if (file.size or 0) > min(settings.UPLOAD_BYTES, 4_000_000):
        raise Refused(Problem("group.yaml", "it is over 4 MB, far more than such a file holds.", "Check the file."))
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(Problem("group.yaml", "it is no text.", "Choose a group.yaml.")) from None
    seen = request.POST.get("seen", "")
    revision = verbs.revise_application(
        held, text, by=user_of(request), seen=int(seen) if seen.isascii() and seen.isdigit() else None,
        why="Uploaded as group.yaml",
    )  # fmt: skip
    messages.success(request, f"The application is revision {revision.number} now.")
    return cast(HttpResponse, redirect("group_application", held.pk))


@require_GET
@signed_in
def application_history(request: HttpRequest, group: UUID) -> HttpResponse:
    """Every revision, and the difference between two of them, by field."""
    held = group_to_read(request, group)
    revisions = list(held.applications.select_related("made_by").order_by("-number"))
    numbers = {one.number: one for one in revisions}
    after = numbers.get(_number(request.GET.get("after")), revisions[0] if revisions else None)
    before = numbers.get(_number(request.GET.get("before")), numbers.get(after.number - 1) if after else None)
    rows = []
    if after is not None:
        was = forms.flat(forms.tree_of(before.text)) if before else {}
        now = forms.flat(forms.tree_of(after.text))
        rows = [(label(path), was.get(path), now.get(path)) for path in dict.fromkeys([*was, *now])
                if was.get(path) != now.get(path)]  # fmt: skip
    return render(request, "groups/history.html", shown(
        request, held, "application", revisions=revisions, before=before, after=after, rows=rows,
    ))  # fmt: skip


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else -1


