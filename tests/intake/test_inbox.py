"""The inbox: unchanged, whole or not at all, once, and nobody else's business."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import stat
from datetime import date
from pathlib import Path

import pytest

from smallgroup.errors import Refused
from smallgroup.intake import inbox as intake
from smallgroup.intake.inbox import Inbox
from tests.intake.mails import CSV, OTHER, attach, mail, saved, xlsx

DAY = date(2025, 9, 12)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


def entries(inbox: Inbox) -> set[str]:
    return {entry.name for entry in inbox.folder.iterdir()}


def test_a_message_is_kept_unchanged_with_what_was_found(inbox: Inbox) -> None:
    data = bytes(attach(mail(), xlsx(), "census.xlsx"))
    item = inbox.take(data, source="imap", received_on=DAY, name="message-7.eml", place="p;uid=7")
    assert inbox.original(item).read_bytes() == data
    assert item.sha256 == hashlib.sha256(data).hexdigest()
    record = json.loads((inbox.folder / item.sha256 / "record.json").read_text())
    assert record == item.as_json()
    assert record["state"] == "read"
    assert record["counts"] == {"members": 3, "employees": 2, "dependents": 1}
    assert (record["sender"], record["message_id"]) == ("Ann Example <ann@example.com>", "<1@example.com>")
    assert record["part"] == "census.xlsx"
    assert [(part["name"], part["state"]) for part in record["parts"]] == [("census.xlsx", "read")]
    assert record["arrivals"] == [
        {"source": "imap", "received_on": "2025-09-12", "name": "message-7.eml", "place": "p;uid=7"}
    ]
    assert inbox.item(item.id) == item
    assert inbox.items() == (item,)


def test_the_same_twice_is_one_item_with_two_arrivals(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    first = inbox.take(tmp_path / "a.csv", source="file", received_on=DAY)
    again = inbox.take(CSV.encode(), source="folder", received_on=date(2025, 9, 13), name="b.csv")
    assert first.sha256 == again.sha256
    assert [(one.source, one.name) for one in again.arrivals] == [("file", "a.csv"), ("folder", "b.csv")]
    assert inbox.items() == (again,)
    assert again.name == "a.csv"


def test_a_message_of_a_mailbox_arrives_once(inbox: Inbox) -> None:
    data = bytes(mail(CSV))
    for _ in range(2):
        item = inbox.take(data, source="imap", received_on=DAY, place="imap://x;uidvalidity=1;uid=1")
    assert len(item.arrivals) == 1
    assert set(inbox.places()) == {"imap://x;uidvalidity=1;uid=1"}


def test_what_is_refused_is_taken_with_its_problems(inbox: Inbox) -> None:
    data = bytes(attach(mail(), CSV.replace("1981-07-04", "1981-02-31"), "c.csv"))
    item = inbox.take(data, source="imap", received_on=DAY, name="m.eml")
    assert item.state == "refused"
    assert item.part == "c.csv"
    assert item.problems[0]["cell"] == "C4"
    assert item.problems[0]["sentence"].startswith("Census file m.eml, attachment c.csv, row 4, birth date: ")
    picture = inbox.take(b"II*\0" + bytes(99), source="file", received_on=DAY, name="fax.tiff")
    assert picture.state == "refused"
    assert "fax.tiff" in picture.problems[0]["where"]


def test_what_a_person_has_to_look_at(inbox: Inbox) -> None:
    item = inbox.take(CSV.encode(), source="file", received_on=DAY, name="fax.csv", review=True)
    assert (item.state, item.review, item.counts["members"]) == ("to review", True, 3)


def test_no_social_security_number_is_in_a_record(inbox: Inbox) -> None:
    message = mail(CSV.replace("hours_per_week", "SSN").replace(",40\n", ",123-45-6789\n"), subject="123-45-6789")
    item = inbox.take(bytes(message), source="imap", received_on=DAY, name="123-45-6789.eml")
    assert "123-45-6789" not in (inbox.folder / item.sha256 / "record.json").read_text()
    assert "123-45-6789" not in str(inbox.original(item))


def test_only_the_owner_may_look(inbox: Inbox) -> None:
    before = os.umask(0)
    try:
        inbox.take(bytes(mail(CSV)), source="imap", received_on=DAY)
    finally:
        os.umask(before)
    for root, folders, files in os.walk(inbox.folder):
        modes = {stat.S_IMODE(os.stat(os.path.join(root, name)).st_mode) for name in folders}
        assert modes <= {0o700}
        assert {stat.S_IMODE(os.stat(os.path.join(root, name)).st_mode) for name in files} <= {0o600}
    assert stat.S_IMODE(inbox.folder.stat().st_mode) == 0o700


def _take_and_die(folder: Path, at: str) -> None:
    real = getattr(os, at)
    calls = iter(range(99))

    def die(*args: object, **more: object) -> object:
        if at == "rename" or next(calls) == 1:  # the mark is written first
            os._exit(9)
        return real(*args, **more)

    setattr(intake.os, at, die)
    Inbox(folder).take(CSV.encode(), source="file", received_on=DAY, name="c.csv")


@pytest.mark.parametrize("at", ["rename", "replace", "fsync"])
def test_killed_in_the_middle(inbox: Inbox, at: str) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_take_and_die, args=(inbox.folder, at))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    assert inbox.items() == ()
    item = inbox.take(CSV.encode(), source="file", received_on=DAY, name="c.csv")
    assert inbox.items() == (item,)
    assert {name for name in entries(inbox) if not name.endswith(".part")} == {"inbox.json", ".lock", item.sha256}
    assert ".part" not in entries(inbox)


def _take_many(folder: Path, number: int) -> None:
    for text in (CSV, OTHER):
        Inbox(folder).take(text.encode(), source="file", received_on=DAY, name=f"{number}.csv")


def test_several_at_once(inbox: Inbox) -> None:
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=_take_many, args=(inbox.folder, number)) for number in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    assert [len(item.arrivals) for item in inbox.items()] == [3, 3]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    saved(tmp_path, mail("x"))
    with pytest.raises(Refused, match="it is no inbox, and there is something in it"):
        Inbox(tmp_path).take(CSV.encode(), source="file", received_on=DAY, name="c.csv")
    assert [entry.name for entry in tmp_path.iterdir()] == ["mail.eml"]


def test_sentences(inbox: Inbox, tmp_path: Path) -> None:
    item = inbox.take(CSV.encode(), source="file", received_on=DAY, name="c.csv")
    with pytest.raises(Refused, match="no item of the inbox has it"):
        inbox.item("ffff")
    with pytest.raises(Refused, match="there is no such file"):
        inbox.take(tmp_path / "x.csv", source="file", received_on=DAY)
    with pytest.raises(Refused, match="at most 40 MB are taken"):
        inbox.take(bytes(41 * 2**20), source="file", received_on=DAY, name="c.csv")
    (inbox.folder / item.sha256 / "record.json").write_text("{}")
    with pytest.raises(Refused, match="its record is not what was written there"):
        inbox.items()
    assert Inbox(tmp_path / "none").items() == ()
