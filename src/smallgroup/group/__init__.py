"""The employer's application: what is said about the group, and what papers prove it."""

from smallgroup.group.application import (
    Application,
    Contribution,
    Document,
    Expected,
    Flat,
    Group,
    GroupFile,
    Month,
    PercentOf,
    ReferencePlan,
    WaitingPeriod,
)
from smallgroup.group.read import read_group

__all__ = [
    "Application", "Contribution", "Document", "Expected", "Flat", "Group", "GroupFile", "Month", "PercentOf",
    "ReferencePlan", "WaitingPeriod", "read_group",
]  # fmt: skip
