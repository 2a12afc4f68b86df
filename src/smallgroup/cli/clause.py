"""smallgroup clause: the rulebook, readable."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from smallgroup.cli import inputs, output

if TYPE_CHECKING:
    from smallgroup.rulebook import Guideline, Heading
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
    from smallgroup.underwriting import edition

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
    beside = [one for one in _without_clauses(chosen) if one.name == id.lower() or id.upper() in one.about.rules]
    if not found and not beside:
        known = [*(one.id for one in clauses), *(one.name for one in _without_clauses(chosen))]
        raise Refused(Problem("clause", f"{id!r} is not known.", did_you_mean(id, known)))
    told = [*(_told(one, chosen) for one in found), *map(_told_heading, beside)]
    if as_json:
        output.emit(told[0] if len(told) == 1 else told)
        return
    for one in told:
        _show(one)


def _list(clauses: tuple[Clause, ...], guideline: Guideline, as_json: bool) -> None:
    if as_json:
        beside = [_told_heading(one) for one in _without_clauses(guideline)]
        output.emit({
            "guideline": guideline.id, "clauses": [_told(one, guideline) for one in clauses], "numbers": beside,
        })  # fmt: skip
        return
    rows = [[one.id, one.text.title, str(one.citation)] for one in clauses]
    out = output.console()
    out.print(output.table(guideline.title, ("clause", "title", "where it stands"), rows))
    numbers = [[one.name, ", ".join(one.terms), str(one.citation)] for one in _without_clauses(guideline)]
    out.print()
    out.print(output.table("Numbers without a clause", ("heading", "numbers", "where it stands"), numbers))


def _told(one: Clause, guideline: Guideline) -> dict[str, Any]:
    heading = heading_of(one, guideline)
    return {
        "clause": one.id,
        "title": one.text.title,
        "rules": list(one.text.rules),
        "guideline": guideline.id,
        "summary": one.text.summary,
        "citation": one.citation.as_json(),
        "if_not_met": one.text.if_not_met,
        "ground": one.text.ground,
        "numbers": _numbers(heading),
        "doubts": _doubts(one),
        "comparisons": [reading.name for reading in one.comparisons],
        "evidence": [{"kind": paper.kind, "wanted_at": paper.wanted_at} for paper in one.text.evidence],
        "ask": one.text.ask,
        "settled": [settled.as_json() for settled in one.settled],
        "file": f"src/smallgroup/rulebook/data/{heading.file}",
    }


def _without_clauses(guideline: Guideline) -> list[Heading]:
    """The headings that hold numbers only, of the guide and of the law."""
    from smallgroup.rulebook import law

    return [one for one in (*guideline.headings.values(), *law().headings.values()) if not one.clauses]


def _told_heading(one: Heading) -> dict[str, Any]:
    return {
        "clause": one.name, "title": one.about.heading, "rules": list(one.about.rules), "summary": None,
        "citation": one.citation.as_json(), "numbers": _numbers(one), "doubts": [], "comparisons": [], "evidence": [],
        "settled": [], "if_not_met": None, "ground": None,
        "file": f"src/smallgroup/rulebook/data/{one.file}",
    }  # fmt: skip


def heading_of(one: Clause, guideline: Guideline) -> Heading:
    """The heading of the guide, or of the law, that a clause stands under."""
    from smallgroup.rulebook import law

    headings = [*guideline.headings.values(), *law().headings.values()]
    return next(each for each in headings if one.id in each.clauses)


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


_TO_A_PERSON = "left to a person"


def _in_play(finding: dict[str, Any]) -> set[str]:
    """The doubts that refer a group: a reading is named by those in which the readings differ for it."""
    sides = {part for reading in finding["readings"] for part in reading["name"].split("; ")}
    doubts = {side.partition(": ")[0] for side in sides if ": " in side}
    return doubts or {_TO_A_PERSON}


def _open(clauses: tuple[Clause, ...], decisions: list[dict[str, Any]] | None, as_json: bool) -> None:
    """What is still open: doubts of readings, and what is left to a person; of a book, how many groups it refers."""
    referred = Counter(
        (finding["clause"], doubt)
        for decision in decisions or ()
        for finding in decision["findings"]
        if finding["outcome"] == "refer"
        for doubt in _in_play(finding)
    )
    told: list[dict[str, Any]] = []
    for one in clauses:
        doubts = [doubt for doubt in _doubts(one) if len(doubt["readings"]) > 1]
        if one.text.if_not_met == "refer" and not one.settled:
            doubts.append({"of": _TO_A_PERSON, "readings": []})
        for doubt in doubts:
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


def _doubts(one: Clause) -> list[dict[str, Any]]:
    """Where the text can be read in two ways, with the sides that a reading takes; the default first."""
    axes: dict[str, list[str]] = {}
    for reading in one.readings:
        for axis, side in reading.axes.items():
            sides = axes.setdefault(axis, [])
            if side not in sides:
                sides.append(side)
    return [{"of": axis, "readings": sides} for axis, sides in axes.items()]


def _numbers(heading: Heading) -> list[dict[str, Any]]:
    return [
        {"term": term, "value": _plain(edition.value), "from": edition.from_.isoformat(),
         "to": edition.to.isoformat() if edition.to else None, "citation": edition.citation.as_json()}
        for term, editions in heading.terms.items() for edition in editions
    ]  # fmt: skip


def _plain(given: Any) -> Any:
    """A value as typed, without its line numbers."""
    value = given.value
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _spoken(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_spoken, value))
    return " ".join(f"{key} {inner}" for key, inner in value.items()) if isinstance(value, dict) else str(value)


def _show(told: dict[str, Any]) -> None:
    out = output.console()
    cited = told["citation"]
    page = f", page {cited['page']}" if cited["page"] else ""
    out.print(f"[bold]{told['title']}[/] ({told['clause']})")
    out.print(f"{cited['document']}{page}, {cited['heading']}", markup=False)
    if told["summary"]:
        out.print(told["summary"], markup=False)
    rows = [
        [one["term"], _spoken(one["value"]), one["from"], one["to"] or "", one["citation"]["heading"]]
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
