"""Killed, interrupted, out of disk: nothing is half done, nothing is lost, and nothing is paid twice."""

from __future__ import annotations

import itertools
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smallgroup.ledger import Ledger, balances, open_ledger, payment_returned, verify
from tests.ledger.cases import FEBRUARY, MARCH, holds, line, paid, payee, position, shut
from tests.ledger.worker import CAP, book, capped, closed_and_paid

WORKER = Path(__file__).with_name("worker.py")
KILLS = 6


class Interrupted(Exception):
    """Somebody pulled the plug."""


class Fuse:
    """Counts the statements that reach the database, and blows at one of them, before or after it is done."""

    def __init__(self) -> None:
        self.count, self.blows_at, self.after = 0, 0, False

    def arm(self, at: int, *, after: bool) -> None:
        self.count, self.blows_at, self.after = 0, at, after

    @contextmanager
    def statement(self) -> Iterator[None]:
        self.count += 1
        blows = self.count == self.blows_at
        if blows and not self.after:
            raise Interrupted
        yield
        if blows:
            raise Interrupted


def _fused_sqlite(where: str, fuse: Fuse) -> sqlite3.Connection:
    class Cursor(sqlite3.Cursor):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:  # type: ignore[override]
            with fuse.statement():
                return super().execute(*arguments)

    class Connection(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:  # type: ignore[override]
            with fuse.statement():
                return super().execute(*arguments)

        def executemany(self, *arguments: Any) -> sqlite3.Cursor:  # type: ignore[override]
            with fuse.statement():
                return super().executemany(*arguments)

        def cursor(self, *arguments: Any) -> sqlite3.Cursor:  # type: ignore[override]
            return super().cursor(Cursor)

    return sqlite3.connect(where, isolation_level=None, factory=Connection)


def _fused_postgresql(where: str, fuse: Fuse) -> Any:
    import psycopg

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, *arguments: Any, **more: Any) -> Any:
            with fuse.statement():
                return super().execute(*arguments, **more)

        @contextmanager
        def copy(self, *arguments: Any, **more: Any) -> Iterator[Any]:
            with fuse.statement(), super().copy(*arguments, **more) as copy:
                yield copy

    return psycopg.connect(where, autocommit=True, cursor_factory=Cursor)


@pytest.fixture
def fused(where: str) -> Iterator[tuple[Ledger, Fuse]]:
    fuse = Fuse()
    connection = (_fused_postgresql if where.startswith("postgresql") else _fused_sqlite)(where, fuse)
    try:
        ledger = Ledger(connection)
        ledger.create()
        yield ledger, fuse
    finally:
        connection.close()


def _first(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 100_00), line("b2", "g1", 50_00), payees=[payee("b1"), payee("b2")]))


def _second(ledger: Ledger) -> None:
    shut(ledger, position(line("b1", "g1", 60_00), line("b2", "g2", 9_00), as_of=FEBRUARY), "2026-02")


def _returned(ledger: Ledger) -> None:
    payment_returned(ledger, run="r1", payee_id="b1", on=MARCH, code="R03", made_by="Ann")


VERBS: list[Callable[[Ledger], object]] = [_first, paid, _second, _returned, lambda ledger: paid(ledger, "r2", MARCH)]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_interruption_at_any_statement(fused: tuple[Ledger, Fuse], after: bool) -> None:
    """Every statement of every verb fails once. The verb again does what it would have done without."""
    ledger, fuse = fused
    blown = 0
    with open_ledger(":memory:") as undisturbed:
        for verb in VERBS:
            before = ledger.head()
            verb(undisturbed)
            wanted = undisturbed.head()
            for k in itertools.count(1):
                fuse.arm(k, after=after)
                try:
                    verb(ledger)
                except Interrupted:
                    fuse.arm(0, after=False)
                    blown += 1
                    assert verify(ledger).head in (before, wanted)
                    assert after or ledger.head() == before
                else:
                    fuse.arm(0, after=False)
                    break
            assert ledger.head() == wanted
    assert blown > 60
    assert verify(ledger).head == wanted
    holds(ledger)


