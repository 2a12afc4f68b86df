"""Quotes: whole cents, what is refused by name, and who is priced."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smallgroup.census.fields import SCHEMA
from smallgroup.errors import Refused
from smallgroup.group import Contribution, Flat, GroupFile, PercentOf, ReferencePlan, read_group
from smallgroup.money import dollars
from smallgroup.quoting import Quote, quote
from smallgroup.rating.area_rates import AreaRates
from smallgroup.rating.bands import BANDS, band_of
from smallgroup.rating.rate_table import parse_rates
from smallgroup.rulebook import guideline

ON = date(2025, 10, 1)
GUIDE = guideline("kp-ga-2025-07")
NOTHING = PercentOf(percent=Fraction(0))
HALF = PercentOf(percent=Fraction(1, 2))


def group(**changes: str) -> GroupFile:
    text = "group: {address: {county: Fulton, state: GA}}\napplication: {effective_date: 2025-10-01}\n"
    return read_group(text, what_if={key.replace("__", "."): value for key, value in changes.items()})


def table(**plans: dict[str, int] | int) -> AreaRates:
    """Plans by their rates in cents: one for every age, or by band; a plan's `yes` rates are those of tobacco users."""
    rows = []
    for plan, said in plans.items():
        by_band = dict.fromkeys(BANDS, said) if isinstance(said, int) else said
        for band, rate in by_band.items():
            name, _, tobacco = plan.partition("__")
            rows.append({"plan_id": name, "name": name, "metal": "", "kind": "ooa_ppo" if name == "OUTSIDE" else "hmo",
                         "rating_area": "3", "effective_from": "2025-07-01", "effective_to": "", "tobacco": tobacco,
                         "age_band": band, "monthly_rate": dollars(rate)})  # fmt: skip
    return parse_rates(pl.DataFrame(rows), file="rates").in_area(3, ON)


def people(*rows: dict[str, Any]) -> pl.DataFrame:
    filled = []
    for place, row in enumerate(rows):
        plain = {
            "family_id": "1",
            "member_id": str(place),
            "relationship": "employee",
            "date_of_birth": date(1985, 1, 1),
        }
        filled.append({name: {**plain, **row}.get(name) for name in SCHEMA})
    return pl.DataFrame(filled, schema=SCHEMA)


def priced(members: pl.DataFrame, rates: AreaRates, contribution: Contribution | None = None, **more: Any) -> Quote:
    return quote(group(), members, rates, guideline=GUIDE, as_of=ON, contribution=contribution, **more)


def test_half_of_an_odd_cent_goes_up_for_each_member_and_not_for_the_sum() -> None:
    members = people({}, {"relationship": "spouse"}, {"family_id": "2"})
    answer = priced(members, table(A=541_17), Contribution(employee=HALF, dependents=HALF))
    assert answer.plans[0].monthly.as_json() == {"total": "1623.51", "employer": "811.77", "employee": "811.74"}


def test_each_members_premium_stands_in_the_order_of_the_members() -> None:
    children = [{"relationship": "child", "date_of_birth": date(2015 + n, 1, 1)} for n in range(4)]
    members = people({}, *children)
    rates = table(A={band: 100_00 + number for number, band in enumerate(BANDS)})
    answer = priced(members, rates, with_members=True).as_json()
    assert answer["plans"][0]["member_premiums"] == ["100.26", "100.00", "100.00", "100.00", "0.00"]
    assert [member["rated"] for member in answer["members"]] == [True, True, True, True, False]
    assert answer["plans"][0]["monthly"]["total"] == "400.26"


@pytest.mark.parametrize(
    ("employee", "employer"),
    [
        (PercentOf(percent=Fraction(1, 2)), {"A": "150.00", "B": "250.00"}),
        (PercentOf(percent=Fraction(1, 2), of="lowest_priced_plan"), {"A": "150.00", "B": "150.00"}),
        (PercentOf(percent=Fraction(1), of=ReferencePlan(reference_plan="B")), {"A": "300.00", "B": "500.00"}),
        (Flat(dollars=400_00), {"A": "300.00", "B": "400.00"}),
    ],
)
def test_the_employers_share_is_never_above_the_premium(employee: PercentOf | Flat, employer: dict[str, str]) -> None:
    answer = priced(people({}), table(A=300_00, B=500_00), Contribution(employee=employee, dependents=NOTHING))
    assert {one.plan.plan_id: one.monthly.as_json()["employer"] for one in answer.plans} == employer


