"""The store of imported rates: whole or not at all, once, and never two rates for one day."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from smallgroup.errors import Refused
from smallgroup.intake.rate_store import RateStore
from smallgroup.rating.bands import BANDS
from smallgroup.rating.rate_table import RateTable, parse_rates

TODAY = date(2025, 9, 12)
LATER = date(2025, 9, 13)


def table(
    plan_id: str = "KP-X", *, state: str | None = None, bands: tuple[str, ...] = BANDS, **changes: str
) -> RateTable:
    row = {
        "plan_id": plan_id, "name": f"Plan {plan_id}", "metal": "Silver", "kind": "hmo", "rating_area": "3",
        "effective_from": "2025-07-01", "effective_to": "2025-12-31", "tobacco": "", "monthly_rate": "300.00",
        "basis": "",
    }  # fmt: skip
    frame = pl.DataFrame([row | {"age_band": band} | changes for band in bands])
    return parse_rates(frame, file="rates.csv", state=state)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def store(tmp_path: Path) -> RateStore:
    return RateStore(tmp_path / "rates")


def test_what_was_imported_is_loaded_as_it_was(store: RateStore) -> None:
    filed = table(basis="illustrative, not filed")
    store.import_(filed, source_name="rates.csv", imported_on=TODAY)
    loaded = store.load()
    assert loaded.sha256 == filed.sha256
    assert loaded.basis == "illustrative, not filed"
    assert loaded.plans == filed.plans
    assert (loaded.in_area(3, TODAY).monthly == filed.in_area(3, TODAY).monthly).all()


def test_an_empty_store_says_how_to_fill_it(store: RateStore) -> None:
    assert store.list() == ()
    with pytest.raises(Refused, match=r"No rates are imported\. Import them: smallgroup rates import FILE\."):
        store.load()


def test_importing_twice_changes_nothing(store: RateStore) -> None:
    first = store.import_(table(), source_name="rates.csv", imported_on=TODAY)
    before = contents(store.folder)
    again = store.import_(table(), source_name="copy.csv", imported_on=LATER)
    assert again == first
    assert contents(store.folder) == before


def test_a_file_with_a_gap_is_refused_whole(store: RateStore) -> None:
    with pytest.raises(Refused, match=r"gap\.csv, plan KP-X: KP-X has no rate in rating area 3 for ages 64\+"):
        store.import_(table(bands=BANDS[:-1]), source_name="gap.csv", imported_on=TODAY)
    assert store.list() == ()


def test_the_list_tells_each_import_and_its_plans(store: RateStore) -> None:
    store.import_(table("KP-B", effective_to=""), source_name="b.csv", imported_on=LATER)
    store.import_(table("KP-A", basis="illustrative, not filed"), source_name="a.csv", imported_on=TODAY)
    a, b = store.list()
    assert (a.source_name, a.imported_on, a.rows, a.state) == ("a.csv", TODAY, 51, None)
    [plan] = a.plans
    assert (plan.plan.name, plan.plan.metal, plan.plan.kind, plan.areas) == (
        "Plan KP-A",
        "Silver",
        "hmo",
        (3,),
    )
    assert (plan.basis, plan.effective_from, plan.effective_to) == (
        "illustrative, not filed", date(2025, 7, 1), date(2025, 12, 31),
    )  # fmt: skip
    assert b.plans[0].effective_to is None


# Several imports


def test_the_next_quarter_joins_the_plan(store: RateStore) -> None:
    store.import_(table(), source_name="q3.csv", imported_on=TODAY)
    following = table(effective_from="2026-01-01", effective_to="2026-03-31", monthly_rate="310.00", name="New Name")
    store.import_(following, source_name="q1.csv", imported_on=TODAY)
    loaded = store.load()
    assert loaded.gaps() == []
    assert loaded.in_area(3, date(2025, 12, 31)).monthly[0, 0] == 30000
    assert loaded.in_area(3, date(2026, 1, 1)).monthly[0, 0] == 31000
    assert [plan.name for plan in loaded.plans] == ["New Name"]


def test_equal_rates_of_overlapping_days_stand_once(store: RateStore) -> None:
    store.import_(table(), source_name="a.csv", imported_on=TODAY)
    store.import_(table("KP-Y"), source_name="other.csv", imported_on=TODAY)
    overlap = table(effective_from="2025-10-01", effective_to="2026-06-30")
    store.import_(overlap, source_name="b.csv", imported_on=TODAY)
    loaded = store.load()
    assert loaded.gaps() == []
    assert loaded.spans_of("KP-X", 3) == ((date(2025, 7, 1), date(2026, 6, 30)),)
    assert len(loaded.in_area(3, date(2025, 11, 1)).plans) == 2


@pytest.mark.parametrize("first_day", ["2025-12-31", "2025-07-01"])
def test_two_rates_for_one_day_name_both_files(store: RateStore, first_day: str) -> None:
    store.import_(table(), source_name="a.csv", imported_on=TODAY)
    before = contents(store.folder)
    other = table(effective_from=first_day, effective_to="2026-06-30", monthly_rate="300.01")
    with pytest.raises(Refused) as caught:
        store.import_(other, source_name="b.csv", imported_on=TODAY)
    said = str(caught.value)
    assert said.startswith("Rates, plan KP-X: a.csv (")
    assert "and b.csv file different rates from" in said
    assert "to December 31, 2025 in rating area 3." in said
    assert contents(store.folder) == before


def test_two_stores_laid_together_are_refused_when_they_differ(store: RateStore, tmp_path: Path) -> None:
    elsewhere = RateStore(tmp_path / "elsewhere")
    store.import_(table(), source_name="a.csv", imported_on=TODAY)
    elsewhere.import_(table(monthly_rate="1.00"), source_name="b.csv", imported_on=TODAY)
    for name, content in contents(elsewhere.folder).items():
        (store.folder / name).write_bytes(content)
    with pytest.raises(Refused, match="file different rates"):
        store.load()


def test_two_kinds_of_one_plan_are_refused(store: RateStore) -> None:
    store.import_(table(), source_name="a.csv", imported_on=TODAY)
    with pytest.raises(Refused, match=r"plan KP-X: The plan's kind is hmo in a\.csv .* and ppo in b\.csv"):
        store.import_(table(kind="ppo", effective_from="2026-01-01", effective_to=""),
                      source_name="b.csv", imported_on=TODAY)  # fmt: skip


def test_a_kind_that_one_file_leaves_open_is_filled_by_another(store: RateStore) -> None:
    store.import_(table(kind=""), source_name="a.csv", imported_on=TODAY)
    store.import_(table(), source_name="b.csv", imported_on=TODAY)
    loaded = store.load()
    assert loaded.plans[0].kind == "hmo"
    assert loaded.gaps() == []


def test_states_are_kept_apart(store: RateStore) -> None:
    store.import_(table("GA-1", state="GA"), source_name="ga.csv", imported_on=TODAY)
    store.import_(table("AL-1", state="AL"), source_name="al.csv", imported_on=TODAY)
    with pytest.raises(Refused, match=r"Rates of 2 states are imported: AL, GA\. Choose one with --state\."):
        store.load()
    assert [plan.plan_id for plan in store.load(state="ga").plans] == ["GA-1"]
    with pytest.raises(Refused, match="No rates of FL are imported"):
        store.load(state="FL")


# What goes wrong on the way


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
import polars as pl
from smallgroup.intake import rate_store
from smallgroup.rating.rate_table import parse_rates

def stop(*_):
    os.kill(os.getpid(), signal.SIGKILL)

{where} = stop
frame = pl.read_csv(sys.argv[2], infer_schema=False)
rate_store.RateStore(Path(sys.argv[1])).import_(
    parse_rates(frame, file="b.csv"), source_name="b.csv", imported_on=date(2025, 9, 12)
)
"""


