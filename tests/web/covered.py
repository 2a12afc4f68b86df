"""A bakery on its way: submitted, approved, enrolled; for the tests of coverage."""

from __future__ import annotations

from datetime import date
from typing import Any

from smallgroup.web.cases.models import Case, Kind, State
from smallgroup.web.cases.verbs import submit
from smallgroup.web.census_work import frame_of, read_file
from smallgroup.web.coverage import final_census, verbs
from smallgroup.web.coverage.forms import asked
from smallgroup.web.coverage.models import Change, Enrollment
from smallgroup.web.groups.models import Group, Stage
from smallgroup.web.groups.verbs import make_group, move, revise_application, revise_census
from smallgroup.web.sample import hand_in_papers
from tests.web.conftest import EXAMPLES, TODAY

CENSUS = (EXAMPLES / "census.xlsx").read_bytes()
STARTS = date(2025, 10, 1)


def make_bakery(people: Any, *, name: str = "Example Crumb Bakery Inc", text: str | None = None) -> Group:
    group = make_group(organization=people.oak, legal_name=name, state="GA", by=people.ada)
    text = text or (EXAMPLES / "group.yaml").read_text().replace("Example Crumb Bakery Inc", name)
    revise_application(group, text, by=people.ada)
    census = read_file(CENSUS, "census.xlsx", as_of=TODAY)
    revise_census(group, census.members, by=people.ada, original_name="census.xlsx")
    hand_in_papers(group, by=people.ada)
    return group


def approve(case: Case, people: Any) -> None:
    """As the underwriter's side does."""
    Case.objects.filter(pk=case.pk).update(state=State.APPROVED)
    if case.kind == Kind.NEW:
        move(case.group, Stage.APPROVED, come_from=(Stage.SUBMITTED,), by=people.uma)


def make_approved(people: Any) -> Group:
    group = make_bakery(people)
    approve(submit(group, by=people.ada), people)
    group.refresh_from_db()
    return group


def enroll(enrollment: Enrollment, by: Any, because: str = "") -> None:
    worse = [one["title"] for one in final_census.held_against(enrollment, by=by).worse]
    verbs.enroll(enrollment, frame_of(enrollment.final.open()), worse=worse, by=by, accepted_because=because)


def make_enrolled(people: Any) -> Group:
    group = make_approved(people)
    enroll(verbs.hand_in_final(group, CENSUS, "final.xlsx", by=people.ada), people.ada)
    group.refresh_from_db()
    return group


def as_csv(change: Any = None) -> bytes:
    """The example's census as a CSV, its rows changed."""
    import polars as pl

    frame = read_file(CENSUS, "census.xlsx", as_of=TODAY).members.drop("row").with_columns(
        pl.col("^.*hours_per_week|ownership_percent|weekly_pay|works_in_area_percent$") / 100
    )  # fmt: skip
    return (change(frame) if change else frame).write_csv().encode()


def changed(group: Group, kind: str, data: dict[str, str], by: Any, *, today: date, seen: int | None = None) -> Change:
    from smallgroup.group import read_group

    year = verbs.year_on(group, today)
    assert year is not None
    wanted = asked(kind, data, read_group(year.application.text), today=today)
    number = verbs.latest_number(group) if seen is None else seen
    return verbs.change(group, kind, wanted.holds_from, wanted.make, reason=wanted.reason, seen=number, by=by)


HIRE = {
    "reason": "hire", "first_name": "Juniper", "last_name": "Example", "date_of_birth": "1990-05-05",
    "hired_on": "2025-10-06", "worker_type": "w2", "hours_per_week": "40", "election": "enroll",
    "plan_id": "KP-GA-SILVER-1", "tobacco": "no",
}  # fmt: skip
END = {"member_id": "2-1", "reason": "end_of_employment", "last_day": "2025-10-31"}
MARRY = {
    "member_id": "2-1", "reason": "marriage", "relationship": "spouse", "first_name": "Fig", "last_name": "Example",
    "date_of_birth": "1975-01-02", "from": "2025-10-20", "tobacco": "no",
}  # fmt: skip
