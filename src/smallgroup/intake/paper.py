"""A census on paper: a PDF with text, or what a fax machine or a scanner made of one; read in limited children."""

from __future__ import annotations

import shutil
from os import PathLike
from pathlib import Path
from typing import Final

from smallgroup.census.sheet import Sheet
from smallgroup.intake import pdf_table, recognition
from smallgroup.intake.child import Limits
from smallgroup.intake.process import NoAnswer, answer
from smallgroup.intake.spreadsheet import AS_DATA, first_bytes, name_of, place_of, refuse, refuse_silence, understood

PICTURES: Final = (".tif", ".tiff", ".png", ".jpg", ".jpeg")
SUFFIXES: Final = (".pdf", *PICTURES)
TEXT_LIMITS: Final = Limits(cpu_seconds=20, wall_seconds=22.0, rows=20_000)
# Twelve pages, each decoded, straightened and read twice; the recognizer has the same memory, and a clock of its own.
PICTURE_LIMITS: Final = Limits(cpu_seconds=60, wall_seconds=300.0, memory_bytes=768 * 2**20, rows=20_000)
COMMANDS: Final = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin"
"""Where tesseract is looked for: never in a folder that somebody's environment names."""

COMPARED: Final = (
    "Run smallgroup census check FILE --fixed OUT.xlsx, compare OUT.xlsx with the original, and hand that in."
)
_STARTS: Final = {
    ".tif": ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "TIFF"),
    ".png": ((b"\x89PNG\r\n\x1a\n",), "PNG"),
    ".jpg": ((b"\xff\xd8\xff",), "JPEG"),
}


def sheets_of(path: str | PathLike[str], *, recognized: bool = True) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """The tables on the paper, and notices about how they were read. Where they were recognized, `Sheet.confidence`
    says how surely. Raises Refused: it is damaged, protected, harmful, has no table, or tesseract is missing; or it has
    to be `recognized`, and that is not wanted.
    """
    file = Path(path)
    where, suffix = place_of(file, TEXT_LIMITS), file.suffix.lower()
    start = first_bytes(file, TEXT_LIMITS)
    try:
        if suffix == ".pdf":
            if b"%PDF-" not in start:
                refuse(where, "it is named .pdf but is no PDF.", "Check whether it was saved whole, and what it is.")
            lines = answer(pdf_table.lines, str(file.absolute()), TEXT_LIMITS, limits=TEXT_LIMITS)
            if lines != [pdf_table.SCAN]:
                return understood(lines, where)
        else:
            starts, kind = _STARTS[{".tiff": ".tif", ".jpeg": ".jpg"}.get(suffix, suffix)]
            if not start.startswith(starts):
                why = f"it is named {suffix} but is no {kind}."
                refuse(where, why, "Check whether it was saved whole, and what it is.")
        if not recognized:
            refuse(where, "it is a fax or a scan, which only character recognition can read.", COMPARED)
        command = _tesseract(where, file)
        lines = answer(
            recognition.lines, str(file.absolute()), PICTURE_LIMITS, command, pdf=suffix == ".pdf",
            limits=PICTURE_LIMITS,
        )  # fmt: skip
        return understood(lines, where)
    except NoAnswer as silence:
        refuse_silence(silence, where, TEXT_LIMITS.paper, AS_DATA)


def _tesseract(where: str, file: Path) -> str:
    command = shutil.which("tesseract", path=COMMANDS)
    if command is None:
        refuse(
            where, f"{name_of(file)} is a picture, and tesseract, which reads pictures, is not installed.",
            "Install it (on Debian and Ubuntu: apt-get install tesseract-ocr), or send a spreadsheet or CSV file.",
        )  # fmt: skip
    return command
