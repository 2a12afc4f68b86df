"""smallgroup census check and convert: every error of a census at once, by cell, with what is proposed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from smallgroup.cli import census_inbox, inputs, output
from smallgroup.errors import Problem, Refused

if TYPE_CHECKING:
    from smallgroup.census.read import Census
    from smallgroup.census.repair import Repaired
    from smallgroup.census.sheet import Sheet

app = typer.Typer(help="Read and check a census.", no_args_is_help=True)
app.add_typer(census_inbox.app, name="inbox")


PART = typer.Option(None, "--part", help="Which part of a message (.eml) is the census.", metavar="NAME")
FORCE = typer.Option(False, "--force", help="Write over a file that is there already; never over the census.")
KEPT = typer.Option(
    None, "--data", help="Where it is kept of a sender; default: your user-data folder.", show_default=False
)


class Accept(StrEnum):
    safe = "safe"
    all = "all"


class To(StrEnum):
    plain = "plain"
    exchange = "exchange"


@app.callback()
def _census() -> None:
    pass


@app.command("check")
def check(
    files: list[Path] = typer.Argument(
        ..., help="The census, .xlsx, .xls, .xlsb, .ods, .csv, .pdf or .eml, or a fax (.tif, .png, .jpg): a row a "
        "person or a row a family, usual headers. Or several, or a folder of them.", metavar="FILE… | FOLDER",
    ),
    map_: list[str] = inputs.MAP,
    part: str | None = PART,
    sender: str = inputs.SENDER,
    data: Path = KEPT,
    as_of: str = typer.Option(
        None, "--as-of", help="Birth dates after this day are refused; default: today.", metavar="DATE"
    ),
    as_json: bool = inputs.JSON,
    fixed: Path | None = typer.Option(
        None,
        "--fixed",
        metavar="OUT.xlsx",
        help="Write a copy with the faulty cells colored and commented, and a first sheet of proposals.",
    ),
    accept: Accept | None = typer.Option(
        None, "--accept", help="Apply the proposals that are safe, or all of them, and read the census again."
    ),
    log: Path | None = typer.Option(
        None,
        "--log",
        help="Write what was applied: cell, old, new, why. Of a birth date only the year.",
        metavar="OUT.csv",
    ),
    force: bool = FORCE,
) -> None:
    """Read a census and say who is in it, or list everything that is wrong, each with its cell and a proposal.

    The file is never changed. With --accept, proposals are applied to a copy: --fixed writes it, --log says
    what was applied. A proposal is safe where no other reading is possible. An SSN that is found is dropped,
    and said so; nothing is kept but what --map says of a --sender's columns. Exit status: 0 when nothing is
    wrong in the result.

    Of several files, or of a folder and all folders in it, each is read on its own, and a table says what each
    one is and the first thing that is wrong with it. With --json that is a line a file, each one JSON object.
    Ctrl-C says what was done until then.

    A fax or a scan is read by character recognition: each cell has a confidence, those in doubt are listed, and no
    other verb takes the file. Compare the copy that --fixed writes with the original, and use that.

    Example: smallgroup census check staff.xlsx --fixed staff-fixed.xlsx --accept safe
    """
    many = len(files) > 1 or files[0].is_dir()
    for option, of_one in (("--fixed", fixed), ("--accept", accept), ("--log", log)):
        if many and of_one is not None:
            raise typer.BadParameter("it is for a single file, and not for several or a folder", param_hint=option)
    if accept is not None and fixed is None and log is None:
        raise typer.BadParameter("say where with --fixed OUT.xlsx or --log OUT.csv", param_hint="--accept")
    if log is not None and accept is None:
        raise typer.BadParameter("it needs --accept safe or --accept all", param_hint="--log")
    if many and part is not None:
        raise typer.BadParameter("name the message alone", param_hint="--part")
    if many:
        from smallgroup.cli.census_folder import check_many

        check_many(files, mapping=map_, as_of=as_of, sender=sender, data=data, as_json=as_json, told=_as_json)
        return
    (file,) = files
    if fixed is not None or log is not None:
        from smallgroup.intake import senders

        known = senders.columns_of(inputs.data_folder(data), sender) if sender is not None else None
        _repair(file, map_, part, as_of, known, fixed=fixed, accept=accept, log=log, force=force, as_json=as_json)
        return
    census = inputs.read_census_file(
        file, map_, inputs.a_day(as_of, "--as-of"), part=part, sender=sender, data=data, for_review=True
    )
    if as_json:
        output.emit(_as_json(file, census))
        return
    _say(file, census)


def _as_json(file: Path, census: Census) -> dict[str, object]:
    return {"file": file.name, "layout": census.layout, "sheet": census.sheet, **_told(census),
            "columns": [match.as_json() for match in census.matches],
            "notices": list(census.notices), "to_check": [one.as_json() for one in census.to_check],
            **_review(census), "errors": []}  # fmt: skip


def _told(census: Census) -> dict[str, object]:
    """Who is in it, in numbers."""
    members = census.members
    employees = members.filter(members["relationship"] == "employee")
    elections = dict(employees["election"].drop_nulls().cast(str).value_counts().iter_rows())
    return {
        "members": members.height,
        "employees": employees.height,
        "dependents": members.height - employees.height,
        "elections": {word: int(elections.get(word, 0)) for word in ("enroll", "waive", "decline")},
        "without_election": int(employees["election"].null_count()),
    }


def _review(census: Census) -> dict[str, object]:
    return {} if census.reading is None else {"review": census.reading.as_json()}


def _say(file: Path, census: Census) -> None:
    members = census.members
    employees = members.filter(members["relationship"] == "employee")
    elections = dict(employees["election"].drop_nulls().cast(str).value_counts().iter_rows())
    out = output.console()
    sheet = f", sheet {census.sheet!r}" if census.sheet else ""
    out.print(f"{file.name}{sheet}: {census.layout} layout, nothing wrong.", markup=False)
    dependents = members.height - employees.height
    out.print(f"{employees.height} {'employee' if employees.height == 1 else 'employees'} and "
              f"{dependents} {'dependent' if dependents == 1 else 'dependents'}.")  # fmt: skip
    said = ", ".join(f"{int(elections.get(word, 0))} {word}" for word in ("enroll", "waive", "decline"))
    out.print(f"Elections: {said}; {employees['election'].null_count()} not known yet.")
    out.print(output.table(
        "", ("column", "header", "field", "score", "because"),
        [(one.column, one.header, one.field, str(one.score), one.why) for one in census.matches], right=(3,),
    ))  # fmt: skip
    for notice in census.notices:
        out.print(f"- {notice}", markup=False)
    if census.reading is not None:
        births = [one for one in census.reading.cells if one.field == "date_of_birth"]
        out.print(f"It was {census.reading.sentence}")
        out.print(f"Birth dates: {', '.join(f'{one.cell} {one.confidence}%' for one in births)}.")
    _say_to_check(census.to_check)


def _say_to_check(to_check: Sequence[Problem]) -> None:
    if not to_check:
        return
    out = output.console()
    out.print(f"To check, though nothing is refused for it: {len(to_check):,}.")
    for problem in to_check[: output.MOST_SHOWN]:
        for line in output.lines_of(problem):
            out.print(line, markup=False)
    if len(to_check) > output.MOST_SHOWN:
        out.print(f"… and {len(to_check) - output.MOST_SHOWN:,} more. With --json all of them are listed.")


def _repair(
    file: Path, map_: list[str] | None, part: str | None, as_of: str | None, known: Mapping[str, str] | None, *,
    fixed: Path | None, accept: Accept | None, log: Path | None, force: bool, as_json: bool,
) -> None:  # fmt: skip
    from dataclasses import replace

    from smallgroup.intake import census_sheets
    from smallgroup.intake.write_workbook import (
        change_rows,
        fixed_pages,
        may_be_written,
        placed,
        save_csv,
        save_workbook,
    )

    on = inputs.a_day(as_of, "--as-of") or inputs.today()
    mapping = inputs.pairs(map_, "--map")
    for path, suffix in ((fixed, ".xlsx"), (log, ".csv")):
        if path is not None:
            may_be_written(path, force=force, suffixes=(suffix,), inputs=(file,))
    if fixed is not None and log is not None and fixed.resolve() == log.resolve():
        raise Refused(Problem(log.name, "--fixed and --log are one file.", "Name two."))
    sheets, notices = census_sheets(file, part=part)

    from smallgroup.census.read import read_census
    from smallgroup.census.repair import repaired

    def read(held: Sequence[Sheet]) -> Census:
        census = read_census(held, file=file.name, mapping=mapping, remembered=known, as_of=on)
        return replace(census, notices=notices + census.notices) if notices else census

    result = repaired(sheets, read, accept.value if accept else "nothing")
    left_out: tuple[str, ...] = ()
    if fixed is not None:
        pages, left_out = fixed_pages(result.sheets, result.problems, result.to_check, result.changes)
        placed(fixed, lambda path: save_workbook(path, pages), force=force, suffixes=(".xlsx",), inputs=(file,))
    if log is not None:
        placed(log, lambda path: save_csv(path, change_rows(result.changes)), force=force, suffixes=(".csv",),
               inputs=(file,))  # fmt: skip
    _say_repaired(file, result, fixed=fixed, log=log, accepted=accept is not None, left_out=left_out, as_json=as_json)


def _say_repaired(
    file: Path, result: Repaired, *, fixed: Path | None, log: Path | None, accepted: bool, left_out: Sequence[str],
    as_json: bool,
) -> None:  # fmt: skip
    census = result.census
    if as_json:
        told = {"layout": census.layout, "sheet": census.sheet, **_told(census), **_review(census)} if census else {}
        output.emit({
            "file": file.name, **told, "fixed": fixed.name if fixed else None, "log": log.name if log else None,
            "changes": [asdict(change) for change in result.changes],
            "notices": [*(census.notices if census else ()), *left_out],
            "to_check": [one.as_json() for one in result.to_check],
            "errors": [problem.as_json() for problem in result.problems],
        })  # fmt: skip
        if result.problems:
            raise typer.Exit(1)
        return
    out = output.console()
    for path in (fixed, log):
        if path is not None:
            out.print(f"Written: {path.name}.", markup=False)
    for notice in left_out:
        out.print(f"- {notice}", markup=False)
    if accepted:
        number = len(result.changes)
        out.print(f"{number:,} {'proposal was' if number == 1 else 'proposals were'} applied.")
        for change in result.changes[: output.MOST_SHOWN]:
            sheet = f"{change.sheet}!" if change.sheet else ""
            became = f"{change.old or 'empty'} → {change.new or 'empty'}" if change.what == "write" else change.what
            out.print(f"- {sheet}{change.cell}: {became}: {change.why}", markup=False)
        if number > output.MOST_SHOWN:
            out.print(f"… and {number - output.MOST_SHOWN:,} more.")
    if result.problems:
        raise Refused(result.problems, result.to_check)
    if census is not None:
        _say(file, census)


@app.command("convert")
def convert(
    file: Path = typer.Argument(..., help="The census, .xlsx or .csv, with nothing wrong in it."),
    out: Path = typer.Argument(..., help="What to write, .xlsx or .csv.", metavar="OUT"),
    to: To = typer.Option(To.plain, "--to", help="The plain layout, or the exchange template v1.1."),
    map_: list[str] = inputs.MAP,
    part: str | None = PART,
    sender: str = inputs.SENDER,
    data: Path = KEPT,
    as_of: str = typer.Option(
        None, "--as-of", help="Birth dates after this day are refused; default: today.", metavar="DATE"
    ),
    force: bool = FORCE,
    as_json: bool = inputs.JSON,
) -> None:
    """Write a census anew, in the plain layout or in the exchange template.

    What is written is read back and compared, member by member, before it is put in its place. What the
    layout has no column for is said. No cell can be taken for a formula.

    Example: smallgroup census convert examples/census.xlsx staff.csv
    """
    from smallgroup.census.layout_rows import rows_of
    from smallgroup.intake.write_workbook import Page, may_be_written, placed, printable, save_csv, save_workbook

    suffixes = (".xlsx", ".csv")
    may_be_written(out, force=force, suffixes=suffixes, inputs=(file,))
    on = inputs.a_day(as_of, "--as-of") or inputs.today()
    census = inputs.read_census_file(file, map_, on, part=part, sender=sender, data=data)
    written = rows_of(census.members, to.value)
    notices = [*census.notices, *written.notices]
    rows = [tuple(printable(cell) if isinstance(cell, str) else cell for cell in row) for row in written.rows]
    changed = sum(one != other for row, before in zip(rows, written.rows, strict=True)
                  for one, other in zip(row, before, strict=True))  # fmt: skip
    if changed:
        notices.append(f"Control characters in {'1 cell' if changed == 1 else f'{changed} cells'} became spaces.")

    def write(path: Path) -> None:
        if path.suffix == ".csv":
            save_csv(path, rows)
        else:
            save_workbook(path, [Page("Census", list(enumerate(rows, start=1)))])
        if not changed:
            _same(census, inputs.read_census_file(path, None, on), written.held, out)

    placed(out, write, force=force, suffixes=suffixes, inputs=(file,))
    if as_json:
        output.emit({"file": file.name, "written": out.name, "layout": to.value, "members": census.members.height,
                     "held": list(written.held), "notices": notices})  # fmt: skip
        return
    said = output.console()
    layout = "plain layout" if to is To.plain else "exchange template v1.1"
    said.print(f"Written: {out.name}, {census.members.height:,} members in the {layout}.", markup=False)
    for notice in notices:
        said.print(f"- {notice}", markup=False)


def _same(census: Census, again: Census, held: Sequence[str], out: Path) -> None:
    """Raises Refused where a member that was written reads back as another."""
    before, after = census.members.select(held), again.members.select(held)
    if before.equals(after):
        return
    rows = census.members["row"].to_list()
    differ = [row for row, one, other in zip(rows, before.iter_rows(), after.iter_rows(), strict=False) if one != other]
    where = f"row {differ[0]}" if differ else "the file"
    raise Refused(
        Problem(out.name, f"{where} does not read back as it was, so nothing was written.",
                "Take signs out of its texts that no spreadsheet can hold."),
    )  # fmt: skip
