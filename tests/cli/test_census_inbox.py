"""census check of a message, and census inbox: what they print, and with which status they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.intake.mails import CSV, OTHER, attach, mail, saved, xlsx

WRONG = CSV.replace("1981-07-04", "1981-02-31")


def test_a_message_is_checked_and_converted(run: Run, tmp_path: Path) -> None:
    saved(tmp_path, attach(mail(), xlsx(), "census.xlsx"))
    status, out, _ = run("census", "check", "mail.eml")
    assert status == 0
    assert "- Read: attachment census.xlsx of the message." in out
    assert run("census", "convert", "mail.eml", "out.csv")[0] == 0
    assert run("census", "check", "out.csv")[0] == 0


def test_several_parts_are_asked_for(run: Run, tmp_path: Path) -> None:
    saved(tmp_path, attach(attach(mail(), CSV, "a.csv"), OTHER, "b.csv"))
    status, _, err = run("census", "check", "mail.eml")
    assert status == 1
    assert "attachment a.csv, attachment b.csv. Say which with --part" in err
    assert run("census", "check", "mail.eml", "--part", "b.csv")[0] == 0
    assert run("census", "convert", "mail.eml", "out.xlsx", "--part", "a.csv")[0] == 0


def test_a_message_is_repaired(run: Run, tmp_path: Path) -> None:
    saved(tmp_path, attach(mail(), CSV.replace("1981-07-04", "July 4 1981"), "a.csv"))
    status, out, err = run("census", "check", "mail.eml", "--fixed", "out.xlsx", "--accept", "safe")
    assert status == 0, err
    assert "1 proposal was applied." in out
    assert run("census", "check", "out.xlsx")[0] == 0


def test_add_list_and_show(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "came in"
    folder.mkdir()
    saved(folder, attach(mail(), CSV, "a.csv"))
    (folder / ".hidden").write_text("x")
    (tmp_path / "wrong.csv").write_text(WRONG)
    words = ("--inbox", tmp_path / "inbox")
    status, out, err = run("census", "inbox", "add", folder, "wrong.csv", "none.csv", *words)
    assert status == 1
    assert "2 taken." in out
    assert "none.csv: there is no such file." in err
    status, out, _ = run("census", "inbox", "list", *words)
    assert status == 0
    assert [line.split()[2] for line in out.splitlines() if line and not line.startswith("id")] == ["read", "refused"]
    listed = json.loads(run("census", "inbox", "list", *words, "--json")[1])["items"]
    assert [(item["name"], item["problems"], item["arrivals"][0]["source"]) for item in listed] == [
        ("mail.eml", 0, "folder"), ("wrong.csv", 1, "file")
    ]  # fmt: skip
    status, out, _ = run("census", "inbox", "show", listed[1]["id"], *words)
    assert status == 0
    assert "Wrong: 1." in out
    assert "[C4]" in out
    told = json.loads(run("census", "inbox", "show", listed[0]["sha256"], *words, "--json")[1])
    assert told["counts"]["members"] == 3
    assert Path(told["original"]).read_bytes() == (folder / "mail.eml").read_bytes()


def test_taken_anew_it_is_one_item(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    words = ("--inbox", tmp_path / "inbox", "--json")
    assert run("census", "inbox", "add", "a.csv", *words)[0] == 0
    status, out, _ = run("census", "inbox", "add", "a.csv", "--received-on", "2025-01-02", *words)
    assert status == 0
    assert [one["received_on"] for one in json.loads(out)["taken"][0]["arrivals"]][1] == "2025-01-02"


def test_the_default_is_in_the_data_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    (tmp_path / "a.csv").write_text(CSV)
    assert run("census", "inbox", "list")[1] == "The inbox is empty.\n"
    assert run("census", "inbox", "add", "a.csv", "--review")[0] == 0
    assert (tmp_path / "share" / "smallgroup" / "inbox" / "inbox.json").exists()
    assert "to review" in run("census", "inbox", "list")[1]


def test_fetch_wants_a_password_and_an_address(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = ("--imap", "imaps://a@127.0.0.1:1/INBOX")
    assert run("census", "inbox", "fetch", *url)[0] == 2
    assert run("census", "inbox", "fetch", *url, "--password-env", "A", "--password-file", "b")[0] == 2
    monkeypatch.delenv("CENSUS_PW", raising=False)
    status, _, err = run("census", "inbox", "fetch", *url, "--password-env", "CENSUS_PW")
    assert (status, "CENSUS_PW is not set" in err) == (1, True)
    (tmp_path / "pw").write_text("hush hush\n")
    status, out, err = run("census", "inbox", "fetch", *url, "--password-file", "pw", "--json")
    assert status == 1
    assert "does not answer" in json.loads(out)["errors"][0]["why"]
    assert "hush" not in out + err
