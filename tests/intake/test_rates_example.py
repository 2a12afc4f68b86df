"""The example's rates: made again byte for byte, whole, and right where a hand can reckon them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from smallgroup.intake.rates_file import rates_file
from smallgroup.rating.rate_table import TOBACCO_UNKNOWN, RateTable, rate_column

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def rates() -> RateTable:
    return rates_file(EXAMPLES / "rates.csv")


def test_the_file_is_whole(rates: RateTable) -> None:
    assert rates.gaps() == []
    assert rates.areas == tuple(range(1, 17))
    assert rates.rows.height == 44 * 16 * 51
    assert Counter(plan.kind for plan in rates.plans) == {"hmo": 38, "ppo": 4, "ooa_ppo": 2}


def test_the_file_says_that_nobody_filed_it(rates: RateTable) -> None:
    assert rates.basis == "illustrative, not filed"
    assert all(rates.basis_of(plan.plan_id) == "illustrative, not filed" for plan in rates.plans)
    assert all(plan.name and plan.name.startswith("Illustrative ") for plan in rates.plans)


@pytest.mark.parametrize(
    ("plan_id", "area", "age", "cents"),
    [
        # 330.00 × 1.000 × 1.000
        ("KP-GA-SILVER-1", 3, 21, 33000),
        # 330.00 × 1.278 = 421.74
        ("KP-GA-SILVER-1", 3, 40, 42174),
        # 330.00 × 0.765 = 252.45
        ("KP-GA-SILVER-1", 3, 14, 25245),
        # 330.00 × 0.833 = 274.89
        ("KP-GA-SILVER-1", 3, 15, 27489),
        # 335.50 × 1.135 = 380.7925 → 380.79
        ("KP-GA-SILVER-2", 3, 30, 38079),
        # 269.00 × 0.833 × 1.062 = 237.970… → 237.97
        ("KP-GA-BRONZE-2", 1, 15, 23797),
        # 260.00 × 0.981 × 1.135 = 289.4931 → 289.49
        ("KP-GA-BRONZE-1", 2, 30, 28949),
        # 335.50 × 1.865 = 625.7075 → 625.71
        ("KP-GA-SILVER-2", 3, 51, 62571),
        # 269.00 × 1.135 = 305.315 → 305.32: a half goes up
        ("KP-GA-BRONZE-2", 3, 30, 30532),
        # 539.00 × 1.033 × 3.000 = 1670.361 → 1670.36
        ("KP-GA-GOLD-13", 16, 64, 167036),
    ],
)
def test_a_hand_reckons_the_same(rates: RateTable, plan_id: str, area: int, age: int, cents: int) -> None:
    found = rates.in_area(area, date(2025, 10, 1))
    assert found.monthly[found.row_of[plan_id], rate_column(age, TOBACCO_UNKNOWN)] == cents


def test_the_rates_hold_from_july_to_june(rates: RateTable) -> None:
    counts = [
        len(rates.in_area(3, on).plans)
        for on in (date(2025, 6, 30), date(2025, 7, 1), date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert counts == [0, 44, 44, 0]


def test_the_lowest_priced_plan_is_known(rates: RateTable) -> None:
    found = rates.in_area(3, date(2025, 10, 1))
    lowest = found.lowest_priced([plan.plan_id for plan in found.plans]).plan
    assert lowest is not None
    assert lowest.plan_id == "KP-GA-BRONZE-1"


def test_the_file_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    script = "import sys, pathlib, make_rates; make_rates.write(pathlib.Path(sys.argv[1]))"
    again = tmp_path / "rates.csv"
    subprocess.run([sys.executable, "-B", "-c", script, str(again)], check=True, cwd=EXAMPLES)
    assert again.read_bytes() == (EXAMPLES / "rates.csv").read_bytes()
