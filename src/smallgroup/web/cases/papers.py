"""Papers of a group: handed in, said what they are, taken back, and read. The carrier judges them elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from smallgroup.errors import Problem, Refused
from smallgroup.group.papers import PAPERS
from smallgroup.web import clock
from smallgroup.web.audit_log.models import record
from smallgroup.web.cases.models import Paper
from smallgroup.web.file_types import file_type
from smallgroup.web.vault.models import seal

if TYPE_CHECKING:
    from smallgroup.web.accounts.models import User
    from smallgroup.web.groups.models import Group

SHOWS = {"hours": "hours", "ytd_deductions": "taxes of the year to date", "professional": "made by a payroll provider"}
"""What a paper may show beside its kind, in group.yaml's words and in people's."""
_PERIOD = re.compile(r"\d{4}(-Q[1-4]|-\d{2}(-\d{2})?)?(/\d{4}-\d{2}-\d{2})?")
_UNSAFE = re.compile(r"[^\w .()+,&'-]+")


def hand_in(
    group: Group, files: Sequence[tuple[str, bytes]], *, kind: str, by: User, for_member: str = "", period: str = "",
    shows: Sequence[str] = (),
) -> tuple[list[Paper], list[Problem]]:  # fmt: skip
    """Keep each file as a paper of a kind, sealed; a file that is not taken does not lose the others.

    What was kept, and why each of the others was not. Raises Refused where what is said of them is wrong, and then
    nothing is kept.
    """
    problems = _said_wrong(kind, for_member, period, shows)
    if not files:
        problems.append(Problem("Files", "none was chosen.", "Choose one or several.", field="files"))
    if problems:
        raise Refused(problems)
    kept: list[Paper] = []
    refused: list[Problem] = []
    for name, data in files:
        try:
            kept.append(_keep(group, name, data, kind=kind, by=by, for_member=for_member.strip(),
                              period=period.strip().upper(), shows=list(shows)))  # fmt: skip
        except Refused as not_taken:
            refused += not_taken.problems
    return kept, refused


@transaction.atomic
def _keep(
    group: Group, name: str, data: bytes, *, kind: str, by: User, for_member: str, period: str, shows: list[str]
) -> Paper:
    name = safe_name(name)
    if len(data) > settings.UPLOAD_BYTES:
        most = settings.UPLOAD_BYTES // 2**20
        raise Refused(Problem(name, f"it is over {most} MB.", "Scan it with less color, or in parts."))
    found = file_type(data, name)
    sealed = seal(data, kind="upload", media_type=found.media_type)
    same = Paper.objects.filter(group=group, removed_at=None, file__sha256=sealed.sha256, kind=kind,
                                for_member=for_member, period=period)  # fmt: skip
    if same.exists():
        raise Refused(Problem(name, f"the very same file is here already as {PAPERS[kind].name}.",
                              "Nothing more is to be done with it."))  # fmt: skip
    paper = Paper.objects.create(
        group=group, kind=kind, for_member=for_member, period=period, shows=shows, file=sealed, name=name,
        received_on=clock.today(), made_by=by,
    )  # fmt: skip
    record(by, "hand in", "paper", paper.id, group_id=group.pk, paper=kind, sha256=sealed.sha256)
    return paper


def safe_name(name: str) -> str:
    """The file's own name without folders and signs that a header or a shell could take for its own."""
    return _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")[-150:] or "paper"


def _said_wrong(kind: str, for_member: str, period: str, shows: Sequence[str]) -> list[Problem]:
    problems = []
    if kind not in PAPERS:
        problems.append(Problem("What it is", "this is no kind of paper." if kind else "it was not said.",
                                "Choose one of the list.", field="kind"))  # fmt: skip
    if len(for_member.strip()) > 60:
        problems.append(Problem("For", "it is over 60 characters.", "Write the member's id in the census alone.",
                                field="for_member"))  # fmt: skip
    if period.strip() and not _PERIOD.fullmatch(period.strip().upper()):
        fix = "Write a quarter as 2025-Q2, a year as 2024, or a month as 2025-08."
        problems.append(Problem("Period", f"{period.strip()[:30]!r} is no period.", fix, field="period"))
    if set(shows) - set(SHOWS):
        problems.append(Problem("It shows", "one of the marks is not known.", "Tick those of the list.", field="shows"))
    return problems


@transaction.atomic
def describe(
    paper: Paper, *, kind: str, by: User, seen_kind: str, for_member: str = "", period: str = "",
    shows: Sequence[str] = (),
) -> None:  # fmt: skip
    """Say of a paper that it is something else. Raises Refused when it is judged by now, or was changed since."""
    problems = _said_wrong(kind, for_member, period, shows)
    if problems:
        raise Refused(problems)
    done = _unjudged(paper).filter(kind=seen_kind, removed_at=None).update(
        kind=kind, for_member=for_member.strip(), period=period.strip().upper(), shows=list(shows)
    )
    if done != 1:
        raise Refused(_too_late(paper))
    record(by, "describe", "paper", paper.pk, group_id=paper.group_id, paper=kind, before=seen_kind)


@transaction.atomic
def take_back(paper: Paper, *, by: User) -> None:
    """The paper counts no more; its file stays sealed. Raises Refused when the carrier has judged it."""
    if _unjudged(paper).filter(removed_at=None).update(removed_at=clock.now()) != 1:
        raise Refused(_too_late(paper))
    record(by, "take back", "paper", paper.pk, group_id=paper.group_id)


@transaction.atomic
def put_back(paper: Paper, *, by: User) -> None:
    """Undo a taking back."""
    if Paper.objects.filter(pk=paper.pk, removed_at__isnull=False).update(removed_at=None):
        record(by, "put back", "paper", paper.pk, group_id=paper.group_id)


def open_paper(paper: Paper, *, by: User, why: str) -> bytes:
    """The file of a paper. That somebody read it, and why, is a line of the audit log."""
    record(by, "read", "paper", paper.pk, group_id=paper.group_id, why=why)
    return paper.file.open()


def _unjudged(paper: Paper) -> QuerySet[Paper]:
    return Paper.objects.filter(pk=paper.pk, status=Paper.Status.RECEIVED)


def _too_late(paper: Paper) -> Problem:
    now = Paper.objects.get(pk=paper.pk)
    if now.status != Paper.Status.RECEIVED:
        return Problem(now.name, f"the carrier has {now.get_status_display().lower()} it already.",
                       "Hand in another beside it.")  # fmt: skip
    return Problem(now.name, "somebody else has changed it since you opened this page.", "Look at it as it is now.")
