"""Rewards by hand in plain Python: the three programs as constants, member by member, without reasons or readings."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import polars as pl

from smallgroup.rewards.sales import Sales

FIRST, LAST, CAP = date(2025, 9, 1), date(2026, 1, 1), 50_000_00
STEPS = (("level-up tier 1", 50, 2_500_00), ("level-up tier 2", 100, 5_000_00), ("level-up tier 3", 150, 7_500_00))
ARRANGEMENTS = ("exchange", "association", "trust_fund", "union", "peo")
ELSEWHERE = ("californiachoice", "covered_california", "association", "peo")
OPEN = date.max

Cents = dict[tuple[int, int], int]
"""By (group, broker)."""


class Loops:
    """The facts as records by group and broker, ready before the clock starts."""

    def __init__(self, sales: Sales, as_of: date) -> None:
        self._as_of = as_of
        self._whole = sales.whole
        self._sales = sales.sales.rows(named=True)
        self._members = _by(sales.members, "group")
        self._splits = _by(sales.splits, "group")
        self._spans = _by(sales.conditions, "broker")
        self._payees = sales.brokers["payee_id"].to_list()
        brokers = sales.brokers["broker_id"].to_list()
        said = sales.adjustments.filter(pl.col("decided_on") <= as_of).rows(named=True)
        self._excluded = {one["group_id"] for one in said if one["kind"] == "exclude" and not one["broker_id"]}
        self._barred = {brokers.index(one["broker_id"]) for one in said if one["broker_id"] and not one["group_id"]}
        self._settled = {one["group_id"] for one in said if one["kind"] == "settle" and one["reading"] == "counts"}
        self._taken: Counter[str] = Counter()
        for one in said:
            if one["kind"] == "other_program_reward":
                self._taken[one["group_id"]] += one["amount"]

    def __call__(self) -> tuple[Cents, set[tuple[int, int]]]:
        """What is earned, and what is due without an amount."""
        parts: dict[tuple[int, int], int] = {}
        due, units, counted = set(), {}, defaultdict(set)
        for group, sale in enumerate(self._sales):
            if not self._counts(sale):
                continue
            units[group] = sum(self._is_new(member, sale) for member in self._members[group])
            for split in self._splits[group] if units[group] else ():
                broker, day = split["broker"], sale["effective_date"]
                if split["from_date"] <= day <= (split["to_date"] or OPEN) and self._may_be_paid(broker, day):
                    parts[group, broker] = split["part"]
                    if day <= LAST:
                        counted[self._payees[broker]].add(group)
                    if sale["channel"] == "direct" and sale["only_carrier"] == "yes":
                        due.add((group, broker))
        lines = []
        turns: dict[tuple[object, ...], int] = {}
        for kind, amounts in self._to_groups(counted, units).items():
            for group, amount_of in sorted(amounts.items()):
                rows = [(broker, amount_of[self._payees[broker]], parts[group, broker])
                        for broker in sorted({one["broker"] for one in self._splits[group]})
                        if (group, broker) in parts and amount_of.get(self._payees[broker])]  # fmt: skip
                exact = [amount * part for _, amount, part in rows]
                total = (2 * sum(exact) + self._whole) // (2 * self._whole)
                divided = [divmod(one, self._whole) for one in exact]
                cents = _largest_remainders(divided, total)
                if exact and len(set(exact)) == 1 and rows[0][2] != self._whole:
                    same, left = (kind, *(broker for broker, _, _ in rows)), total - len(rows) * divided[0][0]
                    first = turns.get(same, 0) % len(rows)
                    turns[same] = first + left
                    cents = [divided[0][0] + ((at - first) % len(rows) < left) for at in range(len(rows))]
                lines += [(group, kind, broker, each) for (broker, _, _), each in zip(rows, cents, strict=True)]
        return self._capped(lines), due

    def _counts(self, sale: dict[str, Any]) -> bool:
        day, back, last = sale["effective_date"], _six_months_before(sale["effective_date"]), sale["last_covered_day"]
        if sale["termination_known_on"] and sale["termination_known_on"] > self._as_of:
            last = None
        prior, through, origin = sale["prior_contract"], sale["prior_kp_through"], sale["origin"]
        ended, left = sale["last_prior_contract_end"], sale["origin_left_on"]
        comes = origin in ARRANGEMENTS
        if (
            not FIRST <= day <= self._as_of or sale["group_id"] in self._excluded or sale["state"] != "CA"
            or sale["market"] == "large" or (sale["reported_on"] and sale["reported_on"] > self._as_of)
            or (last and last + timedelta(1) <= day + timedelta(90))
            or (through not in ELSEWHERE
                and (prior == "in_force" or (prior == "ended" and ended and ended >= back)))
            or (comes and left and left >= back)
        ):  # fmt: skip
            return False
        doubtful = (
            prior in (None, "unknown") or (prior == "ended" and not ended)
            or (through in ELSEWHERE and not (ended and ended < back))
            or (prior == "never" and through == "direct") or origin is None or (comes and not left)
        )  # fmt: skip
        return not doubtful or sale["group_id"] in self._settled

    def _is_new(self, member: dict[str, Any], sale: dict[str, Any]) -> bool:
        day = member["effective_date"]
        return (
            not member["is_copy"] and member["coverage"] == "medical" and member["continuation"] == "none"
            and day == sale["effective_date"] and not (member["ended_on"] and member["ended_on"] < day)
        )  # fmt: skip

    def _may_be_paid(self, broker: int, day: date) -> bool:
        met = {span["condition"] for span in self._spans[broker]
               if span["from_date"] <= day <= (span["to_date"] or OPEN) and span["state"] in (None, "CA")}  # fmt: skip
        return len(met) == 4 and broker not in self._barred

    def _to_groups(
        self, counted: dict[str, set[int]], units: dict[int, int]
    ) -> dict[str, dict[int, dict[str, int]]]:  # fmt: skip
        """kind → group → payee → cents."""
        found: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        for payee, groups in counted.items():
            order = sorted(groups)
            n = sum(units[group] for group in order)
            amounts = {"group production": 1_000_00 + 25_00 * (n - 25) if n >= 25 else 0}
            amounts |= {kind: cents if n >= least else 0 for kind, least, cents in STEPS}
            for kind, amount in amounts.items():
                cents = _largest_remainders([divmod(amount * units[group], n) for group in order], amount)
                for group, each in zip(order, cents, strict=True):
                    found[kind][group][payee] = each
        return found

    def _capped(self, lines: list[tuple[int, str, int, int]]) -> Cents:
        """Each broker's part of a capped group; how it is put to kinds changes nothing of the totals."""
        by_group: dict[int, Counter[int]] = defaultdict(Counter)
        for group, _, broker, cents in lines:
            by_group[group][broker] += cents
        found: Cents = {}
        for group, of_brokers in by_group.items():
            brokers = sorted(of_brokers)
            before = sum(of_brokers.values())
            after = max(CAP - self._taken[self._sales[group]["group_id"]], 0)
            each = [of_brokers[broker] for broker in brokers]
            if before > after:
                each = _largest_remainders([divmod(after * cents, before) for cents in each], after)
            found |= {(group, broker): cents for broker, cents in zip(brokers, each, strict=True) if cents}
        return found


def _largest_remainders(divided: list[tuple[int, int]], total: int) -> list[int]:
    """The parts, and one more for the largest remainders until they add up; of equal ones the first has it."""
    parts = [part for part, _ in divided]
    left = total - sum(parts)
    for place in sorted(range(len(parts)), key=lambda at: -divided[at][1])[:left]:
        parts[place] += 1
    return parts


def _six_months_before(day: date) -> date:
    month = (day.year * 12 + day.month - 1) - 6
    for of_month in range(day.day, 0, -1):
        try:
            return date(month // 12, month % 12 + 1, of_month)
        except ValueError:
            continue
    raise AssertionError(day)


def _by(frame: pl.DataFrame, key: str) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in frame.iter_rows(named=True):
        found[row[key]].append(row)
    return found
