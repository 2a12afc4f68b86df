"""In the child: a picture of a page → the same page upright, clean and without its ruled lines, and where they were.

Pillow alone: NumPy's threads do not fit into a child. What is long is found by averaging: over a strip of points
as long as a ruling only a ruling is dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from smallgroup.intake.child import Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PAGES: Final = 12
MOST_POINTS: Final = 60_000_000
"""A page of 600 dots an inch has 34 million."""
WIDTH: Final = 2550
"""Points across a page as it is recognized: 300 an inch of letter paper, at which the recognizer was trained."""
_FAX_WIDTHS: Final = (1728, 2048, 2432)
_STEEPEST: Final = 3.0
_ACROSS, _DOWN = 72, 56  # points: longer than a stroke of any letter of a table
_INK: Final = 0.85  # of a strip, from which on it is a part of a ruling
_ADVICE: Final = "Send the spreadsheet or the CSV file, or scan it again as a TIFF or PDF."


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be recognized: gray points, and the places of its vertical and horizontal rulings in points."""

    image: Image
    across: tuple[float, ...]
    down: tuple[float, ...]


def pages_of(path: str) -> Iterator[Image]:
    """The pictures in a TIFF, PNG or JPEG, gray and of square points. Raises Unreadable."""
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = None  # our own limit is asked before anything is unpacked
    try:
        with Image.open(path, formats=("TIFF", "PNG", "JPEG")) as book:
            if getattr(book, "n_frames", 1) > MOST_PAGES:
                raise Unreadable(f"it has more than {MOST_PAGES} pages.", "Send only the pages that name the people.")
            for frame in ImageSequence.Iterator(book):
                _small_enough(frame)
                yield _square(ImageOps.exif_transpose(_gray(frame)), frame.info.get("dpi"))
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # Pillow raises what its many decoders raise
        raise Unreadable(f"the picture is damaged ({type(error).__name__}).", _ADVICE) from None


def _small_enough(frame: Image) -> None:
    if frame.width * frame.height > MOST_POINTS:
        why = f"a page of {frame.width:,} by {frame.height:,} points is more than any fax or scan has."
        raise Unreadable(why, "Scan it with 300 dots an inch.")
    if frame.width < 200 or frame.height < 100:
        why = f"a picture of {frame.width} by {frame.height} points is too small to hold a census."
        raise Unreadable(why, "Scan it with 300 dots an inch.")


def _gray(frame: Image) -> Image:
    """The frame as dark on light; what is transparent is paper."""
    from PIL import Image

    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        paper = Image.new("RGBA", frame.size, "white")
        return Image.alpha_composite(paper, frame.convert("RGBA")).convert("L")
    kept = frame.convert("I").point(lambda level: level / 256).convert("L") if frame.mode[0] == "I" else frame
    gray = kept.convert("L")
    gray.info.update(frame.info)
    return gray


def _square(image: Image, dpi: object) -> Image:
    """A fax has half as many lines down as points across, or about as many: its points are made square."""
    match dpi:
        case (float() | int() as across, float() | int() as down) if across > 1 and down > 1:
            ratio = float(across) / float(down)
        case _:
            ratio = 1.0
    if abs(ratio - 1) < 0.01 and image.width in _FAX_WIDTHS and image.height < 0.9 * image.width:
        ratio = 2.0  # a fax that does not say so
    if not 0.3 < ratio < 4:
        ratio = 1.0
    factor = min(3.0, WIDTH / max(1, min(image.width, int(image.height * ratio) or 1, WIDTH * 4)))
    if image.width > image.height * ratio:  # a page that lies on its side has the width of letter paper down it
        factor = min(3.0, WIDTH / (image.height * ratio))
    else:
        factor = min(3.0, WIDTH / image.width)
    size = max(1, round(image.width * factor)), max(1, round(image.height * ratio * factor))
    if size[0] * size[1] > MOST_POINTS // 4:
        raise Unreadable("the picture is far longer than a page.", "Send it in pages.")
    cleaned = _without_specks(image) if factor > 0.9 else image
    from PIL import Image as Images

    return cleaned.resize(size, Images.Resampling.BICUBIC if factor > 0.9 else Images.Resampling.BOX)


def _without_specks(image: Image) -> Image:
    """Points that differ from all of their neighbors are noise of the line."""
    from PIL import ImageChops, ImageFilter

    around = ImageChops.invert(image).filter(ImageFilter.Kernel((3, 3), (1, 1, 1, 1, 0, 1, 1, 1, 1), scale=8))
    alone = around.point(lambda level: 255 if level < 16 else 0)
    inside = around.point(lambda level: 255 if level > 239 else 0)
    made = image.copy()
    made.paste(255, mask=alone)
    made.paste(0, mask=inside)
    return made


# --- straightening and rulings --------------------------------------------------------------------


