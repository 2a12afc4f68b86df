"""--pdf OUT.pdf: a paper is there whole or not at all, and no other file is lost to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

import typer

from smallgroup.errors import Problem, Refused


class Copy(StrEnum):
    broker = "broker"
    client = "client"


PDF = typer.Option(None, "--pdf", help="Also write it as a PDF; needs smallgroup[pdf].", metavar="OUT.pdf")
COPY = typer.Option(
    Copy.broker, "--copy", help="Whose copy the PDF is: the client's has nothing that is only for brokers."
)
FORCE = typer.Option(False, "--force", help="Write the PDF over a file that is there already.")


def ready(path: Path | None, *, force: bool, inputs: Iterable[Path | None] = ()) -> None:
    """Raises Refused, before any work is done, where --pdf cannot be written or the compiler is not installed."""
    if path is None:
        return
    from smallgroup.intake.write_workbook import may_be_written
    from smallgroup.papers.printing import needs_typst

    needs_typst()
    may_be_written(path, force=force, suffixes=(".pdf",), inputs=[one for one in inputs if one is not None])


def write(path: Path | None, paper: Callable[[], bytes]) -> None:
    """Make a paper and put it in its place in one step. Raises Refused when it cannot be written."""
    if path is None:
        return
    from smallgroup.whole import whole_file

    made = paper()
    try:
        with whole_file(path) as out:
            out.write(made)
    except OSError as error:
        raise Refused(
            Problem(path.name, f"it cannot be written: {error.strerror}.", "Name a file in a folder that may be.")
        ) from None
