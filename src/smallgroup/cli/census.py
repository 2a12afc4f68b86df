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
        ..., help="The census, .xlsx, .xls, .xlsb, .ods or .csv, in the plain layout or the exchange template v1.1."
    ),
    map_: list[str] = inputs.MAP,
    as_of: str = typer.Option(
        None, "--as-of", help="Birth dates after this day are refused; default: today.", metavar="DATE"
    ),
    as_json: bool = inputs.JSON,
) -> None:
    """Read a census and say who is in it, or list everything that is wrong, each with its cell.

    Nothing is changed and nothing is kept. An SSN that is found is dropped, and said so.

    Example: smallgroup census check examples/census.xlsx
    """
    from smallgroup.underwriting.clause import people_word

    census = inputs.read_census_file(file, map_, inputs.a_day(as_of, "--as-of"))
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
                     "notices": list(census.notices), "errors": []})  # fmt: skip
        return
    out = output.console()
    sheet = f", sheet {census.sheet!r}" if census.sheet else ""
    out.print(f"{file.name}{sheet}: {census.layout} layout, nothing wrong.", markup=False)
    employees_said = people_word(employees.height, "employee", "employees")
    out.print(f"{employees_said} and {people_word(members.height - employees.height, 'dependent', 'dependents')}.")
    said = ", ".join(f"{number} {word}" for word, number in answers.items())
    out.print(f"Elections: {said}; {counts['without_election']} not known yet.")
    for notice in census.notices:
        out.print(f"- {notice}", markup=False)
