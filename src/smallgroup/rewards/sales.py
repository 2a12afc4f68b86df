"""What was sold, by whom, and who is covered: the facts that a reward is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

CHANNELS = ("direct", "californiachoice", "covered_california", "general_agency", "association")
ORIGINS = ("none", "exchange", "association", "trust_fund", "union", "peo")
CONDITIONS = ("good_standing", "appointed", "agreement", "licensed")
ADJUSTMENTS = ("exclude", "include", "amount", "other_program_reward", "settle")
COUNTS, DOES_NOT_COUNT = "counts", "does_not_count"
"""How a held sale is settled."""

_word = pl.Enum
SALES: dict[str, Any] = {
    "group_id": pl.String, "legal_name": pl.String, "ein": pl.String, "state": pl.String,
    "market": _word(["small", "large"]), "effective_date": pl.Date, "channel": _word(CHANNELS),
    "general_agency": pl.String, "reported_on": pl.Date,
    "prior_contract": _word(["never", "ended", "in_force", "unknown"]), "last_prior_contract_end": pl.Date,
    "prior_kp_through": _word(["direct", "californiachoice", "covered_california", "association", "peo", "none",
                               "unknown"]),
    "origin": _word(ORIGINS), "origin_left_on": pl.Date, "origin_was_kp": _word(["yes", "no", "unknown"]),
    "last_covered_day": pl.Date, "termination_known_on": pl.Date, "only_carrier": _word(["yes", "no", "unknown"]),
    "public_agency": _word(["yes", "no", "unknown"]),
}  # fmt: skip
MEMBERS: dict[str, Any] = {
    "group": pl.UInt32, "member_id": pl.String, "role": _word(["subscriber", "dependent"]),
    "coverage": _word(["medical", "dental_only"]), "continuation": _word(["none", "cobra", "cal_cobra"]),
    "effective_date": pl.Date, "ended_on": pl.Date, "is_copy": pl.Boolean,
}  # fmt: skip
SPLITS: dict[str, Any] = {
    "group": pl.UInt32, "broker": pl.UInt32, "part": pl.Int64, "from_date": pl.Date, "to_date": pl.Date,
}  # fmt: skip
BROKERS: dict[str, Any] = {
    "broker_id": pl.String, "name": pl.String, "payee_id": pl.String, "payee_kind": _word(["person", "agency"]),
    "tax_id_on_file": pl.Boolean,
}  # fmt: skip
HELD_CONDITIONS: dict[str, Any] = {
    "broker": pl.UInt32, "condition": _word(CONDITIONS), "state": pl.String, "from_date": pl.Date, "to_date": pl.Date,
}  # fmt: skip
ADJUSTED: dict[str, Any] = {
    "kind": _word(ADJUSTMENTS), "program": pl.String, "group_id": pl.String, "broker_id": pl.String,
    "amount": pl.Int64, "reading": pl.String, "decided_by": pl.String, "decided_on": pl.Date, "why": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sales:
    """The facts of a book of sales, checked.

    `sales` has one row a group in the order of group_id, and `brokers` one a broker in the order of broker_id;
    `group` and `broker` elsewhere are their row numbers. A split's share is `part` of `whole`. Every start and end
    day is inclusive; a null end is open. A null fact is not known. `members.is_copy` marks a row that says of a
    member of a group what another row says.
    """

    sales: pl.DataFrame
    members: pl.DataFrame
    splits: pl.DataFrame
    whole: int
    brokers: pl.DataFrame
    conditions: pl.DataFrame
    adjustments: pl.DataFrame

    def known_on(self, as_of: date) -> Sales:
        """What was known on a day: later terminations and decisions are not there yet."""
        later = pl.col("termination_known_on") > as_of
        return replace(
            self,
            sales=self.sales.with_columns(
                last_covered_day=pl.when(later).then(None).otherwise(pl.col("last_covered_day")),
                termination_known_on=pl.when(later).then(None).otherwise(pl.col("termination_known_on")),
            ),
            adjustments=self.adjustments.filter(pl.col("decided_on") <= as_of),
        )
