"""The ledger's tables, and the triggers that keep them append-only, for SQLite and PostgreSQL.

An entry is one thing that happened; what it consists of hangs on it: transfers of money from one account to another,
and what a closing, a payment run or a dispute has to say. A transfer has a debit and a credit account and an amount
above zero, so no entry can fail to balance. The parts of an entry are written before it, and an entry that is there
is complete: nothing is added to it later. Days are ISO text, money is whole cents.

Accounts are text: `expense:<program>`, `owed:<broker>`, `cash`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

VERSION = 1
CASH = "cash"

EARNED = "CASE WHEN 'cash' IN (debit, credit) THEN 0 WHEN debit = 'expense:' || program THEN cents ELSE -cents END"
"""What a transfer adds to what the broker earned, in SQL."""

PAID = "CASE WHEN credit = 'cash' THEN cents WHEN debit = 'cash' THEN -cents ELSE 0 END"
"""What it adds to what the broker was paid."""

ENTRY = (
    "id", "source", "event_id", "body_sha256", "kind", "subject", "batch", "day", "reverses_id", "why", "made_by",
    "checked_by", "recorded_at", "hash",
)  # fmt: skip
"""`subject` is whose entry it is: the broker of a statement or dispute, the payee of a payment; `batch` is
the period of a closing and its statements, the run of payments and what came back of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table whose rows belong to entries: its columns as they are hashed, and the columns of its primary key."""

    table: str
    columns: pl.Schema
    key: tuple[str, ...]


TRANSFER = Part("ledger_transfer", pl.Schema({
    "entry_id": pl.Int64, "id": pl.Int64, "debit": pl.String, "credit": pl.String, "cents": pl.Int64,
    "action": pl.String, "program": pl.String, "broker_id": pl.String, "group_id": pl.String, "kind": pl.String,
    "rule": pl.String, "units": pl.Int64, "counted": pl.String, "share": pl.String, "hold_until": pl.String,
    "because": pl.String,
}), ("id",))  # fmt: skip
"""`action` is earned, void (of what is not paid yet), clawback (of what is), payment, return or reversal."""

CLOSING = Part("ledger_closing", pl.Schema({
    "entry_id": pl.Int64, "programs": pl.String, "as_of": pl.String, "after_id": pl.Int64,
    "position_sha256": pl.String, "statements": pl.Int64, "earned": pl.Int64, "voided": pl.Int64,
    "clawed_back": pl.Int64,
}), ("entry_id",))  # fmt: skip
"""`after_id` is the last entry that there was when the period was closed; `programs` is a JSON list."""

PAYEE = Part("ledger_payee", pl.Schema({
    "entry_id": pl.Int64, "broker_id": pl.String, "payee_id": pl.String, "payee_kind": pl.String,
    "tax_id_on_file": pl.Int64, "name": pl.String,
}), ("entry_id", "broker_id"))  # fmt: skip
"""Who is paid for a broker, from this closing on."""

UNPAID = Part("ledger_unpaid", pl.Schema({
    "entry_id": pl.Int64, "payee_id": pl.String, "cents": pl.Int64, "because": pl.String,
}), ("entry_id", "payee_id"))  # fmt: skip
"""Whom a run did not pay, though something is due to them or from them."""

DISPUTE = Part("ledger_dispute", pl.Schema({
    "entry_id": pl.Int64, "program": pl.String, "broker_id": pl.String, "group_id": pl.String, "settles_id": pl.Int64,
}), ("entry_id",))  # fmt: skip

PARTS = (TRANSFER, CLOSING, PAYEE, UNPAID, DISPUTE)

_TABLES = """
CREATE TABLE ledger_schema (version {int} PRIMARY KEY);

CREATE TABLE ledger_entry (
    id {int} PRIMARY KEY, source {text} NOT NULL, event_id {text} NOT NULL, body_sha256 {text} NOT NULL,
    kind {text} NOT NULL CHECK (kind IN
        ('statement', 'closing', 'payment', 'run', 'return', 'reversal', 'dispute', 'settlement')),
    subject {text}, batch {text}, day {text} NOT NULL, reverses_id {int} UNIQUE REFERENCES ledger_entry (id),
    why {text}, made_by {text} NOT NULL, checked_by {text}, recorded_at {text}, hash {text} NOT NULL UNIQUE,
    UNIQUE (source, event_id), CHECK (made_by <> checked_by), CHECK (reverses_id < id)
);
CREATE INDEX ledger_entry_batch ON ledger_entry (batch);

