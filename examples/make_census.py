"""Writes census.xlsx: the invented bakery's 23 people who work there, and their families.

    python examples/make_census.py

Four waive, two decline, two are 1099 workers, one owns the bakery, one lives and works out of the area, one family
has five children under 21 and one of 21, two bakers work part time, and one is still in the waiting period.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

COLUMNS = (
    "family_id", "member_id", "relationship", "first_name", "last_name", "date_of_birth", "sex", "zip", "county",
    "worker_type", "paid_on", "ownership_percent", "related_to_owner", "hours_per_week", "status", "hired_on",
    "weekly_pay", "works_in_area_percent", "election", "waiver_reason", "plan_id", "tobacco",
)  # fmt: skip

BRONZE, SILVER, GOLD, OUTSIDE = "KP-GA-BRONZE-1", "KP-GA-SILVER-1", "KP-GA-GOLD-1", "KP-GA-SILVER-16"

# family, first name, birth date, sex, county, weekly hours, hired, weekly pay, election or waiver reason, plan
STAFF = (
    ("2", "Barley", date(1971, 5, 2), "female", "Fulton", 40, date(2019, 4, 1), 1340, "enroll", GOLD),
    ("3", "Spelt", date(1980, 11, 17), "male", "DeKalb", 40, date(2019, 4, 1), 1190, "enroll", SILVER),
    ("4", "Poppy", date(1990, 2, 28), "female", "Fulton", 38, date(2020, 6, 8), 980, "enroll", SILVER),
    ("5", "Sesame", date(1985, 7, 9), "female", "Cobb", 40, date(2020, 9, 14), 1040, "spouse_group", None),
    ("6", "Farro", date(1961, 1, 30), "male", "Fulton", 35, date(2019, 4, 1), 1100, "enroll", BRONZE),
    ("7", "Durum", date(1958, 8, 21), "male", "Clayton", 32, date(2019, 5, 6), 890, "medicare_primary", None),
    ("8", "Millet", date(1999, 12, 5), "female", "Gwinnett", 40, date(2022, 3, 21), 910, "parent_group", None),
    ("9", "Oat", date(1977, 3, 14), "male", "Chatham", 40, date(2023, 1, 9), 1260, "enroll", OUTSIDE),
    ("10", "Teff", date(1993, 10, 1), "male", "DeKalb", 36, date(2021, 8, 2), 925, "enroll", BRONZE),
    ("11", "Amaranth", date(1988, 6, 25), "female", "Fulton", 40, date(2021, 2, 15), 1015, "enroll", GOLD),
    ("12", "Clove", date(2004, 9, 30), "female", "Fulton", 30, date(2024, 6, 3), 640, "decline", None),
    ("13", "Basil", date(1996, 4, 19), "male", "Henry", 40, date(2023, 10, 2), 900, "decline", None),
    ("14", "Saffron", date(1983, 1, 8), "female", "Fulton", 40, date(2020, 1, 13), 1120, "enroll", SILVER),
    ("15", "Caraway", date(1968, 12, 12), "male", "Fayette", 40, date(2019, 9, 9), 1205, "spouse_group", None),
    ("16", "Ginger", date(1991, 5, 27), "female", "DeKalb", 40, date(2022, 11, 7), 960, "enroll", SILVER),
    ("17", "Fennel", date(2000, 2, 29), "male", "Fulton", 40, date(2024, 2, 12), 880, "enroll", BRONZE),
    ("18", "Anise", date(1987, 8, 3), "female", "Cobb", 40, date(2021, 5, 17), 990, "enroll", SILVER),
    ("19", "Maple", date(1995, 7, 23), "female", "Fulton", 40, date(2025, 8, 18), 875, None, None),
    ("20", "Honey", date(2003, 3, 11), "female", "Fulton", 20, date(2024, 9, 2), 390, None, None),
    ("21", "Pecan", date(1979, 10, 31), "male", "Fulton", 24, date(2023, 4, 3), 480, None, None),
)  # fmt: skip

# family, relationship, first name, birth date, sex
DEPENDENTS = (
    ("1", "spouse", "Malt", date(1976, 2, 3), "male"),
    ("1", "child", "Yeast", date(2009, 6, 18), "female"),
    ("3", "spouse", "Semola", date(1982, 1, 25), "female"),
    ("3", "child", "Brioche", date(2004, 9, 12), "female"),
    ("3", "child", "Baguette", date(2006, 3, 7), "male"),
    ("3", "child", "Ciabatta", date(2008, 10, 1), "female"),
    ("3", "child", "Focaccia", date(2011, 5, 5), "male"),
    ("3", "child", "Pretzel", date(2014, 12, 24), "male"),
    ("3", "child", "Bagel", date(2018, 8, 8), "female"),
    ("4", "domestic_partner", "Cocoa", date(1989, 9, 9), "male"),
    ("11", "child", "Scone", date(2016, 1, 16), "male"),
    ("11", "child", "Muffin", date(2019, 11, 2), "female"),
    ("14", "spouse", "Nutmeg", date(1981, 4, 4), "male"),
    ("14", "child", "Biscuit", date(2012, 7, 30), "male"),
    ("16", "child", "Waffle", date(2021, 3, 3), "female"),
)  # fmt: skip


def rows() -> list[dict[str, object]]:
    """Everybody, family by family, as cells of the plain layout."""
    people: list[dict[str, object]] = [
        _person("1", "employee", "Rye", date(1974, 9, 19), "female", county="Fulton", worker_type="corporate_owner",
                paid_on="w2", ownership_percent=100, related_to_owner="self", hours_per_week=45, status="active",
                hired_on=date(2019, 3, 4), weekly_pay=1900, election="enroll", plan_id=GOLD),
    ]  # fmt: skip
    for family, name, born, sex, county, hours, hired, pay, answer, plan in STAFF:
        waives = answer not in ("enroll", "decline", None)
        people.append(_person(
            family, "employee", name, born, sex, county=county, worker_type="w2", paid_on="w2",
            ownership_percent=0, related_to_owner="none", hours_per_week=hours, status="active", hired_on=hired,
            weekly_pay=pay, works_in_area_percent=0 if county == "Chatham" else 100,
            election="waive" if waives else answer, waiver_reason=answer if waives else None, plan_id=plan,
        ))  # fmt: skip
    for family, name, born, plan in (
        ("22", "Rosemary", date(1986, 3, 21), SILVER), ("23", "Thyme", date(1992, 12, 1), BRONZE),
    ):  # fmt: skip
        people.append(_person(
            family, "employee", name, born, "other", county="Fulton", worker_type="1099", paid_on="1099",
            ownership_percent=0, related_to_owner="none", hours_per_week=32, status="active",
            hired_on=date(2024, 1, 15), works_in_area_percent=100, election="enroll", plan_id=plan,
        ))  # fmt: skip
    people += [_person(family, relationship, name, born, sex)
               for family, relationship, name, born, sex in DEPENDENTS]  # fmt: skip
    people.sort(key=lambda person: int(str(person["family_id"])))
    counts: dict[object, int] = {}
    for person in people:
        family = person["family_id"]
        counts[family] = counts.get(family, 0) + 1
        person["member_id"] = f"{family}-{counts[family]}"
    return people


def _person(
    family: str, relationship: str, first_name: str, born: date, sex: str, **cells: object
) -> dict[str, object]:
    zips = {"Chatham": "31401", "DeKalb": "30030", "Cobb": "30060", "Gwinnett": "30044", "Henry": "30253",
            "Clayton": "30236", "Fayette": "30214"}  # fmt: skip
    return {
        "family_id": family, "relationship": relationship, "first_name": first_name,
        "last_name": f"Example-{family}", "date_of_birth": born, "sex": sex,
        "zip": zips.get(str(cells.get("county")), "30303") if relationship == "employee" else None,
        "tobacco": "no", **cells,
    }  # fmt: skip


def write(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Census"
    sheet.append(list(COLUMNS))
    for person in rows():
        sheet.append([person.get(column) for column in COLUMNS])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, name in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = max(11, len(name) + 2)
    sheet.freeze_panes = "A2"
    book.properties.creator = "smallgroup"
    book.properties.created = book.properties.modified = datetime(2025, 9, 12)  # noqa: DTZ001 - a file's own stamp
    book.save(path)


if __name__ == "__main__":
    write(Path(__file__).with_name("census.xlsx"))
