"""smallgroup census inbox: what came in by mail, as files or out of a mailbox, kept with what was found in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from smallgroup.cli import inputs, output
from smallgroup.errors import Problem, Refused

if TYPE_CHECKING:
    from rich.progress import Progress

    from smallgroup.intake.inbox import Inbox, Item

app = typer.Typer(help="Keep what comes in, unchanged, with what is wrong with it.", no_args_is_help=True)

INBOX = typer.Option(
    None, "--inbox", help="The folder of the inbox; default: in your user-data folder.", metavar="DIR",
    show_default=False,
)  # fmt: skip
ON = typer.Option(None, "--received-on", help="The day it came in; default: today.", metavar="DATE")
_COLUMNS = ("id", "received", "state", "members", "wrong", "name", "from")


@app.callback()
def _inbox() -> None:
    pass


@app.command("add")
def add(
    paths: list[Path] = typer.Argument(..., help="Files, or folders whose files are taken.", metavar="PATH…"),
    folder: Path | None = INBOX,
    review: bool = typer.Option(False, "--review", help="A person has to look at them, as at faxes."),
    received_on: str | None = ON,
    as_json: bool = inputs.JSON,
) -> None:
    """Take files of any kind into the inbox: each is kept unchanged, read, and what is wrong with it noted.

    The same file twice is one item with two arrivals. Exit status: 0 when every file could be taken and the census in
    each could be read.

    Example: smallgroup census inbox add census.eml scans/
    """
    inbox, day = _opened(folder), inputs.a_day(received_on, "--received-on") or inputs.today()
    files, problems = _files(paths)
    taken: list[Item] = []
    with _progress(len(files)) as shown:
        for number, (path, within) in enumerate(files):
            shown(number, len(files))
            try:
                taken.append(inbox.take(path, source="folder" if within else "file", received_on=day, review=review))
            except Refused as refused:
                problems += refused.problems
    _say(taken, problems, as_json=as_json)


@app.command("fetch")
def fetch(
    url: str = typer.Option(..., "--imap", help="imaps://USER@HOST[:PORT]/FOLDER; an @ in USER is %40.", metavar="URL"),
    password_env: str = typer.Option(None, "--password-env", help="The variable that holds it.", metavar="NAME"),
    password_file: Path = typer.Option(None, "--password-file", help="The file that holds it.", metavar="FILE"),
    move_to: str = typer.Option(
        None, "--move-to", help="Take every message, and move it there; default: the unread, marked as read.",
        metavar="FOLDER",
    ),
    plain: bool = typer.Option(False, "--plain", help="Allow imap:// (unencrypted) to another computer."),
    folder: Path | None = INBOX,
    received_on: str | None = ON,
    as_json: bool = inputs.JSON,
) -> None:  # fmt: skip
    """Take the messages of an IMAP folder into the inbox. A message is marked or moved once it is on the disk here.

    When the connection ends, run it again: nothing is lost, and nothing is taken twice. Exit status: 0 when every
    message could be taken and the census in each could be read.

    Example: smallgroup census inbox fetch --imap imaps://census%40example.com@mail.example.com/INBOX --password-env PW
    """
    from smallgroup.intake import mailbox

    inbox, day = _opened(folder), inputs.a_day(received_on, "--received-on") or inputs.today()
    box = mailbox.mailbox(url, plain=plain)
    password = _password(password_env, password_file)
    with _progress(None) as shown:
        fetched = mailbox.fetch(
            box, inbox, password=password, received_on=day, move_to=move_to, progress=shown
        )  # fmt: skip
    _say(fetched.taken, fetched.problems, as_json=as_json, known=fetched.known)


@app.command("list")
def list_(folder: Path | None = INBOX, as_json: bool = inputs.JSON) -> None:
    """What is in the inbox, by day: its state, how many members, how much is wrong.

    Example: smallgroup census inbox list --json
    """
    items = _opened(folder).items()
    if as_json:
        output.emit({"items": [_short(item) for item in items]})
        return
    out = output.console()
    if not items:
        out.print("The inbox is empty.")
        return
    out.print(output.table("", _COLUMNS, [_row(item) for item in items], right=(3, 4)))


@app.command("show")
def show(
    id: str = typer.Argument(..., help="The item, as list shows it.", metavar="ID"),
    folder: Path | None = INBOX,
    as_json: bool = inputs.JSON,
) -> None:
    """One item: when it came in, from whom, what is in it, and every error of its census by cell.

    Example: smallgroup census inbox show 3f2a9c01d4e7
    """
    inbox = _opened(folder)
    item = inbox.item(id)
    if as_json:
        output.emit(item.as_json() | {"original": str(inbox.original(item))})
        return
    out = output.console()
    out.print(f"{item.id}  {item.name}: {item.state}.", markup=False)
    if item.sender:
        out.print(f"From {item.sender}: {item.subject}", markup=False)
    for arrival in item.arrivals:
        out.print(f"Came in on {arrival.received_on} ({arrival.source}) as {arrival.name}.", markup=False)
    if item.counts:
        out.print(", ".join(f"{number:,} {word}" for word, number in item.counts.items()) + ".")
    for part in item.parts:
        why = f": {part['why']}" if part["why"] else ""
        chosen = ", the census" if part["name"] == item.part else ""
        out.print(f"- {part['name']} ({part['state']}{chosen}){why}", markup=False)
    for notice in item.notices:
        out.print(f"- {notice}", markup=False)
    for title, problems in (("Wrong", item.problems), ("To check", item.to_check)):
        if problems:
            out.print(f"{title}: {len(problems):,}.")
        for one in problems[: output.MOST_SHOWN]:
            out.print(f"- {one['sentence']}" + (f" [{one['cell']}]" if one["cell"] else ""), markup=False)
        if len(problems) > output.MOST_SHOWN:
            out.print(f"… and {len(problems) - output.MOST_SHOWN:,} more. With --json all of them are listed.")
    out.print(f"Original: {inbox.original(item)}", markup=False)


def _opened(folder: Path | None) -> Inbox:
    from smallgroup.intake.inbox import Inbox

    return Inbox(folder if folder is not None else inputs.data_folder(None) / "inbox")


def _files(paths: list[Path]) -> tuple[list[tuple[Path, bool]], list[Problem]]:
    """The files that were named, and those within the folders that were, in order; what is hidden is left."""
    files: list[tuple[Path, bool]] = []
    problems: list[Problem] = []
    for path in paths:
        if not path.is_dir():
            files.append((path, False))
            continue
        within = sorted(
            one for one in path.rglob("*")
            if one.is_file() and not any(name.startswith(".") for name in one.relative_to(path).parts)
        )  # fmt: skip
        files += [(one, True) for one in within]
        if not within:
            problems.append(Problem(path.name, "there is no file in this folder.", "Name another."))
    return files, problems


def _password(variable: str | None, file: Path | None) -> str:
    if (variable is None) == (file is None):
        raise typer.BadParameter("give one of them", param_hint="--password-env or --password-file")
    if variable is not None:
        if not (found := os.environ.get(variable)):
            raise Refused(Problem("--password-env", f"the variable {variable} is not set.", "Set it, and export it."))
        return found
    assert file is not None
    if not (lines := inputs.text_of(file).splitlines()) or not lines[0]:
        raise Refused(Problem("--password-file", f"{file.name} is empty.", "Write the password into its first line."))
    return lines[0]


@contextmanager
def _progress(total: int | None) -> Iterator[Any]:
    """A bar on a terminal, on standard error; figures only, for a screen may be seen by others."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = output.console(error=True)
    bar: Progress = Progress(
        TextColumn("taken"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console,
        transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=total)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _short(item: Item) -> dict[str, object]:
    told = item.as_json()
    kept = ("id", "sha256", "name", "bytes", "state", "review", "sender", "subject", "part", "counts", "arrivals")
    return {key: told[key] for key in kept} | {"problems": len(item.problems), "to_check": len(item.to_check)}


def _row(item: Item) -> tuple[str, ...]:
    members = str(item.counts["members"]) if item.counts else ""
    wrong = str(len(item.problems) or "")
    return (item.id, item.arrivals[0].received_on.isoformat(), item.state, members, wrong, item.name, item.sender or "")


def _say(taken: list[Item], problems: list[Problem], *, as_json: bool, known: int = 0) -> None:
    """What was taken. Raises typer.Exit or Refused where a part was not, or a census in it cannot be read."""
    refused = any(item.state == "refused" for item in taken)
    if as_json:
        output.emit({"taken": [_short(item) for item in taken], "known": known,
                     "errors": [problem.as_json() for problem in problems]})  # fmt: skip
    else:
        out = output.console()
        if taken:
            out.print(output.table("", _COLUMNS, [_row(item) for item in taken], right=(3, 4)))
        before = f", {known:,} known from before" if known else ""
        out.print(f"{len(taken):,} taken{before}.")
        if refused:
            out.print("What is wrong with one: smallgroup census inbox show ID.")
        if problems:
            raise Refused(problems)
    if problems or refused:
        raise typer.Exit(1)
