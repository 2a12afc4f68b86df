"""In the child: what a file of a message is, by its first bytes before its name, and by its name before its type."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from smallgroup.intake.ole import MAGIC

_TEXTS = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xls", ".xlsb", ".ods")
_SMALL_PICTURE = 30_000
"""Bytes: the picture of a signature has fewer, a page that was scanned has more."""
_PICTURES = {
    b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"BM": ".bmp", b"II*\0": ".tiff", b"MM\0*": ".tiff",
}  # fmt: skip
_SAID = {
    ".ics": "a calendar invitation", ".vcs": "a calendar invitation", ".vcf": "a contact", ".p7s": "a signature",
    ".asc": "a signature", ".sig": "a signature", ".p7m": "an encrypted or sealed message; send it open",
    ".doc": "a text document", ".docx": "a text document", ".rtf": "a text document", ".ppt": "a presentation",
    ".pptx": "a presentation", ".msg": "a message in Outlook's own format; save it as .eml",
    ".rar": "an archive that is not opened", ".7z": "an archive that is not opened",
    ".gz": "an archive that is not opened", ".json": "no table", ".xml": "no table", ".js": "a program",
    ".exe": "a program", ".css": "no table",
}  # fmt: skip
_TYPES = {
    "text/calendar": ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s", "application/pgp-signature": ".asc", "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m", "application/pgp-encrypted": ".p7m", "application/rtf": ".rtf",
    "text/rtf": ".rtf", "text/csv": ".csv", "text/tab-separated-values": ".tsv",
}  # fmt: skip
_TNEF = "Outlook's own wrapping, which is not opened; have it sent in HTML or plain text format"
_REPORTS = ("message/delivery-status", "message/disposition-notification", "text/rfc822-headers")


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is file (with the suffix to read it by), page, archive, message or left (with the reason)."""

    name: str
    suffix: str = ""
    why: str = ""


def kind_of(name: str, data: bytes, content_type: str, *, inline: bool = False) -> Kind:
    """What the file is. `inline` says that the message shows it among its text."""
    suffix, start = PurePosixPath(name.lower()).suffix, data[:1024]
    if start.startswith(b"\x78\x9f\x3e\x22") or content_type in ("application/ms-tnef", "application/vnd.ms-tnef"):
        return Kind("left", why=_TNEF)
    if content_type == "message/rfc822" or suffix == ".eml":
        return Kind("message")
    if content_type in _REPORTS:
        return Kind("left", why="a report about delivery")
    if start.startswith(b"PK\x03\x04"):
        return _packed(data, suffix)
    if start.startswith(b"PK\x05\x06"):
        return Kind("left", why="an archive with nothing in it")
    if start.startswith(MAGIC):
        if suffix in (".doc", ".ppt", ".msg"):
            return Kind("left", why=_SAID[suffix])
        return Kind("file", suffix if suffix in _BOOKS else ".xls")  # an .xlsx with a password is one too
    if b"%PDF-" in start:
        return Kind("file", ".pdf")
    for magic, picture in _PICTURES.items():
        if start.startswith(magic) and not (magic == b"BM" and suffix in _TEXTS):
            if picture != ".tiff" and (inline or len(data) < _SMALL_PICTURE):
                return Kind("left", why="a small picture, as of a signature")
            return Kind("file", picture)
    if content_type.startswith("image/") or suffix in (".svg", ".webp", ".heic"):
        return Kind("left", why="a picture")
    told = _TYPES.get(content_type, "")
    if suffix in _SAID or told in _SAID:
        return Kind("left", why=_SAID.get(suffix) or _SAID[told])
    return _text_kind(data, start, suffix, told, content_type)


def _text_kind(data: bytes, start: bytes, suffix: str, told: str, content_type: str) -> Kind:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.match(rb"<(?:!doctype html|html|head|meta|style|table|body)", text) or content_type == "text/html":
        return Kind("page")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or not re.search(rb"[\x00-\x08\x0e-\x1f]", data[:65_536]):
        return Kind("file", suffix if suffix in _TEXTS else told if told in _TEXTS else ".csv")
    if suffix in _TEXTS or told in _TEXTS:  # UTF-16 without its mark, or no text: its reader says so
        return Kind("file", suffix if suffix in _TEXTS else told)
    if suffix in (*_BOOKS, ".pdf"):  # damaged: its reader says so
        return Kind("file", suffix)
    return Kind("left", why="no kind of file that may hold a census")


def _packed(data: bytes, suffix: str) -> Kind:
    """A workbook is an archive too: what it holds tells them apart."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            names = set(opened.namelist()[:5000])
            odf = "mimetype" in names and b"opendocument.spreadsheet" in opened.open("mimetype").read(200)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        return Kind("file", suffix) if suffix in (".xlsx", ".xlsb", ".ods") else Kind("archive")
    lowered = {entry.lower() for entry in names}
    if "xl/workbook.bin" in lowered:
        return Kind("file", ".xlsb")
    if "xl/workbook.xml" in lowered or (suffix == ".xlsx" and "[content_types].xml" in lowered):
        return Kind("file", ".xlsx")
    if odf:
        return Kind("file", ".ods")
    if any(entry.startswith(("word/", "ppt/")) for entry in lowered) or "mimetype" in lowered:
        return Kind("left", why="a text document or a presentation")
    return Kind("archive")