def test_a_flat_sum_for_dependents_is_one_sum_a_family_and_never_above_their_premium() -> None:
    members = people(
        {}, {"relationship": "spouse"}, {"relationship": "child", "date_of_birth": date(2015, 1, 1)},
        {"family_id": "2"}, {"family_id": "2", "relationship": "spouse"}, {"family_id": "3"},
    )  # fmt: skip
    answer = priced(members, table(A=100_00), Contribution(employee=NOTHING, dependents=Flat(dollars=150_00)))
    assert answer.plans[0].monthly.as_json()["employer"] == "250.00"


def test_what_is_paid_for_dependents_is_not_assumed() -> None:
    members = people({}, {"relationship": "spouse"})
    answer = priced(members, table(A=100_00), Contribution(employee=HALF))
    assert answer.plans[0].monthly.as_json() == {"total": "200.00", "employer": None, "employee": None}
    assert any("dependents is not known" in note for note in answer.notes)
    alone = priced(people({}), table(A=100_00), Contribution(employee=HALF))
    assert alone.plans[0].monthly.as_json()["employer"] == "50.00"


def test_a_plan_with_a_gap_or_a_zero_is_refused_by_name_and_the_others_are_priced() -> None:
    gap = {band: 100_00 for band in BANDS if band != "40"}
    answer = priced(people({}), table(GAP=gap, ZERO=dict.fromkeys(BANDS, 1) | {"40": 0}, WHOLE=100_00))
    assert [one.plan.plan_id for one in answer.plans] == ["WHOLE"]
    because = {refused.plan_id: refused.because for refused in answer.refused_plans}
    assert "GAP has no rate in rating area 3 for age 40" in because["GAP"]
    assert "ZERO has a rate of zero in rating area 3 for age 40" in because["ZERO"]


def test_a_plan_that_is_asked_for_and_not_there_is_refused_by_name() -> None:
    answer = priced(people({}), table(SILVER=100_00), plan_ids=["SILVER", "SLIVER"])
    assert "Did you mean SILVER?" in answer.refused_plans[0].because


def test_tobacco_rates_need_the_fact() -> None:
    rates = table(A__no=100_00, A__yes=150_00, B=120_00)
    unknown = priced(people({}), rates)
    assert [one.plan.plan_id for one in unknown.plans] == ["B"]
    assert "not known of member 0" in unknown.refused_plans[0].because
    told = priced(people({"tobacco": True}, {"family_id": "2", "tobacco": False}), rates)
    assert [one.monthly.total for one in told.plans] == [250_00, 240_00]


def test_families_that_waive_or_decline_and_dependents_who_do_are_not_priced() -> None:
    members = people(
        {"election": "enroll"}, {"relationship": "spouse"},
        {"relationship": "child", "date_of_birth": date(2015, 1, 1), "election": "waive", "waiver_reason": "medicaid"},
        {"family_id": "2", "election": "decline"}, {"family_id": "2", "relationship": "spouse"},
        {"family_id": "3"},
    )  # fmt: skip
    answer = priced(members, table(A=100_00))
    assert answer.members["member_id"].to_list() == ["0", "1", "5"]
    assert any("election is not known yet: member 5" in note for note in answer.notes)


def test_nobody_to_price_is_refused() -> None:
    with pytest.raises(Refused, match="nobody to price"):
        priced(people({"election": "decline"}), table(A=100_00))


def test_the_plans_chosen_are_added_up_and_who_chose_none_is_named() -> None:
    members = people(
        {"election": "enroll", "plan_id": "B"}, {"relationship": "spouse"},
        {"family_id": "2", "election": "enroll", "plan_id": "A"}, {"family_id": "3", "election": "enroll"},
    )  # fmt: skip
    answer = priced(members, table(A=300_00, B=500_00), Contribution(employee=HALF, dependents=NOTHING), pay_periods=24)
    elected = answer.as_json()["elected"]
    assert {key: elected[key] for key in ("total", "employer", "employee")} == {
        "total": "1300.00", "employer": "400.00", "employee": "900.00",
    }  # fmt: skip
    assert elected["without_plan"] == ["3"]
    assert elected["employees"][0]["per_pay_period"] == {"periods": 24, "employee": "375.00"}


