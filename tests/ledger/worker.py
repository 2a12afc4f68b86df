"""A process of its own that works on a ledger: it does what each line of its input says, and answers with a line.

python worker.py WHERE, then lines such as `book MONTH` (a close and a payment) or `cap PROGRAM PERIOD GROUP`.
"""

from __future__ import annotations

import signal
import sys
from datetime import date
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from smallgroup.ledger import Ledger, close, open_ledger
from smallgroup.rewards.position import Position
from tests.ledger.cases import PEOPLE, line, paid, position, shut

CAP, EACH = 50_000_00, 40_000_00
BROKERS, GROUPS = 60, 12


def book(month: int = 1) -> Position:
    """Earnings of some hundred lines, other ones each month."""
    return position(*(
        line(f"b{broker:03d}", f"g{broker:03d}-{group}", 100 + month * (broker + group))
        for broker in range(BROKERS) for group in range(GROUPS)
    ), as_of=date(2026, month, 28))  # fmt: skip


def closed_and_paid(ledger: Ledger, month: int = 1) -> str:
    earned = book(month)
    shut(ledger, earned, f"2026-{month:02d}")
    paid(ledger, f"r{month}", earned.as_of)
    return ledger.head()


def capped(ledger: Ledger, program: str, period: str, groups: list[str]) -> int:
    """Close a program of which each group earns what the others leave of the cap; return the cents posted."""

    def compute(others: pl.DataFrame) -> Position:
        taken = dict(others.iter_rows())
        earned = {group: min(EACH, CAP - taken.get(group, 0)) for group in groups}
        lines = [line("b1", group, cents, program=program) for group, cents in earned.items()]
        return position(*lines, as_of=as_of, programs=(program,))

    as_of = date.fromisoformat(f"{period}-28")
    return close(ledger, compute, period=period, programs=[program], as_of=as_of, **PEOPLE).posted


def main(where: str, largest_file: int | None) -> None:
    if largest_file is not None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    with open_ledger(where) as ledger:
        print("ready", flush=True)
        for command in sys.stdin:
            match command.split():
                case ["book", month]:
                    told = closed_and_paid(ledger, int(month))
                case ["cap", program, period, *groups]:
                    told = str(capped(ledger, program, period, groups))
                case unknown:
                    raise ValueError(unknown)
            print(told, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
