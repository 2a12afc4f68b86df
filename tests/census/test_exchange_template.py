"""The exchange template v1.1: title, machine headers, labels, data from row 4, then blank formatted rows."""

from datetime import date

import pytest

HEADERS = [
    "employer_assigned_family_id", "employee_relationship", "last_name", "first_name", "middle_name",
    "name_sfx", "email", "ssn", "dob", "gender", "hire_date", "termination_date", "is_business_owner",
    "benefit_group", "plan_year", "kind", "address_1", "address_2", "city", "state", "zip",
]  # fmt: skip
LABELS = [
    "Family ID # (to match family\nmembers to the EE)",
    "Relationship (EE, Spouse, Domestic Partner, or Child)",
    "Last Name", "First Name", "Middle Name\nor Initial (optional)", "Suffix (optional)", "Email Address",
    "SSN / TIN (Required for EE & enter without dashes)", "Date of Birth (MM/DD/YYYY)", "Gender",
    "Date of Hire", "Date of Termination (optional)", "Is Business Owner?", "Benefit Group (optional)",
    "Plan Year (Optional)", "Address Kind(Optional)", "Address Line 1(Optional)", "Address Line 2(Optional)",
    "City(Optional)", "State(Optional)", "Zip(Optional)",
]  # fmt: skip
TITLE = ["Census Template", None, "3/1/2015", "1.1"]


def person(**given):
    plain = {
        "employer_assigned_family_id": "1", "employee_relationship": "Employee", "last_name": "Lee",
        "first_name": "Ann", "ssn": "123456789", "dob": "02/28/1990", "gender": "F",
        "hire_date": date(2019, 4, 1), "is_business_owner": "no", "benefit_group": "Staff", "kind": "home",
        "city": "Atlanta", "zip": "30303",
    }  # fmt: skip
    row = plain | given
    return [row.get(header) for header in HEADERS]


def dependent(**given):
    plain = {
        "employee_relationship": "child",
        "dob": "2015-03-01",
        "hire_date": None,
        "is_business_owner": None,
    }
    return person(**plain | given)


def sheet(*people):
    return [TITLE, HEADERS, LABELS, *people, *([None] * 3 for _ in range(200))]


def test_every_field_that_the_template_has(census):
    found = census(sheet(person(is_business_owner="Yes", termination_date="2025-08-31"), dependent()))
    assert found.layout == "exchange template v1.1"
    ann, ben = found.members.rows(named=True)
    assert {name: value for name, value in ann.items() if value is not None} == {
        "family_id": "1", "member_id": "4", "relationship": "employee",
        "first_name": "Ann", "last_name": "Lee", "date_of_birth": date(1990, 2, 28), "sex": "female",
        "zip": "30303", "related_to_owner": "self", "hired_on": date(2019, 4, 1),
        "terminated_on": date(2025, 8, 31), "class": "Staff", "row": 4,
    }  # fmt: skip
    assert (ben["relationship"], ben["row"]) == ("child", 5)


def test_no_business_owner_owns_nothing_and_nothing_else_is_assumed(census):
    members = census(sheet(person(is_business_owner="no"), dependent(is_business_owner=None))).members
    assert members["ownership_percent"].to_list() == [0, None]
    assert members["related_to_owner"].to_list() == [None, None]
    assert members["worker_type"].to_list() == [None, None]


def test_the_ssn_is_dropped_and_the_rest_is_named(census):
    found = census(sheet(person()))
    assert "'ssn' (column H) looks like Social Security numbers" in found.notices[0]
    assert "'middle_name' (column E)" in found.notices[1]
    assert "'city' (column S)" in found.notices[1]
    assert found.notices[2] == "200 blank rows after the last member were skipped."
    assert "123456789" not in repr(found) + str(found.members.rows())


@pytest.mark.parametrize(
    ("word", "relationship"),
    [("spouse", "spouse"), ("Domestic Partner", "domestic_partner"), ("Disabled Child", "disabled_child")],
)
def test_relationships(census, word, relationship):
    members = census(sheet(person(), dependent(employee_relationship=word))).members
    assert members["relationship"].to_list() == ["employee", relationship]


def test_self_is_the_employee_and_dependent_is_not_clear(census, problems):
    assert census(sheet(person(employee_relationship="Self"))).members["relationship"][0] == "employee"
    (problem,) = problems(sheet(person(), dependent(employee_relationship="dependent")))
    assert (problem.row, problem.column) == (5, "employee_relationship (B)")


@pytest.mark.parametrize("family", [None, "", "2", "1 a"])
def test_a_dependent_whose_family_is_blank_or_differs_is_never_dropped(problems, family):
    (problem,) = problems(sheet(person(), dependent(employer_assigned_family_id=family)))
    assert (problem.row, problem.field) == (5, "family_id")
    assert problem.column == "employer_assigned_family_id (A)"


def test_only_a_home_address_gives_the_zip(census):
    found = census(sheet(person(kind="mailing"), dependent(kind="Home"), dependent(kind=None, first_name="Bo")))
    assert found.members["zip"].to_list() == [None, "30303", "30303"]
    assert "The ZIP code of 1 row is not of a home address, and not used." in found.notices


def test_an_owner_that_is_neither_yes_nor_no(problems):
    (problem,) = problems(sheet(person(is_business_owner="part")))
    assert (problem.row, problem.column) == (4, "is_business_owner (M)")
    assert str(problem).startswith("Census, row 4, business owner: 'part' is neither yes nor no.")


def test_without_the_row_of_labels_nobody_is_lost(census):
    assert census([TITLE, HEADERS, person(), dependent()]).members["row"].to_list() == [3, 4]


def test_a_first_member_with_a_wrong_birth_date_is_not_taken_for_labels(problems):
    found = problems([TITLE, HEADERS, person(dob="unknown"), dependent()])
    assert [(problem.row, problem.field) for problem in found] == [(3, "date_of_birth")]


def test_newly_designated_may_follow(census):
    rows = [TITLE, [*HEADERS, "newly_designated"], [*LABELS, "Newly designated?"], [*person(), "no"]]
    found = census(rows)
    assert found.members.height == 1
    assert "'newly_designated' (column V)" in found.notices[1]
