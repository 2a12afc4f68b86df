"""smallgroup underwrite: a decision, with every finding, its readings, its numbers and its citation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from smallgroup.cli import inputs, output, pdf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rich.console import Console

    from smallgroup.group import GroupFile
    from smallgroup.rulebook import Guideline
    from smallgroup.underwriting import Decision, Finding

_COLORS = {"met": "green", "not met": "red", "refer": "yellow", "needs evidence": "yellow", "not applicable": "dim"}
DECISION_COLORS = {"approve": "bold green", "pend": "bold yellow", "refer": "bold yellow", "decline": "bold red"}


def underwrite(
    group: Path = typer.Argument(..., help="The group's application, group.yaml."),
    census: Path = inputs.CENSUS,
    rates: Path = inputs.RATES,
    as_of: str = inputs.AS_OF,
    guideline: str = inputs.GUIDELINE,
    layer: Path = inputs.LAYER,
    without_federal: bool = typer.Option(False, "--without-federal", help="The guide alone, without federal law."),
    federal_only: bool = typer.Option(False, "--federal-only", help="Federal law alone, without the guide."),
    what_if: list[str] = typer.Option(
        None, "--what-if", metavar="KEY=VALUE",
        help="Try a change: a path of group.yaml, such as application.contribution.employee.percent=60.",
    ),
    request: bool = typer.Option(
        False, "--request", help="Print the letter to the client instead: what is missing, from whom, by when."
    ),
    show_all: bool = typer.Option(False, "--all", help="Every finding in full, also those that are met."),
    fail_on: str = typer.Option(
        None, "--fail-on", help="End with status 1 on these decisions, such as decline,pend,refer.", metavar="DECISIONS"
    ),
    map_: list[str] = inputs.MAP,
    sender: str = inputs.SENDER,
    data: Path = inputs.DATA,
    pdf_: Path = pdf.PDF,
    copy: pdf.Copy = pdf.COPY,
    force: bool = pdf.FORCE,
    as_json: bool = inputs.JSON,
) -> None:  # fmt: skip
    """Decide whether a group qualifies, clause by clause, and say what would change each answer.

    What is open comes first, in full; what is met, and what does not apply, in a line each. The JSON keeps its inputs
    (nobody's name), so that `smallgroup replay` can make the decision again. --pdf writes the
    letter with the decision beside the answer, or with --request the letter to the client.

    Example: smallgroup underwrite examples/group.yaml --as-of 2025-09-12
    """
    from smallgroup.underwriting import decide, decision_text
    from smallgroup.underwriting.folding import DECISIONS
    from smallgroup.underwriting.wanting import request_letter

    stop_on = [word.strip() for word in (fail_on or "").split(",") if word.strip()]
    for word in stop_on:
        if word not in DECISIONS:
            raise typer.BadParameter(f"{word!r} is not one of {', '.join(DECISIONS)}", param_hint="--fail-on")
    if without_federal and federal_only:
        raise typer.BadParameter("it leaves out what --federal-only asks for", param_hint="--without-federal")
    pdf.ready(pdf_, force=force, inputs=(group, census, rates, layer))
    federal = "left out" if without_federal else "alone" if federal_only else "laid over"
    case = Gathered(
        group, census, rates, as_of, guideline, what_if, map_, data, sender=sender, layer=layer, federal=federal
    )
    decision = decide(case.inputs, guideline_id=case.guideline.id, as_of=case.as_of)
    pdf.write(pdf_, lambda: _letter(decision, case, copy, request=request))
    if as_json:
        typer.echo(decision_text(decision), nl=False)
    elif request:
        typer.echo(request_letter(decision, group=case.file.group.legal_name or "Your group"), nl=False)
    else:
        show(decision, case, show_all=show_all)
    if decision.decision in stop_on:
        raise typer.Exit(1)


def _letter(decision: Decision, case: Gathered, copy: pdf.Copy, *, request: bool) -> bytes:
    from smallgroup.papers import decision_letter, request_letter

    said, name = decision.as_json(), case.file.group.legal_name or "Your group"
    days = {"effective_date": decision.effective_date, "due_on": decision.due_on}
    if request:
        return request_letter(said, group=name, **days, dated=case.as_of)
    return decision_letter(said, group=name, **days, copy=copy.value, dated=case.as_of)


class Gathered:
    """The inputs of a verb, read and checked: everything that is wrong with them is said at once."""

    def __init__(
        self, group: Path, census: Path | None, rates: Path | None, as_of: str | None, guideline: str | None,
        what_if: list[str] | None, map_: list[str] | None, data: Path | None, *, sender: str | None = None,
        layer: Path | None = None, federal: str = "laid over",
    ):  # fmt: skip
        from typing import cast

        import polars as pl

        from smallgroup.census.fields import SCHEMA
        from smallgroup.group import read_group
        from smallgroup.rating.area import rating_area
        from smallgroup.rulebook import read_layer
        from smallgroup.underwriting import Inputs
        from smallgroup.underwriting.engine import Federal

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
            # An address outside of the state is a finding of the service area, where the guideline has one.
            outside = address and address.state and address.state.strip().upper() != chosen.state
            placed = address and address.county and not (outside and "service_area" in chosen.headings)
            return file, day, chosen, rating_area(chosen, address, day) if address and placed else None

        def settled() -> str | None:
            if layer is None:
                return None
            layered = inputs.text_of(layer)
            read_layer(layered, file=layer.name)
            return layered

        said, self.members, self.table, layered = inputs.collected(
            application,
            lambda: (
                pl.DataFrame(schema=SCHEMA)
                if path is None
                else inputs.read_census_file(
                    path, map_, inputs.a_day(as_of, "--as-of"), sender=sender, data=data
                ).members.select(*SCHEMA)
            ),
            lambda: inputs.rate_table(rates, group, data, state[0]),
            settled,
        )
        self.file, self.as_of, self.guideline, self.area = said
        effective = self.file.application.effective_date
        known = self.table is not None and self.area is not None and effective is not None
        self.rates = self.table.in_area(self.area, effective) if known else None
        self.inputs = Inputs(text, self.members, self.rates, self.what_if, layered, cast(Federal, federal))


def show(decision: Decision, case: Gathered, *, show_all: bool = False) -> None:
    out = output.console()
    from rich.markup import escape

    name = escape(case.file.group.legal_name or "The group")
    effective = case.file.application.effective_date
    out.print(f"{name}, effective {effective}: [{DECISION_COLORS[decision.decision]}]{decision.decision}[/]")
    for key, value in case.what_if.items():
        out.print(f"What if: {key} = {value}", style="bold", markup=False)
    laid = {"laid over": "", "left out": ", without federal law", "alone": ", federal law alone"}[decision.federal]
    layer = f", layer {decision.layer}" if decision.layer else ""
    out.print(f"Guideline {decision.guideline}{layer}{laid}, as of {decision.as_of}, engine {decision.engine}.",
              markup=False)  # fmt: skip
    if case.census_path is None:
        out.print("There is no census: what hangs on the employees is not known.")
    if case.table is not None and case.table.basis:
        out.print(f"Rates: {case.table.basis}.", markup=False)
    _show_wanting(out, decision)
    show_findings(out, decision.findings, show_all=show_all)


def _show_wanting(out: Console, decision: Decision) -> None:
    from smallgroup.underwriting.wanting import wanting

    papers = [one for one in wanting(decision) if one.paper is not None]
    if not papers:
        return
    out.print()
    out.print(f"[bold]Still missing[/], wanted by {decision.effective_date} for this effective date:")
    for one in papers:
        out.print(f"- {one.what}, from {one.from_whom}", markup=False)


def show_findings(out: Console, findings: Sequence[Finding], *, show_all: bool = False) -> None:
    """What is open first, in full; what is met in a line each; what does not apply by its title."""
    if show_all:
        for finding in findings:
            _show_finding(out, finding)
        return
    for outcome in ("not met", "refer", "needs evidence"):
        for finding in findings:
            if finding.outcome == outcome:
                _show_finding(out, finding)
    met = [finding for finding in findings if finding.outcome == "met"]
    if met:
        out.print()
        out.print(f"[green]met[/]  [bold]{len(met)} clauses[/]")
    for finding in met:
        out.print(f"    {finding.title}: {finding.because}", markup=False)
    rest = [finding for finding in findings if finding.outcome == "not applicable"]
    set_aside = [finding for finding in rest if finding.readings]
    for finding in set_aside:
        _show_finding(out, finding)
    titles = "; ".join(finding.title for finding in rest if finding not in set_aside)
    if titles:
        out.print()
        out.print(f"[dim]not applicable[/]  {titles}.")


def _number(value: object) -> str:
    if isinstance(value, list):
        return f"{value[0]} of {value[1]}"
    return f"{value['at_least']} to {value['at_most']}" if isinstance(value, dict) else str(value)


def _show_finding(out: Console, finding: Finding) -> None:
    """Outcome, sentence, cure; the readings where they differ; the papers; where it stands."""
    out.print()
    waits = "" if finding.outcome != "needs evidence" or finding.pends else " (the decision does not wait for it)"
    out.print(f"[{_COLORS[finding.outcome]}]{finding.outcome}[/]  [bold]{finding.title}[/]{waits}")
    out.print(f"    {finding.because}", markup=False)
    if finding.outcome == "refer" and len(finding.readings) > 1:
        first = finding.readings[0].numbers
        differing = [name for name in first if any(one.numbers.get(name) != first[name] for one in finding.readings)]
        for reading in finding.readings:
            holds = {True: "met", False: "not met", None: "needs evidence"}[reading.holds]
            told = ", ".join(f"{name.replace('_', ' ')} {_number(reading.numbers[name])}" for name in differing)
            out.print(f"    reading: {reading.name}: {holds}{f' ({told})' if told else ''}", markup=False)
    for one in finding.settled:
        doubt = f"{one.doubt}: " if one.doubt else ""
        out.print(f"    Settled by {one.by} on {one.on}: {doubt}{one.reading}. {one.why}", markup=False)
    if finding.cure:
        out.print(f"    What would change it: {finding.cure.sentence}", markup=False)
    for paper in finding.evidence:
        if paper.needed or (paper.status in ("missing", "rejected") and finding.outcome == "needs evidence"):
            wanted = "with the case" if paper.wanted_at == "issue" else "in an audit"
            out.print(f"    Paper: {paper.kind.replace('_', ' ')}, {paper.status}, wanted {wanted}", markup=False)
    ground = f"; ground {finding.ground}" if finding.ground else ""
    out.print(f"    [dim]{finding.citation}{ground}[/]")
