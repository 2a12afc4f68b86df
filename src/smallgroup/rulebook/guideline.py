"""A guideline, or a body of law: a folder of headings, and which guideline is in force on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from smallgroup import strict
from smallgroup.errors import NotInForce, Problem, Refused, did_you_mean
from smallgroup.rulebook.heading import Heading, load_heading

_DATA = Path(__file__).parent / "data"
_CARDS = ("guideline.yaml", "law.yaml")


@dataclass(frozen=True, slots=True)
class _GuidelineCard:
    id: str
    carrier: str
    state: str
    document: str
    release: str
    from_: date
    audience: Literal["broker", "anyone"]
    to: date | None = None
    illustration: bool = False


@dataclass(frozen=True, slots=True)
class _LawCard:
    id: str
    document: str


@dataclass(frozen=True)
class Guideline:
    """A released guideline (or, without carrier and release, a body of law) and its headings by file name."""

    id: str
    document: str
    headings: dict[str, Heading]
    carrier: str | None = None
    state: str | None = None
    release: str | None = None
    from_: date | None = None
    to: date | None = None
    audience: str = "anyone"
    illustration: bool = False

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def title(self) -> str:
        """The document with its release, as citations name it."""
        return f"{self.document} ({self.release})" if self.release else self.document

    def heading(self, name: str) -> Heading:
        return self.headings[name]


@cache
def _load(folder: Path) -> Guideline:
    is_law = (folder / "law.yaml").exists()
    card_path = folder / ("law.yaml" if is_law else "guideline.yaml")
    file, text = f"{folder.name}/{card_path.name}", card_path.read_text("utf-8")
    paths = sorted(path for path in folder.glob("*.yaml") if path.name not in _CARDS)
    if is_law:
        law_card = strict.read(_LawCard, text, file=file)
        return Guideline(law_card.id, law_card.document, _headings(paths, law_card.document))
    card = strict.read(_GuidelineCard, text, file=file)
    return Guideline(
        card.id, card.document, _headings(paths, f"{card.document} ({card.release})"), card.carrier,
        card.state, card.release, card.from_, card.to, card.audience, card.illustration,
    )  # fmt: skip


def _headings(paths: list[Path], document: str) -> dict[str, Heading]:
    return {path.stem: load_heading(path, document) for path in paths}


@cache
def guidelines() -> tuple[Guideline, ...]:
    """Every guideline of the rulebook, by the day it holds from."""
    found = [_load(card.parent) for card in sorted(_DATA.glob("*/guideline.yaml"))]
    return tuple(sorted(found, key=lambda one: (one.from_ or date.min, one.id)))


def guideline(id: str) -> Guideline:
    """A guideline by its id. Raises Refused with the nearest known id."""
    for one in guidelines():
        if one.id == id:
            return one
    raise Refused(Problem("guideline", f"{id!r} is not known.", did_you_mean(id, [one.id for one in guidelines()])))


def guideline_in_force(on: date) -> Guideline:
    """The newest guideline that holds on a day, illustrations left out. Raises NotInForce when none does."""
    real = [one for one in guidelines() if not one.illustration]
    found = [one for one in real if one.from_ and one.from_ <= on and (one.to is None or on <= one.to)]
    if not found:
        first = real[0]
        raise NotInForce(
            Problem(
                "guideline",
                f"none is in force on {on}; {first.id} holds from {first.from_}.",
                "Give --as-of a later day, or add the guideline of that time to the rulebook.",
            )
        )
    return found[-1]


@cache
def law(of: Literal["federal", "california"] = "federal") -> Guideline:
    """Federal law, its arithmetic and what it lays over every guideline; or the law of a state."""
    return _load(_DATA / of)
