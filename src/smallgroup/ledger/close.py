"""Closing a period: what the ledger holds is brought to what is earned, and only the difference is posted.

A period that is closed never changes. A fact that comes late, a group that ended too soon, is a line of the next
period that is closed, with its cause.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import sha256

import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.ledger.balances import KEY, standing
from smallgroup.ledger.causes import with_causes
from smallgroup.ledger.chain import Entry, sha, written, written_rows
from smallgroup.ledger.database import Database
from smallgroup.ledger.ledger import Ledger, append, event, frame, last_id, refused, two_people
from smallgroup.ledger.schema import CLOSING, EARNED, PAYEE, TRANSFER
from smallgroup.rewards.position import LINES, PAYEES, REASONS, Position

Compute = Callable[[pl.DataFrame], Position]
"""What other programs have standing (`group_id, cents`, by group) → what is earned under the programs to close."""

_PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_OTHERS = pl.Schema({"group_id": pl.String, "cents": pl.Int64})
_POSTED = ("rule", "units", "counted", "share", "hold_until")
_ACTIONS = ("void", "clawback", "earned")  # in this order within a key: the last says how it stands


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed period of some programs. Cents; `statements` is the number of brokers with a difference."""

    entry_id: int
    period: str
    programs: tuple[str, ...]
    as_of: date
    position_sha256: str
    statements: int
    earned: int
    voided: int
    clawed_back: int

    @property
    def posted(self) -> int:
        """What all brokers together are owed more since this close; below zero if less."""
        return self.earned - self.voided - self.clawed_back


def close(
    ledger: Ledger, compute: Compute, *, period: str, programs: Sequence[str], as_of: date, made_by: str,
    checked_by: str, recorded_at: str | None = None,
) -> Closing:  # fmt: skip
    """Post what differs between what is earned as of a day and what stands posted of these programs.

    `compute` is called while nobody else can write, so a cap over several programs holds whoever closes at the same
    time. The same close again posts nothing and gives the same answer.
    Raises Refused when the period is closed with another position, or lies before one that is closed; when the
    position is not of these programs and this day, or contradicts itself; and when nobody else checked it, or only
    somebody who decided an adjustment in it.
    """
    made_by, checked_by = two_people(made_by, checked_by)
    names = _names(period, programs)
    db = ledger.database
    with db.writing():
        closings = closed(db)
        same = [pair for pair in closings if (pair[0].period, pair[0].programs) == (period, names)]
        done, after = same[0] if same else (None, last_id(db))
        if done is None:
            _refuse_disorder([one for one, _ in closings], period, names, as_of)
        position = _checked(compute(_others(db, names, after)), names, as_of)
        _refuse_own_decision(position, checked_by, _where(period, names))
        position_sha256 = _sha(position)
        if done is not None:
            if (done.position_sha256, done.as_of) != (position_sha256, as_of):
                why = f"It is closed as of {done.as_of}, with other earnings than these."
                raise refused(_where(period, names), why, "A closed period never changes; close the next one.")
            return done
        transfers = _differences(position, standing(db, names))
        brokers = transfers["broker_id"].unique(maintain_order=True).to_list()
        totals = {action: int(transfers.filter(action=action)["cents"].sum()) for action in _ACTIONS}
        entry = partial(
            Entry, batch=period, day=as_of.isoformat(), made_by=made_by, checked_by=checked_by, recorded_at=recorded_at
        )
        programs_text = event(*names)
        entries = [
            entry(
                source="statement", event_id=event(period, programs_text, broker), kind="statement", subject=broker,
                body_sha256=sha(position_sha256, broker),
            )
            for broker in brokers
        ]  # fmt: skip
        body = sha(position_sha256, as_of)
        entries.append(entry(source="closing", event_id=event(period, programs_text), kind="closing", body_sha256=body))
        last = len(brokers)
        closing = {
            "entry_id": last, "programs": programs_text, "as_of": as_of.isoformat(), "after_id": after,
            "position_sha256": position_sha256, "statements": last, "earned": totals["earned"],
            "voided": totals["void"], "clawed_back": totals["clawback"],
        }  # fmt: skip
        ids = append(
            db, entries, (TRANSFER, transfers), (CLOSING, pl.DataFrame([closing])),
            (PAYEE, _new_payees(db, position.payees).with_columns(entry_id=pl.lit(last))),
        )  # fmt: skip
        return Closing(
            ids[-1], period, names, as_of, position_sha256, last, totals["earned"], totals["void"], totals["clawback"]
        )


def forecast(ledger: Ledger, compute: Compute, *, programs: Sequence[str], as_of: date) -> pl.DataFrame:
    """The transfers that `close` would post now, with their causes. Nothing is written."""
    names = _names("2000-01", programs)
    db = ledger.database
    with db.writing():
        position = _checked(compute(_others(db, names, last_id(db))), names, as_of)
        return _differences(position, standing(db, names)).drop("entry_id")


