"""A book of sales in a few words → the tables of texts that a folder of sales holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from smallgroup.rewards.read_sales import COLUMNS

Rows = dict[str, list[dict[str, Any]]]

PRODUCTION, LEVEL_UP, REPLACEMENT = "kp-ca-group-production", "kp-ca-level-up-2025", "kp-ca-total-replacement"
SALE = {
    "state": "CA", "market": "small", "effective_date": "2025-09-01", "channel": "direct", "prior_contract": "never",
    "prior_kp_through": "none", "origin": "none", "only_carrier": "no", "public_agency": "no",
}  # fmt: skip
MEMBER = {"role": "subscriber", "coverage": "medical", "continuation": "none"}
BROKER = {"payee_kind": "person", "tax_id_on_file": "yes"}
INTERVALS = ("licensed", "appointed", "agreement", "good_standing")
STATE_OF = {"licensed": "license_state", "appointed": "appointment_state"}
ADJUSTMENT = {"decided_by": "rewards desk", "decided_on": "2026-01-05", "why": "as the file says"}


def rows_of(book: Mapping[str, Any]) -> Rows:
    """The rows of every table. What a book may say is in tests/rewards/scenarios/README.md."""
    sales, members, splits = [], [], []
    named: dict[str, None] = dict.fromkeys(book.get("brokers") or {})
    for place, said in enumerate(book.get("groups") or [], 1):
        group = {**SALE, "group_id": f"G{place}", **said}
        id, begins = group["group_id"], group["effective_date"]
        blocks = group.pop("members", 30)
        record = group.pop("brokers", {"ADA": 1})
        sales.append(group)
        nth = 0
        for block in [{"count": blocks}] if isinstance(blocks, int) else blocks:
            member = {key: value for key, value in block.items() if key != "count"}
            for _ in range(block.get("count", 1)):
                nth += 1
                members.append(
                    {"group_id": id, "member_id": f"{nth:03d}", "effective_date": begins, **MEMBER, **member}
                )
        if isinstance(record, str):
            record = {record: 1}
        if isinstance(record, dict):
            record = [{"broker_id": broker, "share": share} for broker, share in record.items()]
        splits += [{"group_id": id, "share": 1, "from_date": "2020-01-01", **one} for one in record]
        named.update(dict.fromkeys(one["broker_id"] for one in record))
    brokers = [row for name in named for row in _broker(name, (book.get("brokers") or {}).get(name) or {})]
    adjustments = [{**ADJUSTMENT, **one} for one in book.get("adjustments") or []]
    return {"sales": sales, "members": members, "splits": splits, "brokers": brokers, "adjustments": adjustments}


def _broker(name: str, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each interval of the condition that has the most, the others in the first row or beside it."""
    row = {"broker_id": name, "payee_id": f"P-{name}", **BROKER}
    row |= {key: value for key, value in said.items() if key not in INTERVALS}
    found: list[dict[str, Any]] = []
    for condition in INTERVALS:
        spans = said.get(condition, {})
        spans = [] if spans is None else spans if isinstance(spans, list) else [spans]
        for place, span in enumerate(spans):
            while len(found) <= place:
                found.append(dict(row))
            found[place][f"{condition}_from"] = span.get("from", "2020-01-01")
            found[place][f"{condition}_to"] = span.get("to")
            if condition in STATE_OF:
                found[place][STATE_OF[condition]] = span.get("state", "CA")
    return found or [row]


def frames(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, pl.DataFrame]:
    """The rows as texts, every column of each table; no table of adjustments where there is none."""
    found = {}
    for name, columns in COLUMNS.items():
        table = list(rows.get(name, ()))
        if name == "adjustments" and not table:
            continue
        unknown = {key for row in table for key in row} - set(columns)
        assert not unknown, f"{name} has no column {unknown}"
        found[name] = pl.DataFrame(
            {column: [None if row.get(column) is None else str(row[column]) for row in table] for column in columns},
            schema=dict.fromkeys(columns, pl.String),
        )
    return found
