"""A verb within the caller's transaction stands or falls with it, and falls alone when it fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smallgroup.errors import Refused
from smallgroup.ledger import Ledger, balances, open_ledger, verify
from tests.ledger.cases import line, paid, position, shut

EARNED = position(line("b1", "g1", 100_00))


def _audit(ledger: Ledger) -> list[tuple[Any, ...]]:
    return ledger.database.rows("SELECT what FROM audit")


def _undone(ledger: Ledger) -> None:
    with ledger.database.writing():
        ledger.database.rows("INSERT INTO audit VALUES ('undone')")
        shut(ledger, position(line("b1", "g1", -1)), "2026-02")


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_approval_entry_and_audit_line_are_one(ledger: Ledger, end: str) -> None:
    run = ledger.connection.execute
    run("CREATE TABLE audit (what TEXT)")
    run("BEGIN")
    run("INSERT INTO audit VALUES ('approved')")
    shut(ledger, EARNED)
    paid(ledger)
    assert verify(ledger).entries == 4
    run(end)
    kept = end == "COMMIT"
    assert verify(ledger).entries == (4 if kept else 0)
    assert _audit(ledger) == ([("approved",)] if kept else [])


def test_a_verb_that_is_refused_undoes_only_itself(ledger: Ledger) -> None:
    run = ledger.connection.execute
    run("CREATE TABLE audit (what TEXT)")
    run("BEGIN")
    run("INSERT INTO audit VALUES ('tried')")
    shut(ledger, EARNED)
    with pytest.raises(Refused):
        shut(ledger, position(line("b1", "g1", 99_00)))
    with pytest.raises(Refused):
        _undone(ledger)
    run("COMMIT")
    assert _audit(ledger) == [("tried",)]
    assert verify(ledger).entries == 2


def test_a_connection_as_python_opens_it(tmp_path: Path) -> None:
    """Without autocommit, and with rows of another kind: the caller's choices are left alone."""
    with open_ledger(str(tmp_path / "rewards.db")):
        pass
    connection = sqlite3.connect(tmp_path / "rewards.db")
    connection.row_factory = sqlite3.Row
    ledger = Ledger(connection)
    shut(ledger, EARNED)
    assert not connection.in_transaction  # nobody had begun one, so it is committed
    with open_ledger(str(tmp_path / "rewards.db")) as other:
        assert verify(other).head == ledger.head()
    connection.execute("CREATE TABLE audit (what TEXT)")
    connection.execute("INSERT INTO audit VALUES ('x')")  # begins one
    paid(ledger)
    connection.rollback()
    assert balances(ledger, ["broker_id"])["paid"].to_list() == [0]
    assert isinstance(connection.execute("SELECT 1").fetchone(), sqlite3.Row)
    connection.close()


def test_a_read_that_is_out_of_date_is_not_written_upon(tmp_path: Path) -> None:
    """A caller's BEGIN that has read before another wrote cannot write: its cap would be computed on old figures."""
    where = str(tmp_path / "rewards.db")
    with open_ledger(where) as ledger, open_ledger(where) as other:
        ledger.connection.execute("BEGIN")
        balances(ledger, ["broker_id"])
        shut(other, EARNED)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            shut(ledger, position(line("b1", "g1", 5, program="more"), programs=("more",)))
        ledger.connection.execute("ROLLBACK")
        shut(ledger, position(line("b1", "g1", 5, program="more"), programs=("more",)))


def test_psycopg_without_autocommit_leaves_the_commit_to_the_caller(server: Callable[[], str]) -> None:
    import psycopg
    from psycopg.rows import dict_row

    where = server()
    with psycopg.connect(where, row_factory=dict_row) as connection:
        ledger = Ledger(connection)
        ledger.create()
        shut(ledger, EARNED)
        connection.rollback()
        assert not ledger.database.is_created()
        ledger.create()
        shut(ledger, EARNED)
        connection.commit()
        with connection.transaction(force_rollback=True):
            paid(ledger)
            assert balances(ledger, ["broker_id"])["paid"].to_list() == [100_00]
        assert balances(ledger, ["broker_id"])["paid"].to_list() == [0]
    with open_ledger(where) as other:
        assert verify(other).entries == 2


def test_a_stale_snapshot_cannot_extend_the_chain(server: Callable[[], str]) -> None:
    """At another isolation level a caller may not see the last entry: the next one has no place then."""
    import psycopg

    where = server()
    with open_ledger(where) as other, psycopg.connect(where, autocommit=True) as connection:
        ledger = Ledger(connection)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        balances(ledger, ["broker_id"])
        shut(other, EARNED)
        with pytest.raises(psycopg.errors.UniqueViolation):
            shut(ledger, position(line("b1", "g1", 5, program="more"), programs=("more",)))
        connection.execute("ROLLBACK")
        assert verify(ledger).entries == 2
