"""What rows say about each other: every contradiction is reported at its own cell."""

import pytest

HEADER = ["family_id", "relationship", "date_of_birth"]
ANN = ["F1", "employee", "1990-02-28"]


def places(found):
    return [(problem.row, problem.field) for problem in found]


def one_employee(**fields):
    return [[*HEADER, *fields], [*ANN, *fields.values()]]


def test_a_dependent_whose_family_has_no_employee(problems):
    found = problems([HEADER, ANN, ["F2", "child", "2015-01-01"], ["", "child", "2015-01-01"]])
    assert places(found) == [(3, "family_id"), (4, "family_id")]
    assert found[0].why == "this child is in family F2, which has no employee."


def test_a_family_whose_employee_could_not_be_read_is_not_said_to_have_none(problems):
    found = problems([HEADER, ["F1", "emploi", "1990-02-28"], ["F1", "child", "2015-01-01"]])
    assert places(found) == [(2, "relationship")]


def test_two_employees_in_one_family(problems):
    (problem,) = problems([HEADER, ANN, ["F2", "EE", "1990-02-28"], ["F1", "EE", "1991-02-28"]])
    assert (problem.row, problem.field) == (4, "relationship")
    assert problem.why == "family F1 has a second employee; row 2 is the first."


@pytest.mark.parametrize(("first", "second"), [("spouse", "spouse"), ("domestic_partner", "spouse")])
def test_two_spouses_or_partners_in_one_family(problems, first, second):
    (problem,) = problems([HEADER, ANN, ["F1", first, "1991-01-01"], ["F1", second, "1992-01-01"]])
    assert (problem.row, problem.field) == (4, "relationship")


def test_a_member_id_given_twice(problems):
    rows = [[*HEADER, "member_id"], [*ANN, "A"], ["F1", "child", "2015-01-01", "A"]]
    (problem,) = problems(rows)
    assert (problem.row, problem.field) == (3, "member_id")
    assert problem.why == "member id A is already that of row 2."


def test_a_row_number_that_would_collide_with_a_given_id(problems):
    rows = [[*HEADER, "member_id"], [*ANN, "3"], ["F1", "child", "2015-01-01", None]]
    (problem,) = problems(rows)
    assert (problem.row, problem.field) == (3, "member_id")


def test_a_waiver_needs_a_reason(problems, census):
    (problem,) = problems(one_employee(election="waive", waiver_reason=None))
    assert problem.field == "waiver_reason"
    (problem,) = problems(one_employee(election="waive"))
    assert (problem.field, problem.column) == ("waiver_reason", None)
    assert census(one_employee(election="waive", waiver_reason="Spouse group")).members.height == 1


@pytest.mark.parametrize(
    ("election", "field"), [("enroll", "election"), ("decline", "election"), (None, "waiver_reason")]
)
def test_a_reason_without_a_waiver(problems, election, field):
    (problem,) = problems(one_employee(election=election, waiver_reason="medicaid"))
    assert problem.field == field


def test_an_election_that_could_not_be_read_is_reported_once(problems):
    assert places(problems(one_employee(election="wave?", waiver_reason="medicaid"))) == [(2, "election")]


@pytest.mark.parametrize("related", ["self", "spouse", "child", "none", None])
def test_owners_may_be_related_to_one_another_in_any_way(census, related):
    owner = one_employee(worker_type="corporate_owner", ownership_percent="50", related_to_owner=related)
    assert census(owner).members.height == 1


@pytest.mark.parametrize("worker", ["sole_proprietor", "partner", "corporate_owner"])
def test_an_owner_who_owns_nothing(problems, worker):
    (problem,) = problems(one_employee(worker_type=worker, ownership_percent="0"))
    assert problem.field == "ownership_percent"


def test_terminated_before_hired(problems, census):
    (problem,) = problems(one_employee(hired_on="2020-05-02", terminated_on="2020-05-01"))
    assert problem.field == "terminated_on"
    assert census(one_employee(hired_on="2020-05-02", terminated_on="2020-05-02")).members.height == 1
