"""`smallgroup rewards` on the sample folder of sales: what it says, in words and in JSON, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import ROOT, Run

TWO = ("--by", "Ann", "--checked-by", "Bo")


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """The sample folder, for a test to change."""
    return Path(shutil.copytree(ROOT / "examples" / "sales", tmp_path / "sales"))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def edit(folder: Path, name: str, change: dict[str, str], **which: str) -> None:
    """Give the rows that `which` names other values."""
    path = folder / f"{name}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    for row in rows:
        if all(row[key] == value for key, value in which.items()):
            row.update(change)
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    path.write_text(out.getvalue())


def told(run: Run, *words: object) -> Any:
    status, out, err = run("rewards", *words, "--json")
    assert (status, err) == (0, ""), out
    return json.loads(out)


def test_earn_keeps_the_contract(run: Run, sales: Path) -> None:
    said = told(run, "earn", sales, "--as-of", "2026-01-31")
    assert {"programs", "as_of", "brokers", "exclusions", "referrals"} <= said.keys()
    assert said["programs"] == ["kp-ca-group-production", "kp-ca-level-up-2025", "kp-ca-total-replacement"]
    ada = next(one for one in said["brokers"] if one["broker_id"] == "B-ADA")
    assert ada.keys() >= {"broker_id", "counted_members", "earnings", "total", "status", "next_tier"}
    assert (ada["counted_members"], ada["total"], ada["status"]) == (111, "9370.72", "provisional")
    assert ada["next_tier"].items() >= {"at": 150, "members_short": 39, "worth": "7500.00"}.items()
    for broker in said["brokers"]:
        amounts = [Decimal(line["amount"]) for line in broker["earnings"]]
        assert sum(amounts) == Decimal(broker["total"])
        assert all(line.keys() >= {"kind", "amount", "group_id", "rule"} for line in broker["earnings"])
    why = {(one["group_id"], one["rule"]) for one in said["exclusions"]}
    assert {("EX-07", "R9"), ("EX-08", "R11"), ("EX-04", "R26"), ("EX-12", "R17"), ("EX-11", "R16")} <= why
    assert {(one["group_id"], one["rule"]) for one in said["referrals"]} == {("EX-09", "B5"), ("EX-10", "B2")}
    assert [(one["group_id"], one["amount"]) for one in said["unpriced"]] == [("EX-01", None)]


def test_earn_in_words_names_members_that_do_not_count(run: Run, sales: Path) -> None:
    status, out, err = run("rewards", "earn", sales, "--as-of", "2026-01-31", "--readings")
    assert (status, err) == (0, "")
    for part in ("a late add", "dental only", "a second row for the same member", "continuation coverage",
                 "before coverage began", "Due and unpriced", "The total under each reading"):  # fmt: skip
        assert part in out


def test_earn_of_one_program(run: Run, sales: Path) -> None:
    said = told(run, "earn", sales, "--as-of", "2026-01-31", "--program", "kp-ca-level-up-2025")
    assert (said["programs"], said["total"]) == (["kp-ca-level-up-2025"], "7817.05")
    status, _, err = run("rewards", "earn", sales, "--as-of", "2026-01-31", "--program", "kp-ca-level-up")
    assert status == 1
    assert "kp-ca-level-up-2025" in err


def test_a_wrong_date_and_a_missing_folder_are_told_together(run: Run, tmp_path: Path) -> None:
    status, out, err = run("rewards", "earn", tmp_path / "none", "--as-of", "2026-02-30")
    assert (status, out) == (1, "")
    assert "there is no such folder" in err
    assert "30 February does not exist" in err


def test_progress_draws_the_ladder(run: Run, sales: Path) -> None:
    status, out, _ = run("rewards", "progress", sales, "--broker", "B-ADA", "--as-of", "2026-01-31")
    assert status == 0
    assert "39 more members, at 150" in out
    assert "┃" in out
    assert "EX-06       40  2026-04-01         60  $4,720.72" in out
    said = told(run, "progress", sales, "--broker", "B-ADA", "--as-of", "2026-01-31")
    assert said["at_risk"][0].items() >= {"group_id": "EX-06", "until": "2026-04-01", "amount": "4720.72"}.items()
    replaced = next(one for one in said["programs"] if one["program"] == "kp-ca-total-replacement")
    assert (replaced["earned"], replaced["due_and_unpriced"]) == (None, 1)
    assert run("rewards", "progress", sales, "--broker", "B-AD", "--as-of", "2026-01-31")[0] == 1


def test_a_life_of_a_ledger(run: Run, sales: Path, ledger: Path, tmp_path: Path) -> None:
    books = ("--ledger", ledger)
    first = told(run, "close", sales, "--period", "2026-01", "--as-of", "2026-01-15", *TWO, *books)
    assert first["posted"] == told(run, "earn", sales, "--as-of", "2026-01-15")["total"] == "12264.77"
    again = told(run, "close", sales, "--period", "2026-01", "--as-of", "2026-01-15", *TWO, *books)
    assert again == first
    january = told(run, "statement", "--broker", "B-ADA", "--period", "2026-01", *books)
    paid = told(run, "pay", "--run", "jan", "--on", "2026-01-20", *TWO, *books, "--csv", tmp_path / "p.csv")
    assert paid["total"] == "12264.77"
    assert told(run, "pay", "--run", "jan", "--on", "2026-01-20", *TWO, *books)["payments"] == paid["payments"]
    assert "P-ADA,person,B-ADA,10230.79" in (tmp_path / "p.csv").read_text()
    dry = told(run, "close", sales, "--period", "2026-02", "--as-of", "2026-02-28", *TWO, *books, "--dry-run")
    second = told(run, "close", sales, "--period", "2026-02", "--as-of", "2026-02-28", *TWO, *books)
    assert sum(Decimal(line["amount"]) for line in dry["would_post"]) == Decimal(second["posted"])
    assert second["clawed_back"] == "2215.76"
    february = told(run, "statement", "--broker", "B-ADA", "--period", "2026-02", *books)
    assert (february["opening"], february["closing"]) == ("10230.79", "-860.07")
    back = [line for line in february["lines"] if line["action"] == "clawback"]
    assert {line["group_id"] for line in back} == {"EX-04"}
    assert "coverage ended on 2026-01-15" in back[0]["because"]
    assert told(run, "statement", "--broker", "B-ADA", "--period", "2026-01", *books) == january
    after = told(run, "pay", "--run", "feb", "--on", "2026-03-20", *TWO, *books)
    assert (after["payments"], after["unpaid"][0]["amount"]) == ([], "-860.07")
    told(run, "returned", "--run", "jan", "--payee", "P-BRIGHT", "--code", "R03", "--on", "2026-03-22", "--by", "Ann",
         *books)  # fmt: skip
    owed = {one["broker_id"]: one["owed"] for one in told(run, "balances", *books)["balances"]}
    assert owed == {"B-ADA": "-860.07", "B-BEN": "2033.98"}
    assert told(run, "verify", *books)["entries"] > 0
    status, out, _ = run("rewards", "export", *books)
    assert status == 0
    assert "Liabilities:Owed:B-ADA" in out
    assert told(run, "export", *books)["beancount"] == out
    assert told(run, "export", *books, "--out", tmp_path / "l.beancount") == {"written": "l.beancount"}
    assert (tmp_path / "l.beancount").read_text() == out
    assert run("rewards", "statement", "--broker", "B-ADA", "--period", "2026-02", "--csv", *books)[1].count("\n") == 16


def test_nobody_checks_their_own_work(run: Run, sales: Path, ledger: Path) -> None:
    same = ("--by", "Ann", "--checked-by", " ann ")
    for words in (("close", sales, "--period", "2026-01", "--as-of", "2026-01-15"),
                  ("pay", "--run", "jan", "--on", "2026-01-20")):  # fmt: skip
        status, _, err = run("rewards", *words, *same, "--ledger", ledger)
        assert status == 1
        assert "somebody else" in err


def test_who_decided_an_adjustment_does_not_check_the_close(run: Run, sales: Path, ledger: Path) -> None:
    (sales / "adjustments.csv").write_text(
        "kind,program,group_id,broker_id,amount,reading,decided_by,decided_on,why\n"
        "settle,,EX-09,,,counts,Bo,2026-01-10,the carrier found no contract\n"
    )
    words = ("close", sales, "--period", "2026-01", "--as-of", "2026-01-15", "--ledger", ledger)
    status, _, err = run("rewards", *words, *TWO)
    assert (status, "Bo decided an adjustment" in err) == (1, True)
    assert run("rewards", *words, "--by", "Ann", "--checked-by", "Cy")[0] == 0


def test_a_closed_period_is_refused_another_body(run: Run, sales: Path, ledger: Path) -> None:
    words = ("close", sales, "--period", "2026-01", "--as-of", "2026-01-15", *TWO, "--ledger", ledger)
    assert run("rewards", *words)[0] == 0
    edit(sales, "splits", {"share": "1/2"}, group_id="EX-06")
    status, _, err = run("rewards", *words)
    assert status == 1
    assert "close the next one" in err


def test_what_is_reported(run: Run, sales: Path, ledger: Path) -> None:
    books = ("--ledger", ledger)
    edit(sales, "sales", {"public_agency": "yes"}, group_id="EX-05")
    told(run, "close", sales, "--period", "2025-12", "--as-of", "2025-12-20", *TWO, *books)
    told(run, "pay", "--run", "dec", "--on", "2025-12-31", *TWO, *books)
    told(run, "close", sales, "--period", "2026-01", "--as-of", "2026-01-15", *TWO, *books)
    told(run, "pay", "--run", "jan", "--on", "2026-01-20", *TWO, *books)
    by_year = {}
    for year in (2025, 2026):
        lines = told(run, "report", "1099", sales, "--year", year, *books)["lines"]
        by_year[year] = {one["payee_id"]: one for one in lines}
    names = {payee: one["name"] for payee, one in by_year[2026].items()}
    assert names == {"P-ADA": "Ada Example", "P-BRIGHT": "P-BRIGHT"}, "an agency is not called by its broker's name"
    assert {one["threshold"] for one in by_year[2025].values()} == {"600.00"}
    assert {one["threshold"] for one in by_year[2026].values()} == {"2000.00"}
    for year in (2025, 2026):
        for one in by_year[year].values():
            assert one["reportable"] == (Decimal(one["cents"]) >= Decimal(one["threshold"]))
        fees = [Decimal(one["fees"]) for one in told(run, "report", "5500", sales, "--year", year, *books)["lines"]]
        assert sum(fees) == sum(Decimal(one["cents"]) for one in by_year[year].values())
    agencies = told(run, "report", "public-agency", sales, "--year", "2026", *books)["lines"]
    assert [one["group_id"] for one in agencies] == ["EX-05"]
    assert agencies[0]["citation"]["unread"] is True
    clients = told(run, "report", "disclosure", sales, "--as-of", "2026-01-31")["lines"]
    required = {(one["group_id"], one["broker_id"]): one["required"] for one in clients}
    assert (required["EX-01", "B-ADA"], required["EX-05", "B-BEN"]) == (True, False)
    assert run("rewards", "report", "1099", sales, *books)[0] == 2


def test_a_count_of_somebody_else_beside_ours(run: Run, sales: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.csv"
    members = csv.DictReader((sales / "members.csv").open())
    rows = [f"{row['group_id']},{row['member_id']}" for row in members if row["group_id"] in ("EX-01", "EX-04")]
    theirs.write_text("group_id,member_id\n" + "\n".join(dict.fromkeys(rows)) + "\n")
    words = ("reconcile", sales, theirs, "--program", "kp-ca-level-up-2025", "--as-of", "2026-01-31")
    said = told(run, *words)
    more = {(one["group_id"], one["member_id"]): one["rule"] for one in said["differences"] if one["theirs"]}
    assert {one for one in more if one[0] == "EX-01"} == {("EX-01", member) for member in ("23", "24", "25", "26")}
    assert (more["EX-01", "23"], more["EX-01", "24"], more["EX-01", "26"]) == ("R27", "B14", "R8")
    assert {rule for (group, _), rule in more.items() if group == "EX-04"} == {"R26"}
    assert said["ours"] - said["theirs"] == sum(one["ours"] - one["theirs"] for one in said["differences"])
    theirs.write_text("group_id,members\nEX-01,23\nEX-02,31\n")
    by_group = {one["group_id"]: one for one in told(run, *words)["differences"]}
    assert "EX-02" not in by_group
    assert "a late add" in by_group["EX-01"]["because"]
    theirs.write_text("group_id,members\nEX-01,many\nEX-02,\nEX-01,2\n")
    status, _, err = run("rewards", *words)
    assert (status, err.count("- theirs.csv, row")) == (1, 3)


def test_a_ledger_that_cannot_be_opened_is_a_sentence(run: Run, sales: Path, tmp_path: Path) -> None:
    bad = tmp_path / "notes.txt"
    bad.write_text("this is no database, " * 100)
    status, out, err = run("rewards", "balances", "--ledger", bad)
    assert (status, out) == (1, "")
    assert "notes.txt: It cannot be opened" in err
    status, _, err = run("rewards", "balances", "--ledger", "postgresql://nobody:secret@127.0.0.1:1/none")
    assert status == 1
    assert "secret" not in err
