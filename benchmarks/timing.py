"""Medians of many short runs, the contenders taking turns, so that a busy moment of the machine hits them all."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LARGE = 0.005  # seconds; after shorter runs collecting would only empty the caches of the next


def medians(
    contenders: Mapping[str, Callable[[], Any]], rounds: int, warm_up: int = 2, *, collect: bool = True
) -> dict[str, float]:
    """Seconds of each contender: the median over rounds in which each runs once, large garbage collected between."""
    for _ in range(warm_up):
        for run in contenders.values():
            run()
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in contenders.items():
                start = perf_counter()
                answer = run()
                seconds = perf_counter() - start
                taken[name].append(seconds)
                del answer
                if collect and seconds > LARGE:
                    gc.collect()  # what one contender leaves behind is not the next one's burden
    finally:
        gc.enable()
        gc.unfreeze()
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def fresh_process(*arguments: str) -> str:
    """Run this Python anew, in the project's folder, and return what it prints."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def processes(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """Wall time of fresh processes, start to end."""
    return medians({name: lambda c=command: fresh_process(*c) for name, command in commands.items()}, rounds, warm_up=1)
