"""What is said when something cannot be taken: a sentence for its reader, and all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


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

    def __str__(self) -> str:
        return f"{self.where}: {self.why} {self.fix}".rstrip()

    def as_json(self) -> dict[str, str | int | None]:
        return {
            "sentence": str(self), "where": self.where, "seen": self.seen, "why": self.why, "fix": self.fix,
            "sheet": self.sheet, "row": self.row, "column": self.column, "field": self.field,
        }  # fmt: skip


class Refused(Exception):
    """The input, or a part of it, is refused. `problems` holds every reason, not only the first."""

    def __init__(self, problems: Problem | Iterable[Problem]):
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
