"""Disputes: what is contested between a broker and us is not paid until it is settled. Both are rows, never a flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.errors import Problem
from smallgroup.ledger.chain import Entry, sha
from smallgroup.ledger.database import Database
from smallgroup.ledger.ledger import Ledger, append, event, posted_before, refused, said
from smallgroup.ledger.schema import DISPUTE

DISPUTED = ("program", "broker_id", "group_id")


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute that is open. `entry_id` is the entry that opened it."""

    entry_id: int
    program: str
    broker_id: str
    group_id: str
    since: date
    why: str


def dispute(
    ledger: Ledger, broker_id: str, program: str, group_id: str, *, on: date, why: str, made_by: str,
    recorded_at: str | None = None,
) -> int:  # fmt: skip
    """Contest what a broker earns of a program through a group; return the id of the entry.

    The same dispute again adds nothing. Raises Refused when it is disputed already, on another day or otherwise.
    """
    return _added(ledger, "dispute", (program, broker_id, group_id), on, why, made_by, recorded_at)


def settle_dispute(
    ledger: Ledger, broker_id: str, program: str, group_id: str, *, on: date, why: str, made_by: str,
    recorded_at: str | None = None,
) -> int:  # fmt: skip
    """Settle a dispute: what is owed is paid with the next run; return the id of the entry.

    The same settlement again adds nothing. Raises Refused when nothing is disputed.
    """
    return _added(ledger, "settlement", (program, broker_id, group_id), on, why, made_by, recorded_at)


def open_disputes(ledger: Ledger) -> tuple[Dispute, ...]:
    return tuple(disputed(ledger.database))


def disputed(db: Database) -> Sequence[Dispute]:
    rows = db.rows(
        "SELECT d.entry_id, d.program, d.broker_id, d.group_id, e.day, e.why FROM ledger_dispute d "
        "JOIN ledger_entry e ON e.id = d.entry_id LEFT JOIN ledger_dispute s ON s.settles_id = d.entry_id "
        "WHERE d.settles_id IS NULL AND s.entry_id IS NULL ORDER BY d.entry_id"
    )
    return [
        Dispute(entry_id, program, broker, group, date.fromisoformat(day), why)
        for entry_id, program, broker, group, day, why in rows
    ]


def _added(
    ledger: Ledger, kind: str, key: tuple[str, str, str], on: date, why: str, made_by: str, recorded_at: str | None
) -> int:
    where = f"Ledger, {key[0]}, broker {key[1]}, group {key[2]}"
    made_by, why = said(made_by, "who made it"), said(why, "why")
    opening = kind == "dispute"
    db = ledger.database
    with db.writing():
        ((times,),) = db.rows(
            "SELECT COUNT(*) FROM ledger_dispute WHERE program = ? AND broker_id = ? AND group_id = ? "
            f"AND settles_id IS {'' if opening else 'NOT '}NULL",
            key,
        )
        current = next((one for one in disputed(db) if (one.program, one.broker_id, one.group_id) == key), None)
        body = sha(on.isoformat(), why)
        if opening == (current is not None):
            # Nothing to do, unless it is the very same again.
            told = Problem(where, f"It is {'disputed' if opening else 'settled'} already, otherwise than this.", "")
            done = posted_before(db, kind, event(*key, str(times)), body, told)
            if done is None:
                raise refused(where, "Nothing of it is disputed.", "Settle what is in dispute.")
            return done
        if current is not None and on < current.since:
            why = f"It is in dispute since {current.since}, after {on}."
            raise refused(where, why, "Give the day on which it was settled.", seen=str(on))
        entry = Entry(
            source=kind, event_id=event(*key, str(times + 1)), body_sha256=body, kind=kind, subject=key[1],
            day=on.isoformat(), why=why, made_by=made_by, recorded_at=recorded_at,
        )  # fmt: skip
        row = {"entry_id": 0, **dict(zip(DISPUTED, key, strict=True))}
        settles = current.entry_id if current is not None else None
        rows = pl.DataFrame([row]).with_columns(settles_id=pl.lit(settles, pl.Int64))
        return append(db, [entry], (DISPUTE, rows))[0]
