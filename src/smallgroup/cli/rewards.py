"""smallgroup rewards: what brokers earn, where they stand, and what has been paid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from smallgroup.cli import inputs, output
from smallgroup.errors import Problem, Refused

if TYPE_CHECKING:
    from datetime import date

    from smallgroup.rewards.earn import Earned
    from smallgroup.rewards.sales import Sales
    from smallgroup.rulebook.program import Program

app = typer.Typer(help="Broker rewards: earnings, progress, closing, paying and statements.", no_args_is_help=True)

FOLDER = typer.Argument(..., help="A folder of sales: sales.csv, members.csv, splits.csv, brokers.csv.", metavar="DIR")
AS_OF = typer.Option(..., "--as-of", help="The day whose knowledge counts.", metavar="DATE")
PROGRAM = typer.Option(None, "--program", help="A program by its id; may be repeated. Default: all in force.")
PROGRAM_FILE = typer.Option(
    None, "--program-file", help="A program of your own, as a file; may be repeated.", metavar="FILE"
)


@app.callback()
def _rewards() -> None:
    pass


def facts(
    folder: Path, as_of: str, program: list[str] | None, files: list[Path] | None
) -> tuple[Sales, tuple[Program, ...], date]:
    """The sales, the programs and the day. Raises Refused with the problems of all of them."""
    from smallgroup.intake.sales_folder import sales_folder
    from smallgroup.rulebook.program import chosen_programs, program_file

    def programs() -> tuple[Program, ...]:
        return chosen_programs(program or (), inputs.collected(*(lambda f=f: program_file(f) for f in files or ())))

    sales, chosen, day = inputs.collected(
        lambda: sales_folder(folder), programs, lambda: inputs.a_day(as_of, "--as-of")
    )
    return sales, chosen, day


@app.command("earn")
def earn(
    folder: Path = FOLDER,
    as_of: str = AS_OF,
    program: list[str] = PROGRAM,
    program_file: list[Path] = PROGRAM_FILE,
    readings: bool = typer.Option(False, "--readings", help="The total under each side of each doubt."),
    as_json: bool = inputs.JSON,
) -> None:
    """What every broker has earned by what was known on a day, by group and rule, and what does not count and why.

    Example: smallgroup rewards earn examples/sales --as-of 2026-01-31
    """
    from smallgroup.rewards.earn import earn as earned_of
    from smallgroup.rewards.readings import readings as readings_of
    from smallgroup.rewards.report import earned_as_json

    sales, programs, day = facts(folder, as_of, program, program_file)
    earned = earned_of(sales, programs, day)
    told = readings_of(sales, programs, day) if readings else []
    if as_json:
        said = earned_as_json(earned)
        output.emit({**said, **({"readings": [one.as_json() for one in told]} if readings else {})})
        return
    _print_earned(earned)
    if told:
        _print_readings(told)


def _print_earned(earned: Earned) -> None:
    from smallgroup import money
    from smallgroup.rewards.report import earned_as_json

    said = earned_as_json(earned)
    out = output.console()
    titles = ", ".join(dict.fromkeys(one.program.title for one in earned.of))
    out.print(f"{titles}, as of {earned.as_of}: {money.pretty(earned.total)}", markup=False)
    for one in earned.of:
        if one.program.amounts == "illustrative":
            out.print(f"The amounts of {one.program.title} are illustrative: the document states none.", markup=False)
    rows = []
    for broker in said["brokers"]:
        ahead = broker["next_tier"]
        next_ = f"{ahead['members_short']} to {ahead['at']}, worth {_pretty(ahead['worth'])}" if ahead else ""
        rows.append(
            [broker["broker_id"], str(broker["counted_members"]), _pretty(broker["total"]), broker["status"], next_]
        )
    out.print(output.table("", ("broker", "members", "earned", "status", "next tier"), rows, right=(1, 2)))
    lines = [
        [broker["broker_id"], line["group_id"], line["kind"], line["rule"], f"{line['members']} of {line['counted']}",
         line["share"], _pretty(line["amount"])]
        for broker in said["brokers"] for line in broker["earnings"]
    ]  # fmt: skip
    if lines:
        columns = ("broker", "group", "earned for", "rule", "members", "share", "amount")
        out.print(output.table("", columns, lines, right=(4, 5, 6)))
    for title, key in (("For a person to decide (held, and not counted)", "referrals"),
                       ("Due and unpriced", "unpriced"), ("Needs evidence", "needs_evidence"),
                       ("Does not count", "exclusions")):  # fmt: skip
        _print_reasons(out, title, said[key])
    for one in said["capped"]:
        cut = f"{_pretty(one['after'])} of {_pretty(one['before'])}"
        out.print(f"{one['rule']}: group {one['group_id']} is capped at {cut}.", markup=False)


def _pretty(dollars: str) -> str:
    from smallgroup import money

    return money.pretty(money.cents(dollars))


def _print_reasons(out: Any, title: str, reasons: list[dict[str, Any]]) -> None:
    if not reasons:
        return
    # What several programs say alike is told once.
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in reasons:
        whom = tuple(str(one[name] or "") for name in ("group_id", "member_id", "broker_id", "rule", "because"))
        alike.setdefault(whom, []).append(str(one["program"]))
    shown = sorted(alike.items())[: output.MOST_SHOWN]
    rows = [[*whom[:4], whom[4], ", ".join(programs)] for whom, programs in shown]
    out.print(output.table(title, ("group", "member", "broker", "rule", "because", "programs"), rows))
    if len(alike) > len(shown):
        out.print(f"… and {len(alike) - len(shown):,} more. With --json all of them are listed.")


def _print_readings(told: list[Any]) -> None:
    from smallgroup import money

    rows = [[one.doubt, one.side.replace("_", " "), "taken" if one.taken else "", money.pretty(one.total), one.asks]
            for one in told]  # fmt: skip
    columns = ("doubt", "reading", "", "total", "asks")
    output.console().print(output.table("The total under each reading", columns, rows, right=(3,)))


def broker_row(sales: Sales, broker: str) -> int:
    """The row of a broker. Raises Refused for an id that there is not."""
    from smallgroup.errors import did_you_mean

    ids = sales.brokers["broker_id"].to_list()
    if broker not in ids:
        raise Refused(Problem("--broker", f"{broker!r} is not in brokers.csv.", did_you_mean(broker, ids), seen=broker))
    return ids.index(broker)
