"""Faults of one cell: ZIP codes, words, tiers, numbers, names."""

from __future__ import annotations

from datetime import date
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
