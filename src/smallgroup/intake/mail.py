"""A message (.eml) → its parts, and the one of them that is the census. It is taken apart in a child process."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NoReturn

from smallgroup.census.layouts import likeness
from smallgroup.census.privacy import redacted, shown
from smallgroup.census.sheet import Sheet, blank
from smallgroup.errors import Problem, Refused
from smallgroup.intake import message, paper, spreadsheet
from smallgroup.intake.child import Limits
from smallgroup.intake.process import NoAnswer, answer

MOST_BYTES = 40 * 2**20
"""Of a whole message: a file of 25 MB has 34 as an attachment."""
_FIX = "Save the attachment from the mail program, and give that."


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message: `read` with its sheets, `refused` with its problems, or `left` with the reason.

    `name` is unique in its message; `size` is in bytes. A table of the body has a `form`, HTML or plain text, and
    shares its `group` with the other forms of that body.
    """

    name: str
    kind: Literal["file", "table", "left"]
    size: int
    why: str = ""
    group: int | None = None
    form: str = ""
    sheets: tuple[Sheet, ...] = ()
    notices: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def state(self) -> Literal["read", "refused", "left"]:
        return "left" if self.kind == "left" else "refused" if self.problems else "read"

    @property
    def title(self) -> str:
        return self.name if self.form else f"attachment {self.name}"


@dataclass(frozen=True, slots=True)
class Mail:
    """A message by the name of its file; `sender`, `subject` and `message_id` are what it says itself."""

    file: str
    sender: str
    subject: str
    message_id: str
    parts: tuple[Part, ...]

    @property
    def where(self) -> str:
        return f"Census file {self.file}"


def read_mail(path: str | os.PathLike[str], *, limits: Limits | None = None) -> Mail:
    """The message and each of its parts, the files among them read too. Raises Refused when it cannot be taken apart.

    `limits` are those of one file in it.
    """
    limits = limits or Limits()
    file = Path(path)
    whole = replace(limits, file_bytes=MOST_BYTES, cpu_seconds=20, wall_seconds=22.0)
    spreadsheet.first_bytes(file, whole)
    name = shown(file.name)
    try:
        return _understood(name, answer(message.lines, str(file.absolute()), whole, limits=whole), limits)
    except NoAnswer as silence:
        spreadsheet.refuse_silence(silence, f"Census file {name}", limits.paper, _FIX)


def part_of(path: str | os.PathLike[str], part: str | None = None, *, limits: Limits | None = None) -> Part:
    """The part of that name in a message, or the only census in it. Raises Refused."""
    file = Path(path)
    if file.suffix.lower() != ".eml":
        why = "a part is named, but only a message (.eml) has parts."
        raise Refused(Problem(f"Census file {shown(file.name)}", why, "Leave --part out."))
    return chosen(read_mail(file, limits=limits), part)


def chosen(mail: Mail, part: str | None = None) -> Part:
    """The part that is the census: the one named `part`, or the only one whose header is a census's.

    The same census twice, as in the two forms of one body, counts once. Raises Refused with a sentence that names the
    parts, or with what is wrong with the one part that was meant.
    """
    known = [one for one in mail.parts if one.kind != "left"]
    if part is not None:
        named = [one for one in known if one.name.casefold() == part.strip().casefold()]
        return _readable(named[0]) if named else _refuse(mail, *_no_such_part(part, known))
    like = {one.name: likeness(one.sheets) for one in known if one.sheets}
    complete = _once([one for one in known if one.sheets and like[one.name][0]])
    if len(complete) > 1:
        names = ", ".join(one.title for one in complete)
        fix = f'Say which with --part, for example --part "{complete[0].name}".'
        _refuse(mail, f"{len(complete)} parts of it could each be the census: {names}.", fix)
    if not complete:
        near = [one for one in known if one.sheets and like[one.name][1] > 1]
        files = [one for one in known if one.kind == "file"]
        complete = next((some for some in (near, files) if len(some) == 1), [])
    return _readable(complete[0]) if complete else _refuse(mail, *_nothing(mail))


def _readable(part: Part) -> Part:
    if part.problems:
        raise Refused(part.problems)
    return part


def _nothing(mail: Mail) -> tuple[str, str]:
    seen = []
    for one in mail.parts:
        why = one.why
        if not why:
            why = one.problems[0].why.removesuffix(".") if one.problems else "no header of a census"
        seen.append(f"{one.title} ({why})")
    fix = "Send the census as a spreadsheet or a .csv file, or as a table in the message."
    if not seen:
        return "it holds no attachment and no table.", fix
    more = f", and {len(seen) - 12} more" if len(seen) > 12 else ""
    return f"no part of it is a census. It holds {', '.join(seen[:12])}{more}.", fix


def _no_such_part(part: str, known: Sequence[Part]) -> tuple[str, str]:
    names = ", ".join(f'"{one.name}"' for one in known)
    return f"it has no part named {shown(part)!r}.", f"Its parts: {names}." if names else "It has none that is read."


def _refuse(mail: Mail, why: str, fix: str) -> NoReturn:
    raise Refused(Problem(mail.where, why, fix))


def _once(parts: Sequence[Part]) -> list[Part]:
    """Each census once: of the forms of one body the last, as a mail program shows it, and no copy of another."""
    last = {one.group: one.form for one in parts if one.group is not None}
    held: list[Part] = []
    for one in parts:
        other_form = one.group is not None and one.form != last[one.group]
        if not other_form and not any(_cells(one) == _cells(other) for other in held):
            held.append(one)
    return held


