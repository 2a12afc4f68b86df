"""Lives of a book of sales: facts come and change, periods close, payments go out and come back; and after each step
the ledger holds what two plain models say, one of what is earned (naive.py) and one, below, of what is posted and paid.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from smallgroup.ledger import (
    Ledger,
    Statement,
    balances,
    close,
    dispute,
    forecast,
    pay,
    payment_returned,
    payment_run,
    settle_dispute,
    statement,
    verify,
)
from smallgroup.rewards.earn import earn
from smallgroup.rewards.position import Position
from smallgroup.rewards.read_sales import read_sales
from smallgroup.rewards.report import position
from smallgroup.rulebook.program import chosen_programs
from tests.rewards.books import LEVEL_UP, PRODUCTION, frames, rows_of
from tests.rewards.naive import naive

KEY = ("program", "broker_id", "group_id", "kind")
PROGRAMS = [PRODUCTION, LEVEL_UP]
BOTH = chosen_programs(PROGRAMS)
TWO = {"made_by": "Ann", "checked_by": "Bo"}
NAMES = ("ADA", "BEN", "CAL")
RECORDS = st.sampled_from([
    {"ADA": 1}, {"BEN": 1}, {"ADA": "1/2", "BEN": "1/2"}, {"ADA": "2/3", "CAL": "1/3"},
    {"ADA": "1/3", "BEN": "1/3", "CAL": "1/3"}, {"BEN": "33.34%", "CAL": "66.66%"},
])  # fmt: skip
STARTS = st.sampled_from(["2025-08-31", "2025-09-01", "2025-10-01", "2025-12-01", "2026-01-01", "2026-01-02"])


class Life(RuleBasedStateMachine):
    """`standing` is what is posted of each key, `paid` what was paid of it and did not come back."""

    def __init__(self) -> None:
        super().__init__()
        self.book: dict[str, Any] = {"groups": [], "brokers": {name: {} for name in NAMES}, "adjustments": []}
        self.today = date(2025, 12, 15)
        self.ledger = Ledger(sqlite3.connect(":memory:", isolation_level=None))
        self.ledger.create()
        self.standing: Counter[tuple[str, ...]] = Counter()
        self.paid: Counter[tuple[str, ...]] = Counter()
        self.payments: dict[tuple[str, str], dict[tuple[str, ...], int]] = {}
        self.disputed: set[tuple[str, str, str]] = set()
        self.statements: dict[tuple[str, str], Statement] = {}
        self.closed = self.runs = 0

    def teardown(self) -> None:
        self.ledger.connection.close()

    # ---- facts

    @initialize(members=st.integers(20, 60), record=RECORDS)
    def first_group(self, members: int, record: dict[str, Any]) -> None:
        self.enroll("2025-10-01", members, record)

    @rule(begins=STARTS, members=st.integers(1, 70), record=RECORDS)
    def enroll(self, begins: str, members: int, record: dict[str, Any]) -> None:
        id = f"G{len(self.book['groups']) + 1}"
        self.book["groups"].append({"group_id": id, "effective_date": begins, "members": members, "brokers": record})

    def group(self, place: int) -> dict[str, Any]:
        found: dict[str, Any] = self.book["groups"][place % len(self.book["groups"])]
        return found

    @rule(place=st.integers(0, 9), days=st.integers(80, 95) | st.integers(0, 200))
    def terminate(self, place: int, days: int) -> None:
        group = self.group(place)
        group["last_covered_day"] = str(date.fromisoformat(group["effective_date"]) + timedelta(days))
        group["termination_known_on"] = str(self.today)

    @rule(place=st.integers(0, 9))
    def reinstate(self, place: int) -> None:
        self.group(place).pop("last_covered_day", None)
        self.group(place).pop("termination_known_on", None)

    @rule(place=st.integers(0, 9), record=RECORDS)
    def correct_a_split(self, place: int, record: dict[str, Any]) -> None:
        self.group(place)["brokers"] = record

    @rule(place=st.integers(0, 9), before=st.sampled_from(NAMES), after=st.sampled_from(NAMES), days=st.integers(-1, 2))
    def change_the_broker(self, place: int, before: str, after: str, days: int) -> None:
        group = self.group(place)
        turn = date.fromisoformat(group["effective_date"]) + timedelta(days)
        group["brokers"] = [
            {"broker_id": before, "to_date": str(turn - timedelta(1))}, {"broker_id": after, "from_date": str(turn)},
        ]  # fmt: skip

    @rule(name=st.sampled_from(NAMES), condition=st.sampled_from(["licensed", "good_standing"]), ends=STARTS)
    def lapse(self, name: str, condition: str, ends: str) -> None:
        self.book["brokers"][name] = {condition: {"from": "2020-01-01", "to": ends}}

    @rule(place=st.integers(0, 9), members=st.integers(1, 70), late=st.integers(0, 3))
    def amend(self, place: int, members: int, late: int) -> None:
        blocks: list[dict[str, Any]] = [{"count": members}]
        self.group(place)["members"] = blocks + [{"count": late, "effective_date": "2026-02-01"}] * bool(late)

    @rule(place=st.integers(0, 9), kind=st.sampled_from(["exclude", "include"]))
    def decide(self, place: int, kind: str) -> None:
        said = {"kind": kind, "group_id": self.group(place)["group_id"], "decided_on": str(self.today)}
        self.book["adjustments"].append(said)

    @rule(days=st.integers(1, 60))
    def time_goes_by(self, days: int) -> None:
        self.today += timedelta(days)

    # ---- the ledger

    def compute(self, others: pl.DataFrame) -> Position:
        return position(earn(read_sales(frames(rows_of(self.book))), BOTH, self.today, other=others))

    @rule()
    def close_a_period(self) -> None:
        period = f"{2026 + self.closed // 12}-{self.closed % 12 + 1:02d}"
        self.closed += 1
        before = self.ledger.head()
        expected = forecast(self.ledger, self.compute, programs=PROGRAMS, as_of=self.today)
        assert self.ledger.head() == before, "a forecast writes nothing"
        closing = close(self.ledger, self.compute, period=period, programs=PROGRAMS, as_of=self.today, **TWO)
        signs = [1 if debit.startswith("expense:") else -1 for debit in expected["debit"]]
        assert sum(sign * cents for sign, cents in zip(signs, expected["cents"], strict=True)) == closing.posted
        earned = naive(rows_of(self.book), self.today).cents
        assert closing.posted == sum(earned.values()) - self.standing.total()
        self.standing = Counter(earned)
        head = self.ledger.head()
        again = close(self.ledger, self.compute, period=period, programs=PROGRAMS, as_of=self.today, **TWO)
        assert (again, self.ledger.head()) == (closing, head), "the same close posts nothing"
        for name in NAMES:
            self.statements[name, period] = told = statement(self.ledger, name, period)
            assert told.opening + sum(line.cents for line in told.lines) - sum(one.cents for one in told.paid) == \
                told.closing  # fmt: skip
            assert all(line.because for line in told.lines), "every line names its cause"
        self.today += timedelta(1)

    @rule()
    def pay_what_is_owed(self) -> None:
        self.runs += 1
        run = f"run {self.runs}"
        owed: dict[str, dict[tuple[str, ...], int]] = {name: {} for name in NAMES}
        for key in self.standing.keys() | self.paid.keys():
            program, broker, group, _ = key
            if (program, broker, group) not in self.disputed:
                owed[broker][key] = self.standing[key] - self.paid[key]
        done = pay(self.ledger, run=run, on=self.today, **TWO)
        due = {f"P-{name}": sum(keys.values()) for name, keys in owed.items()}
        assert {one.payee_id: one.cents for one in done.payments} == {id: c for id, c in due.items() if c > 0}
        assert {one.payee_id: one.cents for one in done.unpaid} == {id: c for id, c in due.items() if c < 0}
        for name, keys in owed.items():
            if due[f"P-{name}"] > 0:
                self.payments[run, f"P-{name}"] = keys
                self.paid.update(keys)
        assert pay(self.ledger, run=run, on=self.today, **TWO) == done, "nothing is paid twice"

    @precondition(lambda self: self.payments)
    @rule(place=st.integers(0, 20))
    def a_payment_comes_back(self, place: int) -> None:
        run, payee = sorted(self.payments)[place % len(self.payments)]
        for _ in range(2):
            payment_returned(self.ledger, run=run, payee_id=payee, on=self.today, code="R03", made_by="Ann")
        self.paid.subtract(self.payments.pop((run, payee)))
        assert [one.returned for one in payment_run(self.ledger, run).payments if one.payee_id == payee] == [True]

    @precondition(lambda self: self.standing)
    @rule(place=st.integers(0, 20))
    def contest_or_settle(self, place: int) -> None:
        program, broker, group, _ = sorted(self.standing)[place % len(self.standing)]
        settled = (program, broker, group) in self.disputed
        verb = settle_dispute if settled else dispute
        verb(self.ledger, broker, program, group, on=self.today, why=f"for the test {place}", made_by="Ann")
        self.disputed ^= {(program, broker, group)}
        self.today += timedelta(1)

    # ---- after each step

    @invariant()
    def the_ledger_holds_what_the_models_say(self) -> None:
        held = balances(self.ledger, KEY)
        for *key, earned, rescinded, paid, returned, owed in held.iter_rows():
            assert earned - rescinded == self.standing[tuple(key)]
            assert paid - returned == self.paid[tuple(key)]
            assert earned - rescinded - paid + returned == owed
            assert 0 <= rescinded <= earned, "never more is taken back than was posted"
        known = set(held.select(KEY).iter_rows())
        assert {key for key, cents in self.standing.items() if cents} <= known
        per_group: Counter[str] = Counter()
        for (_, _, group, _), cents in self.standing.items():
            per_group[group] += cents
        assert all(cents <= 50_000_00 for cents in per_group.values())

    @invariant()
    def what_was_told_stays_true(self) -> None:
        for (name, period), told in self.statements.items():
            assert statement(self.ledger, name, period) == told
        verify(self.ledger)


Life.TestCase.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
TestLife = Life.TestCase
