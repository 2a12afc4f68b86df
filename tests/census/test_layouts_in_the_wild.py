"""Every layout that is seen in the wild is read without asking, and what it says wrongly is told at its cell."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.census.read import read_census
from smallgroup.census.sheet import Sheet
from smallgroup.errors import Refused

AS_OF = date(2025, 9, 12)

PERSONS = ["first_name", "last_name", "dob", "zip", "gender", "relationship", "enrollment_tier"]
ANN = ["Ann", "Lee", "1990-02-28", "30303", "F", "E", "EF"]
BOB = ["Bob", "Lee", "1988-05-04", "30303", "M", "S", "EF"]
CAT = ["Cat", "Lee", "2015-03-01", "30303", "F", "C", "EF"]
DAN = ["Dan", "Roe", "1975-07-09", "30305", "M", "E", "EE"]


def told(found):
    return [(problem.row, problem.column) for problem in found]


# --- one row a person -----------------------------------------------------------------------------


def test_one_row_per_person_with_tiers(census):
    found = census([PERSONS, ANN, BOB, CAT, DAN])
    members = found.members
    assert found.layout == "one row per person"
    assert members["relationship"].to_list() == ["employee", "spouse", "child", "employee"]
    assert members["family_id"].to_list() == ["2", "2", "2", "5"]
    assert members["election"].to_list() == ["enroll"] * 4
    assert members["first_name"].to_list() == ["Ann", "Bob", "Cat", "Dan"]
    assert found.notices == (
        (
            "There is no column for the family: families are taken from the order of the rows, "
            "each employee and the rows down to the next one."
        ),
    )


def test_a_dependent_above_the_first_employee(problems):
    found = problems([PERSONS, CAT, ANN, BOB])
    assert (2, "relationship (F)") in told(found)
    assert "this child stands above the first employee" in str(found)


def test_the_tier_of_an_employee_who_waives_wants_a_reason(problems):
    (problem,) = problems([PERSONS, [*DAN[:-1], "W"]])
    assert (problem.row, problem.column) == (2, "enrollment_tier (G)")
    assert problem.why == "coverage is waived without a reason."
    assert "the election is decline" in problem.fix


def test_a_waiver_with_its_reason(census):
    rows = [[*PERSONS, "Waiver reason"], [*DAN[:-1], "W", "medicaid"], [*CAT[:-1], "W", None]]
    assert census(rows).members["election"].to_list() == ["waive", None]


@pytest.mark.parametrize(
    ("people", "tier", "wrong"),
    [
        ([BOB], "ES", False), ([CAT], "EC", False), ([BOB, CAT], "EF", False), ([], "EE", False),
        ([BOB], "EE", True), ([CAT], "EE", True), ([], "ES", True), ([BOB, CAT], "ES", True), ([], "EC", True),
        ([BOB], "EC", True), ([], "EF", True), ([BOB], "EF", True), ([CAT], "EF", True),
    ],
)  # fmt: skip
def test_a_tier_is_held_against_the_people_listed(census, problems, people, tier, wrong):
    rows = [PERSONS, [*ANN[:-1], tier], *([*one[:-1], None] for one in people), DAN]
    if not wrong:
        assert census(rows).members["election"].to_list() == ["enroll"] * (len(people) + 2)
        return
    (problem,) = problems(rows)
    assert (problem.row, problem.column, problem.seen) == (2, "enrollment_tier (G)", tier)
    assert f"the tier is {tier}, which covers the employee" in problem.why


def test_a_dependent_with_a_tier_of_their_own(problems):
    (problem,) = problems([PERSONS, ANN, [*BOB[:-1], "ES"], CAT])
    assert problem.why == "the tier is ES, but the employee's is EF (row 2)."
    assert problem.row == 3


def test_a_tier_against_an_election(problems):
    rows = [[*PERSONS, "election"], [*DAN, "decline"]]
    (problem,) = problems(rows)
    assert problem.why == "the tier is EE, but the election is decline."


SUBSCRIBERS = ["Relationship", "Last Name", "First Name", "Gender", "Birthdate or Age", "Postal Code", "Country",
               "Enrollment Status", "Medical", "Dental"]  # fmt: skip


def test_subscribers_with_enrollment_status(census):
    found = census([
        SUBSCRIBERS,
        ["Subscriber", "Lee", "Ann", "F", "2/28/1990", "30303", "US", "Active", "Enroll", "x"],
        ["Spouse", "Lee", "Bob", "M", "5/4/1988", "30303", "US", "Active", "Enroll", "x"],
        ["Subscriber", "Roe", "Dan", "M", "7/9/1975", "30305", "US", "COBRA", "Enrolled", None],
    ])  # fmt: skip
    assert found.members["worker_type"].to_list() == [None, None, "cobra"]
    assert found.members["election"].to_list() == ["enroll"] * 3
    assert found.members["zip"].to_list() == ["30303", "30303", "30305"]
    assert "Not used: 'Country' (column G), 'Dental' (column J)." in found.notices


def test_an_age_is_not_a_birth_date(problems):
    found = problems([
        SUBSCRIBERS,
        ["Subscriber", "Lee", "Ann", "F", "2/28/1990", "30303", "US", "Active", "Enroll", "x"],
        ["Subscriber", "Roe", "Dan", "M", 41, "30303", "US", "Active", "Enroll", "x"],
    ])  # fmt: skip
    assert [(one.row, one.column, one.why) for one in found] == [
        (3, "Birthdate or Age (E)", "41 is an age, not a birth date.")
    ]
    (only,) = problems([["Relationship", "Age"], ["Employee", "41"]])
    assert only.why == "41 is an age, not a birth date."


IDEON = ["zip_code", "fips_code", "date_of_birth", "last_used_tobacco", "cobra", "retiree", "location_id"]


def test_ideon_members(census):
    found = census([
        IDEON, ["30303", "13121", "1990-02-28", None, "false", "false", "L1"],
        ["30305", "13121", "1950-02-28", None, "true", "false", "L1"],
        ["30305", "13121", "1950-03-28", None, "false", "true", "L1"],
    ])  # fmt: skip
    assert found.members["relationship"].to_list() == ["employee"] * 3
    assert found.members["worker_type"].to_list() == [None, "cobra", "retiree"]
    assert found.members["tobacco"].to_list() == [None] * 3
    assert "'last_used_tobacco' (column D)" in found.notices[-1] + found.notices[0]


def test_ideon_members_with_dependents_flattened(census):
    found = census([
        [*IDEON, "dependents[0].relationship", "dependents[0].date_of_birth", "dependents[1].relationship",
         "dependents[1].date_of_birth"],
        ["30303", "13121", "1990-02-28", None, "false", "false", "L1", "spouse", "1988-05-04", "child", "2015-03-01"],
        ["30305", "13121", "1950-02-28", None, "true", "false", "L1", "child", "2001-01-01", None, None],
    ])  # fmt: skip
    members = found.members
    assert members["relationship"].to_list() == ["employee", "spouse", "child", "employee", "child"]
    assert members["row"].to_list() == [2, 2, 2, 3, 3]
    assert members["date_of_birth"][2] == date(2015, 3, 1)


# --- one row a family -----------------------------------------------------------------------------

FAMILIES = ["Employee Number", "Last Name", "First Name", "Home Zip", "Home State", "Family Status", "EE DOB",
            "Spouse DOB", *(f"Dep {number} DOB" for number in range(2, 7))]  # fmt: skip
LEES = ["17", "Lee", "Ann", "30303", "GA", "F", "2/28/1990", "5/4/1988", "3/1/2015", "4/1/2017"]
ROE = ["18", "Roe", "Dan", "30305", "GA", "EE", "7/9/1975"]


def test_one_row_per_family(census):
    found = census([FAMILIES, LEES, ROE])
    members = found.members
    assert found.layout == "one row per family"
    assert members["family_id"].to_list() == ["17", "17", "17", "17", "18"]
    assert members["member_id"].to_list() == ["2", "2-spouse", "2-dependent-2", "2-dependent-3", "3"]
    assert members["relationship"].to_list() == ["employee", "spouse", "child", "child", "employee"]
    assert members["date_of_birth"].to_list() == [
        date(1990, 2, 28), date(1988, 5, 4), date(2015, 3, 1), date(2017, 4, 1), date(1975, 7, 9),
    ]  # fmt: skip
    assert members["first_name"].to_list() == ["Ann", None, None, None, "Dan"]
    assert members["zip"].to_list() == ["30303"] * 4 + ["30305"]
    assert members["election"].to_list() == ["enroll"] * 5
    assert members["row"].to_list() == [2, 2, 2, 2, 3]
    assert found.notices == ("Not used: 'Home State' (column E).",)
    assert [(one.column, one.header, one.field) for one in found.matches][-1] == ("M", "Dep 6 DOB", "date_of_birth")


def test_each_problem_of_a_family_points_to_its_own_cell(problems):
    lees = [*LEES[:7], "5/32/1988", "n/a", "4/1/2017"]
    roe = [*ROE[:3], "3030", "GA", "ES", None]
    found = problems([["Census of Peachtree Bakery"], FAMILIES, lees, roe])
    assert told(found) == [(3, "Spouse DOB (H)"), (3, "Dep 2 DOB (I)"), (4, "Home Zip (D)"), (4, "Family Status (F)"),
                           (4, "EE DOB (G)")]  # fmt: skip
    assert "row 3, birth date of spouse" in str(found[0])
    assert found[1].seen == "n/a"


def test_formulas_without_a_value_in_a_family(problems):
    sheet = Sheet.of_rows([FAMILIES, LEES, [*ROE[:5], "EC", ROE[6], None, None]])
    sheet = Sheet("", sheet.numbers, sheet.columns, frozenset({(3, 8)}), 3)
    with pytest.raises(Refused) as refused:
        read_census([sheet], file="x", as_of=AS_OF)
    assert told(refused.value.problems) == [(3, "Dep 2 DOB (I)")]


def test_blank_rows_and_totals_among_families(census):
    found = census([FAMILIES, LEES, [None], ROE, [None], ["Total", None, "2"], [None]])
    assert found.members.height == 5
    assert found.notices == (
        "Row 6 ('Total') is a total and no member: it was skipped.",
        "Not used: 'Home State' (column E).",
        "1 blank row between the members was skipped.",
        "2 blank rows after the last member were skipped.",
    )


def test_dependents_of_whom_the_relationship_is_not_said(problems):
    found = problems([["Last Name", "EE DOB", "Dep 1 DOB"], ["Lee", "1990-02-28", "1988-05-04"]])
    assert "'dependent' is not a relationship that is known" in found[0].why
    assert told(found) == [(2, "Dep 1 DOB (C)")]


def test_names_and_sexes_of_the_people_of_a_family(census):
    header = ["Employee Name", "Employee DOB", "Employee Gender", "Spouse Name", "Spouse DOB", "Spouse Gender",
              "Child 1 Name", "Child 1 DOB"]  # fmt: skip
    row = ["Lee, Ann", "1990-02-28", "F", "Bob Roe", "1988-05-04", "M", "Cat Lee", "2015-03-01"]
    members = census([header, row, ["Dan Roe", "1975-07-09", "M"]]).members
    assert members["first_name"].to_list() == ["Ann", "Bob", "Cat", "Dan"]
    assert members["last_name"].to_list() == ["Lee", "Roe", "Lee", "Roe"]
    assert members["sex"].to_list() == ["female", "male", None, "male"]
    assert members["family_id"].to_list() == ["2", "2", "2", "3"]


def test_a_social_security_number_of_a_spouse_is_dropped(census):
    found = census([[*FAMILIES, "Spouse SSN"], [*LEES, None, None, None, "123-45-6789"], ROE])
    assert "123-45-6789" not in repr(found) + str(found.members.rows())
    assert "'Spouse SSN' (column N) looks like Social Security numbers" in str(found.notices)


def test_the_health_of_a_spouse_is_refused(problems):
    (problem,) = problems([[*FAMILIES, "Spouse Diagnosis"], [*LEES, None, None, None, "x"]])
    assert "looks like somebody's health" in problem.why


def test_a_census_by_person_keeps_its_rows_beside_a_column_about_the_spouse(census):
    found = census([["family_id", "relationship", "dob", "Spouse DOB"], ["1", "EE", "1990-02-28", "1988-05-04"]])
    assert found.members.height == 1
    assert found.layout == "plain"


# --- names, titles, labels and totals -------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("Doe, Jane", "Jane", "Doe"), ("Jane Doe", "Jane", "Doe"), ("Jane Q. Doe", "Jane Q.", "Doe"),
        ("Doe Roe, Jane Q", "Jane Q", "Doe Roe"), ("Jane Doe Jr.", "Jane", "Doe Jr."),
        ("John Doe, III", "John", "Doe III"), ("O’Neil, Ann-Marie", "Ann-Marie", "O’Neil"),
    ],
)  # fmt: skip
def test_names_in_one_cell(census, cell, first, last):
    members = census([["Name", "Relationship", "DOB"], [cell, "EE", "1990-02-28"]]).members
    assert (members["first_name"][0], members["last_name"][0]) == (first, last)


def test_the_last_word_rule_is_said(census):
    found = census([["Name", "Relationship", "DOB"], ["Ann van der Berg", "EE", "1990-02-28"]])
    assert "1 name has more than two words: the last word is taken as the last name." in str(found.notices)


def test_one_word_among_full_names_is_told(problems):
    rows = [["Name", "Relationship", "DOB"], *([["Doe, Jane", "EE", "1990-02-28"]] * 3), ["Cher", "EE", "1950-01-01"]]
    (problem,) = problems(rows)
    assert (problem.row, problem.column) == (5, "Name (A)")
    assert "'Cher' is one word" in problem.why


def test_titles_above_and_labels_below_the_header(census):
    found = census([
        ["Peachtree Bakery"], ["Employee census as of 9/1/2025"], [None],
        ["fam", "rel", "birth_dt", "hrs_wk"],
        ["Family\nID", "Relationship\n(E/S/C)", "Date of Birth\n(MM/DD/YYYY)", "Hours\nper week"],
        ["F1", "E", "1990-02-28", 40],
    ])  # fmt: skip
    assert found.members["row"].to_list() == [6]
    assert found.members["hours_per_week"].to_list() == [4000]
    assert "Row 5 holds labels of the columns, and was skipped." in found.notices


HEADER = ["family_id", "relationship", "date_of_birth", "weekly_pay"]
MEMBERS = [[str(at), "EE", "1990-02-28", 500] for at in range(3)]


@pytest.mark.parametrize(
    "total",
    [["Total", None, None, 1500], ["Total employees: 3"], [None, "TOTALS", 3, None], [None, None, None, 1500],
     [None, 3], ["Grand total", None, None, "$1,500.00"], ["3 employees"]],
)  # fmt: skip
def test_totals_at_the_end_are_skipped_and_said(census, total):
    found = census([HEADER, *MEMBERS, [None], total, [None]])
    assert found.members.height == 3
    assert found.notices[0].startswith("Row 6 (")
    assert found.notices[0].endswith("is a total and no member: it was skipped.")


@pytest.mark.parametrize(
    "row",
    [["Total", "EE", "1990-02-28", 500], ["7"], ["3"], ["Totally", None, None, None], ["Total", "EE", None, None]],
)
def test_what_may_be_a_member_is_no_total(row):
    sheet = Sheet.of_rows([HEADER, *MEMBERS, row])
    if row[-1] == 500:
        assert read_census([sheet], file="x", as_of=AS_OF).members.height == 4
        return
    with pytest.raises(Refused) as refused:
        read_census([sheet], file="x", as_of=AS_OF)
    assert refused.value.problems[0].row == 5


def test_a_total_in_the_middle_is_a_problem(problems):
    found = problems([HEADER, MEMBERS[0], ["Total", None, None, 500], MEMBERS[1]])
    assert {problem.row for problem in found} == {3}


# --- what is remembered of a sender ---------------------------------------------------------------


def test_what_was_confirmed_before_holds_where_the_column_is(census):
    sheet = Sheet.of_rows([["Unit", "relationship", "dob"], ["A", "EE", "1990-02-28"]])
    found = read_census([sheet], file="x", remembered={"unit": "family_id", "gone": "zip"}, as_of=AS_OF)
    assert found.members["family_id"].to_list() == ["A"]
    assert found.notices == ("'Unit' (column A) is read as family_id, as confirmed before for this sender.",)


def test_what_is_said_now_goes_before_what_was_confirmed():
    sheet = Sheet.of_rows([["Unit", "Team", "relationship", "dob"], ["A", "B", "EE", "1990-02-28"]])
    found = read_census([sheet], file="x", mapping={"Team": "family_id"}, remembered={"unit": "family_id"},
                        as_of=AS_OF)  # fmt: skip
    assert found.members["family_id"].to_list() == ["B"]


def test_a_mapped_column_of_the_family_is_shared_too(census):
    header = ["Unit", "EE DOB", "Spouse DOB"]
    members = census([header, ["A", "1990-02-28", "1988-05-04"]], {"Unit": "family_id"}).members
    assert members["family_id"].to_list() == ["A", "A"]


def test_two_numbers_of_the_employee_leave_the_families_to_the_rows(census):
    header = ["Employee ID", "Payroll Number", "EE DOB", "Spouse DOB"]
    for order in ([0, 1, 2, 3], [1, 0, 3, 2]):
        rows = [header, ["A", "7", "1990-02-28", "1988-05-04"]]
        members = census([[row[at] for at in order] for row in rows]).members
        assert members["family_id"].to_list() == ["2", "2"]


def test_formulas_without_values_in_the_employees_own_cells():
    sheet = Sheet.of_rows([FAMILIES, [*LEES[:6], None, *LEES[7:]]])
    sheet = Sheet("", sheet.numbers, sheet.columns, frozenset({(2, 6)}), 2)
    with pytest.raises(Refused) as refused:
        read_census([sheet], file="x", as_of=AS_OF)
    assert told(refused.value.problems) == [(2, "EE DOB (G)")]
    assert "saved without its value" in refused.value.problems[0].why


def test_a_family_without_the_employees_birth_date(problems):
    found = problems([FAMILIES, LEES, [*ROE[:5], "ES", None, "1980-01-01"]])
    assert told(found) == [(3, "EE DOB (G)")]


def test_a_census_without_a_column_for_the_relationship_names_what_is_missing(problems):
    (problem,) = problems([["Name", "DOB", "Home Zip"], ["Lee, Ann", "1990-02-28", "30303"]])
    assert problem.why == "there is no column for relationship."


def test_a_second_sheet_under_free_names_does_not_disturb_a_plain_one():
    plain = Sheet.of_rows([["family_id", "relationship", "dob"], ["1", "EE", "1990-02-28"]], name="Now")
    free = Sheet.of_rows([["Fam", "Rel.", "Birth Dt"], ["1", "EE", "1990-02-28"]], name="Before")
    assert read_census([free, plain], file="x", as_of=AS_OF).sheet == "Now"
    with pytest.raises(Refused, match="more than one sheet looks like a census: 'Before', 'Copy'"):
        read_census([free, Sheet("Copy", free.numbers, free.columns)], file="x", as_of=AS_OF)


def test_dependents_who_all_stand_below_the_last_employee(problems):
    header = ["Last Name", "Rel", "DOB"]
    rows = [["Lee", "EE", "1990-01-01"], ["Roe", "EE", "1990-01-01"], ["Lee", "SP", "1990-01-01"]]
    (problem,) = problems([header, *rows])
    assert (problem.row, problem.column) == (4, "Rel (B)")
    assert "stands under the employee of row 3, but has the last name of the employee of row 2" in problem.why


def test_two_columns_of_children_are_two_children(census):
    header = ["EE DOB", "Spouse DOB", "Child DOB", "Child Name", "Child DOB", "Child Name"]
    row = ["1990-01-01", "1991-01-01", "2011-01-01", "Cat Lee", "2012-01-01", "Dot Lee"]
    found = census([header, row])
    assert found.members["date_of_birth"].dt.year().to_list() == [1990, 1991, 2011, 2012]
    assert found.members["first_name"].to_list() == [None, None, "Cat", "Dot"]
    assert found.members["member_id"].to_list() == ["2", "2-spouse", "2-child", "2-child-2"]
    assert found.notices == ("There is no column for the family: each row is one.",)


def test_two_spouses_in_a_row_are_told(problems):
    (problem,) = problems([["EE DOB", "Spouse DOB", "Husband DOB"], ["1990-01-01", "1991-01-01", "1992-01-01"]])
    assert "has a second spouse" in problem.why


def test_a_status_of_active_and_cobra(census):
    members = census([["Rel", "DOB", "Status"], ["EE", "1990-01-01", "Active"], ["EE", "1990-01-01", "COBRA"]]).members
    assert members["worker_type"].to_list() == [None, "cobra"]


def test_a_family_of_which_only_the_birth_date_is_known(census):
    rows = [["EE DOB", "Spouse DOB"], ["1990-01-01", "1991-01-01"], ["1980-01-01", None]]
    assert census(rows).members["relationship"].to_list() == ["employee", "spouse", "employee"]


@given(st.permutations(range(len(FAMILIES))))
def test_the_order_of_the_columns_changes_nobody_of_a_family(order):
    rows = [[*row, *[None] * (len(FAMILIES) - len(row))] for row in (FAMILIES, LEES, ROE)]
    turned = [[row[at] for at in order] for row in rows]
    plain, found = (
        read_census([Sheet.of_rows(one)], file="x", as_of=AS_OF).members.sort("member_id").rows()
        for one in (rows, turned)
    )
    assert found == plain


# --- dates that put the day first -----------------------------------------------------------------


def test_dates_that_both_orders_can_mean_are_refused_where_others_are_day_first(problems):
    births = ["28/02/1980", "15/05/1981", "03/04/1990", "05/05/1975"]
    found = problems([["relationship", "dob"], *(["EE", birth] for birth in births)])
    assert [(one.row, one.proposal.new, one.proposal.safe) for one in found] == [
        (2, "1980-02-28", False), (3, "1981-05-15", False), (4, "1990-04-03", False),
    ]  # fmt: skip


def test_one_slip_among_dates_with_the_month_first_doubts_no_other(problems):
    births = ["28/02/1980", "05/15/1981", "03/04/1990"]
    (problem,) = problems([["relationship", "dob"], *(["EE", birth] for birth in births)])
    assert problem.row == 2
