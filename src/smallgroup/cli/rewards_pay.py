"""smallgroup rewards pay, returned, dispute and report: money out, money back, and what is reported of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from smallgroup.cli import inputs, output
from smallgroup.cli.rewards_ledger import BY, CHECKED_BY, LEDGER, opened
from smallgroup.errors import Problem, Refused

if TYPE_CHECKING:
    from smallgroup.ledger import Originator, Payee, Run

RUN = typer.Option(..., "--run", help="The name of the payment run.", metavar="NAME")
ON = typer.Option(..., "--on", help="The day of it.", metavar="DATE")


def pay(
    run: str = RUN,
    on: str = ON,
    by: str = BY,
    checked_by: str = CHECKED_BY,
    payees: Path = typer.Option(None, "--payees", help="Bank accounts: payee_id, name, routing_number, account_number, "
                                "account_kind. Who is not in it is not paid.", metavar="FILE"),
    csv: Path = typer.Option(None, "--csv", help="Write the payables as CSV.", metavar="OUT"),
    nacha: Path = typer.Option(None, "--nacha", help="Write the bank's file; needs --payees and --originator.",
                               metavar="OUT"),
    originator: Path = typer.Option(None, "--originator", help="Who pays, from where: YAML.", metavar="FILE"),
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:  # fmt: skip
    """Pay every payee what is owed, once. The same run again pays nothing, and writes the same files again.

    Example: smallgroup rewards pay --run 2026-03 --on 2026-03-31 --by Ann --checked-by Bo --csv payables.csv
    """
    from smallgroup.ledger import nacha as nacha_text
    from smallgroup.ledger import pay as pay_run
    from smallgroup.ledger import payables_csv, write_whole

    if nacha is not None and (payees is None or originator is None):
        raise typer.BadParameter("it needs --payees and --originator", param_hint="--nacha")
    day = _day(on)
    accounts, origin = inputs.collected(
        lambda: _accounts(payees) if payees else None, lambda: _originator(originator) if originator else None
    )
    with opened(ledger, data) as books:
        done = pay_run(books, run=run, on=day, made_by=by, checked_by=checked_by, payees=accounts,
                       recorded_at=inputs.now())  # fmt: skip
        written = []
        if csv is not None:
            write_whole(csv, payables_csv(books, run))
            written.append(csv.name)
        if nacha is not None and done.payments:
            made = inputs.moment()
            write_whole(nacha, nacha_text(books, run, origin=origin, payees=accounts, created=made.date(),
                                          at=made.time()))  # fmt: skip
            written.append(nacha.name)
    _print_run(done, written, as_json=as_json)


def _print_run(done: Run, written: list[str], *, as_json: bool) -> None:
    from smallgroup import money

    if as_json:
        output.emit({
            "run": done.run, "on": done.on.isoformat(), "total": money.dollars(done.cents),
            "payments": [{"entry": one.entry_id, "payee_id": one.payee_id, "brokers": list(one.broker_ids),
                          "amount": money.dollars(one.cents), "returned": one.returned} for one in done.payments],
            "unpaid": [{"payee_id": one.payee_id, "amount": money.dollars(one.cents), "because": one.because}
                       for one in done.unpaid],
            "written": written,
        })  # fmt: skip
        return
    out = output.console()
    total = f"{money.pretty(done.cents)} to {len(done.payments):,} payees"
    out.print(f"Run {done.run} of {done.on}: {total}.", markup=False)
    rows = [[one.payee_id, " ".join(one.broker_ids), money.pretty(one.cents), "came back" if one.returned else ""]
            for one in done.payments[: output.MOST_SHOWN]]  # fmt: skip
    if rows:
        out.print(output.table("", ("payee", "brokers", "amount", ""), rows, right=(2,)))
    for one in done.unpaid[: output.MOST_SHOWN]:
        out.print(f"Not paid: {one.payee_id}, {money.pretty(one.cents)}. {one.because}", markup=False)
    for name in written:
        out.print(f"Written: {name}", markup=False)


def _day(text: str) -> date:
    day = inputs.a_day(text, "--on")
    assert day is not None
    return day


def _accounts(path: Path) -> Mapping[str, Payee]:
    """Bank accounts by payee. Raises Refused with every problem; no account number is repeated in it."""
    from smallgroup.intake.csv_table import csv_table
    from smallgroup.ledger import Payee

    wanted = ("payee_id", "name", "routing_number", "account_number", "account_kind")
    table = csv_table(path)
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise Refused(Problem(f"{path.name}, row 1", f"the columns {', '.join(missing)} are missing.", "Add them."))
    found: dict[str, Payee] = {}
    problems = []
    for row, cells in enumerate(table.select(wanted).iter_rows(), 2):
        if not all(cells):
            problems.append(Problem(f"{path.name}, row {row}", "a cell is empty.", "Fill it in.", row=row))
        elif cells[0] in found:
            problems.append(Problem(f"{path.name}, row {row}", f"payee {cells[0]} stands twice.", "Keep one.", row=row))
        else:
            found[cells[0]] = Payee(*cells[1:])
            problems += found[cells[0]].problems(f"{path.name}, row {row}")
    if problems:
        raise Refused(problems)
    return found


def _originator(path: Path) -> Originator:
    from smallgroup import strict
    from smallgroup.ledger import Originator

    return strict.read(Originator, inputs.text_of(path), file=path.name)


def returned(
    run: str = RUN,
    payee: str = typer.Option(..., "--payee", help="The payee whose payment came back.", metavar="ID"),
    code: str = typer.Option(..., "--code", help="Why, as the bank says: R03.", metavar="CODE"),
    on: str = ON,
    by: str = BY,
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """A payment came back from the bank: it is owed again, and the next run pays it.

    Example: smallgroup rewards returned --run 2026-03 --payee P-ADA --code R03 --on 2026-04-02 --by Ann
    """
    from smallgroup.ledger import payment_returned

    with opened(ledger, data) as books:
        entry = payment_returned(books, run=run, payee_id=payee, on=_day(on), code=code, made_by=by,
                                 recorded_at=inputs.now())  # fmt: skip
    if as_json:
        output.emit({"entry": entry})
        return
    output.console().print(f"The payment to {payee} in run {run} came back ({code}); it is owed again.", markup=False)


def dispute(
    broker: str = typer.Option(..., "--broker", metavar="ID"),
    program: str = typer.Option(..., "--program", metavar="ID"),
    group: str = typer.Option(..., "--group", metavar="ID"),
    why: str = typer.Option(..., "--why", help="What is contested; it stays in the ledger."),
    on: str = ON,
    by: str = BY,
    settle: bool = typer.Option(False, "--settle", help="Settle the dispute that is open."),
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """Contest what a broker earns through a group: it is not paid until the dispute is settled.

    Example: smallgroup rewards dispute --broker B-ADA --program kp-ca-level-up-2025 --group EX-06 --why "split is
    1/2" --on 2026-02-03 --by Ada
    """
    from smallgroup.ledger import dispute as contest
    from smallgroup.ledger import settle_dispute

    verb = settle_dispute if settle else contest
    with opened(ledger, data) as books:
        entry = verb(books, broker, program, group, on=_day(on), why=why, made_by=by, recorded_at=inputs.now())
    if as_json:
        output.emit({"entry": entry})
        return
    done = "settled: it is paid with the next run" if settle else "noted: it is not paid until it is settled"
    output.console().print(f"The dispute about {group} is {done}.", markup=False)


def report(
    what: Literal["1099", "5500", "disclosure", "public-agency"] = typer.Argument(..., help="What is reported."),
    folder: Path = typer.Argument(..., help="The folder of sales.", metavar="DIR"),
    year: int = typer.Option(None, "--year", help="The calendar year of payment."),
    as_of: str = typer.Option(None, "--as-of", help="For disclosure: the day whose knowledge counts.", metavar="DATE"),
    ledger: str = LEDGER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """What is reported of rewards: 1099 by payee, 5500 Schedule A lines, client disclosures, public agencies.

    Example: smallgroup rewards report 1099 examples/sales --year 2026
    """
    from smallgroup.intake.sales_folder import sales_folder
    from smallgroup.ledger import paid_by_group, paid_by_year
    from smallgroup.rewards import reporting

    sales = sales_folder(folder)
    told: list[Any]
    if what == "disclosure":
        from smallgroup.rewards.earn import earn
        from smallgroup.rewards.report import lines_of
        from smallgroup.rulebook.program import chosen_programs

        day = inputs.a_day(as_of, "--as-of")
        if day is None:
            raise typer.BadParameter("a disclosure needs it", param_hint="--as-of")
        programs = chosen_programs(())
        told = list(reporting.disclosures(lines_of(earn(sales, programs, day)), sales, programs, day))
    else:
        if year is None:
            raise typer.BadParameter("the calendar year of payment is needed", param_hint="--year")
        with opened(ledger, data) as books:
            paid = paid_by_year(books, year) if what == "1099" else paid_by_group(books, year)
        if what == "1099":
            told = list(reporting.form_1099(paid, sales, year))
        else:
            told = list((reporting.schedule_a if what == "5500" else reporting.public_agencies)(paid, sales, year))
    said = [one.as_json() for one in told]
    if as_json:
        output.emit({"report": what, "lines": said})
        return
    out = output.console()
    if not said:
        out.print("Nothing is to be reported.")
    elif what == "disclosure":
        for one in said:
            needed = "required" if one["required"] else "below the threshold by the reward alone"
            out.print(f"{one['group_id']}, {one['broker_id']}: {needed} (${one['threshold']}).", markup=False)
            out.print(f"  {one['text']}\n", markup=False)
    else:
        columns = [name for name in said[0] if name != "citation"]
        out.print(output.table("", columns, [["" if row[name] is None else str(row[name]) for name in columns]
                                             for row in said]))  # fmt: skip
