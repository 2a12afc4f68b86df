"""Polars' aggregates drop nulls, so that an unknown would count as "no": only measures.py may use them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "src" / "smallgroup" / "underwriting"
RAW = {"sum", "all", "any", "mean", "n_unique", "count", "group_by", "agg", "len"}
# Sums and groups of what is known, for sentences and for the frames of one group; each is looked at when it changes.
ALLOWED = {
    ("clause.py", "count"), ("record.py", "all"),
    # Python's own lists of verdicts, in which None is counted as itself.
    ("group_facts.py", "count"), ("participation_shares.py", "count"), ("contradictions.py", "count"),
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_no_raw_aggregate(path: Path) -> None:
    if path.name == "measures.py":
        return
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "case")
    }
    assert {(path.name, name) for name in calls & RAW} <= ALLOWED
