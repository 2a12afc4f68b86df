"""In the child: a census that is a PDF with text → lines of the answer. A PDF of pictures is for recognition."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from smallgroup.intake import pages
from smallgroup.intake.child import Limits, Unreadable, line_of
from smallgroup.intake.grid import Grid, Word, aligned, ruled

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PAGES: Final = 60
_ADVICE: Final = "Send the spreadsheet or the CSV file that it was printed from."
_SCANNED: Final = 0.6  # of a page, from which on a picture on it is the page


def lines(path: str, limits: Limits) -> Iterator[bytes]:
    """The tables of the PDF. Where pages are pictures, one line says so instead: SCAN. Raises Unreadable."""
    sys.dont_write_bytecode = True  # a child may write no file
    try:
        import pdfplumber
        import pypdfium2
    except ModuleNotFoundError:
        raise Unreadable(
            "reading a PDF needs pdfplumber, which is not installed.", "Run pip install smallgroup[intake]."
        ) from None
    try:
        with _upright(path, pypdfium2) as source, pdfplumber.open(source) as book:
            held = []
            for number, page in enumerate(book.pages, start=1):
                parts = _parts(number, page)
                if parts is None:
                    yield SCAN
                    return
                held.append(parts)
                page.close()
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise told_as(error) from None
    if not any(held):
        raise Unreadable("there is nothing on its pages.", _ADVICE)
    yield from pages.sheets(held, limits)


SCAN: Final = line_of({"scan": True})


def told_as(error: Exception) -> Exception:
    """The sentence for what a parser raised; its own text may quote the file, and is not told."""
    cause: Any = error  # pdfplumber wraps what its parser raises
    while cause.args and isinstance(cause.args[0], BaseException):
        cause = cause.args[0]
    if isinstance(cause, MemoryError):
        return cause
    kind = type(cause).__name__
    if "Password" in kind or "Encrypt" in kind or "password" in str(cause).lower():
        return Unreadable("it is protected by a password.", "Save it without one.")
    return Unreadable(f"the PDF is damaged ({kind}).", f"Save it again, or better: {_ADVICE[0].lower()}{_ADVICE[1:]}")


def _upright(path: str, pypdfium2: Any) -> Any:
    """The file; or, where text is written sideways on its pages, a copy whose pages are turned."""
    book = pypdfium2.PdfDocument(path)
    try:
        if len(book) > MOST_PAGES:
            raise Unreadable(f"it has more than {MOST_PAGES} pages.", "Send only the pages that name the people.")
        turned = False
        for page in book:
            turn = _turn(page)
            if turn:
                page.set_rotation((page.get_rotation() + turn) % 360)
                turned = True
        if not turned:
            return open(path, "rb")
        copy = io.BytesIO()
        book.save(copy)
        copy.seek(0)
        return copy
    finally:
        book.close()


def _turn(page: Any) -> int:
    """By how much to turn the page, so that most of its letters stand upright."""
    from math import pi

    import pypdfium2.raw as raw

    text = page.get_textpage()
    counts = {0: 0, 90: 0, 180: 0, 270: 0}
    for at in range(min(text.count_chars(), 400)):
        angle = raw.FPDFText_GetCharAngle(text, at)
        if angle >= 0:
            counts[round(angle / (pi / 2)) * 90 % 360] += 1
    text.close()
    written = max(counts, key=lambda angle: counts[angle])
    return (-written - page.get_rotation()) % 360 if counts[written] else 0


def _parts(number: int, page: Any) -> list[pages.Part] | None:
    """What stands on the page; None where the page is a picture, which may have somebody else's text under it."""
    words = [*_words(page), *_entries(page)]
    if _is_picture(page):
        return None
    if not words:
        return []
    found, outside = _ruled(page, words)
    if not found:
        found, outside = aligned(words)
    return pages.parts_of(number, found, outside)


def _is_picture(page: Any) -> bool:
    size = float(page.width * page.height)
    return any(abs((image["x1"] - image["x0"]) * (image["bottom"] - image["top"])) >= _SCANNED * size
               for image in page.images)  # fmt: skip


def _words(page: Any) -> list[Word]:
    found = page.dedupe_chars().extract_words(x_tolerance_ratio=0.2, keep_blank_chars=False)
    return [Word(word["x0"], word["x1"], word["top"], word["bottom"], word["text"]) for word in found]


def _entries(page: Any) -> Iterator[Word]:
    """What was entered into the fields of a form."""
    for one in page.annots:
        data = one["data"]
        value = _entered(data)
        if value:
            middle = (one["top"] + one["bottom"]) / 2
            yield Word(one["x0"] + 1, one["x1"] - 1, middle - 5, middle + 5, value)


def _entered(data: Any) -> str:
    from pdfminer.pdftypes import resolve1
    from pdfminer.psparser import PSLiteral
    from pdfminer.utils import decode_text

    if getattr(data.get("Subtype"), "name", "") != "Widget":
        return ""
    field, value = data, None
    for _ in range(8):  # a field may have its value in its parent
        value = resolve1(field.get("V"))
        if value is not None or (field := resolve1(field.get("Parent"))) is None:
            break
    if isinstance(value, PSLiteral):
        return "" if value.name == "Off" else str(value.name)
    return " ".join(decode_text(value).split()) if isinstance(value, bytes) else ""


def _ruled(page: Any, words: Sequence[Word]) -> tuple[list[Grid], list[Word]]:
    """The tables whose cells are framed."""
    grids: list[Grid] = []
    left = list(words)
    for table in page.find_tables():
        across = _places([x for cell in table.cells for x in (cell[0], cell[2])])
        down = _places([y for cell in table.cells for y in (cell[1], cell[3])])
        grid, left = ruled(left, across, down)
        if grid is None:
            continue
        grids.append(grid)
        if len(grid.rows) == len(down) - 1:
            _merge(grid, table.cells, across, down)
    return grids, left


def _places(values: Sequence[float]) -> list[float]:
    """Different places, of which two closer than two points are one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > 2:
            found.append(value)
    return found


def _merge(grid: Grid, cells: Sequence[Sequence[float]], across: Sequence[float], down: Sequence[float]) -> None:
    """A cell over several rows: what it says stands in its first row, as in a spreadsheet."""
    for x0, top, x1, bottom in cells:
        rows = [at for at, (above, below) in enumerate(pairwise(down)) if top - 2 <= above and below <= bottom + 2]
        columns = [at for at, (left, right) in enumerate(pairwise(across)) if x0 - 2 <= left and right <= x1 + 2]
        if len(rows) > 1 and columns:
            words = [word for row in rows for column in columns for word in grid.rows[row][column]]
            for row in rows:
                for column in columns:
                    grid.rows[row][column] = []
            grid.rows[rows[0]][columns[0]] = words
            grid.merged.append((rows[0], columns[0], rows[-1], columns[-1]))


def rendered(path: str, most: int) -> Iterator[Image]:
    """The pages as gray pictures, 300 points an inch of letter paper. Raises Unreadable."""
    import pypdfium2

    from smallgroup.intake.picture import WIDTH

    try:
        book = pypdfium2.PdfDocument(path)
        if len(book) > most:
            raise Unreadable(
                f"it has {len(book)} pages that are pictures, and at most {most} are recognized.",
                "Send only the pages that name the people.",
            )
        for page in book:
            width, height = page.get_size()
            if not 100 < min(width, height) <= max(width, height) < 4000:
                raise Unreadable("a page is far larger or smaller than paper.", _ADVICE)
            yield page.render(scale=WIDTH / min(width, height), grayscale=True).to_pil().convert("L")
            page.close()
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise told_as(error) from None
