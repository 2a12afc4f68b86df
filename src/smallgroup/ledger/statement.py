"""A broker's statement of a period: what was owed before, every line with its cause, what was paid, what is owed.

A statement is cut out of the ledger between two closings: from the last one of the periods before to the last one of
its own. What is posted later comes later, so a statement never changes once a later period is closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from smallgroup.ledger.close import closed
from smallgroup.ledger.ledger import Ledger, refused
from smallgroup.ledger.schema import EARNED, PAID


@dataclass(frozen=True, slots=True)
class Line:
    """What was earned or taken back through a group. `cents` is below zero where it was taken back."""

    action: str
    hold_until: date | None
    program: str
    group_id: str
    kind: str
    rule: str | None
    units: int | None
    counted: str | None
    share: str | None
    cents: int
    because: str


@dataclass(frozen=True, slots=True)
class Paid:
    """The broker's part of one payment; `cents` is below zero where it came back."""

    entry_id: int
    day: date
    action: str
    run: str | None
    cents: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Cents throughout: opening + lines − paid = closing, which the next statement opens with."""

    broker_id: str
    period: str
    as_of: date
    opening: int
    lines: tuple[Line, ...]
    paid: tuple[Paid, ...]
    closing: int


def statement(ledger: Ledger, broker_id: str, period: str) -> Statement:
    """What a broker is told of a closed period. Raises Refused when the period is not closed."""
    db = ledger.database
    closings = [one for one, _ in closed(db)]
    ours = [one for one in closings if one.period == period]
    if not ours:
        known = sorted({one.period for one in closings})
        why = f"{period} is not closed."
        fix = f"Choose among {known[0]} to {known[-1]}, or close it first." if known else "Close it first."
        raise refused("Statement", why, fix, seen=period)
    after = max((one.entry_id for one in closings if one.period < period), default=0)
    until = max(one.entry_id for one in ours)
    ((opening,),) = db.rows(
        f"SELECT CAST(COALESCE(SUM({EARNED} - {PAID}), 0) AS BIGINT) FROM ledger_transfer "
        "WHERE broker_id = ? AND entry_id <= ?",
        [broker_id, after],
    )
    lines: list[Line] = []
    paid: dict[int, Paid] = {}
    for entry_id, day, run, cash, action, hold_until, *line in db.rows(
        f"SELECT t.entry_id, e.day, e.batch, {PAID}, t.action, t.hold_until, t.program, t.group_id, t.kind, t.rule, "
        f"t.units, t.counted, t.share, {EARNED}, t.because "
        "FROM ledger_transfer t JOIN ledger_entry e ON e.id = t.entry_id "
        "WHERE t.broker_id = ? AND t.entry_id > ? AND t.entry_id <= ? ORDER BY t.id",
        [broker_id, after, until],
    ):
        if cash:
            before = paid[entry_id].cents if entry_id in paid else 0
            paid[entry_id] = Paid(entry_id, date.fromisoformat(day), action, run, before + cash)
        else:
            held = date.fromisoformat(hold_until) if hold_until else None
            lines.append(Line(action, held, *line))
    closing = opening + sum(line.cents for line in lines) - sum(one.cents for one in paid.values())
    return Statement(
        broker_id, period, max(one.as_of for one in ours), opening, tuple(lines), tuple(paid.values()), closing
    )
