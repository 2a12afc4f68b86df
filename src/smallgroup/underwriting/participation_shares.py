"""The share that is wanted of a group, by bands of its size, and how it is rounded: exact, in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import Literal

import polars as pl

from smallgroup.group.application import ContractMonth
from smallgroup.strict import Ratio
from smallgroup.underwriting.quantity import Count, share_at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The share that is wanted of a group with so many employees or more; counted are those eligible and not outside,
    or those who enroll, as `bands_by` says."""

    from_: int
    share: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationTerms:
    """`rounding: down` lets the number that must enroll be rounded down, as one carrier does (A7)."""

    minimum: tuple[Band, ...]
    bands_by: Literal["eligible", "enrolled"]
    rounding: Literal["none", "down"]
    listed_waivers: tuple[str, ...]
    unlisted_waivers: tuple[str, ...]
    marketplace_share: Ratio
    full_time_hours: int


def enough(part: Count, rest: Count, terms: ParticipationTerms) -> pl.Expr:
    """part / (part + rest) ≥ the share of the band in which part + rest lies.

    A band is certain only where both ends of the count lie in it; else every band it may be in has to agree.
    """
    counts = part + rest if terms.bands_by == "eligible" else part
    verdicts = []
    for place, band in enumerate(terms.minimum):
        last = terms.minimum[place + 1].from_ - 1 if place + 1 < len(terms.minimum) else None
        may_lie_in = counts.at_most >= band.from_
        if last is not None:
            may_lie_in &= counts.at_least <= last
        if place == 0:
            may_lie_in |= counts.at_most < band.from_
        verdicts.append((may_lie_in, share_reached(part, rest, band.share, terms.rounding)))
    if len(verdicts) == 1:
        return verdicts[0][1]
    every = reduce(and_, (~lies | holds for lies, holds in verdicts))
    some = reduce(or_, (lies & holds for lies, holds in verdicts))
    return pl.when(every).then(True).when(~some).then(False)


def share_reached(part: Count, rest: Count, share: Fraction, rounding: str) -> pl.Expr:
    if rounding == "none":
        return share_at_least(part, rest, share)
    # part ≥ floor(share × all), which is part × d + d > n × all, in whole numbers part × d + d ≥ n × all + 1.
    return part * (share.denominator - share.numerator) + (share.denominator - 1) >= rest * share.numerator


def band_of(counts: int, terms: ParticipationTerms) -> Band:
    """The band that the fewest who must enroll lie in."""
    if terms.bands_by == "enrolled":
        enrolled = must_enroll(counts, terms)
        return [band for band in terms.minimum if band.from_ <= max(enrolled, terms.minimum[0].from_)][-1]
    return [band for band in terms.minimum if band.from_ <= max(counts, terms.minimum[0].from_)][-1]


def must_enroll(counts: int, terms: ParticipationTerms, *, down: bool = False) -> int:
    """The fewest who must enroll of so many who count, at least one."""
    if terms.bands_by == "eligible":
        return _of_share(counts, band_of(counts, terms).share, down=down or terms.rounding == "down")
    # A band by enrollment is met by who reaches its share and lies in it.
    fewest = []
    for place, band in enumerate(terms.minimum):
        needed = max(_of_share(counts, band.share, down=down or terms.rounding == "down"), band.from_)
        if place + 1 == len(terms.minimum) or needed < terms.minimum[place + 1].from_:
            fewest.append(needed)
    return min(fewest)


def _of_share(counts: int, share: Fraction, *, down: bool) -> int:
    if down:
        return max(1, counts * share.numerator // share.denominator)
    return max(1, -(-counts * share.numerator // share.denominator))


@dataclass(frozen=True, slots=True)
class MonthFound:
    """A month of a contract: who is counted, how many had to enroll, and whether too few did; None if not known."""

    month: date
    counted: int | None
    enrolled: int | None
    must_enroll: int | None
    below: bool | None

    def as_json(self) -> dict[str, object]:
        return {
            "month": f"{self.month:%Y-%m}", "counted": self.counted, "enrolled": self.enrolled,
            "must_enroll": self.must_enroll, "below": self.below,
        }  # fmt: skip


def months_found(months: Sequence[ContractMonth], terms: ParticipationTerms) -> list[MonthFound]:
    """Each month of a contract against the share that is wanted."""
    found = []
    for one in months:
        known = one.eligible is not None and one.valid_waivers is not None
        counts = max((one.eligible or 0) - (one.valid_waivers or 0), 0) if known else None
        wanted = None if counts is None else must_enroll(counts, terms)
        below = None if wanted is None or one.enrolled is None else one.enrolled < wanted
        found.append(MonthFound(one.month, counts, one.enrolled, wanted, below))
    return found


def months_below(months: Sequence[ContractMonth], terms: ParticipationTerms) -> tuple[int, int]:
    """In how many months of a contract too few were enrolled: (at least, at most)."""
    verdicts = [one.below for one in months_found(months, terms)]
    return verdicts.count(True), len(verdicts) - verdicts.count(False)
