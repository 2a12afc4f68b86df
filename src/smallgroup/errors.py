"""What is said when something cannot be taken: a sentence for its reader, and all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

_LETTERS = re.compile(r"\(([A-Z]{1,3})\)$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a cell probably means. `safe` says that no other reading is possible; nothing is applied unasked.

    `new` is what to write into the cell, empty to clear it. To `remove row` it is empty, and to `move row` it
    is the number of the row under which this one belongs. `why` never holds a date or a number of the cell.
    """

    new: str
    why: str
    safe: bool
    kind: Literal["write", "remove row", "move row"] = "write"

    def __str__(self) -> str:
        what = {"remove row": "remove the row", "move row": f"move the row under row {self.new}"}.get(
            self.kind, self.new or "an empty cell"
        )
        return f"{what} ({'safe' if self.safe else 'to be confirmed'}): {self.why}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what was seen, why it is wrong, what to do.

    `sheet`, `row` (1-based, as the spreadsheet shows it), `column` (its header) and `field` are given
    where the problem has a cell, so that a screen can point at it.
    """

    where: str
    why: str
    fix: str
    seen: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    field: str | None = None
    proposal: Proposal | None = None

    @property
    def letter(self) -> str | None:
        """The letter of its column, where it is at a cell: `"F"`."""
        found = _LETTERS.search(self.column or "")
        return found.group(1) if found and self.row is not None else None

    @property
    def cell(self) -> str | None:
        """`"F7"`, where it is at a cell."""
        return f"{self.letter}{self.row}" if self.letter else None

    def __str__(self) -> str:
        return f"{self.where}: {self.why} {self.fix}".rstrip()

    def as_json(self) -> dict[str, object]:
        return {
            "sentence": str(self), "where": self.where, "seen": self.seen, "why": self.why, "fix": self.fix,
            "sheet": self.sheet, "row": self.row, "column": self.column, "field": self.field,
            "cell": self.cell, "proposal": asdict(self.proposal) if self.proposal else None,
        }  # fmt: skip


class Refused(Exception):
    """The input, or a part of it, is refused. `problems` holds every reason, not only the first.

    `to_check` is what is no reason, and yet worth a look.
    """

    def __init__(self, problems: Problem | Iterable[Problem], to_check: Iterable[Problem] = ()):
        self.to_check = tuple(to_check)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        assert self.problems, "Refused needs at least one problem"
        super().__init__("\n".join(map(str, self.problems)))


class NotInForce(Refused):
    """A dated value was asked for on a day for which it has no edition."""


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that is nearest to `word`, or None when nothing is near enough to suggest."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(word, known, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=70)
    return found[0] if found else None


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The advice after an unknown word: the nearest known one, or, in a short list, all of them."""
    near = nearest(word, known)
    if near is not None:
        return f"Did you mean {near}?"
    return f"Known: {', '.join(known)}." if len(known) <= 40 else "No known name is near it."
