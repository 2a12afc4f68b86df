"""smallgroup rewards programs: the list, one program in words and in JSON, and a file of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import ROOT, Run

from smallgroup.rulebook.program import known_programs

IDS = sorted({one.id for one in known_programs()})
FILE = ROOT / "src/smallgroup/rulebook/data/comparable/programs/sharp-ca-2025.yaml"


def test_the_list_names_every_program_with_its_days_and_mode(run: Run) -> None:
    status, out, err = run("rewards", "programs")
    assert (status, err) == (0, "")
    lines = {line.split()[0]: line for line in out.splitlines() if line}
    assert set(IDS) <= set(lines)
    assert "2025-09-01 to 2026-01-01  Level-up bonus" in lines["kp-ca-level-up-2025"]
    assert "cumulative" in lines["kp-ca-level-up-2025"]
    assert "only if named" in lines["sharp-ca-2025"]
    assert "only if named" not in lines["kp-ca-level-up-2025"]


@pytest.mark.parametrize("id", IDS)
def test_a_program_in_words_names_all_of_its_rules_and_doubts(run: Run, id: str) -> None:
    status, out, err = run("rewards", "programs", id)
    assert (status, err) == (0, "")
    told = json.loads(run("rewards", "programs", id, "--json")[1])["programs"]
    for one in told:
        assert one["document"] in out
        assert one["heading"] in out
        for doubt in one["doubts"]:
            assert doubt["asks"] in out
            assert doubt["taken"].replace("_", " ") in out
        silent = {"reporting", "split"}  # a fact of a sale, and a term that need not be stated
        silent |= {"break_away"} if not one["excluded_origins"] else set()
        silent |= {"rescission"} if one["rescission_days"] is None and one["snapshot"] == "effective_date" else set()
        silent |= {"member", "late_add", "special_members"} if one["unit"] == "group" else {"member"}
        for name, rule in one["rules"].items():
            assert name in silent or rule in out, name


def test_tiers_are_a_table(run: Run) -> None:
    out = run("rewards", "programs", "ccsb-2025")[1]
    row = next(line for line in out.splitlines() if line.startswith("11 "))
    assert row.split()[:2] == ["11", "25"]
    assert "$2,000.00 a group where there are 1 to 5 of them; $3,000.00 a group where there are 6 or more" in row
    assert "nothing below 3 groups" in out


def test_amounts_for_show_and_missing_amounts_are_told(run: Run) -> None:
    assert "illustrative" in run("rewards", "programs", "kp-wa-ifp-2021")[1]
    assert "gives no amount" in run("rewards", "programs", "health-net-ca-2020")[1]


def test_json_has_the_keys_of_the_file_and_the_side_taken(run: Run) -> None:
    (one,) = json.loads(run("rewards", "programs", "sharp-ca-2025", "--json")[1])["programs"]
    assert one["tiers"]["steps"][1] == {
        "from": 10, "to": 19, "once": None, "each": "50.00", "by_groups": [], "kind": None, "rule": None,
    }  # fmt: skip
    assert one["win_back"]["left_since"] == "2020-01-01"
    assert one["doubts"][0]["taken"] == "payee"
    every = json.loads(run("rewards", "programs", "--json")[1])["programs"]
    assert sorted({each["id"] for each in every}) == IDS


def test_a_program_of_ones_own_is_shown_or_refused(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(FILE.read_text("utf-8").replace("id: sharp-ca-2025", "id: mine"))
    assert run("rewards", "programs", "--program-file", mine)[1].startswith("Small group broker bonus (mine, version")
    mine.write_text(FILE.read_text("utf-8").replace("mode: retroactive", "mode: retrograde"))
    status, _, err = run("rewards", "programs", "--program-file", mine)
    assert status == 1
    assert "mine.yaml, line 29, tiers.mode: 'retrograde' is not known here." in err


def test_an_unknown_program_names_the_nearest(run: Run) -> None:
    status, _, err = run("rewards", "programs", "sharp-ca-2052")
    assert status == 1
    assert "sharp-ca-2025" in err


def test_it_has_help_with_an_example(run: Run) -> None:
    out = " ".join(run("rewards", "programs", "--help")[1].split())
    assert "Example: smallgroup rewards programs kp-ca-level-up-2025" in out
    assert "--json" in out
