"""How long a fresh process takes before it does anything."""

from __future__ import annotations

from benchmarks.table import Row, Table
from benchmarks.timing import processes


def startup(*, rounds: int) -> Table:
    took = processes(
        {
            "python": ["-c", "pass"],
            "import": ["-c", "import smallgroup"],
            "folders": ["-c", "import smallgroup.underwriting, smallgroup.quoting"],
            "help": ["-m", "smallgroup", "--help"],
        },
        rounds,
    )
    return Table(
        f"(e) A fresh process, start to end, median of {rounds}",
        "",
        (
            Row("python -c pass", took["python"], note="Python itself"),
            Row("import smallgroup", took["import"], limit="<= 0.3 s", met=took["import"] <= 0.3),
            Row("import smallgroup.underwriting, .quoting", took["folders"], note="with Polars and NumPy"),
            Row("smallgroup --help", took["help"], limit="<= 0.5 s", met=took["help"] <= 0.5),
        ),
    )
