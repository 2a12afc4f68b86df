"""The example group's quote and decision as the command line's JSON has them, and what can be read out of a PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from smallgroup.group import read_group
from smallgroup.intake import census_file
from smallgroup.intake.rates_file import rates_file
from smallgroup.quoting import quote
from smallgroup.rulebook import guideline
from smallgroup.underwriting import Decision, Inputs, decide

EXAMPLES = Path(__file__).parents[2] / "examples"
EFFECTIVE, AS_OF = date(2025, 10, 1), date(2025, 9, 12)
GUIDE = "kp-ga-2025-07"
PLACE = {"effective_date": EFFECTIVE, "dated": AS_OF}


@cache
def _files() -> tuple[Any, Any]:
    members = census_file(EXAMPLES / "census.xlsx", as_of=AS_OF).members
    return members, rates_file(EXAMPLES / "rates.csv").in_area(3, EFFECTIVE)


def decided(what_if: dict[str, str] | None = None) -> Decision:
    members, rates = _files()
    group_yaml = (EXAMPLES / "group.yaml").read_text("utf-8")
    return decide(Inputs(group_yaml, members, rates, what_if or {}), guideline_id=GUIDE, as_of=AS_OF)


def decision(what_if: dict[str, str] | None = None) -> dict[str, Any]:
    return decided(what_if).as_json()


def quoted(what_if: dict[str, str] | None = None) -> dict[str, Any]:
    members, rates = _files()
    file = read_group((EXAMPLES / "group.yaml").read_text("utf-8"), what_if=what_if or {})
    priced = quote(file, members, rates, guideline=guideline(GUIDE), as_of=AS_OF, rates_basis="illustrative, not filed")
    return priced.with_findings(decided(what_if).findings).as_json()


def statement_of(lines: list[dict[str, Any]], paid: list[dict[str, Any]] | None = None, **more: str) -> dict[str, Any]:
    said = {"broker_id": "B-1", "period": "2026-01", "as_of": "2026-01-31", "opening": "0.00", "closing": "0.00"}
    return {**said, **more, "lines": lines, "paid": paid or []}


def line(group: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "action": "earned", "hold_until": None, "program": "base", "group_id": group, "kind": "production",
        "rule": "R1", "units": 10, "counted": "105", "share": "1", "because": "10 of 105 counted", "amount": amount,
        **more,
    }  # fmt: skip


def text(made: bytes) -> str:
    """All that the pages say."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def joined(said: str) -> str:
    """Without any space: a text that goes over several lines is found in it."""
    return "".join(said.split())


def structure(made: bytes) -> list[tuple[str, str | None]]:
    """(kind, alternative text) of every element of the structure, in the order in which it is read."""

    def walk(node: Any) -> Iterator[tuple[str, str | None]]:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                yield from walk(one)
        elif isinstance(node, dict):
            if "/S" in node:
                yield str(node["/S"]), str(node["/Alt"]) if "/Alt" in node else None
            if "/K" in node:
                yield from walk(node["/K"])

    return list(walk(PdfReader(io.BytesIO(made)).trailer["/Root"]["/StructTreeRoot"]))
