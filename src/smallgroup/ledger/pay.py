"""Paying what is owed: one payment to a payee and run, and never a second one for the same cents.

A run is posted whole before any file is made of it; the file is made from what is posted, as often as it is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.ledger.balances import KEY, standing
from smallgroup.ledger.chain import Entry, sha
from smallgroup.ledger.close import payees_of
from smallgroup.ledger.database import Database
from smallgroup.ledger.disputes import DISPUTED, disputed
from smallgroup.ledger.ledger import (
    Ledger,
    append,
    event,
    mirrored,
    posted_before,
    refused,
    said,
    two_people,
    undoable,
)  # fmt: skip
from smallgroup.ledger.schema import CASH, PAID, TRANSFER, UNPAID
from smallgroup.money import pretty

CHECKING, SAVINGS = "checking", "savings"


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a payee is paid. None of it goes into the ledger."""

    name: str
    routing_number: str = field(repr=False)
    account_number: str = field(repr=False)
    account_kind: str = CHECKING

    def problems(self, where: str) -> list[Problem]:
        return account_problems(where, self.routing_number, self.account_number, self.account_kind)


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a run, as it was posted. Cents are above zero; `returned` if the bank sent it back."""

    entry_id: int
    payee_id: str
    payee_kind: str
    broker_ids: tuple[str, ...]
    cents: int
    returned: bool


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A payee whom a run left out. Cents are what is due; below zero it is due from them."""

    payee_id: str
    cents: int
    because: str


@dataclass(frozen=True, slots=True)
class Run:
    """A payment run: what it paid, and whom it left out and why. Payees in the order of their ids."""

    run: str
    on: date
    payments: tuple[Payment, ...]
    unpaid: tuple[Unpaid, ...]

    @property
    def cents(self) -> int:
        return sum(payment.cents for payment in self.payments)


def pay(
    ledger: Ledger, *, run: str, on: date, made_by: str, checked_by: str, payees: Mapping[str, Payee] | None = None,
    hold: Mapping[str, str] | None = None, recorded_at: str | None = None,
) -> Run:  # fmt: skip
    """Pay every payee what is due on a day, less what is due from them.

    What is held beyond the day or in dispute stays owed. Nobody is paid who has no tax id on file, whom `hold` names
    (payee → why), or, where `payees` is given, who is not in it; whose balance is not above zero is carried forward.
    The same run again posts nothing and gives the same answer.
    Raises Refused when the run was made on another day or with other holds, and when an account is impossible.
    """
    made_by, checked_by = two_people(made_by, checked_by)
    run, hold = said(run, "which run it is"), hold or {}
    _refuse_impossible(payees or {})
    db = ledger.database
    with db.writing():
        body = sha(on.isoformat(), *(value for pair in sorted(hold.items()) for value in pair))
        why = "It was made already, on another day or with other holds."
        told = Problem(f"Payment run {run}", why, "Give the next run another name.")
        if posted_before(db, "run", run, body, told) is not None:
            return payment_run(ledger, run)
        due = _due(db, on)
        totals = due.group_by("payee_id", "tax_id_on_file", "known").agg(pl.col("owed").sum()).sort("payee_id")
        paid, unpaid = [], []
        for payee_id, tax_id, known, cents in totals.iter_rows():
            because = _why_not(cents, payee_id, tax_id, known, payees, hold)
            if because is None:
                paid.append(payee_id)
            elif cents:
                unpaid.append((payee_id, cents, because))
        entries = [
            Entry(
                source="payment", event_id=event(run, payee_id), body_sha256=sha(body, payee_id), kind="payment",
                subject=payee_id, batch=run, day=on.isoformat(), made_by=made_by, checked_by=checked_by,
                recorded_at=recorded_at,
            )
            for payee_id in paid
        ]  # fmt: skip
        entries.append(Entry(
            source="run", event_id=run, body_sha256=body, kind="run", batch=run, day=on.isoformat(), made_by=made_by,
            checked_by=checked_by, recorded_at=recorded_at,
        ))  # fmt: skip
        rows = [(len(paid), *row) for row in unpaid]
        append(
            db, entries, (TRANSFER, _transfers(due, paid, run)),
            (UNPAID, pl.DataFrame(rows, schema=UNPAID.columns, orient="row")),
        )  # fmt: skip
        return payment_run(ledger, run)


