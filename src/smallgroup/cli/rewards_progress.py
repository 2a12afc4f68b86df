"""smallgroup rewards progress and reconcile: where a broker stands, and a count of somebody else's beside ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from smallgroup.cli import inputs, output
from smallgroup.cli.rewards import AS_OF, FOLDER, PROGRAM, PROGRAM_FILE, broker_row, facts

if TYPE_CHECKING:
    from smallgroup.rewards.progress import OfProgram, Progress

_WIDTH = 50  # letters of a drawn ladder


def progress(
    folder: Path = FOLDER,
    broker: str = typer.Option(..., "--broker", help="The broker's id.", metavar="ID"),
    as_of: str = AS_OF,
    forecast: str = typer.Option(
        None, "--forecast", help="How it will be on a later day if nothing new becomes known.", metavar="DATE"
    ),
    program: list[str] = PROGRAM,
    program_file: list[Path] = PROGRAM_FILE,
    as_json: bool = inputs.JSON,
) -> None:
    """Where a broker stands: what counts, how far the next tier is, what it is worth, and what is at risk until when.

    Example: smallgroup rewards progress examples/sales --broker B-ADA --as-of 2026-01-31
    """
    from smallgroup.rewards.progress import progress as of

    sales, programs, day = facts(folder, as_of, program, program_file)
    later = inputs.a_day(forecast, "--forecast")
    if later is not None and later < day:
        raise typer.BadParameter(f"{later} is before {day}", param_hint="--forecast")
    row = broker_row(sales, broker)
    found = of(sales, programs, row, later or day, known_on=day if later else None)
    if as_json:
        output.emit({**found.as_json(), "forecast_from": day.isoformat() if later else None})
        return
    _print(found, sales.brokers["name"][row] or broker)


def _print(found: Progress, name: str) -> None:
    from smallgroup import money

    out = output.console()
    status = "provisional: some of it can still be taken back" if found.at_risk else "final"
    out.print(f"{name}, as of {found.as_of}: {money.pretty(found.cents)} earned, {status}.", markup=False)
    if found.next_tier:
        tier = found.next_tier
        out.print(f"Next tier: {tier.short} more members, at {tier.at}. It is worth {money.pretty(tier.worth)}, and "
                  f"{money.pretty(tier.gain)} with what the members on the way pay.", markup=False)  # fmt: skip
    for one in found.programs:
        counted = f"{_said(one)} members in {one.groups} group{'' if one.groups == 1 else 's'}"
        if one.cents is None:
            due = f"{one.due} group{'' if one.due == 1 else 's'} due" if one.due else "nothing due"
            out.print(f"\n{one.title}: {due}; the document gives no amount.", markup=False)
            continue
        out.print(f"\n{one.title}: {counted}, {money.pretty(one.cents)}", markup=False)
        for line in _ladder(one):
            out.print(line, markup=False)
    if found.at_risk:
        rows = [[risk.group_id, str(risk.units), risk.until.isoformat(), str(risk.days_left), money.pretty(cents)]
                for risk, cents in found.at_risk]  # fmt: skip
        title = "At risk: what a group would take back if its coverage ended by that day"
        out.print(output.table(title, ("group", "members", "until", "days left", "amount"), rows, right=(1, 3, 4)))
    if found.held:
        out.print(f"Held until a person decides: {', '.join(found.held)}.", markup=False)


def _said(one: OfProgram) -> str:
    from smallgroup.rewards.progress import said

    return str(said(one.counted))


def _ladder(one: OfProgram) -> list[str]:
    """A bar of what counts, with a mark at each tier, and below it the tiers."""
    from smallgroup import money

    if not one.rungs:
        return []
    top = max(max(rung.at for rung in one.rungs), int(one.counted)) or 1
    full = min(int(one.counted * _WIDTH / top), _WIDTH)
    bar = list("█" * full + "░" * (_WIDTH - full))
    for rung in one.rungs:
        bar[min(rung.at * _WIDTH // top, _WIDTH) - 1] = "┃"
    marks = [f"{'✓' if rung.reached else '·'} {rung.at}: {money.pretty(rung.worth)}" for rung in one.rungs]
    return [f"  {''.join(bar)}", f"  {'   '.join(marks)}"]


def reconcile(
    folder: Path = FOLDER,
    file: Path = typer.Argument(..., help="Their count: group_id, member_id; or group_id, members.", metavar="FILE"),
    program: str = typer.Option(..., "--program", help="The program whose count it is.", metavar="ID"),
    as_of: str = AS_OF,
    program_file: list[Path] = PROGRAM_FILE,
    as_json: bool = inputs.JSON,
) -> None:
    """A carrier's or an agency's own count beside ours: every difference, with the rule that explains it.

    Example: smallgroup rewards reconcile examples/sales theirs.csv --program kp-ca-level-up-2025 --as-of 2026-01-31
    """
    from smallgroup.intake.csv_table import csv_table
    from smallgroup.rewards.earn import earn
    from smallgroup.rewards.reconcile import reconcile as beside

    (sales, programs, day), theirs = inputs.collected(
        lambda: facts(folder, as_of, [program], program_file), lambda: csv_table(file)
    )
    found = beside(earn(sales, programs, day), program, theirs, file=file.name)
    if as_json:
        output.emit(found.as_json())
        return
    out = output.console()
    out.print(f"{program}: {found.ours:,} members count here, {found.theirs:,} on their side; "
              f"{len(found.differences):,} differences.", markup=False)  # fmt: skip
    rows = [[one.group_id, one.member_id or "", str(one.ours), str(one.theirs), one.rule or "", one.because]
            for one in found.differences]  # fmt: skip
    if rows:
        out.print(output.table("", ("group", "member", "ours", "theirs", "rule", "because"), rows, right=(2, 3)))
