"""What other layouts say in their own way: tiers, full names, COBRA ticks, families by the order of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from smallgroup.census.day_order import with_order
from smallgroup.census.fields import BY_NAME, Field
from smallgroup.census.privacy import shown
from smallgroup.census.sheet import SPACE, Cell
from smallgroup.census.values import SYNONYMS, Fault, Reader, Value, key_of, reader, unknown_word
from smallgroup.errors import Proposal

TIERS = ("EE", "ES", "EC", "EF", "W")

DERIVED: Final[dict[str, Field]] = {
    field.name: field
    for field in (
        Field("full_name", "text", "full name"),
        Field("enrollment_tier", "word", "tier", TIERS),
        Field("enrollment_status", "word", "enrollment status", ("active", "cobra", "retiree")),
        Field("cobra", "yes_no", "COBRA"),
        Field("retiree", "yes_no", "retiree"),
        Field("employee_number", "text", "employee number"),
    )
}
"""Columns that other layouts have; each becomes fields of the plain layout, and none is kept itself."""

MAPPABLE = (*BY_NAME, "full_name", "enrollment_tier", "enrollment_status", "cobra", "retiree")
"""What --map may name."""

Read = dict[str, list[Value | Fault]]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something wrong at the row at position `at`, in the column of `source`."""

    at: int
    source: str
    why: str
    fix: str
    proposal: Proposal | None = None


# --- words ----------------------------------------------------------------------------------------

_TIER_WORDS = {
    "EE": ("ee", "e", "employee", "ee only", "employee only", "only", "single", "self", "self only", "individual",
           "sub only", "subscriber", "subscriber only", "member only", "eo", "emp", "emp only"),
    "ES": ("es", "ee sp", "ee s", "ee spouse", "employee spouse", "e s", "couple",
           "employee and spouse", "ee and spouse",
           "esp", "two party", "self spouse", "subscriber spouse", "emp spouse", "emp sp", "employee 1 spouse"),
    "EC": ("ec", "ee ch", "ee c", "ee child", "ee children", "ee child ren", "employee child",
           "employee children", "e c",
           "employee child ren", "employee and child", "employee and children", "ech", "eech", "parent child",
           "self child", "self children", "subscriber child", "subscriber children", "emp child", "emp children",
           "employee and child ren", "ee chn", "ee chd", "ee ch ren", "emp ch"),
    "EF": ("ef", "f", "fam", "family", "ee fam", "ee family", "ee f", "e f", "employee family", "employee and family",
           "self family", "full family", "subscriber family", "emp fam", "emp family", "ee sp ch",
           "employee spouse child ren",
           "employee spouse children", "ee spouse children", "ee spouse child ren", "ee s c", "whole family"),
    "W": ("w", "wv", "waive", "waived", "waiver", "waiving"),
}  # fmt: skip
_TIER_OF = {word: tier for tier, words in _TIER_WORDS.items() for word in words}
_STATUS_OF = {
    "active": "active", "a": "active", "act": "active", "actively_at_work": "active", "cobra": "cobra", "c": "cobra",
    "on_cobra": "cobra", "state_continuation": "cobra", "retiree": "retiree", "retired": "retiree", "r": "retiree",
}  # fmt: skip


def tier_words() -> set[str]:
    return set(_TIER_OF)


def relationship_words() -> set[str]:
    return set(SYNONYMS["relationship"]) | set(BY_NAME["relationship"].words) | set(_LETTERS)


def column_reader(field: Field, cells: Sequence[Cell], *, as_of: date) -> Reader:
    """The function that reads the cells of one column, as `values.reader` does.

    In a column of single letters with an E in it, E, S and C are employee, spouse and child. Among words an S
    may be anything.
    """
    plain = reader(field, as_of=as_of)
    if field.kind == "date":
        return with_order(plain, cells)
    if field.name == "relationship":
        return _letters(plain) if _of_letters(cells) else plain
    if field.name not in DERIVED or field.kind != "word":
        return plain
    name = field.name

    def read(cell: Cell) -> Value | Fault:
        text = shown("" if cell is None else cell)
        if not text:
            return None
        if name == "enrollment_status":
            found = _STATUS_OF.get(key_of(text))
        else:
            key = " ".join(re.findall(r"[^\W_]+", text.casefold()))
            found = _TIER_OF.get(key)
            if found is None:
                return replace(unknown_word(text, field.label, field.words), proposal=_tier_meant(key))
        return found if found is not None else unknown_word(text, field.label, field.words)

    return read


