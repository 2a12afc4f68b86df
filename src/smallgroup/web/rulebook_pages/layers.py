"""What named persons have settled in the portal, as layers of the rulebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from smallgroup.rulebook import Guideline, Layer, Settled
from smallgroup.web.cases.models import SettledReading

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID


def settled_in(guideline: Guideline, on: date) -> tuple[Settled, ...]:
    """What is settled for the guideline on a day."""
    held = SettledReading.objects.filter(guideline=guideline.id, case=None, undone_at=None, on__lte=on)
    return tuple(_settled(one) for one in held.select_related("by").order_by("id"))


def settled_by_case(guideline: Guideline) -> dict[UUID, tuple[Settled, ...]]:
    """What is settled for single cases, by case."""
    held = SettledReading.objects.filter(guideline=guideline.id, case__isnull=False, undone_at=None)
    found: dict[UUID, list[Settled]] = defaultdict(list)
    for one in held.select_related("by").order_by("id"):
        if one.case_id is not None:
            found[one.case_id].append(_settled(one))
    return {case: tuple(theirs) for case, theirs in found.items()}


def _settled(one: SettledReading) -> Settled:
    return Settled(
        clause=one.clause, doubt=one.doubt or None, reading=one.reading, from_=one.on, by=str(one.by), on=one.on,
        why=one.why,
    )  # fmt: skip


def laid(guideline: Guideline, settled: Iterable[Settled], on: date) -> Layer | None:
    """A layer of these. They hold on the day that is looked at, whenever they were settled."""
    from dataclasses import replace

    held = tuple(replace(one, from_=min(one.from_, on)) for one in settled)
    return Layer(layer="portal", guideline=guideline.id, settled=held) if held else None
