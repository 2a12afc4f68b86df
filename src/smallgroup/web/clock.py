"""The portal's clock: the one place that reads it, so that a test can say what day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

ZONE = ZoneInfo("America/New_York")
"""Days are told where the business is: a case that comes in at 11 p.m. in Georgia came in that day."""


def now() -> datetime:
    return timezone.now() + _shift()


def today() -> date:
    return now().astimezone(ZONE).date()


@lru_cache(maxsize=1)
def _shift() -> timedelta:
    """The sample lives on a day of its own, in which its rates and papers hold; each start begins it anew."""
    if settings.SAMPLE_DAY is None:
        return timedelta(0)
    began = timezone.now()
    there = began.astimezone(ZONE).replace(
        year=settings.SAMPLE_DAY.year, month=settings.SAMPLE_DAY.month, day=settings.SAMPLE_DAY.day
    )
    return there.astimezone(UTC) - began
