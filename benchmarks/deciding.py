"""(b) all clauses of one group, and (c) all clauses of a book of a million groups."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from benchmarks import book, numpy_limit
from benchmarks.book import AS_OF
from benchmarks.numpy_limit import CLAUSES
from benchmarks.one_group import OneGroup
from benchmarks.table import INSTALL, Row, Table
from benchmarks.timing import medians
from smallgroup.underwriting import Edition, edition, underwrite
from smallgroup.underwriting.facts import facts_of

try:
    from benchmarks import zen_peer
except ImportError:
    zen_peer = None  # type: ignore[assignment]
try:
    from benchmarks import openfisca_peer
except ImportError:
    openfisca_peer = None  # type: ignore[assignment]

MILLION = 1_000_000
BLOCK = 50_000
OUTCOMES = (*CLAUSES, "decision")


def check_same(ours: pl.DataFrame, theirs: Mapping[str, Sequence[int] | np.ndarray[Any, Any]], who: str) -> None:
    """Every outcome code and every decision is the same, for every group."""
    for name in OUTCOMES:
        differ = int((ours[name].to_numpy() != np.asarray(theirs[name])).sum())
        assert differ == 0, f"{who} and the engine differ on {name} in {differ} of {ours.height} groups"


# One group --------------------------------------------------------------------------------------------------------


def deciding_one(group: OneGroup, *, rounds: int) -> Table:
    rules = edition(group.guideline, AS_OF)
    assert tuple(clause.id for clause in rules.clauses) == CLAUSES
    facts = facts_of(group.file, group.members, group.rates, rules)

    def findings() -> object:
        return underwrite(group.file, group.members, guideline=group.guideline, as_of=AS_OF, rates=group.rates)

    def engine_alone() -> dict[str, Any]:
        measures, _ = rules.measure(facts.groups, facts.people, facts.months)
        return rules.decide_one(measures)

    measured = rules.measure(facts.groups, facts.people, facts.months)[0].select(book.columns_read(rules))
    columns = numpy_limit.arrays(measured)
    ours = rules.decide(measured)
    check_same(ours, numpy_limit.decide(columns, threads=1), "NumPy")
    contenders: dict[str, Any] = {
        "findings": findings, "engine": engine_alone, "measures": lambda: rules.decide(measured),
        "numpy": lambda: numpy_limit.decide(columns, threads=1),
    }  # fmt: skip
    if zen_peer:
        zen = zen_peer.Zen()
        context = zen_peer.contexts(measured)[0]
        check_same(ours, zen_peer.codes([zen.decide_one(context)]), zen_peer.NAME)
        contenders["zen"] = lambda: zen.decide_one(context)
    if openfisca_peer:
        inputs = openfisca_peer.inputs(columns)
        system = openfisca_peer.OpenFisca(inputs)
        check_same(ours, system.decide(system.simulation(inputs)), openfisca_peer.NAME)
        contenders["openfisca"] = lambda: system.decide(system.simulation(inputs))
    took = medians(contenders, rounds)
    # What has a limit of its own, and no peer, is timed by itself: as a portal would call it, again and again.
    for name, run in (("findings", findings), ("engine", engine_alone)):
        took |= medians({name: run}, 5 * rounds, warm_up=20, collect=False)
    base = took["measures"]

    def peer(key: str, name: str, what: str) -> Row:
        return Row(f"{name}, {what}", took[key], took[key] / base) if key in took else Row(name, note=INSTALL)

    return Table(
        f"(b) All {len(CLAUSES)} clauses of one group of {facts.people.height} employees",
        "ours from measures",
        (
            Row("ours, from parsed facts to all findings", took["findings"], took["findings"] / base, "<= 5 ms",
                took["findings"] <= 5e-3, note="readings, comparisons, sentences, cures"),
            Row("ours, the engine alone: facts to outcomes", took["engine"], took["engine"] / base),
            Row("ours, from measures to outcomes", base, 1, note="one row: all of it is overhead of the frame"),
            Row("NumPy by hand, from measures", took["numpy"], took["numpy"] / base),
            peer("zen", zen_peer.NAME if zen_peer else "zen-engine", "from measures"),
            peer("openfisca", openfisca_peer.NAME if openfisca_peer else "openfisca-core", "from measures"),
        ),
    )  # fmt: skip


# A book -----------------------------------------------------------------------------------------------------------


def deciding_book(group: OneGroup, *, groups: int, rounds: int, zen_groups: int) -> Table:
    """From measures: the same columns for everybody, the same codes from everybody."""
    rules = edition(group.guideline, AS_OF)
    measured = book.measured(groups, rules)
    columns = numpy_limit.arrays(measured)
    threads = os.cpu_count() or 1
    ours = rules.decide(measured)
    check_same(ours, numpy_limit.decide(columns, threads=1), "NumPy")
    check_same(ours, numpy_limit.decide(columns, threads), "NumPy in threads")
    contenders: dict[str, Any] = {
        "ours": lambda: rules.decide(measured),
        "numpy": lambda: numpy_limit.decide(columns, threads=1),
        "threads": lambda: numpy_limit.decide(columns, threads),
    }
    if openfisca_peer:
        inputs = openfisca_peer.inputs(columns)
        system = openfisca_peer.OpenFisca(inputs)
        check_same(ours, system.decide(system.simulation(inputs)), openfisca_peer.NAME)
        contenders["openfisca"] = lambda: system.decide(system.simulation(inputs))
        contenders["inputs"] = lambda: system.simulation(inputs)
    took = medians(contenders, rounds)
    base, limit = took["ours"], min(took["numpy"], took["threads"])
    judged = groups == MILLION
    rows = [
        Row(f"ours, {groups:,} groups", base, 1, "<= 1 s", base <= 1 if judged else None, note="all cores"),
        Row("NumPy by hand, one thread", took["numpy"], took["numpy"] / base),
        Row(f"NumPy by hand, {threads} threads", took["threads"], took["threads"] / base),
        Row("ours to the faster NumPy", ratio=None, limit="<= 2 x", met=base <= 2 * limit if judged else None,
            note=f"{base / limit:.2f} x the limit"),
    ]  # fmt: skip
    if openfisca_peer:
        whole = took["openfisca"]
        met = whole >= 3 * base if judged else None
        how = "set the inputs, calculate; one thread"
        rows.append(Row(f"{openfisca_peer.NAME}, {groups:,} groups", whole, whole / base, ">= 3 x", met, how))
        alone = whole - took["inputs"]
        rows.append(Row("    of which calculate", alone, alone / base, note="its inputs set before"))
        if groups > 100_000:
            rows += _openfisca_slice(rules, measured.head(100_000), rounds)
    else:
        rows.append(Row("openfisca-core", note=INSTALL))
    rows += _zen_slice(rules, measured.head(zen_groups), groups, base, rounds, judged=judged)
    title = f"(c) All {len(CLAUSES)} clauses of a book, from measures to outcomes and decision"
    return Table(title, "ours", tuple(rows))


def _openfisca_slice(rules: Edition, measured: pl.DataFrame, rounds: int) -> list[Row]:
    inputs = openfisca_peer.inputs(numpy_limit.arrays(measured))
    system = openfisca_peer.OpenFisca(inputs)
    took = medians(
        {"ours": lambda: rules.decide(measured), "theirs": lambda: system.decide(system.simulation(inputs))}, rounds
    )
    return [
        Row(f"{openfisca_peer.NAME}, {measured.height:,} groups", took["theirs"], took["theirs"] / took["ours"],
            note=f"ours at that size: {took['ours'] * 1e3:.1f} ms")
    ]  # fmt: skip


def _zen_slice(
    rules: Edition, measured: pl.DataFrame, groups: int, base: float, rounds: int, *, judged: bool
) -> list[Row]:
    """Group by group, so that a slice tells the whole; the ratio is per group, ours in the whole book."""
    if not zen_peer:
        return [Row("zen-engine", note=INSTALL)]
    zen, contexts, ours = zen_peer.Zen(), zen_peer.contexts(measured), rules.decide(measured)
    ways = {
        "batch": (zen.decide_batch, "one batch call"),
        "each": (zen.decide_each, "a call for each group"),
        "bare": (zen.bare_expression, "a bare compiled expression, no engine"),
    }
    for way, _ in ways.values():
        check_same(ours, zen_peer.codes(way(contexts)), zen_peer.NAME)
    contenders: dict[str, Any] = {name: (lambda way=way: way(contexts)) for name, (way, _) in ways.items()}
    contenders["ours"] = lambda: rules.decide(measured)
    took = medians(contenders, rounds)
    rows = []
    for name, (_, how) in ways.items():
        each = took[name] / measured.height
        scaled = each * groups
        limit, met = (">= 100 x", scaled >= 100 * base) if name == "batch" else ("", None)
        note = f"{each * 1e6:.0f} µs a group, of {measured.height:,}; scaled"
        rows.append(Row(f"{zen_peer.NAME}, {how}", scaled, scaled / base, limit, met if judged else None, note))
    times = f"zen-engine's batch takes {took['batch'] / took['ours']:.0f} x as long at that size"
    return [*rows, Row(f"ours, {measured.height:,} groups", took["ours"], note=times)]


def counting_book(group: OneGroup, *, groups: int, rounds: int) -> Table:
    """From raw census rows and months: what the measures themselves take."""
    rules = edition(group.guideline, AS_OF)
    raw = book.raw(groups)
    _check_alone(rules, raw, sample=min(groups, 25))
    nobody, blocks = raw.people.clear(), raw.blocks(BLOCK)

    def all_at_once() -> pl.DataFrame:
        return rules.decide(rules.measure(raw.groups, raw.people, raw.months.with_columns(**rules.month_stage))[0])

    def in_blocks() -> pl.DataFrame:
        return pl.concat(
            rules.decide(rules.measure(one.groups, one.people, one.months.with_columns(**rules.month_stage))[0])
            for one in blocks
        )

    assert in_blocks().equals(all_at_once())
    took = medians(
        {
            "whole": all_at_once,
            "blocks": in_blocks,
            "people": lambda: rules.measure(
                raw.groups, raw.people, raw.months.clear().with_columns(**rules.month_stage)
            ),
            "months": lambda: rules.measure(raw.groups, nobody, raw.months.with_columns(**rules.month_stage)),
        },
        rounds,
        warm_up=0,
    )
    best = min(took["whole"], took["blocks"])
    return Table(
        f"(c) The same of {groups:,} groups, from {raw.people.height:,} census rows and {raw.months.height:,} months",
        "",
        (
            Row("ours, raw rows to outcomes, all at once", took["whole"], note="every measure, comparisons' too"),
            Row("    of which census rows to measures", took["people"]),
            Row("    of which months to measures", took["months"]),
            Row(f"ours, in blocks of {BLOCK:,} groups", took["blocks"], note="the same two calls, block by block"),
            Row("the faster of the two", best, limit="about 3 s", met=best <= 3 if groups == MILLION else None),
        ),
    )  # fmt: skip


def _check_alone(rules: Edition, raw: book.Raw, sample: int) -> None:
    """A group decided alone, on the engine's short way for one, has the outcomes that it has in the book."""
    first = raw.blocks(sample)[0]
    together = rules.decide(
        rules.measure(first.groups, first.people, first.months.with_columns(**rules.month_stage))[0]
    ).select(OUTCOMES)
    for place, one in enumerate(first.blocks(1)):
        alone = rules.decide(
            rules.measure(one.groups, one.people, one.months.with_columns(**rules.month_stage))[0]
        ).select(OUTCOMES)
        assert alone.row(0) == together.row(place), f"group {place} alone differs from itself in the book"
