"""The ledger: entries that are only ever added, each hashed with everything before it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.ledger.chain import GENESIS, Entry, bodies, link, sha
from smallgroup.ledger.database import Database, connected, database
from smallgroup.ledger.schema import EARNED, ENTRY, PARTS, TRANSFER, VERSION, Part
from smallgroup.money import pretty

if TYPE_CHECKING:
    import psycopg

_AT_ONCE = 5_000  # entries that are verified together
_values = attrgetter(*ENTRY[1:-1])  # of an Entry, without its id and hash


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger in a database, through the caller's connection.

    Every verb is one transaction, or a part of the one that the caller has open: then the caller commits.
    """

    connection: sqlite3.Connection | psycopg.Connection[Any]

    @property
    def database(self) -> Database:
        return database(self.connection)

    def create(self) -> None:
        """Make the tables, once. Raises Refused when a later version of the program made them."""
        db = self.database
        with db.writing():
            if not db.is_created():
                for statement in db.ddl():
                    db.rows(statement)
                db.insert("ledger_schema", pl.DataFrame({"version": [VERSION]}))
            versions = [version for (version,) in db.rows("SELECT version FROM ledger_schema")]
        if versions != [VERSION]:
            why = f"It is of version {max(versions, default=0)}, and this program knows version {VERSION}."
            raise refused("Ledger", why, "Use the program that made it.")

    def head(self) -> str:
        """The hash of the last entry, which stands for everything before it. Note it outside, for `verify`."""
        return _last(self.database)[1]


@contextmanager
def open_ledger(where: str) -> Iterator[Ledger]:
    """The ledger in a file or at a postgresql:// address, made if there is none, closed after the block."""
    with connected(where) as db:
        ledger = Ledger(db.connection)
        ledger.create()
        yield ledger


# Adding


def append(db: Database, entries: Sequence[Entry], *parts: tuple[Part, pl.DataFrame]) -> list[int]:
    """Add entries to the end of the chain, each with the rows of its parts; return their ids.

    The rows name their entry by its place in `entries`, 0 first, in `entry_id`. Only within `writing()`.
    """
    last, previous = _last(db)
    ((transfers,),) = db.rows("SELECT COALESCE(MAX(id), 0) FROM ledger_transfer")
    placed = []
    for part, rows in parts:
        numbered = rows.with_columns(pl.col("entry_id").cast(pl.Int64) + (last + 1))
        if part is TRANSFER:
            numbered = numbered.with_columns(id=pl.int_range(pl.len(), dtype=pl.Int64) + (transfers + 1))
        whole = numbered.select(part.columns.names()).cast(dict(part.columns)).sort(part.key)  # type: ignore[arg-type]
        placed.append((part, whole))
        db.insert(part.table, whole)
    consists = bodies(placed)
    made = []
    for number, entry in enumerate(entries, last + 1):
        values = (number, *_values(entry))
        previous = link(previous, values, consists.get(number, ""))
        made.append((*values, previous))
    types = {name: pl.Int64 if name in ("id", "reverses_id") else pl.String for name in ENTRY}
    db.insert("ledger_entry", pl.DataFrame(made, schema=types, orient="row"))
    return list(range(last + 1, last + 1 + len(entries)))


def _last(db: Database) -> tuple[int, str]:
    found = db.rows("SELECT id, hash FROM ledger_entry ORDER BY id DESC LIMIT 1")
    return found[0] if found else (0, GENESIS)


def last_id(db: Database) -> int:
    return _last(db)[0]


def event(*names: str) -> str:
    """Several names as one, `["2026-01","p7"]`: no two lists make the same."""
    return json.dumps(names, ensure_ascii=False, separators=(",", ":"))


def posted_before(db: Database, source: str, event_id: str, body_sha256: str, refusal: Problem) -> int | None:
    """The id of what was posted under this key, or None. Raises Refused when what was posted is something else."""
    found = db.rows(
        "SELECT id, body_sha256 FROM ledger_entry WHERE source = ? AND event_id = ?", [source, event_id]
    )  # fmt: skip
    if found and found[0][1] != body_sha256:
        raise Refused(refusal)
    return int(found[0][0]) if found else None


