"""An agency's groups as a list: searched, filtered, sorted, in pages, with counts by stage; no row is decrypted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import QueryDict

from smallgroup.dates import first_of_next_month
from smallgroup.web.accounts.models import Membership, Organization, User
from smallgroup.web.cases.models import OPEN_STATES, Case, State
from smallgroup.web.groups.models import ApplicationRevision, CensusRevision, Group, Stage, agencies_of

if TYPE_CHECKING:
    from smallgroup.web.accounts.access import Person

PAGE = 50
SORTS = {
    "name": ("Name", ("legal_name", "id")),
    "effective": ("Effective date", ("effective_date", "id")),
    "latest": ("Latest first", ("-made_at", "id")),
}


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see; what cannot be meant is left out."""

    words: str = ""
    stage: str = ""
    broker: UUID | None = None
    agency: UUID | None = None
    month: date | None = None
    sort: str = "name"
    page: int = 1

    @property
    def month_text(self) -> str:
        return f"{self.month:%Y-%m}" if self.month else ""

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.stage or self.broker or self.agency or self.month)


def asked(query: QueryDict) -> Asked:
    month = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", query.get("month", ""), re.ASCII)
    page = query.get("page", "1")
    return Asked(
        words=query.get("q", "").replace("\0", "").strip()[:100],
        stage=query.get("stage", "") if query.get("stage") in Stage.values else "",
        broker=_uuid(query.get("broker", "")),
        agency=_uuid(query.get("agency", "")),
        month=date(int(month[1]), int(month[2]), 1) if month and int(month[1]) else None,
        sort=query.get("sort", "") if query.get("sort") in SORTS else "name",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 and int(page) else 1,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass
class Row:
    """A group as the list shows it, with its latest case where it has one, and what is missing."""

    group: Group
    case: Case | None = None
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    rows: Sequence[Row]
    asked: Asked
    stages: Sequence[tuple[str, str, int]]
    total: int
    all: int
    agencies: Sequence[Organization]
    brokers: Sequence[User]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        return (self.asked.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def groups_for(person: Person, query: QueryDict) -> Found:
    """The same number of queries however many groups there are."""
    wanted = asked(query)
    agencies = list(agencies_of(person).order_by("name"))
    theirs = [one.pk for one in agencies]
    chosen = [wanted.agency] if wanted.agency in theirs else theirs
    held = _narrowed(Group.objects.filter(organization__in=chosen), wanted)
    counts = dict(held.order_by().values_list("stage").annotate(count=Count("*")))
    total = counts.get(wanted.stage, 0) if wanted.stage else sum(counts.values())
    if wanted.stage:
        held = held.filter(stage=wanted.stage)
    begin = (wanted.page - 1) * PAGE
    # What belongs to the rows is read for the page alone: joined, it would be joined to every row before the sort.
    page = list(held.prefetch_related("organization", "broker").order_by(*SORTS[wanted.sort][1])[begin : begin + PAGE])
    brokers = User.objects.filter(pk__in=Membership.objects.filter(organization__in=theirs).values("user"))
    return Found(
        _rows(page), wanted, [(one.value, one.label, counts.get(one.value, 0)) for one in Stage], total,
        sum(counts.values()), agencies, list(brokers.order_by("name")),
    )  # fmt: skip


def _narrowed(groups: QuerySet[Group], wanted: Asked) -> QuerySet[Group]:
    for word in wanted.words.lower().split():
        groups = groups.filter(searched__contains=word)
    if wanted.broker:
        groups = groups.filter(broker=wanted.broker)
    if wanted.month:
        groups = groups.filter(effective_date__gte=wanted.month, effective_date__lt=first_of_next_month(wanted.month))
    return groups


def _rows(page: Sequence[Group]) -> list[Row]:
    ids = [one.pk for one in page]
    latest = {one.group_id: one for one in Case.objects.filter(group__in=ids).order_by("number")}
    applied = set(ApplicationRevision.objects.filter(group__in=ids).values_list("group", flat=True).distinct())
    counted = set(CensusRevision.objects.filter(group__in=ids).values_list("group", flat=True).distinct())
    rows = []
    for group in page:
        row = Row(group, latest.get(group.pk))
        if group.pk not in applied:
            row.missing.append("application")
        if group.pk not in counted:
            row.missing.append("census")
        if row.case is not None and row.case.state in OPEN_STATES:
            row.missing += _waits_for(row.case)
        rows.append(row)
    return rows


def _waits_for(case: Case) -> list[str]:
    said = []
    if case.missing_papers:
        said.append("1 paper" if case.missing_papers == 1 else f"{case.missing_papers} papers")
    if case.state == State.PENDED and len(case.open_clauses):
        open_ = len(case.open_clauses)
        said.append("1 open clause" if open_ == 1 else f"{open_} open clauses")
    return said
