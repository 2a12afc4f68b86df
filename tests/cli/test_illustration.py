"""The illustration from the command line on: another guideline, another state, and the same verbs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from smallgroup.rating.bands import BANDS

ROOT = Path(__file__).parents[2]
ID = "illustration-ca"


@pytest.fixture
def group(tmp_path: Path) -> Path:
    """Four employees of whom two enroll, in Alameda County, rating area 6."""
    path = tmp_path / "group.yaml"
    path.write_bytes((ROOT / "tests/scenarios_illustration/ordinary.yaml").read_bytes())
    rows = ["family_id,relationship,date_of_birth,worker_type,hours_per_week,status,hired_on,related_to_owner,election"]
    for family, election in enumerate(("enroll", "enroll", "decline", "decline"), 1):
        rows.append(f"{family},employee,1985-10-01,w2,40,active,2020-01-06,none,{election}")
    (tmp_path / "census.csv").write_text("\n".join(rows) + "\n")
    rates = ["plan_id,name,metal,kind,rating_area,effective_from,effective_to,tobacco,age_band,monthly_rate,basis"]
    rates += [f"{plan},{plan},,hmo,6,2025-07-01,,,{band},{rate},invented"
              for plan, rate in (("LOW", "300.00"), ("HIGH", "500.00")) for band in BANDS]  # fmt: skip
    (tmp_path / "rates.csv").write_text("\n".join(rates) + "\n")
    return path


def test_underwrite_and_replay(run: Run, group: Path, tmp_path: Path) -> None:
    status, out, err = run("underwrite", group, "--guideline", ID, "--json")
    assert (status, err) == (0, "")
    said = json.loads(out)
    assert (said["decision"], said["guideline"]) == ("approve", ID)
    found = {finding["clause"]: finding for finding in said["findings"]}
    assert found["participation"]["because"] == "2 of 4 eligible employees enroll (50%); 60% is wanted, so 2."
    assert found["participation"]["citation"]["document"].startswith("metroinsurance.com")
    assert "service-area" not in found
    kept = tmp_path / "decision.json"
    kept.write_text(out)
    assert run("replay", kept)[0] == 0


def test_quote(run: Run, group: Path) -> None:
    status, out, err = run("quote", group, "--guideline", ID, "--json")
    assert (status, err) == (0, "")
    said = json.loads(out)
    assert (said["rating_area"], said["rates_guaranteed_to"]) == (6, None)
    assert {plan["plan_id"]: plan["monthly"]["total"] for plan in said["plans"]} == {"LOW": "600.00", "HIGH": "1000.00"}


def test_by_georgia_a_group_of_california_goes_to_a_person_and_has_no_price(run: Run, group: Path) -> None:
    """Its address is outside of the service area, which refers and declines nobody; rates are a state's own."""
    status, out, err = run("underwrite", group)
    assert (status, err) == (0, "")
    assert "refer  Inside the service area" in out
    status, _, err = run("quote", group)
    assert (status, "'CA' is not GA, the state of kp-ga-2025-07" in err) == (1, True)


def test_a_county_that_is_split_is_refused_in_a_sentence(run: Run, group: Path) -> None:
    status, _, err = run("underwrite", group, "--guideline", ID, "--what-if", "group.address.county=Los Angeles")
    assert status == 1
    assert "Los Angeles lies in more than one rating area, by ZIP code" in err
    status, out, err = run("underwrite", group, "--guideline", ID, "--what-if", "group.address.county=null")
    assert (status, err) == (0, "")
    assert "approve" in out.splitlines()[0]


def test_a_clause_of_it(run: Run) -> None:
    status, out, _ = run("clause", "participation", "--guideline", ID, "--as-of", "2025-09-12")
    assert status == 0
    assert "from 1 share 3/5, from 5 share 1/4" in out