def frame(db: Database, sql: str, values: Sequence[object], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(db.rows(sql, values), schema=schema, orient="row", strict=False)


def refused(where: str, why: str, fix: str, seen: str | None = None) -> Refused:
    return Refused(Problem(where=where, why=why, fix=fix, seen=seen))


def said(text: str, what: str) -> str:
    """The text without blanks around it. Raises Refused when nothing is left."""
    if not text.strip():
        raise refused("Ledger", f"It is not said {what}.", "Say it; it stays in the ledger.")
    return text.strip()


def two_people(made_by: str, checked_by: str) -> tuple[str, str]:
    """Both names. Raises Refused unless two different people are named."""
    maker, checker = said(made_by, "who made it"), said(checked_by, "who checked it")
    if maker.casefold() == checker.casefold():
        why = f"{maker} made it and checked it."
        raise refused("Ledger", why, "Let somebody else check it.", seen=checker)
    return maker, checker


# Undoing


def reverse(
    ledger: Ledger, entry_id: int, *, why: str, made_by: str, checked_by: str, day: date,
    recorded_at: str | None = None,
) -> int:  # fmt: skip
    """Undo an entry by mirroring what it posted, cent by cent; return the id of the reversal.

    The same reversal again posts nothing. Raises Refused when there is nothing to undo: no such entry, one that
    moved no money, a reversal, or an entry that was undone already, by a reversal or by later closes.
    """
    made_by, checked_by = two_people(made_by, checked_by)
    why = said(why, "why it is reversed")
    db = ledger.database
    with db.writing():
        body = sha(entry_id, why, day.isoformat())
        twice = Problem(
            where=f"Ledger, entry {entry_id}", why="It is reversed already, on another day or for another reason.",
            fix="An entry is reversed once; what is earned after all comes back with the next close.",
        )  # fmt: skip
        done = posted_before(db, "reversal", str(entry_id), body, twice)
        if done is not None:
            return done
        subject = undoable(db, entry_id, ("statement", "payment"), day)
        _refuse_below_zero(db, entry_id)
        entry = Entry(
            source="reversal", event_id=str(entry_id), body_sha256=body, kind="reversal", subject=subject,
            day=day.isoformat(), reverses_id=entry_id, why=why, made_by=made_by, checked_by=checked_by,
            recorded_at=recorded_at,
        )  # fmt: skip
        return append(db, [entry], (TRANSFER, mirrored(db, entry_id, "reversal", why)))[0]


def undoable(db: Database, entry_id: int, kinds: Sequence[str], day: date) -> str | None:
    """The subject of an entry that can be undone on a day. Raises Refused when it cannot."""
    where = f"Ledger, entry {entry_id}"
    found = db.rows("SELECT kind, subject, day FROM ledger_entry WHERE id = ?", [entry_id])
    if not found:
        raise refused(where, "There is no such entry.", "Name an entry by its number in the ledger.")
    kind, subject, posted = found[0]
    if kind not in kinds:
        why = "It undoes another entry." if kind in ("reversal", "return") else f"A {kind} moves no money."
        raise refused(where, why, "Only a statement or a payment can be reversed.", seen=kind)
    undone = db.rows("SELECT id, kind FROM ledger_entry WHERE reverses_id = ?", [entry_id])
    if undone:
        raise refused(where, f"It is undone already, by the {undone[0][1]} in entry {undone[0][0]}.", "")
    if day.isoformat() < posted:
        raise refused(where, f"It is of {posted}, after {day}.", "Give the day on which it is undone.", seen=str(day))
    return None if subject is None else str(subject)


def _refuse_below_zero(db: Database, entry_id: int) -> None:
    """What was posted and has been taken back since cannot be taken back once more."""
    below = db.rows(
        f"SELECT program, broker_id, group_id, kind, CAST(SUM({EARNED}) AS BIGINT), "
        f"CAST(SUM(CASE WHEN entry_id = ? THEN {EARNED} ELSE 0 END) AS BIGINT) FROM ledger_transfer "
        "WHERE broker_id IN (SELECT broker_id FROM ledger_transfer WHERE entry_id = ?) "
        f"GROUP BY program, broker_id, group_id, kind HAVING SUM({EARNED}) < "
        f"SUM(CASE WHEN entry_id = ? THEN {EARNED} ELSE 0 END) ORDER BY program, broker_id, group_id, kind",
        [entry_id] * 3,
    )
    if below:
        fix = "Close the next period with what is earned after all."
        raise Refused([
            Problem(
                f"Ledger, entry {entry_id}, {program}, broker {broker}, group {group}, {kind}",
                f"Of the {pretty(own)} that it posted only {pretty(stands)} stands.", fix,
            )
            for program, broker, group, kind, stands, own in below
        ])  # fmt: skip


def mirrored(db: Database, entry_id: int, action: str, because: str) -> pl.DataFrame:
    """The transfers of an entry with debit and credit exchanged, in their order, as the first entry of an append."""
    columns = ", ".join(TRANSFER.columns)
    posted = frame(
        db, f"SELECT {columns} FROM ledger_transfer WHERE entry_id = ? ORDER BY id", [entry_id], TRANSFER.columns
    )
    return posted.with_columns(
        entry_id=pl.lit(0), debit="credit", credit="debit", action=pl.lit(action), because=pl.lit(because)
    )


# Checking


@dataclass(frozen=True, slots=True)
class Verified:
    """A ledger in which every row is as it was posted. `head` is the hash of its last entry."""

    entries: int
    transfers: int
    head: str


def verify(ledger: Ledger, *, head: str | None = None) -> Verified:
    """Recompute every hash. Raises Refused, naming the first entry that is not as it was posted.

    A chain cannot see that its end was cut off: give the `head` that was noted earlier, and it must be in the chain.
    """
    db = ledger.database
    last, _ = _last(db)
    previous, transfers, known = GENESIS, 0, head in (None, GENESIS)
    for start in range(1, last + 1, _AT_ONCE):
        span = [start, min(start + _AT_ONCE - 1, last)]
        entries = db.rows(f"SELECT {', '.join(ENTRY)} FROM ledger_entry WHERE id BETWEEN ? AND ? ORDER BY id", span)
        parts = []
        for part in PARTS:
            sql = f"SELECT {', '.join(part.columns)} FROM {part.table} WHERE entry_id BETWEEN ? AND ? ORDER BY "
            parts.append((part, frame(db, sql + ", ".join(part.key), span, part.columns)))
        transfers += parts[0][1].height
        consists = bodies(parts)
        for number, values in enumerate(entries, start):
            if values[0] != number:
                raise _bad(number, "It is missing.")
            previous = link(previous, values[:-1], consists.get(number, ""))
            if previous != values[-1]:
                raise _bad(number, f"What stands there is not what was posted as {_described(values)}.")
            known = known or previous == head
        if len(entries) < span[1] - span[0] + 1:
            raise _bad(start + len(entries), "It is missing.")
    for table, column in [("ledger_entry", "id"), *((part.table, "entry_id") for part in PARTS)]:
        ((stray,),) = db.rows(f"SELECT MIN({column}) FROM {table} WHERE {column} < 1 OR {column} > ?", [last])
        if stray is not None:
            raise _bad(stray, f"There is no such entry in the chain, and yet {table} has a row of it.")
    if not known:
        raise _bad(last + 1, f"The ledger ends before the entry with the hash {head}.")
    return Verified(last, transfers, previous)


def _described(values: Sequence[Any]) -> str:
    entry = dict(zip(ENTRY, values, strict=True))
    told = [f"the {entry['kind']}", entry["subject"] and f"of {entry['subject']}", f"on {entry['day']}"]
    return " ".join(word for word in told if word)


def _bad(entry_id: int, why: str) -> Refused:
    return refused(f"Ledger, entry {entry_id}", why, "Put back a copy of the ledger that verifies, and close again.")
