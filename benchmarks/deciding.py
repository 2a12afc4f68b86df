"""(b) all clauses of one group, (c) all clauses of a book of a million groups, and (d) many changes of one group."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from benchmarks import book, numpy_limit, raw_book
from benchmarks.book import AS_OF
from benchmarks.one_group import OneGroup
from benchmarks.outcomes import CLAUSES, OUTCOMES_OF_ALL, check_all_occur, check_same
from benchmarks.table import INSTALL, Row, Table
from benchmarks.timing import medians
from smallgroup.underwriting import Edition, edition, underwrite
from smallgroup.underwriting.facts import Facts, facts_of, group_schema

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
CANDIDATES = 50
ENOUGH_FOR_ALL = 10_000  # groups, among which every outcome of every clause occurs

Run = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """The one group under the clauses of the day: what every table starts from."""

    group: OneGroup

    @cached_property
    def rules(self) -> Edition:
        found = edition(self.group.guideline, AS_OF)
        assert tuple(clause.id for clause in found.clauses) == tuple(CLAUSES)
        return found

    @cached_property
    def facts(self) -> Facts:
        return facts_of(self.group.file, self.group.members, self.group.rates, self.rules)

    @cached_property
    def measures(self) -> pl.DataFrame:
        return self.rules.measure(self.facts.groups, self.facts.people, self.facts.months)[0]

    def book(self, groups: int) -> pl.DataFrame:
        measured = book.measured(groups, self.rules, self.measures.schema)
        for name, derived in self.rules.derived_measures.items():
            if {name, *derived.meta.root_names()} <= set(measured.columns):
                assert measured.select(derived.alias(name)).to_series().equals(measured[name], null_equal=True), name
        if groups >= ENOUGH_FOR_ALL:
            check_all_occur(self.rules.decide(measured))
        return measured


# One group --------------------------------------------------------------------------------------------------------


def deciding_one(case: Case, *, rounds: int) -> Table:
    rules, facts, group = case.rules, case.facts, case.group

    def findings() -> object:
        return underwrite(group.file, group.members, guideline=group.guideline, as_of=AS_OF, rates=group.rates)

    def engine_alone() -> dict[str, Any]:
        return rules.decide_one(rules.measure(facts.groups, facts.people, facts.months)[0])

    measured = case.measures.select(book.columns_read(rules))
    columns = numpy_limit.arrays(measured)
    ours = rules.decide(measured)
    check_same(ours, {name: [code] for name, code in engine_alone().items()}, "one group alone")
    check_same(ours, numpy_limit.decide(columns, threads=1), "NumPy")
    contenders: dict[str, Run] = {
        "facts": lambda: facts_of(group.file, group.members, group.rates, rules),
        "measures": lambda: rules.measure(facts.groups, facts.people, facts.months),
        "outcomes": lambda: rules.decide_one(case.measures),
        "numpy": lambda: numpy_limit.decide(columns, threads=1),
    }
    if zen_peer:
        zen = zen_peer.Zen()
        context = zen_peer.contexts(measured)[0]
        check_same(ours, zen_peer.codes([zen.decide_one(context)]), zen_peer.NAME)
        contenders["zen"] = lambda: zen.decide_one(context)
    if openfisca_peer:
        inputs = openfisca_peer.inputs(measured)
        system = openfisca_peer.OpenFisca(inputs)
        check_same(ours, system.decide(system.simulation(inputs)), openfisca_peer.NAME)
        contenders["openfisca"] = lambda: system.decide(system.simulation(inputs))
    took = medians(contenders, rounds)
    # What has a limit of its own, and no peer, is timed by itself: as a portal would call it, again and again.
    for name, run in (("findings", findings), ("engine", engine_alone)):
        took |= medians({name: run}, 2 * rounds, warm_up=20, collect=False)
    base = took["outcomes"]

    def row(what: str, key: str, note: str = "") -> Row:
        return Row(what, took[key], took[key] / base, note=note) if key in took else Row(what, note=INSTALL)

    return Table(
        f"(b) All {len(CLAUSES)} clauses of one group of {facts.people.height} employees",
        "ours from measures",
        (
            Row("ours, from parsed facts to all findings", took["findings"], took["findings"] / base, "<= 10 ms",
                took["findings"] <= 10e-3, note="readings, comparisons, sentences, cures"),
            row("    of which the facts as frames", "facts"),
            row("    of which frames to measures", "measures"),
            row("ours, the engine alone: frames to outcomes", "engine"),
            Row("ours, from measures to outcomes", base, 1, note="and comparisons; one row, so all of it is overhead"),
            row("NumPy by hand, from measures", "numpy"),
            row(f"{zen_peer.NAME if zen_peer else 'zen-engine'}, from measures", "zen"),
            row(f"{openfisca_peer.NAME if openfisca_peer else 'openfisca-core'}, from measures", "openfisca"),
        ),
    )  # fmt: skip


# A book -----------------------------------------------------------------------------------------------------------


def deciding_book(case: Case, *, groups: int, rounds: int, zen_groups: int) -> Table:
    """From measures: the same columns for everybody, the same codes from everybody."""
    rules, measured = case.rules, case.book(groups)
    columns = numpy_limit.arrays(measured)
    threads = os.cpu_count() or 1
    ours = rules.decide(measured)
    check_same(ours, numpy_limit.decide(columns, threads=1), "NumPy")
    check_same(ours, numpy_limit.decide(columns, threads), "NumPy in threads")
    contenders: dict[str, Run] = {
        "ours": lambda: rules.decide(measured),
        "numpy": lambda: numpy_limit.decide(columns, threads=1),
        "threads": lambda: numpy_limit.decide(columns, threads),
    }
    if openfisca_peer:
        inputs = openfisca_peer.inputs(measured)
        system = openfisca_peer.OpenFisca(inputs)
        check_same(ours, system.decide(system.simulation(inputs)), openfisca_peer.NAME)
        contenders["openfisca"] = lambda: system.decide(system.simulation(inputs))
        contenders["inputs"] = lambda: system.simulation(inputs)
    took = medians(contenders, rounds)
    base, limit = took["ours"], min(took["numpy"], took["threads"])
    judged = groups == MILLION
    rows = [
        Row(f"ours, {groups:,} groups", base, 1, note="all cores"),
        Row("NumPy by hand, one thread", took["numpy"], took["numpy"] / base),
        Row(f"NumPy by hand, {threads} threads", took["threads"], took["threads"] / base),
        Row("ours to the faster NumPy", limit="<= 2 x", met=base <= 2 * limit if judged else None,
            note=f"{base / limit:.2f} x the limit"),
    ]  # fmt: skip
    if openfisca_peer:
        whole = took["openfisca"]
        how = "set the inputs, calculate; one thread"
        rows.append(Row(f"{openfisca_peer.NAME}, {groups:,} groups", whole, whole / base, note=how))
        alone = whole - took["inputs"]
        rows.append(Row("    of which calculate", alone, alone / base, note="its inputs set before"))
    else:
        rows.append(Row("openfisca-core", note=INSTALL))
    rows += _zen_slice(rules, measured.head(zen_groups), groups, base, rounds, judged=judged)
    title = f"(c) All {len(CLAUSES)} clauses of a book, from measures to outcomes and decision"
    return Table(title, "ours", tuple(rows))


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
    }
    for way, _ in ways.values():
        check_same(ours, zen_peer.codes(way(contexts)), zen_peer.NAME)
    contenders: dict[str, Run] = {name: (lambda way=way: way(contexts)) for name, (way, _) in ways.items()}
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


def counting_book(case: Case, *, groups: int, rounds: int) -> Table:
    """From raw census rows and months: what the measures themselves take, and what the contribution is tested by."""
    rules = case.rules
    raw = raw_book.raw(groups, group_schema(rules))
    _check_alone(rules, raw, sample=min(groups, 25))
    priced, blocks = raw.priced(), raw.blocks(BLOCK)
    nobody = priced.people.clear()

    def measure(one: raw_book.Raw) -> pl.DataFrame:
        return rules.measure(one.groups, one.people, one.months.with_columns(**rules.month_stage))[0]

    def decide(one: raw_book.Raw) -> pl.DataFrame:
        return rules.decide(measure(one.priced())).select(OUTCOMES_OF_ALL)

    def in_blocks() -> pl.DataFrame:
        return pl.concat(map(decide, blocks))

    decided = in_blocks()
    assert decided.equals(decide(raw))
    for place, one in enumerate(blocks):
        measured = measure(one.priced()).select(book.columns_read(rules))
        theirs = numpy_limit.decide(numpy_limit.arrays(measured), threads=1)
        check_same(decided.slice(place * BLOCK, BLOCK), theirs, "NumPy")
    if groups >= ENOUGH_FOR_ALL:
        check_all_occur(decided)
    few = raw_book.Raw(raw.groups, nobody, raw.months)
    took = medians(
        {
            "whole": lambda: decide(raw),
            "blocks": in_blocks,
            "priced": raw.priced,
            "people": lambda: measure(raw_book.Raw(priced.groups, priced.people, priced.months.clear())),
            "months": lambda: measure(few),
        },
        rounds,
        warm_up=0,
    )
    best = min(took["whole"], took["blocks"])
    return Table(
        f"(c2) The same of {groups:,} groups, from {raw.people.height:,} census rows and {raw.months.height:,} months",
        "",
        (
            Row("ours, raw rows to outcomes, all at once", took["whole"], note="every measure, comparisons' too"),
            Row("    of which rates and contributions", took["priced"], note="by age, a rate and a share a person"),
            Row("    of which census rows to measures", took["people"]),
            Row("    of which months to measures", took["months"]),
            Row(f"ours, in blocks of {BLOCK:,} groups", took["blocks"], note="the same calls, block by block"),
            Row("the faster of the two", best, limit="<= 6 s", met=best <= 6 if groups == MILLION else None),
        ),
    )  # fmt: skip


def _check_alone(rules: Edition, raw: raw_book.Raw, sample: int) -> None:
    """A group decided alone, on the engine's short ways for one, has the outcomes that it has in the book."""
    first = raw.blocks(sample)[0].priced()
    months = first.months.with_columns(**rules.month_stage)
    together = rules.decide(rules.measure(first.groups, first.people, months)[0])
    for place, one in enumerate(first.blocks(1)):
        months = one.months.with_columns(**rules.month_stage)
        alone = rules.decide_one(rules.measure(one.groups, one.people, months)[0])
        check_same(together.slice(place, 1), {name: [alone[name]] for name in OUTCOMES_OF_ALL}, f"group {place} alone")


