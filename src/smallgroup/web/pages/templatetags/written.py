"""Money, days and outcomes as people write them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from smallgroup import money as exact
from smallgroup.dates import spoken
from smallgroup.group.papers import in_words

register = template.Library()

_TONES = {
    "met": "good", "approve": "good", "approved": "good", "accepted": "good",
    "not met": "bad", "decline": "bad", "declined": "bad", "rejected": "bad",
    "refer": "ask", "referred": "ask", "needs evidence": "ask", "pend": "ask", "pended": "ask", "missing": "ask",
}  # fmt: skip


@register.filter
def usd(amount: Any) -> str:
    """Cents, or `"16708.95"` as JSON has it → `$16,708.95`; what is not known is said so."""
    if amount in (None, ""):
        return "not known"
    return exact.pretty(amount if isinstance(amount, int) else exact.cents(str(amount)))


@register.filter
def day(when: Any) -> str:
    """A day, or its ISO text → `October 1, 2025`."""
    if when in (None, ""):
        return "not known"
    if isinstance(when, datetime):
        from smallgroup.web.clock import ZONE

        when = when.astimezone(ZONE).date()
    return spoken(when if isinstance(when, date) else date.fromisoformat(str(when)))


@register.filter
def minute(when: datetime) -> str:
    """When something happened, on the clock of the business: `October 1, 2025, 3:05 p.m.`."""
    from smallgroup.web.clock import ZONE

    there = when.astimezone(ZONE)
    return f"{spoken(there.date())}, {there.hour % 12 or 12}:{there:%M} {'a.m.' if there.hour < 12 else 'p.m.'}"


@register.filter
def paper(kind: str) -> str:
    """`business_license` → `business license`."""
    return in_words(kind)


@register.filter
def words(name: str) -> str:
    return str(name).replace("_", " ")


_PATH = re.compile(r"\b(?:group|application)(?:\.[a-z0-9_]+)+")


@register.filter
def plainly(text: Any) -> str:
    """Where a sentence names a field as group.yaml has it, the words of the form: `application.waiting_period` →
    `“Waiting period”`."""
    return _PATH.sub(lambda found: _field(found.group()), str(text or ""))


def _field(path: str) -> str:
    from smallgroup.web.groups.sections import WORDS

    known = path
    while known not in WORDS and known.count(".") > 1:
        known = known.rpartition(".")[0]
    return f"“{WORDS[known].label}”" if known in WORDS else path


@register.filter
def badge(word: str) -> SafeString:
    """An outcome, a decision or a state as a label whose color repeats, and never replaces, its word."""
    return format_html('<span class="badge {}">{}</span>', _TONES.get(str(word).lower(), "plain"), word)


@register.filter
def number(value: Any) -> str:
    """A number of a reading: `[9, 12]` → `9 of 12`, an interval → `3 to 5`."""
    if isinstance(value, list):
        return f"{value[0]} of {value[1]}"
    return f"{value['at_least']} to {value['at_most']}" if isinstance(value, dict) else str(value)


@register.filter
def holds(value: bool | None) -> str:
    return {True: "met", False: "not met", None: "needs evidence"}[value]


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changed: object) -> str:
    """The address's query with some of it changed, for the pages of a list."""
    asked = context["request"].GET.copy()
    for key, value in changed.items():
        if value in (None, ""):
            asked.pop(key, None)
        else:
            asked[key] = str(value)
    return f"?{asked.urlencode()}"
