"""One heading of a document: its clauses in words, and its terms by day."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_type_hints

from smallgroup import strict
from smallgroup.citation import Citation
from smallgroup.errors import NotInForce, Problem, Refused

Terms = TypeVar("Terms")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that proves a clause, and when the carrier wants it: with the case, or in an audit.

    `when` names a measure that is true or false; the paper is wanted only where it is true (waiver forms where
    somebody waives).
    """

    kind: str
    wanted_at: Literal["issue", "audit"]
    when: str | None = None


IfNotMet = Literal["decline", "decline_if_established", "pend", "refer", "advise"]


@dataclass(frozen=True, slots=True)
class ClauseText:
    """What a clause is called, which rules it holds, and what follows when it is not met.

    `ask` is what a client is asked for when it is open: it speaks of facts and law, never of the document. `law` is
    the citation that a client may be shown. `decline_if_established` declines only a business that existed all of
    the preceding calendar year; `refer` is left to a person's judgment; `advise` changes no decision.
    `if_unknown: audit` keeps a fact that the papers of an audit prove from pending a new group. `ground` is the
    lawful ground on which a refusal rests; a clause without one never refuses. `open_window` marks a minimum that
    federal law sets aside for applications of November 15 to December 15.
    """

    title: str
    rules: tuple[str, ...]
    summary: str
    if_not_met: IfNotMet
    ask: str = ""
    if_unknown: Literal["pend", "audit"] = "pend"
    ground: str | None = None
    law: str | None = None
    open_window: bool = False
    evidence: tuple[Paper, ...] = ()

    def __post_init__(self) -> None:
        if self.if_not_met.startswith("decline") and self.ground is None:
            raise ValueError("a clause that declines needs its lawful ground.")
        if not self.ask and self.if_not_met != "advise":
            raise ValueError("a clause needs ask: what a client is asked for while it is open.")


@dataclass(frozen=True, slots=True)
class About:
    """Where the heading stands. `document` is left out where the folder's own document is meant; `unread` says that
    nobody of this project has read the words themselves."""

    heading: str
    document: str | None = None
    page: int | None = None
    rules: tuple[str, ...] = ()
    confirm_with_carrier: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True)
class _EditionKeys:
    from_: date
    to: date | None = None
    document: str | None = None
    heading: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """A value as typed, the days on which it holds (both inclusive), and where it stands."""

    value: strict.Given
    from_: date
    to: date | None
    citation: Citation

    def holds_on(self, on: date) -> bool:
        return self.from_ <= on and (self.to is None or on <= self.to)


@dataclass(frozen=True, slots=True)
class Heading:
    """A file of the rulebook."""

    name: str
    file: str
    about: About
    citation: Citation
    clauses: dict[str, ClauseText] = field(default_factory=dict)
    terms: dict[str, tuple[Edition, ...]] = field(default_factory=dict)

    def edition(self, term: str, on: date) -> Edition:
        """The edition of a term that holds on a day. Raises NotInForce, and KeyError for an unknown term."""
        editions = self.terms[term]
        for edition in editions:
            if edition.holds_on(on):
                return edition
        spans = ", ".join(f"from {edition.from_}" + (f" to {edition.to}" if edition.to else "") for edition in editions)
        raise NotInForce(
            Problem(
                f"{self.name}.{term}",
                f"it has no value on {on}; known {spans}.",
                f"Add that edition, with its citation, to {self.file}.",
            )
        )

    def value(self, term: str, on: date, annotation: Any) -> Any:
        """The term's value on a day, read as a type."""
        given = self.edition(term, on).value
        return strict.read_as(annotation, given, file=self.file, path=term)

    def terms_on(self, record: type[Terms], on: date) -> Terms:
        """The terms that a record names, as they hold on a day. Raises NotInForce and Refused."""
        hints = get_type_hints(record, include_extras=True)
        return record(**{name: self.value(name, on, hint) for name, hint in hints.items()})


def load_heading(path: Path, document: str) -> Heading:
    """Read a file of the rulebook. Raises Refused with every problem at once."""
    file = f"{path.parent.name}/{path.name}"
    tree = strict.parse(path.read_text("utf-8"), file=file)
    if not isinstance(tree.value, dict) or "about" not in tree.value:
        raise Refused(Problem(file, "the key 'about' is missing.", "Say where the heading stands."))
    about = strict.read_as(About, tree.value["about"], file=file, path="about")
    citation = Citation(about.document or document, about.heading, about.page, about.unread)
    clauses: dict[str, ClauseText] = {}
    terms: dict[str, tuple[Edition, ...]] = {}
    for key, given in tree.value.items():
        if key == "clauses":
            clauses = strict.read_as(cast(Any, dict[str, ClauseText]), given, file=file, path=key)
        elif key != "about":
            terms[key] = _editions(given, file, key, citation)
    return Heading(path.stem, file, about, citation, clauses, terms)


def _editions(given: strict.Given, file: str, term: str, about: Citation) -> tuple[Edition, ...]:
    if not isinstance(given.value, list) or not given.value:
        raise Refused(Problem(f"{file}, line {given.line}, {term}", "a term is a list of editions.",
                              "Write - {from: 2025-07-01, value: …}."))  # fmt: skip
    editions = []
    for place, item in enumerate(given.value):
        path = f"{term}[{place}]"
        if not isinstance(item.value, dict) or "value" not in item.value:
            raise Refused(Problem(f"{file}, line {item.line}, {path}", "an edition needs its value.", "Add value:."))
        rest = strict.Given({key: inner for key, inner in item.value.items() if key != "value"}, item.line)
        keys = strict.read_as(_EditionKeys, rest, file=file, path=path)
        elsewhere = keys.document is not None
        citation = Citation(
            keys.document or about.document, keys.heading or about.heading,
            keys.page if keys.page is not None else (None if elsewhere else about.page),
            not elsewhere and about.unread,
        )  # fmt: skip
        editions.append(Edition(item.value["value"], keys.from_, keys.to, citation))
    editions.sort(key=lambda edition: edition.from_)
    for earlier, later in itertools.pairwise(editions):
        if earlier.to is None or earlier.to >= later.from_:
            raise Refused(Problem(f"{file}, {term}", f"two editions hold on {later.from_}.",
                                  f"Close the earlier one with to: the day before {later.from_}."))  # fmt: skip
    return tuple(editions)
