"""quote --final-census: what was quoted beside what is sold, member by member."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.cli.conftest import Run

from smallgroup.cli.output import console
from smallgroup.cli.quote import show_rerate
from smallgroup.quoting import FamilyChange, MemberChange, Rerate, renewal_notice
from smallgroup.rulebook import guideline

Row = dict[str, str]


@pytest.fixture
def final(bakery: Path) -> Callable[..., Path]:
    """Writes the bakery's census with some members changed: id → the new cells, or None for who is left out."""

    def write(changes: dict[str, Row | None], *more: Row) -> Path:
        sheet = openpyxl.load_workbook(bakery.with_name("census.xlsx"), read_only=True).active
        assert sheet is not None
        head, *cells = [[str(cell or "").removesuffix(" 00:00:00") for cell in row]
                        for row in sheet.iter_rows(values_only=True)]  # fmt: skip
        rows = []
        for row in (dict(zip(head, one, strict=True)) for one in cells):
            changed = changes.get(row["member_id"], {})
            if changed is not None:
                rows.append({**row, **changed})
        path = bakery.with_name("final.csv")
        with path.open("w", newline="") as file:
            out = csv.DictWriter(file, head)
            out.writeheader()
            out.writerows([*rows, *more])
        return path

    return write


LEFT = {"election": "waive", "waiver_reason": "medicare_primary", "plan_id": ""}


def test_the_same_census_differs_in_nothing(run: Run, bakery: Path, final: Callable[..., Path]) -> None:
    quoted = json.loads(run("quote", bakery, "--json")[1])
    assert quoted["final"] is None
    status, out, _ = run("quote", bakery, "--final-census", final({}), "--json")
    told = json.loads(out)["final"]
    assert status == 0
    assert told["before"] == told["after"] == {"on": "2025-10-01", "total": quoted["elected"]["total"]}
    assert told["difference"] == "0.00"
    assert told["without_plan"] == ["19-1", "20-1", "21-1"]
    assert told["notice"] is None
    assert not any(member["causes"] for member in told["members"])


def test_who_left_joined_or_chose_otherwise(run: Run, bakery: Path, final: Callable[..., Path]) -> None:
    baby = {"family_id": "17", "member_id": "17-2", "relationship": "child", "date_of_birth": "2025-08-01"}
    census = final(
        {"3-3": None, "6-1": LEFT, "10-1": {"plan_id": "KP-GA-GOLD-1"},
         "19-1": {"election": "enroll", "plan_id": "KP-GA-BRONZE-1"},
         "20-1": {"election": "decline"}, "21-1": {"election": "decline"}},
        baby,
    )  # fmt: skip
    status, out, _ = run("quote", bakery, "--final-census", census)
    assert status == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    start = lines.index("From the quote to the final census")
    assert lines[start + 1 : start + 9] == [
        "member quoted final difference because",
        "member 3-3 $330.00 -$330.00 left",
        "member 6-1 $780.00 -$780.00 left",
        "member 10-1 $307.58 $496.86 +$189.28 other plan: KP-GA-BRONZE-1 to KP-GA-GOLD-1",
        "member 17-2 $198.90 +$198.90 joined",
        "member 19-1 $295.10 +$295.10 plan now chosen: KP-GA-BRONZE-1",
        "all $11,844.61 $11,417.89 -$426.72",
        "Nothing differs for 26 members.",
    ]
    alone = json.loads(run("quote", bakery, "--census", census, "--json")[1])
    told = json.loads(run("quote", bakery, "--final-census", census, "--json")[1])["final"]
    assert told["after"]["total"] == alone["elected"]["total"] == "11417.89"


def test_one_plan_named_is_that_of_both_sides(run: Run, bakery: Path, final: Callable[..., Path]) -> None:
    words = ("quote", bakery, "--final-census", final({"20-1": {"election": "decline"}}), "--json")
    told = json.loads(run(*words, "--plan", "KP-GA-BRONZE-1")[1])
    assert told["final"]["before"]["total"] == told["plans"][0]["monthly"]["total"] == "9798.88"
    assert told["final"]["without_plan"] == []
    assert [one["member_id"] for one in told["final"]["members"] if one["causes"]] == ["20-1"]
    two = json.loads(run(*words, "--plan", "KP-GA-BRONZE-1", "--plan", "KP-GA-GOLD-1")[1])
    assert two["final"]["before"]["total"] == two["elected"]["total"]


