"""What is imported when: the package and --help load nothing heavy. The seconds are in the benchmark."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("polars", "numpy", "openpyxl", "rich.table")


@pytest.mark.parametrize("code", ["import smallgroup", "import smallgroup.cli"])
def test_nothing_heavy_is_imported(code: str) -> None:
    asked = f"{code}; import sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