@pytest.mark.parametrize("where", ["os.fsync", "os.replace"])
def test_a_killed_import_leaves_the_store_as_it_was(store: RateStore, tmp_path: Path, where: str) -> None:
    store.import_(table("KP-A"), source_name="a.csv", imported_on=TODAY)
    before = store.load().sha256
    source = tmp_path / "b.csv"
    row = "KP-B,,,hmo,3,2025-07-01,,,{},300.00"
    header = "plan_id,name,metal,kind,rating_area,effective_from,effective_to,tobacco,age_band,monthly_rate"
    source.write_text("\n".join([header, *map(row.format, BANDS)]), "utf-8")
    script = KILLED.format(where=where)
    done = subprocess.run([sys.executable, "-c", script, str(store.folder), str(source)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert store.load().sha256 == before
    assert [one.source_name for one in store.list()] == ["a.csv"]
    store.import_(table("KP-B"), source_name="b.csv", imported_on=TODAY)
    assert [plan.plan_id for plan in store.load().plans] == ["KP-A", "KP-B"]


def test_a_failed_write_leaves_no_trace(store: RateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.import_(table("KP-A"), source_name="a.csv", imported_on=TODAY)
    before = contents(store.folder)

    def full(_: int) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("smallgroup.whole.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.import_(table("KP-B"), source_name="b.csv", imported_on=TODAY)
    assert contents(store.folder) == before


@pytest.mark.parametrize("damage", [b"", b"PAR1 but no more"])
def test_a_damaged_file_is_named(store: RateStore, damage: bytes) -> None:
    done = store.import_(table(), source_name="a.csv", imported_on=TODAY)
    path = store.folder / f"{done.sha256}.parquet"
    path.write_bytes(damage)
    with pytest.raises(Refused, match=f"Imported rates, {path.name}: The file is damaged"):
        store.load()


def test_a_file_changed_after_the_import_is_refused(store: RateStore) -> None:
    ours = store.import_(table(), source_name="a.csv", imported_on=TODAY)
    path = store.folder / f"{ours.sha256}.parquet"
    rows = pl.read_parquet(path).with_columns(pl.col("cents") - 1)
    rows.write_parquet(path, metadata=pl.read_parquet_metadata(path))
    with pytest.raises(Refused, match="changed after the import"):
        store.load()
