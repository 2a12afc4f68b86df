"""The two databases that a ledger can be in. A connection is handed in and stays the caller's."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.ledger import schema

if TYPE_CHECKING:
    import psycopg

BUSY_SECONDS = 30
_ADDRESS = ("postgresql://", "postgres://")
_ONE_WRITER = 0x6C6564676572  # the key of PostgreSQL's advisory lock: "ledger"


class Database(Protocol):
    """What the ledger asks of a database. SQL is written with `?`, and is the same for both."""

    @property
    def connection(self) -> Any: ...

    def writing(self) -> AbstractContextManager[None]:
        """The one writer, in a transaction: the caller's if one is open, else its own.

        A failure undoes what was written within and nothing else; a caller's transaction lives on.
        """

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...

    def insert(self, table: str, rows: pl.DataFrame) -> None: ...

    def is_created(self) -> bool: ...

    def ddl(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Sqlite:
    connection: sqlite3.Connection

    @contextmanager
    def writing(self) -> Iterator[None]:
        execute = self.connection.execute
        inner = self.connection.in_transaction
        begin, keep, undo = "BEGIN IMMEDIATE", "COMMIT", ["ROLLBACK"]
        if inner:
            begin, keep, undo = "SAVEPOINT ledger", "RELEASE ledger", ["ROLLBACK TO ledger", "RELEASE ledger"]
        try:
            execute(begin)
            if inner and self.is_created():
                # A caller's BEGIN may only read so far. This takes the write lock before anything is read.
                execute("UPDATE ledger_schema SET version = version WHERE 0")
            yield
            execute(keep)
        except BaseException:
            # A full disk has rolled back already, and a BEGIN that waited in vain has begun nothing.
            if self.connection.in_transaction:
                for statement in undo:
                    execute(statement)
            raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        cursor.row_factory = None  # the caller may have set another
        return cursor.execute(sql, values).fetchall()

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        marks = ", ".join("?" * rows.width)
        self.connection.executemany(f"INSERT INTO {table} ({', '.join(rows.columns)}) VALUES ({marks})", rows.rows())

    def is_created(self) -> bool:
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE name = 'ledger_schema'"))

    def ddl(self) -> list[str]:
        return schema.sqlite()


@dataclass(frozen=True, slots=True)
class Postgresql:
    """With autocommit off the caller's transaction is always open, as psycopg has it: the caller commits."""

    connection: psycopg.Connection[Any]

    @contextmanager
    def writing(self) -> Iterator[None]:
        if not self.connection.autocommit:
            self.rows("SELECT 1")  # begins the caller's transaction, so that the next line makes a savepoint in it
        with self.connection.transaction():
            self.rows("SELECT pg_advisory_xact_lock(?)", [_ONE_WRITER])
            yield

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        from psycopg.rows import tuple_row

        with self.connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(sql.replace("?", "%s") if values else sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        columns = ", ".join(rows.columns)
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy,
        ):
            for piece in rows.iter_slices(20_000):
                copy.write(piece.write_csv(include_header=False, quote_style="non_numeric"))

    def is_created(self) -> bool:
        return self.rows("SELECT to_regclass('ledger_schema') IS NOT NULL") == [(True,)]

    def ddl(self) -> list[str]:
        return schema.postgresql()


def database(connection: sqlite3.Connection | psycopg.Connection[Any]) -> Database:
    return Sqlite(connection) if isinstance(connection, sqlite3.Connection) else Postgresql(connection)


@contextmanager
def connected(where: str) -> Iterator[Database]:
    """A file, or a postgresql:// address, opened for as long as the block lasts. What it commits is on the disk.

    Raises Refused when it cannot be opened. An address is not repeated: there may be a password in it.
    """
    with contextlib.closing(_server(where) if where.startswith(_ADDRESS) else _file(where)) as connection:
        yield database(connection)


def _server(address: str) -> psycopg.Connection[Any]:
    where = "Ledger in PostgreSQL"
    try:
        import psycopg
    except ImportError:
        why = "The package that speaks with PostgreSQL is not installed."
        raise Refused(Problem(where, why, "Install it: pip install 'smallgroup[postgres]'.")) from None
    try:
        return psycopg.connect(address, autocommit=True)
    except psycopg.Error as error:
        why = f"It cannot be reached: {str(error).splitlines()[0].rstrip('.')}."
        raise Refused(Problem(where, why, "Check the address, and that the server runs.")) from None


def _file(path: str) -> sqlite3.Connection:
    try:
        file = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            for pragma in ("synchronous = FULL", "foreign_keys = ON"):
                file.execute(f"PRAGMA {pragma}")
            _write_ahead(file)
        except BaseException:
            file.close()
            raise
    except sqlite3.Error as error:
        why = f"It cannot be opened: {error}."
        fix = "Name a ledger, or a new file in a folder that is there."
        raise Refused(Problem(f"Ledger {path}", why, fix)) from None
    return file


def _write_ahead(file: sqlite3.Connection, tries: int = 20) -> None:
    """Readers need not wait for the writer. Several processes may want that of a new file at the same moment."""
    for left in reversed(range(tries)):
        try:
            file.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or not left:
                raise
        file.execute("BEGIN IMMEDIATE")  # this waits its turn, which the pragma does not
        file.execute("COMMIT")
