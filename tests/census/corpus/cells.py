"""Faults of one cell: ZIP codes, dates, words, numbers."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.census.corpus.grid import Grid, written
from tests.census.corpus.kinds import ANY, CHECK, PROBLEM, READ, Fault, cell_kind, kind
from tests.census.corpus.staff import Person, tier_of

# --- ZIP codes and counties


@kind("zip", who="employee")
def zip_lost_its_leading_zero(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if not person["zip"].startswith("0"):
        return None
    others = {one["zip"] for family in grid.families for one in family}
    if any(other.startswith(person["zip"][1:]) for other in others):
        return None
    cell = random.choice([person["zip"][1:], int(person["zip"])])
    return Fault([grid.put(person, "zip", cell)], right=(person["zip"],), safe=True)


@kind("zip", who="employee")
def zip_plus_four(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    cell = f"{person['zip']}-{random.randint(1000, 9999)}"
    at = grid.put(person, "zip", cell)
    return Fault([at], (READ,), new={(id(one), "zip"): cell for one in _read_zip_of(grid, person, people)})


def _read_zip_of(grid: Grid, person: Person, people: list[Person]) -> list[Person]:
    return [person] if grid.by_person else people


@kind("zip", who="employee")
def zip_with_letter_O(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if "0" not in person["zip"]:
        return None
    return Fault([grid.put(person, "zip", person["zip"].replace("0", random.choice("Oo"), 1))], right=(person["zip"],))


@kind("zip", who="employee")
def zip_one_digit_short(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["zip"].startswith("0"):
        return None
    return Fault([grid.put(person, "zip", person["zip"][:4])])


cell_kind("zip that no place has", "zip", ["00000", "00123", "99999", "00401"])
cell_kind("zip of six digits", "zip", ["303033", "3030301"])
cell_kind("zip of nine digits run together", "zip", ["303031234"])
cell_kind("zip of words", "zip", ["Atlanta", "GA", "same as above"])
cell_kind("zip not available", "zip", ["n/a", "unknown", "-"], ("",))
cell_kind("zip of Canada", "zip", ["K1A 0B1"])


@kind("zip", who="employee")
def zip_as_a_number(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["zip"].startswith("0"):
        return None
    cell = random.choice([int(person["zip"]), float(person["zip"]), person["zip"] + ".0"])
    return Fault([grid.put(person, "zip", cell)], (READ,))


@kind("county", "zip")
def county_misspelled(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    same = [one for family in grid.families for one in family if one["zip"] == person["zip"]]
    if len(same) < 4 or len(person["county"]) < 5:
        return None
    county = person["county"]
    at = random.randrange(1, len(county) - 2)
    wrong = county[:at] + random.choice([county[at + 1 :], county[at + 1] + county[at] + county[at + 2 :]])
    if wrong == county:
        return None
    return Fault([grid.put(person, "county", wrong)], (CHECK, PROBLEM), (county,))


@kind("county", "zip", who="dependent")
def county_other_than_the_family_at_the_same_zip(
    grid: Grid, person: Person, people: list[Person], random: Random
) -> Fault | None:
    at = grid.put(person, "county", "Chatham")
    return Fault([at, *(grid.at(one, "county") for one in people)], (CHECK, PROBLEM), ANY)


# --- birth dates and other days


def _text(birth: date, pattern: str) -> str:
    return birth.strftime(pattern).replace(" 0", " ")


@kind("date_of_birth")
def day_and_month_swapped_day_over_12(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    birth = person["date_of_birth"]
    if birth.day <= 12:
        return None
    cell = _text(birth, "%Y-%d-%m" if grid.dates == "iso" else "%d/%m/%Y")
    return Fault([grid.put(person, "date_of_birth", cell)], right=(birth.isoformat(),))


@kind("date_of_birth", who="employee", alone=True)
def whole_column_day_first(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at, right = [], []
    sign = random.choice("/.-")
    for family in grid.families:
        for one in family:
            birth = one["date_of_birth"]
            place = grid.put(one, "date_of_birth", birth.strftime(f"%d{sign}%m{sign}%Y"))
            if birth.day != birth.month:
                at.append(place)
                right.append(birth.isoformat())
    also = [grid.at(one, "date_of_birth") for family in grid.families for one in family]
    return Fault(at, right=right, each=True, also=also)


@kind("date_of_birth", who="employee", alone=True)
def column_of_both_orders(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """Half of the families come from a list that puts the day first: what both orders can mean is nobody's to say."""
    pasted = grid.families[1::2]
    births = [one["date_of_birth"] for family in pasted for one in family]
    every = [one["date_of_birth"] for family in grid.families for one in family]
    if sum(birth.day > 12 for birth in births) < 3 or 4 * sum(birth.day > 12 for birth in births) < len(every):
        return None
    for family in pasted:
        for one in family:
            grid.put(one, "date_of_birth", one["date_of_birth"].strftime("%d/%m/%Y"))
    at = [grid.at(one, "date_of_birth") for family in pasted for one in family
          if one["date_of_birth"].day != one["date_of_birth"].month]  # fmt: skip
    also = [grid.at(one, "date_of_birth") for family in grid.families for one in family]
    return Fault(at, right=[ANY] * len(at), each=True, also=also)


