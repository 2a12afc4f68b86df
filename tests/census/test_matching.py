"""Headers as people write them, and what the values under them say; nothing is guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.census.header_words import header_key
from smallgroup.census.looks import fits
from smallgroup.census.matching import Free, candidates, match, remembered
from smallgroup.census.read import read_census
from smallgroup.census.sheet import Sheet
from smallgroup.errors import Refused

AS_OF = date(2025, 9, 12)

VALUES = {
    "date_of_birth": ["2/28/1990", "1988-05-04", "3/1/2015", "7/9/1975"],
    "relationship": ["EE", "SP", "CH", "EE"],
    "family_id": ["F1", "F1", "F1", "F2"],
    "member_id": ["A1", "A2", "A3", "A4"],
    "first_name": ["Ann", "Bob", "Cat", "Dan"],
    "last_name": ["Lee", "Lee", "Lee", "Roe"],
    "full_name": ["Lee, Ann", "Lee, Bob", "Lee, Cat", "Dan Roe"],
    "sex": ["F", "M", "F", "M"],
    "zip": ["30303", "30303", "30303", "30305"],
    "county": ["Fulton", "Fulton", "Fulton", "Cobb"],
    "hours_per_week": ["40", None, None, "37.5"],
    "hired_on": ["4/1/2019", None, None, "5/1/2021"],
    "terminated_on": [None, None, None, "8/31/2025"],
    "weekly_pay": ["$1,250.00", None, None, "900"],
    "tobacco": ["N", "Y", "N", "N"],
    "election": ["Enroll", "Enroll", "Enroll", "Decline"],
    "enrollment_tier": ["EE+Family", "", "", "EE Only"],
    "enrollment_status": ["Active", "Active", "Active", "COBRA"],
    "waiver_reason": ["", "", "", "medicaid"],
    "ownership_percent": ["50%", "", "", "0"],
    "status": ["active", "", "", "paid leave"],
    "cobra": ["no", "no", "no", "yes"],
    "retiree": ["no", "no", "no", "yes"],
    "plan_id": ["P1", "P1", "P1", "P2"],
    "class": ["Staff", "", "", "Managers"],
}

SPELLINGS = {
    "date_of_birth": [
        "Emp DOB", "Birth Dt", "D.O.B.", "DOB (MM/DD/YYYY)", "Date of Birth*", "Birthdate", "BirthDate", "Birth Day",
        "Employee Date of Birth", "DOB", "Member DOB", "Date Of Brith", "Dt of Birth", "Birthday", "BDate", "Born",
        "EE Birth Date", "Date-of-Birth", "date_birth", "Birth\nDate", "Subscriber Birthdate",
    ],
    "relationship": [
        "Rel.", "EE/SP/CH", "Relation", "Rel to Employee", "Relationship to Subscriber", "Relationship Code",
        "Relatonship", "Member Relationship", "RELATIONSHIP (EE, SP, CH)", "Reln", "E/S/C", "Member Type",
        "Relationship Type", "Rel Cd", "Employee/Dependent", "Insured Relationship",
    ],
    "family_id": ["Family ID", "Fam #", "Family Number", "Household", "Household ID", "Fam ID", "Family No."],
    "member_id": ["Member ID", "Mbr ID", "Member #", "Person ID"],
    "first_name": ["First Name", "First", "FName", "Fst Nm", "Given Name", "Employee First Name", "Name (First)",
                   "First  Nme", "1st Name", "FIRST_NM"],
    "last_name": ["Last Name", "Last", "LName", "Surname", "Family Name", "Emp Last Name", "Name - Last", "LAST_NM"],
    "full_name": ["Name", "Full Name", "Employee Name", "Name (Last, First)", "Last, First", "Member Name", "Employee",
                  "Last Name, First Name"],
    "sex": ["Gender", "Sex", "M/F", "Gndr", "Employee Gender", "Sex (M/F)", "Sex at Birth"],
    "zip": ["Zip", "ZIP Code", "Postal Code", "Home Zip", "Zip/Postal Code", "Employee Zip Code", "ZipCd",
            "Residence ZIP", "Home Zip Code", "5 Digit Zip"],
    "county": ["County", "Home County", "County of Residence", "Cnty", "County Name"],
    "hours_per_week": ["Hrs/Wk", "Hours/Week", "Hours per Week", "Weekly Hours", "Avg Hrs Per Week", "Hrs Worked",
                       "Hours Worked per Week", "# Hours", "Hours", "Scheduled Weekly Hours"],
    "hired_on": ["Hire Dt", "Date Hired", "Date of Hire", "DOH", "Original Hire Date", "Emp Hire Date",
                 "Employment Date", "HireDate"],
    "terminated_on": ["Term Date", "Term Dt", "Date Terminated", "Termination Dt", "Terminaton Date"],
    "weekly_pay": ["Weekly Pay", "Weekly Wages", "Weekly Salary", "Wkly Pay", "Pay per Week"],
    "tobacco": ["Tobacco?", "Tobacco User", "Smoker (Y/N)", "Smoker", "Tobacco Use", "Tobacco Y/N", "Uses Tobacco"],
    "election": ["Enroll/Waive", "Election", "Coverage Election", "Medical", "Enrolling?"],
    "enrollment_tier": ["Cov Tier", "Tier", "Coverage Tier", "Coverage Level", "Family Status", "Medical Tier",
                        "EE/ES/EC/EF", "Coverage Type", "Enrollment Tier", "Cvg Level", "Coverage"],
    "enrollment_status": ["Enrollment Status", "Coverage Status", "Active/COBRA"],
    "waiver_reason": ["Waiver Reason", "Reason for Waiving", "Waive Reason"],
    "ownership_percent": ["% Owned", "Ownership %", "Ownership Pct", "Percent Ownership"],
    "status": ["Status", "Employment Status", "Emp Status"],
    "cobra": ["COBRA", "COBRA?", "On COBRA"],
    "retiree": ["Retiree", "Retired?"],
    "plan_id": ["Plan ID", "Plan Code", "Medical Plan ID"],
    "class": ["Class", "Employee Class", "Benefit Class"],
}  # fmt: skip

OTHERS = {
    "Account Manager DOB": ["1/1/1970", "1/1/1970", "1/1/1970", "1/1/1970"],
    "Broker Contact Birth Date": ["1/1/1970"] * 4,
    "Notes": ["4/1/2019", "5/1/2019", "6/1/2019", "7/1/2019"],
    "Plan": ["Gold 80", "Gold 80", "", "Silver 70"],
    "Effective Date": ["1/1/2026"] * 4,
    "Country": ["US", "US", "US", "US"],
    "State": ["GA", "GA", "GA", "GA"],
    "Annual Salary": ["65,000", "", "", "48,000"],
    "Salary": ["65,000", "", "", "48,000"],
    "Date of Death": ["", "", "", "1/1/2020"],
    "Date of Marriage": ["1/1/2010", "", "", ""],
    "Middle Name": ["Q", "", "", "Z"],
    "Work Zip": ["30303"] * 4,
    "Employer Zip": ["30303"] * 4,
    "Monthly Hours": ["160", "", "", "150"],
    "Hours": ["2080", "", "", "1950"],
    "Cov Tier": ["Gold", "Gold", "", "Silver"],
    "Job Title": ["Baker", "", "", "Clerk"],
    "Emergency Contact Name": ["Bob Lee", "", "", "Sam Roe"],
    "Beneficiary Name": ["Bob Lee", "", "", "Sam Roe"],
    "Start Date": ["4/1/2019", "", "", "5/1/2021"],
    "Status": ["Full-time", "", "", "Part-time"],
    "Name": ["Ann", "Bob", "Cat", "Dan"],
    "Supervisor Name": ["Bob Lee", "", "", "Sam Roe"],
    "Marital Status": ["Single", "", "", "Married"],
    "Dental": ["EE", "", "", "EE"],
    "Spouse's Employer": ["Acme", "", "", ""],
    "Phone Number": ["555-1212", "", "", "555-1213"],
    "Relationship Manager": ["Bob Lee"] * 4,
    "Company Name": ["Peachtree Bakery"] * 4,
    "Plan Name": ["Gold 80", "Gold 80", "", "Silver 70"],
    "Group Name": ["Peachtree Bakery"] * 4,
    "Birth Place": ["Atlanta", "", "", "Macon"],
    "Prior Coverage": ["yes", "no", "no", "no"],
    "Height": ["6", "5", "3", "6"],
}


def best(header, cells):
    """The field of a column by itself; None where nothing fits, a list where it is not decided."""
    found = match([Free(0, header, cells)], taken=(), as_of=AS_OF)
    if found.undecided:
        return list(found.undecided[0].fields)
    return found.taken[0].field if found.taken else None


@pytest.mark.parametrize(("field", "header"), [(field, one) for field, many in SPELLINGS.items() for one in many])
def test_spellings(field, header):
    assert best(header, VALUES[field]) == field


@pytest.mark.parametrize(("header", "cells"), [one for one in OTHERS.items() if one[0] != "Status"])
def test_what_is_something_else_is_not_taken(header, cells):
    assert best(header, cells) is None


def test_a_status_that_is_none_of_those_known():
    assert best("Status", OTHERS["Status"]) is None


@pytest.mark.parametrize(
    ("header", "field", "why"),
    [
        ("Emp DOB", "date_of_birth",
         "the header 'Emp DOB' is a name of birth date, and all 4 values are dates between 1975 and 2015"),
        ("Terminaton Date", "terminated_on",
         "the header 'Terminaton Date' is nearly a name of termination date, and its value is one of dates of 2025"),
    ],
)  # fmt: skip
def test_a_match_is_explained(header, field, why):
    (one,) = candidates(Free(0, header, VALUES[field]), as_of=AS_OF)
    assert one.why == why
    assert one.score == 95 or 76 <= one.score < 90


def test_a_header_that_says_nothing_is_read_by_its_values():
    (one,) = candidates(Free(0, "Date", VALUES["date_of_birth"]), as_of=AS_OF)
    assert (one.field, one.score) == ("date_of_birth", 75)
    assert one.why == "the header 'Date' says nothing, but all 4 values are dates between 1975 and 2015"
    assert best("Column 3", VALUES["relationship"]) == "relationship"
    assert best("Date", VALUES["hired_on"]) is None  # nobody of the staff is four years old


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Status", ["Employee", "Spouse", "Child"], "relationship"),
        ("Status", ["EE", "ES", "EC"], "enrollment_tier"),
        ("Status", ["Active", "COBRA"], "enrollment_status"),
        ("Family", ["EE", "EF", "ES"], "enrollment_tier"),
        ("Family", ["F1", "F1", "F2"], "family_id"),
        ("Family", ["Lee", "Lee", "Roe"], None),
        ("Family Status", ["EE", "ES", "F"], "enrollment_tier"),
        ("Medical", ["EE", "ES", "EF"], "enrollment_tier"),
        ("Medical", ["x", "x"], None),
        ("Employee Number", ["1", "1", "2"], "family_id"),
        ("Employee Number", ["1", "2", "3"], "employee_number"),
        ("Type", ["Employee", "Spouse"], "relationship"),
        ("Type", ["EE", "EE"], ["enrollment_tier", "relationship"]),
    ],
)
def test_the_values_decide_what_a_header_leaves_open(header, cells, field):
    assert best(header, cells) == field


def test_parts_of_values():
    assert fits("zip", [None, " "]) is None
    assert fits("hours_per_week", ["40", "2080"]) == 0.5
    assert fits("relationship", ["E", "S", "C"]) == 1.0
    assert fits("relationship", ["employee", "S"]) == 0.5


# --- the whole census -----------------------------------------------------------------------------


def rows(headers):
    """Four members with a column for each (header, field)."""
    return [[header for header, _ in headers], *zip(*(VALUES[field] for _, field in headers), strict=True)]


def test_free_names_are_read(census):
    found = census(rows([
        ("Fam #", "family_id"), ("Rel.", "relationship"), ("Birth Dt", "date_of_birth"), ("Hrs/Wk", "hours_per_week"),
        ("Postal Code", "zip"), ("Smoker (Y/N)", "tobacco"),
    ]))  # fmt: skip
    assert found.members["relationship"].to_list() == ["employee", "spouse", "child", "employee"]
    assert found.members["hours_per_week"].to_list() == [4000, None, None, 3750]
    assert found.members["tobacco"].to_list() == [False, True, False, False]
    assert [(one.column, one.field, one.score) for one in found.matches] == [
        ("A", "family_id", 95), ("B", "relationship", 95), ("C", "date_of_birth", 95),
        ("D", "hours_per_week", 95), ("E", "zip", 95), ("F", "tobacco", 95),
    ]  # fmt: skip


BASE = [("family_id", "family_id"), ("relationship", "relationship")]


def test_the_account_managers_birth_date_is_nobodys(census, problems):
    table = rows([*BASE, ("DOB", "date_of_birth"), ("Account Manager DOB", "hired_on")])
    assert census(table).members["date_of_birth"][0] == date(1990, 2, 28)
    (problem,) = problems(rows([*BASE, ("Account Manager DOB", "date_of_birth")]))
    assert problem.field == "date_of_birth"
    assert problem.why == "there is no column for birth date."


def test_two_date_columns_without_clear_names_are_not_guessed_between(problems):
    (problem,) = problems(rows([*BASE, ("Date 1", "date_of_birth"), ("Date 2", "date_of_birth")]))
    assert problem.why == "the columns 'Date 1' (column C) and 'Date 2' (column D) could both be birth date."
    assert problem.fix == 'Say which is meant: --map "Date 1"=date_of_birth.'


def test_a_mapping_decides_between_them(census):
    table = rows([*BASE, ("Date 1", "date_of_birth"), ("Date 2", "date_of_birth")])
    found = census(table, {"Date 2": "date_of_birth"})
    assert [one.column for one in found.matches if one.field == "date_of_birth"] == ["D"]
    assert found.notices == ("Not used: 'Date 1' (column C).",)
    assert remembered(found.matches) == {"date2": "date_of_birth"}


def test_a_name_twice(problems):
    (problem,) = problems(rows([*BASE, ("dob", "date_of_birth"), ("Name", "full_name"), ("Name", "full_name")]))
    assert "'Name' (column D) and 'Name' (column E) could both be full name" in problem.why
    assert "Give them different headers" in problem.fix


def test_a_column_that_could_be_two_things(problems):
    table = [["family_id", "Type", "dob"], ["1", "EE", "1990-02-28"], ["2", "EE", "1990-02-28"]]
    (problem,) = problems(table)
    assert problem.why == "the column 'Type' (column B) could be tier or relationship."
    assert problem.fix == "Say which: --map Type=enrollment_tier or --map Type=relationship."


def test_family_status_and_family_id(census):
    found = census(rows([
        ("Family Status", "enrollment_tier"), ("Family ID", "family_id"), ("Rel", "relationship"),
        ("DOB", "date_of_birth"),
    ]))  # fmt: skip
    assert found.members["family_id"].to_list() == ["F1", "F1", "F1", "F2"]
    assert found.members["election"].to_list() == ["enroll"] * 4


def test_a_field_of_its_own_name_goes_before_other_names(census):
    table = rows([*BASE, ("date_of_birth", "date_of_birth"), ("Birth Dt", "hired_on")])
    found = census(table)
    assert found.members["date_of_birth"][0] == date(1990, 2, 28)
    assert found.notices == ("Not used: 'Birth Dt' (column D).",)


def test_mapping_a_tier(census):
    table = rows([*BASE, ("dob", "date_of_birth"), ("Who", "enrollment_tier")])
    assert census(table, {"Who": "enrollment_tier"}).members["election"].to_list() == ["enroll"] * 4


def test_keys_are_letters_and_digits():
    assert header_key(" Emp. D.O.B.* ") == "empdob"


COLUMNS = [
    ("Fam #", "family_id"), ("Rel.", "relationship"), ("Emp DOB", "date_of_birth"), ("Name", "full_name"),
    ("Gndr", "sex"), ("Home Zip", "zip"), ("Hrs/Wk", "hours_per_week"), ("Hire Dt", "hired_on"),
    ("Cov Tier", "enrollment_tier"), ("Notes", "hired_on"), ("Account Manager DOB", "date_of_birth"),
    ("Country", "county"), ("Member #", "member_id"), ("Smoker", "tobacco"), ("Status", "status"),
]  # fmt: skip


def outcome(headers):
    """The members and the matches without their letters, or what is wrong without its letters."""
    try:
        found = read_census([Sheet.of_rows(rows(headers))], file="x.csv", as_of=AS_OF)
    except Refused as refused:
        return sorted((one.row, one.field) for one in refused.problems)
    return found.members.rows(), sorted((one.header, one.field, one.score, one.why) for one in found.matches)


@given(st.permutations(COLUMNS))
def test_the_order_of_the_columns_changes_nothing_but_letters(order):
    assert outcome(order) == outcome(COLUMNS)
    assert isinstance(outcome(order), tuple)


@given(st.permutations([*COLUMNS, ("Birth Dt", "date_of_birth"), ("Full Name", "full_name")]))
def test_what_is_undecided_stays_so_in_any_order(order):
    assert outcome(order) == [(1, "date_of_birth"), (1, "full_name")]
