"""smallgroup rewards programs: the reward programs of the rulebook, or of a file, readable."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from smallgroup.cli import inputs, output
from smallgroup.cli.rewards import PROGRAM_FILE

if TYPE_CHECKING:
    from smallgroup.rulebook.program import Program, Step, Tiers

_DOLLARS = {"once", "each", "cents"}  # the keys of a program file that hold money
_MODES = {
    "marginal": "a step pays when it is reached, and for each {unit} inside it",
    "cumulative": "every step that is reached pays once",
    "retroactive": "the step that the count stands in pays for every {unit}, the first too",
    "group_band": "the band that a group stands in pays for each of its {unit}s",
    "band_by_groups": "a group pays once, by its size and by how many groups there are",
}
_COUNTED_FOR = {"payee": "whoever is paid", "broker": "each broker", "group": "each group alone"}
_PERIODS = {"window": "over the days of the program", "calendar_year": "by calendar year", "quarter": "by quarter",
            "since_january": "after what sales since January have used"}  # fmt: skip
_HELD = {"good_standing": "in good standing", "appointed": "appointed", "agreement": "under a signed agreement",
         "licensed": "licensed"}  # fmt: skip


def programs(
    id: str | None = typer.Argument(None, help="A program by its id; without one, all are listed."),
    program_file: list[Path] = PROGRAM_FILE,
    as_json: bool = inputs.JSON,
) -> None:
    """Show a reward program: its days, what counts, its tiers, its conditions with their rules, and its doubts.

    A program of your own is read and shown, or refused with everything that is wrong with it.

    Example: smallgroup rewards programs kp-ca-level-up-2025
    """
    from smallgroup.errors import Problem, Refused, did_you_mean
    from smallgroup.rulebook.program import known_programs, one_version_a_day
    from smallgroup.rulebook.program import program_file as read_file

    extra = inputs.collected(*(lambda f=f: read_file(f) for f in program_file or ()))
    every = one_version_a_day([*known_programs(), *extra])
    wanted = [one for one in every if one.id == id] if id else list(extra)
    if id and not wanted:
        names = sorted({one.id for one in every})
        raise Refused(Problem("programs", f"{id!r} is not known.", did_you_mean(id, names), seen=id))
    if as_json:
        output.emit({"programs": [told(one) for one in wanted or every]})
    elif wanted:
        for one in wanted:
            _show(one)
    else:
        _list(every)


def told(program: Program) -> dict[str, Any]:
    """A program as a value of JSON: the keys of its file, with every default, and of each doubt the side taken."""
    said: dict[str, Any] = _plain(program)
    for doubt, record in zip(said["doubts"], program.doubts, strict=True):
        doubt["taken"] = program.reads(record)
    return said


def _plain(value: Any, key: str = "") -> Any:
    from smallgroup import money

    if dataclasses.is_dataclass(value):
        return {field.name.rstrip("_"): _plain(getattr(value, field.name), field.name)
                for field in dataclasses.fields(value)}  # fmt: skip
    if isinstance(value, tuple):
        return [_plain(one, key) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return money.dollars(value) if key in _DOLLARS and value is not None else value


def _list(every: tuple[Program, ...]) -> None:
    rows = [
        [one.id, one.version, one.days, one.title, one.carrier, one.unit, one.tiers.mode if one.tiers else "unpriced",
         "only if named" if one.illustration else ""]
        for one in every
    ]  # fmt: skip
    columns = ("program", "version", "sales effective", "title", "carrier", "counts", "mode", "runs")
    output.console().print(output.table("Reward programs", columns, rows))


def _show(program: Program) -> None:
    out = output.console()
    out.print(f"[bold]{program.title}[/] ({program.id}, version {program.version})")
    page = f", page {program.page}" if program.page else ""
    out.print(f"{program.carrier}, {program.state}. {program.document}{page}, {program.heading}", markup=False)
    if program.illustration:
        out.print("It is here to show how a program is written, and runs only where it is named.")
    out.print(f"For sales effective {program.days}. Counted: each {program.unit}, for "
              f"{_COUNTED_FOR[program.settings.counted_for]}, {_PERIODS[program.settings.period]}.")  # fmt: skip
    if program.tiers is None:
        out.print("The document gives no amount: what is due is told, and an adjustment may price it.")
    else:
        _show_tiers(out, program, program.tiers)
    rows = [[what, how, rule] for what, how, rule in conditions(program)]
    out.print(output.table("Conditions", ("condition", "what is asked", "rule"), rows))
    if program.doubts:
        spoken = [
            [doubt.id, program.reads(doubt).replace("_", " "), ", ".join(doubt.others).replace("_", " "), doubt.asks]
            for doubt in program.doubts
        ]  # fmt: skip
        out.print(output.table("Read in more than one way", ("doubt", "taken", "others", "asks"), spoken))
    if program.note:
        out.print(f"Note: {program.note}", markup=False)


def _show_tiers(out: Any, program: Program, tiers: Tiers) -> None:
    of = program.size_unit or program.unit if tiers.mode in ("group_band", "band_by_groups") else program.unit
    out.print(f"Tiers ({tiers.mode}): {_MODES[tiers.mode].format(unit=program.unit)}.", markup=False)
    if program.amounts == "illustrative":
        out.print("Their amounts are illustrative: the document states none.")
    rows = [[str(step.from_), str(step.to or "or more"), _pays(step, program.unit), step.kind or tiers.kind,
             step.rule or tiers.rule] for step in tiers.steps]  # fmt: skip
    out.print(output.table("", (f"from {of}s", "to", "pays", "for", "rule"), rows))


def _pays(step: Step, unit: str) -> str:
    from smallgroup import money

    said = [f"{money.pretty(step.once)} once"] if step.once else []
    said += [f"{money.pretty(step.each)} for each {unit}"] if step.each else []
    said += [f"{money.pretty(band.once)} a group where there are {_span(band.from_, band.to)} of them"
             for band in step.by_groups]  # fmt: skip
    return "; ".join(said) or "nothing"


def _span(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more"
    return f"{least} to {most}" if most > least else str(least)


def conditions(program: Program) -> Iterator[tuple[str, str, str]]:
    """Each condition: its name, what it asks, and the rule behind it."""
    settings, rules = program.settings, program.rules
    outside = {"excluded": "a sale outside of them is none of this program's",
               "refer": "a sale outside of them is for a person to decide"}[program.outside]  # fmt: skip
    yield "days", f"effective {program.days}; {outside}", rules["window"]
    yield "market", f"{' and '.join(program.markets)} groups", rules["market"]
    yield "state", f"groups in {program.state}", rules["state"]
    yield "channels", ", ".join(program.channels).replace("_", " "), rules["channels"]
    if settings.general_agency == "left_out" and "general_agency" in program.channels:
        yield "general agency", "sales through one are left out all the same", rules["channels"]
    if program.new_group:
        before = "" if settings.look_back.startswith("0 ") else f", and none within {settings.look_back} before"
        yield "new group", f"no contract in force{before}", rules["new_group"]
    if program.excluded_origins:
        origins = ", ".join(program.excluded_origins).replace("_", " ")
        whose = "" if settings.break_away == "any" else ", where the carrier covered it there"
        yield "break-away", f"not out of: {origins}{whose}", rules["break_away"]
    if program.only_carrier:
        yield "only carrier", "no other carrier's plan is offered", rules.get("only_carrier", rules["member"])
    if program.group_size:
        unit = program.size_unit or program.unit
        size = _span(program.group_size.at_least, program.group_size.at_most)
        yield "group size", f"{size} {unit}s", program.group_size.rule
    yield from _of_members(program)
    day = "the group's effective date" if program.snapshot == "effective_date" else "the last day of the period"
    yield "broker of record", f"the one of {day}", rules["broker_of_record"]
    for condition in program.broker_conditions:
        yield "broker", f"{_HELD[condition]} on that day", rules[condition]
    split = {"dollars": "divides the dollars", "members": "divides the members before they are counted",
             "not_eligible": "makes the group not count"}[settings.split]  # fmt: skip
    yield "split", f"a shared commission {split}", rules.get("split", "not stated")
    yield from _of_money(program)


def _of_members(program: Program) -> Iterator[tuple[str, str, str]]:
    settings, rules = program.settings, program.rules
    if program.unit == "group":
        return
    late = {"left_out": "those covered from another day than their group are left out",
            "counted": "those covered later than their group count on their own day"}[settings.late_adds]  # fmt: skip
    yield "late adds", late, rules["late_add"]
    special = {"left_out": "on continuation coverage, or dental only: left out",
               "counted": "on continuation coverage, or dental only: counted"}[settings.special_members]  # fmt: skip
    yield "special members", special, rules.get("special_members", rules["member"])
    if program.enrolled_months:
        yield "enrolled", f"months of coverage: {program.enrolled_months} or more", rules["member"]
    if settings.ended_members == "left_out" and program.rescission_days is not None:
        yield "ended members", "those who ended within the days of rescission are left out", rules["rescission"]
    if program.snapshot == "period_end":
        yield "active", "groups and members on the last day of the period", rules["rescission"]
    if program.most_of_group:
        yield "most of a group", f"{program.most_of_group.units} {program.unit}s of one group", (
            program.most_of_group.rule)  # fmt: skip
    if program.net_of_lost:
        yield "net", "less the members of groups that were lost in these days", rules.get("net", rules["member"])


def _of_money(program: Program) -> Iterator[tuple[str, str, str]]:
    from smallgroup import money

    if program.gate:
        least = [f"{program.gate.units} {program.unit}s"] if program.gate.units else []
        least += [f"{program.gate.groups} groups"] if program.gate.groups else []
        yield "gate", f"nothing below {' and '.join(least)}", program.gate.rule
    if program.win_back:
        yield "won back", (f"{money.pretty(program.win_back.each)} more for each {program.unit} of a group that left "
                           f"on {program.win_back.left_since} or later"), program.win_back.rule  # fmt: skip
    if program.rescission_days is not None:
        compared = program.settings.ninetieth.replace("_", " ")
        yield "rescission", f"within {program.rescission_days} days ({compared})", program.rules["rescission"]
    if program.cap:
        over = "over all programs" if program.cap.across_programs else "of this program"
        yield "cap", f"{money.pretty(program.cap.cents)} for one group, {over}", program.cap.rule
    if program.pay:
        pay = program.pay
        said = [f"by {pay.by}"] if pay.by else []
        said += [f"in {len(pay.runs)} runs, {' and '.join(map(str, pay.runs))}"] if pay.runs else []
        said += [f"{pay.after_days} days after the period"] if pay.after_days else []
        said += ["not before the days of rescission are over"] if pay.hold == "until_kept" else []
        yield "payment", ", ".join(said) or "no day is stated", pay.rule
