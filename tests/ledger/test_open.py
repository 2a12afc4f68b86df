"""Opening a ledger: a file or a server that is not there is said in a sentence."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from smallgroup.errors import Refused
from smallgroup.ledger import open_ledger, verify
from tests.ledger.cases import line, position, shut


def _refused(where: str) -> str:
    with pytest.raises(Refused) as refused, open_ledger(where):
        pass
    return str(refused.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    where = str(tmp_path / "nowhere" / "rewards.db")
    assert _refused(where) == (
        f"Ledger {where}: It cannot be opened: unable to open database file. "
        "Name a ledger, or a new file in a folder that is there."
    )


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, " * 100)
    assert "It cannot be opened: file is not a database." in _refused(str(tmp_path / "notes.txt"))


def test_a_server_that_is_not_there_keeps_the_password_to_itself() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    said = _refused("postgresql://ann:secret@127.0.0.1:1/rewards")
    assert said.startswith("Ledger in PostgreSQL: It cannot be reached: ")
    assert "secret" not in said


def test_psycopg_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install 'smallgroup[postgres]'" in _refused("postgresql://127.0.0.1/rewards")


def test_sqlite_needs_nothing_of_postgresql(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with open_ledger(str(tmp_path / "rewards.db")) as ledger:
        settings = [ledger.database.rows(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous")]
        assert settings == ["wal", 2]


def test_several_open_a_new_ledger_at_once(where: str) -> None:
    together, found = threading.Barrier(6), []

    def opened() -> None:
        together.wait()
        with open_ledger(where) as ledger:
            found.append(ledger.head())

    threads = [threading.Thread(target=opened) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == ["0" * 64] * 6


def test_another_schema_of_a_server_is_another_ledger(server: Callable[[], str]) -> None:
    with open_ledger(server()) as one, open_ledger(server()) as other:
        shut(one, position(line("b1", "g1", 1)))
        assert verify(one).entries == 2
        assert verify(other).entries == 0
