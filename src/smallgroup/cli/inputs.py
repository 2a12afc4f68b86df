"""What the verbs take: files beside one another, a day, key=value pairs, a contribution, the folder of data."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from smallgroup import dates, money
from smallgroup.errors import Problem, Refused

if TYPE_CHECKING:
    from smallgroup.census.read import Census
    from smallgroup.group import Contribution, GroupFile
    from smallgroup.intake.rate_store import RateStore
    from smallgroup.rating.rate_table import RateTable
    from smallgroup.rulebook import Guideline

JSON = typer.Option(False, "--json", help="Answer in JSON.")
DATA = typer.Option(
    None, "--data", help="Where imported rates live, and what is kept of a sender; default: your user-data folder.",
    show_default=False,
)
CENSUS = typer.Option(
    None,
    "--census",
    help="The census: .xlsx, .xls, .xlsb, .ods, .csv or a text .pdf; default: census.xlsx or census.csv beside "
    "GROUP.yaml.",
)
RATES = typer.Option(
    None, "--rates", help="A rate file; default: rates.csv beside GROUP.yaml, else the imported rates."
)
AS_OF = typer.Option(
    None, "--as-of", help="The day to decide as of; default: complete_on of the application.", metavar="DATE"
)
GUIDELINE = typer.Option(None, "--guideline", help="A guideline by its id; default: the one in force.", metavar="ID")
LAYER = typer.Option(
    None, "--layer", help="What the guideline's owner has settled: a file, as docs/files.md has it.", metavar="FILE"
)
MAP = typer.Option(None, "--map", help="Read a column as a field; may be repeated.", metavar="COLUMN=FIELD")
SENDER = typer.Option(
    None, "--sender", help="Who sent the census: what --map says is kept for their next file.", metavar="NAME"
)


def a_day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return dates.day(text)
    except ValueError as error:
        raise Refused(Problem(option, str(error), "", seen=text)) from None


def today() -> date:
    """The one place that reads a clock: the day against which a birth date in the future is told."""
    return date.today()


def now() -> str:
    """When something was recorded, in UTC, for the ledger's own books."""
    return moment().isoformat(timespec="seconds")


def moment() -> datetime:
    return datetime.now(UTC)


def pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    """`["Emp DOB=date_of_birth"]` → `{"Emp DOB": "date_of_birth"}`."""
    found: dict[str, str] = {}
    for text in texts or []:
        key, sign, value = text.rpartition("=") if option == "--map" else text.partition("=")
        if not sign or not key.strip():
            raise typer.BadParameter(f"{text!r} is not of the form KEY=VALUE", param_hint=option)
        if key.strip() in found:
            raise typer.BadParameter(f"{key.strip()!r} is given twice", param_hint=option)
        found[key.strip()] = value.strip()
    return found


def a_contribution(text: str | None, said: Contribution | None) -> Contribution | None:
    """`50%` or `250.00` for each employee; for dependents what the application says, else nothing.

    A bare whole number is refused: a shell turns `$250` into `50`.
    """
    from smallgroup.group import Contribution, Flat, PercentOf

    if text is None:
        return None
    employee: PercentOf | Flat
    try:
        if text.endswith("%"):
            employee = PercentOf(percent=money.percent(text))
        elif "." in text:
            employee = Flat(dollars=money.cents(text))
        else:
            raise ValueError(f"{text!r} could be a percentage or dollars. Write it as 50% or 250.00.")
    except ValueError as error:
        raise Refused(Problem("--contribution", str(error), "", seen=text)) from None
    nothing = PercentOf(percent=money.percent("0"))
    return Contribution(employee=employee, dependents=said.dependents if said and said.dependents else nothing)


