"""The rewards a second time, from the words of the rules: loops, dicts and fractions, one sale after the other.

Nothing of smallgroup.rewards is used here. It takes the rows of the tables as texts or plain values, and gives cents
by program, broker, group and kind, with what does not count and what is held.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

PRODUCTION, LEVEL_UP = "kp-ca-group-production", "kp-ca-level-up-2025"
FIRST, LAST = date(2025, 9, 1), date(2026, 1, 1)
CAP = 50_000_00
AS_TAKEN = {
    "B1": "payee", "B2": "window", "B3": "left_out", "B4": "counted", "B5": "6 months", "B6": "any", "B7": "dollars",
    "B9": "first_day_without", "B10": "recount", "B12": "by_members", "B14": "left_out",
}  # fmt: skip
OTHERS = {
    "B1": ["broker", "group"], "B2": ["calendar_year", "since_january"], "B3": ["counted"], "B4": ["left_out"],
    "B5": ["180 days", "183 days"], "B6": ["only_the_carriers"], "B7": ["members"],
    "B9": ["last_covered_day", "strictly_before"], "B10": ["own_part"], "B12": ["by_date"], "B14": ["counted"],
}  # fmt: skip
NOT_ASKED = {PRODUCTION: {"B3"}, LEVEL_UP: {"B2", "B4"}}
CONDITION_RULES = {"good_standing": "R13", "appointed": "R14", "agreement": "R15", "licensed": "R16"}


@dataclass
class Found:
    """Cents by (program, broker, group, kind); reasons as (program, group, member, broker, rule)."""

    cents: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    reasons: set[tuple[str, str, str | None, str | None, str]] = field(default_factory=set)
    referrals: set[tuple[str, str, str]] = field(default_factory=set)


def base(count: Fraction) -> Fraction:
    """R1, in cents."""
    return 1000_00 + 25_00 * (count - 25) if count >= 25 else Fraction(0)


def once(threshold: int, cents: int) -> Callable[[Fraction], Fraction]:
    """R2 to R4: a threshold pays once."""
    return lambda count: Fraction(cents if count >= threshold else 0)


KINDS: dict[str, dict[str, Callable[[Fraction], Fraction]]] = {
    PRODUCTION: {"group production": base},
    LEVEL_UP: {
        "level-up tier 1": once(50, 2500_00), "level-up tier 2": once(100, 5000_00),
        "level-up tier 3": once(150, 7500_00),
    },
}  # fmt: skip


def a_day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


def a_share(value: Any) -> Fraction:
    text = str(value)
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def in_cents(text: str) -> int:
    return int(Fraction(text) * 100)


def half_up(exact: Fraction) -> int:
    return int((2 * exact + 1) // 2)


def dealt(exact: Mapping[Any, Fraction], total: int, *, turn: bool = False) -> dict[Any, int]:
    """Whole cents that add up to `total`: the largest remainders get what is left, then the first by name, or, in
    their turn, in the order given."""
    cents = {key: int(amount // 1) for key, amount in exact.items()}
    left = total - sum(cents.values())
    names = exact if turn else sorted(exact)
    for key in sorted(names, key=lambda key: -(exact[key] % 1))[:left]:
        cents[key] += 1
    return cents


def months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def on(span: Mapping[str, Any], day: date, stem: str = "") -> bool:
    """Whether a day lies in an interval: both ends are inclusive, and an empty end is open."""
    starts, ends = a_day(span.get(f"{stem}from_date" if not stem else f"{stem}_from")), a_day(
        span.get("to_date" if not stem else f"{stem}_to"))  # fmt: skip
    return starts is not None and starts <= day and (ends is None or day <= ends)


def naive(rows: Mapping[str, list[dict[str, Any]]], as_of: date, read: Mapping[str, str] | None = None) -> Found:
    read = {**AS_TAKEN, **(read or {})}
    found = Found()
    for program in (PRODUCTION, LEVEL_UP):
        mine = {doubt: AS_TAKEN[doubt] if doubt in NOT_ASKED[program] else side for doubt, side in read.items()}
        if program == LEVEL_UP and mine["B1"] == "group":
            mine["B1"] = "payee"  # the base is of each group, the bonus never is
        _Program(rows, as_of, program, mine, found).earn()
    _under_the_cap(rows, as_of, found)
    found.cents = {key: cents for key, cents in found.cents.items() if cents}
    return found


class _Program:
    def __init__(self, rows: Any, as_of: date, program: str, read: dict[str, str], found: Found) -> None:
        self.rows, self.as_of, self.program, self.read, self.found = rows, as_of, program, read, found
        self.first, self.last = FIRST, LAST
        self.sales = sorted(rows["sales"], key=lambda sale: sale["group_id"])
        self.members = _by(rows["members"], "group_id")
        self.splits = _by(rows["splits"], "group_id")
        self.brokers = _by(rows["brokers"], "broker_id")
        self.decisions = [one for one in rows["adjustments"] if a_day(one["decided_on"]) <= as_of]

    # ---- what does not count

    def reason(self, group: str, rule: str, member: str | None = None, broker: str | None = None) -> None:
        self.found.reasons.add((self.program, group, member, broker, rule))

    def decided(self, kind: str, group: str) -> list[dict[str, Any]]:
        return [one for one in self.decisions if one["kind"] == kind and one.get("group_id") == group
                and one.get("broker_id") is None and one.get("program") in (None, self.program)]  # fmt: skip

    def look_back(self, effective: date) -> date:
        number, unit = self.read["B5"].split()
        return months_back(effective, int(number)) if unit == "months" else effective - timedelta(int(number))

    def verdict(self, sale: Mapping[str, Any], tell: bool) -> str:
        """counts, rescinded, or no."""
        id, begins = sale["group_id"], a_day(sale["effective_date"])
        assert begins is not None
        production = self.program == PRODUCTION
        window = "B2" if production else "R6"
        if not self.first <= begins <= self.last:
            if tell:
                self.reason(id, window)
                if production:
                    self.found.referrals.add((self.program, id, "B2"))
            return "no"
        against: list[str] = []
        since = self.look_back(begins)
        if begins > self.as_of:
            against.append(window)
        reported = a_day(sale.get("reported_on"))
        if reported and reported > self.as_of:
            against.append("R29")
        if sale.get("market") == "large":
            against.append("R9")
        if sale["state"] != "CA":
            against.append("R17")
        if sale["channel"] == "general_agency" and self.read["B4"] == "left_out":
            against.append("R35")
        prior, ended = sale.get("prior_contract"), a_day(sale.get("last_prior_contract_end"))
        inside = sale.get("prior_kp_through") in ("californiachoice", "covered_california", "association", "peo")
        recent = prior == "in_force" or (prior == "ended" and ended is not None and ended >= since)
        if recent and not inside:
            against.append("R9")
        origin, left = sale.get("origin"), a_day(sale.get("origin_left_on"))
        comes = origin not in (None, "none")
        just_left = comes and left is not None and left >= since
        own = sale.get("origin_was_kp") or "unknown"
        if just_left and (self.read["B6"] == "any" or own == "yes"):
            against.append("R11")

        doubts: list[str] = []
        if prior in (None, "unknown") or (prior == "ended" and ended is None):
            doubts.append("B5")
        long_ago = ended is not None and ended < since
        if prior not in (None, "unknown") and inside and not long_ago:
            doubts.append("B5")
        if prior == "never" and sale.get("prior_kp_through") == "direct":
            doubts.append("B5")
        if origin is None or (comes and left is None):
            doubts.append("B6")
        if just_left and self.read["B6"] == "only_the_carriers" and own == "unknown":
            doubts.append("B6")

        last, known = a_day(sale.get("last_covered_day")), a_day(sale.get("termination_known_on"))
        if known and known > self.as_of:
            last = None
        rescinded = False
        if last is not None:
            days = (last - begins).days
            rescinded = {"first_day_without": days + 1 <= 90, "last_covered_day": days <= 90,
                         "strictly_before": days + 1 < 90}[self.read["B9"]]  # fmt: skip

        excluded, included = bool(self.decided("exclude", id)), bool(self.decided("include", id))
        settled = None
        for one in sorted(self.decided("settle", id), key=lambda one: (str(one["decided_on"]), one["reading"])):
            settled = one["reading"]
        if included and begins <= self.as_of and not (reported and reported > self.as_of):
            against, doubts, rescinded = [], [], False
        held = bool(doubts) and settled != "counts"
        if tell:
            for rule in (*against, *(["R26"] if rescinded else []), *(["decided"] if excluded else [])):
                self.reason(id, rule)
            if held and settled == "does_not_count":
                self.reason(id, "decided")
            if held and settled is None and not against and not excluded and not rescinded:
                self.found.referrals |= {(self.program, id, rule) for rule in doubts}
        if against or excluded or held:
            return "no"
        return "rescinded" if rescinded else "counts"

    def days_of_members(self, group: str, begins: date, tell: bool) -> list[date]:
        """The day of each member who counts."""
        special = "B14"
        counted: list[date] = []
        of: dict[str, list[dict[str, Any]]] = _by(self.members.get(group, []), "member_id")
        for id, of_one in of.items():
            stands = min(of_one, key=_standing)
            for row in of_one:
                starts, ends = a_day(row["effective_date"]), a_day(row.get("ended_on"))
                assert starts is not None
                late = starts != begins if self.read["B3"] == "left_out" else not (
                    starts == begins or FIRST <= starts <= LAST)  # fmt: skip
                if self.read["B14"] == "left_out" and _special(row):
                    rule: str | None = special
                elif row is not stands or (ends is not None and ends < starts):
                    rule = "R8"
                elif late:
                    rule = "R27" if self.read["B3"] == "left_out" else "R6"
                else:
                    rule = None
                    counted.append(starts)
                if rule and tell:
                    self.reason(group, rule, member=id)
        return counted

    def fails(self, broker: str, day: date) -> list[str]:
        failed = []
        for condition, rule in CONDITION_RULES.items():
            state = {"licensed": "license_state", "appointed": "appointment_state"}.get(condition)
            if not any(on(row, day, condition) and (state is None or row.get(state) == "CA")
                       for row in self.brokers[broker]):  # fmt: skip
                failed.append(rule)
        return failed

    def left_out(self, group: str, broker: str) -> bool:
        return any(
            one["kind"] == "exclude" and one.get("broker_id") == broker and one.get("group_id") in (None, group)
            and one.get("program") in (None, self.program) for one in self.decisions
        )  # fmt: skip

    def credited(self, tell: bool) -> tuple[dict[tuple[str, str], tuple[int, Fraction]], set[str]]:
        """(group, broker) → members and share, and the groups that only their end is against."""
        credits: dict[tuple[str, str], tuple[int, Fraction]] = {}
        rescinded = set()
        for sale in self.sales:
            group, begins = sale["group_id"], a_day(sale["effective_date"])
            assert begins is not None
            verdict = self.verdict(sale, tell)
            if verdict == "no" or (verdict == "rescinded" and self.read["B10"] == "recount"):
                continue
            if verdict == "rescinded":
                rescinded.add(group)
            days = self.days_of_members(group, begins, tell)
            if not days:
                continue
            of_record = {one["broker_id"]: a_share(one["share"]) for one in self.splits[group] if on(one, begins)}
            if tell:
                for one in self.splits[group]:
                    if one["broker_id"] not in of_record:
                        self.reason(group, "R25", broker=one["broker_id"])
                if not of_record:
                    self.reason(group, "R25")
            for broker, share in of_record.items():
                good = [day for day in days if not self.fails(broker, day)]
                if tell:
                    for day in set(days):
                        for rule in self.fails(broker, day):
                            self.reason(group, rule, broker=broker)
                if self.left_out(group, broker):
                    if tell:
                        self.reason(group, "decided", broker=broker)
                    continue
                if good:
                    credits[group, broker] = len(good), share
        return credits, rescinded

    # ---- what it comes to

    def counter(self, group: str, broker: str, begins: date) -> tuple[Any, ...]:
        who = {"payee": self.brokers[broker][0]["payee_id"], "broker": broker, "group": group}[self.read["B1"]]
        return (who, begins.year if self.read["B2"] == "calendar_year" else 0)

    def used(self) -> dict[Any, Fraction]:
        """What the sales since January have counted before these days, by who is counted."""
        if self.read["B2"] != "since_january":
            return {}
        earlier = _Program(self.rows, self.as_of, self.program, self.read, Found())
        earlier.first, earlier.last = date(2025, 1, 1), date(2025, 8, 31)
        credits, _ = earlier.credited(tell=False)
        return {key: sum(entries.values(), Fraction(0)) for key, entries in earlier.counted(credits).items()}

    def counted(
        self, credits: dict[tuple[str, str], tuple[int, Fraction]]
    ) -> dict[Any, dict[tuple[str, str], Fraction]]:
        """Counter → what each of its groups brings. A group is named with a broker where members are divided."""
        begins = {sale["group_id"]: a_day(sale["effective_date"]) for sale in self.sales}
        counters: dict[Any, dict[tuple[str, str], Fraction]] = defaultdict(dict)
        for (group, broker), (members, share) in credits.items():
            day = begins[group]
            assert day is not None
            entries = counters[self.counter(group, broker, day)]
            if self.read["B7"] == "members":
                entries[group, broker] = members * share
            else:
                entries[group, ""] = Fraction(members)
        return counters

    def earn(self) -> None:
        credits, rescinded = self.credited(tell=True)
        begins = {sale["group_id"]: a_day(sale["effective_date"]) for sale in self.sales}
        used = self.used()
        cents: dict[tuple[str, str, str], int] = {}
        exact: dict[tuple[str, str], dict[str, Fraction]] = defaultdict(dict)
        for key, entries in self.counted(credits).items():
            before = used.get(key, Fraction(0))
            for kind, pays in KINDS[self.program].items():
                for (group, broker), amount in self.put_to_groups(entries, before, pays, begins).items():
                    if broker:
                        cents[broker, group, kind] = amount
                        continue
                    for (of, who), (_, share) in credits.items():
                        if of == group and self.counter(group, who, begins[group]) == key:  # type: ignore[arg-type]
                            exact[group, kind][who] = amount * share
        turns: dict[tuple[Any, ...], int] = {}
        for (group, kind), parts in sorted(exact.items()):
            whole = half_up(sum(parts.values(), Fraction(0)))
            # Brokers with equal shares of less than the group take turns with the odd cent.
            first = 0
            if len(set(parts.values())) == 1 and all(credits[group, who][1] != 1 for who in parts):
                same = (kind, *sorted(parts))
                first = turns.get(same, 0) % len(parts)
                turns[same] = first + whole - sum(int(part // 1) for part in parts.values())
            order = sorted(parts)
            in_turn = {who: parts[who] for who in order[first:] + order[:first]}
            for who, amount in dealt(in_turn, whole, turn=True).items():
                cents[who, group, kind] = amount
        for (broker, group, kind), amount in cents.items():
            if group not in rescinded:
                self.found.cents[self.program, broker, group, kind] = amount
        self.add_decided(credits, rescinded)

    def put_to_groups(
        self, entries: Mapping[tuple[str, str], Fraction], before: Fraction, pays: Callable[[Fraction], Fraction],
        begins: Mapping[str, date | None],
    ) -> dict[tuple[str, str], int]:  # fmt: skip
        """B12: each group's part of one amount, in whole cents."""
        if self.read["B12"] == "by_date":
            found, so_far = {}, before
            for entry in sorted(entries, key=lambda entry: (begins[entry[0]], entry)):
                found[entry] = half_up(pays(so_far + entries[entry])) - half_up(pays(so_far))
                so_far += entries[entry]
            return found
        count = sum(entries.values(), Fraction(0))
        whole = half_up(pays(before + count) - pays(before))
        return dealt({entry: whole * units / count for entry, units in entries.items()}, whole)

    def add_decided(self, credits: dict[tuple[str, str], tuple[int, Fraction]], rescinded: Iterable[str]) -> None:
        for one in self.decisions:
            group = one.get("group_id")
            if one["kind"] != "amount" or one["program"] != self.program or group in rescinded:
                continue
            shares = {who: share for (of, who), (_, share) in credits.items() if of == group}
            amount = in_cents(one["amount"])
            if one.get("broker_id") is not None:
                parts = {one["broker_id"]: abs(amount)} if one["broker_id"] in shares else {}
            else:
                exact = {who: abs(amount) * share for who, share in shares.items()}
                parts = dealt(exact, half_up(sum(exact.values(), Fraction(0))))
            for who, part in parts.items():
                key = self.program, who, group, "decided amount"
                self.found.cents[key] = self.found.cents.get(key, 0) + (part if amount >= 0 else -part)


