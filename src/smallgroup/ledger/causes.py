"""Why a broker's amount is what it is, or is no longer what it was: the sentence on every transfer of a close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from smallgroup.ledger.balances import KEY
from smallgroup.money import pretty

NAMED = 5  # groups that a sentence names before it says how many more there are

_COUNT = (
    pl.when(pl.col("units").is_null()).then(pl.col("counted") + " counted")
    .when(pl.col("counted").is_null()).then(pl.format("{} counted", "units"))
    .otherwise(pl.format("{} of {} counted", "units", "counted"))
)  # fmt: skip
_SHARE = pl.when(pl.col("share") == "1").then(pl.lit("")).otherwise(", share " + pl.col("share"))

FIRST = _COUNT.fill_null("earned") + _SHARE.fill_null("")
"""Of an amount that nothing was posted for: "10 of 105 counted, share 1/2"."""

_Row = Mapping[str, Any]


def with_causes(changed: pl.DataFrame, compared: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """`changed` with `because`; `rule` of what is taken back for a reason is the reason's.

    Both frames are of lines beside what stands of them: the columns of LINES, null where there is no such line any
    more, and `standing, paid, rule_before, units_before, …`, null where nothing was posted yet. `changed` are those
    that differ, and `compared` all of them.
    """
    fresh = changed["standing"].is_null()
    first = changed.filter(fresh).with_columns(because=FIRST)
    later = changed.filter(~fresh)
    if later.is_empty():
        return first
    brokers = later.select("program", "broker_id").unique()
    said = _Said(compared.join(brokers, on=["program", "broker_id"], how="semi"), reasons)
    told = [said.of(row) for row in later.iter_rows(named=True)]
    return pl.concat([first, later.with_columns(
        because=pl.Series([because for because, _ in told], dtype=pl.String),
        rule=pl.Series([rule for _, rule in told], dtype=pl.String),
    )])  # fmt: skip


class _Said:
    """What is known of some brokers in one close, as far as causes are made of it."""

    def __init__(self, compared: pl.DataFrame, reasons: pl.DataFrame):
        self._reasons: dict[tuple[str, str | None, str | None], list[tuple[str, str]]] = defaultdict(list)
        whole = reasons.filter(pl.col("member_id").is_null()).sort("rule", "because")
        for program, group, broker, rule, because in whole.select(
            "program", "group_id", "broker_id", "rule", "because"
        ).unique(maintain_order=True).iter_rows():  # fmt: skip
            self._reasons[program, group, broker].append((rule, because))
        self._went: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self._counts: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._lines: dict[tuple[str, str], dict[str, list[_Row]]] = defaultdict(lambda: defaultdict(list))
        for row in compared.sort(KEY).iter_rows(named=True):
            of_broker = row["program"], row["broker_id"]
            self._lines[of_broker][row["group_id"]].append(row)
            if row["counted"] is not None:
                self._counts[of_broker].add(row["counted"])
                if row["counted_before"] is not None:
                    self._went[(*of_broker, row["counted_before"])].add(row["counted"])
        self._moves: dict[tuple[str, str], list[tuple[str, str]]] = {}

    def of(self, row: _Row) -> tuple[str, str | None]:
        """Why a key differs from what was posted, and the rule that says so."""
        gone = row["cents"] is None
        reasons = self._of_group(row["program"], row["group_id"], row["broker_id"])
        if gone and reasons:
            return _joined(because for _, because in reasons), reasons[0][0]
        told = [] if gone else list(_own_changes(row))
        count = self._count(row)
        if count and (gone or row["units"] == row["units_before"]):
            told.append(count)
        if not told and reasons:
            told = [because for _, because in reasons]
        if not told and row["counted_before"] is not None and gone:
            told = [f"no longer earned; the count was {row['counted_before']}"]
        if not told:
            told = [f"{pretty(row['standing'])} became {pretty(row['cents'] or 0)}"]
        return _joined(told), row["rule_before"] if gone else row["rule"]

    def _of_group(self, program: str, group: str, broker: str) -> list[tuple[str, str]]:
        named = ((program, group, None), (program, group, broker), (program, None, broker))
        return [reason for name in named for reason in self._reasons.get(name, ())]

    def _count(self, row: _Row) -> str | None:
        """How the count went that the tier is reached with, and which groups moved it."""
        before, now = row["counted_before"], row["counted"]
        of_broker = row["program"], row["broker_id"]
        if row["cents"] is None:
            went = self._went.get((*of_broker, before)) or self._counts.get(of_broker) or ()
            now = next(iter(went)) if len(went) == 1 else None
        if before is None or now is None or before == now:
            return None
        groups = [said for group, said in self._moved(of_broker) if group != row["group_id"]]
        named = ", ".join(groups[:NAMED]) + (f" and {len(groups) - NAMED} more" if len(groups) > NAMED else "")
        return f"the count went from {before} to {now}" + (f": {named}" if named else "")

    def _moved(self, of_broker: tuple[str, str]) -> Sequence[tuple[str, str]]:
        """The broker's groups that came, went, or count otherwise; of those that went, first those with a reason."""
        if of_broker not in self._moves:
            clear: list[tuple[str, str]] = []
            unclear: list[tuple[str, str]] = []
            for group, rows in self._lines[of_broker].items():
                before = [row for row in rows if row["standing"]]
                now = [row for row in rows if row["cents"] is not None]
                if before and not now:
                    reasons = self._of_group(of_broker[0], group, of_broker[1])
                    rule = reasons[0][0] if reasons else before[0]["rule_before"]
                    (clear if reasons else unclear).append((group, f"{group} is out ({rule})"))
                elif now and not before:
                    clear.append((group, f"{group} is in ({now[0]['rule']})"))
                else:
                    other = next((row for row in rows if _units_changed(row)), None)
                    if other is not None:
                        said = f"{group} counts {other['units']}, before {other['units_before']} ({other['rule']})"
                        clear.append((group, said))
            self._moves[of_broker] = clear or unclear
        return self._moves[of_broker]


def _units_changed(row: _Row) -> bool:
    known = row["units"] is not None and row["units_before"] is not None and bool(row["standing"])
    return known and row["units"] != row["units_before"]


def _own_changes(row: _Row) -> Iterable[str]:
    """What changed in the line itself: share, units, or the day until which it is held, and nothing but that."""
    if not row["standing"]:
        yield f"counts again: {row['units']} of {row['counted']}"
        return
    if row["share"] != row["share_before"]:
        yield f"share {row['share']}, before {row['share_before']}"
    if _units_changed(row):
        yield f"{row['units']} of the group count, before {row['units_before']}"
    if row["rule"] != row["rule_before"]:
        yield f"by {row['rule']}, before by {row['rule_before']}"
    if row["cents"] == row["standing"]:
        held = row["hold_until"] and f"held until {row['hold_until']}"
        yield f"{held or 'no longer held'}, before {row['hold_until_before'] or 'not held'}"


def _joined(said: Iterable[str]) -> str:
    return "; ".join(said)
