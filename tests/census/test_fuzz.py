"""Whatever stands in a sheet: a census whole, or Refused; nobody lost untold; no birth date silently another."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smallgroup.census.read import read_census
from smallgroup.census.sheet import Sheet, blank
from smallgroup.errors import Refused
from tests.census.corpus.grid import LAYOUTS, clean
from tests.census.corpus.kinds import KINDS
from tests.census.corpus.score import of_sheet
from tests.census.corpus.staff import AS_OF

HEADERS = [
    "family_id", "relationship", "date_of_birth", "DOB", "Name", "last_name", "first_name", "ZIP", "gender", "Age",
    "enrollment_tier", "Family Status", "Spouse DOB", "Dep 2 DOB", "EE DOB", "hours_per_week", "weekly_pay", "SSN",
    "election", "waiver_reason", "employer_assigned_family_id", "employee_relationship", "dob", "tobacco", "kind",
    "cobra", "Status", "Notes", "hired_on", "ownership_percent", "worker_type", "county", "fips_code", "location_id",
]  # fmt: skip
WORDS = [
    "employee", "EE", "E", "S", "C", "spouse", "child", "F1", "F2", "1", "EF", "W", "ES", "1990-02-28", "02/03/1985",
    "28/02/1990", "13/13/2000", "n/a", "30303", "2139", "yes", "no", "Total", "* = waived", "123-45-6789", "#N/A", "40",
    "$1,250.00", "Lee, Ann", "Lee", "waive", "enroll", "spouse_group", "home", "Roe", "\u200b", "'", "=1+1", "é", "NaN",
]  # fmt: skip
cells = (
    st.none() | st.sampled_from(WORDS) | st.sampled_from(HEADERS) | st.text(max_size=8) | st.booleans()
    | st.integers(-10, 60_000) | st.integers() | st.floats(allow_nan=True, allow_infinity=True)
    | st.dates(date(1, 1, 1), date(9999, 12, 31))
)  # fmt: skip


@st.composite
def sheets(draw):
    """A row of headers somewhere near the top, and anything around it; a formula or a merged area may lack sense."""
    width = draw(st.integers(1, 9))
    row = st.lists(cells, min_size=0, max_size=width)
    above = draw(st.lists(row, max_size=2))
    header = draw(st.lists(st.sampled_from(HEADERS), min_size=width, max_size=width))
    rows = [*above, header, *draw(st.lists(row, max_size=8))]
    sheet = Sheet.of_rows(rows, name=draw(st.sampled_from(["", "Staff"])), first_row=draw(st.integers(1, 3)))
    places = st.tuples(st.integers(1, 12), st.integers(0, width))
    area = st.tuples(st.integers(1, 8), st.integers(0, 3), st.integers(1, 12), st.integers(0, 4))
    merged = draw(st.lists(area, max_size=2))
    return Sheet(
        sheet.name, sheet.numbers, sheet.columns, draw(st.frozensets(places, max_size=2)), sheet.last_row,
        from_1904=draw(st.booleans()), merged=tuple(merged),
    )  # fmt: skip


@settings(max_examples=300)
@given(sheets())
def test_any_sheet_is_a_census_or_is_refused(sheet):
    try:
        found = read_census([sheet], file="x.csv", as_of=AS_OF)
    except Refused:
        return
    assert found.members.height
    assert found.members["date_of_birth"].null_count() == found.members["relationship"].null_count() == 0
    explained = {int(number) for notice in found.notices for number in re.findall(r"Row (\d+)", notice)}
    rows = {number for at, number in enumerate(sheet.numbers) if not all(map(blank, sheet.row(at)))}
    read = set(found.members["row"].to_list())
    below = {number for number in rows if number >= min(read)}
    assert below <= read | explained | {max(explained, default=0)}


OF_A_PERSON = [name for name, kind in KINDS.items() if not kind.alone]
OF_THE_SHEET = [name for name, kind in KINDS.items() if kind.alone and "csv" not in name]


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000), random=st.randoms(use_true_random=False),
    names=st.lists(st.sampled_from(OF_A_PERSON), max_size=4, unique=True), last=st.sampled_from(OF_THE_SHEET),
)  # fmt: skip
def test_a_corrupted_census_loses_nobody_and_changes_no_birth_date_silently(layout, seed, random, names, last):
    grid = clean(layout, seed, families=6)
    everybody = [one for family in grid.families for one in family]
    births = {id(one): one["date_of_birth"] for one in everybody}
    where = {id(one): grid.place[id(one), "date_of_birth"] for one in everybody}
    put_in = [KINDS[name].put_in(grid, random, grid.families) for name in (*names, last)]
    faults = [fault for fault in put_in if fault is not None]
    try:
        census = of_sheet(grid)
    except Refused:
        return
    changed = {one: new for fault in faults for (one, name), new in fault.new.items() if name == "date_of_birth"}
    told = {(problem.row, problem.letter) for problem in census.to_check}
    rows = [row for row in where.values() if row[0] in grid.rows]
    assert census.members.height >= len(rows)
    by_row = {}
    for number, birth in zip(census.members["row"].to_list(), census.members["date_of_birth"].to_list(), strict=True):
        by_row.setdefault(number, []).append(birth)
    for key, (row, _) in where.items():
        if row not in grid.rows:
            continue
        number = grid.number(row)
        meant = {births[key], changed.get(key)}  # a later fault may have put back what an earlier one had changed
        assert meant & set(by_row[number]) or any(line == number for line, _ in told)
