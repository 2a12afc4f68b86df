"""smallgroup clause: the rulebook, readable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from smallgroup.cli import inputs, output

if TYPE_CHECKING:
    from smallgroup.rulebook import Guideline, Heading
    from smallgroup.underwriting.clause import Clause


def clause(
    id: str | None = typer.Argument(
        None, help="A clause by its id, such as participation; without one, all are listed."
    ),
    guideline: str = inputs.GUIDELINE,
    as_of: str = typer.Option(None, "--as-of", help="The day on which it holds; default: today.", metavar="DATE"),
    as_json: bool = inputs.JSON,
) -> None:
    """Show a clause: what it asks, its numbers with their days and citations, and its readings.

    Example: smallgroup clause participation
    """
    from smallgroup.errors import Problem, Refused, did_you_mean
    from smallgroup.underwriting import edition

    day = inputs.a_day(as_of, "--as-of") or inputs.today()
    chosen = inputs.chosen_guideline(guideline, day)
    clauses = edition(chosen, day).clauses
    if id is None:
        _list(clauses, chosen, as_json)
        return
    found = [one for one in clauses if one.id == id or id.upper() in one.text.rules]
    if not found:
        raise Refused(Problem("clause", f"{id!r} is not known.", did_you_mean(id, [one.id for one in clauses])))
    told = [_told(one, chosen) for one in found]
    if as_json:
        output.emit(told[0] if len(told) == 1 else told)
        return
    for one in told:
        _show(one)


def _list(clauses: tuple[Clause, ...], guideline: Guideline, as_json: bool) -> None:
    if as_json:
        output.emit({"guideline": guideline.id, "clauses": [_told(one, guideline) for one in clauses]})
        return
    rows = [[one.id, one.text.title, str(one.citation)] for one in clauses]
    output.console().print(output.table(guideline.title, ("clause", "title", "where it stands"), rows))


def _told(one: Clause, guideline: Guideline) -> dict[str, Any]:
    heading = next(each for each in guideline.headings.values() if one.id in each.clauses)
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
        "file": f"src/smallgroup/rulebook/data/{heading.file}",
    }


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
    if told["comparisons"]:
        out.print("Compared with, which refers nobody:")
    for name in told["comparisons"]:
        out.print(f"- {name}", markup=False)
    out.print(
        f"If it is not met: {told['if_not_met'].replace('_', ' ')}" + (f" ({told['ground']})" if told["ground"] else "")
    )
    out.print(f"Kept in {told['file']}", style="dim", markup=False)
