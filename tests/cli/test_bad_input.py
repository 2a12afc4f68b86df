"""Bad input ends in sentences and status 1, all of it at once, and nothing is half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import ROOT, Run


def edited(group: Path, *pairs: tuple[str, str]) -> Path:
    text = group.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    group.write_text(text)
    return group


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hours_required: 30", "hours_requird: 30", "Did you mean hours_required?"),
        ("county: Fulton", "county: Fultan", "Did you mean Fulton?"),
        ("effective_date: 2025-10-01", "effective_date: 2025-02-30", "30 February does not exist"),
        ("complete_on: 2025-09-12", "complete_on: null", "give --as-of"),
        ("complete_on: 2025-09-12", "complete_on: 2025-06-30", "kp-ga-2025-07 holds from 2025-07-01"),
        ("effective_date: 2025-10-01", "effective_date: null", "Add it, for example effective_date"),
        ("percent: 50, of: plan_chosen", "percent: 50, of: {reference_plan: X}", "reference plan has no rates"),
        ("group:\n", "group:\n  health_history: good\n", "'health_history' is not known"),
    ],
)
def test_a_group_file_that_is_wrong(run: Run, bakery: Path, old: str, new: str, said: str) -> None:
    edited(bakery, (old, new))
    status, out, err = run("quote", bakery)
    assert (status, out) == (1, "")
    assert said in err
    problems = json.loads(run("quote", bakery, "--json")[1])["errors"]
    assert any(said in problem["sentence"] for problem in problems)


def test_the_group_and_the_census_and_the_rates_are_told_at_once(run: Run, bakery: Path) -> None:
    edited(bakery, ("hours_required: 30", "hours_requird: 30"), ("entity: corporation", "entity: corp"))
    bakery.with_name("census.xlsx").write_text("not a workbook")
    bakery.with_name("rates.csv").write_text("plan_id,name\nA,B\n")
    status, _, err = run("quote", bakery)
    assert status == 1
    for part in ("hours_requird", "'corp'", "census.xlsx", "rates.csv"):
        assert part in err


def test_a_rate_file_with_a_gap_refuses_that_plan_and_prices_the_rest(run: Run, bakery: Path) -> None:
    rates = bakery.with_name("rates.csv")
    gap = "KP-GA-SILVER-1,Illustrative Silver 1 HMO,Silver,hmo,3,2025-07-01,2026-06-30,,40,"
    lines = rates.read_text().splitlines()
    assert sum(line.startswith(gap) for line in lines) == 1
    rates.write_text("\n".join(line for line in lines if not line.startswith(gap)))
    census = bakery.with_name("census.csv")
    bakery.with_name("census.xlsx").unlink()
    census.write_text("family_id,relationship,date_of_birth\n1,employee,1990-05-05\n")
    status, out, _ = run("quote", bakery, "--json")
    quote = json.loads(out)
    assert status == 1
    assert [plan["plan_id"] for plan in quote["plans"]] == ["KP-GA-BRONZE-1", "KP-GA-GOLD-1", "KP-GA-SILVER-16"]
    assert "KP-GA-SILVER-1 has no rate in rating area 3 for age 40" in quote["refused_plans"][0]["because"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,employee,2999-01-01", "birth date"),
        ("1,employee,1990-02-31", "31 February does not exist"),
        ("1,employee,1990-01-01\n1,employee,1991-01-01", "a second employee"),
        ("1,employee,1990-01-01\n2,child,2011-01-01", "no employee"),
        ("", "Census"),
    ],
)
def test_a_census_that_is_wrong(run: Run, tmp_path: Path, rows: str, said: str) -> None:
    census = tmp_path / "census.csv"
    census.write_text(f"family_id,relationship,date_of_birth\n{rows}\n")
    status, out, err = run("census", "check", census)
    assert (status, out) == (1, "")
    assert said.lower() in err.lower()


def test_an_empty_file_a_folder_and_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "census.csv"
    empty.write_text("")
    folder = tmp_path / "folder"
    folder.mkdir()
    for path in (empty, folder, tmp_path / "nowhere.xlsx"):
        status, out, err = run("census", "check", path)
        assert (status, out) == (1, "")
        assert err.startswith("Refused: 1 thing is wrong.")


def test_a_failure_of_our_own_is_status_70_and_no_traceback(
    run: Run, bakery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("smallgroup.underwriting.decide", broken)
    monkeypatch.delenv("SMALLGROUP_TRACEBACK", raising=False)
    status, _, err = run("underwrite", bakery)
    assert status == 70
    assert "not your input's fault: ZeroDivisionError" in err
    assert "Traceback" not in err


def test_nothing_of_this_machine_or_of_a_registry_is_in_the_lock_files() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text()
        assert "://" not in text
        assert all("==" in line for line in text.splitlines())