def closed(db: Database) -> list[tuple[Closing, int]]:
    """Every closing in the order of the ledger, with the last entry before it."""
    rows = db.rows(
        "SELECT e.id, e.batch, c.programs, c.as_of, c.position_sha256, c.statements, c.earned, c.voided, "
        "c.clawed_back, c.after_id FROM ledger_closing c JOIN ledger_entry e ON e.id = c.entry_id ORDER BY e.id"
    )
    return [
        (Closing(id_, period, tuple(json.loads(programs)), date.fromisoformat(as_of), *figures), after)
        for id_, period, programs, as_of, *figures, after in rows
    ]


def _names(period: str, programs: Sequence[str]) -> tuple[str, ...]:
    if not _PERIOD.fullmatch(period):
        raise refused("Closing", f"{period!r} is not a period.", "Write it as YYYY-MM, for example 2026-01.", period)
    if not programs or not all(name.strip() for name in programs):
        raise refused("Closing", "No program is named.", "Name the programs to close.")
    return tuple(sorted(set(programs)))


def _where(period: str, programs: Sequence[str]) -> str:
    return f"Closing {period} of {', '.join(programs)}"


def _refuse_disorder(closings: Sequence[Closing], period: str, programs: tuple[str, ...], as_of: date) -> None:
    """Periods are closed in order. A statement carries its balance over all programs, so the order is over all."""
    where, problems = _where(period, programs), []
    fix = "A closed period never changes; close the next one."
    later = max((one.period for one in closings), default="")
    ours = [one for one in closings if set(one.programs) & set(programs)]
    if later > period:
        problems.append(Problem(where, f"{later} is closed already, and comes after it.", fix, seen=period))
    elif any(one.period == period for one in ours):
        taken = next(one for one in ours if one.period == period)
        problems.append(Problem(where, f"It is closed already, of {', '.join(taken.programs)}.", fix, seen=period))
    latest = max((one.as_of for one in ours), default=None)
    if latest is not None and as_of < latest:
        why = f"It is as of {as_of}, and the close before it was as of {latest}."
        problems.append(Problem(where, why, f"Close as of {latest} or later.", seen=str(as_of)))
    if problems:
        raise Refused(problems)


def _refuse_own_decision(position: Position, checked_by: str, where: str) -> None:
    """Who decided an adjustment does not check the close that pays it."""
    if checked_by.casefold() in {name.strip().casefold() for name in position.decided_by}:
        why = f"{checked_by} decided an adjustment that it rests on, and cannot check it too."
        raise refused(where, why, "Let somebody else check it.", seen=checked_by)


def _others(db: Database, programs: Sequence[str], after: int) -> pl.DataFrame:
    """What other programs have standing for each group. Asked again, it is as it was at the time of the close."""
    sql = f"""
        SELECT group_id, CAST(SUM(earned) AS BIGINT) FROM (
            SELECT group_id, {EARNED} AS earned FROM ledger_transfer
            WHERE program NOT IN ({", ".join("?" * len(programs))}) AND entry_id <= ?
        ) AS each_transfer GROUP BY group_id HAVING SUM(earned) <> 0 ORDER BY group_id"""
    return frame(db, sql, [*programs, after], _OTHERS)


# The position


def _checked(position: Position, programs: tuple[str, ...], as_of: date) -> Position:
    """The position with its rows in order. Raises Refused with everything that contradicts itself in it."""
    lines = position.lines.select(LINES.names()).cast(dict(LINES)).sort(KEY)  # type: ignore[arg-type]
    reasons = position.reasons.select(REASONS.names()).cast(dict(REASONS))  # type: ignore[arg-type]
    payees = position.payees.select(PAYEES.names()).cast(dict(PAYEES)).sort("broker_id")  # type: ignore[arg-type]
    problems = []
    if set(position.programs) != set(programs):
        why = f"It is a position of {', '.join(position.programs) or 'no program'}, not of {', '.join(programs)}."
        problems.append(("Position", why, "Compute it of the programs that are closed."))
    if position.as_of != as_of:
        why = f"It is a position as of {position.as_of}, not as of {as_of}."
        problems.append(("Position", why, "Compute it as of the day of the close."))
    for row in lines.filter(pl.any_horizontal(pl.col(*KEY, "cents").is_null())).head(20).iter_rows():
        problems.append(("Position, lines", f"A line lacks its key or its cents: {row[:6]}.", "Name all of them."))
    for row in lines.filter(pl.col("cents") < 0).head(20).iter_rows():
        problems.append((_line(row), f"It earns {row[5]} cents.", "A position has no debts; leave the line out."))
    for row in lines.filter(~pl.col("program").is_in(position.programs)).head(20).iter_rows():
        problems.append((_line(row), "The position is not of this program.", "Leave the line out."))
    for row in lines.filter(pl.struct(KEY).is_duplicated()).head(20).iter_rows():
        problems.append((_line(row), "There are several lines of this kind.", "Add them up into one."))
    problems += _payee_problems(payees)
    if problems:
        raise Refused([Problem(where, why, fix) for where, why, fix in problems])
    return Position(as_of, programs, lines, reasons.sort(pl.all()), payees, position.decided_by)


