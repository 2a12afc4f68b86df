"""The census of a group: handed in in any layout, mended by what is proposed, its revisions, and who changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from smallgroup.census.read import read_census
from smallgroup.census.repair import Change, repaired
from smallgroup.census.sheet import Sheet
from smallgroup.dates import add_days
from smallgroup.errors import Problem, Refused
from smallgroup.web import clock
from smallgroup.web.accounts.access import signed_in
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.papers import safe_name
from smallgroup.web.census_work import read_sheets
from smallgroup.web.groups import verbs
from smallgroup.web.groups.doors import group_to_change, group_to_read, shown, user_of
from smallgroup.web.groups.member_changes import difference
from smallgroup.web.groups.models import CensusRevision, Group
from smallgroup.web.vault.models import Sealed, seal

if TYPE_CHECKING:
    from smallgroup.census.read import Census
    from smallgroup.web.accounts.models import User

DAYS_KEPT = 2
"""A file with faults waits so long, sealed, for what is proposed to be accepted; then it is deleted."""


@dataclass(frozen=True, eq=False)
class Waiting:
    """A file that was handed in and is not a census yet."""

    name: str
    problems: Sequence[Problem]
    to_check: Sequence[Problem]

    @property
    def safe(self) -> int:
        return sum(bool(one.proposal and one.proposal.safe) for one in self.problems)

    @property
    def proposed(self) -> int:
        return sum(bool(one.proposal) for one in self.problems)


@require_GET
@signed_in
def group_census(request: HttpRequest, group: UUID) -> HttpResponse:
    held = group_to_read(request, group)
    revisions = list(held.censuses.select_related("made_by", "original").defer("original__body").order_by("-number"))
    waiting = _waiting(request, held)
    return render(request, "groups/census.html", shown(
        request, held, "census", revisions=revisions, waiting=waiting, seen=revisions[0].number if revisions else 0,
    ))  # fmt: skip


@require_POST
@signed_in
def census_upload(request: HttpRequest, group: UUID) -> HttpResponse:
    """Keep a file as the next census; or show what is wrong with it, and keep it for a while to be mended."""
    held = group_to_change(request, group)
    file = request.FILES.get("file")
    if file is None:
        raise Refused(Problem("The census", "no file was chosen.", "Choose a spreadsheet."))
    if (file.size or 0) > settings.UPLOAD_BYTES:
        raise Refused(Problem("The census", f"it is over {settings.UPLOAD_BYTES // 2**20} MB.", "Send the sheet of the "
                              "census alone."))  # fmt: skip
    data, name = file.read(), safe_name(file.name or "census")
    sheets, notices = read_sheets(data, name)
    return _taken(request, held, _Handed(data, name, sheets, notices), "nothing")


@require_POST
@signed_in
def census_accept(request: HttpRequest, group: UUID) -> HttpResponse:
    """What is proposed for the file that waits: the safe ones, or all of them."""
    held = group_to_change(request, group)
    key = request.session.get(_key(held))
    sealed = Sealed.objects.filter(pk=key["id"], purge_on__isnull=False).first() if key else None
    if key is None or sealed is None:
        raise Refused(Problem("The census", "its file is not here any more.", "Upload it again."))
    data = sealed.open()
    sheets, notices = read_sheets(data, key["name"])
    which = "all" if request.POST.get("accept") == "all" else "safe"
    return _taken(request, held, _Handed(data, key["name"], sheets, notices), which)


@dataclass(frozen=True, eq=False)
class _Handed:
    data: bytes
    name: str
    sheets: tuple[Sheet, ...]
    notices: tuple[str, ...]

    def mended(self, accept: Any) -> Any:
        def read(sheets: Sequence[Sheet]) -> Census:
            census = read_census(sheets, file=self.name, as_of=clock.today())
            return replace(census, notices=self.notices + census.notices) if self.notices else census

        return repaired(self.sheets, read, accept)


def _taken(request: HttpRequest, group: Group, handed: _Handed, accept: str) -> HttpResponse:
    found = handed.mended(accept)
    seen = request.POST.get("seen", "")
    if found.census is None:
        _keep_waiting(request, group, handed)
        waiting = Waiting(handed.name, found.problems, found.to_check)
        return _with_faults(request, group, waiting, found.changes)
    with transaction.atomic():
        original = seal(handed.data, kind="original", media_type="application/octet-stream")
        revision = verbs.revise_census(
            group, found.census.members, by=user_of(request), original=original, original_name=handed.name,
            notices=[*found.census.notices, *map(_said, found.changes)], why=request.POST.get("why", "").strip()[:300],
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 8 else None,
        )  # fmt: skip
    request.session.pop(_key(group), None)
    counted = revision.measures
    messages.success(request, f"The census is revision {revision.number} now: {counted['employees']} employees and "
                     f"{counted['dependents']} dependents.")  # fmt: skip
    for one in found.census.to_check[:5]:
        messages.warning(request, f"To check, though nothing is refused for it: {one}")
    return cast(HttpResponse, redirect("group_census", group.pk))


def _with_faults(request: HttpRequest, group: Group, waiting: Waiting, changes: Sequence[Change]) -> HttpResponse:
    revisions = list(group.censuses.select_related("made_by", "original").defer("original__body").order_by("-number"))
    return render(request, "groups/census.html", shown(
        request, group, "census", revisions=revisions, waiting=waiting, changes=changes,
        seen=request.POST.get("seen", ""),
    ), status=422)  # fmt: skip


def _said(change: Change) -> str:
    became = f"{change.old or 'empty'} became {change.new or 'empty'}" if change.what == "write" else change.what
    return f"{change.cell}: {became}. {change.why}"


def _key(group: Group) -> str:
    return f"census of {group.pk}"


def _keep_waiting(request: HttpRequest, group: Group, handed: _Handed) -> None:
    held = request.session.get(_key(group))
    if held and held["sha256"] == _sha256(handed.data):
        return
    sealed = seal(handed.data, kind="original", media_type="application/octet-stream",
                  purge_on=add_days(clock.today(), DAYS_KEPT))  # fmt: skip
    request.session[_key(group)] = {"id": str(sealed.pk), "name": handed.name, "sha256": sealed.sha256}


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _waiting(request: HttpRequest, group: Group) -> Waiting | None:
    """The file that was handed in before and has faults, read again."""
    held = request.session.get(_key(group))
    sealed = Sealed.objects.filter(pk=held["id"], purge_on__isnull=False).first() if held else None
    if held is None or sealed is None:
        return None
    sheets, notices = read_sheets(sealed.open(), held["name"])
    found = _Handed(b"", held["name"], sheets, notices).mended("nothing")
    return Waiting(held["name"], found.problems, found.to_check)


@require_POST
@signed_in
def census_drop(request: HttpRequest, group: UUID) -> HttpResponse:
    """Let go of the file that waits."""
    held = group_to_change(request, group)
    key = request.session.pop(_key(held), None)
    if key:
        Sealed.objects.filter(pk=key["id"], purge_on__isnull=False).delete()
    return cast(HttpResponse, redirect("group_census", held.pk))


@require_GET
@signed_in
def census_original(request: HttpRequest, group: UUID, number: int) -> HttpResponse:
    """The file as it came."""
    held = group_to_read(request, group)
    revision = held.censuses.select_related("original").filter(number=number).first()
    if revision is None or revision.original is None:
        raise Http404
    record(user_of(request), "read", "census", revision.pk, group_id=held.pk, why="its file was downloaded")
    return attachment(revision.original.open(), revision.original_name or "census", "application/octet-stream")


def attachment(data: bytes, name: str, media_type: str) -> HttpResponse:
    """A document that nobody's browser opens by itself."""
    return HttpResponse(data, headers={
        "Content-Type": media_type, "Content-Disposition": f'attachment; filename="{safe_name(name)}"',
        "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    })  # fmt: skip


@require_GET
@signed_in
def census_difference(request: HttpRequest, group: UUID) -> HttpResponse:
    """Who joined, who left and what changed between two revisions. Both are read, and the audit log says so."""
    held = group_to_read(request, group)
    by_number = {one.number: one for one in held.censuses.select_related("members")}
    after = _revision(by_number, request.GET.get("after"))
    before = _revision(by_number, request.GET.get("before"))
    if after is None or before is None:
        raise Http404
    user: User = user_of(request)
    why = f"the difference between revisions {before.number} and {after.number}"
    found = difference(
        verbs.open_census(before, by=user, why=why), verbs.open_census(after, by=user, why=why)
    )
    return render(request, "groups/census_difference.html", shown(
        request, held, "census", before=before, after=after, found=found,
    ))  # fmt: skip


def _revision(known: dict[int | None, CensusRevision], number: str | None) -> CensusRevision | None:
    return known.get(int(number)) if number and number.isascii() and number.isdigit() and len(number) < 8 else None
