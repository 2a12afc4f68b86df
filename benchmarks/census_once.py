"""Run as a fresh process by census.py: reads one census. Prints seconds and bytes of memory as JSON."""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter

from smallgroup.intake import census_file

_STATUS = Path("/proc/self/status")


def in_the_child(path: str, name: str) -> Iterator[bytes]:
    """The peak memory of a child that reads the file, in bytes."""
    from smallgroup.intake import csv_text
    from smallgroup.intake.child import Limits

    for _ in csv_text.lines(path, name, Limits()):
        pass
    yield str(_peak()).encode()


def main() -> None:
    path, rounds = Path(sys.argv[1]).absolute(), int(sys.argv[2])
    took = []
    for _ in range(rounds):
        start = perf_counter()
        members = census_file(path, as_of=date.fromisoformat(sys.argv[3])).members.height
        took.append(perf_counter() - start)
    found: dict[str, object] = {"members": members, "seconds": took, "peak": _peak()}
    if path.suffix == ".csv":
        from benchmarks import census_once  # by that name the child can import it
        from smallgroup.intake.child import Limits
        from smallgroup.intake.process import answer

        (line,) = answer(census_once.in_the_child, str(path), path.name, limits=Limits())
        found["child_peak"] = int(line)
    print(json.dumps(found))


def _peak() -> int:
    """By Linux, whose ru_maxrss would begin with the parent's; elsewhere by ru_maxrss."""
    if _STATUS.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text("ascii"))
        assert found
        return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
