"""smallgroup rewards close, statement, balances, reverse, verify and export: the ledger of what is owed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from smallgroup.cli import inputs, output, pdf
from smallgroup.cli.rewards import AS_OF, FOLDER, PROGRAM, PROGRAM_FILE, facts

if TYPE_CHECKING:
    import polars as pl

    from smallgroup.ledger import Ledger, Statement

LEDGER = typer.Option(
    None, "--ledger", help="A file, or postgresql://…; default: ledger.db in the data folder.", metavar="FILE|URL"
)
BY = typer.Option(..., "--by", help="Who makes it.", metavar="NAME")
CHECKED_BY = typer.Option(..., "--checked-by", help="Who has checked it: somebody else.", metavar="NAME")


@contextmanager
def opened(where: str | None, data: Path | None) -> Iterator[Ledger]:
    """The ledger that was named, or that of the data folder. Raises Refused when it cannot be opened."""
    import sqlite3

    from smallgroup.errors import Problem, Refused
    from smallgroup.ledger import open_ledger

    if where is None:
        folder = inputs.data_folder(data)
        folder.mkdir(parents=True, exist_ok=True)
        where = str(folder / "ledger.db")
    shown = where.rpartition("@")[2] if "://" in where else Path(where).name
    try:
        with open_ledger(where) as ledger:
            yield ledger
    except sqlite3.Error as error:
        why = f"the database says: {error}. Nothing was posted."
        raise Refused(Problem(shown, why, "Check the file, its folder and the disk, then try again.")) from None
    except ModuleNotFoundError:
        raise Refused(Problem(shown, "PostgreSQL needs psycopg, which is not installed.",
                              "Install smallgroup[postgres].")) from None  # fmt: skip
    except Exception as error:
        if type(error).__module__.startswith("psycopg"):
            why = f"the database says: {str(error).strip()}. Nothing was posted."
            raise Refused(Problem(shown, why, "Check the address and the server, then try again.")) from None
        raise


def close(
    folder: Path = FOLDER,
    period: str = typer.Option(..., "--period", help="The period to close, as 2026-01.", metavar="YYYY-MM"),
    as_of: str = AS_OF,
    by: str = BY,
    checked_by: str = CHECKED_BY,
    program: list[str] = PROGRAM,
    program_file: list[Path] = PROGRAM_FILE,
    dry_run: bool = typer.Option(False, "--dry-run", help="Show what would be posted, and write nothing."),
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """Close a period: post what differs between what is earned and what the ledger holds, each line with its cause.

    A closed period never changes; what becomes known later is a line of the next one.

    Example: smallgroup rewards close examples/sales --period 2026-01 --as-of 2026-01-31 --by Ann --checked-by Bo
    """
    from smallgroup.ledger import close as close_period
    from smallgroup.ledger import forecast
    from smallgroup.rewards.earn import earn
    from smallgroup.rewards.position import Position
    from smallgroup.rewards.report import position

    sales, programs, day = facts(folder, as_of, program, program_file)

    def compute(others: pl.DataFrame) -> Position:
        return position(earn(sales, programs, day, other=others))

    ids = sorted({one.id for one in programs})
    with opened(ledger, data) as books:
        if dry_run:
            _print_differences(forecast(books, compute, programs=ids, as_of=day), as_json=as_json)
            return
        done = close_period(books, compute, period=period, programs=ids, as_of=day, made_by=by,
                            checked_by=checked_by, recorded_at=inputs.now())  # fmt: skip
    from smallgroup import money

    said = {
        "period": done.period, "programs": list(done.programs), "as_of": done.as_of.isoformat(),
        "statements": done.statements, "earned": money.dollars(done.earned), "voided": money.dollars(done.voided),
        "clawed_back": money.dollars(done.clawed_back), "posted": money.dollars(done.posted),
        "position_sha256": done.position_sha256,
    }  # fmt: skip
    if as_json:
        output.emit(said)
        return
    output.console().print(
        f"{period} is closed as of {done.as_of}: {done.statements:,} statements, {money.pretty(done.earned)} earned, "
        f"{money.pretty(done.voided)} voided, {money.pretty(done.clawed_back)} clawed back.", markup=False,
    )  # fmt: skip


def _print_differences(rows: pl.DataFrame, *, as_json: bool) -> None:
    from smallgroup import money

    said = ("broker_id", "program", "group_id", "kind", "action", "because")
    told = [{**{name: row[name] for name in said}, "amount": money.dollars(_signed(row))}
            for row in rows.iter_rows(named=True)]  # fmt: skip
    if as_json:
        output.emit({"would_post": told})
        return
    out = output.console()
    out.print(f"{len(told):,} lines would be posted; nothing is written.")
    shown = [[str(one[name]) for name in ("broker_id", "group_id", "kind", "action", "amount", "because")]
             for one in told[: output.MOST_SHOWN]]  # fmt: skip
    if shown:
        columns = ("broker", "group", "earned for", "action", "amount", "because")
        out.print(output.table("", columns, shown, right=(4,)))


def _signed(row: dict[str, Any]) -> int:
    return int(row["cents"]) if str(row["debit"]).startswith("expense:") else -int(row["cents"])


def statement(
    broker: str = typer.Option(..., "--broker", help="The broker's id.", metavar="ID"),
    period: str = typer.Option(..., "--period", help="A closed period.", metavar="YYYY-MM"),
    as_csv: bool = typer.Option(False, "--csv", help="The lines as CSV."),
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    pdf_: Path = pdf.PDF,
    force: bool = pdf.FORCE,
    as_json: bool = inputs.JSON,
) -> None:
    """A broker's statement of a closed period: every line with its group, rule, numbers and cause.

    Example: smallgroup rewards statement --broker B-ADA --period 2026-01
    """
    from smallgroup.ledger import statement as statement_of
    from smallgroup.papers import statement as statement_paper

    pdf.ready(pdf_, force=force)
    with opened(ledger, data) as books:
        found = statement_of(books, broker, period)
    pdf.write(pdf_, lambda: statement_paper(_statement_json(found)))
    if as_json:
        output.emit(_statement_json(found))
    elif as_csv:
        _statement_csv(found)
    else:
        _print_statement(found)


def _statement_json(found: Statement) -> dict[str, Any]:
    from dataclasses import asdict

    from smallgroup import money

    def line(one: Any) -> dict[str, Any]:
        said = {name: str(value) if name in ("hold_until", "day") and value else value
                for name, value in asdict(one).items()}  # fmt: skip
        return {**{name: value for name, value in said.items() if name != "cents"}, "amount": money.dollars(one.cents)}

    return {
        "broker_id": found.broker_id, "period": found.period, "as_of": found.as_of.isoformat(),
        "opening": money.dollars(found.opening), "lines": [line(one) for one in found.lines],
        "paid": [line(one) for one in found.paid], "closing": money.dollars(found.closing),
    }  # fmt: skip


def _statement_csv(found: Statement) -> None:
    import csv
    import sys

    said = _statement_json(found)
    columns = ("action", "program", "group_id", "kind", "rule", "units", "counted", "share", "amount", "because",
               "hold_until")  # fmt: skip
    table = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(said["lines"])


def _print_statement(found: Statement) -> None:
    from smallgroup import money

    out = output.console()
    out.print(f"Statement of {found.broker_id}, {found.period}, as of {found.as_of}", markup=False)
    rows = [["carried forward", "", "", "", "", "", money.pretty(found.opening), ""]]
    rows += [
        [one.action, one.group_id, one.kind, one.rule or "", f"{one.units} of {one.counted}", one.share or "",
         money.pretty(one.cents), one.because] for one in found.lines
    ]  # fmt: skip
    rows += [[one.action, "", "", "", "", "", money.pretty(-one.cents), f"run {one.run} on {one.day}"]
             for one in found.paid]  # fmt: skip
    rows.append(["owed", "", "", "", "", "", money.pretty(found.closing), ""])
    columns = ("", "group", "earned for", "rule", "members", "share", "amount", "because")
    out.print(output.table("", columns, rows, right=(4, 5, 6)))


def balances(ledger: str = LEDGER, data: Path = inputs.DATA, as_json: bool = inputs.JSON) -> None:
    """What was earned, taken back, paid and is owed, by broker.

    Example: smallgroup rewards balances
    """
    from smallgroup import money
    from smallgroup.ledger import balances as of

    with opened(ledger, data) as books:
        found = of(books, ("broker_id",))
    names = [name for name in found.columns if name != "broker_id"]
    if as_json:
        output.emit({"balances": [
            {"broker_id": row["broker_id"], **{name: money.dollars(row[name]) for name in names}}
            for row in found.iter_rows(named=True)]})  # fmt: skip
        return
    rows = [[row["broker_id"], *(money.pretty(row[name]) for name in names)] for row in found.iter_rows(named=True)]
    output.console().print(output.table("", ("broker", *names), rows, right=tuple(range(1, len(names) + 1))))


def reverse(
    entry: int = typer.Argument(..., help="The number of an entry."),
    why: str = typer.Option(..., "--why", help="Why it is reversed; it stays in the ledger."),
    on: str = typer.Option(..., "--on", help="The day of the reversal.", metavar="DATE"),
    by: str = BY,
    checked_by: str = CHECKED_BY,
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """Undo an entry by mirroring what it posted; an entry is reversed once.

    Example: smallgroup rewards reverse 12 --why "posted twice" --on 2026-02-02 --by Ann --checked-by Bo
    """
    from smallgroup.ledger import reverse as mirror

    day = inputs.a_day(on, "--on")
    assert day is not None
    with opened(ledger, data) as books:
        made = mirror(books, entry, why=why, made_by=by, checked_by=checked_by, day=day, recorded_at=inputs.now())
    if as_json:
        output.emit({"entry": made, "reverses": entry})
        return
    output.console().print(f"Entry {entry} is reversed by entry {made}.")


def verify(
    head: str = typer.Option(None, "--head", help="The hash that was noted earlier; it must be in the chain."),
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """Recompute the hash of every entry, and name the first that is not as it was posted.

    Example: smallgroup rewards verify
    """
    from smallgroup.ledger import verify as check

    with opened(ledger, data) as books:
        found = check(books, head=head)
    if as_json:
        output.emit({"entries": found.entries, "transfers": found.transfers, "head": found.head})
        return
    output.console().print(f"{found.entries:,} entries and {found.transfers:,} transfers are as they were posted. "
                           f"The last hash is {found.head}.")  # fmt: skip


def export(
    out: Path | None = typer.Option(None, "--out", help="The file to write; default: standard output.", metavar="FILE"),
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """The whole ledger as a beancount file.

    Example: smallgroup rewards export --out rewards.beancount
    """
    from smallgroup.ledger import beancount, write_whole

    with opened(ledger, data) as books:
        text = beancount(books)
    if out is not None:
        write_whole(out, text)
    if as_json:
        output.emit({"written": out.name} if out is not None else {"beancount": text})
    elif out is None:
        typer.echo(text, nl=False)
    else:
        output.console().print(f"Written to {out.name}.", markup=False)
