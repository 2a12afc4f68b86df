"""What the transfers add up to: earned − rescinded − paid + returned = owed, whichever way they are grouped.

A transfer between `expense:<program>` and `owed:<broker>` is earned or taken back; one between `owed:<broker>` and
`cash` is paid or returned. Owed is what is left of both, so the equation holds by construction.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallgroup.ledger.database import Database
from smallgroup.ledger.ledger import Ledger, frame, refused
from smallgroup.ledger.schema import EARNED, PAID

KEY = ("program", "broker_id", "group_id", "kind")

_STANDING = pl.Schema({
    **dict.fromkeys(KEY, pl.String), "standing": pl.Int64, "paid": pl.Int64, "rule": pl.String, "units": pl.Int64,
    "counted": pl.String, "share": pl.String, "hold_until": pl.String,
})  # fmt: skip


def standing(db: Database, programs: Sequence[str] | None = None, *, owed_only: bool = False) -> pl.DataFrame:
    """What every key holds: cents that stand as earned, cents paid, and how it was last posted.

    Of some programs, or of all; `owed_only` leaves out what is paid to the cent.
    """
    where = f"WHERE program IN ({', '.join('?' * len(programs))})" if programs is not None else ""
    having = "HAVING SUM(earned) <> SUM(paid)" if owed_only else ""
    sql = f"""
        SELECT s.program, s.broker_id, s.group_id, s.kind, s.standing, s.paid, t.rule, t.units, t.counted, t.share,
            t.hold_until
        FROM (
            SELECT program, broker_id, group_id, kind, CAST(SUM(earned) AS BIGINT) AS standing,
                CAST(SUM(paid) AS BIGINT) AS paid, MAX(last) AS last
            FROM (
                SELECT program, broker_id, group_id, kind, {EARNED} AS earned, {PAID} AS paid,
                    CASE WHEN 'cash' IN (debit, credit) THEN NULL ELSE id END AS last
                FROM ledger_transfer {where}
            ) AS each_transfer
            GROUP BY program, broker_id, group_id, kind {having}
        ) AS s JOIN ledger_transfer t ON t.id = s.last"""
    return frame(db, sql, programs or (), _STANDING)


def balances(ledger: Ledger, by: Sequence[str] = ("broker_id", "program", "group_id")) -> pl.DataFrame:
    """Cents earned, rescinded, paid, returned and owed, by any of program, broker_id, group_id and kind, in order.

    `earned` is what was posted as earned, `rescinded` what was taken back of it (voided, clawed back, reversed), `paid`
    what payment runs paid, `returned` what came back. Raises Refused for another column.
    """
    unknown = [name for name in by if name not in KEY]
    if unknown or not by:
        why = f"A balance is not kept by {' and '.join(unknown)}." if unknown else "A balance is kept by something."
        raise refused("Ledger, balances", why, f"Choose among {', '.join(KEY)}.")
    columns = ", ".join(by)
    sql = f"""
        SELECT {columns}, CAST(SUM(CASE WHEN action = 'earned' THEN earned ELSE 0 END) AS BIGINT),
            CAST(SUM(CASE WHEN action = 'earned' THEN 0 ELSE -earned END) AS BIGINT),
            CAST(SUM(CASE WHEN action = 'payment' THEN paid ELSE 0 END) AS BIGINT),
            CAST(SUM(CASE WHEN action = 'payment' THEN 0 ELSE -paid END) AS BIGINT),
            CAST(SUM(earned - paid) AS BIGINT)
        FROM (SELECT {columns}, action, {EARNED} AS earned, {PAID} AS paid FROM ledger_transfer) AS each_transfer
        GROUP BY {columns} ORDER BY {columns}"""
    said = ("earned", "rescinded", "paid", "returned", "owed")
    schema = pl.Schema(dict.fromkeys(by, pl.String) | dict.fromkeys(said, pl.Int64))
    return frame(ledger.database, sql, (), schema)


def paid_by_year(ledger: Ledger, year: int) -> pl.DataFrame:
    """Cents by payee: paid in a calendar year, of this returned, and the rest: `payee_id, paid, returned, cents`.

    A payment that came back is taken off the year in which it was made, whenever it came back.
    """
    sql = f"""
        SELECT payee_id, CAST(SUM(paid) AS BIGINT), CAST(SUM(returned) AS BIGINT),
            CAST(SUM(paid - returned) AS BIGINT)
        FROM ({_PAID_IN_YEAR}) AS each_payment GROUP BY payee_id ORDER BY payee_id"""
    schema = pl.Schema({"payee_id": pl.String, "paid": pl.Int64, "returned": pl.Int64, "cents": pl.Int64})
    return frame(ledger.database, sql, _year(year), schema)


def paid_by_group(ledger: Ledger, year: int) -> pl.DataFrame:
    """Cents paid in a calendar year for each group, less what came back: `group_id, broker_id, payee_id, cents`.

    Where a payment took back more of a group than it paid for it, the cents are below zero.
    """
    sql = f"""
        SELECT group_id, broker_id, payee_id, CAST(SUM(paid - returned) AS BIGINT) AS cents
        FROM ({_PAID_IN_YEAR}) AS each_payment
        GROUP BY group_id, broker_id, payee_id HAVING SUM(paid - returned) <> 0
        ORDER BY group_id, broker_id, payee_id"""
    schema = pl.Schema(
        {"group_id": pl.String, "broker_id": pl.String, "payee_id": pl.String, "cents": pl.Int64}
    )  # fmt: skip
    return frame(ledger.database, sql, _year(year), schema)


_PAID_IN_YEAR = f"""
    SELECT e.subject AS payee_id, t.group_id, t.broker_id, {PAID} AS paid,
        CASE WHEN u.id IS NULL THEN 0 ELSE {PAID} END AS returned
    FROM ledger_entry e JOIN ledger_transfer t ON t.entry_id = e.id
        LEFT JOIN ledger_entry u ON u.reverses_id = e.id
    WHERE e.kind = 'payment' AND e.day BETWEEN ? AND ?"""


def _year(year: int) -> list[str]:
    return [f"{year:04d}-01-01", f"{year:04d}-12-31"]
