"""One intake: what came in is kept unchanged under its SHA-256, with a record of what it was found to be.

An item is a folder, `INBOX/<sha256>/` with `original/NAME` and `record.json`, made beside the others and given its
name in one step: a process that is killed leaves all of an item or none of it, and what comes again is the same
item with one more arrival. It is personal data: nobody but its owner may look into the folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from smallgroup.errors import Problem, Refused
from smallgroup.whole import whole_file

if TYPE_CHECKING:
    from smallgroup.census.read import Census
    from smallgroup.intake.mail import Mail

Source = Literal["file", "folder", "imap"]
State = Literal["read", "refused", "to review"]

MOST_BYTES = 40 * 2**20
_FORMAT = 1
_MARK, _LOCK, _PART = "inbox.json", ".lock", ".part"
_RECORD, _ORIGINAL = "record.json", "original"
_SHA = re.compile(r"[0-9a-f]{64}")
_ID = 12  # signs of the SHA-256 that name an item to a person


@dataclass(frozen=True, slots=True)
class Arrival:
    """Once that the bytes came in. `place` names the message in its mailbox, so that it never arrives twice."""

    source: Source
    received_on: date
    name: str
    place: str | None = None

    def as_json(self) -> dict[str, object]:
        return {"source": self.source, "received_on": self.received_on.isoformat(), "name": self.name,
                "place": self.place}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of one original. The problems are as `Problem.as_json` gives them."""

    sha256: str
    name: str
    size: int
    state: State
    review: bool
    arrivals: tuple[Arrival, ...]
    sender: str | None = None
    subject: str | None = None
    message_id: str | None = None
    part: str | None = None
    parts: tuple[dict[str, Any], ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[dict[str, Any], ...] = ()
    to_check: tuple[dict[str, Any], ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.sha256[:_ID]

    def as_json(self) -> dict[str, object]:
        """The record, as docs/files.md has it."""
        return {
            "format": _FORMAT, "id": self.id, "sha256": self.sha256, "name": self.name, "bytes": self.size,
            "state": self.state, "review": self.review, "sender": self.sender, "subject": self.subject,
            "message_id": self.message_id, "part": self.part, "parts": list(self.parts), "counts": self.counts,
            "problems": list(self.problems), "to_check": list(self.to_check), "notices": list(self.notices),
            "arrivals": [one.as_json() for one in self.arrivals],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inbox:
    """The intake in one folder, which need not exist before the first `take`."""

    folder: Path

    def take(self, what: bytes | Path, *, source: Source, received_on: date, name: str | None = None,
             place: str | None = None, review: bool = False) -> Item:  # fmt: skip
        """Keep the original and what it was found to be; when this returns, both are on the disk.

        `what` is a file, or the bytes of one called `name`. `received_on` is also the day after which nobody is
        born yet. `review` says that a person has to look at it, whatever is found. A census that cannot be read is
        taken all the same, and its item says why. Raises Refused when the file or the inbox cannot be used.
        """
        data, name = (what, name or "message.eml") if isinstance(what, bytes) else (_bytes_of(what), name or what.name)
        if len(data) > MOST_BYTES:
            why = f"it has {len(data) / 2**20:,.1f} MB; at most {MOST_BYTES // 2**20} MB are taken."
            raise Refused(Problem(_safe(name), why, "Send the census by itself."))
        sha256, arrival = hashlib.sha256(data).hexdigest(), Arrival(source, received_on, _safe(name), place)
        with self._locked():
            known = self._load(sha256)
            if known is not None:
                return self._arrived(known, arrival)
            return self._taken(data, sha256, arrival, review=review)

    def items(self) -> tuple[Item, ...]:
        """All items, by the day on which they first came in, then by name. Raises Refused for a damaged record."""
        if not self.folder.exists():
            return ()
        self._ours()
        names = sorted(entry.name for entry in self.folder.iterdir() if _SHA.fullmatch(entry.name))
        found = [item for name in names if (item := self._load(name)) is not None]
        return tuple(sorted(found, key=lambda item: (item.arrivals[0].received_on, item.name, item.sha256)))

    def item(self, id: str) -> Item:
        """The item whose SHA-256 begins with `id`, at least four signs of it. Raises Refused."""
        wanted = id.strip().lower()
        if self.folder.exists():
            self._ours()
            names = [entry.name for entry in self.folder.iterdir() if _SHA.fullmatch(entry.name)]
            found = [name for name in names if len(wanted) >= 4 and name.startswith(wanted)]
            if len(found) == 1 and (item := self._load(found[0])) is not None:
                return item
            if len(found) > 1:
                raise Refused(Problem("ID", f"{len(found)} items begin so.", "Give more of it.", seen=id[:64]))
        why = "no item of the inbox has it."
        raise Refused(Problem("ID", why, "smallgroup census inbox list shows them.", seen=id[:64]))

    def original(self, item: Item) -> Path:
        """The file as it came in."""
        return self.folder / item.sha256 / _ORIGINAL / item.name

    def places(self) -> dict[str, Item]:
        """The item that each message of a mailbox became."""
        return {one.place: item for item in self.items() for one in item.arrivals if one.place is not None}

    def _taken(self, data: bytes, sha256: str, arrival: Arrival, *, review: bool) -> Item:
        part = self.folder / _PART
        original = part / _ORIGINAL / arrival.name
        with _explained(self.folder):
            part.mkdir(mode=0o700)
            original.parent.mkdir(mode=0o700)
            with whole_file(original) as out:
                out.write(data)
        empty = Item(sha256, arrival.name, len(data), "refused", review, (arrival,))
        item = _looked_into(empty, original, arrival.received_on)
        with _explained(self.folder):
            _write(part / _RECORD, item.as_json())
            os.rename(part, self.folder / sha256)
            _flush(self.folder)
        return item

    def _arrived(self, known: Item, arrival: Arrival) -> Item:
        if arrival.place is not None and arrival.place in {one.place for one in known.arrivals}:
            return known
        item = replace(known, arrivals=(*known.arrivals, arrival))
        with _explained(self.folder):
            _write(self.folder / known.sha256 / _RECORD, item.as_json())
        return item

    def _load(self, sha256: str) -> Item | None:
        path = self.folder / sha256 / _RECORD
        try:
            told = json.loads(path.read_text("utf-8"))
            return _item(told) if told["format"] == _FORMAT and told["sha256"] == sha256 else _damaged(sha256)
        except FileNotFoundError:
            return None if not path.parent.exists() else _damaged(sha256)
        except OSError as error:
            why = f"the record cannot be read: {error.strerror or type(error).__name__}."
            raise Refused(Problem(f"Inbox, item {sha256[:_ID]}", why, "Check the folder.")) from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return _damaged(sha256)

    def _ours(self) -> None:
        """Raises Refused when the folder is something else than an inbox."""
        try:
            if (self.folder / _MARK).is_file():
                return
            entries = [entry.name for entry in self.folder.iterdir() if entry.name != _LOCK]
        except OSError as error:
            raise Refused(_unusable(self.folder, error)) from None
        if any(not re.fullmatch(r"tmp.*\.part", name) for name in entries):
            why = "it is no inbox, and there is something in it."
            raise Refused(Problem(f"Inbox {self.folder.name}", why, "Name an empty or a new folder."))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time; what a killed one left is taken away."""
        with _explained(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._ours()
            self.folder.chmod(0o700)
            lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with _explained(self.folder):
                if not (self.folder / _MARK).exists():
                    _write(self.folder / _MARK, {"format": _FORMAT})
                shutil.rmtree(self.folder / _PART, ignore_errors=True)
            yield
        finally:
            os.close(lock)


def _looked_into(item: Item, original: Path, day: date) -> Item:
    """The item with what the census in it says. A refused census is no failure: its problems are kept."""
    from smallgroup.census.read import read_census
    from smallgroup.intake import census_file, mail

    try:
        if original.suffix != ".eml":
            return _with_census(item, census_file(original, as_of=day))
        read = mail.read_mail(original)
        item = _with_message(item, read)
        part = mail.chosen(read)
        item = replace(item, part=part.name, notices=part.notices)
        return _with_census(item, read_census(part.sheets, file=item.name, as_of=day))
    except Refused as refused:
        return replace(
            item, problems=tuple(one.as_json() for one in refused.problems),
            to_check=tuple(one.as_json() for one in refused.to_check),
        )  # fmt: skip


def _with_message(item: Item, read: Mail) -> Item:
    parts = tuple(
        {"name": one.name, "kind": one.kind, "bytes": one.size, "state": one.state,
         "why": one.why or (one.problems[0].why if one.problems else "")}
        for one in read.parts
    )  # fmt: skip
    return replace(item, sender=read.sender, subject=read.subject, message_id=read.message_id or None, parts=parts)


def _with_census(item: Item, census: Census) -> Item:
    members = census.members
    employees = int((members["relationship"] == "employee").sum())
    counts = {"members": members.height, "employees": employees, "dependents": members.height - employees}
    review = item.review or census.reading is not None  # what character recognition read is always for a person
    return replace(
        item, state="to review" if review else "read", review=review, counts=counts,
        notices=(*item.notices, *census.notices), to_check=tuple(one.as_json() for one in census.to_check),
    )  # fmt: skip


def _item(told: dict[str, Any]) -> Item:
    if told["state"] not in get_args(State) or not told["arrivals"]:
        raise ValueError("state")
    arrivals = tuple(
        Arrival(one["source"], date.fromisoformat(one["received_on"]), str(one["name"]), one["place"])
        for one in told["arrivals"]
    )  # fmt: skip
    return Item(
        told["sha256"], str(told["name"]), int(told["bytes"]), told["state"], bool(told["review"]), arrivals,
        sender=told["sender"], subject=told["subject"], message_id=told["message_id"], part=told["part"],
        parts=tuple(told["parts"]), counts=dict(told["counts"]), problems=tuple(told["problems"]),
        to_check=tuple(told["to_check"]), notices=tuple(told["notices"]),
    )  # fmt: skip


def _damaged(sha256: str) -> Item:
    why = "its record is not what was written there."
    fix = f"Move the folder {sha256} out of the inbox, and add the original in it once more."
    raise Refused(Problem(f"Inbox, item {sha256[:_ID]}", why, fix))


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Refused(Problem(_safe(path.name), "it is a folder.", "Name the files in it."))
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise Refused(Problem(_safe(path.name), "there is no such file.", "Check its name and folder.")) from None
    except OSError as error:
        why = f"it cannot be read: {error.strerror or type(error).__name__}."
        raise Refused(Problem(_safe(path.name), why, "Check that it may be read.")) from None


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(_unusable(folder, error)) from None


def _unusable(folder: Path, error: OSError) -> Problem:
    why = f"it cannot be used: {error.strerror or type(error).__name__}."
    return Problem(f"Inbox {_safe(folder.name)}", why, "Name a folder that may be written, on a disk with room.")


def _write(path: Path, value: object) -> None:
    with whole_file(path) as out:
        out.write((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"))


def _flush(folder: Path) -> None:
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _safe(name: str) -> str:
    """The name of a file, without any folder, as it may stand in a message and on a disk."""
    from smallgroup.census.privacy import shown

    name = re.split(r"[/\\]", name)[-1].strip()
    stem, dot, suffix = name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", suffix):
        stem, dot, suffix = name, "", ""
    stem = shown(stem)[:50].strip(". ") or "file"
    return f"{stem}{dot}{suffix}"