def _tier_meant(key: str) -> Proposal | None:
    """The tier of the words that are a slip away from these; none where several tiers are."""
    from rapidfuzz.distance import OSA

    if len(key) < 5:
        return None
    away = [(OSA.distance(key, words), tier) for words, tier in _TIER_OF.items() if len(words) >= 5]
    least = min(distance for distance, _ in away)
    near = {tier for distance, tier in away if distance == least}
    if least > (1 if len(key) < 8 else 2) or len(near) > 1:
        return None
    return Proposal(near.pop(), "it is the nearest known word.", safe=False)


_LETTERS = {"e": "employee", "s": "spouse", "c": "child"}


def _of_letters(cells: Sequence[Cell]) -> bool:
    """Letters, and an E among them; of longer words there are few, as where a row's cells slipped."""
    letters: list[str] = []
    longer = 0
    for cell in cells:
        if isinstance(cell, str) and (text := cell.strip(SPACE)):
            if len(text) == 1:
                letters.append(text.casefold())
            else:
                longer += 1
    return "e" in letters and 4 * longer <= len(letters)


def _letters(plain: Reader) -> Reader:
    def read(cell: Cell) -> Value | Fault:
        found = _LETTERS.get(cell.strip(SPACE).casefold()) if isinstance(cell, str) else None
        return found if found is not None else plain(cell)

    return read


# --- what is derived ------------------------------------------------------------------------------


def derive(
    read: Read, numbers: Sequence[int], notices: list[str], source: dict[str, str], *, row_a_family: bool
) -> Iterator[Contradiction]:
    """Put the fields of the plain layout in the place of the derived ones, and tell what they contradict.

    `source` learns which column a field came from: there its problems belong.
    """
    if "full_name" in read:
        yield from _names(read, notices)
        source |= {"first_name": "full_name", "last_name": "full_name"}
    if "family_id" not in read and "relationship" in read:
        if row_a_family:
            read["family_id"] = [str(number) for number in numbers]
            notices.append("There is no column for the family: each row is one.")
        else:
            yield from _families(read, numbers, notices)
    for name in ("enrollment_status", "cobra", "retiree"):
        if name in read:
            yield from _workers(read, name)
            source.setdefault("worker_type", name)
    if "enrollment_tier" in read:
        yield from _tiers(read, numbers)
        source.setdefault("election", "enrollment_tier")
        source.setdefault("waiver_reason", "enrollment_tier")
    read.pop("employee_number", None)


def _families(read: Read, numbers: Sequence[int], notices: list[str]) -> Iterator[Contradiction]:
    """Without a column for it, a family is an employee and the rows down to the next one.

    A dependent with the last name of another employee, and not of their own, says that the rows are not in
    that order.
    """
    found: list[Value | Fault] = []
    current: int | None = None
    unreadable = False  # a row whose relationship is not known: it may be an employee's
    lasts = [key_of(name) if isinstance(name, str) else None for name in read.get("last_name", [None] * len(numbers))]
    first_of: dict[str, int] = {}
    for at, (relationship, last) in enumerate(zip(read["relationship"], lasts, strict=True)):
        if relationship == "employee" and last is not None:
            first_of.setdefault(last, at)
    for at, (relationship, last) in enumerate(zip(read["relationship"], lasts, strict=True)):
        if relationship == "employee":
            current, unreadable = at, False
        elif not isinstance(relationship, str):
            unreadable = True
        elif unreadable:
            found.append(_UNPLACED)
            continue
        elif current is None:
            yield Contradiction(
                at, "relationship", f"this {relationship.replace('_', ' ')} stands above the first employee.",
                "Without a column for the family, each employee begins one: put the employee's row first, "
                "or add a column family_id.",
            )  # fmt: skip
        elif last is not None and lasts[current] not in (None, last) and last in first_of:
            yield Contradiction(
                at, "relationship",
                f"this {relationship.replace('_', ' ')} stands under the employee of row {numbers[current]}, "
                f"but has the last name of the employee of row {numbers[first_of[last]]}.",
                "Put each employee above their own dependents, or add a column family_id.",
            )  # fmt: skip
        found.append(str(numbers[current]) if current is not None else _UNPLACED)
    read["family_id"] = found
    if current is not None:
        notices.append(
            "There is no column for the family: families are taken from the order of the rows, "
            "each employee and the rows down to the next one."
        )