# Many changes of one group ------------------------------------------------------------------------------------------


def trying(case: Case, *, rounds: int) -> Table:
    """A cure, or a grid of what-ifs: one more employee enrolls, two more, …; and other hours asked for beside."""
    rules, measures = case.rules, case.measures
    row = measures.row(0, named=True)
    more = [name for name in row if name.startswith(("enrolled.", "enrolled_without_1099."))]
    changes = [
        {
            **{name: row[name] + place % 10 for name in more},
            "hours_required": 28_00 + place // 10 * 100,
        }
        for place in range(CANDIDATES)
    ]  # fmt: skip
    changed = [measures.with_columns(**change) for change in changes]
    together = rules.tried(measures, changes)
    for place, one in enumerate(changed):
        check_same(together.slice(place, 1), rules.decide(one.with_columns(**rules.derived_measures)), "tried alone")
    took = medians(
        {
            "many": lambda: rules.tried(measures, changes),
            "one": lambda: rules.tried(measures, changes[:1]),
            "decide": lambda: rules.decide(changed[0]),
            "each": lambda: [rules.decide(one) for one in changed],
            "each_short": lambda: [rules.decide_one(one) for one in changed],
        },
        rounds,
    )
    base, ratio = took["one"], took["many"] / took["one"]
    return Table(
        f"(d) {CANDIDATES} changes of one group's measures, tried at once",
        "one change",
        (
            Row("ours, one change tried", base, 1),
            Row(f"ours, {CANDIDATES} changes tried at once", took["many"], ratio, "<= 1.5 x", ratio <= 1.5,
                note="the cost of one"),
            Row("ours, one group decided as a book is", took["decide"], took["decide"] / base),
            Row(f"ours, the {CANDIDATES} decided one by one, as a book is", took["each"], took["each"] / base),
            Row(f"ours, the {CANDIDATES} decided one by one, the short way", took["each_short"],
                took["each_short"] / base, note="as one group is; with comparisons"),
        ),
    )  # fmt: skip