def _by(rows: Iterable[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _special(row: Mapping[str, Any]) -> bool:
    return row.get("coverage") == "dental_only" or row.get("continuation") in ("cobra", "cal_cobra")


def _standing(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """R8: of several rows of one member one stands: not voided, for medical coverage, and of the earliest day."""
    starts, ends = a_day(row["effective_date"]), a_day(row.get("ended_on"))
    assert starts is not None
    return ends is not None and ends < starts, _special(row), starts


def _under_the_cap(rows: Any, as_of: date, found: Found) -> None:
    """R30, over both programs and what others have brought."""
    for group in {key[2] for key in found.cents}:
        others = sum(
            in_cents(one["amount"])
            for one in rows["adjustments"]
            if one["kind"] == "other_program_reward" and one["group_id"] == group and a_day(one["decided_on"]) <= as_of
        )  # type: ignore[operator]
        limit = max(CAP - others, 0)
        mine = {(program, kind, broker): cents for (program, broker, of, kind), cents in found.cents.items()
                if of == group and cents > 0}  # fmt: skip
        total = sum(mine.values())
        if total > limit:
            whole: dict[str, int] = {}
            for (_, _, broker), cents in mine.items():
                whole[broker] = whole.get(broker, 0) + cents
            by_broker = dealt({broker: Fraction(limit * cents, total) for broker, cents in whole.items()}, limit)
            for broker, left in by_broker.items():
                parts = {(program, kind): Fraction(left * cents, whole[broker])
                         for (program, kind, of), cents in mine.items() if of == broker}  # fmt: skip
                for (program, kind), cents in dealt(parts, left).items():
                    found.cents[program, broker, group, kind] = cents
