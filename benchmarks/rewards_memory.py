"""Run as a fresh process by rewards.py: loads a book and earns it once. Prints bytes of memory as JSON."""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path

from benchmarks.rewards_book import AS_OF, WHOLE
from benchmarks.rewards_folder import read_parquet
from smallgroup.rewards.earn import earn
from smallgroup.rulebook.program import chosen_programs

_STATUS = Path("/proc/self/status")


def main() -> None:
    sales = read_parquet(Path(sys.argv[1]), WHOLE)
    loaded = _bytes("VmRSS")  # what loading itself took for a while is free again
    earn(sales, chosen_programs(()), AS_OF)
    print(json.dumps({"loaded": loaded, "peak": _bytes("VmHWM")}))


def _bytes(field: str) -> int:
    """Memory of this process by Linux, whose ru_maxrss would begin with the parent's; elsewhere the peak for both."""
    if _STATUS.exists():
        found = re.search(rf"{field}:\s+(\d+) kB", _STATUS.read_text("ascii"))
        assert found
        return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


main()
