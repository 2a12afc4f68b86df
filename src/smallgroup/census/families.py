"""Which family a dependent was meant to be in, and who is listed twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Any

from smallgroup.census.privacy import redacted
from smallgroup.errors import Proposal

_FURTHEST = 20  # rows; a family is not longer


def family_meant(
    at: int, families: Sequence[Any], relationships: Sequence[Any], with_employee: Container[Any]
) -> Proposal | None:
    """The family for a dependent whose own is blank or has no employee, by the rows around; never safe."""
    if relationships[at] in ("employee", None) or not isinstance(relationships[at], str):
        return None
    own = families[at]
    above, below = _neighbour(at, families, -1), _neighbour(at, families, 1)
    over, under = (None if place is None else families[place] for place in (above, below))
    found = why = None
    if over is not None and over in with_employee:
        if over == under:
            found, why = over, "the rows above and below are of this family."
        elif own is None:
            found, why = over, "the row above is of this family."
        elif _almost(own, over) and not _between(own, over, under):
            found, why = over, "the row above is of this family, and the ids are almost the same."
    elif (
        below is not None
        and relationships[below] == "employee"
        and (own is None or (_almost(own, under) and not _between(own, over, under)))
    ):
        found, why = under, "the dependent stands above the employee of this family."
    if not isinstance(found, str) or why is None or redacted(found) != found:
        return None
    return Proposal(found, why, safe=False)


def listed_twice(first: int, second: int, fields: Mapping[str, Sequence[Any]]) -> Proposal | None:
    """To remove the second row, where both have one birth date and nothing says that they are two people."""
    births = fields.get("date_of_birth")
    if births is None or not isinstance(births[first], date) or births[first] != births[second]:
        return None
    for name in ("first_name", "last_name", "sex"):
        told = fields.get(name)
        if told is None or told[first] is None or told[second] is None:
            continue
        if str(told[first]).casefold() != str(told[second]).casefold():
            return None
    return Proposal("", "the same person is listed twice in one family.", safe=False, kind="remove row")


def _neighbour(at: int, families: Sequence[Any], step: int) -> int | None:
    """The next row, that way, that is of a family other than this one's own or none."""
    own = families[at]
    for place in range(at + step, at + step * _FURTHEST, step):
        if not 0 <= place < len(families):
            return None
        if isinstance(families[place], str) and families[place] != own:
            return place
    return None


def scattered(families: Sequence[Any]) -> dict[int, str]:
    """Position → the family in whose midst it stands, for single rows of another family that also has other rows,
    where otherwise each family stands together."""
    runs: list[tuple[Any, int, int]] = []
    for at, family in enumerate(families):
        if runs and runs[-1][0] == family:
            runs[-1] = (family, runs[-1][1], at)
        else:
            runs.append((family, at, at))
    pieces = Counter(family for family, _, _ in runs)
    found = {}
    for before, (family, first, last), after in zip(runs, runs[1:], runs[2:], strict=False):
        alone = first == last and before[0] == after[0] and isinstance(before[0], str) and isinstance(family, str)
        if alone and pieces[family] == 2 and pieces[before[0]] == 2:
            found[first] = before[0]
    broken = sum(count > 1 for count in pieces.values())
    return found if broken <= max(2, len(pieces) // 4) else {}


def _between(own: Any, over: Any, under: Any) -> bool:
    """Whether an id is in its place in a sequence: F013 between F012 and F014 is no slip, its employee is missing."""
    numbers = [re.sub(r"\D", "", text) if isinstance(text, str) else "" for text in (over, own, under)]
    letters = {re.sub(r"\d", "", text) for text in (over, own) if isinstance(text, str)}
    if not numbers[0] or not numbers[1] or len(letters) != 1:
        return False
    return int(numbers[0]) + 1 == int(numbers[1]) and (not numbers[2] or int(numbers[1]) < int(numbers[2]))


def _almost(one: Any, other: Any) -> bool:
    from rapidfuzz.distance import OSA

    if not isinstance(one, str) or not isinstance(other, str):
        return False
    first, second = (re.sub(r"(?<!\d)0+|[\W_]", "", text.casefold()) for text in (one, other))
    if first == second:
        return first != ""
    return max(len(first), len(second)) >= 3 and OSA.distance(first, second) <= 1
