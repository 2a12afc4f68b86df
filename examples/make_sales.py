"""Writes examples/sales: invented groups, brokers and members, with one of everything that a rewards desk meets.

    python examples/make_sales.py
"""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent / "sales"

# group, name, day, channel, members, dependents among them, and what is odd about it
GROUPS = [
    ("EX-01", "Example Surf Shop", "2025-09-01", "direct", 22, 9, {}),
    ("EX-02", "Example Citrus Packing", "2025-10-01", "general_agency", 31, 14, {"general_agency": "Example GA"}),
    ("EX-03", "Example Redwood Toys", "2025-10-01", "californiachoice", 18, 6, {}),
    ("EX-04", "Example Desert Signs", "2025-11-01", "direct", 27, 11,
     {"last_covered_day": "2026-01-15", "termination_known_on": "2026-01-20"}),
    ("EX-05", "Example Harbor Cafe", "2025-12-01", "covered_california", 12, 4, {}),
    ("EX-06", "Example Valley Printing", "2026-01-01", "direct", 40, 19, {"only_carrier": "no"}),
    ("EX-07", "Example Old Friends", "2025-09-01", "direct", 15, 5,
     {"prior_contract": "ended", "last_prior_contract_end": "2025-05-31", "prior_kp_through": "direct"}),
    ("EX-08", "Example Union Hall Works", "2025-10-01", "direct", 20, 8,
     {"origin": "union", "origin_left_on": "2025-09-30", "origin_was_kp": "no"}),
    ("EX-09", "Example Quiet Files", "2025-11-01", "direct", 16, 7, {"prior_contract": "unknown"}),
    ("EX-10", "Example Early Birds", "2025-08-31", "direct", 30, 12, {}),
    ("EX-11", "Example Water District", "2025-12-01", "direct", 24, 10, {"public_agency": "yes"}),
    ("EX-12", "Example Nevada Branch", "2025-10-01", "direct", 14, 3, {"state": "NV"}),
]  # fmt: skip
# group, broker, share, from, to
SPLITS = [
    *((group, "B-ADA", "1", "2025-01-01", "") for group in ("EX-01", "EX-02", "EX-03", "EX-04", "EX-10")),
    *((group, "B-BEN", "1", "2025-01-01", "") for group in ("EX-05", "EX-07", "EX-08", "EX-09", "EX-12")),
    ("EX-06", "B-ADA", "2/3", "2025-12-01", ""),
    ("EX-06", "B-BEN", "1/3", "2025-12-01", ""),
    ("EX-11", "B-CAL", "1", "2025-12-01", "2025-12-31"),
    ("EX-11", "B-BEN", "1", "2026-01-01", ""),
]
BROKERS = [
    ("B-ADA", "Ada Example", "P-ADA", "person", "2030-12-31"),
    ("B-BEN", "Ben Example", "P-BRIGHT", "agency", "2030-12-31"),
    ("B-CAL", "Cal Example", "P-CAL", "person", "2025-11-30"),  # the license lapsed the day before EX-11 began
]


def write(name: str, rows: list[dict[str, str]]) -> None:
    with (FOLDER / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    usual = {
        "state": "CA", "market": "small", "general_agency": "", "prior_contract": "never",
        "last_prior_contract_end": "", "prior_kp_through": "none", "origin": "none", "origin_left_on": "",
        "origin_was_kp": "", "last_covered_day": "", "termination_known_on": "", "only_carrier": "yes",
        "public_agency": "no",
    }  # fmt: skip
    sales, members = [], []
    for number, (group, name, day, channel, people, dependents, odd) in enumerate(GROUPS, 1):
        sales.append({"group_id": group, "legal_name": name, "ein": f"95-00000{number:02d}", "effective_date": day,
                      "channel": channel, **usual, **odd})  # fmt: skip
        for place in range(people):
            members.append({
                "group_id": group, "member_id": f"{place + 1:02d}",
                "role": "dependent" if place >= people - dependents else "subscriber", "coverage": "medical",
                "continuation": "none", "effective_date": day, "ended_on": "",
            })  # fmt: skip
    # A late add, a dental-only member, one on continuation coverage, one who never began, and one listed twice.
    members.append({**members[0], "member_id": "23", "effective_date": "2025-10-01"})
    members.append({**members[0], "member_id": "24", "coverage": "dental_only"})
    members.append({**members[0], "member_id": "25", "continuation": "cal_cobra"})
    members.append({**members[0], "member_id": "26", "ended_on": "2025-08-31"})
    members.append(dict(members[0]))
    write("sales", sales)
    write("members", members)
    write("splits", [dict(zip(("group_id", "broker_id", "share", "from_date", "to_date"), row, strict=True))
                     for row in SPLITS])  # fmt: skip
    write("brokers", [
        {"broker_id": id, "name": name, "payee_id": payee, "payee_kind": kind, "tax_id_on_file": "yes",
         "license_state": "CA", "licensed_from": "2020-01-01", "licensed_to": licensed_to,
         "appointment_state": "CA", "appointed_from": "2020-01-01", "appointed_to": "",
         "agreement_from": "2020-01-01", "agreement_to": "", "good_standing_from": "2020-01-01",
         "good_standing_to": ""}
        for id, name, payee, kind, licensed_to in BROKERS
    ])  # fmt: skip


if __name__ == "__main__":
    main()
