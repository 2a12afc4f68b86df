"""Invented families, plainly invented: an employee each, some with a spouse or a partner, and children."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

AS_OF = date(2025, 9, 12)

FIRST = [
    "Ada", "Bram", "Cleo", "Dov", "Edda", "Finn", "Gita", "Hugo", "Ines", "Joss", "Kira", "Lars", "Mina", "Nils",
    "Olga", "Pim", "Quin", "Rosa", "Sten", "Tove", "Ugo", "Vera", "Wim", "Xena", "Yuri", "Zita", "Arlo", "Bea",
]  # fmt: skip
LAST = [
    "Amberly", "Birchwood", "Cobaltson", "Dunmore", "Elmstead", "Fernhill", "Garnetson", "Hazelton", "Ivywood",
    "Jasperson", "Kestrelson", "Larkspur", "Maplewell", "Nettleton", "Oakhurst", "Pearlman", "Quillfeather", "Rowanson",
    "Sagebrook", "Thistleton", "Umberley", "Violetson", "Willowby", "Yarrowson", "Zinniafield",
]  # fmt: skip

PLACES = (  # ZIP and county, invented only in who lives there
    ("30303", "Fulton"), ("30305", "Fulton"), ("30309", "Fulton"), ("30030", "DeKalb"), ("30033", "DeKalb"),
    ("30060", "Cobb"), ("30062", "Cobb"), ("30043", "Gwinnett"), ("30236", "Clayton"), ("31201", "Bibb"),
)  # fmt: skip
NORTHERN = (("02139", "Middlesex"), ("02115", "Suffolk"), ("01602", "Worcester"), ("06103", "Hartford"))

Person = dict[str, Any]


def staff(random: Random, families: int, *, northern: bool = False) -> list[list[Person]]:
    """Families in the order of a list of staff: nothing is wrong, and nothing is worth a look."""
    places = NORTHERN if northern else PLACES
    lasts = random.sample([f"{last}{end}" for last in LAST for end in ("", "e", "er", "ian")], families)
    found = []
    for number, last in enumerate(lasts, start=1):
        zip_code, county = random.choice(places)
        home: Person = {"family_id": f"F{number:03d}", "last_name": last, "zip": zip_code, "county": county}
        found.append(_family(random, home))
    owner = found[random.randrange(families)][0]
    owner |= {"worker_type": "corporate_owner", "ownership_percent": 100, "related_to_owner": "self"}
    count = 0
    for people in found:
        for person in people:
            count += 1
            person["member_id"] = f"M{count:04d}"
    return found


def _family(random: Random, home: Person) -> list[Person]:
    names = random.sample(FIRST, 8)
    age = random.randint(24, 63)
    employee = _adult(random, names[0], home, age) | {"relationship": "employee"}
    hired = min(date(2025, 5, 1), employee["date_of_birth"] + timedelta(days=round(365.25 * random.uniform(19, age))))
    hours = random.choice([40, 40, 40, 37.5, 32])
    employee |= {
        "worker_type": "w2", "paid_on": "w2", "ownership_percent": 0, "related_to_owner": "none", "status": "active",
        "hours_per_week": hours, "weekly_pay": round(hours * random.randint(16, 60), 2), "hired_on": hired,
        "class": random.choice(["office", "shop"]),
    }  # fmt: skip
    people = [employee]
    if random.random() < 0.5:
        partner = "domestic_partner" if random.random() < 0.1 else "spouse"
        people.append(_adult(random, names[1], home, max(22, age + random.randint(-4, 4))) | {"relationship": partner})
    if random.random() < 0.5:
        ages = sorted((random.randint(0, max(0, min(24, age - 21))) for _ in range(random.randint(1, 3))), reverse=True)
        people += [
            _adult(random, name, home, years) | {"relationship": "child", "tobacco": False}
            for name, years in zip(names[2:], ages, strict=False)
        ]
        if len(people) > 3 and random.random() < 0.2:  # twins are two people
            people[-1]["date_of_birth"] = people[-2]["date_of_birth"]
    waives = random.random() < 0.15
    for person in people:
        person["election"] = "waive" if waives else "enroll"
        person["waiver_reason"] = "spouse_group" if waives else None
        person["plan_id"] = None if waives else "KP-GA-SILVER-1"
    return people


def _adult(random: Random, first: str, home: Person, age: int) -> Person:
    birth = AS_OF - timedelta(days=round(365.25 * age) + random.randint(20, 330))
    return {
        **home, "first_name": first, "date_of_birth": birth, "sex": random.choice(["female", "male"]),
        "tobacco": random.random() < 0.15,
    }  # fmt: skip


def tier_of(people: list[Person]) -> str:
    """EE, ES, EC or EF by who is listed; W of a family that waives."""
    if people[0]["election"] == "waive":
        return "W"
    partner = any(one["relationship"] in ("spouse", "domestic_partner") for one in people)
    child = any(one["relationship"] == "child" for one in people)
    return {(False, False): "EE", (True, False): "ES", (False, True): "EC", (True, True): "EF"}[partner, child]
