"""smallgroup audit: what a group has to show before its anniversary, and what it costs from then on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from smallgroup.cli import inputs, output
from smallgroup.cli.underwrite import DECISION_COLORS, Gathered, show_findings

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from smallgroup.audit import Recertification, Reconciliation, WageReport
    from smallgroup.quoting.rerate import Rerate
    from smallgroup.rating.area_rates import AreaRates


def audit(
    group: Path = typer.Argument(..., help="The group's application, group.yaml."),
    census: Path = inputs.CENSUS,
    rates: Path = inputs.RATES,
    wage_report: Path = typer.Option(
        None, "--wage-report", help="A quarterly wage report (spreadsheet, .csv or text .pdf), held against the census."
    ),
    as_of: str = typer.Option(
        None, "--as-of", help="The day of the audit; default: the day it was requested on, else today.", metavar="DATE"
    ),
    guideline: str = inputs.GUIDELINE,
    layer: Path = inputs.LAYER,
    map_: list[str] = inputs.MAP,
    sender: str = inputs.SENDER,
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """List what a group has to show before its anniversary: the checklist for its kind of business, with due dates.

    With --wage-report the report is held against the census: who is on one and not on the other, and whose wages
    cannot be full time. Months of the contract in which too few were enrolled are named, and today's bill stands beside
    the bill from the anniversary on, member by member.

    Example: smallgroup audit examples/group.yaml --wage-report examples/wage_report.csv --as-of 2026-07-01
    """
    from smallgroup.audit import recertify
    from smallgroup.group import read_group

    text = inputs.text_of(group)
    file = read_group(text, file=group.name)
    requested = file.audit.requested_on if file.audit else None
    day = inputs.a_day(as_of, "--as-of") or requested or inputs.today()
    case = Gathered(group, census, rates, day.isoformat(), guideline, None, map_, data, sender=sender, layer=layer)
    (report,) = inputs.collected(lambda: _report(wage_report))
    found = recertify(
        case.file, case.members, guideline=case.guideline, as_of=day, layer=case.inputs.layer,
        rates=_rates(case, day),
    )  # fmt: skip
    held = None if report is None else _held(case, report, day)
    rerated, why_not = _renewal(case, found)
    if as_json:
        output.emit({
            "as_of": day.isoformat(), "guideline": case.guideline.id, **found.as_json(),
            "wage_report": held.as_json() if held else None,
            "renewal": rerated.as_json() if rerated else None, "renewal_unknown": why_not,
        })  # fmt: skip
        return
    _show(output.console(), case.file.group.legal_name or "The group", found, day)
    if held is not None:
        _show_report(output.console(), held)
    _show_renewal(output.console(), rerated, why_not)


def _report(path: Path | None) -> WageReport | None:
    from smallgroup.intake.wage_report_file import wage_report_file

    return None if path is None else wage_report_file(path)


def _rates(case: Gathered, day: date) -> AreaRates | None:
    """The rates of the anniversary, where they are known."""
    from smallgroup.audit import as_renewal

    if case.table is None or case.area is None:
        return None
    rates = case.table.in_area(case.area, as_renewal(case.file, day).effective_date)
    return rates if rates.plans else None


def _held(case: Gathered, report: WageReport, day: date) -> Reconciliation:
    from smallgroup.audit import reconcile
    from smallgroup.underwriting.employee_eligibility import wage_terms

    hours = case.guideline.heading("participation").value("full_time_hours", day, int)
    return reconcile(
        case.members, report, as_of=day, quarter_start=None, quarter_end=None, full_time_hours=hours,
        wage_terms=wage_terms(day), guideline=case.guideline,
    )  # fmt: skip


def _renewal(case: Gathered, found: Recertification) -> tuple[Rerate | None, str | None]:
    """Today's bill beside that of the anniversary, or why there is none."""
    from smallgroup.dates import months_after
    from smallgroup.errors import Refused
    from smallgroup.quoting.rerate import renewal

    if case.census_path is None or case.table is None or case.area is None:
        return None, "No census, no rates or no county is at hand, so no bill can be made."
    rated_on = months_after(found.anniversary, -12)
    now, new = (case.table.in_area(case.area, day) for day in (rated_on, found.anniversary))
    for rates, day in ((now, rated_on), (new, found.anniversary)):
        if not rates.plans:
            return None, f"No rates are at hand for {day}, so the two bills cannot be held side by side."
    try:
        return renewal(
            case.file, case.members, now, new, rated_on=rated_on, renews_on=found.anniversary,
            guideline=case.guideline, as_of=case.as_of,
        ), None  # fmt: skip
    except Refused as refused:
        return None, " ".join(map(str, refused.problems))


