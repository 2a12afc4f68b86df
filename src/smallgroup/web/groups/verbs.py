"""What is done with a group: each verb one function, one transaction, one audit line, and it knows who."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from smallgroup.errors import Problem, Refused, did_you_mean
from smallgroup.group import read_group
from smallgroup.rating.area import plain_county
from smallgroup.web import census_work, clock
from smallgroup.web.accounts.access import MAY
from smallgroup.web.accounts.models import Membership
from smallgroup.web.audit_log.models import record
from smallgroup.web.groups import forms, sections
from smallgroup.web.groups.models import ApplicationRevision, Group, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl

    from smallgroup.web.accounts.models import Organization, User
    from smallgroup.web.groups.models import CensusRevision
    from smallgroup.web.vault.models import Sealed


@transaction.atomic
def make_group(
    *, organization: Organization, legal_name: str, state: str, by: User, county: str = "", broker: User | None = None
) -> Group:
    group = Group.objects.create(
        organization=organization, legal_name=legal_name.strip(), state=state, county=county, broker=broker or by,
        made_by=by,
    )  # fmt: skip
    record(by, "make", "group", group.id, group_id=group.id)
    return group


@transaction.atomic
def begin_group(
    *, organization: Organization, by: User, legal_name: str, state: str, county: str, zip_code: str, effective: str
) -> Group:
    """A prospect with the first revision of its application. Raises Refused with all that is wrong at once."""
    typed = {"group.legal_name": legal_name, "group.address.county": county, "group.address.zip": zip_code,
             "application.effective_date": effective}  # fmt: skip
    tree: dict[str, Any] = {}
    for path, text in typed.items():
        tree = forms.put(tree, path, text.strip() or None)
    if forms.at(tree, "group.address"):
        tree = forms.put(tree, "group.address.state", state)
    problems = []
    if not legal_name.strip():
        problems.append(_at("group.legal_name", "it is empty.", "Write the name of the employer."))
    elif len(legal_name.strip()) > 200:
        problems.append(_at("group.legal_name", "it is over 200 characters.", "Write the name alone."))
    known = [name for name, _ in sections.counties(clock.today())]
    if county.strip() and plain_county(county) not in map(plain_county, known):
        problems.append(_at("group.address.county", f"{county.strip()!r} is not a county of {state}.",
                            did_you_mean(county, known)))  # fmt: skip
    if zip_code.strip() and not re.fullmatch(r"\d{5}(-\d{4})?", zip_code.strip(), re.ASCII):
        problems.append(_at("group.address.zip", f"{zip_code.strip()!r} is no ZIP code.", "Write five digits."))
    try:
        text = forms.text_of(tree)
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(problems)
    group = make_group(organization=organization, legal_name=legal_name, state=state, by=by, county=county.strip())
    revise_application(group, text, by=by, why="The prospect as it was written down first")
    group.refresh_from_db()
    return group


def _at(path: str, why: str, fix: str) -> Problem:
    return Problem(sections.WORDS[path].label, why, fix, field=path)


@transaction.atomic
def give_to(group: Group, broker: User | None, *, by: User, seen: User | None) -> None:
    """Another broker for a group; nobody may be it. Raises Refused where they do not sell there, or where somebody
    else has changed it since."""
    places = [group.organization_id, group.organization.general_agency_id]
    theirs = Membership.objects.filter(user=broker, organization__in=[one for one in places if one], ended_at=None,
                                       role__in=MAY["sell"])  # fmt: skip
    if broker is not None and not theirs.exists():
        raise Refused(Problem("Broker", f"{broker} does not sell for {group.organization}.", "Choose one of the list."))
    if Group.objects.filter(pk=group.pk, broker=seen).update(broker=broker) != 1:
        raise Refused(Problem("Broker", "somebody else has changed it since you opened this.",
                              "Look at it as it is now, and change it again."))  # fmt: skip
    record(by, "give", "group", group.pk, group_id=group.pk, broker=broker.pk if broker else "",
           before=seen.pk if seen else "")  # fmt: skip


@transaction.atomic
def revise_application(
    group: Group, text: str, *, by: User, seen: int | None = None, why: str = ""
) -> ApplicationRevision:
    """The next revision of the application; the same text again is no revision.

    `seen` is the number of the revision that the writer saw. Raises Refused where the text is no application, or
    where somebody else has written one since.
    """
    file = read_group(text, file="The application")
    held = Group.objects.select_for_update().get(pk=group.pk)
    last = held.applications.order_by("-number").first()
    if seen is not None and (last.number if last else 0) != seen:
        raise Refused(Problem("The application", f"{last.made_by if last else 'somebody'} has changed it since you "
                              "opened it.", "Look at it as it is now, and change it again."))  # fmt: skip
    if last is not None and last.text == text:
        return last
    revision = ApplicationRevision.objects.create(
        group=held, number=(last.number if last else 0) + 1, text=text, why=why, made_by=by
    )
    named = {"legal_name": file.group.legal_name, "effective_date": file.application.effective_date}
    if file.group.address and file.group.address.county:
        named["county"] = file.group.address.county
    Group.objects.filter(pk=held.pk).update(**{key: value for key, value in named.items() if value is not None})
    record(by, "revise", "application", revision.id, group_id=held.id, number=revision.number)
    return revision


@transaction.atomic
def revise_census(
    group: Group, members: pl.DataFrame, *, by: User, notices: Sequence[str] = (), original: Sealed | None = None,
    original_name: str = "", holds_from: date | None = None, why: str = "", seen: int | None = None,
) -> CensusRevision:  # fmt: skip
    """The next revision of the census. `seen` is the number of the last one that its writer saw: where somebody has
    handed in another since, Refused is raised."""
    held = Group.objects.select_for_update().get(pk=group.pk)
    last = held.censuses.select_related("made_by").order_by("-number").first()
    if seen is not None and (last.number if last else 0) != seen:
        raise Refused(Problem("The census", f"{last.made_by if last else 'somebody'} has handed in another since you "
                              "opened this page.", "Look at that one first; then hand yours in again."))  # fmt: skip
    revision = census_work.keep_census(
        members, group=held, by=by, notices=notices, original=original, original_name=original_name,
        holds_from=holds_from, why=why,
    )  # fmt: skip
    record(by, "revise", "census", revision.id, group_id=held.id, number=revision.number)
    return revision


def open_census(revision: CensusRevision, *, by: User | str, why: str) -> pl.DataFrame:
    """The members of a census. That somebody read them, and why, is a line of the audit log."""
    record(by, "read", "census", revision.id, group_id=revision.group_id or "", why=why)
    return revision.frame()


def next_number(revisions: object) -> int:
    found: int | None = revisions.aggregate(last=Max("number"))["last"]  # type: ignore[attr-defined]
    return (found or 0) + 1


def move(group: Group, to: Stage, *, come_from: Sequence[Stage], by: User, why: str = "") -> None:
    """One step of a group's life, in the caller's transaction. Raises Refused when it is elsewhere by now."""
    moved = Group.objects.filter(pk=group.pk, stage__in=come_from).update(stage=to)
    if moved != 1:
        now = Group.objects.get(pk=group.pk)
        raise Refused(Problem(f"{now}", f"it is {now.get_stage_display().lower()}, so it cannot become "
                              f"{Stage(to).label.lower()}.", "Look at it as it is now."))  # fmt: skip
    record(by, "move", "group", group.pk, group_id=group.pk, to=str(to), why=why)
