"""Words of the quotes' pages."""

from __future__ import annotations

from typing import Any

from django import template

from smallgroup.errors import Proposal

register = template.Library()


@register.filter
def repair(proposal: Proposal) -> str:
    """What a button that accepts a proposal says."""
    if proposal.kind == "remove row":
        return "Remove the row"
    if proposal.kind == "move row":
        return f"Move the row under row {proposal.new}"
    return f"Write {proposal.new}" if proposal.new else "Empty the cell"


@register.filter
def listed(value: Any) -> str:
    """One of the terms as a person reads it: a list by commas, nothing as nothing chosen."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "all"
    return str(value) if value not in (None, "") else "not said"
