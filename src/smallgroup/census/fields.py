"""The fields of a census: their words, types and units. The only home of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["text", "word", "date", "hundredths", "cents", "yes_no"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the plain layout.

    `kind` says how the text is read and what the frame holds: `hundredths` is an exact count of hundredths
    (37.5 hours → 3750; 33.34 percent → 3334), `cents` whole cents, `word` one of `words`.
    """

    name: str
    kind: Kind
    label: str
    words: tuple[str, ...] = ()
    required: bool = False

    @property
    def dtype(self) -> pl.DataType:
        if self.kind == "word":
            return pl.Enum(self.words)
        return {
            "text": pl.String(), "date": pl.Date(), "hundredths": pl.Int64(), "cents": pl.Int64(),
            "yes_no": pl.Boolean(),
        }[self.kind]  # fmt: skip


RELATIONSHIPS = ("employee", "spouse", "domestic_partner", "child", "disabled_child")
WORKER_TYPES = ("w2", "1099", "sole_proprietor", "partner", "corporate_owner", "retiree", "cobra")
OWNING_WORKERS = ("sole_proprietor", "partner", "corporate_owner")
"""The worker types of owners."""
PAID_ON = ("w2", "k1", "1099", "draw")
RELATED_TO_OWNER = ("none", "self", "spouse", "domestic_partner", "child", "parent", "sibling", "other")
STATUSES = ("active", "paid_leave", "unpaid_leave")
ELECTIONS = ("enroll", "waive", "decline")
WAIVER_REASONS = (
    "military", "medicare_primary", "medicare_secondary", "spouse_group", "individual",
    "other_carrier_same_employer", "parent_group", "medicaid", "cobra", "va", "other_employer",
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    Field("family_id", "text", "family", required=True),
    Field("member_id", "text", "member"),
    Field("relationship", "word", "relationship", RELATIONSHIPS, required=True),
    Field("first_name", "text", "first name"),
    Field("last_name", "text", "last name"),
    Field("date_of_birth", "date", "birth date", required=True),
    Field("sex", "word", "sex", ("female", "male", "other")),
    Field("zip", "text", "ZIP code"),
    Field("county", "text", "county"),
    Field("worker_type", "word", "worker type", WORKER_TYPES),
    Field("paid_on", "word", "paid on", PAID_ON),
    Field("ownership_percent", "hundredths", "ownership percent"),
    Field("related_to_owner", "word", "related to owner", RELATED_TO_OWNER),
    Field("hours_per_week", "hundredths", "hours per week"),
    Field("status", "word", "status", STATUSES),
    Field("hired_on", "date", "hire date"),
    Field("terminated_on", "date", "termination date"),
    Field("weekly_pay", "cents", "weekly pay"),
    Field("works_in_area_percent", "hundredths", "percent of work inside the area"),
    Field("election", "word", "election", ELECTIONS),
    Field("waiver_reason", "word", "waiver reason", WAIVER_REASONS),
    Field("class", "text", "class"),
    Field("plan_id", "text", "plan"),
    Field("tobacco", "yes_no", "tobacco"),
)

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}

SCHEMA: dict[str, pl.DataType] = {field.name: field.dtype for field in FIELDS}
"""A checked census: one row a member, in the order of the file, unknown is null. `family_id`, `member_id`,
`relationship` and `date_of_birth` are never null; `member_id` is the row's number where the file gave none."""