def _due(db: Database, on: date) -> pl.DataFrame:
    """What is owed of each key that may be paid on a day, with its payee: the columns of KEY, `owed`, and the payee's.

    What a broker owes us is never held: it is taken off whatever else is paid.
    """
    keys = standing(db, owed_only=True).with_columns(owed=pl.col("standing") - pl.col("paid"))
    held = (pl.col("owed") > 0) & (pl.col("hold_until") > on.isoformat()).fill_null(False)
    contested = pl.DataFrame(
        [(one.program, one.broker_id, one.group_id) for one in disputed(db)],
        schema=dict.fromkeys(DISPUTED, pl.String), orient="row",
    )  # fmt: skip
    keys = keys.filter(~held).join(contested, on=DISPUTED, how="anti")
    payees = payees_of(db)
    # A payee of several brokers is paid in one, and only if each of them says that the tax id is there.
    on_file = payees.group_by("payee_id").agg(pl.col("tax_id_on_file").min().cast(pl.Boolean))
    brokers = payees.select("broker_id", "payee_id").join(on_file, on="payee_id")
    return keys.join(brokers, on="broker_id", how="left").with_columns(
        known=pl.col("payee_id").is_not_null(), payee_id=pl.coalesce("payee_id", "broker_id"),
        tax_id_on_file=pl.col("tax_id_on_file").fill_null(False),
    )  # fmt: skip


def _why_not(
    cents: int, payee_id: str, tax_id: bool, known: bool, payees: Mapping[str, Payee] | None, hold: Mapping[str, str]
) -> str | None:
    """Why a payee is not paid, or None."""
    if cents <= 0:
        return f"{pretty(cents)} is carried forward, and taken off what is earned next."
    if not known:
        return f"Nobody is named as the payee of broker {payee_id}. Name one with the next close."
    if not tax_id:
        return "There is no tax id on file. Ask for a W-9."
    if payee_id in hold:
        return hold[payee_id]
    if payees is not None and payee_id not in payees:
        return "There is no bank account on file. Ask for one."
    return None


def _transfers(due: pl.DataFrame, paid: list[str], run: str) -> pl.DataFrame:
    """Each key of each payee that is paid: out of cash what is owed, back into it what is owed to us."""
    place = pl.DataFrame({"payee_id": paid, "entry_id": range(len(paid))}, schema_overrides={"payee_id": pl.String})
    owed, cash = "owed:" + pl.col("broker_id"), pl.lit(CASH)
    back = pl.col("owed") < 0
    return due.join(place, on="payee_id").sort("entry_id", "broker_id", *KEY).with_columns(
        debit=pl.when(back).then(cash).otherwise(owed), credit=pl.when(back).then(owed).otherwise(cash),
        cents=pl.col("owed").abs(), action=pl.lit("payment"),
        because=pl.when(back).then(pl.lit(f"taken off payment run {run}")).otherwise(pl.lit(f"payment run {run}")),
    ).select([name for name in TRANSFER.columns if name != "id"])  # fmt: skip


