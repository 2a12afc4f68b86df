"""(h) A census from its file to checked members, in fresh processes and in a running one, beside the bare readers."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import openpyxl
import polars as pl

from benchmarks.census_files import AS_OF, COLUMNS, DATES, NEEDED, folder, people, write
from benchmarks.table import Row, Table
from benchmarks.timing import ROOT, fresh_process, medians
from smallgroup.intake import census_file

PEOPLE, LARGE_BOOK, LARGE_TEXT, FILES = 200, 5_000, 100_000, 1_000
MOST_MEMORY = 300
_ONE_READ = """
import datetime, sys
from smallgroup.intake import census_file
census_file(sys.argv[1], as_of=datetime.date.fromisoformat(sys.argv[2]))
"""


def census(*, quick: bool) -> Table:
    """One table. The numbers of people and files are what the limits are about; a quick run has fewer."""
    text_rows, files, rounds = (5_000, 40, 2) if quick else (LARGE_TEXT, FILES, 7)
    with tempfile.TemporaryDirectory() as place:
        where = Path(place)
        small = write(where / "small.xlsx", people(PEOPLE, 1))
        large = write(where / "large.xlsx", people(LARGE_BOOK, 2))
        wide = write(where / "wide.csv", people(text_rows, 3))
        narrow = write(where / "narrow.csv", people(text_rows, 3, NEEDED), NEEDED)
        rows = [
            *_once(small, rounds), *_beside_openpyxl(small, rounds), *_beside_openpyxl(large, min(rounds, 5)),
        ]  # fmt: skip
        for path, columns in ((wide, COLUMNS), (narrow, NEEDED)):
            rows += _text(path, columns, rounds, judged=not quick)
        rows.append(_folder(folder(where / "sent", files), files, judged=not quick))
    return Table(f"(h) A census, from file to checked members, median of {rounds}", "the bare reader", tuple(rows))


def _once(path: Path, rounds: int) -> list[Row]:
    took = medians({
        "process": lambda: fresh_process("-c", _ONE_READ, str(path), AS_OF.isoformat()),
        "command": lambda: fresh_process("-m", "smallgroup", "census", "check", str(path), "--as-of", str(AS_OF)),
        "warm": lambda: census_file(path, as_of=AS_OF),
    }, rounds, warm_up=1)  # fmt: skip
    what = f"{PEOPLE} people, .xlsx"
    return [
        Row(f"{what}: a fresh process, start to end", took["process"], limit="<= 1 s", met=took["process"] <= 1,
            note="Python, imports and the child process too"),
        Row(f"{what}: smallgroup census check", took["command"], limit="<= 1 s", met=took["command"] <= 1),
        Row(f"{what}: in a running process", took["warm"], limit="<= 0.15 s", met=took["warm"] <= 0.15),
    ]  # fmt: skip


def _beside_openpyxl(path: Path, rounds: int) -> list[Row]:
    number = census_file(path, as_of=AS_OF).members.height

    def bare() -> int:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return sum(1 for sheet in book.worksheets for _ in sheet.iter_rows(values_only=True))

    took = medians({"ours": lambda: census_file(path, as_of=AS_OF), "bare": bare}, rounds, warm_up=1)
    return [
        Row(f"{number:,} people, .xlsx: bare openpyxl", took["bare"], 1.0, note="read-only, values, nothing checked"),
        _judged(f"{number:,} people, .xlsx: checked", took["ours"], took["bare"], 2),
    ]


def _judged(what: str, ours: float, bare: float, most: int, note: str = "", *, judged: bool = True) -> Row:
    ratio = ours / bare
    return Row(what, ours, ratio, limit=f"<= {most} ×", met=ratio <= most if judged else None, note=note)


def _text(path: Path, columns: tuple[str, ...], rounds: int, *, judged: bool) -> list[Row]:
    dates = [name for name in columns if name in DATES]
    typed = pl.col(*dates).str.to_date("%Y-%m-%d")
    contenders: dict[str, Callable[[], Any]] = {
        "bare": lambda: pl.read_csv(path),
        "typed": lambda: pl.read_csv(path, infer_schema=False).with_columns(typed),
        "ours": lambda: census_file(path, as_of=AS_OF),
    }
    took = medians(contenders, rounds, warm_up=1)
    fresh = [_fresh(path, 1) for _ in range(min(rounds, 3))]
    cold = median(one["seconds"][0] for one in fresh)
    parent, child = (max(one[name] for one in fresh) / 2**20 for name in ("peak", "child_peak"))
    what = f"{fresh[0]['members']:,} rows × {len(columns)}, .csv"
    return [
        Row(f"{what}: first read of a process", cold, limit="<= 2 s", met=cold <= 2 if judged else None,
            note="loads Polars, starts the fork server"),
        Row(f"{what}: memory", None, limit=f"<= {MOST_MEMORY} MB",
            met=max(parent, child) <= MOST_MEMORY if judged else None,
            note=f"peak {parent:.0f} MB; what is not plain is read in a child, at {child:.0f} MB"),
        Row(f"{what}: bare Polars", took["bare"], 1.0, note="read_csv, which leaves dates as text"),
        Row(f"{what}: Polars, same types", took["typed"], took["typed"] / took["bare"], note="and dates parsed"),
        _judged(f"{what}: checked", took["ours"], took["bare"], 4,
                f"{took['ours'] / took['typed']:.1f} × Polars with the same types", judged=judged),
    ]  # fmt: skip


def _fresh(path: Path, rounds: int) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(
        fresh_process("-m", "benchmarks.census_once", str(path), str(rounds), AS_OF.isoformat())
    )
    return said


def _folder(where: Path, files: int, *, judged: bool) -> Row:
    command = [sys.executable, "-m", "smallgroup", "census", "check", str(where), "--as-of", str(AS_OF), "--json"]
    start = perf_counter()
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    took = perf_counter() - start
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    refused = sum(bool(one["errors"]) for one in answers)
    assert (ended.returncode, len(answers)) == (1, files)
    rate = files / took
    return Row(f"{files:,} files of 5 to 50 people, 4 kinds: census check FOLDER", took, limit=">= 10 files/s",
               met=rate >= 10 if judged else None, note=f"{rate:.1f} files/s, {refused} of them refused")  # fmt: skip
