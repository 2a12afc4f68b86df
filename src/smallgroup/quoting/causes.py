"""Why a member's premium is another one: each cause in words, always in one order.

A cause of the price is named where the price hangs on it: where either side is charged, and the filed rate differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from smallgroup.rating.area_rates import MISSING, TOBACCO_NO, TOBACCO_UNKNOWN, TOBACCO_YES, AreaRates, rate_column
from smallgroup.rating.bands import band_of
from smallgroup.rating.charged import FamilyTerms

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six")
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One member on one side of a comparison.

    `place` counts the young children of the family from the oldest, 1 for the first; None for everybody else.
    """

    rates: AreaRates
    plan_id: str
    relationship: str
    birth: date
    age: int
    tobacco: bool | None
    charged: bool
    place: int | None

    @property
    def premium(self) -> int:
        """Cents a month; 0 for a child beyond the oldest who are charged. The plan must have a rate for the member."""
        if not self.charged:
            return 0
        cents = rate_at(self.rates, self.plan_id, self.age, self.tobacco)
        assert cents is not None, "a family whose plan has no rate is refused before"
        return cents


def rate_at(rates: AreaRates, plan_id: str, age: int, tobacco: bool | None) -> int | None:
    """The filed cents a month, or None. Somebody born after the rating date is in the youngest band."""
    row = rates.row_of.get(plan_id)
    if row is None:
        return None
    block = TOBACCO_UNKNOWN if tobacco is None else TOBACCO_YES if tobacco else TOBACCO_NO
    cents = int(rates.monthly[row, rate_column(max(age, 0), block)])
    return None if cents == MISSING else cents


def causes(before: Side | None, after: Side | None, terms: FamilyTerms, *, undecided: bool) -> tuple[str, ...]:
    """What differs between the two sides of one member; nothing where nothing does.

    A side is None where the member is not covered. `undecided` says that they were covered before, and had no plan.
    """
    if before is not None and after is not None:
        return tuple(_between(before, after, terms))
    if after is not None:
        came = f"plan now chosen: {after.plan_id}" if undecided else "joined"
        return (came,) if after.charged else (came, f"as {_free(after, terms)}")
    assert before is not None
    return ("left",) if before.charged else ("left", f"was {_free(before, terms)}")


def _between(before: Side, after: Side, terms: FamilyTerms) -> Iterator[str]:
    if before.birth != after.birth:
        yield "other birth date"
    if before.relationship != after.relationship:
        yield f"other relationship: {_words(before.relationship)} to {_words(after.relationship)}"
    if before.charged or after.charged:
        yield from _of_the_price(before, after)
    if before.charged and not after.charged:
        yield f"now {_free(after, terms)}"
    if after.charged and not before.charged and after.place is not None:
        number = terms.oldest_children_rated
        counted = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
        yield f"now one of the {counted} oldest children under {terms.child_rated_as_adult_from_age}"


def _of_the_price(before: Side, after: Side) -> Iterator[str]:
    charged = [side for side in (before, after) if side.charged]
    if band_of(max(before.age, 0)) != band_of(max(after.age, 0)):
        yield f"{'older' if before.age < after.age else 'younger'}: {max(before.age, 0)} to {max(after.age, 0)}"
    for side in charged:
        cells = [rate_at(one.rates, side.plan_id, side.age, side.tobacco) for one in (before, after)]
        if None not in cells and cells[0] != cells[1]:
            yield "new rates"
            break
    if before.plan_id != after.plan_id:
        yield f"other plan: {before.plan_id} to {after.plan_id}"
    if any(
        rate_at(side.rates, side.plan_id, side.age, before.tobacco)
        != rate_at(side.rates, side.plan_id, side.age, after.tobacco)
        for side in charged
    ):
        yield f"tobacco: {_yes_no(before.tobacco)} to {_yes_no(after.tobacco)}"


def _free(side: Side, terms: FamilyTerms) -> str:
    place = side.place or 0
    word = _PLACES[place - 1] if 0 < place <= len(_PLACES) else "further"
    article = "an" if word.startswith("e") else "a"
    return f"{article} {word} child under {terms.child_rated_as_adult_from_age}, at no charge"


def _words(relationship: str) -> str:
    return relationship.replace("_", " ")


def _yes_no(tobacco: bool | None) -> str:
    return "not known" if tobacco is None else "yes" if tobacco else "no"
