"""The same group priced twice: what each member's premium differs by, why, and that the sums are those of the members.

The rates are the federal curve over $300.00 at 21: 40 is 1.278, so $383.40; 41 is 1.302, $390.60; 20 is 0.970,
$291.00; 0-14 is 0.765, $229.50.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.census.fields import SCHEMA
from smallgroup.errors import Refused
from smallgroup.group import GroupFile, read_group
from smallgroup.money import dollars
from smallgroup.quoting import Rated, Rerate, quote, quoted_to_final, renewal, rerate
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rating.bands import BANDS
from smallgroup.rating.charged import family_terms
from smallgroup.rating.curve import illustrative_rate
from smallgroup.rating.rate_table import RateTable, parse_rates
from smallgroup.rulebook import guideline

ON = date(2025, 10, 1)
LATER = date(2026, 10, 1)
GUIDE = guideline("kp-ga-2025-07")
TERMS = family_terms(GUIDE, ON)
AGES = dict(zip(BANDS, (14, *range(15, 65)), strict=True))


def table(*bases: tuple[str, int, str, str], tobacco: str = "") -> RateTable:
    """Plans by the cents at 21 and the first and last day of those rates, every age by the federal curve."""
    rows = [
        {"plan_id": plan, "name": plan, "metal": "", "kind": "hmo", "rating_area": "3", "effective_from": first,
         "effective_to": last, "tobacco": tobacco, "age_band": band,
         "monthly_rate": dollars(illustrative_rate(base, age, ON))}
        for plan, base, first, last in bases for band, age in AGES.items()
    ]  # fmt: skip
    return parse_rates(pl.DataFrame(rows), file="rates")


FILED = table(("A", 300_00, "2025-07-01", "2026-09-30"), ("B", 400_00, "2025-07-01", ""),
              ("A", 320_00, "2026-10-01", ""))  # fmt: skip
NOW, NEW = FILED.in_area(3, ON), FILED.in_area(3, LATER)


def people(*rows: dict[str, Any]) -> pl.DataFrame:
    """An employee of 40 in plan A, unless a row says otherwise; ids are the places."""
    filled = []
    for place, row in enumerate(rows):
        plain = {"family_id": "1", "member_id": str(place), "relationship": "employee",
                 "date_of_birth": date(1985, 1, 1), "plan_id": "A"}  # fmt: skip
        filled.append({name: {**plain, **row}.get(name) for name in SCHEMA})
    return pl.DataFrame(filled, schema=SCHEMA)


def child(born: date, **more: Any) -> dict[str, Any]:
    return {"relationship": "child", "date_of_birth": born, "plan_id": None, **more}


def sold(quoted: pl.DataFrame, final: pl.DataFrame, rates: AreaRates = NOW, **more: Any) -> Rerate:
    return quoted_to_final(quoted, final, rates, rated_on=ON, guideline=GUIDE, as_of=ON, **more)


def group(text: str = "") -> GroupFile:
    return read_group(f"group: {{}}\napplication: {{effective_date: 2025-10-01}}\n{text}")


def renewed(members: pl.DataFrame, new: AreaRates = NEW, file: GroupFile | None = None, **more: Any) -> Rerate:
    days = {"rated_on": ON, "renews_on": LATER, "as_of": ON, **more}
    return renewal(file or group(), members, NOW, new, guideline=GUIDE, **days)


def said(answer: Rerate) -> dict[str, tuple[int | None, int | None, tuple[str, ...]]]:
    return {one.member_id: (one.before, one.after, one.causes) for one in answer.members}


def test_the_same_group_twice_differs_in_nothing() -> None:
    members = people({}, {"relationship": "spouse"}, *[child(date(2010 + n, 1, 1)) for n in range(4)])
    answer = sold(members, members)
    assert (answer.before, answer.after, answer.difference) == (2 * 383_40 + 249_90 + 2 * 229_50, answer.before, 0)
    assert all(one.difference == 0 and one.causes == () for one in answer.members)
    assert answer.rows() == [["all", "$1,475.70", "$1,475.70", "$0.00", ""]]


def test_who_joins_and_who_leaves() -> None:
    quoted = people({}, {"relationship": "spouse"}, {"family_id": "2", "member_id": "20"})
    final = people({}, child(date(2025, 9, 1), member_id="2"), {"family_id": "3", "member_id": "30", "plan_id": "B"})
    answer = sold(quoted, final)
    assert said(answer) == {
        "0": (383_40, 383_40, ()),
        "1": (383_40, None, ("left",)),
        "2": (None, 229_50, ("joined",)),
        "20": (383_40, None, ("left",)),
        "30": (None, 511_20, ("joined",)),
    }
    assert (answer.before, answer.after, answer.difference) == (1150_20, 1124_10, -26_10)
    assert [(one.family_id, one.before, one.after, one.difference) for one in answer.families] == [
        ("1", 766_80, 612_90, -153_90), ("2", 383_40, None, -383_40), ("3", None, 511_20, 511_20),
    ]  # fmt: skip
    assert answer.rows()[-1] == ["all", "$1,150.20", "$1,124.10", "-$26.10", ""]
    assert answer.rows()[0] == ["member 1", "$383.40", "", "-$383.40", "left"]


def test_only_those_to_be_covered_count_on_either_side() -> None:
    quoted = people({}, {"family_id": "2", "election": "decline"})
    final = people({"election": "waive"}, {"family_id": "2", "election": "enroll"})
    assert said(sold(quoted, final)) == {"0": (383_40, None, ("left",)), "1": (None, 383_40, ("joined",))}


def test_another_plan_and_a_corrected_birth_date() -> None:
    final = people({"plan_id": "B", "date_of_birth": date(1984, 10, 1)})
    answer = sold(people({}), final)
    # 41 in B: 400.00 × 1.302.
    assert said(answer) == {
        "0": (383_40, 520_80, ("other birth date", "older: 40 to 41", "other plan: A to B")),
    }
    assert (answer.families[0].plan_before, answer.families[0].plan_after) == ("A", "B")


def test_one_plan_for_everybody_stands_above_the_plans_chosen() -> None:
    answer = sold(people({"plan_id": None}), people({"plan_id": "A"}), plan_id="B")
    assert said(answer) == {"0": (511_20, 511_20, ())}


def test_a_plan_chosen_since_the_quote_comes_in_and_one_not_yet_chosen_is_named() -> None:
    quoted = people({"plan_id": None}, {"family_id": "2"}, {"family_id": "3", "plan_id": None})
    final = people({}, {"family_id": "2", "plan_id": None}, {"family_id": "3", "election": "decline"})
    answer = sold(quoted, final)
    assert said(answer) == {"0": (None, 383_40, ("plan now chosen: A",))}
    assert answer.without_plan == ("1",)
    assert (answer.before, answer.after) == (0, 383_40)


def test_a_plan_without_rates_is_named_and_its_family_is_in_neither_sum() -> None:
    quoted = people({}, {"relationship": "spouse"}, {"family_id": "2"}, {"family_id": "3", "plan_id": "Y"})
    final = people({"plan_id": "Z"}, {"relationship": "spouse"}, {"family_id": "2"}, {"family_id": "4", "plan_id": "Z"})
    answer = sold(quoted, final)
    assert [(one, plan) for one, plan, _ in answer.refused] == [("0", "Z"), ("3", "Y"), ("3", "Z")]
    assert "Z is not in the rates at hand" in answer.refused[0][2]
    assert said(answer) == {"2": (383_40, 383_40, ())}
    assert (answer.before, answer.after) == (383_40, 383_40)


def test_nothing_to_compare_is_not_known_and_not_zero() -> None:
    answer = sold(people({}), people({"plan_id": "Z"}))
    told = answer.as_json()
    assert (told["before"]["total"], told["after"]["total"], told["difference"]) == (None, None, None)
    assert answer.rows() == [["all", "not known", "not known", "not known", ""]]


def test_tobacco_is_a_cause_where_rates_differ_by_it_and_refuses_where_it_is_not_known() -> None:
    rows = [table(("T", base, "2025-07-01", ""), tobacco=uses).rows for base, uses in ((300_00, "no"), (450_00, "yes"))]
    both = RateTable(table(("T", 1_00, "2025-07-01", "")).plans, pl.concat(rows)).in_area(3, ON)
    plain, smoker = people({"plan_id": "T", "tobacco": False}), people({"plan_id": "T", "tobacco": True})
    assert said(sold(plain, smoker, both)) == {"0": (383_40, 575_10, ("tobacco: no to yes",))}
    unknown = sold(plain, people({"plan_id": "T"}), both)
    assert unknown.members == ()
    assert "not known of member 0" in unknown.refused[0][2]
    assert said(sold(people({}), people({"tobacco": True}))) == {"0": (383_40, 383_40, ())}


def test_a_fourth_child_and_a_slot_that_is_freed() -> None:
    three = [child(date(2010 + n, 1, 1), member_id=str(n + 2)) for n in range(3)]
    quoted = people({}, *three)
    elder = child(date(2008, 1, 1), member_id="9")
    answer = sold(quoted, people({}, *three, elder))
    assert said(answer) == {
        "0": (383_40, 383_40, ()),
        "2": (249_90, 249_90, ()),
        "3": (229_50, 229_50, ()),
        "4": (229_50, 0, ("now a fourth child under 21, at no charge",)),
        "9": (None, 265_50, ("joined",)),
    }
    back = said(sold(people({}, *three, elder), quoted))
    assert back["4"] == (0, 229_50, ("now one of the three oldest children under 21",))
    younger = child(date(2020, 1, 1), member_id="9")
    assert said(sold(quoted, people({}, *three, younger)))["9"] == (
        None, 0, ("joined", "as a fourth child under 21, at no charge")
    )  # fmt: skip
    assert said(sold(people({}, *three, younger), quoted))["9"] == (
        0, None, ("left", "was a fourth child under 21, at no charge")
    )  # fmt: skip


def test_a_child_who_turns_21_frees_a_slot_at_renewal() -> None:
    children = [child(born) for born in (date(2005, 5, 5), date(2009, 5, 5), date(2013, 5, 5), date(2015, 5, 5))]
    answer = renewed(people({}, *children))
    # At A's 320.00 of the new year: 41 is 416.64, 21 is 320.00, 17 is 283.20, 0-14 is 244.80.
    assert said(answer) == {
        "0": (383_40, 416_64, ("older: 40 to 41", "new rates")),
        "1": (291_00, 320_00, ("older: 20 to 21", "new rates")),
        "2": (257_70, 283_20, ("older: 16 to 17", "new rates")),
        "3": (229_50, 244_80, ("new rates",)),
        "4": (0, 244_80, ("new rates", "now one of the three oldest children under 21")),
    }
    assert answer.difference == 33_24 + 29_00 + 25_50 + 15_30 + 244_80


@pytest.mark.parametrize(
    ("born", "before", "after"),
    [
        (date(1985, 9, 30), 383_40, 390_60),  # 40 already at the effective date
        (date(1985, 10, 1), 383_40, 390_60),  # 40 on that very day
        (date(1985, 10, 2), 378_60, 383_40),  # 39: the birthday a day later changes nothing for a year
    ],
)
def test_a_birthday_within_the_year_changes_nothing_until_renewal(born: date, before: int, after: int) -> None:
    same = table(("A", 300_00, "2025-07-01", "")).in_area(3, LATER)
    found = said(renewed(people({"date_of_birth": born}), same))["0"]
    assert found[:2] == (before, after)
    assert found[2] == ((f"older: {'40 to 41' if before == 383_40 else '39 to 40'}"),)


def test_a_plan_that_is_not_filed_for_the_new_year_is_named_with_the_day() -> None:
    gone = table(("B", 400_00, "2026-10-01", ""), ("A", 300_00, "2025-07-01", "2026-09-30")).in_area(3, LATER)
    answer = renewed(people({}, {"family_id": "2", "plan_id": "B"}), gone)
    assert [(one, plan) for one, plan, _ in answer.refused] == [("0", "A")]
    assert "no rates in rating area 3 on October 1, 2026" in answer.refused[0][2]
    assert list(said(answer)) == ["1"]


def test_a_renewal_is_on_the_anniversary_and_after_the_last_rating_and_of_somebody() -> None:
    contract = group("contract: {original_effective_date: 2024-10-01}")
    assert renewed(people({}), file=contract).difference == 416_64 - 383_40
    november = date(2026, 11, 1)
    with pytest.raises(Refused, match=r"no anniversary of 2024-10-01.* Renew on 2027-10-01"):
        renewed(people({}), FILED.in_area(3, november), contract, renews_on=november)
    with pytest.raises(Refused, match="is not after 2025-10-01"):
        renewed(people({}), NOW, renews_on=ON)
    with pytest.raises(Refused, match="nobody to price"):
        renewed(people({"election": "waive"}))
    with pytest.raises(ValueError, match="needs the rates of that day"):
        renewed(people({}), NOW)


def test_a_final_census_in_which_nobody_is_left_is_refused() -> None:
    with pytest.raises(Refused, match="Final census: everybody waives or declines"):
        sold(people({}), people({"election": "decline"}))


def test_somebody_else_under_the_same_id_is_asked_about() -> None:
    quoted = people({}, {"relationship": "spouse"})
    final = people({}, child(date(2015, 1, 1), member_id="1"))
    answer = sold(quoted, final)
    assert said(answer)["1"][2] == ("other birth date", "other relationship: spouse to child", "younger: 40 to 10")
    assert "may be somebody else" in answer.notes[0]


def test_families_stand_in_the_order_of_their_numbers() -> None:
    members = people(*({"family_id": str(n), "member_id": f"{n}-1"} for n in (10, 9, 2)))
    assert [one.family_id for one in sold(members, members).families] == ["2", "9", "10"]


def test_the_json_says_what_the_documentation_says() -> None:
    answer = renewed(people({}))
    told = answer.as_json()
    assert told["before"] == {"on": "2025-10-01", "total": "383.40"}
    assert told["after"] == {"on": "2026-10-01", "total": "416.64"}
    assert told["difference"] == "33.24"
    assert told["members"] == [
        {"member_id": "0", "family_id": "1", "relationship": "employee", "before": "383.40", "after": "416.64",
         "difference": "33.24", "causes": ["older: 40 to 41", "new rates"]},
    ]  # fmt: skip
    assert told["families"] == [
        {"family_id": "1", "member_id": "0", "plan_before": "A", "plan_after": "A", "before": "383.40",
         "after": "416.64", "difference": "33.24"},
    ]  # fmt: skip
    assert told["notice"]["by"] == "2026-08-02"
    assert told["notice"]["citation"]["heading"] == "120-2-104-.04(a)"
    assert told.keys() == {"before", "after", "difference", "members", "families", "without_plan", "refused", "notes",
                           "notice"}  # fmt: skip


def member_rows(family: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """A nasty family: twins, children about 21, people without a plan, half of it waiving, an unknown plan."""
    kin = st.fixed_dictionaries({
        "relationship": st.sampled_from(["child", "child", "child", "disabled_child"]),
        "date_of_birth": st.sampled_from([date(2004, 10, 1), date(2004, 10, 2), date(2005, 3, 1), date(2008, 2, 29),
                                          date(2012, 5, 5), date(2020, 1, 1), date(2026, 1, 1)]),
        "election": st.sampled_from([None, None, "enroll", "decline"]),
    })  # fmt: skip
    employee = st.fixed_dictionaries({
        "plan_id": st.sampled_from(["A", "A", "B", "Z", None]),
        "date_of_birth": st.sampled_from([date(1985, 10, 1), date(1985, 10, 2), date(2006, 1, 1), date(1950, 1, 1)]),
        "election": st.sampled_from([None, "enroll", "enroll", "waive"]),
    })  # fmt: skip

    def rows(employee: dict[str, Any], kin: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
        named = [{"member_id": f"{family}-{place}", **one} for place, one in kin.items()]
        return [{"family_id": str(family), **one} for one in ({"member_id": f"{family}-0", **employee}, *named)]

    return st.builds(rows, employee, st.dictionaries(st.integers(1, 9), kin, max_size=7))


CENSUSES = st.sets(st.integers(1, 12), min_size=1, max_size=4).flatmap(
    lambda families: st.tuples(*map(member_rows, sorted(families))).map(lambda all: [row for one in all for row in one])
)


@given(CENSUSES, CENSUSES, st.randoms(use_true_random=False))
def test_laws(one: list[dict[str, Any]], other: list[dict[str, Any]], chance: Any) -> None:
    """Differences add up to that of the totals, the order of rows changes nothing, and no difference lacks a cause."""
    before, after = people(*one), people(*other)
    answer = rerate(Rated(before, NOW, ON), Rated(after, NEW, LATER), terms=TERMS)
    assert sum(each.difference for each in answer.members) == answer.after - answer.before == answer.difference
    assert sum(each.difference for each in answer.families) == answer.difference
    assert sum(each.before or 0 for each in answer.families) == answer.before
    for each in answer.members:
        assert each.causes or not each.difference
        assert each.before is not None or each.after is not None
    compared = {each.member_id for each in answer.families}
    assert compared.isdisjoint(answer.without_plan)
    assert compared.isdisjoint(member_id for member_id, _, _ in answer.refused)

    chance.shuffle(one)
    chance.shuffle(other)
    assert rerate(Rated(people(*one), NOW, ON), Rated(people(*other), NEW, LATER), terms=TERMS) == answer


@given(CENSUSES)
def test_a_group_beside_itself_differs_in_nothing(rows: list[dict[str, Any]]) -> None:
    answer = rerate(Rated(people(*rows), NOW, ON), Rated(people(*rows), NOW, ON), terms=TERMS)
    assert answer.difference == 0
    assert all(each.causes == () and each.before == each.after for each in answer.members)


@given(CENSUSES, CENSUSES)
def test_there_and_back_is_nothing(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    """With one plan for everybody, so that nobody is without one."""
    there = Rated(people(*one), NOW, ON), Rated(people(*other), NEW, LATER)
    forth, back = rerate(*there, terms=TERMS, plan_id="B"), rerate(*reversed(there), terms=TERMS, plan_id="B")
    assert forth.difference == -back.difference
    assert {each.member_id: each.difference for each in forth.members} == {
        each.member_id: -each.difference for each in back.members
    }


def test_what_is_sold_is_what_a_quote_of_the_final_census_adds_up() -> None:
    final = people({}, child(date(2010, 1, 1)), {"family_id": "2", "plan_id": "B"})
    elected = quote(
        read_group("group: {address: {county: Fulton, state: GA}}\napplication: {effective_date: 2025-10-01}\n"),
        final, NOW, guideline=GUIDE, as_of=ON,
    ).elected  # fmt: skip
    assert elected is not None
    assert sold(people({}), final).after == elected.monthly.total == 383_40 + 249_90 + 511_20
