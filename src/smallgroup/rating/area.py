"""The rating area of a group: that of its principal business address, one for everybody (45 CFR 147.102(b))."""

from __future__ import annotations

from datetime import date
from functools import cache

from smallgroup.errors import Problem, Refused, did_you_mean
from smallgroup.group.application import Address
from smallgroup.rulebook import Guideline


@cache
def _area_of_county(guideline: Guideline, edition_from: date) -> dict[str, tuple[str, int]]:
    areas = guideline.heading("rating_areas").value("areas", edition_from, dict[int, tuple[str, ...]])
    return {plain_county(county): (county, area) for area, counties in areas.items() for county in counties}


@cache
def _split_by_zip(guideline: Guideline, on: date) -> frozenset[str]:
    heading = guideline.heading("rating_areas")
    if "split_by_zip" not in heading.terms:
        return frozenset()
    return frozenset(map(plain_county, heading.value("split_by_zip", on, tuple[str, ...])))


def plain_county(county: str) -> str:
    """`"De Kalb County"` → `"dekalb"`: how counties are compared, whatever the spacing."""
    words = county.casefold().replace(".", " ").split()
    return "".join(words[:-1] if len(words) > 1 and words[-1] in ("county", "co") else words)


def rating_area(guideline: Guideline, address: Address | None, on: date) -> int:
    """The number of the rating area.

    Raises Refused: no county, an unknown one, one that is split, an address in another state, or no areas at all.
    """
    where = "group.address"
    if address is None or address.county is None:
        raise Refused(Problem(f"{where}.county", "the rating area needs the county of the business address.",
                              "Add it, for example county: Fulton.", field="group.address.county"))  # fmt: skip
    if address.state is not None and address.state.strip().upper() != guideline.state:
        raise Refused(
            Problem(
                f"{where}.state",
                f"{address.state!r} is not {guideline.state}, the state of {guideline.id}.",
                "Correct the state, or choose a guideline of that state.",
                seen=address.state,
            )
        )
    heading = guideline.headings.get("rating_areas")
    if heading is None:
        raise Refused(Problem(f"rating areas of {guideline.id}", "the guideline has none, so nothing can be priced.",
                              "Leave the county out, or add rating_areas.yaml to the guideline."))  # fmt: skip
    known = _area_of_county(guideline, heading.edition("areas", on).from_)
    found = known.get(plain_county(address.county))
    if found is None and plain_county(address.county) in _split_by_zip(guideline, on):
        raise Refused(
            Problem(
                f"{where}.county",
                f"{address.county} lies in more than one rating area, by ZIP code; areas are kept by whole counties.",
                "Leave the county out to underwrite without rates.",
                seen=address.county,
                field="group.address.county",
            )
        )
    if found is None:
        names = [county for county, _ in known.values()]
        raise Refused(
            Problem(
                f"{where}.county",
                f"{address.county!r} is not a county of {guideline.state}.",
                did_you_mean(address.county, names),
                seen=address.county,
            )
        )
    return found[1]