def test_a_plan_without_rates_in_the_final_census(run: Run, bakery: Path, final: Callable[..., Path]) -> None:
    census = final({"18-1": {"plan_id": "KP-GA-SILVR-1"}, "22-1": {"plan_id": "KP-GA-SILVR-1"}})
    status, out, _ = run("quote", bakery, "--final-census", census)
    assert status == 1
    assert "Refused: the family of member 18-1, 22-1 is in neither sum. KP-GA-SILVR-1 is not in the rates" in out
    told = json.loads(run("quote", bakery, "--final-census", census, "--json")[1])["final"]
    assert [(one["member_id"], one["plan_id"]) for one in told["refused"]] == [
        ("18-1", "KP-GA-SILVR-1"), ("22-1", "KP-GA-SILVR-1"),
    ]  # fmt: skip
    assert told["before"]["total"] == told["after"]["total"] == "11016.97"  # without 411.18 and 416.46


def test_nobody_is_left(run: Run, bakery: Path, final: Callable[..., Path]) -> None:
    decline = {"election": "decline", "waiver_reason": "", "plan_id": ""}
    census = final({f"{family}-1": decline for family in range(1, 24)})
    status, out, err = run("quote", bakery, "--final-census", census)
    assert (status, out) == (1, "")
    assert "Final census: everybody waives or declines, so there is nobody to price." in err


def test_a_final_census_that_is_wrong_is_told_with_the_rest(run: Run, bakery: Path) -> None:
    status, _, err = run("quote", bakery, "--final-census", bakery.with_name("nowhere.csv"))
    assert (status, "nowhere.csv" in err) == (1, True)
    wrong = bakery.with_name("wrong.csv")
    wrong.write_text("family_id,relationship,date_of_birth\n1,employee,1990-02-31\n")
    bakery.write_text(bakery.read_text().replace("hours_required", "hours_requird"))
    status, out, err = run("quote", bakery, "--final-census", wrong)
    assert (status, out) == (1, "")
    assert "31 February does not exist" in err
    assert "hours_requird" in err


def test_members_known_by_their_row_only_are_asked_about(run: Run, bakery: Path) -> None:
    bakery.with_name("census.xlsx").unlink()
    head = "family_id,relationship,date_of_birth,plan_id\n"
    anna, child = "1,employee,1985-01-01,KP-GA-GOLD-1\n", "1,child,2015-01-01,\n"
    bakery.with_name("census.csv").write_text(head + anna + child)
    census = bakery.with_name("final.csv")
    census.write_text(head + anna + "1,spouse,1986-01-01,\n" + child)
    _, out, _ = run("quote", bakery, "--final-census", census)
    assert "Note: The final census gives no member_id" in out
    assert "Note: Member 3 has another birth date and another relationship than before" in out
    census.write_text(head + anna + child)
    assert "gives no member_id" not in run("quote", bakery, "--final-census", census)[1]


def test_the_guarantee_is_said(run: Run, bakery: Path) -> None:
    assert "The rates are guaranteed to 2026-09-30." in run("quote", bakery)[1]
    assert json.loads(run("quote", bakery, "--json")[1])["rates_guaranteed_to"] == "2026-09-30"


def test_a_renewal_is_shown_with_the_day_of_its_notice(capsys: pytest.CaptureFixture[str]) -> None:
    change = MemberChange("1", "1-1", "employee", 383_40, 416_64, ("older: 40 to 41", "new rates"))
    family = FamilyChange("1", "1-1", "A", "A", 383_40, 416_64)
    notice = renewal_notice(guideline("kp-ga-2025-07"), date(2026, 10, 1), date(2025, 9, 12))
    answer = Rerate(date(2025, 10, 1), date(2026, 10, 1), (change,), (family,), notice=notice)
    show_rerate(console(), answer, "Renewal", before="now", after="renewal")
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said[1:] == [
        "Renewal",
        "member now renewal difference because",
        "member 1-1 $383.40 $416.64 +$33.24 older: 40 to 41; new rates",
        "all $383.40 $416.64 +$33.24",
        "An increase must be told by 2026-08-02, 60 days before: Ga. Comp. R. & Regs., 120-2-104-.04(a).",
    ]
