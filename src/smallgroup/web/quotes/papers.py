"""A quote's revision as a file: a workbook, and a PDF where the papers' compiler is installed."""

from __future__ import annotations

import importlib
import importlib.util
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from smallgroup import money
from smallgroup.census.sheet import Cell
from smallgroup.dates import spoken
from smallgroup.intake.write_workbook import Page, save_workbook
from smallgroup.quoting.quote import to_be_covered
from smallgroup.rating.charged import family_terms, with_charged
from smallgroup.rulebook import guideline
from smallgroup.web.quotes.models import Quote, QuoteRevision


@cache
def can_print() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("smallgroup.papers", "typst"))


def proposal(quote: Quote, revision: QuoteRevision, *, copy: str) -> bytes:
    """The PDF. Its members are read from the sealed census; what each employee chose is in the sums alone."""
    told = {**revision.result, "members": _members(revision), "final": None}
    if told.get("elected"):
        told["elected"] = {**told["elected"], "employees": [], "without_plan": [], "refused": []}
    made = importlib.import_module("smallgroup.papers").proposal(
        told, group=quote.name, as_of=revision.as_of, copy=copy
    )
    return cast(bytes, made)


def _members(revision: QuoteRevision) -> list[dict[str, Any]]:
    from smallgroup.group import read_group

    effective = read_group(revision.application, file="The application").effective_date
    terms = family_terms(guideline(revision.guideline), revision.as_of)
    covered = with_charged(to_be_covered(revision.census.frame()), effective, terms)
    return covered.select("member_id", "family_id", "relationship", "age", rated="charged").to_dicts()


def workbook(quote: Quote, revision: QuoteRevision, *, client: bool) -> bytes:
    """Terms, plans and findings. Every text is written as text: no cell can be taken for a formula. Names nobody."""
    findings = [one for one in revision.result["findings"] if not client or one["audience"] == "anyone"]
    pages = [
        Page("Quote", _numbered(_facts(quote, revision)), widths=(30, 60)),
        Page("Plans", _numbered(_plans(revision.result)), widths=(26, 36, 12, 14, 14, 14)),
        Page("Findings", _numbered([
            ("Finding", "Outcome", "Because", "What would change it", "Document", "Page", "Heading"),
            *((one["title"], one["outcome"], one["because"], one["cure"] or "", one["citation"]["document"],
               one["citation"]["page"], one["citation"]["heading"]) for one in findings),
        ]), widths=(34, 16, 80, 50, 40, 8, 40)),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="smallgroup-") as folder:
        path = Path(folder) / "quote.xlsx"
        save_workbook(path, pages)
        return path.read_bytes()


def _facts(quote: Quote, revision: QuoteRevision) -> list[Sequence[Cell]]:
    terms, counted, result = revision.terms, revision.census.counted, revision.result
    promise = result.get("contribution") or {}
    return [
        ("Group", quote.name), ("Revision", revision.number), ("As of", spoken(revision.as_of)),
        ("County", terms["county"]), ("ZIP code", terms["zip"]), ("Effective date", terms["effective_date"]),
        ("The employer pays for each employee", promise.get("employee") or "not known"),
        ("The employer pays for dependents", promise.get("dependents") or "not known"),
        ("Employees", counted["employees"]), ("Dependents", counted["dependents"]),
        ("Rates", result.get("rates_basis") or ""), ("Guideline", revision.guideline),
        ("", "A quote is no offer of coverage."),
    ]  # fmt: skip


def _plans(result: dict[str, Any]) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [("Plan", "Name", "Metal", "A month", "Employer", "Employees")]
    for one in sorted(result.get("plans") or (), key=lambda plan: money.cents(plan["monthly"]["total"])):
        amounts = [one["monthly"][part] for part in ("total", "employer", "employee")]
        rows.append((one["plan_id"], one["name"], one["metal"], *(_dollars(amount) for amount in amounts)))
    rows += [(one["plan_id"], one["because"]) for one in result.get("refused_plans") or ()]
    return rows


def _dollars(amount: str | None) -> Cell:
    """As a number, to be added up in a spreadsheet: the one place where a sum of money leaves as one."""
    return "not known" if amount is None else float(amount)


def _numbered(rows: Sequence[Sequence[Cell]]) -> list[tuple[int, Sequence[Cell]]]:
    return list(enumerate(rows, start=1))