def text_of(path: Path) -> str:
    """The text of a file. Raises Refused with a sentence when it cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Refused(Problem(path.name, "there is no such file.", "Check the path.")) from None
    except IsADirectoryError:
        raise Refused(Problem(path.name, "it is a folder.", "Name a file in it.")) from None
    except UnicodeDecodeError:
        raise Refused(Problem(path.name, "it is not text in UTF-8.", "Save it as UTF-8.")) from None
    except OSError as error:
        raise Refused(Problem(path.name, f"it cannot be read: {error.strerror}.", "Check the file.")) from None


def census_path(given: Path | None, group: Path) -> Path | None:
    """The census that was named, or the one beside GROUP.yaml; two of them are a question, none is None."""
    if given is not None:
        return given
    found = [path for name in ("census.xlsx", "census.csv") if (path := group.with_name(name)).exists()]
    if len(found) > 1:
        raise Refused(Problem(group.name, "both census.xlsx and census.csv are beside it.", "Name one with --census."))
    return found[0] if found else None


def read_census_file(
    path: Path, mapping: list[str] | None = None, on: date | None = None, *, part: str | None = None,
    sender: str | None = None, data: Path | None = None, for_review: bool = False,
) -> Census:  # fmt: skip
    """A census; of a sender's columns, what was confirmed before holds, and what --map says is kept.

    Raises Refused; one that character recognition read is taken `for_review` only.
    """
    from smallgroup.intake import census_file, senders

    folder = data_folder(data) if sender is not None else None
    known = senders.columns_of(folder, sender) if folder is not None and sender is not None else None
    census = census_file(path, mapping=pairs(mapping, "--map"), remembered=known, part=part, as_of=on or today())
    if census.reading is not None and not for_review:
        raise Refused(Problem(
            f"Census file {path.name}", f"it was {census.reading.sentence}",
            f"Run smallgroup census check {path.name} --fixed OUT.xlsx, compare OUT.xlsx with the original, correct "
            "it, and give that.",
        ))  # fmt: skip
    if folder is not None and sender is not None:
        from smallgroup.census.matching import remembered

        senders.remember(folder, sender, remembered(census.matches))
    return census


def data_folder(given: Path | None) -> Path:
    from platformdirs import user_data_path

    return given if given is not None else user_data_path("smallgroup", appauthor=False)


def rate_table(given: Path | None, group: Path, data: Path | None, state: str | None) -> RateTable | None:
    """The rates that were named, those beside GROUP.yaml, or the imported ones; None when there are none."""
    from smallgroup.intake.rates_file import rates_file

    beside = group.with_name("rates.csv")
    path = given if given is not None else (beside if beside.exists() else None)
    if path is not None:
        return rates_file(path, state=state)
    store = rate_store(data)
    return store.load(state=state) if store.list() else None


def rates_source(given: Path | None, group: Path, table: RateTable | None) -> str | None:
    """What the rates of `rate_table` are from, for a paper: the name of a file, or the imports; and their hash."""
    if table is None:
        return None
    beside = group.with_name("rates.csv")
    name = given.name if given is not None else beside.name if beside.exists() else "imported rates"
    return f"{name} ({table.sha256[:12]})"


def rate_store(data: Path | None) -> RateStore:
    """The imported rates. Raises Refused when the folder cannot be one."""
    from smallgroup.intake.rate_store import RateStore

    folder = data_folder(data)
    try:
        (folder / "rates").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            Problem("--data", f"{folder} cannot hold data: {error.strerror}.", "Name a folder that may be written.")
        ) from None
    return RateStore(folder / "rates")


def as_of_day(file: GroupFile, given: str | None) -> date:
    """--as-of, else the day on which the application was complete. Raises Refused when neither is known."""
    day = a_day(given, "--as-of") or file.application.complete_on
    if day is None:
        raise Refused(Problem("application.complete_on", "it is not known, so neither is the guideline in force.",
                              "Add it, or give --as-of."))  # fmt: skip
    return day


def chosen_guideline(id: str | None, on: date) -> Guideline:
    from smallgroup.rulebook import guideline, guideline_in_force

    return guideline(id) if id is not None else guideline_in_force(on)


def collected(*reads: Any) -> list[Any]:
    """Run several readers and report the problems of all of them at once."""
    values: list[Any] = []
    problems: list[Problem] = []
    for read in reads:
        try:
            values.append(read())
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(dict.fromkeys(problems))
    return values
