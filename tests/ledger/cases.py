"""Positions written by hand, and the verbs on them with the names of two people."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import polars as pl

from smallgroup.ledger import Closing, Ledger, Payee, Run, balances, close, pay
from smallgroup.rewards.position import LINES, PAYEES, REASONS, Position

try:
    import psycopg

    DATABASE_ERRORS: tuple[type[Exception], ...] = (sqlite3.Error, psycopg.Error)
except ImportError:
    DATABASE_ERRORS = (sqlite3.Error,)

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
PEOPLE = {"made_by": "Ann", "checked_by": "Bo"}
ACCOUNTS = {
    "b1": Payee("Bea Martínez", "021000021", "123456789"),
    "b2": Payee("Łukasz O’Neil", "011401533", "55-1234", "savings"),
    "acme": Payee("Acme Benefits, LLC", "091000019", "000987654321"),
}


def line(
    broker: str, group: str, cents: int, *, program: str = "base", kind: str = "production", rule: str | None = None,
    units: int | None = 10, counted: str | None = "105", share: str | None = "1", hold: date | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "program": program, "broker_id": broker, "group_id": group, "kind": kind, "rule": rule or f"{program}.{kind}",
        "cents": cents, "units": units, "counted": counted, "share": share, "hold_until": hold,
    }  # fmt: skip


def reason(group: str | None, because: str, *, program: str = "base", broker: str | None = None,
           member: str | None = None, rule: str = "base.rescission") -> dict[str, Any]:  # fmt: skip
    return {
        "program": program, "group_id": group, "member_id": member, "broker_id": broker, "rule": rule,
        "because": because,
    }  # fmt: skip


def payee(broker: str, payee_id: str | None = None, *, kind: str = "person", tax_id: bool = True) -> dict[str, Any]:
    return {
        "broker_id": broker, "payee_id": payee_id or broker, "payee_kind": kind, "tax_id_on_file": tax_id,
        "name": broker.title(),
    }  # fmt: skip


def position(
    *lines: dict[str, Any], as_of: date = JANUARY, programs: tuple[str, ...] = ("base",),
    reasons: Iterable[dict[str, Any]] = (), payees: Iterable[dict[str, Any]] | None = None,
) -> Position:  # fmt: skip
    if payees is None:
        payees = [payee(broker) for broker in sorted({one["broker_id"] for one in lines})]
    return Position(
        as_of, programs, pl.DataFrame(list(lines), schema=LINES), pl.DataFrame(list(reasons), schema=REASONS),
        pl.DataFrame(list(payees), schema=PAYEES),
    )  # fmt: skip


def always(earned: Position) -> Callable[[pl.DataFrame], Position]:
    return lambda others: earned


def shut(ledger: Ledger, earned: Position, period: str = "2026-01") -> Closing:
    return close(ledger, always(earned), period=period, programs=earned.programs, as_of=earned.as_of, **PEOPLE)


def paid(ledger: Ledger, run: str = "r1", on: date = FEBRUARY, **more: Any) -> Run:
    return pay(ledger, run=run, on=on, **PEOPLE, **more)


def owed(ledger: Ledger, by: str = "broker_id") -> dict[str, int]:
    return dict(balances(ledger, [by]).select(by, "owed").iter_rows())


def transfers(ledger: Ledger, *columns: str, entry_kind: str | None = None) -> list[tuple[Any, ...]]:
    where = f"WHERE e.kind = '{entry_kind}'" if entry_kind else ""
    names = ", ".join(f"t.{column}" for column in columns)
    sql = f"SELECT {names} FROM ledger_transfer t JOIN ledger_entry e ON e.id = t.entry_id {where} ORDER BY t.id"
    return ledger.database.rows(sql)


def holds(ledger: Ledger) -> None:
    """Promise 7, of every key, broker, group and program."""
    for by in (["broker_id"], ["group_id"], ["program"], ["program", "broker_id", "group_id", "kind"]):
        found = balances(ledger, by)
        assert (found["earned"] - found["rescinded"] - found["paid"] + found["returned"]).equals(found["owed"])
