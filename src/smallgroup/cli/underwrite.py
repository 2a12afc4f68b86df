"""smallgroup underwrite: a decision, with every finding, its readings, its numbers and its citation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from smallgroup.cli import inputs, output

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from smallgroup.group import GroupFile
    from smallgroup.rulebook import Guideline
    from smallgroup.underwriting import Decision, Finding

_MARKS = {
    "met": ("met", "green"), "not met": ("not met", "red"), "refer": ("refer", "yellow"),
    "needs evidence": ("needs evidence", "yellow"), "not applicable": ("not applicable", "dim"),
}  # fmt: skip
DECISION_COLORS = {"approve": "bold green", "pend": "bold yellow", "refer": "bold yellow", "decline": "bold red"}


def underwrite(
    group: Path = typer.Argument(..., help="The group's application, group.yaml."),
    census: Path = inputs.CENSUS,
    rates: Path = inputs.RATES,
    as_of: str = inputs.AS_OF,
    guideline: str = inputs.GUIDELINE,
    what_if: list[str] = typer.Option(
        None, "--what-if", metavar="KEY=VALUE",
        help="Try a change: a path of group.yaml, such as application.contribution.employee.percent=60.",
    ),
    fail_on: str = typer.Option(
        None, "--fail-on", help="End with status 1 on these decisions, such as decline,pend,refer.", metavar="DECISIONS"
    ),
    map_: list[str] = inputs.MAP,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:  # fmt: skip
    """Decide whether a group qualifies, clause by clause, and say what would change each answer.

    The JSON keeps its inputs (nobody's name), so that `smallgroup replay` can make the decision again.

    Example: smallgroup underwrite examples/group.yaml --as-of 2025-09-12
    """
    from smallgroup.underwriting import decide, decision_text
    from smallgroup.underwriting.engine import DECISIONS

    stop_on = [word.strip() for word in (fail_on or "").split(",") if word.strip()]
    for word in stop_on:
        if word not in DECISIONS:
            raise typer.BadParameter(f"{word!r} is not one of {', '.join(DECISIONS)}", param_hint="--fail-on")
    case = Gathered(group, census, rates, as_of, guideline, what_if, map_, data)
    decision = decide(case.inputs, guideline_id=case.guideline.id, as_of=case.as_of)
    if as_json:
        typer.echo(decision_text(decision), nl=False)
    else:
        show(decision, case)
    if decision.decision in stop_on:
        raise typer.Exit(1)


class Gathered:
    """The inputs of a verb, read and checked: everything that is wrong with them is said at once."""

    def __init__(
        self, group: Path, census: Path | None, rates: Path | None, as_of: str | None, guideline: str | None,
        what_if: list[str] | None, map_: list[str] | None, data: Path | None,
    ):  # fmt: skip
        import polars as pl

        from smallgroup.census.fields import SCHEMA
        from smallgroup.group import read_group
        from smallgroup.rating.area import rating_area
        from smallgroup.underwriting import Inputs

        self.what_if = inputs.pairs(what_if, "--what-if")
        text = inputs.text_of(group)
        self.census_path = path = inputs.census_path(census, group)
        state: list[str | None] = [None]

        def application() -> tuple[GroupFile, date, Guideline, int | None]:
            file = read_group(text, file=group.name, what_if=self.what_if)
            day = inputs.as_of_day(file, as_of)
            chosen = inputs.chosen_guideline(guideline, day)
            state[0] = chosen.state
            address = file.group.address
            return file, day, chosen, rating_area(chosen, address, day) if address and address.county else None

        said, self.members, self.table = inputs.collected(
            application,
            lambda: (
                pl.DataFrame(schema=SCHEMA)
                if path is None
                else inputs.read_census_file(path, map_, inputs.a_day(as_of, "--as-of")).members.select(*SCHEMA)
            ),
            lambda: inputs.rate_table(rates, group, data, state[0]),
        )
        self.file, self.as_of, self.guideline, area = said
        effective = self.file.application.effective_date
        known = self.table is not None and area is not None and effective is not None
        self.rates = self.table.in_area(area, effective) if known else None
        self.inputs = Inputs(text, self.members, self.rates, self.what_if)


def show(decision: Decision, case: Gathered) -> None:
    out = output.console()
    from rich.markup import escape

    name = escape(case.file.group.legal_name or "The group")
    effective = case.file.application.effective_date
    out.print(f"{name}, effective {effective}: [{DECISION_COLORS[decision.decision]}]{decision.decision}[/]")
    for key, value in case.what_if.items():
        out.print(f"What if: {key} = {value}", style="bold", markup=False)
    out.print(f"Guideline {decision.guideline}, as of {decision.as_of}, engine {decision.engine}.")
    if case.census_path is None:
        out.print("There is no census: what hangs on the employees is not known.")
    if case.table is not None and case.table.basis:
        out.print(f"Rates: {case.table.basis}.", markup=False)
    show_findings(out, decision.findings)


def show_findings(out: Console, findings: tuple[Finding, ...]) -> None:
    """Each finding: outcome, sentence, cure; the readings where they differ; where it stands."""
    for finding in findings:
        word, color = _MARKS[finding.outcome]
        out.print()
        out.print(f"[{color}]{word}[/]  [bold]{finding.title}[/]")
        out.print(f"    {finding.because}", markup=False)
        if finding.outcome == "refer":
            for reading in finding.readings:
                holds = {True: "met", False: "not met", None: "needs evidence"}[reading.holds]
                out.print(f"    reading: {reading.name}: {holds}", markup=False)
        if finding.cure:
            out.print(f"    What would change it: {finding.cure.sentence}", markup=False)
        for paper in finding.evidence:
            if paper.status in ("missing", "rejected") and finding.outcome == "needs evidence":
                wanted = "with the case" if paper.wanted_at == "issue" else "in an audit"
                name = paper.kind.replace("_", " ")
                out.print(f"    Paper: {name}, {paper.status}, wanted {wanted}", markup=False)
        ground = f"; ground {finding.ground}" if finding.ground else ""
        out.print(f"    [dim]{finding.citation}{ground}[/]")
