"""One invented group of 50 employees and 147 members, made to be nasty; nobody in it is real.

Of its 24 families with children half have four or five; there are twins at the edge of the oldest three, a child
of 21 on the very day and one a day short of it, a birthday on February 29, and an employee and a spouse under 21.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from benchmarks.book import AS_OF, EFFECTIVE
from benchmarks.timing import ROOT
from smallgroup.census.fields import SCHEMA
from smallgroup.group import Contribution, GroupFile, read_group
from smallgroup.intake.rates_file import rates_file
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rulebook import Guideline, guideline

AREA = 3
EMPLOYEES, MEMBERS, PLANS = 50, 147, 44
CHILDREN = (5, 4, 4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 2, 1)  # 70, in 24 families
SPOUSES = EMPLOYEES // 2 + 2  # 27
COUNTIES = ("Fulton", "DeKalb", "Cobb", "Chatham", None)


@dataclass(frozen=True)
class OneGroup:
    """`members` answer and work in every way; `everybody` has no election yet, so that all are priced."""

    file: GroupFile
    members: pl.DataFrame
    everybody: pl.DataFrame
    rates: AreaRates
    guideline: Guideline

    @property
    def contribution(self) -> Contribution:
        promise = self.file.application.contribution
        assert promise is not None
        return promise


def rules() -> Guideline:
    return guideline("kp-ga-2025-07")


def one_group() -> OneGroup:
    """The example's application with all 44 plans offered, the example's rates, and the invented census."""
    rates = rates_file(ROOT / "examples" / "rates.csv").in_area(AREA, EFFECTIVE)
    assert len(rates.plans) == PLANS
    file = read_group((ROOT / "examples" / "group.yaml").read_text("utf-8"))
    application = replace(file.application, plans=tuple(plan.plan_id for plan in rates.plans))
    workforce = tuple(replace(month, full_time=44) for month in file.workforce or ())
    members = census()
    nobody_answered = members.with_columns(
        pl.lit(None, SCHEMA[name]).alias(name) for name in ("election", "waiver_reason")
    )
    return OneGroup(
        replace(file, application=application, workforce=workforce), members, nobody_answered, rates, rules()
    )


def census(seed: int = 147) -> pl.DataFrame:
    """A checked census, employees first in their families."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []

    def person(family: int, relationship: str, born: date, **facts: Any) -> None:
        rows.append({
            "family_id": f"F{family:02d}", "member_id": f"M{len(rows) + 1:03d}", "relationship": relationship,
            "date_of_birth": born, "county": COUNTIES[family % len(COUNTIES)], "tobacco": False, **facts,
        })  # fmt: skip

    for family in range(EMPLOYEES):
        born = date(2006, 4, 4) if family == 0 else _somebody_of(draw, 21, 66)
        person(family, "employee", born, **_work(draw, family))
        if family % 2 == 0 or family < 4:
            spouse = date(2005, 10, 2) if family == 0 else _somebody_of(draw, 23, 66)
            person(family, "spouse" if family % 5 else "domestic_partner", spouse)
        for child in _children(draw, family):
            person(family, "child", child)
    draw.shuffle(rows)
    members = pl.DataFrame({name: [row.get(name) for row in rows] for name in SCHEMA}, schema=SCHEMA)
    assert members.height == MEMBERS
    assert (members["relationship"] == "employee").sum() == EMPLOYEES
    return members


def _children(draw: random.Random, family: int) -> list[date]:
    if family >= len(CHILDREN):
        return []
    born = [_somebody_of(draw, 0, 20) for _ in range(CHILDREN[family])]
    special = {
        1: [date(2004, 10, 1), date(2004, 10, 2)],  # 21 on the effective date, and a day short of it
        2: [date(2010, 6, 6), date(2010, 6, 6), date(2010, 6, 6)],  # triplets around the third place
        3: [date(2008, 2, 29), date(2008, 2, 29)],
        4: [date(1999, 1, 1), date(2002, 12, 31)],  # both over 21
    }.get(family, [])
    return special + born[len(special) :]


def _somebody_of(draw: random.Random, youngest: int, oldest: int) -> date:
    return EFFECTIVE - timedelta(days=draw.randrange(youngest * 366, oldest * 365))


def _work(draw: random.Random, family: int) -> dict[str, Any]:
    """Two owners, some 1099 workers, answers of every kind, and a few facts that are not known."""
    owner, contractor = family in (1, 7), family % 11 == 5
    answer = draw.choices(("enroll", "waive", "decline", None), (66, 20, 12, 2))[0]
    reasons = ("spouse_group", "medicaid", "individual", "other_carrier_same_employer")
    return {
        "worker_type": "corporate_owner" if owner else "1099" if contractor else "w2",
        "paid_on": "1099" if contractor else "w2",
        "ownership_percent": 50_00 if owner else 0,
        "related_to_owner": "self" if owner else "child" if family == 9 else "none",
        "hours_per_week": draw.choice((24_00, 30_00, 37_50, 40_00, 40_00)) if family % 20 else None,
        "status": "paid_leave" if family == 12 else "active",
        "hired_on": AS_OF - timedelta(days=draw.randrange(4000)),
        "election": answer,
        "waiver_reason": draw.choice(reasons) if answer == "waive" else None,
        "works_in_area_percent": None if family % 3 else 100_00,
    }
