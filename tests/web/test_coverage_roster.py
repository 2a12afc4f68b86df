"""Any sequence of changes, dated back and ahead, gives the roster of a plain model on every day."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from smallgroup.dates import add_days
from smallgroup.errors import Refused
from smallgroup.web.coverage.roster import (
    Dated,
    Operation,
    frame_of_rows,
    next_family,
    next_member,
    operation_of,
    roster_on,
    rows_of,
)

START = date(2025, 10, 1)
DAYS = 40


def employee(number: int) -> dict[str, Any]:
    return {"family_id": str(number), "member_id": f"{number}-1", "relationship": "employee", "first_name": "A",
            "last_name": f"N{number}", "date_of_birth": date(1990, 1, 1), "election": "enroll"}  # fmt: skip


FIRST = rows_of(frame_of_rows([employee(1), employee(2)]))
steps = st.lists(st.tuples(st.sampled_from(["hire", "dependent", "end"]), st.integers(0, DAYS), st.integers(0, 9)),
                 max_size=12)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(steps)
def test_the_roster_of_every_day_is_that_of_a_plain_model(steps: list[tuple[str, int, int]]) -> None:
    """The model: for each member the day on which they come, and the day on which they go; a family goes together."""
    comes: dict[str, int] = {"1-1": 0, "2-1": 0}
    goes: dict[str, int] = {}
    ended: dict[str, int] = {}  # by a change of their own, and not with their family
    changes: list[Dated] = []
    for kind, at, pick in steps:
        families = {one.partition("-")[0] for one in comes}
        if kind == "hire":
            family = next_family(families)
            operation = Operation("hire", f"{family}-1", {**employee(int(family)), "family_id": family})
        elif kind == "dependent":
            family = sorted(families, key=int)[pick % len(families)]
            member = next_member(family, comes)
            operation = Operation("dependent", member, {
                "family_id": family, "relationship": "child", "first_name": member, "last_name": "N",
                "date_of_birth": date(2020, 1, 1),
            })  # fmt: skip
        else:
            operation = Operation("end", sorted(comes)[pick % len(comes)])
        tried = [*changes, Dated(add_days(START, at), len(changes) + 1, operation_of(operation.as_bytes()))]
        try:
            roster_on(FIRST, tried, date.max)
        except Refused:
            assert not fits(kind, operation.member_id, at, comes, goes, ended), (kind, operation.member_id, at)
            continue
        assert fits(kind, operation.member_id, at, comes, goes, ended), (kind, operation.member_id, at)
        changes = tried
        if kind == "end":
            ended[operation.member_id] = at
            for one in of_family(operation.member_id, comes) if operation.member_id.endswith("-1") else [
                operation.member_id
            ]:
                if goes.get(one, DAYS + 1) > at:
                    goes[one] = at
        else:
            comes[operation.member_id] = at
            employees = f"{operation.member_id.partition('-')[0]}-1"
            if kind == "dependent" and employees in goes:
                goes[operation.member_id] = goes[employees]
    for at in range(DAYS + 1):
        found = [row["member_id"] for row in roster_on(FIRST, changes, add_days(START, at))]
        expected = {one for one, day in comes.items() if day <= at < goes.get(one, DAYS + 1)}
        assert sorted(found) == sorted(expected), at


def of_family(employee_id: str, comes: dict[str, int]) -> list[str]:
    return [one for one in comes if one.partition("-")[0] == employee_id.partition("-")[0]]


def fits(kind: str, member: str, at: int, comes: dict[str, int], goes: dict[str, int], ended: dict[str, int]) -> bool:
    """Whether a change fits: who ends is there until then and does nothing later; who comes has an employee."""
    def there(one: str) -> bool:
        return comes.get(one, DAYS + 1) <= at < goes.get(one, DAYS + 1)

    if kind == "hire":
        return True
    if kind == "dependent":
        return there(f"{member.partition('-')[0]}-1")
    if not there(member) or member in ended:
        return False
    family = of_family(member, comes) if member.endswith("-1") else [member]
    return not any(comes[one] > at or ended.get(one, -1) > at for one in family)


def test_what_is_sealed_is_read_back() -> None:
    kept = Operation("hire", "9-1", {"family_id": "9", "date_of_birth": date(2000, 2, 29), "hours_per_week": 3750})
    assert operation_of(kept.as_bytes()) == kept


def test_an_id_is_never_given_twice() -> None:
    assert next_family({"2", "10", "x", "007"}) == "11"
    assert next_family(set()) == "1"
    assert next_member("3", {"3-1", "3-3"}) == "3-2"
