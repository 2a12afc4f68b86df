"""smallgroup clause: the rulebook, readable."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from smallgroup.cli import inputs, output

if TYPE_CHECKING:
    from smallgroup.rulebook import Guideline
    from smallgroup.underwriting.clause import Clause


def clause(
    id: str | None = typer.Argument(
        None, help="A clause (participation), a rule (U25) or a heading (rating); without one, all are listed."
    ),
    guideline: str = inputs.GUIDELINE,
    as_of: str = typer.Option(None, "--as-of", help="The day on which it holds; default: today.", metavar="DATE"),
    layer: Path = inputs.LAYER,
    open_: bool = typer.Option(False, "--open", help="Only what is still open: doubts that nobody has settled."),
    book: Path = typer.Option(
        None, "--book", metavar="FOLDER",
        help="A folder of decisions (underwrite --json): how many groups of it each clause refers.",
    ),
    as_json: bool = inputs.JSON,
) -> None:  # fmt: skip
    """Show a clause: what it asks, its numbers with their days and citations, and its readings.

    A rule's id, such as U25, names its clauses too. With --open, the doubts that are still open, and with --book how
    many groups each of them refers.

    Example: smallgroup clause participation
    """
    from smallgroup.errors import Problem, Refused, did_you_mean
    from smallgroup.rulebook import read_layer
    from smallgroup.underwriting import edition, telling

    day = inputs.a_day(as_of, "--as-of") or inputs.today()
    chosen = inputs.chosen_guideline(guideline, day)
    laid = read_layer(inputs.text_of(layer), file=layer.name) if layer else None
    clauses = edition(chosen, day, layer=laid).clauses
    if id is None and (open_ or book):
        _open(clauses, _decisions(book) if book else None, as_json)
        return
    if id is None:
        _list(clauses, chosen, as_json)
        return
    found = [one for one in clauses if one.id == id.lower() or id.upper() in one.text.rules]
    numbers = telling.without_clauses(chosen)
    beside = [one for one in numbers if one.name == id.lower() or id.upper() in one.about.rules]
    if not found and not beside:
        known = [*(one.id for one in clauses), *(one.name for one in numbers)]
        raise Refused(Problem("clause", f"{id!r} is not known.", did_you_mean(id, known)))
    told = [*(telling.told(one, chosen) for one in found), *map(telling.told_heading, beside)]
    if as_json:
        output.emit(told[0] if len(told) == 1 else told)
        return
    for one in told:
        _show(one)


def _list(clauses: tuple[Clause, ...], guideline: Guideline, as_json: bool) -> None:
    from smallgroup.underwriting import telling

    if as_json:
        beside = [telling.told_heading(one) for one in telling.without_clauses(guideline)]
        output.emit({
            "guideline": guideline.id, "clauses": [telling.told(one, guideline) for one in clauses], "numbers": beside,
        })  # fmt: skip
        return
    rows = [[one.id, one.text.title, str(one.citation)] for one in clauses]
    out = output.console()
    out.print(output.table(guideline.title, ("clause", "title", "where it stands"), rows))
    numbers = [[one.name, ", ".join(one.terms), str(one.citation)] for one in telling.without_clauses(guideline)]
    out.print()
    out.print(output.table("Numbers without a clause", ("heading", "numbers", "where it stands"), numbers))


def _decisions(folder: Path) -> list[dict[str, Any]]:
    """Every decision in a folder and the folders below it. Raises Refused where a file is none."""
    from smallgroup.errors import Problem, Refused

    if not folder.is_dir():
        raise Refused(Problem("--book", f"{folder.name} is no folder.", "Name a folder of decisions."))
    found, problems = [], []
    for path in sorted(folder.rglob("*.json")):
        try:
            decision = json.loads(path.read_text("utf-8"))
            decision["findings"], decision["inputs_sha256"]
            found.append(decision)
        except (ValueError, KeyError, TypeError):
            problems.append(Problem(path.name, "this is no decision of smallgroup underwrite --json.",
                                    "Take it out of the folder."))  # fmt: skip
    if problems:
        raise Refused(problems)
    return found


def _in_play(finding: dict[str, Any]) -> set[str]:
    """The doubts that refer a group: a reading is named by those in which the readings differ for it."""
    from smallgroup.underwriting.telling import TO_A_PERSON

    sides = {part for reading in finding["readings"] for part in reading["name"].split("; ")}
    doubts = {side.partition(": ")[0] for side in sides if ": " in side}
    return doubts or {TO_A_PERSON}


def _open(clauses: tuple[Clause, ...], decisions: list[dict[str, Any]] | None, as_json: bool) -> None:
    """What is still open: doubts of readings, and what is left to a person; of a book, how many groups it refers."""
    from smallgroup.underwriting import telling

    referred = Counter(
        (finding["clause"], doubt)
        for decision in decisions or ()
        for finding in decision["findings"]
        if finding["outcome"] == "refer"
        for doubt in _in_play(finding)
    )
    told: list[dict[str, Any]] = []
    for one in clauses:
        for doubt in telling.open_doubts(one):
            row = {"clause": one.id, "doubt": doubt["of"], "readings": doubt["readings"]}
            told.append({**row, "groups_referred": referred[one.id, doubt["of"]] if decisions is not None else None})
    if as_json:
        output.emit({"groups": None if decisions is None else len(decisions), "open": told})
        return
    columns = ["clause", "doubt", "readings, the default first"]
    rows = [[one["clause"], one["doubt"], " | ".join(one["readings"])] for one in told]
    if decisions is not None:
        columns.append(f"referred, of {len(decisions)} groups")
        rows = [[*row, str(one["groups_referred"])] for row, one in zip(rows, told, strict=True)]
    output.console().print(output.table("Still open", columns, rows, right=(3,) if decisions is not None else ()))


def _show(told: dict[str, Any]) -> None:
    from smallgroup.underwriting import telling

    out = output.console()
    cited = told["citation"]
    page = f", page {cited['page']}" if cited["page"] else ""
    out.print(f"[bold]{told['title']}[/] ({told['clause']})")
    out.print(f"{cited['document']}{page}, {cited['heading']}", markup=False)
    if told["summary"]:
        out.print(told["summary"], markup=False)
    rows = [
        [one["term"], telling.spoken(one["value"]), one["from"], one["to"] or "", one["citation"]["heading"]]
        for one in told["numbers"]
    ]
    out.print(output.table("Numbers", ("term", "value", "from", "to", "where it stands"), rows))
    if told["doubts"]:
        out.print("Read in every way, the default first; where the answers differ, a person decides:")
    for doubt in told["doubts"]:
        out.print(f"- {doubt['of']}: {', or '.join(doubt['readings'])}", markup=False)
    for settled in told["settled"]:
        of = f"{settled['doubt']}: " if settled["doubt"] else ""
        out.print(
            f"Settled by {settled['by']} on {settled['on']}: {of}{settled['reading']}. {settled['why']}", markup=False
        )
    if told["comparisons"]:
        out.print("Compared with, which refers nobody:")
    for name in told["comparisons"]:
        out.print(f"- {name}", markup=False)
    if told["if_not_met"]:
        ground = f" ({told['ground']})" if told["ground"] else ""
        out.print(f"If it is not met: {told['if_not_met'].replace('_', ' ')}{ground}", markup=False)
    out.print(f"Kept in {told['file']}", style="dim", markup=False)
