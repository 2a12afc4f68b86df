"""smallgroup quote: every plan offered, priced, with the findings beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from smallgroup.cli import inputs, output, pdf
from smallgroup.cli.underwrite import Gathered, show_findings

if TYPE_CHECKING:
    from rich.console import Console

    from smallgroup.census.read import Census
    from smallgroup.quoting import Quote, Rerate


def quote(
    group: Path = typer.Argument(..., help="The group's application, group.yaml."),
    census: Path = inputs.CENSUS,
    rates: Path = inputs.RATES,
    plan: list[str] = typer.Option(None, "--plan", help="Price this plan; may be repeated. Default: the plans offered.",
                                   metavar="ID"),
    contribution: str = typer.Option(None, "--contribution", metavar="50%|250.00",
                                     help="What the employer pays for each employee, instead of the application's."),
    members: bool = typer.Option(False, "--members", help="Every member's premium in every plan."),
    pay_periods: int = typer.Option(26, "--pay-periods", help="Pay periods a year: 12, 24, 26 or 52."),
    final_census: Path = typer.Option(None, "--final-census", metavar="FILE",
                                      help="The census as finally enrolled, to be priced beside the one quoted; in the "
                                           "plans chosen, or in that of --plan where one is named."),
    as_of: str = inputs.AS_OF,
    guideline: str = inputs.GUIDELINE,
    map_: list[str] = inputs.MAP,
    sender: str = inputs.SENDER,
    data: Path = inputs.DATA,
    pdf_: Path = pdf.PDF,
    copy: pdf.Copy = pdf.COPY,
    force: bool = pdf.FORCE,
    as_json: bool = inputs.JSON,
) -> None:  # fmt: skip
    """Price every plan offered for everybody on the census, with the employer's and the employees' shares.

    Premiums are filed rates, looked up by age on the effective date and by the rating area of the business. A plan
    with a missing or zero rate is refused by name, the others are priced, and the status is 1. A --map is used for
    both censuses. --pdf writes a proposal beside the answer.

    Example: smallgroup quote examples/group.yaml --as-of 2025-09-12 --plan KP-GA-SILVER-1
    """
    from smallgroup.errors import Problem, Refused
    from smallgroup.papers import proposal
    from smallgroup.quoting import PAY_PERIODS
    from smallgroup.quoting import quote as priced
    from smallgroup.rating.area import rating_area
    from smallgroup.underwriting import underwrite

    if pay_periods not in PAY_PERIODS:
        raise typer.BadParameter(f"{pay_periods} is not one of 12, 24, 26, 52", param_hint="--pay-periods")
    pdf.ready(pdf_, force=force, inputs=(group, census, rates, final_census))
    case, final = inputs.collected(
        lambda: Gathered(group, census, rates, as_of, guideline, None, map_, data, sender=sender),
        lambda: (
            None
            if final_census is None
            else inputs.read_census_file(
                final_census, map_, inputs.a_day(as_of, "--as-of"), sender=sender, data=data
            )
        ),
    )
    promise = inputs.a_contribution(contribution, case.file.application.contribution)
    if case.census_path is None:
        raise Refused(Problem(group.name, "there is no census beside it.", "Name one with --census."))
    effective, area = case.file.effective_date, rating_area(case.guideline, case.file.group.address, case.as_of)
    if case.rates is None:
        fix = "Name a file with --rates, or import one: smallgroup rates import FILE."
        raise Refused(Problem("Rates", f"there are none to look up for area {area} on {effective}.", fix))
    answer = priced(
        case.file, case.members, case.rates, guideline=case.guideline, as_of=case.as_of, plan_ids=plan or None,
        contribution=promise, with_members=members, pay_periods=pay_periods,
        rates_basis=case.table.basis if case.table else None,
    )  # fmt: skip
    file = case.file.with_contribution(promise) if promise else case.file
    decided = underwrite(file, case.members, guideline=case.guideline, as_of=case.as_of, rates=case.rates)
    answer = answer.with_findings(decided.findings)
    if final is not None:
        answer = answer.with_final(_final(case, final, plan[0] if plan and len(plan) == 1 else None))
    name = case.file.group.legal_name or "The group"
    pdf.write(pdf_, lambda: proposal(
        answer.as_json(), group=name, as_of=case.as_of, copy=copy.value,
        rates_source=inputs.rates_source(rates, group, case.table),
    ))  # fmt: skip
    if as_json:
        output.emit(answer.as_json())
    else:
        show(answer, name, with_members=members)
    if answer.refused_plans or any(one and one.refused for one in (answer.elected, answer.final)):
        raise typer.Exit(1)


def _final(case: Gathered, final: Census, plan_id: str | None) -> Rerate:
    """The census quoted beside the final one, with a word about members who are known by their row only."""
    from dataclasses import replace

    import polars as pl

    from smallgroup.quoting import quoted_to_final

    assert case.rates is not None
    found = quoted_to_final(
        case.members, final.members, case.rates, rated_on=case.file.effective_date, guideline=case.guideline,
        as_of=case.as_of, plan_id=plan_id,
    )  # fmt: skip
    by_row = final.members.select((pl.col("member_id") == pl.col("row").cast(pl.String)).all()).item()
    strangers = {"joined", "left", "other birth date"}
    if not by_row or not any(strangers & set(one.causes) for one in found.members):
        return found
    note = (
        "The final census gives no member_id, so members are compared row by row, and an inserted row shifts those "
        "below it. Give everybody the same member_id in both censuses."
    )
    return replace(found, notes=(*found.notes, note))


def show(answer: Quote, name: str, *, with_members: bool) -> None:
    from smallgroup.money import pretty

    out = output.console()
    covered = answer.members.height
    charged = int(answer.members["charged"].sum())
    free = f", {covered - charged} of them at no charge" if covered > charged else ""
    out.print(f"{name}, effective {answer.effective_date}, rating area {answer.rating_area}: {covered} members{free}.",
              markup=False)  # fmt: skip
    if answer.rates_basis:
        out.print(f"Rates: {answer.rates_basis}.", style="bold yellow", markup=False)
    if answer.contribution is not None:
        out.print(f"The employer pays {answer.contribution.employee} for each employee, "
                  f"{answer.contribution.dependents or 'an unknown part'} for dependents.", markup=False)  # fmt: skip
    if answer.rates_guaranteed_to is not None:
        out.print(f"The rates are guaranteed to {answer.rates_guaranteed_to}.")

    def money(cents: int | None) -> str:
        return "not known" if cents is None else pretty(cents)

    rows = []
    for one in sorted(answer.plans, key=lambda each: each.monthly.total):
        rows.append([one.plan.plan_id, one.plan.name or "", money(one.monthly.total), money(one.monthly.employer),
                     money(one.monthly.employee), money(one.monthly.per_pay_period(answer.pay_periods))])  # fmt: skip
    columns = (
        "plan",
        "name",
        "a month",
        "employer",
        "employees",
        f"employees, each of {answer.pay_periods} pay periods",
    )
    out.print()
    out.print(output.table("If everybody took the plan", columns, rows, right=(2, 3, 4, 5)))
    if with_members:
        _show_members(out, answer)
    if answer.elected is not None:
        out.print()
        sums = answer.elected.monthly
        rows = [
            [f"member {one.member_id}", one.plan_id, money(one.monthly.total), money(one.monthly.employer),
             money(one.monthly.employee), money(one.monthly.per_pay_period(answer.pay_periods))]
            for one in answer.elected.employees
        ]  # fmt: skip
        rows.append(["all", "", money(sums.total), money(sums.employer), money(sums.employee), ""])
        columns = (
            "employee",
            "plan chosen",
            "a month",
            "employer",
            "employee",
            f"each of {answer.pay_periods} pay periods",
        )
        out.print(output.table("As chosen, with families", columns, rows, right=(2, 3, 4, 5)))
        for member_id, _, why in answer.elected.refused:
            out.print(
                f"Refused: the plan that member {member_id} chose is not in the sums. {why}", style="red", markup=False
            )
        if answer.elected.without_plan:
            out.print(f"No plan chosen yet: member {', '.join(answer.elected.without_plan)}.", markup=False)
    if answer.final is not None:
        show_rerate(out, answer.final, "From the quote to the final census", before="quoted", after="final")
    for refused in answer.refused_plans:
        out.print(f"Refused: {refused.because}", style="red", markup=False)
    for note in answer.notes:
        out.print(f"Note: {note}", markup=False)
    if answer.rates_basis:
        out.print(f"These rates are {answer.rates_basis}: no offer of coverage.", style="dim", markup=False)
    show_findings(out, answer.findings)


def show_rerate(out: Console, answer: Rerate, title: str, *, before: str, after: str) -> None:
    """What differs, member by member, and what is in neither sum; `before` and `after` head the two prices."""
    out.print()
    columns = ("member", before, after, "difference", "because")
    out.print(output.table(title, columns, answer.rows(), right=(1, 2, 3)))
    same = sum(not one.causes for one in answer.members)
    if same:
        out.print(f"Nothing differs for {'one member' if same == 1 else f'{same} members'}.")
    whose: dict[str, list[str]] = {}
    for member_id, _, why in answer.refused:
        whose.setdefault(why, []).append(member_id)
    for why, member_ids in whose.items():
        out.print(f"Refused: the family of member {', '.join(member_ids)} is in neither sum. {why}", style="red",
                  markup=False)  # fmt: skip
    if answer.without_plan:
        out.print(f"In neither sum, as no plan is chosen yet: the family of member {', '.join(answer.without_plan)}.",
                  markup=False)  # fmt: skip
    if answer.notice is not None:
        out.print(f"An increase must be told by {answer.notice.by}, {answer.notice.days} days before: "
                  f"{answer.notice.citation}.", markup=False)  # fmt: skip
    for note in answer.notes:
        out.print(f"Note: {note}", markup=False)


def _show_members(out: Console, answer: Quote) -> None:
    """Every member's premium, a column a plan."""
    from smallgroup.money import pretty

    rows = []
    for place, member in enumerate(answer.members.rows(named=True)):
        cents = [one.member_premiums[place] for one in answer.plans if one.member_premiums is not None]
        who = f"{member['member_id']} ({member['relationship']}, {member['age']})"
        rows.append([who, *(pretty(one) if member["charged"] else "no charge" for one in cents)])
    columns = ["member", *(one.plan.plan_id for one in answer.plans)]
    out.print()
    out.print(output.table("Each member", columns, rows, right=range(1, len(columns))))
