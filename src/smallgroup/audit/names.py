"""Names as they are compared between a wage report and a census, and how near two of them are.

Two names are the same when nothing but case, accents, punctuation, spaces inside a compound name, or the order of
last and first name tells them apart. A suffix (Jr, II) or a middle initial that only one side writes is no
difference; one that both write must agree. Anything else is no match, however near: a person decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_MOST_WORDS = 12
_INSIDE = re.compile(r"['’‘`´.]")  # O'Neil and ONeil, J.R. and JR
_APART = re.compile(r"[\W_]+")
_JUNIOR = {"junior": "jr", "senior": "sr", "2nd": "ii", "3rd": "iii", "4th": "iv"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name. `last` and `first` have no spaces, so that De La Cruz is Delacruz."""

    last: str
    first: str
    initial: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A name with every way to read it: more than one where the order of first and last name is not known.

    `spelled` is what nearness is measured on, first name first where the order is known.
    """

    readings: frozenset[Reading]
    suffix: str | None
    spelled: str

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Names that share none of these are not the same."""
        return frozenset((reading.last, reading.first) for reading in self.readings)

    def same_as(self, other: Name) -> bool:
        if self.suffix is not None and other.suffix is not None and self.suffix != other.suffix:
            return False
        return any(_agree(mine, theirs) for mine in self.readings for theirs in other.readings)


def name_of(last: str | None, first: str | None) -> Name | None:
    """The name in its parts; where there is only one part, it is read as a whole name. None without a letter."""
    if not last or not first:
        return whole_name(last or first or "")
    suffix, (last_words, first_words) = _without_suffix([_words(last), _words(first)])
    if not last_words or not first_words:
        return whole_name(f"{last} {first}")
    return _ordered(last_words, first_words, suffix)


def whole_name(text: str) -> Name | None:
    """The name in one cell: `LAST, FIRST`, or words whose order is not known."""
    suffix, parts = _without_suffix([_words(part) for part in text.split(",")])
    parts = [part for part in parts if part]
    if not any(sign.isalpha() for part in parts for word in part for sign in word):
        return None
    if len(parts) > 1:
        return _ordered(parts[0], [word for part in parts[1:] for word in part], suffix)
    (words,) = parts
    if 1 < len(words) <= _MOST_WORDS:
        splits = [(words[:at], words[at:]) for at in range(1, len(words))]
    else:  # longer, it is a sentence, and is compared as it stands
        splits = [(words, [])]
    readings = {_reading(last, first) for one, other in splits for last, first in ((one, other), (other, one))}
    return Name(frozenset(readings), suffix, " ".join(words))


def split_name(text: str) -> tuple[str, str]:
    """Last and first name in one cell, as they are shown: at the comma, else the last word is the last name."""
    head, comma, tail = (part.strip() for part in text.partition(","))
    if comma and (words := _words(tail)) and words[0] not in SUFFIXES:
        return head, tail
    words = head.split() if comma else text.split()
    while len(words) > 2 and _words(words[-1]) and _words(words[-1])[0] in SUFFIXES:
        words.pop()
    return (words[-1], " ".join(words[:-1])) if words else ("", "")


def nearness(one: Name, other: Name) -> int:
    """How alike two names are, from 0 to 100, in whichever order their words stand."""
    found = near_to(one, [other], least=0)
    return found[0]


def near_to(name: Name, others: Sequence[Name], *, least: int) -> dict[int, int]:
    """How near each of the others is, by its place; those nearer than `least` are left out."""
    from rapidfuzz import fuzz, process

    spelled = [other.spelled for other in others]
    squeezed = [text.replace(" ", "") for text in spelled]
    found: dict[int, int] = {}
    for text, texts, scorer in (
        (name.spelled, spelled, fuzz.token_sort_ratio),
        (name.spelled.replace(" ", ""), squeezed, fuzz.ratio),
    ):
        for _, score, at in process.extract(text, texts, scorer=scorer, score_cutoff=least, limit=None):
            found[at] = max(int(score), found.get(at, 0))
    return found


def _agree(one: Reading, other: Reading) -> bool:
    if (one.last, one.first) != (other.last, other.first):
        return False
    return one.initial is None or other.initial is None or one.initial == other.initial


def _ordered(last: Sequence[str], first: Sequence[str], suffix: str | None) -> Name:
    return Name(frozenset({_reading(last, first)}), suffix, " ".join([*first, *last]))


def _reading(last: Sequence[str], first: Sequence[str]) -> Reading:
    """A single letter after the first name is a middle initial; alone it is the first name."""
    if len(first) > 1 and len(first[-1]) == 1:
        return Reading("".join(last), "".join(first[:-1]), first[-1])
    return Reading("".join(last), "".join(first))


def _without_suffix(parts: Iterable[Sequence[str]]) -> tuple[str | None, list[list[str]]]:
    """The parts without the suffix that stands at the end of one of them, and the suffix."""
    suffix: str | None = None
    kept: list[list[str]] = []
    for part in parts:
        words = list(part)
        while words and (len(words) > 1 or kept) and _JUNIOR.get(words[-1], words[-1]) in SUFFIXES:
            suffix = suffix or _JUNIOR.get(words[-1], words[-1])
            words.pop()
        kept.append(words)
    return suffix, kept


def _words(text: str) -> list[str]:
    """`"Muñoz-O'Hara"` → munoz, ohara."""
    plain = _INSIDE.sub("", text.casefold().translate(_LETTERS))
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return [word for word in _APART.split(letters) if word]
