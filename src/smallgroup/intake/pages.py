"""Tables on pages → the lines of an answer: one sheet a table, whose rows run on over the pages.

A header that is repeated on each page, page numbers, and titles that stand on several pages are left out, and that
is said. Rows are counted on each page from its top, its title and header included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from smallgroup.intake.child import Limits, Unreadable, line_of, sheet_lines
from smallgroup.intake.grid import Grid, Word, lines_of, text_of

_PAGE_NUMBER = re.compile(r"(?:.*\b)?pages?:? ?\d+(?: ?(?:of|/) ?\d+)?(?:\b.*)?|-? ?\d+ ?-?|\d+ ?(?:of|/) ?\d+", re.IGNORECASE)

Text = str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands on its page; a confidence of None says that the cell is empty and its paper blank."""

    cells: tuple[Text, ...]
    page: int
    at: int
    confidence: tuple[int | None, ...] = ()


@dataclass(slots=True)
class Part:
    """Lines outside of any table, one cell each; or, where there are `edges`, a table."""

    rows: list[Row]
    edges: Sequence[float] = ()
    ruled: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    header: tuple[Text, ...]
    edges: Sequence[float]
    rows: list[Row]
    page: int
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def parts_of(page: int, grids: Sequence[Grid], outside: Sequence[Word], *, recognized: bool = False) -> list[Part]:
    """What stands on a page from its top, its rows numbered."""
    pieces: list[tuple[float, Grid | list[Word]]] = [(grid.top, grid) for grid in grids]
    pieces += [(min(word.top for word in line), line) for line in lines_of(outside)]
    parts: list[Part] = []
    at = 0
    for _, piece in sorted(pieces, key=lambda piece: piece[0]):
        if isinstance(piece, list):
            at += 1
            told = (min(word.confidence for word in piece),) if recognized else ()
            row = Row((text_of(piece),), page, at, told)
            if parts and not parts[-1].edges:
                parts[-1].rows.append(row)
            else:
                parts.append(Part([row]))
            continue
        rows = []
        for cells in piece.rows:
            at += 1
            texts = tuple(text_of(cell) or None for cell in cells)
            told = tuple(min(word.confidence for word in cell) if cell else None for cell in cells)
            rows.append(Row(texts, page, at, told if recognized else ()))
        parts.append(Part(rows, piece.edges, piece.ruled, piece.merged))
    return parts


def sheets(pages: Sequence[Sequence[Part]], limits: Limits, *, recognized: bool = False) -> Iterator[bytes]:
    """The answer for all pages. Raises Unreadable where there is no table on them."""
    tables, headers, left = _tables(pages, loosely=recognized)
    if not tables:
        raise Unreadable(
            "no table is found in it: rows of at least three columns.",
            f"Send the {limits.paper} as a spreadsheet or a CSV file.",
        )
    if headers:
        yield line_of({"notice": f"The header is repeated on {_pages(headers)}: it was read once."})
    if left:
        said = "1 line" if len(left) == 1 else f"{len(left)} lines"
        were = "was" if len(left) == 1 else "were"
        yield line_of({"notice": f"{said} of text outside of the tables ({_pages(left)}) {were} not read."})
    if sum(len(table.rows) for table in tables) > limits.rows:
        raise Unreadable(f"there are more than {limits.rows:,} rows.", f"Send the {limits.paper} in several files.")
    for number, table in enumerate(tables, start=1):
        name = f"table {number} (page {table.page})" if len(tables) > 1 else ""
        yield from _sheet(name, table)


def _sheet(name: str, table: Table) -> Iterator[bytes]:
    width = max(len(row.cells) for row in table.rows)
    numbers = range(1, len(table.rows) + 1)
    columns = [[row.cells[at] if at < len(row.cells) else None for row in table.rows] for at in range(width)]
    confidence = [
        (number, at, told) for number, row in zip(numbers, table.rows, strict=True)
        for at, told in enumerate(row.confidence) if told is not None
    ]  # fmt: skip
    pages = [(row.page, row.at) for row in table.rows]
    yield from sheet_lines(name, numbers, columns, last_row=len(numbers), merged=table.merged, pages=pages,
                           confidence=confidence)  # fmt: skip