@kind("date_of_birth", who="employee", alone=True)
def day_first_half_converted_by_a_spreadsheet(
    grid: Grid, person: Person, people: list[Person], random: Random
) -> Fault | None:
    """A program that expects the month first makes dates, turned around, of what it can, and texts of the rest."""
    at, right = [], []
    for family in grid.families:
        for one in family:
            birth = one["date_of_birth"]
            turned = birth.replace(month=birth.day, day=birth.month) if birth.day <= 12 else None
            place = grid.put(one, "date_of_birth", turned or birth.strftime("%d/%m/%Y"))
            if turned != birth:
                at.append(place)
                right.append(birth.isoformat())
    also = [grid.at(one, "date_of_birth") for family in grid.families for one in family]
    return Fault(at, right=right, each=True, also=also)


@kind("date_of_birth", who="adult")
def two_digit_year_of_a_grown_up(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    cell = _text(birth, random.choice(["%m/%d/%y", "%d-%b-%y"]))
    return Fault([grid.put(person, "date_of_birth", cell)], right=(birth.isoformat(),))


@kind("date_of_birth", who="child")
def two_digit_year_of_a_child(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    return Fault([grid.put(person, "date_of_birth", _text(birth, "%m/%d/%y"))], right=(birth.isoformat(),))


@kind("date_of_birth")
def year_alone(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    year = person["date_of_birth"].year
    return Fault([grid.put(person, "date_of_birth", random.choice([year, str(year)]))])


@kind("date_of_birth")
def serial_number_of_a_day(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    number = (person["date_of_birth"] - date(1899, 12, 30)).days
    if number < 10_000:
        return None
    cell = random.choice([number, str(number), float(number)])
    return Fault([grid.put(person, "date_of_birth", cell)], right=(person["date_of_birth"].isoformat(),), safe=True)


@kind("date_of_birth", alone=True)
def serial_number_of_a_workbook_from_1904(
    grid: Grid, person: Person, people: list[Person], random: Random
) -> Fault | None:
    number = (person["date_of_birth"] - date(1904, 1, 1)).days
    if number < 10_000:
        return None
    grid.from_1904 = True
    return Fault([grid.put(person, "date_of_birth", number)])


@kind("date_of_birth")
def birth_date_with_midnight(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    cell = f"{birth.isoformat()}{random.choice([' 00:00:00', 'T00:00:00', ' 00:00'])}"
    return Fault([grid.put(person, "date_of_birth", cell)], right=(birth.isoformat(),), safe=True)


@kind("date_of_birth")
def birth_date_with_a_time(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    """Of another clock it may be the day before or after: nothing is to be proposed."""
    at = grid.put(person, "date_of_birth", f"{person['date_of_birth'].isoformat()}T{random.choice(['04', '19'])}:00")
    return Fault([at])


@kind("date_of_birth", who="employee")
def month_named(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    cell = _text(birth, random.choice(["%B %d, %Y", "%d-%b-%Y", "%d %B %Y", "%b. %d %Y"]))
    return Fault([grid.put(person, "date_of_birth", cell)], right=(birth.isoformat(),), safe=True)


@kind("date_of_birth", who="employee")
def birth_date_with_dots_day_over_12(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    birth = person["date_of_birth"]
    if birth.day <= 12:
        return None
    return Fault([grid.put(person, "date_of_birth", birth.strftime("%d.%m.%Y"))], right=(birth.isoformat(),))


@kind("date_of_birth", who="employee")
def birth_date_run_together(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    cell = person["date_of_birth"].strftime("%Y%m%d")
    at = grid.put(person, "date_of_birth", random.choice([cell, int(cell)]))
    return Fault([at], right=(person["date_of_birth"].isoformat(),))


@kind("date_of_birth")
def birth_date_with_letter_O(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    text = str(written(person["date_of_birth"], "us" if grid.dates == "cell" else grid.dates))
    if "0" not in text:
        return None
    at = grid.put(person, "date_of_birth", text.replace("0", "O", 1))
    return Fault([at], right=(person["date_of_birth"].isoformat(),))


@kind("date_of_birth")
def birth_date_with_an_apostrophe(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    birth = person["date_of_birth"]
    cell = "'" + str(written(birth, "us" if grid.dates == "cell" else grid.dates))
    return Fault([grid.put(person, "date_of_birth", cell)], (PROBLEM, READ), right=(birth.isoformat(),), safe=True)


@kind("date_of_birth", who="adult")
def born_a_century_late(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    birth = person["date_of_birth"]
    if birth.year < 1930 or (birth.month, birth.day) == (2, 29):
        return None
    late = birth.replace(year=birth.year + 100)
    return Fault([grid.put(person, "date_of_birth", written(late, grid.dates))], right=(birth.isoformat(),))


@kind("date_of_birth", who="child")
def child_born_next_year(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    return Fault([grid.put(person, "date_of_birth", written(date(2026, 3, 14), grid.dates))])


cell_kind("birth date before 1900", "date_of_birth", ["02/14/1880", "1898-05-06", date(1899, 5, 6)])
cell_kind("31 February", "date_of_birth", ["02/31/1990", "1990-02-31", "02/30/1990", "1990-06-31"])
cell_kind("29 February of no leap year", "date_of_birth", ["02/29/1990", "1990-02-29"])
cell_kind("month 13 or 0", "date_of_birth", ["13/32/1990", "1990-00-12", "00/12/1990", "1990-13-40"])
cell_kind("age instead of a birth date", "date_of_birth", [35, "41", "52 yrs", 29.0])
cell_kind("no birth date", "date_of_birth", ["n/a", "unknown", "TBD", "see HR"])
cell_kind("birth date blank", "date_of_birth", [None, "", "  "])
cell_kind("year of three or five digits", "date_of_birth", ["02/14/199", "02/14/19900", "199-02-14"])
cell_kind("hire date not available", "hired_on", ["n/a", "TBD", "unknown"], ("",))
cell_kind("hire date of a year alone", "hired_on", ["2019", 2019], ("",))
cell_kind("hire date of words", "hired_on", ["last spring", "see file"])


@kind("hired_on", who="employee")
def hired_before_birth(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    day = person["date_of_birth"] - timedelta(days=400)
    at = grid.put(person, "hired_on", written(day, grid.dates))
    return Fault([at, grid.at(person, "date_of_birth")], (PROBLEM, CHECK))


@kind("hired_on", who="employee")
def hired_as_a_child(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    day = person["date_of_birth"] + timedelta(days=366 * random.randint(2, 12))
    at = grid.put(person, "hired_on", written(day, grid.dates))
    return Fault([at, grid.at(person, "date_of_birth")], (PROBLEM, CHECK))


@kind("hired_on", who="employee")
def hired_in_a_far_future(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "hired_on", written(date(2052, 4, 1), grid.dates))
    return Fault([at], (PROBLEM, CHECK))


@kind("terminated_on", "hired_on", who="employee")
def ended_before_hired(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "terminated_on", written(person["hired_on"] - timedelta(days=90), grid.dates))
    return Fault([at, grid.at(person, "hired_on")], also=_elections(grid, person))


@kind("terminated_on", "election", who="employee")
def ended_but_enrolling(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["election"] != "enroll":
        return None
    at = grid.put(person, "terminated_on", written(date(2025, 7, 1), grid.dates))
    return Fault([at, grid.at(person, "election")], (PROBLEM, CHECK))


def _elections(grid: Grid, person: Person) -> list[Any]:
    return [grid.at(person, name) for name in ("terminated_on", "election") if grid.has(person, name)]


@kind("date_of_birth", who="child")
def child_over_26(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    parent = people[0]["date_of_birth"]
    if parent.year > 1972:
        return None
    day = date(1996, 1, 1) + timedelta(days=random.randint(0, 1000))
    at = grid.put(person, "date_of_birth", written(day, grid.dates))
    also = [] if not grid.has(person, "relationship") else [grid.at(person, "relationship")]
    return Fault([at, *also], (CHECK,), (None, "disabled_child"))


@kind("date_of_birth", who="child")
def child_older_than_the_parent(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    day = people[0]["date_of_birth"] - timedelta(days=random.randint(100, 3000))
    at = grid.put(person, "date_of_birth", written(day, grid.dates))
    both = [(one, name) for one in (person, people[0]) for name in ("date_of_birth", "relationship")]
    return Fault([at, *(grid.at(one, name) for one, name in both if grid.has(one, name))], (PROBLEM, CHECK), ANY)


@kind("date_of_birth", who="spouse")
def spouse_is_a_child(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "date_of_birth", written(date(2014, 3, random.randint(1, 28)), grid.dates))
    also = [grid.at(person, "relationship")] if grid.has(person, "relationship") else []
    return Fault([at, *also], (PROBLEM, CHECK), ANY)


@kind("date_of_birth", who="employee")
def employee_is_a_child(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "date_of_birth", written(date(2015, 3, random.randint(1, 28)), grid.dates))
    names = ("relationship", "hired_on")
    own = [grid.at(person, name) for name in names if grid.has(person, name)]
    family = [grid.at(one, name) for one in people for name in ("relationship", "date_of_birth") if grid.has(one, name)]
    return Fault([at, *own[:1]], (PROBLEM, CHECK), ANY, also=[*own, *family])


# --- words


@kind("relationship")
def relationship_misspelled(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    typos = {"employee": ["Emplyee", "Employe", "Empolyee"], "spouse": ["Spuose", "Spous", "Sopuse"],
             "child": ["Chlid", "Chld", "Chilld"]}  # fmt: skip
    if person["relationship"] not in typos or grid.layout == "persons":
        return None
    at = grid.put(person, "relationship", random.choice(typos[person["relationship"]]))
    return Fault([at], right=(person["relationship"],))


cell_kind("relationship that is none", "relationship", ["Cousin", "Roommate", "Friend", "Grandparent"], who="dependent")
cell_kind("relationship blank", "relationship", [None, " "], who="dependent")


@kind("relationship")
def relationship_of_another_scheme(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    """The codes of an 834: a careful person may know them, or ask."""
    code = {"employee": "18", "spouse": "01", "child": "19"}.get(person["relationship"])
    if code is None or grid.layout == "ideon":
        return None
    return Fault([grid.put(person, "relationship", code)], right=(None, person["relationship"]))


@kind("relationship", who="dependent")
def domestic_partner_in_words(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["relationship"] not in ("spouse", "domestic_partner") or grid.layout == "persons":
        return None
    words = ["Domestic Partner", "domestic partner ", "DP", "DOMESTIC-PARTNER"]
    at = grid.put(person, "relationship", random.choice(words))
    return Fault([at], (READ,), new={(id(person), "relationship"): "domestic_partner"})


cell_kind("partner of an unknown kind", "relationship", ["Significant Other", "Life Partner", "Fiance"],
          (None, "domestic_partner"), who="spouse")  # fmt: skip
cell_kind("sex of unknown letters", "sex", ["Q", "U", "2", "MF"])
cell_kind("sex blank", "sex", [None, ""], how=(READ,), reads=None)


@kind("sex")
def sex_misspelled(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    typo = {"female": ["Femal", "Femlae", "Woman"], "male": ["Malle", "Mlae", "Man"]}[person["sex"]]
    return Fault([grid.put(person, "sex", random.choice(typo))], right=(person["sex"],), safe=True)


def _yes_no(name: str, words: list[Any], right: Any, *, wants: str = "tobacco") -> None:
    cell_kind(name, wants, words, right)


_yes_no("yes or no in words that are neither", ["not", "part", "maybe", "sometimes", "quit", "n o"], (None,))
_yes_no("tobacco: a smoker, in a word", ["smoker", "Smoker"], ("yes",))
_yes_no("tobacco: no smoker, in a word", ["non-smoker", "nonsmoker", "Non Smoker"], ("no",))
_yes_no("tobacco as a figure", [2, "3"], (None,))
cell_kind("COBRA in a word that is neither", "cobra", ["not", "part", "maybe"])
cell_kind("owner in a word that is neither", "is_business_owner", ["not", "part", "some"])
cell_kind("worker type 1099 in words", "worker_type", ["1099 contractor", "1099 Contractor"], ("1099",), safe=True)
cell_kind("worker type W-2 in words", "worker_type", ["W2", "w-2", "W-2"], how=(READ,), reads="w2")
cell_kind("worker type that is none", "worker_type", ["temp", "volunteer", "intern?"])
cell_kind("worker type misspelled", "worker_type", ["corporate ownr", "corporte owner"], ("corporate_owner",))
cell_kind("status that is none", "status", ["LOA", "terminated", "on leave"])
cell_kind("status misspelled", "status", ["actve", "activ"], ("active",))
cell_kind("election misspelled", "election", ["enrol", "enroled"], ("enroll",), safe=True)
cell_kind("enroll and waive at once", "election", ["enroll/waive", "waive/enroll", "enroll waive"])


@kind("election", "waiver_reason", who="employee")
def waiver_without_a_reason(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["election"] != "waive":
        return None
    at = grid.put(person, "waiver_reason", None)
    return Fault([at, grid.at(person, "election")])


@kind("enrollment_tier", "waiver_reason", who="employee")
def waived_tier_without_a_reason(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["election"] != "waive":
        return None
    at = grid.put(person, "waiver_reason", None)
    return Fault([at, grid.at(person, "enrollment_tier")])


@kind("waiver_reason", who="employee")
def waiver_reason_unknown(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["election"] != "waive":
        return None
    return Fault([grid.put(person, "waiver_reason", random.choice(["has other", "too expensive", "medicare"]))])


@kind("waiver_reason", "election", who="employee")
def waiver_reason_of_one_who_enrolls(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["election"] != "enroll":
        return None
    return Fault([grid.put(person, "waiver_reason", "spouse_group"), grid.at(person, "election")])


# --- tiers


@kind("enrollment_tier", who="employee")
def tier_that_the_people_contradict(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    own = tier_of(people)
    if own == "W":
        return None
    wrong = random.choice([tier for tier in ("EE", "ES", "EC", "EF") if tier != own])
    for one in people:
        if grid.has(one, "enrollment_tier") and grid.get(one, "enrollment_tier") is not None:
            grid.put(one, "enrollment_tier", wrong)
    return Fault([grid.at(person, "enrollment_tier")], right=(own,))


@kind("enrollment_tier", who="employee")
def tier_misspelled(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    typos = {"EE": ["Employe only", "Employee onl"], "ES": ["Employee Spuse", "EE + Spose"],
             "EC": ["EE + Childen", "Employee + Chidren"], "EF": ["Famly", "Familly", "EE + Famliy"]}  # fmt: skip
    own = tier_of(people)
    if own == "W":
        return None
    return Fault([grid.put(person, "enrollment_tier", random.choice(typos[own]))], right=(own,))


cell_kind("tier that is none", "enrollment_tier", ["ZZ", "PPO", "Tier 9"], ANY)


@kind("enrollment_tier", who="dependent")
def tier_of_a_dependent_other_than_the_employees(
    grid: Grid, person: Person, people: list[Person], random: Random
) -> Fault | None:
    own = tier_of(people)
    if own == "W" or grid.get(person, "enrollment_tier") is None:
        return None
    wrong = random.choice([tier for tier in ("EE", "ES", "EC", "EF") if tier != own])
    return Fault([grid.put(person, "enrollment_tier", wrong)], right=(own,))


# --- numbers

cell_kind("hours with their unit", "hours_per_week", ["40hrs", "40 hours", "40 h"], ("40",), safe=True)
cell_kind("hours below nothing", "hours_per_week", [-40, "-40"], (None, "40"))
cell_kind("hours of no week", "hours_per_week", [400, "2080", 173.33])
cell_kind("hours of a month", "hours_per_week", [160, "130", 120], how=(CHECK, PROBLEM))
cell_kind("hours in words", "hours_per_week", ["FT", "full time", "varies", "40-45"])
cell_kind("hours with a decimal comma", "hours_per_week", ["37,5"], ("37.5",), safe=True)


@kind("hours_per_week", who="employee")
def a_date_in_the_hours(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    return Fault([grid.put(person, "hours_per_week", written(date(2019, 4, 1), grid.dates))])


@kind("weekly_pay", who="employee")
def pay_with_dollars_and_commas(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "weekly_pay", "$1,250.00")
    return Fault([at], (READ,), new={(id(person), "weekly_pay"): 125_000})


cell_kind("pay of a year", "weekly_pay", [65_000, "$52,000.00", 120_000.00], how=(CHECK, PROBLEM))
cell_kind("pay below nothing", "weekly_pay", [-900, "-900.00", "(900.00)"], (None, "900", "900.00"))
cell_kind("pay with a decimal comma", "weekly_pay", ["1.250,00", "1250,00"], ("1250.00",))
cell_kind("pay in words", "weekly_pay", ["salary", "per contract"])
cell_kind("pay with its unit", "weekly_pay", ["1250/wk", "$1,250 weekly", "1250 USD"], ("1250",), safe=True)


@kind("weekly_pay", "hours_per_week", who="employee")
def pay_of_an_hour(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    return Fault([grid.put(person, "weekly_pay", random.choice([22.50, "18.00"]))], (CHECK, PROBLEM))


@kind("ownership_percent", who="employee")
def ownership_with_a_percent_sign(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    text = f"{person['ownership_percent']}{random.choice(['%', ' %', '.0%'])}"
    return Fault([grid.put(person, "ownership_percent", text)], (READ,))


cell_kind("ownership as a fraction", "ownership_percent", [0.25, "0.25", ".25"], ("25%",))
cell_kind("ownership of more than all", "ownership_percent", [150, "150%"])
cell_kind("ownership in words", "ownership_percent", ["half", "minority"])


@kind("ownership_percent", who="employee")
def ownership_of_more_than_all_in_sum(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if person["ownership_percent"]:
        return None
    at = grid.put(person, "ownership_percent", 40)
    owners = [one for family in grid.families for one in family if one.get("ownership_percent")]
    return Fault([at, *(grid.at(one, "ownership_percent") for one in owners)], (CHECK, PROBLEM))


# --- names, numbers of people, and what must not be printed


@kind("last_name")
def ssn_in_a_name(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    name = random.choice(["123-45-6789", "Lee 123-45-6789"])
    return Fault([grid.put(person, "last_name", name)], hides="123-45-6789")


@kind("last_name")
def ssn_without_dashes_in_a_name(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    number = random.choice(["123456789", "12345678"])  # the second lost its leading zero
    return Fault([grid.put(person, "last_name", number)], hides=number)


@kind("hours_per_week")
def ssn_in_a_column_of_numbers(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    cell = random.choice(["123-45-6789", 123456789])
    return Fault([grid.put(person, "hours_per_week", cell)], hides=str(cell))


@kind("zip", who="employee")
def ssn_in_the_zip(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    cell = random.choice(["123-45-6789", "123456789"])
    return Fault([grid.put(person, "zip", cell)], hides=cell)


cell_kind("full name of one word", "full_name", ["Madonna", "Smith"])


@kind("last_name")
def name_like_a_formula(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if grid.layout in ("persons", "subscriber"):
        return None  # there a family hangs on its names
    text = random.choice(["=1+1", '=HYPERLINK("http://example.invalid")', "+Plusman", "@Atwood"])
    at = grid.put(person, "last_name", text)
    return Fault([at], (READ, CHECK), new={(id(one), "last_name"): text for one in [person]})


@kind("last_name")
def name_garbled_by_an_encoding(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault | None:
    if grid.layout in ("persons", "subscriber"):
        return None
    name = random.choice(["Muñozson", "Børgesen", "Lefèvreson"])
    at = grid.put(person, "last_name", name.encode().decode("cp1252"))
    return Fault([at], (CHECK, PROBLEM), (name,))


@kind("relationship")
def hidden_spaces(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "relationship", f"\u00a0{grid.get(person, 'relationship')}\u200b ")
    return Fault([at], (READ,))


@kind("family_id")
def hidden_spaces_in_an_id(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    at = grid.put(person, "family_id", f" {grid.get(person, 'family_id')}\u00a0\ufeff")
    return Fault([at], (READ,))


# --- what a spreadsheet leaves


@kind("date_of_birth")
def formula_without_a_value(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    row, index = grid.put(person, "date_of_birth", None)
    grid.unvalued.append((row, index))
    return Fault([(row, index)])


@kind("hours_per_week")
def hours_of_a_formula_without_a_value(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    row, index = grid.put(person, "hours_per_week", None)
    grid.unvalued.append((row, index))
    return Fault([(row, index)])


cell_kind("error cell in a birth date", "date_of_birth", ["#N/A", "#REF!", "#VALUE!"], who="anybody")
cell_kind("error cell in a name", "last_name", ["#N/A", "#REF!", "#NAME?"], who="anybody")
cell_kind("error cell in a zip", "zip", ["#N/A", "#REF!"])


@kind("date_of_birth")
def date_cell_among_texts(grid: Grid, person: Person, people: list[Person], random: Random) -> Fault:
    return Fault([grid.put(person, "date_of_birth", person["date_of_birth"])], (READ,))
