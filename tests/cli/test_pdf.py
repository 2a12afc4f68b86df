"""--pdf: which verb writes which paper, and what is never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.cli.conftest import ROOT, Run

from smallgroup.papers import printing


def said(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_a_proposal_in_both_copies(run: Run, bakery: Path, tmp_path: Path) -> None:
    out = tmp_path / "quote.pdf"
    status, told, err = run("quote", bakery, "--pdf", out, "--json")
    assert (status, err) == (0, "")
    broker = said(out)
    assert json.loads(told)["plans"]
    assert "Participation" in broker
    assert "rates.csv (" in broker
    client = tmp_path / "client.pdf"
    assert run("quote", bakery, "--pdf", client, "--copy", "client")[0] == 0
    assert "Participation" not in said(client)
    assert "$12,437.04" in said(client)
    run("quote", bakery, "--pdf", client, "--copy", "broker", "--force")
    assert client.read_bytes() == out.read_bytes()
    assert run("quote", bakery, "--pdf", out, "--copy", "owner")[0] == 2


def test_a_decision_and_a_request(run: Run, bakery: Path, tmp_path: Path) -> None:
    little = ("--what-if", "application.documents=[]")
    for more, words in (
        (("--copy", "broker"), "Underwriting decision"),
        (("--copy", "client"), "About your application"),
        (("--request",), "What we still need"),
    ):
        out = tmp_path / f"{more[-1].strip('-')}.pdf"
        status, told, _ = run("underwrite", bakery, *little, "--pdf", out, *more)
        assert status == 0
        assert told
        assert words in said(out)
        assert "Example Crumb Bakery Inc" in said(out)


def test_a_statement(run: Run, tmp_path: Path) -> None:
    ledger, out = ("--ledger", tmp_path / "l.db"), tmp_path / "statement.pdf"
    people = ("--by", "Ann", "--checked-by", "Bo")
    period = ("--period", "2026-01")
    sales = (ROOT / "examples" / "sales", "--as-of", "2026-01-31")
    assert run("rewards", "close", *sales, *period, *people, *ledger)[0] == 0
    status, _, err = run("rewards", "statement", "--broker", "B-ADA", *period, *ledger, "--pdf", out)
    assert (status, err) == (0, "")
    assert "Closing balance $9,370.72" in said(out)
    assert "kp-ca-level-up-2025" in said(out)


@pytest.mark.parametrize("verb", ["quote", "underwrite"])
def test_no_other_file_is_lost(run: Run, bakery: Path, tmp_path: Path, verb: str) -> None:
    out = tmp_path / "there.pdf"
    out.write_text("mine")
    for path, why in (
        (out, "there is such a file already. Name another file, or give --force."),
        (tmp_path / "paper.txt", "it is not named .pdf"),
        (tmp_path / "nowhere" / "paper.pdf", "there is no such folder"),
    ):
        status, told, err = run(verb, bakery, "--pdf", path)
        assert (status, told) == (1, "")
        assert why in err
    assert out.read_text() == "mine"
    assert not list(tmp_path.glob("*.part"))
    as_pdf = bakery.rename(bakery.with_name("group.pdf"))
    status, _, err = run(verb, as_pdf, "--pdf", as_pdf, "--force")
    assert (status, "the original is never changed" in err) == (1, True)


def test_without_the_compiler(run: Run, bakery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "find_spec", lambda name: None)
    status, told, err = run("quote", bakery, "--pdf", tmp_path / "out.pdf")
    assert (status, told) == (1, "")
    assert "PDF: it is made with typst, which is not installed. Install smallgroup[pdf]." in err
    assert not (tmp_path / "out.pdf").exists()


def test_a_refused_input_leaves_no_paper(run: Run, bakery: Path, tmp_path: Path) -> None:
    assert run("quote", bakery, "--pdf", tmp_path / "out.pdf", "--contribution", "50")[0] != 0
    assert not (tmp_path / "out.pdf").exists()
