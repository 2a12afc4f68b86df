"""smallgroup census check of many files: each on its own, a bar while it runs, a table at the end."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from smallgroup.cli import inputs, output
from smallgroup.errors import Problem, Refused

if TYPE_CHECKING:
    from smallgroup.census.read import Census


@dataclass(frozen=True, slots=True)
class Checked:
    """One file: who is in it, or what is wrong. `failure` is set where the fault is not the file's."""

    label: str
    layout: str = ""
    members: int | None = None
    problems: tuple[Problem, ...] = ()
    confirmed: Mapping[str, str] | None = None
    answer: dict[str, Any] | None = None  # for --json
    failure: Exception | None = None


def check_many(
    given: Sequence[Path], *, mapping: list[str] | None, as_of: str | None, sender: str | None, data: Path | None,
    as_json: bool, told: Callable[[Path, Census], dict[str, object]],
) -> None:  # fmt: skip
    """Check them all, say what each is, and end with status 1 where one is refused. `told` is a census in JSON."""
    from smallgroup.census.matching import remembered
    from smallgroup.intake import census_file, senders
    from smallgroup.intake.many_files import read_many

    on, columns = inputs.a_day(as_of, "--as-of") or inputs.today(), inputs.pairs(mapping, "--map")
    folder = inputs.data_folder(data)
    known = senders.columns_of(folder, sender) if sender is not None else None
    files, left = found(given)
    labels = dict(zip(files, _labels(files, given), strict=True))

    def check(path: Path) -> Checked:
        label = labels[path]
        try:
            census = census_file(path, mapping=columns, remembered=known, as_of=on)
        except Refused as refused:
            told_wrong = {"file": label, **output.refusal(refused)} if as_json else None
            return Checked(label, problems=refused.problems, answer=told_wrong)
        except Exception as failure:  # the other files are not to suffer for it
            why = f"smallgroup failed on it, and it is not the file's fault: {type(failure).__name__}."
            problem = Problem(f"Census file {label}", why, "Check it alone, and report what is said.")
            told_wrong = {"file": label, "errors": [problem.as_json()]} if as_json else None
            return Checked(label, problems=(problem,), answer=told_wrong, failure=failure)
        answer = told(path, census) | {"file": label} if as_json else None
        confirmed = remembered(census.matches) if sender is not None else None
        layout = census.layout if census.reading is None else f"{census.layout}, to be compared with the original"
        return Checked(label, layout, census.members.height, confirmed=confirmed, answer=answer)

    done: dict[int, Checked] = {}
    written = 0
    stopped = False
    try:
        with _bar(len(files)) as advance, closing(read_many(files, check, at_once=_at_once())) as answers:
            for at, one in answers:
                done[at] = one
                while as_json and written in done:
                    _line(done[written])
                    written += 1
                advance()
    except KeyboardInterrupt:
        stopped = True
    checked = [done[at] for at in sorted(done)]
    if as_json:
        for one in (done[at] for at in sorted(done) if at >= written):
            _line(one)
    else:
        _say(checked, files, left)
    for one in checked:
        if sender is not None and one.confirmed:
            senders.remember(folder, sender, one.confirmed)
    if stopped:
        sys.stdout.flush()
        sys.stderr.write(f"Stopped: {len(checked):,} of {len(files):,} files were checked.\n")
        raise typer.Exit(130)
    failed = next((one.failure for one in checked if one.failure is not None), None)
    if failed is not None:
        raise failed
    if any(one.problems for one in checked):
        raise typer.Exit(1)


def found(given: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files named, and those of the folders that can be read, each once; and the other files of the folders.

    Folders are searched down to the last one, by name; a link to a folder is not followed, so that none is
    searched for ever. Hidden files, and the locks of spreadsheet programs, are passed over. Raises Refused.
    """
    from smallgroup.intake import READABLE

    files: dict[Path, None] = {}
    left: list[Path] = []
    problems: list[Problem] = []
    for path in given:
        if not path.is_dir():
            files[path] = None
            continue
        before = len(files)
        unread: list[Problem] = []
        for one in _below(path, unread):
            if one.suffix.lower() in READABLE:
                files[one] = None
            else:
                left.append(one)
        problems += unread
        if len(files) == before and not unread:
            kinds = f"{', '.join(READABLE[:-1])} or {READABLE[-1]}"
            where = f"Folder {path.name or path}"
            problems.append(Problem(where, "there is no census in it.", f"Put {kinds} into it."))
    if problems:
        raise Refused(problems)
    once = {os.path.abspath(path): path for path in reversed(files)}
    return [path for path in files if once[os.path.abspath(path)] is path], left


def _below(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        name = Path(error.filename).name or str(folder)
        why = f"it cannot be read: {error.strerror or type(error).__name__}."
        problems.append(Problem(f"Folder {name}", why, "Ask for permission to read it, or name its files."))

    for top, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith((".", "~$")):
                yield Path(top, name)


def _labels(files: Sequence[Path], given: Sequence[Path]) -> list[str]:
    """How each file is called: from its folder on where it was searched, as it was typed where two are alike."""
    folders = [path for path in given if path.is_dir()]
    short = []
    for path in files:
        folder = next((folder for folder in folders if path not in given and path.is_relative_to(folder)), path.parent)
        short.append(path.relative_to(folder).as_posix())
    return [label if short.count(label) == 1 else str(path) for label, path in zip(short, files, strict=True)]


def _at_once() -> int:
    """Two, or one for each core that this process may use."""
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return max(2, len(usable))


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, gone at the end; nothing at all where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.1f} files/s" if speed else "")

    columns = ("Checking", BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=output.console(error=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def _line(one: Checked) -> None:
    sys.stdout.write(json.dumps(one.answer) + "\n")
    sys.stdout.flush()


def _say(checked: Sequence[Checked], files: Sequence[Path], left: Sequence[Path]) -> None:
    out = output.console()
    rows = [
        (one.label, one.layout, "" if one.members is None else f"{one.members:,}",
         f"{len(one.problems):,}" if one.problems else "", str(one.problems[0]) if one.problems else "nothing wrong")
        for one in checked
    ]  # fmt: skip
    columns = ("file", "layout", "members", "problems", "the first of them")
    if rows:
        out.print(output.table("", columns, rows, right=(2, 3), folded="the first of them"))
    refused = sum(bool(one.problems) for one in checked)
    members = sum(one.members or 0 for one in checked)
    count = f"{len(checked):,} {'file' if len(checked) == 1 else 'files'}"
    if len(checked) < len(files):
        count += f" of {len(files):,}"
    out.print(f"{count}: {len(checked) - refused:,} with nothing wrong, with {members:,} members; {refused:,} refused.")
    if refused:
        out.print("Everything that is wrong with one of them: smallgroup census check FILE.")
    if left:
        kinds = ", ".join(sorted({path.suffix.lower() or "no suffix" for path in left}))
        out.print(f"- Left, for no census is read from such files: {len(left):,} ({kinds}).", markup=False)