def payment_run(ledger: Ledger, run: str) -> Run:
    """A run as it was posted. Raises Refused when there is none of this name."""
    db = ledger.database
    found = db.rows("SELECT id, day FROM ledger_entry WHERE source = 'run' AND event_id = ?", [run])
    if not found:
        raise refused(f"Payment run {run}", "There is no such run.", "Name a run that was paid.", seen=run)
    ((run_id, day),) = found
    kinds = dict(payees_of(db, until=run_id).select("payee_id", "payee_kind").iter_rows())
    rows = db.rows(
        f"SELECT e.id, e.subject, u.id, t.broker_id, CAST(SUM({PAID}) AS BIGINT) FROM ledger_entry e "
        "JOIN ledger_transfer t ON t.entry_id = e.id LEFT JOIN ledger_entry u ON u.reverses_id = e.id "
        "WHERE e.kind = 'payment' AND e.batch = ? "
        "GROUP BY e.id, e.subject, u.id, t.broker_id ORDER BY e.id, t.broker_id",
        [run],
    )  # fmt: skip
    payments: dict[int, Payment] = {}
    for entry_id, payee_id, undone, broker_id, cents in rows:
        before = payments.get(entry_id)
        brokers = (*(before.broker_ids if before else ()), broker_id)
        total = cents + (before.cents if before else 0)
        payments[entry_id] = Payment(entry_id, payee_id, kinds[payee_id], brokers, total, undone is not None)
    sql = "SELECT payee_id, cents, because FROM ledger_unpaid WHERE entry_id = ? ORDER BY payee_id"
    unpaid = db.rows(sql, [run_id])
    return Run(run, date.fromisoformat(day), tuple(payments.values()), tuple(Unpaid(*row) for row in unpaid))


def payment_returned(
    ledger: Ledger, *, run: str, payee_id: str, on: date, code: str, made_by: str, recorded_at: str | None = None
) -> int:
    """The bank sent a payment back (`code` as the bank says, R03): it is owed again; return the id of the entry.

    The same return again posts nothing. Raises Refused when there is no such payment, or it is undone already.
    """
    made_by, code = said(made_by, "who made it"), said(code, "why the bank sent it back")
    where = f"Payment run {run}, payee {payee_id}"
    db = ledger.database
    with db.writing():
        key, body = event(run, payee_id), sha(on.isoformat(), code)
        why = "It came back already, on another day or with another code."
        told = Problem(where, why, "A payment comes back once.")
        done = posted_before(db, "return", key, body, told)
        if done is not None:
            return done
        payment = db.rows("SELECT id FROM ledger_entry WHERE source = 'payment' AND event_id = ?", [key])
        if not payment:
            raise refused(where, "There is no such payment.", "Name a run, and a payee whom it paid.")
        ((payment_id,),) = payment
        undoable(db, payment_id, ("payment",), on)
        entry = Entry(
            source="return", event_id=key, body_sha256=body, kind="return", subject=payee_id, batch=run,
            day=on.isoformat(), reverses_id=payment_id, why=code, made_by=made_by, recorded_at=recorded_at,
        )  # fmt: skip
        because = f"payment run {run} came back: {code}"
        return append(db, [entry], (TRANSFER, mirrored(db, payment_id, "return", because)))[0]


# Accounts


def routing_check_digit(first_eight: str) -> int:
    """The ninth digit of a routing number: weights 3, 7, 1, and up to the next ten."""
    return -sum(int(digit) * weight for digit, weight in zip(first_eight, (3, 7, 1) * 3, strict=False)) % 10


def account_problems(where: str, routing: str, account: str, kind: str) -> list[Problem]:
    """What makes an account impossible, if anything. The account number itself is not repeated."""
    problems = []
    if len(routing) != 9 or not (routing.isascii() and routing.isdigit()):
        problems.append(Problem(where, "A routing number has nine digits.", "Copy it from a check.", seen=routing))
    elif int(routing[8]) != routing_check_digit(routing[:8]):
        why = f"The routing number {routing} is mistyped: its last digit does not fit the first eight."
        problems.append(Problem(where, why, "Copy it from a check.", seen=routing))
    plain = account.replace("-", "").replace(" ", "")
    if not (0 < len(plain) <= 17 and plain.isascii() and plain.isalnum()):
        problems.append(Problem(where, "An account number has up to 17 digits.", "Copy it from a check."))
    if kind not in (CHECKING, SAVINGS):
        why = f"{kind!r} is no kind of account."
        problems.append(Problem(where, why, f"Write {CHECKING} or {SAVINGS}.", seen=kind))
    return problems


def _refuse_impossible(payees: Mapping[str, Payee]) -> None:
    problems = [one for payee_id, payee in sorted(payees.items()) for one in payee.problems(f"Payee {payee_id}")]
    if problems:
        raise Refused(problems)