_UNPLACED = Fault("", "")

_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}


def split_name(text: str) -> tuple[str, str] | Fault:
    """`"Doe, Jane"` and `"Jane Doe"` → ("Jane", "Doe"); before a comma, or else the last word, is the last name."""
    before, comma, after = (part.strip(SPACE) for part in text.partition(","))
    if comma and before and after and key_of(after.rstrip(".")) not in _SUFFIXES:
        return after, before
    words = " ".join(part for part in (before, after) if part).split()
    suffix = [words.pop()] if len(words) > 2 and key_of(words[-1].rstrip(".")) in _SUFFIXES else []
    if len(words) < 2:
        return Fault(
            f"{shown(text)!r} is one word: a first and a last name are meant to be in it.",
            "Write it as Doe, Jane or as Jane Doe.",
        )
    return " ".join(words[:-1]), " ".join([words[-1], *suffix])


def _names(read: Read, notices: list[str]) -> Iterator[Contradiction]:
    firsts: list[Value | Fault] = []
    lasts: list[Value | Fault] = []
    long = 0
    for at, value in enumerate(read.pop("full_name")):
        split = split_name(value) if isinstance(value, str) else value
        if isinstance(split, Fault) and isinstance(value, str):
            yield Contradiction(at, "full_name", split.why, split.fix)
        if isinstance(split, tuple):
            long += isinstance(value, str) and "," not in value and len(value.split()) > 2
            firsts.append(split[0])
            lasts.append(split[1])
        else:
            firsts.append(None)
            lasts.append(None)
    read["first_name"], read["last_name"] = firsts, lasts
    if long:
        said = "1 name has" if long == 1 else f"{long} names have"
        notices.append(
            f"{said} more than two words: the last word is taken as the last name. "
            "Write Doe Roe, Jane to say otherwise."
        )


def _workers(read: Read, name: str) -> Iterator[Contradiction]:
    """A tick for COBRA or a retiree is a worker type; without one the type stays as it is."""
    workers = read.get("worker_type") or [None] * len(read[name])
    relationships = read.get("relationship") or [None] * len(read[name])
    found = list(workers)
    for at, said in enumerate(read.pop(name)):
        word = {"cobra": "cobra", "retiree": "retiree"}.get(name if said is True else str(said))
        if word is None or relationships[at] not in ("employee", None):
            continue
        if found[at] is None:
            found[at] = word
        elif found[at] != word and not isinstance(found[at], Fault):
            yield Contradiction(
                at, name, f"this says {word}, but the worker type is {found[at]}.", "Correct one of the two."
            )
    read["worker_type"] = found


_COVERS: Final[Mapping[Value | Fault, tuple[bool, bool]]] = {
    "EE": (False, False), "ES": (True, False), "EC": (False, True), "EF": (True, True),
}  # fmt: skip