def _cells(part: Part) -> list[list[tuple[str, ...]]]:
    """What a reader sees, without blank rows and columns."""
    sheets = []
    for sheet in part.sheets:
        columns = [column for column in sheet.columns if not all(map(blank, column))]
        rows = (tuple("" if blank(cell) else str(cell).strip() for cell in row) for row in zip(*columns, strict=True))
        sheets.append([row for row in rows if any(row)])
    return sheets


def _understood(name: str, lines: Sequence[bytes], limits: Limits) -> Mail:
    """The message in an answer whose every part is checked: the child may have been taken over by the message."""
    rest = iter(lines)
    parts: list[Part] = []
    used: set[str] = set()
    tables = 0
    try:
        match spreadsheet._loaded(next(rest)):
            case {"mail": {"sender": str(sender), "subject": str(subject), "message_id": str(message_id)}}:
                mail = Mail(name, _clean(sender), _clean(subject), _clean(message_id), ())
            case {"refused": {"why": str(why), "fix": str(fix)}}:
                _refuse(Mail(name, "", "", "", ()), spreadsheet._clean(why), spreadsheet._clean(fix))
            case {"failed": "memory"}:
                raise NoAnswer("memory")
            case {"failed": str(error)}:
                raise NoAnswer("died", spreadsheet._clean(error))
            case _:
                raise NoAnswer("garbled")
        with TemporaryDirectory(prefix="smallgroup-") as folder:
            for line in rest:
                told = spreadsheet._loaded(line)
                match told:
                    case {"part": str(called), "group": int() | None as group, "bytes": int(size)}:
                        form = "" if called else str(told.get("form", ""))
                        tables += not called
                        called = shown(called) if called else f"body table {tables}"
                        part = Part(_unique(called, used), "left", size, group=group, form=_clean(form))
                    case _:
                        raise NoAnswer("garbled")
                place = Path(folder) / str(len(parts))
                parts.append(_part(part, told, rest, mail, place, limits))
    except (ValueError, TypeError, KeyError, StopIteration, RecursionError, binascii.Error):
        raise NoAnswer("garbled") from None
    return replace(mail, parts=tuple(parts))


def _part(part: Part, told: dict[str, Any], rest: Iterator[bytes], mail: Mail, place: Path, limits: Limits) -> Part:
    match told:
        case {"kind": "left", "why": str(why)}:
            return replace(part, why=_clean(why))
        case {"kind": "table"}:
            about = next(rest)
            columns = [next(rest) for _ in range(_count(about))]
            part = replace(part, kind="table", why="")
            (sheet,), _ = spreadsheet.understood([about, *columns], mail.where, limits.paper)
            sheet = replace(sheet, name=part.name, origin=f"{mail.file}, {part.title}")
            said = f"Read: {part.title} of the message{f', in {part.form}' if part.form else ''}."
            return replace(part, sheets=(sheet,), notices=(said,))
        case {"kind": "file", "suffix": str(suffix), "damaged": bool(damaged)}:
            data = base64.b64decode(spreadsheet._loaded(next(rest)), validate=True)
            return _file(replace(part, kind="file"), data, suffix, mail, place, limits, damaged=damaged)
    raise NoAnswer("garbled")


def _count(about: bytes) -> int:
    match spreadsheet._loaded(about):
        case {"columns": int(count)} if count >= 0:
            return count
    raise NoAnswer("garbled")


def _file(part: Part, data: bytes, suffix: str, mail: Mail, place: Path, limits: Limits, *, damaged: bool) -> Part:
    """The attachment, read as if it had been saved by its name."""
    stem = Path(part.name.replace("/", " ").replace("\\", " ")).stem.strip(". ") or "attachment"
    file = place / f"{stem}{spreadsheet._clean(suffix)}"
    place.mkdir(mode=0o700)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
    origin = f"{mail.file}, {part.title}"
    try:
        on_paper = file.suffix in paper.SUFFIXES
        if on_paper:
            sheets, notices = paper.sheets_of(file, recognized=limits.recognition)
        else:
            sheets, notices = spreadsheet.sheets_of(file, limits=limits)
    except Refused as refused:
        own = f"Census file {spreadsheet.name_of(file)}"
        where = f"Census file {origin}"
        problems = [replace(one, where=where + one.where.removeprefix(own)) for one in refused.problems]
        if damaged:
            why = "its base64 text is damaged, as if a part of the message were missing."
            problems.insert(0, Problem(where, why, "Have it sent again."))
        return replace(part, problems=tuple(problems))
    finally:
        file.unlink()
    told = [f"Read: {part.title} of the message.", *notices]
    if damaged:
        told.append("Its base64 text is damaged; look whether everybody is in it.")
    return replace(part, sheets=tuple(replace(one, origin=origin) for one in sheets), notices=tuple(told))


def _unique(name: str, used: set[str]) -> str:
    unique, number = name, 1
    while unique.casefold() in used:
        number += 1
        unique = f"{name} ({number})"
    used.add(unique.casefold())
    return unique


def _clean(text: str) -> str:
    """A text of the message as a record may hold it: one line, and no Social Security number."""
    return redacted(spreadsheet._clean(text))
