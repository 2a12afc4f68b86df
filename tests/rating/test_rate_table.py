"""Filed rates are looked up: bands, gaps, quarters, tobacco, two layouts, and what order never changes."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallgroup.errors import Refused
from smallgroup.money import cents, dollars
from smallgroup.rating.bands import BANDS, band_of, read_band, spoken_bands
from smallgroup.rating.rate_table import (
    MISSING,
    TOBACCO_NO,
    TOBACCO_UNKNOWN,
    TOBACCO_YES,
    AreaRates,
    Plan,
    RateTable,
    parse_rates,
    rate_column,
)

OCTOBER = date(2025, 10, 1)
MADE_UP = "illustrative, not filed"
Row = dict[str, str]


def plan_rows(plan_id: str = "KP-X", *, cents_at_21: int = 30000, **changes: str) -> list[Row]:
    """A complete plan in area 3 from July 2025 to June 2026: each year older costs a dollar more."""
    row = {
        "plan_id": plan_id, "name": f"Plan {plan_id}", "metal": "Silver", "kind": "hmo", "rating_area": "3",
        "effective_from": "2025-07-01", "effective_to": "2026-06-30", "tobacco": "", "basis": "",
    }  # fmt: skip
    first = cents_at_21 - 100 * band_of(21)
    return [
        row | {"age_band": band, "monthly_rate": f"{(first + 100 * i) / 100:.2f}"} | changes
        for i, band in enumerate(BANDS)
    ]  # fmt: skip


def at(rows: list[Row], band: str, **changes: str) -> list[Row]:
    return [row | changes if row["age_band"] == band else row for row in rows]


def without(rows: list[Row], *bands: str) -> list[Row]:
    return [row for row in rows if row["age_band"] not in bands]


def table(*rows: Iterable[Row]) -> RateTable:
    return parse_rates(pl.DataFrame([row for several in rows for row in several]), file="rates.csv")


def rate(found: AreaRates, plan_id: str, age: int, tobacco: int = TOBACCO_NO) -> int:
    return int(found.monthly[found.row_of[plan_id], rate_column(age, tobacco)])


def refusal(*rows: Iterable[Row]) -> list[str]:
    with pytest.raises(Refused) as caught:
        table(*rows)
    return [str(problem) for problem in caught.value.problems]


# Bands


@pytest.mark.parametrize(
    ("age", "text"),
    [(0, "0-14"), (14, "0-14"), (15, "15"), (16, "16"), (21, "21"), (63, "63"), (64, "64+"), (99, "64+")],
)
def test_an_age_has_its_band(age: int, text: str) -> None:
    assert BANDS[band_of(age)] == text


def test_there_are_51_bands() -> None:
    assert len(BANDS) == 51


def test_nobody_is_rated_before_birth() -> None:
    with pytest.raises(ValueError, match="-1 does not exist"):
        band_of(-1)


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("0-14", 0),
        ("0 - 14", 0),
        ("15", 1),
        ("63", 49),
        ("64+", 50),
        ("64 and over", 50),
        ("64 and Older", 50),
    ],
)
def test_files_write_bands_in_several_ways(text: str, band: int) -> None:
    assert read_band(text) == band


@pytest.mark.parametrize("text", ["0-20", "64", "65 and over", "65+"])
def test_a_band_of_before_2018_is_named_as_such(text: str) -> None:
    with pytest.raises(ValueError, match="before 2018"):
        read_band(text)


@pytest.mark.parametrize("text", ["", "14", "0-15", "66", "adult", "15.0"])
def test_anything_else_is_no_band(text: str) -> None:
    with pytest.raises(ValueError, match="is not an age band"):
        read_band(text)


def test_bands_are_spoken_in_runs() -> None:
    assert spoken_bands([band_of(40)]) == "age 40"
    assert spoken_bands([0]) == "ages 0-14"
    assert spoken_bands([0, 1, 26, 27, 49, 50]) == "ages 0-15, 40-41, 63+"
    assert spoken_bands(range(51)) == "every age"


# Looking up


def test_rates_are_found_by_plan_and_age() -> None:
    found = table(plan_rows("KP-B"), plan_rows("KP-A", cents_at_21=20000)).in_area(3, OCTOBER)
    assert [plan.plan_id for plan in found.plans] == ["KP-A", "KP-B"]
    assert found.plans[0] == Plan("KP-A", "Plan KP-A", "Silver", "hmo")
    assert found.monthly.shape == (2, 153)
    assert found.monthly.dtype == np.int64
    assert rate(found, "KP-A", 21) == 20000
    assert [rate(found, "KP-B", age) for age in (14, 15, 63, 64, 80)] == [29300, 29400, 34200, 34300, 34300]
    assert found.refused == ()


def test_the_matrix_cannot_be_written_to() -> None:
    found = table(plan_rows()).in_area(3, OCTOBER)
    with pytest.raises(ValueError, match="read-only"):
        found.monthly[0, 0] = 1


@pytest.mark.parametrize(
    ("on", "cents"),
    [
        (date(2025, 6, 30), None), (date(2025, 7, 1), 30000), (date(2025, 9, 30), 30000),
        (date(2025, 10, 1), 31000), (date(2025, 12, 31), 31000), (date(2026, 1, 1), None),
    ],
)  # fmt: skip
def test_a_quarter_holds_from_its_first_to_its_last_day(on: date, cents: int | None) -> None:
    third = plan_rows(effective_to="2025-09-30")
    fourth = plan_rows(cents_at_21=31000, effective_from="2025-10-01", effective_to="2025-12-31")
    filed = table(third, fourth)
    found = filed.in_area(3, on)
    assert (rate(found, "KP-X", 21) if found.plans else None) == cents
    assert filed.gaps() == []


def test_a_rate_may_hold_for_one_day() -> None:
    filed = table(plan_rows(effective_from="2025-10-01", effective_to="2025-10-01"))
    assert len(filed.in_area(3, OCTOBER).plans) == 1
    assert filed.gaps() == []


def test_an_empty_end_is_open() -> None:
    filed = table(plan_rows(effective_to=""))
    assert rate(filed.in_area(3, date(2099, 1, 1)), "KP-X", 21) == 30000
    assert filed.gaps() == []
    assert "known from July 1, 2025. " in filed.in_area(3, date(2025, 1, 1)).why_absent("KP-X")


def test_an_area_without_rates_has_no_plan() -> None:
    found = table(plan_rows()).in_area(4, OCTOBER)
    assert found.plans == ()
    assert found.monthly.shape == (0, 153)


def test_the_area_may_be_written_in_words() -> None:
    assert table(plan_rows(rating_area="Rating Area 3")).sha256 == table(plan_rows()).sha256


# What refuses a plan


ASK = "Ask the carrier for the filed rate; nothing is derived."


def test_a_missing_rate_refuses_the_plan_by_name_and_no_other() -> None:
    filed = table(without(plan_rows("KP-X"), "40"), plan_rows("KP-Y"))
    found = filed.in_area(3, OCTOBER)
    assert [plan.plan_id for plan in found.plans] == ["KP-Y"]
    [refused] = found.refused
    assert refused.plan_id == "KP-X"
    assert refused.because == f"KP-X has no rate in rating area 3 for age 40 on October 1, 2025. {ASK}"
    assert found.why_absent("KP-X") == refused.because
    [gap] = filed.gaps(file="rates.csv")
    assert str(gap) == (
        f"rates.csv, plan KP-X: KP-X has no rate in rating area 3 for age 40 from July 1, 2025 to June 30, 2026. {ASK}"
    )


@pytest.mark.parametrize(
    ("written", "seen"),
    [("", "no rate"), ("0", "a rate of zero"), ("0.00", "a rate of zero"), ("-0.01", "a negative rate")],
)
@pytest.mark.parametrize(
    ("band", "spoken"), [("0-14", "ages 0-14"), ("15", "age 15"), ("63", "age 63"), ("64+", "ages 64+")]
)
def test_an_empty_zero_or_negative_rate_is_no_rate(written: str, seen: str, band: str, spoken: str) -> None:
    filed = table(at(plan_rows(), band, monthly_rate=written))
    [refused] = filed.in_area(3, OCTOBER).refused
    assert f"KP-X has {seen} in rating area 3 for {spoken} on October 1, 2025." in refused.because
    assert len(filed.gaps()) == 1


def test_one_cent_is_a_rate() -> None:
    found = table(at(plan_rows(), "40", monthly_rate="0.01")).in_area(3, OCTOBER)
    assert rate(found, "KP-X", 40) == 1


def test_a_rate_filed_twice_refuses_the_plan_even_when_equal() -> None:
    rows = plan_rows()
    filed = table(rows, [rows[5]])
    [refused] = filed.in_area(3, OCTOBER).refused
    assert "KP-X has more than one rate in rating area 3 for age 19 on" in refused.because
    assert len(filed.gaps()) == 1


def test_overlapping_quarters_are_doubled_on_the_days_they_share_only() -> None:
    filed = table(plan_rows(effective_to="2025-10-01"), plan_rows(effective_from="2025-10-01"))
    assert [r.plan_id for r in filed.in_area(3, OCTOBER).refused] == ["KP-X"]
    for on in (date(2025, 9, 30), date(2025, 10, 2)):
        assert [plan.plan_id for plan in filed.in_area(3, on).plans] == ["KP-X"]
    [gap] = filed.gaps()
    assert "more than one rate in rating area 3 for every age from October 1, 2025 to October 1, 2025" in gap.why


def test_a_gap_in_one_quarter_leaves_the_other() -> None:
    filed = table(
        plan_rows(effective_to="2025-09-30"),
        without(plan_rows(effective_from="2025-10-01"), "21", "22", "50"),
    )
    assert filed.in_area(3, date(2025, 9, 30)).refused == ()
    assert "for ages 21-22, 50 on" in filed.in_area(3, OCTOBER).refused[0].because
    assert len(filed.gaps()) == 1


def test_gaps_are_told_for_each_area() -> None:
    filed = table(*(without(plan_rows(rating_area=area), "30") for area in ("1", "2")), plan_rows())
    assert [gap.why.split(" for ")[0] for gap in filed.gaps()] == [
        "KP-X has no rate in rating area 1", "KP-X has no rate in rating area 2",
    ]  # fmt: skip


# Tobacco


def test_one_rate_for_everybody_stands_in_all_blocks() -> None:
    found = table(plan_rows(tobacco="any")).in_area(3, OCTOBER)
    no, yes, unknown = np.split(found.monthly[0], 3)
    assert (no == yes).all()
    assert (no == unknown).all()


def test_where_tobacco_matters_nobody_is_priced_without_the_fact() -> None:
    with_tobacco = [
        row | {"monthly_rate": "999.00"} if row["age_band"] in ("21", "64+") else row
        for row in plan_rows(tobacco="yes")
    ]
    found = table(plan_rows(tobacco="no"), with_tobacco).in_area(3, OCTOBER)
    assert rate(found, "KP-X", 21, TOBACCO_NO) == 30000
    assert rate(found, "KP-X", 21, TOBACCO_YES) == 99900
    assert rate(found, "KP-X", 21, TOBACCO_UNKNOWN) == MISSING
    assert rate(found, "KP-X", 70, TOBACCO_UNKNOWN) == MISSING
    assert rate(found, "KP-X", 22, TOBACCO_UNKNOWN) == 30100


def test_a_plan_that_files_only_the_rate_without_tobacco_is_refused() -> None:
    [refused] = table(plan_rows(tobacco="no")).in_area(3, OCTOBER).refused
    assert "KP-X has no rate in rating area 3 for every age with tobacco on" in refused.because


def test_everybodys_rate_beside_a_tobacco_rate_is_doubled() -> None:
    beside = [row for row in plan_rows(tobacco="yes") if row["age_band"] == "30"]
    [refused] = table(plan_rows(), beside).in_area(3, OCTOBER).refused
    assert "KP-X has more than one rate in rating area 3 for age 30 with tobacco on" in refused.because


# Lowest-priced


def lowest(*plans: tuple[str, int, str]) -> tuple[str | None, list[str]]:
    found = table(*(plan_rows(i, cents_at_21=c, kind=k) for i, c, k in plans)).in_area(3, OCTOBER)
    answer = found.lowest_priced([i for i, _, _ in plans])
    return answer.plan and answer.plan.plan_id, [plan.plan_id for plan in answer.kind_unknown]


def test_the_lowest_priced_plan_is_no_out_of_area_plan() -> None:
    assert lowest(("A", 30000, "hmo"), ("B", 29999, "ppo"), ("C", 100, "ooa_ppo")) == ("B", [])


def test_equal_rates_go_by_plan_id() -> None:
    assert lowest(("B", 30000, "hmo"), ("A", 30000, "ppo")) == ("A", [])


def test_none_is_not_the_same_as_unknown() -> None:
    assert lowest(("A", 30000, "ooa_ppo")) == (None, [])
    assert lowest(("A", 30000, "")) == (None, ["A"])


@pytest.mark.parametrize(("cents", "answer"), [(29999, (None, ["B"])), (30000, ("A", [])), (30001, ("A", []))])
def test_an_unknown_kind_matters_only_where_it_could_win(cents: int, answer: tuple[str | None, list[str]]) -> None:
    assert lowest(("A", 30000, "hmo"), ("B", cents, "")) == answer


def test_an_unknown_kind_that_ties_before_the_known_one_could_win() -> None:
    assert lowest(("B", 30000, "hmo"), ("A", 30000, "")) == (None, ["A"])


def test_only_the_plans_asked_for_count() -> None:
    found = table(plan_rows("A", cents_at_21=10000), plan_rows("B")).in_area(3, OCTOBER)
    assert found.lowest_priced(["B", "ABSENT"]).plan == found.plans[1]
    assert found.lowest_priced([]).plan is None


# Why a plan is absent


def test_an_unknown_plan_names_the_nearest() -> None:
    found = table(plan_rows("KP-GA-SILVER-1")).in_area(3, OCTOBER)
    assert found.why_absent("KP-GA-SILVR-1") == (
        "KP-GA-SILVR-1 is not in the rates at hand. Did you mean KP-GA-SILVER-1?"
    )


def test_a_plan_of_other_areas_names_them() -> None:
    found = table(plan_rows(rating_area="1"), plan_rows(rating_area="16")).in_area(3, OCTOBER)
    assert "is not filed in rating area 3; it is filed in rating areas 1, 16." in found.why_absent("KP-X")


def test_a_plan_of_other_days_names_them() -> None:
    filed = table(plan_rows(effective_to="2025-09-30"), plan_rows(effective_from="2025-10-01"))
    assert (
        "KP-X has no rates in rating area 3 on July 1, 2026; known from July 1, 2025 to June 30, 2026."
        in filed.in_area(3, date(2026, 7, 1)).why_absent("KP-X")
    )


def test_a_plan_with_rates_is_not_absent() -> None:
    with pytest.raises(ValueError, match="has rates"):
        table(plan_rows()).in_area(3, OCTOBER).why_absent("KP-X")


# Basis


def test_the_basis_is_carried() -> None:
    filed = table(plan_rows("A", basis="illustrative, not filed"), plan_rows("B"))
    assert filed.basis == "illustrative, not filed"
    assert filed.basis_of("A") == "illustrative, not filed"
    assert filed.basis_of("B") is None
    assert table(plan_rows()).basis is None


# Bad files: each problem a sentence, all of them at once


def test_every_problem_is_said_at_once() -> None:
    rows = plan_rows()
    rows[0] = rows[0] | {"plan_id": " "}
    rows[1] = rows[1] | {"rating_area": "Atlanta"}
    rows[2] = rows[2] | {"effective_from": "2025-02-31"}
    rows[3] = rows[3] | {"effective_to": "10/1/2025"}
    rows[4] = rows[4] | {"effective_to": "2025-06-30"}
    rows[5] = rows[5] | {"tobacco": "maybe"}
    rows[6] = rows[6] | {"age_band": "14"}
    rows[7] = rows[7] | {"monthly_rate": "300.001"}
    rows[8] = rows[8] | {"monthly_rate": "$300"}
    said = refusal(rows, plan_rows("KP-Y", kind="epo")[:1])
    day_form = "Write it as YYYY-MM-DD, for example 1990-02-28."
    assert {sentence.removeprefix("rates.csv, row ") for sentence in said} == {
        "2, plan_id: There is no plan id. Write the carrier's plan id in each row.",
        "3, rating_area: 'Atlanta' is not a rating area. Write it as 3 or Rating Area 3.",
        f"4, effective_from: 31 February does not exist. {day_form}",
        f"5, effective_to: '10/1/2025' is not a date. {day_form}",
        "6, effective_to: 2025-06-30 comes before the day on which the rate begins. Write its last day.",
        "7, tobacco: 'maybe' does not say whose rate this is. Write it as no, yes, or any (for everybody).",
        "8, age_band: '14' is not an age band. Write it as 0-14, 15 … 63, or 64+.",
        "9, monthly_rate: 300.001 has more than two decimals. Write it to the cent, as in 250.00.",
        "10, monthly_rate: '$300' is not an amount in dollars and cents. Write it as 250.00.",
        "53, kind: 'epo' is not a kind of plan. Write it as hmo, ppo or ooa_ppo, or not at all.",
    }
    assert len(said) == 10


def test_a_problem_points_at_its_cell() -> None:
    with pytest.raises(Refused) as caught:
        table(at(plan_rows(), "15", monthly_rate="1,000.00"))
    [problem] = caught.value.problems
    assert (problem.row, problem.column, problem.seen) == (3, "monthly_rate", "1,000.00")
    assert problem.fix == "Write it as 250.00."


def test_unknown_and_missing_columns_are_named() -> None:
    rows = [
        {key: value for key, value in row.items() if key != "age_band"} | {"monthy_rate_2": "1"} for row in plan_rows()
    ]
    assert refusal(rows) == [
        "rates.csv, monthy_rate_2: The column 'monthy_rate_2' is not known. Did you mean monthly_rate?",
        "rates.csv: The column age_band is missing. Write it into the header, and its values below.",
    ]


def test_columns_that_nobody_needs_may_be_left_out() -> None:
    rows = [
        {key: row[key] for key in row if key not in ("name", "metal", "kind", "tobacco", "basis")}
        for row in plan_rows()
    ]
    assert table(rows).plans == (Plan("KP-X"),)


def test_a_header_alone_is_no_rate_file() -> None:
    empty = pl.DataFrame(plan_rows()).clear()
    with pytest.raises(Refused, match="There is not one row of rates"):
        parse_rates(empty, file="rates.csv")


def test_a_plan_is_described_once() -> None:
    said = refusal(at(at(plan_rows(), "20", kind="ppo"), "21", basis=MADE_UP))
    same = "Write the same in all rows of a plan."
    assert said == [
        f"rates.csv, row 8, kind: Plan KP-X has ppo here, hmo in an earlier row. {same}",
        f"rates.csv, row 9, basis: Plan KP-X has {MADE_UP} here, nothing in an earlier row. {same}",
    ]


def test_a_column_wrong_throughout_is_told_by_its_first_rows_and_a_number() -> None:
    said = refusal(*(plan_rows(f"P{i}", monthly_rate="x") for i in range(3)))
    assert len(said) == 101
    assert said[-1] == "rates.csv, monthly_rate: 53 more rows are wrong in this column."


def test_blank_lines_are_passed_over_and_counted() -> None:
    blank = dict.fromkeys(plan_rows()[0])
    frame = pl.DataFrame([*plan_rows()[:1], blank, *plan_rows()[1:]])
    assert parse_rates(frame, file="rates.csv").sha256 == table(plan_rows()).sha256
    frame[2, "age_band"] = "x"
    with pytest.raises(Refused, match=r"rates\.csv, row 4, age_band"):
        parse_rates(frame, file="rates.csv")


@pytest.mark.parametrize(("written", "cents"), [("250", 25000), ("250.5", 25050), ("250.05", 25005), (" 0.10 ", 10)])
def test_amounts_are_read_from_their_digits(written: str, cents: int) -> None:
    assert rate(table(plan_rows(monthly_rate=written)).in_area(3, OCTOBER), "KP-X", 40) == cents


# The CMS Rate PUF


def puf_rows(plan_id: str = "99999GA0010001", **changes: str) -> list[Row]:
    row = {
        "BusinessYear": "2025", "StateCode": "GA", "IssuerId": "99999", "SourceName": "HIOS",
        "ImportDate": "2025-08-14", "RateEffectiveDate": "2025-10-01", "RateExpirationDate": "2025-12-31",
        "PlanId": plan_id, "RatingAreaId": "Rating Area 3", "Tobacco": "No Preference",
        "IndividualRate": "301.50", "IndividualTobaccoRate": "", "Couple": "",
    }  # fmt: skip
    bands = [*BANDS[:-1], "64 and over"]
    return [row | {"Age": band} | changes for band in bands]


def puf(*rows: Iterable[Row], state: str | None = None, attributes: pl.DataFrame | None = None) -> RateTable:
    frame = pl.DataFrame([row for several in rows for row in several])
    return parse_rates(frame, file="Rate_PUF.csv", state=state, attributes=attributes)


def test_the_puf_loads_as_it_is() -> None:
    filed = puf(puf_rows(), puf_rows("99999GA0010002", RateEffectiveDate="10/1/2025", RateExpirationDate="12/31/2025"))
    assert filed.gaps() == []
    assert filed.state == "GA"
    found = filed.in_area(3, OCTOBER)
    assert found.plans == (Plan("99999GA0010001"), Plan("99999GA0010002"))
    assert [rate(found, "99999GA0010002", age, TOBACCO_UNKNOWN) for age in (3, 40, 70)] == [30150] * 3


def test_the_puf_has_a_rate_with_and_without_tobacco() -> None:
    by_tobacco = {"Tobacco": "Tobacco User/Non-Tobacco User", "IndividualTobaccoRate": "361.80"}
    found = puf(puf_rows(**by_tobacco)).in_area(3, OCTOBER)
    plan_id = found.plans[0].plan_id
    assert [rate(found, plan_id, 40, block) for block in range(3)] == [30150, 36180, MISSING]


def test_an_empty_tobacco_rate_is_a_gap_from_21_on() -> None:
    filed = puf(puf_rows(Tobacco="Tobacco User/Non-Tobacco User"))
    [refused] = filed.in_area(3, OCTOBER).refused
    assert "no rate in rating area 3 for ages 21+ with tobacco" in refused.because


def test_family_option_rows_are_left_out_with_their_number() -> None:
    filed = puf(puf_rows(), puf_rows("99999GA0020001", Age="Family Option")[:2])
    assert filed.notes == ("2 rows of the Family Option were left out: they hold rates by family tier, not by age.",)
    assert [plan.plan_id for plan in filed.plans] == ["99999GA0010001"]


def test_a_puf_of_several_states_wants_one_chosen() -> None:
    rows = [puf_rows(), puf_rows("88888AL0010001", StateCode="AL", IndividualRate="bad")]
    with pytest.raises(Refused, match=r"The file holds rates of 2 states: AL, GA\. Choose one with --state\."):
        puf(*rows)
    assert puf(*rows, state="ga").state == "GA"
    with pytest.raises(Refused, match=r"no rates of FL\. Choose one of AL, GA\."):
        puf(*rows, state="FL")
    with pytest.raises(Refused, match=r"Rate_PUF\.csv, row 53, IndividualRate: 'bad'"):
        puf(*rows, state="AL")


def test_an_old_puf_is_refused_because_the_bands_changed() -> None:
    with pytest.raises(Refused, match="years before 2018"):
        puf(puf_rows(Age="0-20"))


def test_the_plan_attributes_name_the_plans() -> None:
    ids = ["99999GA0010001", "99999GA0010002", "99999GA0010003", "99999GA0020001", "99999GA0030001"]
    attributes = pl.DataFrame({
        "PlanId": [f"{plan_id}-00" for plan_id in ids[:1]] + [f"{plan_id}-01" for plan_id in ids[1:]],
        "StandardComponentId": ids,
        "PlanMarketingName": ["Gold One", "Silver Two", "Silver Three", "Mine Alone", "Teeth"],
        "MetalLevel": ["Gold", "Silver", "Silver", "Silver", "High"],
        "PlanType": ["HMO", "PPO", "POS", "HMO", "PPO"],
        "MarketCoverage": ["SHOP (Small Group)"] * 3 + ["Individual", "SHOP (Small Group)"],
        "DentalOnlyPlan": ["No"] * 4 + ["Yes"],
    })  # fmt: skip
    for frame in (attributes, attributes.drop("StandardComponentId")):
        filed = puf(*(puf_rows(plan_id) for plan_id in ids), attributes=frame)
        assert filed.plans == (
            Plan(ids[0], "Gold One", "Gold", "hmo"), Plan(ids[1], "Silver Two", "Silver", "ppo"),
            Plan(ids[2], "Silver Three", "Silver", None),
        )  # fmt: skip
        assert filed.notes[0] == "102 rows of plans for individuals or of dental plans were left out."
        assert filed.notes[1].startswith("Plans of type POS keep an unknown kind")


# What order never changes


MANY = [
    *plan_rows("A", effective_to="2025-09-30"),
    *plan_rows("A", effective_from="2025-10-01", tobacco="no"),
    *plan_rows("A", effective_from="2025-10-01", tobacco="yes", monthly_rate="900.00"),
    *without(plan_rows("B"), "33"),
    *plan_rows("C", kind=""),
    *plan_rows("C", rating_area="4", kind=""),
    *plan_rows("D", cents_at_21=20000)[3:7] * 2,
]


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_neither_hash_nor_answers(luck: random.Random) -> None:
    shuffled = list(MANY)
    luck.shuffle(shuffled)
    one, other = table(MANY), table(shuffled)
    assert one.sha256 == other.sha256
    assert one.gaps() == other.gaps()
    for area in (3, 4):
        a, b = one.in_area(area, OCTOBER), other.in_area(area, OCTOBER)
        assert (a.plans, a.refused) == (b.plans, b.refused)
        assert (a.monthly == b.monthly).all()


@given(st.integers(0, len(MANY) - 1), st.integers(1, 500))
def test_every_cent_is_in_the_hash(index: int, more: int) -> None:
    row = MANY[index]
    changed = row | {"monthly_rate": dollars(cents(row["monthly_rate"]) + more)}
    assert table([*MANY[:index], changed, *MANY[index + 1 :]]).sha256 != table(MANY).sha256
