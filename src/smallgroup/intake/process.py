"""One limited child process for each file, from a fork server that has the parser loaded.

A plain fork hangs once Polars has been used, and a fresh interpreter costs more than the parsing. The fork
server is our own instance of the standard library's: the application may have one for its purposes, and ours
holds no NumPy. A child is launched without multiprocessing's preparation, which would run the caller's script
again.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import forkserver
from typing import Any, Literal

from smallgroup.intake.child import END, Job, Limits

Reason = Literal["memory", "time", "size", "died", "garbled", "unstarted"]


class NoAnswer(Exception):
    """The child gave no whole answer. `detail` adds how it ended, and never quotes the file."""

    def __init__(self, reason: Reason, detail: str = ""):
        super().__init__(f"{reason} {detail}".strip())
        self.reason, self.detail = reason, detail


_lock = threading.Lock()
_server: tuple[int, forkserver.ForkServer] | None = None


def warm_up() -> None:
    """Start the fork server, without waiting for it. `answer` does so too."""
    with suppress(OSError), _uninterrupted():
        _running().ensure_running()


def answer(work: Callable[..., Iterable[bytes]], *args: Any, limits: Limits, **options: Any) -> list[bytes]:
    """The lines that `work(*args, **options)` yields in a child, without the last, which says that they are all.

    `work` must be importable by its name. Raises NoAnswer when the child dies, hangs, takes too much, or
    stops in the middle. When this returns or raises, the child is gone.
    """
    deadline = time.monotonic() + limits.wall_seconds
    source, out = os.pipe()
    try:
        try:
            status, pid = _launch(Job(partial(work, **options) if options else work, args, limits), out)
        finally:
            os.close(out)
        try:
            data = _read_all(source, deadline, limits.answer_bytes)
            code = _exit_code(status, deadline)
        finally:
            _end(status, pid)
    finally:
        os.close(source)
    lines = data.split(b"\n")
    if lines.pop() or not lines:
        raise NoAnswer("died", _ended(code))
    if lines[-1] == END:
        lines.pop()
    elif not lines[-1].startswith((b'{"refused":', b'{"failed":')):
        raise NoAnswer("died", _ended(code))
    return lines


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits: what is started in here inherits that, and so never prints a traceback of its own."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _running() -> forkserver.ForkServer:
    """This process's own fork server: after a fork of the application, the copy starts another."""
    global _server
    with _lock:
        if _server is None or _server[0] != os.getpid():
            server = forkserver.ForkServer()
            server.set_forkserver_preload(["smallgroup.intake.preload"])
            _server = os.getpid(), server
        return _server[1]


def _forget() -> None:
    global _server
    with _lock:
        _server = None


def _launch(job: Job, out: int) -> tuple[int, int]:
    """Start a child on the job: the descriptor that will tell its exit code, and its process id."""
    places = [place or os.getcwd() for place in sys.path]
    orders = pickle.dumps({"name": "smallgroup reader", "sys_path": places}) + pickle.dumps(job)
    for attempt in (1, 2):  # the fork server may have been killed since the last file
        status = None
        try:
            with _uninterrupted():
                status, orders_to = _running().connect_to_new_process([out])
            with open(orders_to, "wb") as pipe:
                pipe.write(orders)
            return status, forkserver.read_signed(status)
        except (OSError, EOFError) as error:
            if status is not None:
                os.close(status)
            _forget()
            if attempt == 2:
                raise NoAnswer("unstarted", type(error).__name__) from None
    raise AssertionError("unreachable")


def _read_all(source: int, deadline: float, most: int) -> bytes:
    """Everything up to the end of the pipe. Raises NoAnswer at the deadline, or beyond `most` bytes."""
    chunks: list[bytes] = []
    size = 0
    while True:
        _wait(source, deadline)
        chunk = os.read(source, 1 << 20)
        if not chunk:
            return b"".join(chunks)
        size += len(chunk)
        if size > most:
            raise NoAnswer("size")
        chunks.append(chunk)


def _wait(descriptor: int, deadline: float) -> None:
    ready = select.poll()
    ready.register(descriptor, select.POLLIN | select.POLLHUP)
    if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise NoAnswer("time")


def _exit_code(status: int, deadline: float) -> int | None:
    """The child's exit code, negative for a signal; None when the fork server died before it could tell."""
    _wait(status, deadline)
    try:
        code: int = forkserver.read_signed(status)
    except (OSError, EOFError):
        return None
    return code


def _end(status: int, pid: int) -> None:
    """Kill the child if it has not ended, and wait until the fork server has taken its status: no zombie."""
    try:
        ready = select.poll()
        ready.register(status, select.POLLIN | select.POLLHUP)
        if not ready.poll(0):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            ready.poll(2000)
    finally:
        os.close(status)


def _ended(code: int | None) -> str:
    if code is None:
        return "it vanished"
    if code == -signal.SIGXCPU:
        raise NoAnswer("time")
    if code < 0:
        with suppress(ValueError):
            return f"it was ended by {signal.Signals(-code).name}"
        return f"it was ended by signal {-code}"
    return f"it ended with status {code}"
