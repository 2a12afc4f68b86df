"""Groups for the laws: an ordinary file, and people by line, as the scenarios have them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from smallgroup.census.fields import SCHEMA
from smallgroup.rulebook import guideline

GUIDE = guideline("kp-ga-2025-07")
AS_OF = date(2025, 9, 12)
ORDINARY = (Path(__file__).parents[1] / "scenarios" / "ordinary.yaml").read_text("utf-8")
PERSON: dict[str, Any] = {
    "relationship": "employee", "date_of_birth": date(1985, 10, 1), "county": "Fulton", "worker_type": "w2",
    "paid_on": "w2", "ownership_percent": 0, "related_to_owner": "none", "hours_per_week": 40_00, "status": "active",
    "hired_on": date(2020, 1, 6), "election": "enroll",
}  # fmt: skip


def members(people: list[dict[str, Any]]) -> pl.DataFrame:
    """A checked census of employees, each an ordinary person but for what the line says."""
    rows = []
    for place, said in enumerate(people):
        person = {**PERSON, "family_id": f"{place:03d}", "member_id": f"{place:03d}", **said}
        rows.append({name: person.get(name) for name in SCHEMA})
    return pl.DataFrame(rows, schema=SCHEMA)
