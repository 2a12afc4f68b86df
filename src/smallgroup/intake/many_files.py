"""Many files side by side: one that hangs or takes its reader down delays only its own place."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TypeVar

from smallgroup.intake import process

Answer = TypeVar("Answer")


def read_many(
    paths: Sequence[Path], read: Callable[[Path], Answer], *, at_once: int
) -> Generator[tuple[int, Answer], None, None]:
    """The position of each path and what `read` gives for it, as they are done, `at_once` at a time.

    `read` runs in a thread of its own and does its work in a child process. What it raises is raised here.
    When the iteration ends early, as by Ctrl-C, what is not begun is left and the running children are ended.
    """
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="census")
    places: dict[Future[Answer], int] = {pool.submit(read, path): at for at, path in enumerate(paths)}
    pending = set(places)
    try:
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for one in sorted(done, key=places.__getitem__):
                yield places[one], one.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        running = {one for one in pending if not one.cancelled()}
        while running:  # a thread may be about to start its child
            process.end_running()
            _, running = wait(running, timeout=0.02)
