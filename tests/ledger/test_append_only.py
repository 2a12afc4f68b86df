"""Whatever SQL is thrown at it, a row that is there stays as it is; and what is changed by force is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smallgroup.errors import Refused
from smallgroup.ledger import Ledger, dispute, open_ledger, verify
from smallgroup.ledger.chain import sha, written
from smallgroup.ledger.schema import ENTRY, PARTS
from tests.ledger.cases import DATABASE_ERRORS, FEBRUARY, JANUARY, line, paid, payee, position, shut

TABLES = ("ledger_schema", "ledger_entry", *(part.table for part in PARTS))

REFUSALS = ("ledger only grows", "UNIQUE", "unique", "foreign key")  # not a mistake in this test


@pytest.fixture
def full(ledger: Ledger) -> Ledger:
    """A ledger with a row in every table."""
    shut(ledger, position(
        line("b1", "g1", 100_00), line("b2", "g1", 50_00), line("b3", "g1", 1_00),
        payees=[payee("b1"), payee("b2", tax_id=False), payee("b3")],
    ))  # fmt: skip
    paid(ledger)
    dispute(ledger, "b2", "base", "g1", on=JANUARY, why="Contested.", made_by="Ann")
    for table in TABLES:
        assert ledger.database.rows(f"SELECT 1 FROM {table}")
    return ledger


def _columns(ledger: Ledger, table: str) -> list[str]:
    if isinstance(ledger.connection, sqlite3.Connection):
        return [name for _, name, *_ in ledger.connection.execute(f"PRAGMA table_info({table})")]
    sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
    sql += "AND table_name = ? ORDER BY ordinal_position"
    return [name for (name,) in ledger.database.rows(sql, [table])]


def _attempts(ledger: Ledger, table: str) -> Iterator[str]:
    """Every kind of statement that could change or remove a row of a table, or put another in its place."""
    columns = _columns(ledger, table)
    first, names, text = columns[0], ", ".join(columns), "made_by" if table == "ledger_entry" else columns[-1]
    yield f"UPDATE {table} SET {text} = {text}"
    yield f"DELETE FROM {table}"
    yield f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO NOTHING"  # changes nothing, or refuses
    key = {"ledger_payee": "entry_id, broker_id", "ledger_unpaid": "entry_id, payee_id"}.get(table, first)
    yield f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ({key}) DO UPDATE SET {first} = 7"
    yield f"WITH old AS (SELECT {first} FROM {table}) UPDATE {table} SET {first} = 7"
    if isinstance(ledger.connection, sqlite3.Connection):
        yield f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        yield f"REPLACE INTO {table} ({names}) SELECT {names} FROM {table}"
        for way in ("REPLACE", "IGNORE", "ABORT", "FAIL", "ROLLBACK"):
            yield f"UPDATE OR {way} {table} SET {first} = 7"
        yield f"UPDATE {table} SET {first} = 7 RETURNING *"
        yield f"DELETE FROM {table} ORDER BY {first} LIMIT 1"
        yield f"DELETE FROM {table} RETURNING *"
    else:
        yield f"TRUNCATE {table}"
        yield f"TRUNCATE {table} CASCADE"
        yield f"TRUNCATE ledger_schema, {', '.join(TABLES[1:])} RESTART IDENTITY"
        yield f"UPDATE ONLY {table} SET {first} = 7"
        yield f"DELETE FROM {table} USING ledger_entry e"
        same = " AND ".join(f"t.{name} = s.{name}" for name in key.split(", "))
        yield f"MERGE INTO {table} t USING {table} s ON {same} WHEN MATCHED THEN UPDATE SET {first} = 7"
        yield f"MERGE INTO {table} t USING {table} s ON {same} WHEN MATCHED THEN DELETE"
        yield f"WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone"
        yield f"DO $$ BEGIN UPDATE {table} SET {first} = 7; END $$"


def _rows(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(ledger.database.rows(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


@pytest.mark.parametrize("table", TABLES)
def test_no_statement_changes_or_removes_a_row(full: Ledger, table: str) -> None:
    before, refused, tried = _rows(full), 0, 0
    for attempt in _attempts(full, table):
        tried += 1
        try:
            full.database.rows(attempt)
        except DATABASE_ERRORS as error:
            refused += any(word in str(error) for word in REFUSALS)
        assert _rows(full) == before, attempt
    assert refused >= tried - 1  # ON CONFLICT DO NOTHING may pass, and do nothing
    verify(full)


def test_each_unique_value_resists_a_replacement(full: Ledger) -> None:
    """A row of another id, in the way of which stands a key: REPLACE would remove that one."""
    if not isinstance(full.connection, sqlite3.Connection):
        pytest.skip("PostgreSQL has no REPLACE")
    before = _rows(full)
    for kept in ("source, event_id", "hash"):
        others = [name for name in ENTRY if name not in (*kept.split(", "), "id", "reverses_id")]
        changed = ", ".join(f"{name} || 'x'" if name == "hash" else name for name in others)
        with pytest.raises(sqlite3.IntegrityError, match="ledger only grows"):
            full.connection.execute(
                f"INSERT OR REPLACE INTO ledger_entry (id, {kept}, {', '.join(others)}) "
                f"SELECT 1000, {kept}, {changed} FROM ledger_entry WHERE id = 1"
            )
    assert _rows(full) == before


def test_nothing_is_added_to_an_entry_that_is_there(full: Ledger) -> None:
    columns = ", ".join(name for name in PARTS[0].columns if name != "id")
    for entry_id in (1, 5):
        with pytest.raises(DATABASE_ERRORS, match="this entry is complete"):
            full.database.rows(
                f"INSERT INTO ledger_transfer (id, {columns}) SELECT 1000, {columns} FROM ledger_transfer "
                f"WHERE entry_id = {entry_id} LIMIT 1"
            )
    # Nor is a transfer posted for an entry that does not come.
    columns = columns.replace("entry_id, ", "")
    with pytest.raises(DATABASE_ERRORS):
        full.database.rows(
            f"INSERT INTO ledger_transfer (id, entry_id, {columns}) "
            f"SELECT 1000, 1000, {columns} FROM ledger_transfer WHERE id = 1"
        )
    assert verify(full).transfers == 5


@pytest.mark.parametrize(
    ("column", "value"),
    [("cents", "0"), ("cents", "-1"), ("credit", "debit"), ("action", "'gift'"), ("cents", "1.5"), ("cents", "'1.00'")],
)  # fmt: skip
def test_a_transfer_that_is_none_is_refused(full: Ledger, column: str, value: str) -> None:
    """Promises 1 and 2: above zero, whole cents, from one account to another."""
    names = list(PARTS[0].columns)
    chosen = {"id": "1000", "entry_id": "1000", column: value}
    picked = ", ".join(chosen.get(name, name) for name in names)
    with pytest.raises(DATABASE_ERRORS):
        full.database.rows(
            f"INSERT INTO ledger_transfer ({', '.join(names)}) SELECT {picked} FROM ledger_transfer WHERE id = 1"
        )


def test_creating_it_again_changes_nothing(full: Ledger, where: str) -> None:
    head = full.head()
    full.create()
    with open_ledger(where) as again:
        assert again.head() == head


def test_a_ledger_of_a_later_version_is_refused(ledger: Ledger) -> None:
    ledger.database.rows("INSERT INTO ledger_schema VALUES (2)")
    with pytest.raises(Refused, match="It is of version 2, and this program knows version 1"):
        ledger.create()


# By force: whoever owns the database can drop the triggers. The chain tells.


def _forced(ledger: Ledger, *statements: str) -> None:
    if isinstance(ledger.connection, sqlite3.Connection):
        ledger.connection.execute("PRAGMA foreign_keys = OFF")
        for (name,) in ledger.connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            ledger.connection.execute(f"DROP TRIGGER {name}")
    else:
        ledger.connection.execute("SET session_replication_role = replica")
    for statement in statements:
        ledger.connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE ledger_transfer SET cents = cents + 1 WHERE id = 2", "entry 2: What stands there is not"),
        ("UPDATE ledger_transfer SET because = 'x' WHERE entry_id >= 2", "entry 2: What stands there"),
        ("UPDATE ledger_transfer SET share = NULL WHERE entry_id = 1", "entry 1: .* the statement of b1 on 2026-01-31"),
        ("UPDATE ledger_transfer SET entry_id = 3 WHERE id = 1", "entry 1: What stands there"),
        ("DELETE FROM ledger_transfer WHERE id = 1", "entry 1: What stands there"),
        ("UPDATE ledger_entry SET made_by = 'Cy' WHERE id = 4", "entry 4: .* the closing on 2026-01-31"),
        ("UPDATE ledger_entry SET hash = 'x' WHERE id = 6", "entry 6: .* the payment of b3"),
        ("DELETE FROM ledger_entry WHERE id = 2", "entry 2: It is missing"),
        ("UPDATE ledger_closing SET as_of = '2026-02-01'", "entry 4: What stands there"),
        ("DELETE FROM ledger_payee WHERE broker_id = 'b3'", "entry 4: What stands there"),
        ("UPDATE ledger_payee SET payee_id = 'me' WHERE broker_id = 'b2'", "entry 4: What stands there"),
        ("UPDATE ledger_unpaid SET cents = 0", "entry 7: .* the run on 2026-02-28"),
        ("DELETE FROM ledger_dispute", "entry 8: .* the dispute of b2"),
        ("UPDATE ledger_dispute SET entry_id = 99", "entry 8: What stands there"),
        ("INSERT INTO ledger_unpaid VALUES (99, 'b1', 1, 'x')", "entry 99: There is no such entry"),
        ("UPDATE ledger_entry SET id = -1 WHERE id = 8", "entry -1: There is no such entry in the chain|entry 8: What"),
        ("UPDATE ledger_entry SET id = 99 WHERE id = 8", "entry 8: It is missing"),
    ],
)  # fmt: skip
def test_the_first_bad_row_is_named(full: Ledger, statement: str, says: str) -> None:
    _forced(full, statement)
    with pytest.raises(Refused, match=says):
        verify(full)


def test_an_end_that_was_cut_off_is_told_by_a_head_that_was_noted(full: Ledger) -> None:
    head = full.head()
    assert verify(full, head=head).head == head
    _forced(full, "DELETE FROM ledger_dispute", "DELETE FROM ledger_entry WHERE id = 8")
    assert verify(full).entries == 7  # the rest is as it was
    with pytest.raises(Refused, match=f"The ledger ends before the entry with the hash {head}"):
        verify(full, head=head)


def test_a_byte_changed_in_the_file_is_told(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "rewards.db")) as ledger:
        shut(ledger, position(line("broker-one", "group-one", 100_00), line("b2", "g2", 1)))
        ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = (tmp_path / "rewards.db").read_bytes()
    (tmp_path / "other.db").write_bytes(raw.replace(b"owed:broker-one", b"owed:broker-two"))
    shutil.rmtree(tmp_path / "rewards.db-wal", ignore_errors=True)
    assert raw.count(b"owed:broker-one") == 1
    with open_ledger(str(tmp_path / "other.db")) as other, pytest.raises(Refused, match="entry 2"):
        verify(other)  # b2 is entry 1, broker-one entry 2


def test_what_is_hashed_can_be_read_in_one_way_only() -> None:
    assert written(["base", 50, None, "é", ""]) == "4:base,2:50,-,2:é,0:"
    assert sha("a", "b,c") != sha("a,b", "c") != sha("a", None) != sha("a", "-")


def test_a_ledger_that_is_opened_late_in_the_year_is_the_same(full: Ledger, where: str) -> None:
    """The hash holds no clock: the same verbs in another database make the same chain, but for `recorded_at`."""
    with open_ledger(":memory:") as other:
        shut(other, position(
            line("b1", "g1", 100_00), line("b2", "g1", 50_00), line("b3", "g1", 1_00),
            payees=[payee("b1"), payee("b2", tax_id=False), payee("b3")],
        ))  # fmt: skip
        paid(other, on=FEBRUARY)
        dispute(other, "b2", "base", "g1", on=JANUARY, why="Contested.", made_by="Ann")
        assert other.head() == full.head()