def _tiers(read: Read, numbers: Sequence[int]) -> Iterator[Contradiction]:
    """A tier says who enrolls. It is the employee's; on the row of a dependent it repeats the employee's, or is W."""
    tiers = read.pop("enrollment_tier")
    unknown: list[Value | Fault] = [None] * len(tiers)
    families, relationships = read.get("family_id", unknown), read.get("relationship", unknown)
    given = read.get("election") or [None] * len(tiers)
    elections = list(given)
    reasons = read.get("waiver_reason") or [None] * len(tiers)
    employees: dict[Value | Fault, int] = {}
    members: dict[Value | Fault, list[int]] = {}
    for at, (family, relationship) in enumerate(zip(families, relationships, strict=True)):
        if family is None or isinstance(family, Fault):
            elections[at] = _UNPLACED if elections[at] is None else elections[at]
            continue
        members.setdefault(family, []).append(at)
        if relationship == "employee":
            employees.setdefault(family, at)
    for family, rows in members.items():
        if (
            family not in employees
            or isinstance(tiers[employees[family]], Fault)
            or any(not isinstance(relationships[at], str) for at in rows)
        ):
            for at in rows:  # whom the tier covers is not known, and nothing more is said of it
                elections[at] = _UNPLACED if elections[at] is None else elections[at]
    for family, employee in employees.items():
        tier = tiers[employee]
        rows = members[family]
        if isinstance(tier, Fault) or any(not isinstance(relationships[at], str) for at in rows):
            continue
        covered = []
        for at in rows:
            if at == employee or isinstance(tiers[at], Fault):
                continue
            own = tiers[at]
            if own == "W" and (tier != "W" or reasons[at] is not None):
                elections[at] = elections[at] if elections[at] is not None else "waive"
                continue
            if own is not None and own != tier:
                yield Contradiction(
                    at, "enrollment_tier",
                    f"the tier is {own}, but the employee's is {tier or 'empty'} (row {numbers[employee]}).",
                    "A family has one tier: write the employee's, or leave it empty.",
                    Proposal(str(tier), "a family has one tier.", safe=False) if tier is not None else None,
                )  # fmt: skip
            if elections[at] not in ("waive", "decline"):
                covered.append(at)
        if tier is None:
            continue
        says = "waive" if tier == "W" else "enroll"
        if elections[employee] is None:
            elections[employee] = says
        elif elections[employee] != says and not isinstance(elections[employee], Fault):
            yield Contradiction(
                employee, "enrollment_tier", f"the tier is {tier}, but the election is {elections[employee]}.",
                "Correct one of the two.",
            )  # fmt: skip
        if tier == "W":
            continue
        for at in covered:
            if elections[at] is None:
                elections[at] = "enroll"
        listed = [relationships[at] for at in covered]
        why = _unlike(str(tier), listed)
        if why:
            yield Contradiction(
                employee, "enrollment_tier", why,
                "Correct the tier, or the people of this family; who is not to be covered has W as the tier.",
                Proposal(_tier_of(listed), "it covers the people who are listed.", safe=False),
            )  # fmt: skip
    read["election"] = elections


def _tier_of(dependents: Sequence[Value | Fault]) -> str:
    """The tier that covers an employee and these."""
    found = (any(one in ("spouse", "domestic_partner") for one in dependents),
             any(one in ("child", "disabled_child") for one in dependents))  # fmt: skip
    return next(tier for tier, covers in _COVERS.items() if covers == found and isinstance(tier, str))


def _unlike(tier: str, dependents: Sequence[Value | Fault]) -> str | None:
    """How a tier contradicts the people listed; None when it does not."""
    partner, child = _COVERS[tier]
    partners = sum(one in ("spouse", "domestic_partner") for one in dependents)
    children = sum(one in ("child", "disabled_child") for one in dependents)
    listed = [word for count, word in ((partners, "a spouse or partner"), (children, "a child")) if count]
    wanted = [word for covers, word in ((partner, "a spouse or partner"), (child, "a child")) if covers]
    if listed == wanted:
        return None
    return (
        f"the tier is {tier}, which covers {' and '.join(['the employee', *wanted])}, "
        f"but {'nobody else is listed' if not listed else 'with the employee there is ' + ' and '.join(listed)}."
    )
