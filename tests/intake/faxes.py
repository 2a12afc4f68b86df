"""Faxes of invented people, drawn as a fax machine sends them: 204 dots an inch across, 196 or 98 down, black and
white, a little askew and with specks. `python tests/intake/faxes.py` measures how they are read.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageFilter, ImageFont

HEADER: Final = ("Family", "Relationship", "Last Name", "First Name", "Date of Birth", "Sex", "ZIP", "Hours")
ACROSS: Final = 204
AS_OF: Final = date(2025, 9, 1)

_FIRST = ("Pat", "Kim", "Lee", "Robin", "Jordan", "Casey", "Morgan", "Alex", "Jamie", "Taylor", "Avery", "Quinn")
_LAST = ("Example", "Sample", "Placeholder", "Invented", "Specimen", "Fictive", "Madeup", "Nobody", "Mockup", "Dummy")

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How a fax looks: dots an inch down, ruled or not, the angle in degrees, the share of specks, type in points."""

    down: Literal[98, 196] = 196
    ruled: bool = True
    angle: float = 0.0
    specks: float = 0.0
    points: float = 10.5
    blur: float = 0.0
    title: str = "Example Crumb Bakery Inc - employee census"
    family: str | None = None


def people(count: int, seed: int) -> list[Row]:
    """Rows under HEADER: invented employees, some with a family."""
    chance = random.Random(seed)
    rows: list[Row] = []
    family = 0
    while len(rows) < count:
        family += 1
        last, zip_code = chance.choice(_LAST), f"30{chance.randrange(1000):03d}"
        kinds = ["employee", *chance.choice([[], [], ["spouse"], ["spouse", "child"], ["child"]])]
        for kind in kinds[: count - len(rows)]:
            least, most = (1, 25) if kind == "child" else (19, 64)
            born = AS_OF - timedelta(days=chance.randrange(least * 366, most * 365))
            rows.append((
                str(family), kind, last, chance.choice(_FIRST), born.strftime("%m/%d/%Y"),
                chance.choice("FM"), zip_code, "40" if kind == "employee" else "",
            ))  # fmt: skip
    return rows


def page(rows: Sequence[Row], style: Style, seed: int, *, header: Row = HEADER) -> Image.Image:
    """One page of black and white, of letter size, whose points are as far apart as the style says."""
    chance = random.Random(seed)
    scale = ACROSS / 72
    image = Image.new("L", (1728, 2156), 255)
    draw = ImageDraw.Draw(image)
    size = style.points * scale
    font = ImageFont.truetype(style.family, size) if style.family else ImageFont.load_default(size)
    pitch, left, top = size * 1.75, 70.0, 250.0
    if style.title:
        draw.text((left, 120), style.title, font=font, fill=0)
    lines = [header, *rows]
    widths = [max(draw.textlength(line[at], font=font) for line in lines) + size * 1.2 for at in range(len(header))]
    edges = [left + sum(widths[:at]) for at in range(len(widths) + 1)]
    for number, line in enumerate(lines):
        for at, text in enumerate(line):
            draw.text((edges[at] + size * 0.4, top + number * pitch + pitch * 0.18), text, font=font, fill=0)
    if style.ruled:
        bottom = top + len(lines) * pitch
        for number in range(len(lines) + 1):
            draw.line((left, top + number * pitch, edges[-1], top + number * pitch), fill=0, width=2)
        for edge in edges:
            draw.line((edge, top, edge, bottom), fill=0, width=2)
    if style.angle:
        image = image.rotate(style.angle, Image.Resampling.BICUBIC, fillcolor=255)
    if style.blur:
        image = image.filter(ImageFilter.GaussianBlur(style.blur))
    if style.down == 98:
        image = image.resize((image.width, image.height // 2), Image.Resampling.BOX)
    sent = image.point(lambda level: 255 if level > 140 else 0)
    dots = sent.load()
    for _ in range(int(style.specks * sent.width * sent.height)):
        x, y = chance.randrange(sent.width), chance.randrange(sent.height)
        dots[x, y] = 255 - dots[x, y]
    return sent.convert("1")


def save_tiff(path: Path, pages: Sequence[Image.Image], down: int, *, compression: str = "group4") -> None:
    first, *rest = pages
    first.save(path, compression=compression, dpi=(ACROSS, down), save_all=True, append_images=rest)


def styles(seed: int) -> Style:
    """A fax as one meets them: most are fine (196 lines an inch), some standard (98), some without lines."""
    chance = random.Random(seed)
    return Style(
        down=98 if seed % 5 == 4 else 196, ruled=seed % 3 != 2, angle=chance.uniform(-1, 1),
        specks=chance.choice((0.0, 0.0005, 0.002)), points=chance.choice((10, 11, 12)), blur=chance.choice((0, 0.8)),
    )  # fmt: skip


@dataclass(slots=True)
class Measured:
    """What came of reading a fax whose truth is known."""

    cells: int = 0
    right: int = 0
    wrong_told: int = 0
    right_told: int = 0
    births: int = 0
    births_right: int = 0
    births_silent: int = 0
    silent: int = 0
    lost_rows: int = 0

    def __iadd__(self, other: Measured) -> Measured:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def measure(path: Path, rows: Sequence[Row]) -> Measured:
    """Every cell of the fax as it was read beside what was sent. A birth date is silently wrong where it reads as
    another day and its confidence is not under the bar.
    """
    from smallgroup.census.reading import bar_of
    from smallgroup.intake import census_sheets

    found = Measured()
    (sheet, *_), _ = census_sheets(path)
    head = next(at for at in range(len(sheet.numbers)) if sum(cell is not None for cell in sheet.row(at)) >= 6)
    read = [(number, sheet.row(at)) for at, number in enumerate(sheet.numbers) if at > head]
    found.lost_rows = abs(len(rows) - len(read))
    for (number, cells), sent in zip(read, rows, strict=False):
        for index, text in enumerate(sent):
            seen = str(cells[index] or "") if index < len(cells) else ""
            birth = HEADER[index] == "Date of Birth"
            bar = bar_of("date_of_birth" if birth else "text")
            told = sheet.confidence.get((number, index), 0 if text else 100) < bar
            right = seen == text
            found.cells += 1
            found.right += right
            found.right_told += right and told
            found.wrong_told += not right and told
            found.silent += not right and not told
            if birth:
                found.births += 1
                found.births_right += right
                found.births_silent += not right and not told
    return found


def sent_faxes(folder: Path, seeds: Sequence[int], count: int = 30) -> Iterator[tuple[Path, list[Row], Style]]:
    for seed in seeds:
        style, rows = styles(seed), people(count, seed)
        path = folder / f"fax-{seed}.tif"
        save_tiff(path, [page(rows, style, seed)], style.down)
        yield path, rows, style


def main() -> None:
    import sys
    import tempfile
    import time

    seeds = range(*map(int, sys.argv[1:])) if len(sys.argv) > 1 else range(20)
    total = Measured()
    with tempfile.TemporaryDirectory() as folder:
        for path, rows, style in sent_faxes(Path(folder), seeds):
            start = time.perf_counter()
            try:
                found = measure(path, rows)
            except Exception as error:  # one that is not read must not end the measuring
                print(path.name, style, f"not read: {error}", flush=True)
                continue
            total += found
            print(path.name, f"{time.perf_counter() - start:.1f} s", style.down, style.ruled, f"{style.angle:+.2f}°",
                  style.specks, style.points, found, flush=True)  # fmt: skip
    print(total)


if __name__ == "__main__":
    main()
