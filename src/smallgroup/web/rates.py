"""The rates that the portal quotes with: those that were imported into its data folder."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from smallgroup.intake.rate_store import RateStore

if TYPE_CHECKING:
    from datetime import date

    from smallgroup.rating.area_rates import AreaRates
    from smallgroup.rating.rate_table import RateTable


def store() -> RateStore:
    return RateStore(settings.DATA / "rates")


def rate_table(state: str | None) -> RateTable:
    """All imported rates of a state, read once for as long as nothing is imported. Raises Refused."""
    folder = store().folder
    names = tuple(sorted(path.name for path in folder.glob("*.parquet"))) if folder.is_dir() else ()
    return _table(str(folder), names, state)


@lru_cache(maxsize=8)
def _table(folder: str, names: tuple[str, ...], state: str | None) -> RateTable:
    return store().load(state=state)


def area_rates(state: str | None, area: int, on: date) -> AreaRates:
    """The rates of an area on a day. Raises Refused."""
    return _area(rate_table(state), area, on)


@lru_cache(maxsize=256)
def _area(table: RateTable, area: int, on: date) -> AreaRates:
    return table.in_area(area, on)
