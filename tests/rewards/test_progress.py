"""Progress of a broker: what is at risk is what is later lost, and a forecast is what the later run finds."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smallgroup.rewards.earn import Earned, earn
from smallgroup.rewards.progress import progress
from smallgroup.rewards.read_sales import COLUMNS, read_sales
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import chosen_programs

SAMPLE = Path(__file__).parents[2] / "examples" / "sales"
PROGRAMS = chosen_programs(())
DAYS = [date(2025, 9, 1), date(2025, 10, 1), date(2025, 12, 1), date(2026, 1, 1)]


def sample() -> Sales:
    return read_sales({
        name: pl.read_csv(SAMPLE / f"{name}.csv", infer_schema=False)
        for name in COLUMNS if (SAMPLE / f"{name}.csv").exists()
    })  # fmt: skip


def book(sizes: list[tuple[int, int, str]]) -> Sales:
    """Groups of (day, members, brokers): brokers as "A", or "AB" for halves. C is paid together with A."""
    sales, members, splits = ["group_id,state,market,effective_date,channel,prior_contract,origin,only_carrier"], \
        ["group_id,member_id,role,effective_date"], ["group_id,broker_id,share,from_date"]  # fmt: skip
    for place, (day, size, of) in enumerate(sizes):
        id, on = f"G{place:02d}", DAYS[day]
        sales.append(f"{id},CA,small,{on},direct,never,none,yes")
        members += [f"{id},{n},subscriber,{on}" for n in range(size)]
        splits += [f"{id},{broker},1/{len(of)},{on}" for broker in of]
    brokers = [
        "broker_id,payee_id,license_state,licensed_from,appointment_state,appointed_from,agreement_from,good_standing_from"
    ]
    brokers += [f"{id},{'A' if id == 'C' else id},CA,2020-01-01,CA,2020-01-01,2020-01-01,2020-01-01" for id in "ABC"]
    tables = {"sales": sales, "members": members, "splits": splits, "brokers": brokers}
    return read_sales({name: pl.read_csv(io.StringIO("\n".join(rows)), infer_schema=False)
                       for name, rows in tables.items()})  # fmt: skip


def total(earned: Earned, broker: int) -> int:
    return int(earned.lines.filter(pl.col("broker") == broker)["cents"].sum())


def ended(sales: Sales, group_id: str, last: date) -> Sales:
    here = pl.col("group_id") == group_id
    return replace(sales, sales=sales.sales.with_columns(
        last_covered_day=pl.when(here).then(pl.lit(last)).otherwise("last_covered_day"),
        termination_known_on=pl.when(here).then(None).otherwise("termination_known_on"),
    ))  # fmt: skip


BOOKS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 40), st.sampled_from(["A", "B", "C", "AB", "ABC"])),
                 min_size=1, max_size=7)  # fmt: skip


@given(sizes=BOOKS)
@settings(max_examples=15, deadline=None)
def test_what_is_at_risk_is_lost_when_the_group_ends(sizes: list[tuple[int, int, str]]) -> None:
    sales, as_of = book(sizes), date(2026, 1, 15)
    whole = earn(sales, PROGRAMS, as_of)
    for broker in range(3):
        found = progress(sales, PROGRAMS, broker, as_of)
        assert found.cents == total(whole, broker)
        for risk, cents in found.at_risk:
            assert risk.until == sales.sales.filter(group_id=risk.group_id)["effective_date"][0] + timedelta(days=90)
            later = earn(ended(sales, risk.group_id, risk.until - timedelta(days=1)), PROGRAMS, as_of)
            assert total(whole, broker) - total(later, broker) == cents
            kept = earn(ended(sales, risk.group_id, risk.until), PROGRAMS, as_of)
            assert total(kept, broker) == total(whole, broker)


@pytest.mark.parametrize("later", [date(2026, 2, 28), date(2026, 4, 1), date(2026, 4, 2), date(2027, 1, 1)])
def test_a_forecast_is_what_the_later_run_finds(later: date) -> None:
    sales = sample()
    today = date(2026, 1, 15)  # before the end of EX-04 is known
    for broker in range(3):
        forecast = progress(sales, PROGRAMS, broker, later, known_on=today)
        assert forecast.cents == total(earn(sales.known_on(today), PROGRAMS, later), broker)
    assert progress(sales, PROGRAMS, 0, later, known_on=today).cents != progress(sales, PROGRAMS, 0, later).cents


def test_the_next_tier_and_what_it_is_worth() -> None:
    for size, wanted in {0: (25, 25, 1000_00), 24: (25, 1, 1000_00), 25: (50, 25, 2500_00), 49: (50, 1, 2500_00),
                         50: (100, 50, 5000_00), 149: (150, 1, 7500_00)}.items():  # fmt: skip
        sales = book([(0, size, "A")]) if size else book([(0, 30, "B")])
        tier = progress(sales, PROGRAMS, 0, date(2026, 1, 15)).next_tier
        assert tier is not None
        assert (tier.at, tier.short, tier.worth) == wanted
        more = progress(book([(0, size + tier.short, "A")]), PROGRAMS, 0, date(2026, 1, 15)).cents
        assert more - progress(sales, PROGRAMS, 0, date(2026, 1, 15)).cents == tier.gain
    assert progress(book([(0, 150, "A")]), PROGRAMS, 0, date(2026, 1, 15)).next_tier is None


def test_the_sample_is_what_its_maker_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy

    made = runpy.run_path(str(SAMPLE.parent / "make_sales.py"))
    monkeypatch.setitem(made["main"].__globals__, "FOLDER", tmp_path / "sales")
    made["main"]()
    for path in SAMPLE.glob("*.csv"):
        assert list(csv.reader(path.open())) == list(csv.reader((tmp_path / "sales" / path.name).open()))
