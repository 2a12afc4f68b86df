"""What a file is by its content, whatever its name says; and what is not let in."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from smallgroup.errors import Problem, Refused

_TEST_VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
"""The sign by which scanners are tried out; split, so that this file is not taken for it."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!", b"L\x00\x00\x00")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_WANTED = "Hand it in as a PDF, a picture (PNG, JPEG, TIFF), .xlsx, .docx, .csv or .txt."


@dataclass(frozen=True)
class FileType:
    """`suffix` is the one under which it is handed out again."""

    name: str
    media_type: str
    suffix: str


PDF = FileType("PDF", "application/pdf", ".pdf")
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", FileType("PNG picture", "image/png", ".png")),
    (b"\xff\xd8\xff", FileType("JPEG picture", "image/jpeg", ".jpg")),
    (b"II*\x00", FileType("TIFF picture", "image/tiff", ".tif")),
    (b"MM\x00*", FileType("TIFF picture", "image/tiff", ".tif")),
)
_ZIPPED = (
    ("xl/workbook.xml", FileType("Excel workbook", f"{_OFFICE}spreadsheetml.sheet", ".xlsx")),
    ("word/document.xml", FileType("Word document", f"{_OFFICE}wordprocessingml.document", ".docx")),
)
_HEIC = FileType("HEIC picture", "image/heic", ".heic")
_CSV = FileType("table as text", "text/csv", ".csv")
_TEXT = FileType("text", "text/plain", ".txt")


def file_type(data: bytes, name: str) -> FileType:
    """Raises Refused, with a sentence under the file's name: too large, empty, dangerous, or nothing that is taken."""

    try:
        return _known(data)
    except _NotTaken as no:
        raise Refused(Problem(name, no.why, no.fix)) from None


class _NotTaken(Exception):
    def __init__(self, why: str, fix: str = _WANTED):
        self.why, self.fix = why, fix


def _known(data: bytes) -> FileType:
    if not data:
        raise _NotTaken("it is empty.", "Look whether it opens on your side, and send it again.")
    if _TEST_VIRUS in data:
        raise _NotTaken("it holds the sign of a virus test, so it was not taken.", "Send the paper itself.")
    if data.startswith(_PROGRAMS):
        raise _NotTaken("it is a program, not a paper.")
    if data.startswith(_OLD_OFFICE):
        raise _NotTaken("it is of an old Office format, or locked by a password, and may hold macros.",
                      "Save it as a PDF, .xlsx or .docx without a password.")  # fmt: skip
    for magic, kind in _PICTURES:
        if data.startswith(magic):
            return kind
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"heif"):
        return _HEIC
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(b"PK"):
        return _office(data)
    return _text(data)


def _office(data: bytes) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {one.lower() for one in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise _NotTaken("it is damaged: its parts cannot be listed.", "Send it again.") from None
    if any(one.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in one for one in names):
        raise _NotTaken("it holds macros.", "Save it as .xlsx, .docx or PDF, without macros.")
    for part, kind in _ZIPPED:
        if part in names:
            return kind
    raise _NotTaken("it is an archive, not a paper.", "Take the files out, and hand them in by themselves.")


def _text(data: bytes) -> FileType:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        # The older code page of Windows: every byte is a letter, so only its control characters speak against it.
        text = data.decode("cp1252", "replace")
        if sum(letter == "\ufffd" for letter in text) > len(text) / 100:
            raise _NotTaken("it is nothing that is known here.") from None
    if any(ord(letter) < 32 and letter not in "\t\r\n\f\x1a" for letter in text[:200_000]):
        raise _NotTaken("it is nothing that is known here.")
    begins = text.lstrip().casefold()[:1000]
    if begins.startswith("<") and any(tag in begins for tag in ("<html", "<script", "<!doctype", "<svg", "<?xml")):
        raise _NotTaken("it is a web page or a drawing in code, which may run in a browser.", "Print it as a PDF.")
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    for mark in ",;\t":
        counts = {line.count(mark) for line in lines}
        if len(lines) > 1 and counts and min(counts) > 0:
            return _CSV
    return _TEXT
