"""In the child: an e-mail message → lines of the answer: what it says of itself, then each of its parts.

A part is a file that may be a census, with its bytes; a table of the body, as a sheet; or something that is left,
with the reason. Nothing that a message points at is ever fetched.
"""

from __future__ import annotations

import base64
import binascii
import email
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import errors
from email.header import decode_header, make_header
from email.message import Message

from smallgroup.intake.child import Limits, Unreadable, line_of, sheet_lines
from smallgroup.intake.html_table import html_tables
from smallgroup.intake.part_kind import Kind, kind_of
from smallgroup.intake.text_table import Grid, text_tables

MOST_DEPTH = 20
MOST_PARTS = 200
MOST_FILES = 12
"""How many files of one message are looked into."""
_MOST_TABLES = 60
_MOST_TEXT = 4 * 2**20  # characters of one body; a census of 10,000 people has 1 million
_HEADERS = ("from", "date", "subject", "message-id", "received", "content-type", "mime-version", "to", "return-path")
_DAMAGED = (errors.InvalidBase64PaddingDefect, errors.InvalidBase64CharactersDefect, errors.InvalidBase64LengthDefect)
_TOO_DEEP = Unreadable(f"its parts are nested more than {MOST_DEPTH} deep.", "Send the census by itself.")
_UUENCODED = re.compile(r"^begin [0-7]{3,4} (?P<name>[^\r\n]{1,200})\r?\n(?P<body>.*?)^end\r?$", re.M | re.S)


def lines(path: str, limits: Limits) -> Iterator[bytes]:
    """The message, then its parts. Raises Unreadable with a sentence."""
    with open(path, "rb") as file:
        data = file.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise Unreadable("the file grew while it was read.", "Wait until it is written, then try again.")
    try:
        message = email.message_from_bytes(data.lstrip(b"\r\n"))
        del data
        found = _Found(limits)
        found.walk(message, 0, None)
    except RecursionError:
        raise _TOO_DEEP from None
    if not any(name in message for name in _HEADERS):
        raise Unreadable(
            "it is named .eml but is no e-mail message: no header stands at its beginning.",
            "Save the message from the mail program once more, or send the census by itself.",
        )
    yield line_of({"mail": {"sender": _text(message, "from"), "subject": _text(message, "subject"),
                            "message_id": _text(message, "message-id")}})  # fmt: skip
    for part in found.parts:
        about = {"part": part.name, "group": part.group, "bytes": part.size, "damaged": part.damaged}
        if part.grid is not None:
            yield line_of(about | {"kind": "table", "form": part.form})
            grid = part.grid
            yield from sheet_lines("", grid.numbers, grid.columns, last_row=grid.last_row, merged=grid.merged)
        elif part.data is not None:
            yield line_of(about | {"kind": "file", "suffix": part.suffix})
            yield line_of(base64.b64encode(part.data).decode("ascii"))
        else:
            yield line_of(about | {"kind": "left", "why": part.why})


@dataclass(slots=True)
class _Part:
    """`group` is the same for the forms of one body, as plain text and as HTML; a table of it has no name."""

    name: str
    size: int
    group: int | None = None
    suffix: str = ""
    data: bytes | None = None
    grid: Grid | None = None
    form: str = ""
    why: str = ""
    damaged: bool = False


