"""Words at places on a page → rows of cells: between ruled lines where there are any, else by how words stand.

Pure. Places are in points of the page, from its upper left corner.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows are counted in the grid from 0."""


@dataclass(frozen=True, slots=True)
class Word:
    x0: float
    x1: float
    top: float
    bottom: float
    text: str
    confidence: int = 100

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def center(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


Line = list[Word]
Cells = list[list[Word]]
"""The words of each cell of a row."""


@dataclass(slots=True)
class Grid:
    """A table on one page: `edges` are the left ends of its columns, and the right end of the last."""

    edges: list[float]
    rows: list[Cells]
    bands: list[tuple[float, float]]
    """The top and the bottom of each row."""
    ruled: bool = False
    merged: list[Area] = field(default_factory=list)

    @property
    def top(self) -> float:
        return self.bands[0][0]


def lines_of(words: Iterable[Word]) -> list[Line]:
    """The words line by line, from the top; each line from the left."""
    found: list[Line] = []
    for word in sorted(words, key=lambda word: word.middle):
        line = found[-1] if found else None
        if line is not None and word.middle - _middle(line) < 0.5 * min(word.height, median(w.height for w in line)):
            line.append(word)
        else:
            found.append([word])
    return [sorted(line, key=lambda word: word.x0) for line in found]


def text_of(words: Iterable[Word]) -> str:
    return " ".join(word.text for line in lines_of(words) for word in line)


# --- between ruled lines --------------------------------------------------------------------------


def ruled(words: Sequence[Word], across: Sequence[float], down: Sequence[float]) -> tuple[Grid | None, list[Word]]:
    """The table between vertical rulings at `across` and horizontal ones at `down`, and the words outside it.

    Without horizontal rulings of its rows, each line of text between the outer ones is a row.
    """
    if len(across) < 4 or len(down) < 2:
        return None, list(words)
    inside, outside = [], []
    for word in words:
        within = across[0] <= word.center <= across[-1] and down[0] <= word.middle <= down[-1]
        (inside if within else outside).append(word)
    bands: list[tuple[float, float]] = []
    for top, bottom in pairwise(down):
        lines = lines_of(word for word in inside if top <= word.middle < bottom)
        if _split(lines, across, len(down)):
            ends = [top, *((_bottom(one) + _top(other)) / 2 for one, other in pairwise(lines)), bottom]
            bands += pairwise(ends)
        else:
            bands.append((top, bottom))
    grid = Grid(list(across), [[[] for _ in across[1:]] for _ in bands], bands, ruled=True)
    place(grid, inside)
    return grid, outside


def _split(lines: Sequence[Line], across: Sequence[float], rulings: int) -> bool:
    """Whether a band between two rulings holds several rows, and not one whose text wraps in its cells."""
    filled = [len({bisect_right(across, word.center) for word in line}) for line in lines]
    full = [count for count in filled if 2 * count >= len(across) - 1]
    return len(full) > 1 and (rulings <= 3 or len(lines) > 4)


def place(grid: Grid, words: Iterable[Word]) -> None:
    """Put words into the cells that hold their middle; a word that reaches far into the next is doubtful."""
    tops = [top for top, _ in grid.bands]
    for word in words:
        row = bisect_right(tops, word.middle) - 1
        if row < 0 or word.middle >= grid.bands[row][1]:
            continue
        column = min(max(bisect_right(grid.edges, word.center) - 1, 0), len(grid.edges) - 2)
        reach = max(grid.edges[column] - word.x0, word.x1 - grid.edges[column + 1])
        if reach > 0.35 * (word.x1 - word.x0) and word.confidence < 100:
            word = Word(word.x0, word.x1, word.top, word.bottom, word.text, min(word.confidence, 30))
        grid.rows[row][column].append(word)


# --- by how words stand ---------------------------------------------------------------------------


def aligned(words: Sequence[Word]) -> tuple[list[Grid], list[Word]]:
    """The tables without ruled lines, and the words above, between and below them."""
    lines = lines_of(words)
    tabular = [_parts(line) >= 3 for line in lines]
    if sum(tabular) < 2:
        return [], list(words)
    grids: list[Grid] = []
    outside: list[Word] = []
    for block, held in _blocks(lines, tabular):
        if not held:
            outside += [word for line in block for word in line]
            continue
        edges = _edges([line for line in block if _parts(line) >= 3])
        if len(edges) < 4:
            outside += [word for line in block for word in line]
            continue
        grids.append(_grid_of(_unwrapped(block, edges), edges))
    return grids, outside


def _blocks(lines: Sequence[Line], tabular: Sequence[bool]) -> list[tuple[list[Line], bool]]:
    """Runs of lines that are a table, or none. A new table begins under a gap, with a line without figures."""
    at = [index for index, yes in enumerate(tabular) if yes]
    pitches = [_middle(lines[below]) - _middle(lines[above]) for above, below in pairwise(at) if below == above + 1]
    pitch = median(pitches) if pitches else 3 * median(word.height for word in lines[at[0]])
    starts = [at[0]]
    for above, below in pairwise(at):
        gap = _middle(lines[below]) - _middle(lines[below - 1])
        far = gap > 2.2 * pitch or below > above + 1
        headed = not any(sign.isdigit() for word in lines[below] for sign in word.text)
        later = sum(1 for one in at if one >= below)
        if far and headed and later >= 2 and below - starts[-1] >= 2:
            starts.append(below)
    found: list[tuple[list[Line], bool]] = []
    if starts[0]:
        found.append((list(lines[: starts[0]]), False))
    for start, end in pairwise([*starts, len(lines)]):
        last = max(index for index in at if index < end)
        while last + 1 < end and _middle(lines[last + 1]) - _middle(lines[last]) <= 1.8 * pitch:
            last += 1  # a line of few words directly below belongs to the table
        found.append((list(lines[start : last + 1]), True))
        if last + 1 < end:
            found.append((list(lines[last + 1 : end]), False))
    return found


def _parts(line: Line) -> int:
    """How many pieces of a line stand apart by more than a space."""
    return 1 + sum(after.x0 - before.x1 > 0.6 * max(before.height, after.height) for before, after in pairwise(line))


def _edges(lines: Sequence[Line]) -> list[float]:
    """Where columns begin: the lanes that no line, or next to none, writes into."""
    size = median(word.height for line in lines for word in line)
    least = (0.4 if len(lines) >= 6 else 0.55) * size
    changes: list[tuple[float, int]] = []
    for line in lines:
        for word in line:
            changes += [(word.x0, 1), (word.x1, -1)]
    changes.sort()
    allowed = len(lines) // 40
    depth, covered = 0, list[tuple[float, float]]()
    start: float | None = None
    for x, step in changes:
        depth += step
        if depth > allowed and start is None:
            start = x
        elif depth <= allowed and start is not None:
            if covered and start - covered[-1][1] < least:
                covered[-1] = (covered[-1][0], x)
            else:
                covered.append((start, x))
            start = None
    inner = [(before[1] + after[0]) / 2 for before, after in pairwise(covered)]
    return [changes[0][0] - 1, *inner, changes[-1][0] + 1]


def _unwrapped(lines: Sequence[Line], edges: Sequence[float]) -> list[Line]:
    """Lines that stand closer than rows do, and fill few cells, belong to the row above: its text wrapped."""
    gaps = [_middle(below) - _middle(above) for above, below in pairwise(lines)]
    if len(gaps) < 2:
        return list(lines)
    pitch = median(gaps)
    rows = [list(lines[0])]
    for gap, line in zip(gaps, lines[1:], strict=True):
        filled = {bisect_right(edges, word.center) for word in line}
        above = {bisect_right(edges, word.center) for word in rows[-1]}
        if gap < 0.8 * pitch and 2 * len(filled) < len(edges) - 1 and filled <= above:
            rows[-1] += line
        else:
            rows.append(list(line))
    return rows


def _grid_of(rows: Sequence[Line], edges: list[float]) -> Grid:
    ends = [(_bottom(above) + _top(below)) / 2 for above, below in pairwise(rows)]
    first, last = _top(rows[0]) - 2, _bottom(rows[-1]) + 2
    bands = list(pairwise([first, *ends, last]))
    grid = Grid(edges, [[[] for _ in edges[1:]] for _ in rows], bands)
    for cells, line in zip(grid.rows, rows, strict=True):
        for word in line:
            cells[min(max(bisect_right(edges, word.center) - 1, 0), len(edges) - 2)].append(word)
    return grid


def _middle(line: Line) -> float:
    return sum(word.middle for word in line) / len(line)


def _top(line: Line) -> float:
    return min(word.top for word in line)


def _bottom(line: Line) -> float:
    return max(word.bottom for word in line)
