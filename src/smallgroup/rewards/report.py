"""What has been earned, said to programs: the contract of `rewards earn --json`, and the position of a ledger."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import polars as pl

from smallgroup import money
from smallgroup.rewards import periods
from smallgroup.rewards.earn import Earned
from smallgroup.rewards.position import LINES, PAYEES, REASONS, Position
from smallgroup.rewards.standing import at_risk, nearest_tier, units_of


def lines_of(earned: Earned) -> pl.DataFrame:
    """The earnings by the ids of brokers and groups, as `position.LINES` has them."""
    sales = earned.sales
    scales = {one.program.id: one.scale for one in earned.of}
    counts = earned.lines.select("program", "counted").iter_rows()
    counted = pl.Series([str(Fraction(count, scales[program])) for program, count in counts], dtype=pl.String)
    parts = {part: str(Fraction(part, sales.whole)) for part in earned.lines["part"].unique()}
    begins = sales.sales["effective_date"].gather(earned.lines["group"])
    holds = pl.lit(None, pl.Date)
    for one in earned.of:
        if one.program.pay is not None:
            held = periods.held_until(one.program, pl.col("begins"))
            holds = pl.when(pl.col("program") == one.program.id).then(held).otherwise(holds)
    found = earned.lines.with_columns(
        broker_id=sales.brokers["broker_id"].gather(earned.lines["broker"]),
        group_id=sales.sales["group_id"].gather(earned.lines["group"]),
        counted=counted, begins=begins,
        share=earned.lines["part"].replace_strict(list(parts), list(parts.values()), return_dtype=pl.String)
        if parts else pl.Series([], dtype=pl.String),
    ).with_columns(hold_until=holds)  # fmt: skip
    same = ["program", "broker_id", "group_id", "kind"]
    # Two amounts that were decided for one broker and group are one line.
    found = found.group_by(same, maintain_order=True).agg(pl.col("rule").first(), pl.col("cents").sum(), *(
        pl.col(name).first() for name in ("units", "counted", "share", "hold_until")))  # fmt: skip
    return found.select(*LINES).sort(same)


def reasons_of(earned: Earned, said: pl.DataFrame | None = None) -> pl.DataFrame:
    """Reasons (or referrals, or what is open) by ids, as `position.REASONS` has them."""
    said = earned.reasons if said is None else said
    return said.with_columns(
        group_id=earned.sales.sales["group_id"].gather(said["group"]),
        broker_id=earned.sales.brokers["broker_id"].gather(said["broker"]),
    ).select(*REASONS)  # fmt: skip


def position(earned: Earned) -> Position:
    """What a ledger must come to hold."""
    programs = tuple(dict.fromkeys(one.program.id for one in earned.of))
    payees = earned.sales.brokers.with_columns(pl.col("payee_kind").cast(pl.String)).select(*PAYEES)
    decided_by = tuple(earned.sales.adjustments["decided_by"].unique().sort())
    return Position(earned.as_of, programs, lines_of(earned), reasons_of(earned), payees, decided_by)


def earned_as_json(earned: Earned) -> dict[str, Any]:
    """`programs, as_of, brokers[], exclusions[], referrals[]`, and beside them what is open, unpriced and capped."""
    sales = earned.sales
    lines = defaultdict(list)
    for line in lines_of(earned).iter_rows(named=True):
        lines[line["broker_id"]].append({
            "program": line["program"], "kind": line["kind"], "amount": money.dollars(line["cents"]),
            "group_id": line["group_id"], "rule": line["rule"], "members": line["units"], "counted": line["counted"],
            "share": line["share"],
        })  # fmt: skip
    members = _members_of(earned)
    risky = {one.group_id for one in at_risk(earned)}
    due = reasons_of(earned, earned.due)
    brokers = []
    for place, id in enumerate(sales.brokers["broker_id"]):
        mine = lines[id]
        nearest = nearest_tier([(one.program, *units_of(earned, one, place)) for one in earned.of])
        provisional = any(line["group_id"] in risky for line in mine)
        brokers.append({
            "broker_id": id, "payee_id": sales.brokers["payee_id"][place],
            "counted_members": members.get(place, 0), "earnings": mine,
            "total": money.dollars(sum(money.cents(line["amount"]) for line in mine)),
            "status": "provisional" if provisional else "final",
            "next_tier": nearest.as_json() if nearest else None,
        })  # fmt: skip
    ids = sales.sales["group_id"]
    return {
        "programs": list(dict.fromkeys(one.program.id for one in earned.of)),
        "versions": [{"program": one.program.id, "version": one.program.version, "title": one.program.title,
                      "from": one.program.from_.isoformat(), "to": one.program.to and one.program.to.isoformat(),
                      "document": one.program.document, "heading": one.program.heading,
                      "amounts": one.program.amounts, "illustration": one.program.illustration} for one in earned.of],
        "as_of": earned.as_of.isoformat(),
        "brokers": brokers,
        "total": money.dollars(earned.total),
        "exclusions": reasons_of(earned).to_dicts(),
        "referrals": reasons_of(earned, earned.referrals).to_dicts(),
        "needs_evidence": reasons_of(earned, earned.open).to_dicts(),
        "unpriced": [{**one, "status": "due and unpriced", "amount": None} for one in due.to_dicts()],
        "capped": [{"group_id": ids[one["group"]], "before": money.dollars(one["before"]),
                    "after": money.dollars(one["after"]), "rule": one["rule"]} for one in earned.caps.to_dicts()],
    }  # fmt: skip


def _members_of(earned: Earned) -> dict[int, int | str]:
    """By the row of a broker: the most units that any program counts of the broker's own groups."""
    found: dict[int, Fraction] = {}
    for one in earned.of:
        if one.program.unit == "group":
            continue
        for broker, units in one.credits.group_by("broker").agg(pl.col("units").sum()).iter_rows():
            found[broker] = max(found.get(broker, Fraction(0)), Fraction(units, one.scale))
    return {broker: int(units) if units.denominator == 1 else str(units) for broker, units in found.items()}
