"""A layer over a guideline: what its owner has settled, from which day, who did it and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from smallgroup import strict


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A doubt that is settled from a day on.

    `doubt` is the doubt as `smallgroup clause` names it, and `reading` the side that is taken. A clause that leaves
    it to a person has no doubt by name: there `reading` is `met`.
    """

    clause: str
    reading: str
    from_: date
    by: str
    on: date
    why: str
    doubt: str | None = None

    def as_json(self) -> dict[str, str | None]:
        return {
            "doubt": self.doubt, "reading": self.reading, "from": self.from_.isoformat(), "by": self.by,
            "on": self.on.isoformat(), "why": self.why,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPaper:
    """A paper of a clause that the guideline's owner wants with the case, or only in an audit, from a day on."""

    clause: str
    wanted_at: Literal["issue", "audit"]
    from_: date
    by: str
    on: date
    why: str
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What the owner of a guideline lays over it. A decision made with it names it, and keeps it."""

    layer: str
    guideline: str
    settled: tuple[Settled, ...] = ()
    papers: tuple[WantedPaper, ...] = ()


def read_layer(text: str, *, file: str = "layer") -> Layer:
    """Raises Refused with every problem at once."""
    return strict.read(Layer, text, file=file)
