"""The corpus of census faults, counted: what is found at its cell, what is rightly proposed, and what is a false alarm.

python -m benchmarks.census_corpus [--seed S] [--files N] [--write]

The kinds, and what is expected of each, are in tests/census/corpus/.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.census.corpus.kinds import KINDS
from tests.census.corpus.score import Score, corpus

from benchmarks.table import Row, Table, shown
from benchmarks.timing import ROOT

PAGE = ROOT / "docs" / "census-faults.md"
_MOST_ALARMS, _LEAST_RIGHT = 100, 90  # one in a hundred sound cells; of a hundred faults that can be mended


def counted(*, seed: int, files: int, turns: int = 30) -> Score:
    """Seed after seed, until there are so many files; every hundredth is a real file."""
    score = Score()
    with TemporaryDirectory() as folder:
        while score.files < files:
            corpus(score, seed=seed, files=Path(folder), every=100, turns=turns)
            seed += 1
    return score


def census_corpus(*, files: int) -> Table:
    """The goals, and whether they are met."""
    return Table("A corpus of census faults, invented", "", tuple(_goals(counted(seed=1, files=files, turns=4))))


def _goals(score: Score) -> Iterator[Row]:
    whole = score.all
    yield _row("faults found at the right cell", whole.found, whole.put_in, "all", whole.found == whole.put_in)
    yield _row(
        "of those that can be mended, with the right proposal", whole.right, whole.repairable, f"{_LEAST_RIGHT} %",
        100 * whole.right >= _LEAST_RIGHT * whole.repairable,
    )  # fmt: skip
    yield _row("wrong proposals", whole.unfounded, whole.put_in, "", None)
    yield _row("proposals called safe that are not", whole.unsafe, whole.put_in, "none", whole.unsafe == 0)
    yield _row(
        "false alarms, of sound cells", score.alarms, score.clean_cells, "1 %",
        _MOST_ALARMS * score.alarms <= score.clean_cells,
    )  # fmt: skip
    yield _row("clean files with a false alarm", score.clean_files_alarmed, score.clean_files, "1 %",
               _MOST_ALARMS * score.clean_files_alarmed <= score.clean_files)  # fmt: skip


def _row(what: str, count: int, of: int, limit: str, met: bool | None) -> Row:
    share = f" ({100 * count / of:.2f} %)" if of else ""
    return Row(what, limit=limit, met=met, note=f"{count:,} of {of:,}{share}")


def by_kind(score: Score) -> str:
    """A line a kind: put in, found, can be mended, with the right proposal, false alarms in its files."""
    lines = ["| kind | put in | found | can be mended | right proposal | false alarms |", "|---|---|---|---|---|---|"]
    for name in KINDS:
        one = score.kinds[name]
        lines.append(f"| {name} | {one.put_in} | {one.found} | {one.repairable} | {one.right} | {one.false_alarms} |")
    return "\n".join(lines)


def page(score: Score, seed: int) -> str:
    table = "\n".join(f"| {row.what} | {row.note} | {row.limit} |" for row in _goals(score))
    return f"""# Faults of a census, and what becomes of them

{len(KINDS)} kinds of faults, put one by one and several at once into {score.files:,} invented censuses of seven
layouts. What is expected of each kind stands beside it in `tests/census/corpus/`: the cells that must be told,
whether the file is refused, worth a look or read with a notice, and the proposal that is right, or that there is none.
A proposal is right where it is the value that the census had before.

Made by `python -m benchmarks.census_corpus --seed {seed} --files {score.files} --write`.

| over all kinds | | goal |
|---|---|---|
{table}

{by_kind(score)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.census_corpus", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=2_000, help="at least so many files")
    parser.add_argument("--write", action="store_true", help=f"also write {PAGE.relative_to(ROOT)}")
    chosen = parser.parse_args()
    score = counted(seed=chosen.seed, files=chosen.files)
    goals = Table(f"{score.files:,} files, {len(KINDS)} kinds of faults", "", tuple(_goals(score)))
    sys.stdout.write(f"{by_kind(score)}\n\n{shown(goals)}\n")
    for sentence in score.all.wrong:
        sys.stdout.write(f"{sentence}\n")
    if chosen.write:
        PAGE.write_text(page(score, chosen.seed), "utf-8")


if __name__ == "__main__":
    main()
