"""In the child: the tables of an HTML text. Only what a reader sees is read, and nothing is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from smallgroup.intake.child import Limits, Unreadable
from smallgroup.intake.text_table import Grid

_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
                   "track", "wbr"))  # fmt: skip
_UNSEEN = frozenset({"script", "style", "title", "template", "select", "textarea"})
_BREAKS = frozenset({"br", "p", "div", "li", "hr"})
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE)
_MOST_TABLES = 200
_MOST_NESTED = 40


def html_tables(text: str, limits: Limits) -> list[Grid]:
    """Every table of at least two rows and two columns, in the order in which they begin.

    A table inside a cell stands for itself, and its text is not the cell's. A cell over several rows is kept
    with its area. Raises Unreadable with a sentence.
    """
    reader = _Reader()
    try:
        reader.feed(text)
        reader.close()
    except AssertionError:  # so the standard library's parser says that a declaration is malformed
        raise Unreadable("its HTML is damaged.", "Send the census as a file.") from None
    grids = (_grid(table, limits) for table in reader.tables)
    return [grid for grid in grids if grid is not None]


@dataclass(slots=True)
class _Cell:
    rows: int
    columns: int
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    rows: list[list[_Cell]] = field(default_factory=list)
    row_open: bool = False
    row_unseen: bool = False
    cell: _Cell | None = None

    def close_cell(self) -> None:
        self.cell = None

    def close_row(self) -> None:
        self.cell, self.row_open, self.row_unseen = None, False, False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._unseen: tuple[str, int] | None = None  # a hidden element that is open, and how often inside itself

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen is not None:
            name, depth = self._unseen
            if tag == name:
                self._unseen = name, depth + 1
            return
        said = dict(attrs)
        unseen = "hidden" in said or _HIDDEN.search(said.get("style") or "") is not None
        table = self._open[-1] if self._open else None
        if tag == "table" and not unseen:
            if len(self._open) >= _MOST_NESTED or len(self.tables) >= _MOST_TABLES:
                raise Unreadable("its body holds too many tables.", "Send the census as a file.")
            self._open.append(_Table())
            self.tables.append(self._open[-1])
        elif tag == "tr" and table is not None:
            table.close_row()
            table.row_open, table.row_unseen = True, unseen
            if not unseen:
                table.rows.append([])
        elif tag in ("td", "th") and table is not None:
            table.close_cell()
            if not table.row_open:
                table.row_open = True
                table.rows.append([])
            table.cell = _Cell(_span(said.get("rowspan")), _span(said.get("colspan")))
            if not table.row_unseen and not unseen:
                table.rows[-1].append(table.cell)
        elif (unseen or tag in _UNSEEN) and tag not in _VOID:
            self._unseen = tag, 1
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen is not None:
            name, depth = self._unseen
            if tag == name:
                self._unseen = (name, depth - 1) if depth > 1 else None
            return
        if not self._open:
            return
        if tag == "table":
            self._open.pop()
        elif tag == "tr":
            self._open[-1].close_row()
        elif tag in ("td", "th"):
            self._open[-1].close_cell()
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self._unseen is None and self._open and (cell := self._open[-1].cell) is not None:
            cell.texts.append(data)

    def unknown_decl(self, data: str) -> None:
        """`<![if !supportLists]>`, as word processors write it, says nothing."""


def _span(text: str | None) -> int:
    digits = (text or "").strip()
    return max(1, min(int(digits), 100_000)) if re.fullmatch(r"[0-9]{1,6}", digits) else 1


def _grid(table: _Table, limits: Limits) -> Grid | None:
    """The table as a reader sees it; None when it is too small or too wide to be a census."""
    height = len(table.rows)
    until: dict[int, int] = {}  # column → the row down to which a cell from above reaches
    rows: list[list[str | None]] = []
    merged: list[tuple[int, int, int, int]] = []
    total = 0
    for at, cells in enumerate(table.rows):
        row: list[str | None] = []
        for cell in cells:
            while until.get(len(row), 0) > at:
                row.append(None)
            left, right = len(row), len(row) + cell.columns
            if right > limits.columns:
                return None
            bottom = min(at + cell.rows, height)
            row += [" ".join("".join(cell.texts).split()) or None, *[None] * (cell.columns - 1)]
            if cell.rows > 1:
                until.update(dict.fromkeys(range(left, right), bottom))
                if bottom - at > 1:
                    merged.append((at + 1, left, bottom, right - 1))
        total += len(row)
        if total > limits.cells or at >= limits.rows:
            return None
        rows.append(row)
    width = max(map(len, rows), default=0)
    if height < 2 or width < 2 or not any(map(any, rows)):
        return None
    columns = [[row[index] if index < len(row) else None for row in rows] for index in range(width)]
    return Grid(list(range(1, height + 1)), columns, height, tuple(merged))
