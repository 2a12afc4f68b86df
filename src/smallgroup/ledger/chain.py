"""How an entry is hashed: over what came before it, and over everything that it consists of.

A value is written as its length in bytes, a colon and its text; null is a dash. So `4:base,2:50,-` can be read in one
way only, whatever the texts hold. An entry's body is its own values, then the rows of its parts, one to a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from smallgroup.ledger.schema import Part

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as a verb makes it, before it has a place in the chain. The fields are those of `ledger_entry`."""

    source: str
    event_id: str
    body_sha256: str
    kind: str
    day: str
    made_by: str
    subject: str | None = None
    batch: str | None = None
    reverses_id: int | None = None
    why: str | None = None
    checked_by: str | None = None
    recorded_at: str | None = None


def written(values: Iterable[object]) -> str:
    """One row in the form that is hashed."""
    texts = (None if value is None else str(value) for value in values)
    return ",".join("-" if text is None else f"{len(text.encode())}:{text}" for text in texts)


def written_rows(rows: pl.DataFrame, *first: str) -> pl.Series:
    """The same of each row of a frame, `first` before its values."""
    columns = [pl.lit(written(first))] if first else []
    for name in rows.columns:
        text = pl.col(name).cast(pl.String)
        said = pl.concat_str(text.str.len_bytes().cast(pl.String), pl.lit(":"), text)
        columns.append(said.fill_null("-"))
    return rows.select(pl.concat_str(columns, separator=",")).to_series()


def sha(*values: object) -> str:
    return sha256(written(values).encode()).hexdigest()


def bodies(parts: Iterable[tuple[Part, pl.DataFrame]]) -> dict[int, str]:
    """Rows of parts, in the order of their keys → what each entry consists of."""
    found: dict[int, str] = {}
    for part, rows in parts:
        if rows.is_empty():
            continue
        lines = pl.DataFrame({"entry_id": rows["entry_id"], "line": written_rows(rows, part.table)})
        joined = lines.group_by("entry_id", maintain_order=True).agg(pl.col("line").str.join("\n"))
        for entry_id, text in joined.iter_rows():
            found[entry_id] = f"{found[entry_id]}\n{text}" if entry_id in found else text
    return found


def link(previous: str, values: Sequence[object], body: str) -> str:
    """The hash of an entry: `values` are those of ENTRY without the hash."""
    return sha256(f"{previous}\n{written(values)}\n{body}".encode()).hexdigest()
