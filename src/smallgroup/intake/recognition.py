"""In the child: pictures of pages → lines of the answer, each cell with the confidence it was read with.

The recognizer is tesseract, by its command. It never sees what was sent: the pages are decoded and drawn anew here,
and handed to it on its standard input. It inherits this process's limits, has one thread and no environment of ours.
Each page is read twice, in different points, and each column once more alone: where readings differ, nobody can be
sure of either.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Final

from smallgroup.intake import pages
from smallgroup.intake.child import Limits, Unreadable
from smallgroup.intake.grid import Cells, Grid, Word, aligned, lines_of, place, ruled, text_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from smallgroup.intake.picture import Page

UNREAD: Final = "?"
"""What stands in a cell where something is on the paper and nothing could be read."""
AGREED: Final = 92
"""The least that a cell is trusted in which three readings agree, in percent."""
DIFFER: Final = 40
"""The most that a cell is trusted of which readings differ."""
SPECKED: Final = 60
"""The most that a cell is trusted that begins or ends in a mark, which may be dirt."""
_RIM: Final = 20
_FIGURES: Final = re.compile(r"[\dOolISB$][\dOolISB/.,$%-]*")
_PAGE_SECONDS: Final = 25.0
_FRAMES: Final = "|[]{}_=~—–‘’`«»™®©°*#\\"
_SCALE: Final = 0.8  # of the second reading, as `picture.variant` makes it
_ADVICE: Final = "Send the spreadsheet or the CSV file, or a clearer copy."


def lines(path: str, limits: Limits, command: str, *, pdf: bool) -> Iterator[bytes]:
    """The tables in a TIFF, PNG, JPEG, or PDF of pictures. Raises Unreadable."""
    sys.dont_write_bytecode = True  # a child may write no file
    try:
        from smallgroup.intake import picture
        from smallgroup.intake.pdf_table import rendered

        found = rendered(path, picture.MOST_PAGES) if pdf else picture.pages_of(path)
        held = [_parts(number, image, command) for number, image in enumerate(found, start=1)]
    except ModuleNotFoundError:
        raise Unreadable(
            "reading a picture needs Pillow, which is not installed.", "Run pip install smallgroup[intake]."
        ) from None
    if not any(held):
        raise Unreadable("nothing can be read on it.", _ADVICE)
    yield from pages.sheets(held, limits, recognized=True)


def _parts(number: int, image: Image, command: str) -> list[pages.Part]:
    from smallgroup.intake import picture

    page = picture.cleaned(image)
    # Two at once: each is a process of its own, with one thread.
    with ThreadPoolExecutor(2) as both:
        one = both.submit(_words, command, page.image, 1.0)
        other = both.submit(_words, command, picture.variant(page.image), _SCALE)
        words, again = one.result(), other.result()
    words += _unread_lines(page, words)
    grid, outside = ruled(words, page.across, page.down)
    grids = [grid] if grid is not None else []
    if grid is None:
        grids, outside = aligned(words)
    for grid in grids:
        columns = _by_column(command, page.image, grid)
        for cells, others, thirds in zip(grid.rows, _placed(grid, again), _placed(grid, columns), strict=True):
            for at, words in enumerate(cells):
                cells[at] = _agreed([words, others[at], thirds[at]])
        _look_into_empty_cells(grid, page)
    return pages.parts_of(number, grids, outside, recognized=True)


def _placed(grid: Grid, words: Iterable[Word]) -> list[Cells]:
    """The words of another reading in the cells of the grid."""
    other = Grid(grid.edges, [[[] for _ in grid.edges[1:]] for _ in grid.bands], grid.bands)
    place(other, words)
    return other.rows


def _by_column(command: str, image: Image, grid: Grid) -> list[Word]:
    """The words of each column read alone; in a column of figures only figures are looked for."""
    top, bottom = int(grid.bands[0][0]), int(grid.bands[-1][1])

    def read(at: int) -> list[Word]:
        left, right = int(grid.edges[at]) + 3, int(grid.edges[at + 1]) - 3
        held = [text_of(cells[at]) for cells in grid.rows[1:] if cells[at]]
        if right - left < 20 or not held:
            return []
        figures = sum(_FIGURES.fullmatch(text) is not None for text in held) >= 0.6 * len(held)
        # Paper on all sides: letters at the rim of a picture are read badly.
        strip = _on_paper(image.crop((left, top, right, bottom)))
        words = _words(command, strip, 1.0, "tessedit_char_whitelist=0123456789/-.$,%" if figures else None)
        return [replace(word, x0=word.x0 + left - _RIM, x1=word.x1 + left - _RIM, top=word.top + top - _RIM,
                        bottom=word.bottom + top - _RIM) for word in words]  # fmt: skip

    with ThreadPoolExecutor(2) as both:
        return [word for words in both.map(read, range(len(grid.edges) - 1)) for word in words]


def _on_paper(strip: Image) -> Image:
    from PIL import ImageOps

    return ImageOps.expand(strip, _RIM, 255)


def _agreed(readings: Sequence[list[Word]]) -> list[Word]:
    """One cell of three readings: what all say is trusted, what two say is taken and doubted.

    The recognizer doubts figures and single letters that it reads well; that three readings in different points and
    frames agree says more than its own figure.
    """
    said = [_plain(words) for words in readings]
    if not any(said):
        return []
    if said[0] == said[1] == said[2]:
        own = min(word.confidence for words in readings[:2] for word in words)
        most, least = (99, max(own, AGREED)) if len({_close(words) for words in readings}) == 1 else (SPECKED, own)
        agreeing = readings
    else:
        pairs = [(one, other) for one, other in ((0, 1), (0, 2), (1, 2)) if said[one] == said[other] and said[one]]
        agreeing = [readings[at] for at in pairs[0]] if pairs else [next(words for words in readings if words)]
        most, least = DIFFER if pairs else DIFFER // 2, min(word.confidence for words in agreeing for word in words)
    cleanest = min(agreeing, key=lambda words: len(text_of(words)))
    if _close(cleanest) != _plain(cleanest):
        most = min(most, SPECKED)  # a point or a dash at the end may be dirt
    return [replace(word, confidence=min(most, least)) for word in cleanest]


def _close(words: Sequence[Word]) -> str:
    return text_of(words).replace(" ", "")


def _plain(words: Sequence[Word]) -> str:
    """What readings must have in common; a point at either end may be a speck."""
    return _close(words).strip(".,:;'\"-")


def _words(command: str, image: Image, scale: float, setting: str | None = None) -> list[Word]:
    """The words that the recognizer finds, in the places of the page. Raises Unreadable."""
    from smallgroup.intake.picture import as_pgm

    order = [command, "-", "-", "--psm", "6", "--dpi", str(round(300 * scale)), "-l", "eng", "-c",
             "tessedit_create_tsv=1", *(["-c", setting] if setting else [])]  # fmt: skip
    try:
        done = subprocess.run(
            order, input=as_pgm(image), capture_output=True, timeout=_PAGE_SECONDS, env={"OMP_THREAD_LIMIT": "1"},
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreadable("recognizing a page takes longer than any census needs.", _ADVICE) from None
    except OSError as error:
        raise Unreadable(f"tesseract cannot be started ({type(error).__name__}).", "Install tesseract-ocr.") from None
    if done.returncode:
        raise Unreadable(
            "tesseract ended with an error.", "Check that tesseract-ocr and tesseract-ocr-eng are installed."
        )
    return list(_understood(done.stdout.decode("utf-8", "replace"), scale))


def _understood(tsv: str, scale: float) -> Iterator[Word]:
    """The words in a TSV answer. A frame that was taken for a letter is taken off, and the word doubted."""
    for line in tsv.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) != 12 or cells[0] != "5":
            continue
        left, top, width, height = (int(cell) / scale for cell in cells[6:10])
        text = cells[11].strip()
        kept = text.strip(_FRAMES)
        if not any(sign.isalnum() for sign in kept):
            continue
        confidence = max(0, min(99, int(float(cells[10]))))
        if kept != text:
            confidence = min(confidence, 60)
        yield Word(left, left + width, top, top + height, kept, confidence)


def _unread_lines(page: Page, words: Sequence[Word]) -> Iterator[Word]:
    """A word UNREAD for each line of ink on which nothing was found, so that no person is lost in silence."""
    from smallgroup.intake import picture

    lines = lines_of(words)
    if len(lines) < 3:
        return
    size = median(word.height for word in words)
    left, right = min(word.x0 for word in words), max(word.x1 for word in words)
    covered = [(min(w.top for w in line), max(w.bottom for w in line)) for line in lines]
    first, last = covered[0][0], covered[-1][1]
    for top, bottom in picture.lines_of_ink(page.image, int(left), int(right)):
        if bottom - top < 0.45 * size or bottom - top > 4 * size or bottom < first - 6 * size or top > last + 6 * size:
            continue
        if all(bottom < above or top > below for above, below in covered):
            yield Word(left, left + size, top, bottom, UNREAD, 0)


def _look_into_empty_cells(grid: Grid, page: Page) -> None:
    """A cell in which nothing was read, although there is ink in it, is UNREAD and not empty."""
    from smallgroup.intake import picture

    sizes = [word.height for cells in grid.rows for words in cells for word in words]
    if not sizes:
        return
    size = median(sizes)
    for cells, (top, bottom) in zip(grid.rows, grid.bands, strict=True):
        for at, words in enumerate(cells):
            if words:
                continue
            inset = 0.15 * size
            box = (grid.edges[at] + inset, top + inset, grid.edges[at + 1] - inset, bottom - inset)
            if picture.ink_in(page.image, box) > 0.035 * size * size:
                cells[at] = [Word(box[0], box[2], box[1], box[3], UNREAD, 0)]
