"""Run the benchmarks and print their tables; nothing here fails for being slow."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from benchmarks import (
    census,
    census_corpus,
    deciding,
    ledger,
    papers,
    portal,
    portal_queue,
    pricing,
    rewards,
    startup,
)
from benchmarks.one_group import OneGroup, one_group
from benchmarks.table import Table, as_json, machine, machine_line, shown
from benchmarks.timing import ROOT

RESULTS = ROOT / "benchmarks" / "results.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 groups, few rounds: a smoke test")
    parser.add_argument("--save", action="store_true", help=f"also write {RESULTS.relative_to(ROOT)}")
    chosen = parser.parse_args()
    groups = 20_000 if chosen.quick else deciding.MILLION
    ran_on = machine()
    print(f"{machine_line(ran_on)}\n")
    tables = []
    for table in _tables(one_group(), groups, quick=chosen.quick):
        print(f"{shown(table)}\n", flush=True)
        tables.append(table)
    if chosen.save:
        RESULTS.write_text(json.dumps(as_json(tables, groups, ran_on), indent=2) + "\n", "utf-8")


def _apart(table: Callable[[], Table]) -> Table:
    """A table made in a process of its own: the portal's settings hold for a whole process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(table).result()


def _tables(group: OneGroup, groups: int, *, quick: bool) -> Iterator[Table]:
    case = deciding.Case(group)
    yield pricing.pricing(group, rounds=20 if quick else 500, starts=1 if quick else 7)
    yield deciding.deciding_one(case, rounds=10 if quick else 200)
    yield deciding.deciding_book(case, groups=groups, rounds=3 if quick else 11, zen_groups=500 if quick else 2_000)
    yield deciding.counting_book(case, groups=groups, rounds=1 if quick else 3)
    yield deciding.trying(case, rounds=5 if quick else 50)
    yield startup.startup(rounds=1 if quick else 7)
    yield census.census(quick=quick)
    yield from ledger.ledgers(quick=quick)
    yield census_corpus.census_corpus(files=500 if quick else 5_000)
    yield portal.portal(group, rounds=10 if quick else 100)
    yield rewards.rewards(groups=4_000 if quick else rewards.BOOK, rounds=2 if quick else 5)
    yield papers.papers(group, rounds=3 if quick else 11, starts=1 if quick else 5)
    yield _apart(partial(portal_queue.portal_queue, quick=quick))


if __name__ == "__main__":  # a process of its own reads this file again
    main()
