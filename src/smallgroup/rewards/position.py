"""What is earned as of a day, whole: what a ledger must come to hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

LINES = pl.Schema({
    "program": pl.String, "broker_id": pl.String, "group_id": pl.String, "kind": pl.String, "rule": pl.String,
    "cents": pl.Int64, "units": pl.Int64, "counted": pl.String, "share": pl.String, "hold_until": pl.Date,
})  # fmt: skip
"""One row for what a broker earns of a kind through a group. (program, broker_id, group_id, kind) is the key.

`units` is how many of the group's members (or subscribers) count, `counted` what the tier was reached with ("60", or
"45/2" where credits are split), `share` the broker's part of the group ("1", "1/2"). Nothing is paid before
`hold_until`; null holds nothing."""

REASONS = pl.Schema({
    "program": pl.String, "group_id": pl.String, "member_id": pl.String, "broker_id": pl.String, "rule": pl.String,
    "because": pl.String,
})  # fmt: skip
"""Why something does not count. A reason without a member is of the whole group; without a broker, of all of its
brokers; without a group, of all sales of the broker."""

PAYEES = pl.Schema({
    "broker_id": pl.String, "payee_id": pl.String, "payee_kind": pl.String, "tax_id_on_file": pl.Boolean,
    "name": pl.String,
})  # fmt: skip
"""Who is paid for a broker: a person or an agency. `name` is the broker's."""


@dataclass(frozen=True, slots=True)
class Position:
    """What every broker has earned as of a day under some programs, by the facts that were known on that day.

    Of the programs that it names it is the whole truth: what the ledger holds of them beyond it has to go. Of other
    programs it says nothing. `decided_by` are the people whose decisions it rests on.
    """

    as_of: date
    programs: tuple[str, ...]
    lines: pl.DataFrame
    reasons: pl.DataFrame
    payees: pl.DataFrame
    decided_by: tuple[str, ...] = ()