def _show(out: Console, name: str, found: Recertification, day: date) -> None:
    from smallgroup.audit.checklist import words

    decision = found.decision.decision
    out.print(f"{name}, audited as of {day}: renews on {found.anniversary}", markup=False)
    out.print(f"Papers are due by {found.due_on}; the anniversary itself is the last day.", markup=False)
    if found.notice is not None:
        out.print(f"An increase must be told by {found.notice.by} ({found.notice.citation}).", markup=False)
    rows = [[item.status, item.what, ", ".join(item.of), words(item.one_of)] for item in found.items]
    out.print()
    columns = ("status", "what", "members", "one of these is enough")
    out.print(output.table("To be shown", columns, rows))
    if found.months:
        told = {True: "too few", False: "enough", None: "not known"}
        lines = [
            [f"{one.month:%Y-%m}", *("?" if n is None else str(n) for n in (one.counted, one.enrolled,
             one.must_enroll)), told[one.below]]
            for one in found.months
        ]  # fmt: skip
        out.print()
        out.print(output.table("Participation, month by month", ("month", "counted", "enrolled", "needed", ""), lines,
                               right=(1, 2, 3)))  # fmt: skip
    out.print()
    out.print(f"As it stands, at the renewal: [{DECISION_COLORS[decision]}]{decision}[/]. A missing paper or a late "
              "answer is no lawful ground to end coverage (45 CFR 147.106(b)).")  # fmt: skip
    show_findings(out, [one for one in found.decision.findings if one.is_open])


def _show_report(out: Console, held: Reconciliation) -> None:
    from smallgroup.money import pretty

    out.print()
    out.print(f"Wage report of {held.quarter or 'a quarter that it does not name'}: {len(held.matched)} matched, "
              f"{held.queries} to ask about.", markup=False)  # fmt: skip
    for notice in held.notices:
        out.print(f"- {notice}", markup=False)
    rows = [
        [one.status, f"member {one.member_id}", pretty(one.wages) if one.wages is not None else "?", one.because]
        for one in held.matched if one.query
    ]  # fmt: skip
    rows += [["not on the report", f"member {one.member_id}", "", one.because]
             for one in held.not_on_report if one.query]  # fmt: skip
    rows += [["not on the census", f"row {one.row}, {one.name}", pretty(one.wages), one.because]
             for one in held.not_on_census]  # fmt: skip
    rows += [["the same person?", f"member {one.member_id}, row {one.row}", "", f"{one.name}: {one.score} of 100 alike"]
             for one in held.proposed]  # fmt: skip
    rows += [["cannot be told apart", f"rows {', '.join(map(str, one.rows))}", "", one.because]
             for one in held.not_told_apart]  # fmt: skip
    if rows:
        out.print(output.table("", ("to ask", "who", "wages", "because"), rows, right=(2,)))


def _show_renewal(out: Console, rerated: Rerate | None, why_not: str | None) -> None:
    from smallgroup.cli.quote import show_rerate

    if rerated is not None:
        show_rerate(out, rerated, "The renewal, by member", before="now", after="from the anniversary")
    elif why_not:
        out.print()
        out.print(f"No renewal bill: {why_not}", markup=False)
