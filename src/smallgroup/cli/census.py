"""smallgroup census check: every error of a census at once, by sheet, row and column."""

from __future__ import annotations

from pathlib import Path

import typer

from smallgroup.cli import inputs, output

app = typer.Typer(help="Read and check a census.", no_args_is_help=True)


@app.callback()
def _census() -> None:
    pass


@app.command("check")
def check(
    file: Path = typer.Argument(
        ..., help="The census, .xlsx or .csv: one row a person or one row a family, under any usual headers."
    ),
    map_: list[str] = inputs.MAP,
    sender: str = typer.Option(
        None, "--sender", help="Who sent it: what --map says is kept for their next file.", metavar="NAME"
    ),
    data: Path = typer.Option(
        None, "--data", help="Where it is kept of a sender; default: your user-data folder.", show_default=False
    ),
    as_of: str = typer.Option(
        None, "--as-of", help="Birth dates after this day are refused; default: today.", metavar="DATE"
    ),
    as_json: bool = inputs.JSON,
) -> None:
    """Read a census and say who is in it, or list everything that is wrong, each with its cell.

    Nothing is changed, and nothing is kept but what --map says of a --sender's columns. An SSN that is found
    is dropped, and said so.

    Example: smallgroup census check examples/census.xlsx
    """
    from smallgroup.census.matching import remembered
    from smallgroup.intake import senders
    from smallgroup.underwriting.clause import people_word

    folder = inputs.data_folder(data)
    known = senders.columns_of(folder, sender) if sender is not None else None
    census = inputs.read_census_file(file, map_, inputs.a_day(as_of, "--as-of"), known)
    if sender is not None:
        senders.remember(folder, sender, remembered(census.matches))
    members = census.members
    employees = members.filter(members["relationship"] == "employee")
    elections = dict(employees["election"].drop_nulls().cast(str).value_counts().iter_rows())
    answers = {word: int(elections.get(word, 0)) for word in ("enroll", "waive", "decline")}
    counts = {
        "members": members.height,
        "employees": employees.height,
        "dependents": members.height - employees.height,
        "elections": answers,
        "without_election": int(employees["election"].null_count()),
    }
    if as_json:
        output.emit({"file": file.name, "layout": census.layout, "sheet": census.sheet, **counts,
                     "columns": [match.as_json() for match in census.matches],
                     "notices": list(census.notices), "errors": []})  # fmt: skip
        return
    out = output.console()
    sheet = f", sheet {census.sheet!r}" if census.sheet else ""
    out.print(f"{file.name}{sheet}: {census.layout} layout, nothing wrong.", markup=False)
    employees_said = people_word(employees.height, "employee", "employees")
    out.print(f"{employees_said} and {people_word(members.height - employees.height, 'dependent', 'dependents')}.")
    said = ", ".join(f"{number} {word}" for word, number in answers.items())
    out.print(f"Elections: {said}; {counts['without_election']} not known yet.")
    out.print(output.table(
        "", ("column", "header", "field", "score", "because"),
        [(one.column, one.header, one.field, str(one.score), one.why) for one in census.matches], right=(3,),
    ))  # fmt: skip
    for notice in census.notices:
        out.print(f"- {notice}", markup=False)
