"""The files of a payment run, made of what is posted, and written whole or not at all."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from smallgroup.ledger.ledger import Ledger
from smallgroup.ledger.pay import payment_run
from smallgroup.money import dollars
from smallgroup.whole import whole_file

PAYABLES = ("run", "paid_on", "entry", "payee_id", "payee_kind", "broker_ids", "amount")


def payables_csv(ledger: Ledger, run: str) -> str:
    """One row for each payment of a run, dollars and cents with a point. Raises Refused when there is no such run."""
    posted = payment_run(ledger, run)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(PAYABLES)
    for one in posted.payments:
        brokers = " ".join(one.broker_ids)
        table.writerow(
            (run, posted.on, one.entry_id, one.payee_id, one.payee_kind, brokers, dollars(one.cents))
        )  # fmt: skip
    return out.getvalue()


def write_whole(path: Path, text: str) -> None:
    """Give the file this text in one step: whoever reads it, also after a crash, sees all of it or what was there."""
    with whole_file(path) as out:
        out.write(text.encode())