def test_a_chosen_plan_without_rates_is_named_and_not_zero() -> None:
    members = people({"plan_id": "C"}, {"family_id": "2", "plan_id": "A"})
    elected = priced(members, table(A=300_00)).as_json()["elected"]
    assert elected["total"] == "300.00"
    assert [(one["member_id"], one["plan_id"]) for one in elected["refused"]] == [("0", "C")]
    assert "C is not in the rates at hand" in elected["refused"][0]["because"]


def test_a_chosen_plan_is_added_up_whichever_plans_are_priced() -> None:
    answer = priced(people({"plan_id": "B"}), table(A=300_00, B=500_00), plan_ids=["A"])
    assert [one.plan.plan_id for one in answer.plans] == ["A"]
    assert answer.elected is not None
    assert answer.elected.monthly.total == 500_00


def test_part_timers_are_priced_and_named() -> None:
    notes = priced(people({"hours_per_week": 29_99}, {"family_id": "2", "hours_per_week": 30_00}), table(A=1_00)).notes
    assert any("fewer than 30 hours a week: member 0." in note for note in notes)


def test_a_reference_plan_without_rates_is_an_error() -> None:
    promise = Contribution(employee=PercentOf(percent=Fraction(1), of=ReferencePlan(reference_plan="Z")))
    with pytest.raises(Refused, match="reference plan has no rates"):
        priced(people({}), table(A=300_00), promise)


def test_a_grown_child_is_priced_and_asked_about() -> None:
    members = people({}, {"relationship": "child", "date_of_birth": date(1999, 10, 1)},
                     {"relationship": "child", "date_of_birth": date(1999, 10, 2)})  # fmt: skip
    notes = priced(members, table(A=100_00)).notes
    assert sum("is a child of" in note for note in notes) == 1
    assert any("Member 1 is a child of 26" in note for note in notes)


FAMILIES = st.lists(
    st.lists(st.tuples(st.sampled_from(["spouse", "child", "disabled_child"]), st.integers(0, 35)), max_size=7),
    min_size=1, max_size=6,
)  # fmt: skip
SHARES = st.builds(PercentOf, percent=st.fractions(0, 1, max_denominator=1000)) | st.builds(
    Flat, dollars=st.integers(0, 1000_00)
)


@given(FAMILIES, SHARES, SHARES, st.integers(1, 2000_00))
@settings(max_examples=60, deadline=None)
def test_totals_are_sums_of_members_and_shares_are_those_of_a_plain_loop(
    families: list[list[tuple[str, int]]], employee: PercentOf | Flat, dependents: PercentOf | Flat, base: int
) -> None:
    """The matrix against the rule said one member at a time."""
    rows: list[dict[str, Any]] = []
    for place, family in enumerate(families):
        rows.append({"family_id": str(place), "date_of_birth": date(1980, 5, 5)})
        rows += [
            {"family_id": str(place), "relationship": relationship, "date_of_birth": date(2025 - age, 9, 30)}
            for relationship, age in family
        ]
    rates = table(A={band: base + 37 * number for number, band in enumerate(BANDS)})
    answer = priced(people(*rows), rates, Contribution(employee=employee, dependents=dependents), with_members=True)

    def share(promise: PercentOf | Flat, rate: int) -> int:
        if isinstance(promise, Flat):
            return min(promise.dollars, rate)
        exact = rate * promise.percent
        return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)

    total = employer = 0
    per_member = answer.plans[0].member_premiums
    assert per_member is not None
    of_family: dict[str, int] = {}
    for row, cents in zip(answer.members.rows(named=True), per_member, strict=True):
        assert cents == (base + 37 * band_of(row["age"]) if row["charged"] else 0)
        total += cents
        if row["relationship"] == "employee":
            employer += share(employee, cents)
        elif isinstance(dependents, Flat):
            of_family[row["family_id"]] = of_family.get(row["family_id"], 0) + cents
        else:
            employer += share(dependents, cents)
    employer += sum(share(dependents, cents) for cents in of_family.values())
    monthly = answer.plans[0].monthly
    assert (monthly.total, monthly.employer) == (total, employer)