def test_the_pages_run_out(tmp_path: Path) -> None:
    """A database that may not grow as far as it must, page by page."""
    with open_ledger(":memory:") as undisturbed:
        wanted = closed_and_paid(undisturbed)
    with open_ledger(str(tmp_path / "rewards.db")) as ledger:
        failed = 0
        ((pages,),) = ledger.database.rows("PRAGMA page_count")
        for most in itertools.count(pages, 7):
            ledger.connection.execute(f"PRAGMA max_page_count = {most}")
            try:
                closed_and_paid(ledger)
                break
            except sqlite3.OperationalError as error:
                failed += "full" in str(error)
                assert not ledger.connection.in_transaction  # type: ignore[union-attr]
                verify(ledger)
        assert failed > 5
        assert verify(ledger).head == wanted


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_the_disk_is_full(tmp_path: Path) -> None:
    """The system lets no file of the child grow beyond a size, as on a full disk."""
    with open_ledger(":memory:") as undisturbed:
        wanted = closed_and_paid(undisturbed)
    found = []
    for largest in (120_000, 240_000, 320_000):
        where = str(tmp_path / f"{largest}.db")
        command = [sys.executable, str(WORKER), where, str(largest)]
        done = subprocess.run(command, input="book 1\n", capture_output=True, text=True)
        assert done.returncode == 1
        assert "OperationalError" in done.stderr
        with open_ledger(where) as ledger:
            found.append(verify(ledger).entries)
            assert closed_and_paid(ledger) == wanted
    assert found == [0, 0, 61]  # nothing, or the whole close without the payment


@contextmanager
def _worker(where: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, str(WORKER), where], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def _say(process: subprocess.Popen[str], command: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{command}\n")
    process.stdin.flush()


def _heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_killed_at_any_moment(where: str) -> None:
    """kill -9 between, and in the middle of, a close and a payment; what is there verifies, and the rest follows."""
    chosen, whole = random.Random(2026), 0.0
    with open_ledger(":memory:") as undisturbed:
        for month in range(1, 1 + KILLS):
            before = undisturbed.head()
            wanted = closed_and_paid(undisturbed, month)
            with _worker(where) as process:
                _say(process, f"book {month}")
                if month == 1:
                    start = time.perf_counter()
                    assert _heard(process) == wanted
                    whole = time.perf_counter() - start
                else:
                    time.sleep(chosen.uniform(0, whole))
                process.kill()
                process.wait()
            with open_ledger(where) as ledger:
                entries = verify(ledger, head=before).entries
                assert entries - 122 * (month - 1) in (0, 61, 122)  # nothing; a close of 60 statements; and its run
                assert closed_and_paid(ledger, month) == wanted
                assert int(balances(ledger, ["program"])["paid"][0]) == int(book(month).lines["cents"].sum())
                holds(ledger)


def test_two_writers_and_one_cap(where: str) -> None:
    """Two programs close at the same moment for the same groups: together they reach the cap, and never pass it."""
    with open_ledger(where), _worker(where) as one, _worker(where) as other:
        for month in range(1, 9):
            groups = " ".join(f"g{number}" for number in range(month))
            _say(one, f"cap base 2026-{month:02d} {groups}")
            _say(other, f"cap more 2026-{month:02d} {groups}")
            assert int(_heard(one)) + int(_heard(other)) == CAP  # of the group that is new
            with open_ledger(where) as ledger:
                assert set(balances(ledger, ["group_id"])["earned"]) == {CAP}
    with open_ledger(where) as ledger:
        assert verify(ledger).entries == 32
        holds(ledger)


def test_two_writers_of_one_run(where: str) -> None:
    """The same close and the same run, twice at once: one posts, the other gets the same answer."""
    with open_ledger(where), _worker(where) as one, _worker(where) as other:
        _say(one, "book 1")
        _say(other, "book 1")
        assert _heard(one) == _heard(other) != ""
    with open_ledger(where) as ledger:
        assert verify(ledger).entries == 122


def test_a_reader_is_not_kept_waiting(where: str) -> None:
    with open_ledger(where) as writer, open_ledger(where) as reader:
        shut(writer, position(line("b1", "g1", 1)))
        with writer.database.writing():
            assert balances(reader, ["broker_id"])["owed"].to_list() == [1]


def test_a_cap_within_one_process(ledger: Ledger) -> None:
    assert capped(ledger, "base", "2026-01", ["g1"]) + capped(ledger, "more", "2026-01", ["g1"]) == CAP