@dataclass(slots=True)
class _Found:
    """What was met so far, in the order of the message."""

    limits: Limits
    parts: list[_Part] = field(default_factory=list)
    met: int = 0
    files: int = 0
    tables: int = 0
    groups: int = 0
    unpacked: int = 0

    def walk(self, message: Message, depth: int, group: int | None) -> None:
        if depth > MOST_DEPTH:
            raise _TOO_DEEP
        self.met += 1
        if self.met > MOST_PARTS:
            raise Unreadable(f"it has more than {MOST_PARTS} parts.", "Send the census by itself.")
        if message.is_multipart():
            if message.get_content_maintype() == "message":
                group = None
            elif message.get_content_subtype() == "alternative":
                self.groups += 1
                group = self.groups
            for part in message.get_payload():
                assert isinstance(part, Message)
                self.walk(_unwrapped(message, part), depth + 1, group)
        elif message.get_content_maintype() == "multipart" and (again := _with_boundary(message)) is not None:
            self.walk(again, depth + 1, group)
        else:
            self._leaf(message, depth, group)

    def _leaf(self, message: Message, depth: int, group: int | None) -> None:
        data = _decoded(message)
        name, kind = _file_name(message), message.get_content_type()
        charset = message.get_content_charset()
        if not data.strip():
            if name:
                self._leave(name, 0, "it is empty")
            return
        disposition = message.get_content_disposition()
        if name is None and disposition != "attachment" and kind in ("text/plain", "text/html"):
            text = _as_text(data, charset)
            if kind == "text/html":
                self._tables("", "HTML", html_tables(text[:_MOST_TEXT], self.limits), len(data), group)
            else:
                flowed = str(message.get_param("format", "")).lower() == "flowed"
                text = self._without_uuencoded(text)
                grids = text_tables(text[:_MOST_TEXT], self.limits, flowed=flowed)
                self._tables("", "plain text", grids, len(data), group)
            return
        damaged = any(isinstance(defect, _DAMAGED) for defect in message.defects)
        inline = disposition == "inline" or (disposition is None and "content-id" in message)
        self.file(name or "", data, kind, charset=charset, inline=inline, depth=depth, damaged=damaged)

    def file(self, name: str, data: bytes, content_type: str, *, depth: int, charset: str | None = None,
             inline: bool = False, damaged: bool = False, packed: bool = False) -> None:  # fmt: skip
        """One file: `packed` where it came out of an archive or a text, so that nothing in it is opened in turn."""
        name = name or f"part {self.met}"
        kind: Kind = kind_of(name, data, content_type, inline=inline)
        if kind.name == "message" and not packed:
            self.walk(email.message_from_bytes(data.lstrip(b"\r\n")), depth + 1, None)
        elif kind.name == "archive" and not packed:
            self._unpack(name, data, depth)
        elif kind.name == "page":
            grids = html_tables(_as_text(data, charset)[:_MOST_TEXT], self.limits)
            self._tables(name, "HTML", grids, len(data), None)
        elif kind.name != "file":
            self._leave(name, len(data), kind.why or "an archive or a message inside another, which is not opened")
        elif len(data) > self.limits.unpacked_bytes:
            most = self.limits.unpacked_bytes // 2**20
            self._leave(name, len(data), f"it has {len(data) / 2**20:,.1f} MB; at most {most} MB are read")
        elif self.files >= MOST_FILES:
            self._leave(name, len(data), f"only the first {MOST_FILES} files of a message are looked into")
        else:
            self.files += 1
            data = _recoded(data, charset) if kind.suffix in (".csv", ".tsv", ".txt") else data
            part = _Part(name, len(data), suffix=kind.suffix, data=data, damaged=damaged)
            self.parts.append(part)

    def _leave(self, name: str, size: int, why: str) -> None:
        self.parts.append(_Part(name, size, why=why))

    def _tables(self, name: str, form: str, grids: list[Grid], size: int, group: int | None) -> None:
        """The tables of a body, or of the web page that is attached under `name`."""
        if name and not grids:
            self._leave(name, size, "a web page without a table")
        for grid in grids[: _MOST_TABLES - self.tables]:
            self.tables += 1
            self.parts.append(_Part(name, size, group=group, grid=grid, form=form))

    def _unpack(self, archive: str, data: bytes, depth: int) -> None:
        """The files of an archive, one level deep and within the limits."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                entries = [entry for entry in opened.infolist() if not entry.is_dir()]
                if len(entries) > MOST_PARTS:
                    self._leave(archive, len(data), f"an archive of more than {MOST_PARTS} files")
                    return
                for entry in entries:
                    name = re.split(r"[/\\]", entry.filename)[-1]
                    if entry.filename.startswith("__MACOSX") or name.startswith("._"):
                        continue
                    name = f"{archive}/{name}"
                    if entry.flag_bits & 1:
                        self._leave(name, entry.file_size, "it is protected by a password; send it without one")
                        continue
                    room = self.limits.unpacked_bytes - self.unpacked
                    content = b"" if entry.file_size > room else opened.open(entry).read(room + 1)
                    if entry.file_size > room or len(content) > room:
                        most = self.limits.unpacked_bytes // 2**20
                        self._leave(name, entry.file_size, f"at most {most} MB are unpacked of one message")
                        continue
                    self.unpacked += len(content)
                    self.file(name, content, "application/octet-stream", depth=depth, packed=True)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
            self._leave(archive, len(data), "an archive that is damaged, or packed in a way that is not read")

    def _without_uuencoded(self, text: str) -> str:
        """The body without the files that stand in it between `begin 644 name` and `end`, which are taken."""
        for found in list(_UUENCODED.finditer(text))[:MOST_FILES]:
            try:
                data = b"".join(binascii.a2b_uu(line) for line in found["body"].splitlines() if line.strip())
            except (binascii.Error, ValueError):
                continue
            if data:
                self.file(found["name"].strip(), data, "application/octet-stream", depth=MOST_DEPTH, packed=True)
                text = text.replace(found[0], "")
        return text


def _unwrapped(outer: Message, inner: Message) -> Message:
    """The message inside another; some programs encode it whole, which the standard does not allow."""
    encoding = str(outer.get("content-transfer-encoding", "")).strip().lower()
    if outer.get_content_maintype() == "message" and encoding in ("base64", "quoted-printable") and not inner.keys():
        carrier = Message()
        carrier["Content-Transfer-Encoding"] = encoding
        carrier.set_payload(_decoded(inner).decode("ascii", "surrogateescape"))
        return email.message_from_bytes(_decoded(carrier))
    return inner


def _with_boundary(message: Message) -> Message | None:
    """A message of several parts that does not name the line between them: the first such line is taken for it."""
    data = _decoded(message)
    line = re.search(rb"^--(\S[^\r\n]{0,69})\r?$", data, re.M)
    if line is None:
        return None
    boundary = line[1].strip().replace(b'"', b"")
    head = f"Content-Type: {message.get_content_type()}; boundary=".encode("ascii", "replace")
    again = email.message_from_bytes(head + b'"' + boundary + b'"\n\n' + data)
    return again if again.is_multipart() else None


def _decoded(message: Message) -> bytes:
    try:
        data = message.get_payload(decode=True)
    except (ValueError, LookupError):  # an encoding that Python cannot undo
        return b""
    return data if isinstance(data, bytes) else b""


def _file_name(message: Message) -> str | None:
    """The name without any folder; both ways of writing letters that are not ASCII are undone."""
    try:
        name = message.get_filename()
        if name is None:
            return None
        if "=?" in name and len(name) < 2000:
            name = str(make_header(decode_header(name)))
    except (ValueError, LookupError, TypeError, AttributeError, errors.MessageError):
        return ""
    name = re.split(r"[/\\\0]", name)[-1].strip().strip('"')
    if len(name) > 120:
        stem, dot, suffix = name.rpartition(".")
        name = f"{stem[:100]}{dot}{suffix}" if dot and len(suffix) <= 8 else name[:120]
    return "" if not name.strip(". ") else name


def _text(message: Message, name: str) -> str:
    """A header as a person would read it, at most 200 characters of it."""
    said = str(message.get(name, ""))[:2000]
    with suppress(ValueError, LookupError, TypeError, errors.MessageError):
        said = str(make_header(decode_header(said)))
    return " ".join(said.split())[:200]


def _as_text(data: bytes, charset: str | None) -> str:
    if charset is None and (meta := re.search(rb"charset=[\"']?([\w-]{2,30})", data[:2000])):
        charset = meta[1].decode("ascii", "replace")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    for encoding in (charset, "utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding) if encoding else data.decode("utf-8-sig")
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _recoded(data: bytes, charset: str | None) -> bytes:
    """The text in UTF-8 where its charset is said, so that the reader of texts need not find it."""
    if charset in (None, "utf-8", "us-ascii") or data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return data
    try:
        return data.decode(str(charset)).encode()
    except (LookupError, ValueError):
        return data