CREATE TABLE ledger_transfer (
    id {int} PRIMARY KEY, entry_id {int} NOT NULL {later}, debit {text} NOT NULL, credit {text} NOT NULL,
    cents {int} NOT NULL CHECK (cents > 0 {whole}),
    action {text} NOT NULL CHECK (action IN ('earned', 'void', 'clawback', 'payment', 'return', 'reversal')),
    program {text} NOT NULL, broker_id {text} NOT NULL, group_id {text} NOT NULL, kind {text} NOT NULL,
    rule {text}, units {int}, counted {text}, share {text}, hold_until {text}, because {text} NOT NULL,
    CHECK (debit <> credit)
);
CREATE INDEX ledger_transfer_entry ON ledger_transfer (entry_id);
CREATE INDEX ledger_transfer_broker ON ledger_transfer (broker_id);

CREATE TABLE ledger_closing (
    entry_id {int} PRIMARY KEY {later}, programs {text} NOT NULL, as_of {text} NOT NULL, after_id {int} NOT NULL,
    position_sha256 {text} NOT NULL, statements {int} NOT NULL, earned {int} NOT NULL, voided {int} NOT NULL,
    clawed_back {int} NOT NULL
);

CREATE TABLE ledger_payee (
    entry_id {int} NOT NULL {later}, broker_id {text} NOT NULL, payee_id {text} NOT NULL,
    payee_kind {text} NOT NULL CHECK (payee_kind IN ('person', 'agency')), tax_id_on_file {int} NOT NULL, name {text},
    PRIMARY KEY (entry_id, broker_id)
) {clustered};

CREATE TABLE ledger_unpaid (
    entry_id {int} NOT NULL {later}, payee_id {text} NOT NULL, cents {int} NOT NULL, because {text} NOT NULL,
    PRIMARY KEY (entry_id, payee_id)
) {clustered};

CREATE TABLE ledger_dispute (
    entry_id {int} PRIMARY KEY {later}, program {text} NOT NULL, broker_id {text} NOT NULL, group_id {text} NOT NULL,
    settles_id {int} UNIQUE REFERENCES ledger_dispute (entry_id)
)
"""
_LATER = "REFERENCES ledger_entry (id) DEFERRABLE INITIALLY DEFERRED"

_UNIQUE = {
    "ledger_schema": ("version",),
    "ledger_entry": ("id", "reverses_id", "hash", "source, event_id"),
    "ledger_dispute": ("entry_id", "settles_id"),
    **{part.table: (", ".join(part.key),) for part in (TRANSFER, CLOSING, PAYEE, UNPAID)},
}
"""Each table with what is unique in it. REPLACE would delete the row that is in the way, and tell no trigger."""


def sqlite() -> list[str]:
    """The statements that make the ledger's tables and triggers in an SQLite database, in order."""
    made = _tables(
        int="INTEGER", text="TEXT", later=_LATER, whole="AND typeof(cents) = 'integer'", clustered="WITHOUT ROWID"
    )
    for table, unique in _UNIQUE.items():
        there = [
            f"EXISTS (SELECT 1 FROM {table} WHERE ({columns}) = ({', '.join(f'NEW.{c}' for c in columns.split(', '))}))"
            for columns in unique
        ]
        made += [
            _sqlite_trigger(table, "update", "BEFORE UPDATE", "1"),
            _sqlite_trigger(table, "delete", "BEFORE DELETE", "1"),
            _sqlite_trigger(table, "replace", "BEFORE INSERT", " OR ".join(there), what="what is there stays"),
        ]
    for part in PARTS:
        there_is = "EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id)"
        made.append(_sqlite_trigger(part.table, "late", "BEFORE INSERT", there_is, what="this entry is complete"))
    return made


def _sqlite_trigger(table: str, name: str, event: str, when: str, what: str = "reverse the entry instead") -> str:
    return (
        f"CREATE TRIGGER {table}_{name} {event} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, 'The ledger only grows; {what} ({table}).'); END"
    )


def postgresql() -> list[str]:
    """The statements that make the ledger's tables and triggers in a PostgreSQL database, in order.

    An INSERT … ON CONFLICT DO UPDATE, and a MERGE, fire the trigger of UPDATE. Text compares by its bytes, whatever
    the language of the database.
    """
    made = _tables(int="BIGINT", text='TEXT COLLATE "C"', later=_LATER, whole="", clustered="")
    made += [
        """CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'The ledger only grows; reverse the entry instead (%).', TG_TABLE_NAME; END $$""",
        """CREATE OR REPLACE FUNCTION ledger_refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM added JOIN ledger_entry ON ledger_entry.id = added.entry_id) THEN
        RAISE EXCEPTION 'The ledger only grows; this entry is complete (%).', TG_TABLE_NAME; END IF;
        RETURN NULL; END $$""",
    ]
    for table in _UNIQUE:
        made.append(
            f"CREATE TRIGGER {table}_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        )
    for part in PARTS:
        made.append(
            f"CREATE TRIGGER {part.table}_late AFTER INSERT ON {part.table} REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_late()"
        )
    return made


def _tables(**words: str) -> list[str]:
    return [statement.strip() for statement in _TABLES.format(**words).split(";")]
