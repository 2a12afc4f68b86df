"""What the rules say of an application and a census: the decision and the premiums, as the command line has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from smallgroup.errors import Problem, Refused
from smallgroup.group import Contribution, GroupFile, read_group
from smallgroup.rating.area import rating_area
from smallgroup.rulebook import Guideline, guideline, guideline_in_force
from smallgroup.underwriting import Decision, Inputs, decide
from smallgroup.web import rates

if TYPE_CHECKING:
    import polars as pl

    from smallgroup.quoting import Quote
    from smallgroup.rating.area_rates import AreaRates


@dataclass(frozen=True)
class Answer:
    """A decision, and a quote where there are a county, rates and somebody to price; else why there is none."""

    file: GroupFile
    guideline: Guideline
    decision: Decision
    quote: Quote | None
    unpriced: tuple[Problem, ...] = ()


def rates_of(file: GroupFile, chosen: Guideline, as_of: date) -> AreaRates | None:
    """The rates of the group's area on its effective date; None where its county or state has none to look up.

    Raises Refused: a county that is not known, no rates imported.
    """
    address, effective = file.group.address, file.application.effective_date
    if address is None or address.county is None or effective is None:
        return None
    if address.state and address.state.strip().upper() != chosen.state and "service_area" in chosen.headings:
        return None
    return rates.area_rates(chosen.state, rating_area(chosen, address, as_of), effective)


def answer(
    text: str,
    members: pl.DataFrame,
    *,
    as_of: date,
    guideline_id: str | None = None,
    layer: str | None = None,
    plan_ids: Sequence[str] | None = None,
    contribution: Contribution | None = None,
    with_quote: bool = True,
    what_if: Mapping[str, str] | None = None,
) -> Answer:
    """Underwrite and price one group. `members` is a checked census in the columns of census.fields.SCHEMA.

    Raises Refused where there is no decision to be had: no effective date, contradictions, an unreadable
    application. What only the premiums lack is in `unpriced`.
    """
    from smallgroup.quoting import quote as priced

    file = read_group(text, file="The application", what_if=what_if)
    chosen = guideline(guideline_id) if guideline_id else guideline_in_force(as_of)
    found: AreaRates | None = None
    unpriced: list[Problem] = []
    try:
        found = rates_of(file, chosen, as_of)
    except Refused as refused:
        unpriced += refused.problems
    if contribution is not None:
        file = file.with_contribution(contribution)
    decision = decide(
        Inputs(text, members, found, dict(what_if or {}), layer), guideline_id=chosen.id, as_of=as_of
    )
    quote = None
    if with_quote and found is not None:
        try:
            table = rates.rate_table(chosen.state)
            quote = priced(
                file, members, found, guideline=chosen, as_of=as_of, plan_ids=plan_ids, contribution=contribution,
                rates_basis=table.basis,
            ).with_findings(decision.findings)  # fmt: skip
        except Refused as refused:
            unpriced += refused.problems
    return Answer(file, chosen, decision, quote, tuple(unpriced))


def result_of(found: Answer) -> dict[str, Any]:
    """What a quote's revision keeps: the answer of `quote --json` without its members, so that it names nobody."""
    kept: dict[str, Any] = {"decision": found.decision.decision, "unpriced": [str(one) for one in found.unpriced]}
    if found.quote is not None:
        kept |= {key: value for key, value in found.quote.as_json().items() if key != "members"}
        if kept.get("elected"):
            kept["elected"] = {key: kept["elected"][key] for key in ("total", "employer", "employee")}
    else:
        kept["findings"] = [finding.as_json() for finding in found.decision.findings]
    return kept