def _tables(
    pages: Sequence[Sequence[Part]], *, loosely: bool
) -> tuple[list[Table], list[int], list[int]]:
    """The tables; on which pages a header was repeated; and the page of each line that was left out."""
    tables: list[Table] = []
    headers: list[int] = []
    left: list[int] = []
    said = _repeated(pages)
    for parts in pages:
        above: list[Row] = []
        first_here = True
        for part in parts:
            if not part.edges:
                lines = [row for row in part.rows if not _running(row.cells[0] or "", said)]
                above += lines
                continue
            rows = [row for row in part.rows if not _footer(row, said)]
            if not rows:
                continue
            table = next((table for table in reversed(tables) if _headed(rows, table, loosely=loosely)), None)
            if table is not None:
                headers.append(rows[0].page)
                left += [row.page for row in above]
                table.merged += _shifted(part.merged, len(table.rows) - 1 - part.rows.index(rows[0]))
                table.rows += _mapped(rows[0], rows[1:], table, loosely=loosely)
            elif first_here and tables and _continues(part, tables[-1], loosely=loosely):
                left += [row.page for row in above]
                table = tables[-1]
                table.merged += _shifted(part.merged, len(table.rows) - part.rows.index(rows[0]))
                table.rows += rows
            else:
                table = Table(_header(rows).cells, part.edges, [*above, *rows], rows[0].page)
                table.merged += _shifted(part.merged, len(above) - part.rows.index(rows[0]))
                tables.append(table)
            above, first_here = [], False
        left += [row.page for row in above]
    return tables, list(dict.fromkeys(headers)), left


def _shifted(merged: Sequence[tuple[int, int, int, int]], by: int) -> list[tuple[int, int, int, int]]:
    """Areas of a part as areas of the sheet, whose rows are counted from 1."""
    return [(top + by + 1, left, bottom + by + 1, right) for top, left, bottom, right in merged]


def _header(rows: Sequence[Row]) -> Row:
    """The row that names the columns: of the first three the one that fills most of them, without figures."""
    return max(rows[:3], key=lambda row: (sum(cell is not None and not _figures(cell) for cell in row.cells), -row.at))


def _figures(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _headed(rows: Sequence[Row], table: Table, *, loosely: bool) -> bool:
    """Whether the rows begin with the header of the table."""
    ours = [_key(cell) for cell in table.header if cell]
    theirs = [_key(cell) for cell in rows[0].cells if cell]
    if len(ours) < 3 or any(_figures(cell) for cell in theirs):
        return False
    if not loosely:
        return ours == theirs
    return SequenceMatcher(None, " ".join(ours), " ".join(theirs)).ratio() > 0.8


def _mapped(header: Row, rows: Sequence[Row], table: Table, *, loosely: bool) -> list[Row]:
    """The rows in the columns of the table, by their own page's header."""
    if len(header.cells) == len(table.header):
        return list(rows)
    keys = [_key(cell) if cell else "" for cell in table.header]
    found: dict[int, int] = {}
    for at, cell in enumerate(header.cells):
        if not cell:
            continue
        near = max(range(len(keys)), key=lambda one: SequenceMatcher(None, keys[one], _key(cell)).ratio())
        found.setdefault(near, at)
    spare = [at for at in range(len(header.cells)) if at not in found.values()]
    order = [found.get(at) for at in range(len(keys))] + spare
    return [
        Row(tuple(None if at is None else row.cells[at] for at in order), row.page, row.at,
            tuple(None if at is None else row.confidence[at] for at in order) if row.confidence else ())
        for row in rows
    ]  # fmt: skip


def _continues(part: Part, table: Table, *, loosely: bool) -> bool:
    """Whether a table without a header of its own stands in the same columns as the one before."""
    if len(part.edges) != len(table.edges):
        return False
    width = table.edges[-1] - table.edges[0]
    allowed = (0.1 if loosely else 0.04) * width
    return all(abs(one - other) <= allowed for one, other in zip(part.edges, table.edges, strict=True))


def _repeated(pages: Sequence[Sequence[Part]]) -> set[str]:
    """Titles and footers that stand on several pages, their figures aside."""
    found: dict[str, set[int]] = {}
    for parts in pages:
        for part in parts:
            for row in part.rows:
                if not part.edges:
                    found.setdefault(_masked(row.cells[0] or ""), set()).add(row.page)
    return {text for text, where in found.items() if len(where) > 1}


def _running(text: str, repeated: set[str]) -> bool:
    return _PAGE_NUMBER.fullmatch(text) is not None or _masked(text) in repeated


def _footer(row: Row, repeated: set[str]) -> bool:
    filled = [cell for cell in row.cells if cell]
    text = " ".join(filled)
    if not filled or len(filled) > 3:
        return False
    return (len(text) > 4 and _PAGE_NUMBER.fullmatch(text) is not None) or _masked(text) in repeated


def _masked(text: str) -> str:
    return re.sub(r"\d+", "#", text).casefold()


def _key(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _pages(pages: Sequence[int]) -> str:
    numbers = sorted(set(pages))
    return f"page {numbers[0]}" if len(numbers) == 1 else f"pages {', '.join(map(str, numbers))}"
