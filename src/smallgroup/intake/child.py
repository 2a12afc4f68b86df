"""What runs in the child process: the limits it puts on itself, and how it answers.

An answer is lines of JSON, so that nothing the child sends can do more in the parent than be looked at. The
last line is END, or says why there is no answer; without it the answer is not whole. Only the standard
library is imported here: Polars aborts under a small address space.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from typing import Any

END = b'{"end":true}'


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may take, and what the messages about it call it.

    The memory is address space; the answer is what the parent will hold. Without `recognition` a page that is only a
    picture is refused: reading one takes seconds, and a person must compare what was read.
    """

    memory_bytes: int = 512 * 2**20
    cpu_seconds: int = 7
    wall_seconds: float = 8.0
    answer_bytes: int = 192 * 2**20
    file_bytes: int = 25 * 2**20
    unpacked_bytes: int = 25 * 2**20
    rows: int = 200_000
    columns: int = 256
    cells: int = 5_000_000
    paper: str = "census"
    recognition: bool = True


class Unreadable(Exception):
    """The file cannot be taken: why, and what to do, as sentences."""

    def __init__(self, why: str, fix: str, *, sheet: str | None = None, row: int | None = None):
        super().__init__(why)
        self.why, self.fix, self.sheet, self.row = why, fix, sheet, row


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work for one child. The fork server calls `_bootstrap`, as it does of its own processes."""

    work: Callable[..., Iterable[bytes]]
    args: tuple[Any, ...]
    limits: Limits

    def _bootstrap(self, parent_sentinel: int) -> int:
        (out,) = forkserver.get_inherited_fds() or (None,)
        if out is None:
            return 1
        confine(self.limits)
        try:
            for line in self.work(*self.args):
                _send(out, line)
            _send(out, END)
        except Unreadable as refusal:
            told = {"why": refusal.why, "fix": refusal.fix, "sheet": refusal.sheet, "row": refusal.row}
            _send(out, line_of({"refused": told}))
        except MemoryError:
            _send(out, b'{"failed":"memory"}')
        except Exception as error:
            # Its name alone: its text may quote the file, and so a Social Security number.
            _send(out, line_of({"failed": type(error).__name__}))
        return 0


def confine(limits: Limits) -> None:
    """Lower this process's own limits; they cannot be raised again."""
    gc.disable()  # nothing here is circular, and a child lives for one file
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then kills this process
    warnings.simplefilter("ignore")
    for kind, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        # At the soft limit comes SIGXCPU, which tells the parent why; at the hard one a bare SIGKILL.
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
    ):
        _, most = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            continue  # a system that does not know this limit; the wall clock still holds


def line_of(value: object) -> bytes:
    """One line of an answer."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def sheet_lines(
    name: str,
    numbers: Sequence[int],
    columns: Sequence[Sequence[Any]],
    *,
    last_row: int,
    unvalued: Sequence[tuple[int, int]] = (),
    from_1904: bool = False,
    merged: Sequence[tuple[int, int, int, int]] = (),
    pages: Sequence[tuple[int, int]] = (),
    confidence: Sequence[tuple[int, int, int]] = (),
) -> Iterator[bytes]:
    """One sheet: a line about it, then a line a column, so that no text of the whole sheet is ever built.

    `merged` holds the areas of several rows: first row, first column, last row, last column; `pages` the page of
    each row and its row there; `confidence` row number, column index and percent of a cell that was recognized.
    """
    about = {"sheet": name, "numbers": list(numbers), "columns": len(columns), "last_row": last_row}
    about |= {"pages": list(pages), "confidence": list(confidence)}
    yield line_of(about | {"unvalued": list(unvalued), "from_1904": from_1904, "merged": list(merged)})
    for column in columns:
        yield line_of(column)


def joined_lines(name: str, height: int, columns: Sequence[str], *, by: str) -> Iterator[bytes]:
    """One sheet of rows 1 to `height`, the cells of each column joined by a sign: quick to write and to read."""
    yield line_of({"sheet": name, "rows": height, "columns": len(columns)})
    for column in columns:
        yield line_of({"joined": column, "by": by})


def _send(out: int, line: bytes) -> None:
    rest = memoryview(line + b"\n")
    while rest:
        rest = rest[os.write(out, rest) :]
