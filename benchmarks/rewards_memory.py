"""Run as a fresh process by rewards.py: loads a book and earns it once. Prints bytes of memory as JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from benchmarks.rewards_book import AS_OF, WHOLE
from benchmarks.rewards_folder import read_parquet
from smallgroup.rewards.earn import earn
from smallgroup.rulebook.program import chosen_programs

_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    sales = read_parquet(Path(sys.argv[1]), WHOLE)
    # What loading itself has taken for a while is free again; where the system does not tell, its peak stands for it.
    statm = Path("/proc/self/statm")
    loaded = int(statm.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else _peak()
    earn(sales, chosen_programs(()), AS_OF)
    print(json.dumps({"loaded": loaded, "peak": _peak()}))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


main()
