"""The order of rows and of columns changes no member, and no problem is lost by it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.census.read import read_census
from smallgroup.census.sheet import Sheet
from smallgroup.errors import Refused

AS_OF = date(2025, 9, 12)
HEADER = ["family_id", "member_id", "relationship", "date_of_birth", "hours_per_week", "tobacco", "last_name"]

birth_dates = st.integers(0, 30_000).map(lambda days: (date(1940, 1, 1) + timedelta(days=days)).isoformat())
others = st.tuples(
    st.sampled_from(["", "40", "37.5"]), st.sampled_from(["", "yes", "no"]), st.sampled_from(["Lee", ""])
)


@st.composite
def staffs(draw):
    """Families of an employee, perhaps a spouse, and children; ids are given."""
    rows = []
    for family in range(draw(st.integers(1, 5))):
        spouse = ["spouse"] if draw(st.booleans()) else []
        for relationship in ["employee", *spouse, *["child"] * draw(st.integers(0, 3))]:
            rows.append([f"F{family}", f"M{len(rows)}", relationship, draw(birth_dates), *draw(others)])
    return rows


def members(header, rows):
    found = read_census([Sheet.of_rows([header, *rows])], file="x.csv", as_of=AS_OF).members
    return found.drop("row").sort("member_id").rows()


@given(staffs(), st.randoms(use_true_random=False))
def test_order_changes_no_member(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert members(HEADER, shuffled) == members(HEADER, rows)
    order = random.sample(range(len(HEADER)), len(HEADER))
    turned = [[row[at] for at in order] for row in [HEADER, *shuffled]]
    assert members(turned[0], turned[1:]) == members(HEADER, rows)


@given(staffs(), st.randoms(use_true_random=False), st.integers(0, 100))
def test_a_wrong_cell_is_found_wherever_its_row_stands(rows, random, at):
    wrong = rows[at % len(rows)]
    wrong[3] = "1990-02-31"
    shuffled = random.sample(rows, len(rows))
    with pytest.raises(Refused) as refused:
        members(HEADER, shuffled)
    assert [problem.row for problem in refused.value.problems] == [shuffled.index(wrong) + 2]