def _line(row: tuple[object, ...]) -> str:
    return f"Position, {row[0]}, broker {row[1]}, group {row[2]}, {row[3]}"


def _payee_problems(payees: pl.DataFrame) -> list[tuple[str, str, str]]:
    problems = []
    for row in payees.filter(pl.any_horizontal(pl.col("broker_id", "payee_id").is_null())).iter_rows():
        problems.append(("Position, payees", f"A row lacks its broker or payee: {row}.", "Name both."))
    for broker in payees.filter(pl.col("broker_id").is_duplicated())["broker_id"].unique().sort():
        problems.append((f"Position, broker {broker}", "There are several payees.", "Name one; it pays the others."))
    kinds = payees.group_by("payee_id").agg(pl.col("payee_kind").unique().sort()).sort("payee_id")
    wrong = ~pl.col("payee_kind").list.join(",").is_in(["person", "agency"]).fill_null(False)
    for payee, kind in kinds.filter(wrong).iter_rows():
        said = " and ".join(str(one) for one in kind)
        problems.append((f"Position, payee {payee}", f"The payee's kind is {said}.", "It is person or agency."))
    return problems


def _sha(position: Position) -> str:
    said = sha256(written([position.as_of, *position.programs]).encode())
    for frame_ in (position.lines, position.reasons, position.payees):
        said.update(b"\n\n")
        said.update("\n".join(written_rows(frame_)).encode())
    return said.hexdigest()


def payees_of(db: Database, until: int | None = None) -> pl.DataFrame:
    """Who is paid for each broker by the last closing, or by the last up to an entry: PAYEE without its entry."""
    schema = pl.Schema({name: kind for name, kind in PAYEE.columns.items() if name != "entry_id"})
    columns = ", ".join(f"p.{name}" for name in schema)
    where = "WHERE entry_id <= ?" if until is not None else ""
    sql = f"""
        SELECT {columns} FROM ledger_payee p JOIN (
            SELECT broker_id, MAX(entry_id) AS entry_id FROM ledger_payee {where} GROUP BY broker_id
        ) AS l ON l.broker_id = p.broker_id AND l.entry_id = p.entry_id ORDER BY p.broker_id"""
    return frame(db, sql, [until] if until is not None else [], schema)


def _new_payees(db: Database, payees: pl.DataFrame) -> pl.DataFrame:
    """Those that differ from what the ledger says of a broker."""
    known = payees_of(db)
    said = payees.with_columns(tax_id_on_file=pl.col("tax_id_on_file").fill_null(False).cast(pl.Int64))
    return said.select(known.columns).join(known, on=known.columns, how="anti", nulls_equal=True)


# The difference


def _differences(position: Position, held: pl.DataFrame) -> pl.DataFrame:
    """The transfers from what stands to what is earned, by broker: TRANSFER without ids, `entry_id` from 0."""
    lines = position.lines.with_columns(hold_until=pl.col("hold_until").cast(pl.String))
    before = held.rename({name: f"{name}_before" for name in _POSTED})
    compared = lines.join(before, on=KEY, how="full", coalesce=True)
    now, stands, paid = (pl.col(name).fill_null(0) for name in ("cents", "standing", "paid"))
    unpaid = pl.max_horizontal(stands - paid, 0)
    less = pl.max_horizontal(stands - now, 0)
    # The same amount, due on another day: what is not paid yet is taken back and earned anew.
    moved = (now == stands) & (unpaid > 0) & pl.col("hold_until").ne_missing(pl.col("hold_until_before"))
    changed = compared.with_columns(
        earned=pl.when(moved).then(unpaid).otherwise(pl.max_horizontal(now - stands, 0)),
        void=pl.when(moved).then(unpaid).otherwise(pl.min_horizontal(less, unpaid)),
        clawback=pl.max_horizontal(less - unpaid, 0),
    ).filter(pl.any_horizontal(pl.col(*_ACTIONS) > 0))  # fmt: skip
    told = with_causes(changed, compared, position.reasons).with_columns(
        debit="expense:" + pl.col("program"), credit="owed:" + pl.col("broker_id"),
        **{
            name: pl.when(pl.col("cents").is_null()).then(f"{name}_before").otherwise(name)
            for name in ("units", "counted", "share")
        },
    )  # fmt: skip
    each = [
        told.filter(pl.col(action) > 0).with_columns(cents=pl.col(action), action=pl.lit(action), place=pl.lit(place))
        for place, action in enumerate(_ACTIONS)
    ]
    back = [rows.with_columns(debit="credit", credit="debit") for rows in each[:2]]
    rows = pl.concat([*back, each[2]]).sort("broker_id", *KEY, "place")
    return rows.with_columns(entry_id=pl.col("broker_id").rle_id().cast(pl.Int64)).select(
        [name for name in TRANSFER.columns if name != "id"]
    )
