"""What brokers are owed and were paid: a double-entry ledger that only grows, in SQLite or PostgreSQL.

with open_ledger("rewards.db") as ledger:
    close(ledger, compute, period="2026-01", programs=["base"], as_of=day, made_by="Ann", checked_by="Bo")
    pay(ledger, run="2026-02", on=day, made_by="Ann", checked_by="Bo")
"""

from smallgroup.ledger.balances import balances, paid_by_group, paid_by_year
from smallgroup.ledger.beancount import beancount
from smallgroup.ledger.close import Closing, close, forecast
from smallgroup.ledger.disputes import Dispute, dispute, open_disputes, settle_dispute
from smallgroup.ledger.files import payables_csv, write_whole
from smallgroup.ledger.ledger import Ledger, Verified, open_ledger, reverse, verify
from smallgroup.ledger.nacha import Originator, nacha
from smallgroup.ledger.pay import Payee, Payment, Run, Unpaid, pay, payment_returned, payment_run
from smallgroup.ledger.statement import Line, Paid, Statement, statement

__all__ = [
    "Closing", "Dispute", "Ledger", "Line", "Originator", "Paid", "Payee", "Payment", "Run", "Statement", "Unpaid",
    "Verified", "balances", "beancount", "close", "dispute", "forecast", "nacha", "open_disputes", "open_ledger",
    "paid_by_group", "paid_by_year", "pay", "payables_csv", "payment_returned", "payment_run", "reverse",
    "settle_dispute", "statement", "verify", "write_whole",
]  # fmt: skip
