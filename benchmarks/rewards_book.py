"""An invented book of sales, drawn by the column: what brokers sold over the winter, with all that goes wrong.

About 25 members a group and ten groups a broker, both uneven; a quarter of the groups are shared. Nothing of it is
timed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.book import nullable
from smallgroup.rewards.sales import ADJUSTED, BROKERS, CONDITIONS, HELD_CONDITIONS, MEMBERS, SALES, SPLITS, Sales

AS_OF = date(2026, 2, 15)
WHOLE = 12  # shares of 1/2, 1/3 and 1/4

MEMBERS_A_GROUP, GROUPS_A_BROKER = 25, 10
SHARED, TURNED_OVER = 0.25, 0.03  # groups of several brokers; groups whose broker changed
ENDED_SOON, ENDED_LATER, ELSEWHERE, LARGE = 0.03, 0.03, 0.02, 0.005
PRIOR_UNKNOWN, BROKE_AWAY, ONLY_CARRIER_UNKNOWN = 0.01, 0.01, 0.03
LATE, COPIES, DENTAL, CONTINUED, MEMBER_ENDED = 0.05, 0.005, 0.01, 0.01, 0.02
LAPSED, OF_AGENCIES = 0.04, 0.3
DECIDED = 0.001  # of the groups, by each kind of decision

# Effective dates, and how many groups of a hundred have each; the window is from September 1 to January 1.
_BEGINS = {
    "2025-08-01": 4, "2025-08-31": 1, "2025-09-01": 15, "2025-09-15": 3, "2025-10-01": 16, "2025-11-01": 12,
    "2025-11-30": 1, "2025-12-01": 16, "2026-01-01": 26, "2026-01-02": 1, "2026-02-01": 4, "2026-03-01": 1,
}  # fmt: skip
_CHANNELS = {"direct": 45, "californiachoice": 20, "covered_california": 15, "general_agency": 20}
_SEVERAL = ((6, 6), (4, 4, 4), (3, 3, 3, 3), (3, 9))
_FIRST_DAY, _OPEN = np.datetime64("2024-01-01"), np.datetime64("NaT", "D")

Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]


def book(groups: int, seed: int = 20250901) -> Sales:
    """Sales of so many groups, as they would have been read from a folder."""
    draw = _Draw(np.random.default_rng(seed), groups, max(4, groups // GROUPS_A_BROKER))
    begins = draw.of(_BEGINS, groups).astype("M8[D]")
    brokers, conditions = draw.brokers(), draw.conditions()
    return Sales(draw.sales(begins), draw.members(begins), draw.splits(begins), WHOLE, brokers, conditions,
                 draw.adjustments())  # fmt: skip


@dataclass(frozen=True)
class _Draw:
    random: np.random.Generator
    groups: int
    broker_count: int

    def of(self, weights: Mapping[str, int], count: int) -> npt.NDArray[np.str_]:
        chances = np.array(list(weights.values())) / sum(weights.values())
        return np.array(list(weights))[self.random.choice(len(weights), count, p=chances)]

    def some(self, rate: float, count: int | None = None) -> Mask:
        return self.random.random(self.groups if count is None else count, np.float32) < rate

    def days(self, around: Days, low: int, high: int) -> Days:
        return around + self.random.integers(low, high, len(around))

    def sales(self, begins: Days) -> pl.DataFrame:
        count = self.groups
        channel = self.of(_CHANNELS, count)
        through_others = channel != "direct"
        soon, later = self.some(ENDED_SOON), self.some(ENDED_LATER)
        # Up to a few days beyond the ninetieth, so that the edge is met.
        last = np.where(soon, self.days(begins, 0, 95), self.days(begins, 95, 150))
        prior = self.of({"never": 84, "ended": 13, "in_force": 2}, count)
        prior[self.some(PRIOR_UNKNOWN)] = "unknown"
        ended = prior == "ended"
        away = self.some(BROKE_AWAY)
        origin = np.where(away, self.of(dict.fromkeys(("exchange", "association", "trust_fund", "union", "peo"), 1),
                                        count), "none")  # fmt: skip
        through = np.where(ended, self.of({"direct": 90, "californiachoice": 4, "association": 2, "unknown": 4}, count),
                           self.of({"none": 995, "unknown": 4, "direct": 1}, count))  # fmt: skip
        return _frame(SALES, {
            "group_id": _numbered("G", np.arange(count), 7),
            "legal_name": _numbered("Company ", np.arange(count), 7),
            "ein": _numbered("98-", np.arange(count), 7),
            "state": np.where(self.some(ELSEWHERE), "NV", "CA"),
            "market": np.where(self.some(LARGE), "large", "small"),
            "effective_date": begins,
            "channel": channel,
            "general_agency": nullable(_numbered("GA", self.random.integers(0, 40, count), 2),
                                       channel != "general_agency"),
            "reported_on": nullable(self.days(begins, -20, 60), ~through_others | self.some(0.2)),
            "prior_contract": prior,
            "last_prior_contract_end": nullable(self.days(begins, -900, -100), ~ended | self.some(0.01)),
            "prior_kp_through": through,
            "origin": origin,
            "origin_left_on": nullable(self.days(begins, -260, 1), ~away | self.some(0.05)),
            "origin_was_kp": nullable(self.of({"yes": 1, "no": 1, "unknown": 1}, count), ~away),
            "last_covered_day": nullable(last, ~(soon | later)),
            "termination_known_on": nullable(last + 5, ~(soon | later) | self.some(0.2)),
            "only_carrier": np.where(self.some(ONLY_CARRIER_UNKNOWN), "unknown", self.of({"yes": 6, "no": 4}, count)),
            "public_agency": self.of({"no": 97, "yes": 2, "unknown": 1}, count),
        })  # fmt: skip

    def members(self, begins: Days) -> pl.DataFrame:
        """A subscriber stands first in each group. A copy repeats the row before it."""
        count = self.groups * MEMBERS_A_GROUP
        uneven = self.random.lognormal(0.0, 1.0, self.groups)
        sizes = 1 + self.random.multinomial(count - self.groups, uneven / uneven.sum())
        group = np.repeat(np.arange(self.groups, dtype=np.uint32), sizes)
        first = np.zeros(count, np.bool_)
        first[np.cumsum(sizes) - sizes] = True
        own = np.repeat(begins, sizes)
        late = self.some(LATE, count)
        own[late] += self.random.integers(1, 120, int(late.sum()))
        ends = self.some(MEMBER_ENDED, count)
        ended = np.full(count, _OPEN)
        ended[ends] = own[ends] + self.random.integers(-1, 200, int(ends.sum()))
        continuation = self.some(CONTINUED, count).astype(np.int8)
        continuation[continuation > 0] += self.random.integers(0, 2, int(continuation.sum()), np.int8)
        copies = self.some(COPIES, count) & ~first
        # Of a row that is a copy itself, the copy repeats the row that is none.
        source = np.maximum.accumulate(np.where(copies, 0, np.arange(count)))
        rows = _frame(MEMBERS, {
            "group": group,
            "member_id": _numbered("M", source, 8),
            "role": _words(MEMBERS["role"], np.where(first, 0, self.some(0.55, count))),
            "coverage": _words(MEMBERS["coverage"], self.some(DENTAL, count)),
            "continuation": _words(MEMBERS["continuation"], continuation),
            "effective_date": own, "ended_on": ended, "is_copy": copies,
        })  # fmt: skip
        same = [name for name in MEMBERS if name not in ("group", "member_id", "is_copy")]
        copied = pl.Series(np.flatnonzero(copies))
        repeated = rows.select(same)[source[copies]]
        return rows.with_columns(rows[name].scatter(copied, repeated[name]) for name in same)

    def splits(self, begins: Days) -> pl.DataFrame:
        """Brokers of one group are neighbours, so that some have the same payee. Who sells much and little differs."""
        busy = np.minimum(self.random.pareto(1.5, self.broker_count), 50) + 0.05
        main = self.random.choice(self.broker_count, self.groups, p=busy / busy.sum())
        shared = self.some(SHARED)
        turned = self.some(TURNED_OVER) & ~shared
        way = np.where(shared, self.random.integers(0, len(_SEVERAL), self.groups), -1)
        starts = self.days(begins, -400, 1)
        turn = self.days(begins, -30, 60)  # the last day of the first broker
        group, nth = np.arange(self.groups), np.zeros(self.groups, np.int64)
        rows = [(group[~shared], nth[~shared], np.full(int((~shared).sum()), WHOLE))]
        for number, parts in enumerate(_SEVERAL):
            of_these = group[way == number]
            rows += [(of_these, np.full(len(of_these), place), np.full(len(of_these), part))
                     for place, part in enumerate(parts)]  # fmt: skip
        later = group[turned]
        rows.append((later, np.full(len(later), 1), np.full(len(later), WHOLE)))
        of, place, part = (np.concatenate(column) for column in zip(*rows, strict=True))
        is_first, is_second = turned[of] & (place == 0), turned[of] & (place == 1)
        return _frame(SPLITS, {
            "group": of, "broker": (main[of] + place) % self.broker_count, "part": part,
            "from_date": np.where(is_second, turn[of] + 1, np.minimum(starts, turn)[of]),
            "to_date": nullable(turn[of], ~is_first),
        }).sort("group", "broker")  # fmt: skip

    def brokers(self) -> pl.DataFrame:
        """Four neighbours are of one agency, or each is paid alone."""
        place = np.arange(self.broker_count)
        agency = self.some(OF_AGENCIES, self.broker_count // 4 + 1)[place // 4]
        payee = _numbered("P", np.where(agency, place // 4, self.broker_count + place), 6)
        return _frame(BROKERS, {
            "broker_id": _numbered("B", place, 6), "name": _numbered("Broker ", place, 6), "payee_id": payee,
            "payee_kind": np.where(agency, "agency", "person"), "tax_id_on_file": ~self.some(0.02, len(place)),
        })  # fmt: skip

    def conditions(self) -> pl.DataFrame:
        """A condition that lapsed in the autumn was met again after some weeks, or not."""
        parts = []
        count = self.broker_count
        for condition in CONDITIONS:
            lapsed = np.flatnonzero(self.some(LAPSED / 4, count))
            ends = np.datetime64("2025-09-20") + self.random.integers(0, 120, len(lapsed))
            until = np.full(count, _OPEN)
            until[lapsed] = ends
            again = self.some(0.5, len(lapsed))
            in_state = condition in ("licensed", "appointed")
            for broker, start, end in (
                (np.arange(count), np.full(count, _FIRST_DAY), until),
                (lapsed[again], ends[again] + 30, np.full(int(again.sum()), _OPEN)),
            ):
                state = np.where(self.some(0.01, len(broker)), "NV", "CA")
                parts.append(_frame(HELD_CONDITIONS, {
                    "broker": broker, "condition": np.full(len(broker), condition),
                    "state": nullable(state, np.full(len(broker), not in_state)), "from_date": start, "to_date": end,
                }))  # fmt: skip
        return pl.concat(parts)

    def adjustments(self) -> pl.DataFrame:
        """Groups and brokers left out by hand, doubts settled, and what other programs brought a group already."""
        few = max(1, int(self.groups * DECIDED))
        picked = self.random.choice(self.groups, 4 * few, replace=False)
        kinds = np.repeat(["exclude", "settle", "other_program_reward"], [few, 2 * few, few])
        group = _numbered("G", picked, 7)
        amounts = self.random.integers(49_000_00, 50_100_00, len(picked))
        groups = _frame(ADJUSTED, {
            "kind": kinds, "group_id": group, "amount": nullable(amounts, kinds != "other_program_reward"),
            "reading": nullable(np.where(self.some(0.5, len(picked)), "counts", "does_not_count"), kinds != "settle"),
        })  # fmt: skip
        brokers = _frame(ADJUSTED, {
            "kind": ["exclude"], "broker_id": _numbered("B", self.random.choice(self.broker_count, 1), 6),
        })  # fmt: skip
        signed = {"decided_by": pl.lit("the reviewer"), "decided_on": pl.lit(date(2026, 1, 20)), "why": pl.lit("asked")}
        return pl.concat([groups, brokers]).with_columns(**signed).sort(pl.all())


def _frame(schema: Mapping[str, Any], columns: Mapping[str, Any]) -> pl.DataFrame:
    """Columns as the schema types them; what is not given is not known."""
    height = len(next(iter(columns.values())))
    return pl.DataFrame([
        pl.Series(name, columns[name]).cast(kind) if name in columns
        else pl.Series(name, [None], kind).new_from_index(0, height)
        for name, kind in schema.items()
    ])  # fmt: skip


def _words(kind: Any, codes: npt.NDArray[Any]) -> pl.Series:
    """The words of an Enum by their places."""
    return pl.Series(codes.astype(np.uint8)).cat.to(kind)


def _numbered(prefix: str, numbers: npt.NDArray[Any], width: int) -> pl.Series:
    return (prefix + pl.Series("", numbers).cast(pl.String).str.zfill(width)).alias("")
