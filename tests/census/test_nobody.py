"""Rows that are nobody are told and left out; a header over two rows is one; who is an employee without a column."""

import pytest

HEADER = ["Last Name", "First Name", "DOB", "Rel"]
ANN = ["Lee", "Ann", "2/28/1980", "E"]
BOB = ["Lee", "Bob", "5/4/1981", "S"]
DAN = ["Roe", "Dan", "5/6/1975", "E"]


def test_a_header_over_two_rows_that_comes_once_more(census):
    above, below = ["Last", "First", "Birth", "Rel"], ["Name", "Name", "Date", "Code"]
    found = census([["Acme Invented Bakery"], above, below, ANN, BOB, above, below, DAN, ["* W = waived"]])
    assert found.members["row"].to_list() == [4, 5, 8]
    assert found.members["last_name"].to_list() == ["Lee", "Lee", "Roe"]
    assert found.notices[:4] == (
        "The header stands in rows 2 and 3, read as one.",
        "Row 6 ('Last') is the header once more and no member: it was skipped.",
        "Row 7 ('Name') is the header once more and no member: it was skipped.",
        "Row 9 ('* W = waived') is a note under the last member and no member: it was skipped.",
    )
    assert not any("blank" in notice for notice in found.notices)


@pytest.mark.parametrize(
    "last", [["Doe"], ["Doe, Jane"], [None, None, "3/4/1990"], ["Doe", "Jane"], ["Maria de la Cruz"]]
)
def test_what_may_be_left_of_a_member_is_no_note(problems, last):
    assert {problem.row for problem in problems([HEADER, ANN, last])} == {3}


def test_a_note_among_the_members_is_refused(problems):
    assert {problem.row for problem in problems([HEADER, ANN, ["* on leave"], DAN])} == {3}


AT_WORK = ["Last Name", "DOB", "Hours"]


def test_employees_only(census):
    found = census([AT_WORK, ["Lee", "2/28/1980", 40], ["Roe", "5/6/1975", 32]])
    assert found.members["relationship"].to_list() == ["employee", "employee"]
    assert found.members["family_id"].n_unique() == 2
    assert any("everybody is taken to be an employee" in notice for notice in found.notices)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([AT_WORK, ["Lee", "2/28/1980", 40], ["Roe", "2/28/2015", None]], "row 3 is under 16."),
        ([AT_WORK, ["Lee", "2/28/1980", 40], ["Lee", "5/6/1981", None]], "rows 2 and 3 have the same last name."),
        ([[*AT_WORK, "Family ID"], ["Lee", "2/28/1980", 40, "F1"], ["Roe", "5/6/1981", None, "F1"]],
         "rows 2 and 3 are of one family."),
        ([[*AT_WORK, "Dependents"], ["Lee", "2/28/1980", 40, 2]], "a header speaks of dependents."),
        ([["Last Name", "DOB"], ["Lee", "2/28/1980"]], "nothing says that these people work here."),
    ],
)  # fmt: skip
def test_nobody_is_taken_for_an_employee_where_something_speaks_against_it(problems, rows, why):
    (problem,) = problems(rows)
    assert problem.why == "there is no column for relationship."
    assert problem.fix.endswith(why)