def cleaned(image: Image) -> Page:
    """The page upright, without its rulings."""
    from PIL import Image, ImageChops, ImageFilter

    angle = _angle(image)
    if abs(angle) >= 0.04:
        image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    dark = image.point(lambda level: 255 if level < 150 else 0)
    flat, upright = _strips(dark, _ACROSS, across=True), _strips(dark, _DOWN, across=False)
    rows = _places(flat, _ACROSS * 5, _ACROSS, across=True)
    columns = _places(upright, _DOWN * 3, _DOWN, across=False)
    if len(rows) + len(columns) >= 2:
        for strips, near in ((flat, rows), (upright, columns)):
            if near:
                grown = strips.filter(ImageFilter.MaxFilter(3)).resize(image.size, Image.Resampling.NEAREST)
                lines = ImageChops.multiply(grown.filter(ImageFilter.MaxFilter(3)), dark.filter(ImageFilter.MaxFilter(3)))
                image.paste(255, mask=lines)
    return Page(image, tuple(columns), tuple(rows))


def _angle(image: Image) -> float:
    """The small angle in degrees by which the page is turned back, so that its lines of text lie flat."""
    from PIL import Image, ImageChops

    width = 900
    small = ImageChops.invert(image.resize((width, max(1, image.height * width // image.width)), Image.Resampling.BOX))

    def sharpness(angle: float) -> float:
        turned = small.rotate(angle, Image.Resampling.BILINEAR)
        rows = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
        return sum((one - other) ** 2 for one, other in pairwise(rows))

    best, step = 0.0, 0.5
    reach = _STEEPEST
    while step >= 0.03:
        tried = [best + step * at for at in range(-round(reach / step), round(reach / step) + 1)]
        best = max(tried, key=lambda angle: (sharpness(angle), -abs(angle)))
        reach, step = step, step / 4
    return best


def _strips(dark: Image, length: int, *, across: bool) -> Image:
    """The page with strips of that many points as one point each, white where the strip is a part of a ruling."""
    from PIL import Image

    width, height = dark.size
    size = (max(1, width // length), height) if across else (width, max(1, height // length))
    return dark.resize(size, Image.Resampling.BOX).point(lambda level: 255 if level > 255 * _INK else 0)


def _places(strips: Image, least: int, length: int, *, across: bool) -> list[float]:
    """Where rulings run that are at least so long: the middle of each, in points."""
    count = strips.height if across else strips.width
    points = strips.tobytes()
    width = strips.width
    held = [
        {at for at, level in enumerate(points[line * width : (line + 1) * width] if across else points[line::width])
         if level}
        for line in range(count)
    ]  # fmt: skip
    places: list[float] = []
    start: int | None = None
    for line in range(count + 1):
        near = set().union(*held[max(0, line - 3) : line + 4]) if line < count else set()
        if len(near) * length >= least:
            start = line if start is None else start
        elif start is not None:
            places.append((start + line - 1) / 2)
            start = None
    return places


def variant(image: Image) -> Image:
    """The same page in other points, for a second reading that does not fall into the same holes."""
    from PIL import Image, ImageFilter

    size = round(image.width * 0.8), round(image.height * 0.8)
    return image.filter(ImageFilter.GaussianBlur(1.0)).resize(size, Image.Resampling.LANCZOS)


def as_pgm(image: Image) -> bytes:
    """The plainest of formats, for the recognizer."""
    head = b"P5 %d %d 255\n" % image.size
    data: Any = image.tobytes()
    return head + bytes(data)




# --- what is on the paper -------------------------------------------------------------------------


def lines_of_ink(image: Image, left: int, right: int) -> Iterator[tuple[int, int]]:
    """The top and the bottom of each run of rows of points that hold ink between two places."""
    from PIL import Image, ImageFilter

    strip = image.crop((left, 0, right, image.height)).filter(ImageFilter.BoxBlur(1))
    dark = strip.point(lambda level: 255 if level < 110 else 0)
    # Two percent of a line of few letters over the width of a page are a tenth of a level: so it is cut in pieces.
    pieces = dark.resize((max(1, dark.width // 60), dark.height), Image.Resampling.BOX)
    points, width = pieces.tobytes(), pieces.width
    start: int | None = None
    for row in range(pieces.height + 1):
        inked = row < pieces.height and max(points[row * width : (row + 1) * width]) > 12
        if inked and start is None:
            start = row
        elif not inked and start is not None:
            yield start, row
            start = None


def ink_in(image: Image, box: tuple[float, float, float, float]) -> float:
    """How many dark points there are in the box."""
    from PIL import ImageFilter

    left, top, right, bottom = map(int, box)
    if right - left < 3 or bottom - top < 3:
        return 0.0
    inside = image.crop((left, top, right, bottom)).filter(ImageFilter.BoxBlur(1))
    return float(sum(inside.histogram()[:110]))
