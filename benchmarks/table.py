"""What is printed: rows of one run, each with its time, its ratio to ours, and the limit that it is held to."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

INSTALL = "not installed: pip install -r requirements-bench.txt"


@dataclass(frozen=True, slots=True)
class Row:
    """`seconds` None is a row without a measurement. `met` None: this run is not judged by `limit`."""

    what: str
    seconds: float | None = None
    ratio: float | None = None
    limit: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        return "" if self.met is None else "MET" if self.met else "NOT MET"


@dataclass(frozen=True, slots=True)
class Table:
    """`ratio_to` names the row that the ratios are to: 12 × takes twelve times as long."""

    title: str
    ratio_to: str
    rows: tuple[Row, ...]


def shown(table: Table) -> str:
    header = ("", "time", f"× {table.ratio_to}" if table.ratio_to else "", "limit", "", "")
    lines = [header, *((r.what, duration(r.seconds), _times(r.ratio), r.limit, r.verdict, r.note) for r in table.rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(5)]
    said = [table.title, "-" * len(table.title)]
    for what, time, ratio, limit, verdict, note in lines:
        cells = (
            what.ljust(widths[0]), time.rjust(widths[1]), ratio.rjust(widths[2]), limit.ljust(widths[3]),
            verdict.ljust(widths[4]), note,
        )  # fmt: skip
        said.append("  ".join(cells).rstrip())
    return "\n".join(said)


def duration(seconds: float | None) -> str:
    """Three digits, in the unit that suits: 214 µs, 3.20 ms, 1.05 s."""
    if seconds is None:
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:#.3g}".rstrip(".") + f" {unit}"
    return f"{seconds * 1e9:#.3g}".rstrip(".") + " ns"


def _times(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


def machine() -> dict[str, Any]:
    """What the numbers depend on. The peers run in one thread unless their row says otherwise."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "polars": pl.__version__,
        "polars_threads": pl.thread_pool_size(),
        "numpy": np.__version__,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def machine_line(m: dict[str, Any]) -> str:
    busy = "" if m["load"] is None else f"; load {m['load']} before the run"
    return (
        f"{m['cores']} cores ({m['processor']}), Python {m['python']}, polars {m['polars']} in "
        f"{m['polars_threads']} threads, NumPy {m['numpy']}{busy}"
    )


def as_json(tables: Iterable[Table], groups: int, ran_on: dict[str, Any]) -> dict[str, Any]:
    return {
        "machine": ran_on,
        "groups": groups,
        "tables": [
            {"title": table.title, "ratio_to": table.ratio_to, "rows": [asdict(row) for row in table.rows]}
            for table in tables
        ],
    }
