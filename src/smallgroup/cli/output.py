"""How answers are shown: tables for people, plain lines in a pipe, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smallgroup.errors import Problem, Refused

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


MOST_SHOWN = 200


def console(*, error: bool = False) -> Console:
    """A terminal gets color and its own width; a pipe gets plain text that is never cut."""
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # main() ends quietly: the reader has what it wanted

    stream = sys.stderr if error else sys.stdout
    if stream.isatty():
        # No narrower than a table of money: a terminal that is wraps the line, and no figure is cut in two.
        return Output(file=stream, highlight=False, width=max(Console(file=stream).width, 100))
    return Output(file=stream, highlight=False, width=1000, no_color=True, soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> Table:
    """A table; in a pipe without any frame. `right` are the columns of figures, and only a name may be folded."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    on_terminal = sys.stdout.isatty()
    folded = columns.index("name") if on_terminal and "name" in columns else None
    shown = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD if on_terminal else None,
                  pad_edge=on_terminal, padding=(0, 2 if not on_terminal else 1, 0, 0))  # fmt: skip
    for place, column in enumerate(columns):
        shown.add_column(
            Text(column), justify="right" if place in right else "left", overflow="fold", no_wrap=place != folded
        )
    for row in rows:
        shown.add_row(*map(Text, row))  # as text: a plan may be named with [brackets], which rich would take for style
    return shown


def emit(value: Any) -> None:
    """JSON on standard output."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def refuse(refused: Refused, *, as_json: bool) -> None:
    """Every problem: as JSON on standard output, or as sentences on standard error."""
    if as_json:
        to_check = {"to_check": [one.as_json() for one in refused.to_check]} if refused.to_check else {}
        emit({"errors": [problem.as_json() for problem in refused.problems], **to_check})
        return
    number = len(refused.problems)
    said = [f"Refused: {number:,} {'thing is' if number == 1 else 'things are'} wrong."]
    said += [line for problem in refused.problems[:MOST_SHOWN] for line in lines_of(problem)]
    if number > MOST_SHOWN:
        said.append(f"… and {number - MOST_SHOWN:,} more. With --json all of them are listed.")
    said += [f"- {problem}" for problem in refused.to_check if problem.row is None]  # what holds for the whole file
    sys.stderr.write("\n".join(said) + "\n")


def lines_of(problem: Problem) -> list[str]:
    """A problem for people: the sentence with its cell, and under it what is proposed."""
    said = [f"- {problem} [{problem.cell}]" if problem.cell else f"- {problem}"]
    if problem.proposal is not None:
        said.append(f"  proposed: {problem.proposal}")
    return said


def status_of_failure(failure: Exception) -> int:
    """Say that the failure is ours, with what a maintainer needs, and give status 70."""
    if os.environ.get("SMALLGROUP_TRACEBACK"):
        traceback.print_exception(failure)
    trail = traceback.extract_tb(failure.__traceback__)
    place = f"{trail[-1].name}, line {trail[-1].lineno}" if trail else "unknown place"
    sys.stderr.write(
        f"smallgroup failed, and it is not your input's fault: {type(failure).__name__} in {place}.\n"
        "Nothing was saved. Please report it with the command that you typed "
        "(SMALLGROUP_TRACEBACK=1 prints where it happened).\n"
    )
    return 70
