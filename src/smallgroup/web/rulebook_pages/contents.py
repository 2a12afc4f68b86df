"""The rulebook as a reader leafs through it: every guideline and body of law, in the order of its document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from smallgroup.errors import NotInForce, Problem
from smallgroup.rulebook import ClauseText, Guideline, Heading, Settled, guideline_in_force, guidelines, law
from smallgroup.underwriting import Edition, edition
from smallgroup.underwriting.engine import CLAUSES
from smallgroup.underwriting.telling import numbers, spoken
from smallgroup.web.rulebook_pages.layers import laid

if TYPE_CHECKING:
    from datetime import date

FOLLOWS = {
    "decline": "declines the group; at a renewal, a person decides",
    "decline_if_established": "declines a business that was there all of the year before; of a younger one it is asked",
    "pend": "the decision waits until it is met",
    "refer": "a person decides",
    "advise": "nothing hangs on it: it is said as advice",
}
"""What follows when a clause is not met, in words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A clause under its heading; without a text, a heading that holds numbers only."""

    book: Guideline
    heading: Heading
    id: str
    text: ClauseText | None

    @property
    def title(self) -> str:
        return self.text.title if self.text else self.heading.name.replace("_", " ").capitalize()

    @property
    def rules(self) -> tuple[str, ...]:
        return self.text.rules if self.text else self.heading.about.rules

    @property
    def follows(self) -> str:
        return FOLLOWS[self.text.if_not_met] if self.text else ""

    @property
    def label(self) -> str:
        """What follows, in a word."""
        return {"pend": "waits", "advise": "advice", "refer": "a person decides"}.get(
            self.text.if_not_met, "declines"
        ) if self.text else "numbers"  # fmt: skip

    @property
    def words(self) -> str:
        """All that a search looks at."""
        said = [self.id, self.title, self.heading.about.heading, *self.rules, self.heading.name, self.follows]
        if self.text:
            said += [self.text.summary, self.text.ask, *(paper.kind.replace("_", " ") for paper in self.text.evidence)]
        said += [f"{one['term'].replace('_', ' ')} {spoken(one['value'])}" for one in numbers(self.heading)]
        return " ".join(said).lower()


@cache
def books() -> tuple[Guideline, ...]:
    """The guidelines, those in use before illustrations and newest first, and the bodies of law."""
    newest = sorted(guidelines(), key=lambda one: (one.illustration, -(one.from_.toordinal() if one.from_ else 0)))
    return (*newest, law("federal"), law("california"))


def book_of(id: str) -> Guideline | None:
    return next((one for one in books() if one.id == id), None)


@cache
def entries(book: Guideline) -> tuple[Entry, ...]:
    """Clauses in the order of the document, then the headings that hold numbers only."""
    places = {name: place for place, name in enumerate(CLAUSES)}
    ordered = sorted(book.headings.values(), key=lambda one: (places.get(one.name, 99), one.about.page or 99, one.name))
    return (
        *(Entry(book, one, id, text) for one in ordered for id, text in one.clauses.items()),
        *(Entry(book, one, one.name, None) for one in ordered if not one.clauses),
    )


def entry_of(book: Guideline, id: str) -> Entry | None:
    return next((one for one in entries(book) if one.id == id), None)


def found(book: Guideline, query: str, heading: str) -> Iterator[Entry]:
    """The entries that have every word of a query; of one heading, if one is named."""
    asked = query.lower().split()
    for one in entries(book):
        if (not heading or one.heading.name == heading) and all(word in one.words for word in asked):
            yield one


def in_force(book: Guideline, on: date, settled: Sequence[Settled] = ()) -> Edition:
    """The clauses of a book on a day; those of the law are its own.

    Raises NotInForce where there is none on that day.
    """
    if book.carrier is None:
        return edition(guideline_in_force(on), on, federal="alone")
    if book.from_ and on < book.from_:
        raise NotInForce(Problem(book.title, f"it is not in force on {on}: it holds from {book.from_}.",
                                 f"Choose a day from {book.from_}."))  # fmt: skip
    if book.to and on > book.to:
        raise NotInForce(Problem(book.title, f"it is not in force on {on}: it held to {book.to}.",
                                 f"Choose a day up to {book.to}."))  # fmt: skip
    return edition(book, on, layer=laid(book, settled, on))
