"""Writes wage_report.csv: the invented bakery's wages of the second quarter of 2025, as its payroll program has them.

    python examples/make_wage_report.py

It differs from census.xlsx as such reports do: one who is on the census is missing, one who is not on it was paid,
one name is misspelt, and one was paid less than a full-time quarter at the minimum wage.
"""

from __future__ import annotations

import csv
from pathlib import Path

from make_census import rows

WEEKS = 13
MISSING, MISSPELT, PART_PAID = "Caraway", {"Fennel": "FENEL"}, {"Clove": 2340}
STRANGER = ("***-**-0024", "EXAMPLE-24", "QUINOA", 6890)
LAST_DAY = "2025-06-30"


def lines() -> list[list[str]]:
    paid: list[tuple[str, str, str, int]] = []
    for person in rows():
        name, hired = str(person["first_name"]), person.get("hired_on")
        if person.get("paid_on") != "w2" or name == MISSING or str(hired) > LAST_DAY:
            continue
        wages = PART_PAID.get(name, WEEKS * int(str(person["weekly_pay"])))
        family = int(str(person["family_id"]))
        paid.append((f"***-**-{family:04d}", f"EXAMPLE-{family}", MISSPELT.get(name, name.upper()), wages))
    paid.append(STRANGER)
    return [
        ["Employer's Quarterly Tax and Wage Report (invented)"],
        ["Example Crumb Bakery Inc", "Quarter Ending 06/30/2025"],
        [],
        ["SSN", "Last Name", "First Name", "Total Reportable Gross Wages"],
        *([number, last, first, f"{wages:,}.00"] for number, last, first, wages in paid),
        ["", "Total", "", f"{sum(wages for *_, wages in paid):,}.00"],
    ]


def write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(lines())


if __name__ == "__main__":
    write(Path(__file__).with_name("wage_report.csv"))
