"""Who of a family is charged, and what that makes."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup import dates
from smallgroup.census.fields import SCHEMA
from smallgroup.errors import Refused
from smallgroup.group.application import Address
from smallgroup.rating.area import rating_area
from smallgroup.rating.charged import age_on, family_terms, with_charged
from smallgroup.rating.curve import illustrative_rate
from smallgroup.rulebook import guideline

ON = date(2025, 10, 1)
GUIDE = guideline("kp-ga-2025-07")
TERMS = family_terms(GUIDE, ON)


def born(age: int, days: int = 10) -> date:
    """Of that age on the rating date, with a birthday `days` before it."""
    return date(ON.year - age, ON.month, ON.day) - timedelta(days=days)


def family(*people: tuple[str, date], family_id: str = "1") -> list[dict[str, object]]:
    return [
        {
            "family_id": family_id,
            "member_id": f"{family_id}-{place}",
            "relationship": relationship,
            "date_of_birth": day,
        }
        for place, (relationship, day) in enumerate(people)
    ]


def charged(*families: list[dict[str, object]]) -> pl.DataFrame:
    rows = [{name: row.get(name) for name in SCHEMA} for one in families for row in one]
    return with_charged(pl.DataFrame(rows, schema=SCHEMA), ON, TERMS)


def test_every_child_of_21_and_the_three_oldest_under_21() -> None:
    rates = {200: 45, 100: 40, 75: 23, 50: 20, 30: 19, 20: 17}
    people = [("employee", born(45)), ("spouse", born(40))]
    people += [("child", born(age)) for age in (23, 20, 19, 17, 17)]
    rows = charged(family(*people)).filter("charged")
    of_age = {age: rate for rate, age in rates.items()}
    assert sum(of_age[age] * 100 for age in rows["age"]) == 475_00


def test_base_400_with_children_of_5_17_20_and_19_on_the_federal_curve() -> None:
    rows = charged(family(*[("child", born(age)) for age in (5, 17, 20, 19)])).filter("charged")
    assert sum(illustrative_rate(400_00, age, ON) for age in rows["age"]) == 1118_40


def test_the_family_of_the_rulebook() -> None:
    people = [("employee", born(50)), ("spouse", born(40))] + [("child", born(age)) for age in (22, 20, 17, 15, 12)]
    rows = charged(family(*people))
    assert rows.filter(~pl.col("charged"))["age"].to_list() == [12]


@pytest.mark.parametrize(
    ("days", "free"), [(-1, 1), (0, 0), (1, 0)], ids=["21 tomorrow", "21 today", "21 since yesterday"]
)
def test_a_child_is_in_the_upper_bucket_from_the_birthday_on(days: int, free: int) -> None:
    """With three younger children beside: under 21 the child takes a slot, and the youngest is free."""
    rows = charged(family(("employee", born(50)), ("child", born(21, days)), *[("child", born(10))] * 3))
    assert rows.filter(~pl.col("charged")).height == free


def test_an_employee_or_spouse_under_21_takes_no_slot() -> None:
    rows = charged(family(("employee", born(20)), ("spouse", born(19)), *[("child", born(1))] * 3))
    assert rows["charged"].all()


def test_the_free_child_is_the_youngest_and_not_the_last_listed() -> None:
    rows = charged(family(("employee", born(40)), *[("child", born(age)) for age in (3, 9, 8, 7)]))
    assert rows.filter(~pl.col("charged"))["age"].to_list() == [3]


def test_disabled_children_are_children() -> None:
    rows = charged(family(("employee", born(60)), ("disabled_child", born(30)), *[("disabled_child", born(9))] * 4))
    assert rows["charged"].to_list() == [True, True, True, True, True, False]


AGES = st.integers(min_value=0, max_value=40)
FAMILY = st.lists(
    st.tuples(st.sampled_from(["child", "disabled_child", "spouse"]), AGES, st.integers(0, 3)), max_size=8
)


def premium(rows: pl.DataFrame) -> int:
    return sum(illustrative_rate(300_00, age, ON) for age in rows.filter("charged")["age"])


def people_of(members: list[tuple[str, int, int]]) -> list[tuple[str, date]]:
    return [("employee", born(45))] + [(relationship, born(age, days)) for relationship, age, days in members]


@given(FAMILY, st.integers(0, 20))
def test_a_fourth_child_under_21_never_changes_a_familys_premium(members: list[tuple[str, int, int]], age: int) -> None:
    """The youngest of four or more is free, so one who is younger than three others adds nothing."""
    older = [("child", max(age, 18), 1), ("child", 19, 2), ("disabled_child", 20, 3)]
    before = charged(family(*people_of(members + older)))
    after = charged(family(*people_of([*members, *older, ("child", min(age, 17), 0)])))
    assert premium(after) == premium(before)


@given(FAMILY, FAMILY, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_premium_even_with_equal_birth_dates(one, other, random) -> None:  # type: ignore[no-untyped-def]
    rows = family(*people_of(one)) + family(*people_of(other), family_id="2")
    shuffled = rows[:]
    random.shuffle(shuffled)
    assert premium(charged(rows)) == premium(charged(shuffled))


@given(st.dates(date(1920, 1, 1), date(2025, 10, 1)), st.dates(date(2025, 10, 1), date(2060, 1, 1)))
def test_ages_of_a_frame_are_ages_of_a_person(birth: date, on: date) -> None:
    frame = pl.DataFrame({"birth": [birth]})
    assert frame.select(age_on(pl.col("birth"), pl.lit(on))).item() == dates.age_on(birth, on)


@pytest.mark.parametrize(
    ("county", "area"),
    [("Fulton", 3), ("fulton county", 3), ("De Kalb", 3), ("DEKALB", 3), ("Chatham", 14), ("Baldwin", 16)],
)
def test_the_rating_area_of_a_county(county: str, area: int) -> None:
    assert rating_area(GUIDE, Address(county=county, state="GA"), ON) == area


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (Address(county="Fultn", state="GA"), "'Fultn' is not a county of GA. Did you mean Fulton?"),
        (Address(county="Fulton", state="TX"), "'TX' is not GA"),
        (Address(state="GA"), "needs the county"),
        (None, "needs the county"),
    ],
)
def test_no_area_without_a_known_county(address: Address | None, why: str) -> None:
    with pytest.raises(Refused, match=why):
        rating_area(GUIDE, address, ON)
