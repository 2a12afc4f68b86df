"""A broker's statement: what was owed, every line by program and group, what was taken back and why, what was paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from smallgroup.dates import day
from smallgroup.money import cents, pretty
from smallgroup.papers.findings import Said
from smallgroup.papers.printing import printed
from smallgroup.papers.words import a_day, amount, sentence

_TAKEN_BACK = {"void": "Voided", "clawback": "Clawed back"}
_MARKED = {**_TAKEN_BACK, "reversal": "Reversed"}


def statement(said: Mapping[str, Any]) -> bytes:
    """The PDF of a statement, as `rewards statement --json` has it, dated on the day that the period was closed as of.

    Raises Refused when the compiler is not installed.
    """
    period = _month(said["period"])
    earned = _sum(one for one in said["lines"] if one["action"] == "earned")
    taken = _sum(one for one in said["lines"] if one["action"] in _TAKEN_BACK)
    reversals = [one for one in said["lines"] if one["action"] == "reversal"]
    told = {
        "title": f"Statement of {said['broker_id']}, {period}",
        "description": "Broker rewards",
        "footer": f"Statement of {said['broker_id']}, {period}",
        "period": period,
        "facts": [("Broker", said["broker_id"]), ("Period", period), ("As of", a_day(said["as_of"]))],
        "sums": [
            ["Opening balance", amount(said["opening"])], ["Earned", pretty(earned)], ["Taken back", pretty(taken)],
            *([["Reversed entries", pretty(_sum(reversals))]] if reversals else []),
            ["Paid", pretty(-_sum(said["paid"]))],
        ],
        "owed": ["Closing balance", amount(said["closing"])],
        "programs": _programs(said["lines"]),
        "taken_back": [
            [one["group_id"], _TAKEN_BACK[one["action"]], one["kind"], one["because"], amount(one["amount"])]
            for one in said["lines"] if one["action"] in _TAKEN_BACK
        ],
        "paid": [[a_day(one["day"]), sentence(one["action"]), one["run"] or "", amount(one["amount"])]
                 for one in said["paid"]],
    }  # fmt: skip
    return printed("statement.typ", told, dated=day(said["as_of"]))


def _sum(those: Iterable[Said]) -> int:
    return sum(cents(one["amount"]) for one in those)


def _month(period: str) -> str:
    """`"2026-01"` → `"January 2026"`."""
    month, _, year = a_day(f"{period}-01").partition(" 1, ")
    return f"{month} {year}"


def _programs(lines: list[Said]) -> list[dict[str, Any]]:
    """The lines of each program, by group; both in the order of their names, and each line in its own order."""
    found = []
    in_order = sorted(lines, key=lambda one: (one["program"], one["group_id"]))
    for program, those in groupby(in_order, key=lambda one: one["program"]):
        held = list(those)
        rows = [
            [one["group_id"], {"main": sentence(one["kind"]), "under": _MARKED.get(one["action"], "")},
             one["rule"] or "", one["share"] or "", _because(one), amount(one["amount"])]
            for one in held
        ]  # fmt: skip
        total = ["All", "", "", "", "", pretty(_sum(held))]
        found.append({"program": program, "rows": rows, "total": total})
    return found


def _because(one: Said) -> str:
    held = f"; held until {a_day(one['hold_until'])}" if one["hold_until"] else ""
    return f"{one['because']}{held}"
