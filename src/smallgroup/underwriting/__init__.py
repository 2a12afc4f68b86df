"""Clauses, one file per heading of the guide, and the engine that runs them at every size.

from smallgroup.underwriting import Inputs, decide
decision = decide(Inputs(group_yaml, census.members, rates), guideline_id="kp-ga-2025-07", as_of=day)
"""

from smallgroup.underwriting.decide import Decision, Evidence, Finding, ReadingFound, underwrite
from smallgroup.underwriting.engine import Edition, edition
from smallgroup.underwriting.record import Inputs, decide, decision_text, replay

__all__ = [
    "Decision", "Edition", "Evidence", "Finding", "Inputs", "ReadingFound", "decide", "decision_text", "edition",
    "replay", "underwrite",
]  # fmt: skip
