"""census check: how each column is read and why, and what is remembered of who sent the file."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from smallgroup.errors import Refused
from smallgroup.intake import senders

ROWS = "1,EE,2/28/1990,40\n1,CH,3/1/2015,\n"


def census(folder: Path, header: str, name: str = "census.csv") -> Path:
    path = folder / name
    path.write_text(f"{header}\n{ROWS}")
    return path


def test_the_columns_are_explained(run: Run, tmp_path: Path) -> None:
    file = census(tmp_path, "Fam #,Rel.,Emp DOB,Hrs/Wk")
    status, out, _ = run("census", "check", file)
    assert status == 0
    assert "one row per person layout" in out
    line = next(line for line in out.splitlines() if "Emp DOB" in line)
    assert line.split()[:5] == ["C", "Emp", "DOB", "date_of_birth", "95"]
    assert "all 2 values are dates between 1990 and 2015" in line
    told = json.loads(run("census", "check", file, "--json")[1])
    assert told["columns"][1] == {
        "column": "B", "header": "Rel.", "field": "relationship", "score": 95, "confirmed": False,
        "why": "the header 'Rel.' is a name of relationship, and all 2 values are words for relationship",
    }  # fmt: skip


def test_what_was_confirmed_for_a_sender_is_applied_next_time(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first, second = (census(tmp_path, "Unit,Rel.,Emp DOB,Load", name) for name in ("one.csv", "two.csv"))
    words = ("--sender", "Ann@Example.com", "--data", data)
    assert run("census", "check", first, "--map", "Load=hours_per_week", "--map", "Unit=family_id", *words)[0] == 0
    assert senders.columns_of(data, " ann@example.com ") == {"load": "hours_per_week", "unit": "family_id"}
    status, out, _ = run("census", "check", second, *words)
    assert status == 0
    assert "- 'Load' (column D) is read as hours_per_week, as confirmed before for this sender." in out
    other = run("census", "check", second, "--sender", "Bob", "--data", data)[1]
    assert "Not used: 'Unit' (column A), 'Load' (column D)." in other


def test_a_refused_file_teaches_nothing(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = census(tmp_path, "Unit,Rel.,Emp DOB,Load")
    words = ("--map", "Load=date_of_birth", "--sender", "Ann", "--data", data)
    assert run("census", "check", file, *words)[0] != 0
    assert senders.columns_of(data, "Ann") == {}


def test_one_header_a_field(tmp_path: Path) -> None:
    senders.remember(tmp_path, "Ann", {"unit": "family_id", "load": "hours_per_week"})
    senders.remember(tmp_path, "Ann", {"team": "family_id"})
    assert senders.columns_of(tmp_path, "Ann") == {"load": "hours_per_week", "team": "family_id"}
    assert [path.name for path in tmp_path.iterdir()] == ["senders.json"]


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "senders": {"ann": {"a": 1}}}', "\x00"])
def test_a_store_that_is_broken_is_said_and_not_guessed(tmp_path: Path, text: str) -> None:
    (tmp_path / "senders.json").write_text(text)
    with pytest.raises(Refused, match=r"^senders\.json: it is not what was written there"):
        senders.columns_of(tmp_path, "Ann")


def test_a_sender_without_a_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the sender has no name"):
        senders.columns_of(tmp_path, " ")


@pytest.mark.parametrize("verb", ["underwrite", "quote", "audit", "convert"])
def test_every_verb_that_takes_a_census_knows_its_sender(run: Run, bakery: Path, verb: str) -> None:
    plain, odd, data = bakery.with_name("plain.csv"), bakery.with_name("odd.csv"), bakery.with_name("data")
    assert run("census", "convert", bakery.with_name("census.xlsx"), plain)[0] == 0
    odd.write_text(plain.read_text("utf-8-sig").replace("date_of_birth", "Qx", 1))
    if verb == "convert":
        words: tuple[object, ...] = ("census", "convert", odd, bakery.with_name("out.csv"), "--force")
    else:
        words = (verb, bakery, "--census", odd)
    words = (*words, "--data", data, "--as-of", "2025-09-12")
    status, _, err = run(*words, "--sender", "Ann")
    assert status == 1
    assert "there is no column for birth date" in err
    status, first, _ = run(*words, "--sender", "Ann", "--map", "Qx=date_of_birth")
    assert status == 0
    assert senders.columns_of(data, "ann") == {"qx": "date_of_birth"}
    status, second, _ = run(*words, "--sender", "ann")
    assert status == 0
    assert [line for line in second.splitlines() if "confirmed before" not in line] == first.splitlines()
    assert run(*words, "--sender", "Bob")[0] == 1
