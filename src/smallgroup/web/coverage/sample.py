"""The sample's covered groups: one in the middle of its year, one whose anniversary is near. Everybody is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from smallgroup.group import read_group
from smallgroup.group.write import group_text
from smallgroup.web import clock
from smallgroup.web.coverage import verbs
from smallgroup.web.coverage.forms import asked
from smallgroup.web.groups.verbs import make_group, revise_application, revise_census

if TYPE_CHECKING:
    from smallgroup.census.read import Census
    from smallgroup.web.accounts.models import Organization, User

COVERED_SINCE = {"Example Tide Charts Inc": date(2025, 7, 1), "Example Acorn Books Inc": date(2024, 11, 1)}
_CHANGES = (
    ("hire", {
        "reason": "hire", "first_name": "Sorrel", "last_name": "Example", "date_of_birth": "1994-02-02",
        "hired_on": "2025-08-04", "worker_type": "w2", "hours_per_week": "40", "election": "enroll",
        "plan_id": "KP-GA-SILVER-1", "tobacco": "no",
    }),
    ("end", {"member_id": "10-1", "reason": "voluntary", "last_day": "2025-09-30"}),
)  # fmt: skip


def load(agency: Organization, broker: User, text: str, census: Census) -> None:
    for name, since in COVERED_SINCE.items():
        file = read_group(text)
        file = replace(
            file, group=replace(file.group, legal_name=name),
            application=replace(file.application, effective_date=since, complete_on=None),
        )  # fmt: skip
        group = make_group(organization=agency, legal_name=name, state="GA", by=broker)
        revise_application(group, group_text(file), by=broker)
        revise_census(group, census.members, by=broker)
        verbs.bring_in(group, starts_on=since, by=broker)
        group.refresh_from_db()
    group = agency.groups.get(legal_name="Example Tide Charts Inc")
    for number, (kind, data) in enumerate(_CHANGES):
        wanted = asked(kind, data, file, today=clock.today())
        verbs.change(group, kind, wanted.holds_from, wanted.make, reason=wanted.reason, seen=number, by=broker)
