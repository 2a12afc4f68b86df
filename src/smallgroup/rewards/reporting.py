"""What is reported of rewards: Form 1099, Form 5500 Schedule A, the disclosure to a client, and to public agencies.

These are data and texts for whoever files them, with the law that asks for each; no form is filed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from smallgroup import dates, money
from smallgroup.citation import Citation
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook import law
from smallgroup.rulebook.program import Program
from smallgroup.strict import Cents


@dataclass(frozen=True, slots=True)
class Payee1099:
    """What a payee was paid in a calendar year, in cents, less what came back, and whether it is reported."""

    payee_id: str
    name: str
    payee_kind: str | None
    year: int
    cents: int
    threshold: int
    reportable: bool
    tax_id_on_file: bool | None

    def as_json(self) -> dict[str, Any]:
        return _with_dollars(self)


def form_1099(paid: pl.DataFrame, sales: Sales, year: int) -> list[Payee1099]:
    """`paid` has payee_id and cents: payments less returns whose day falls into the year, whatever was earned when.

    26 USC 6041(a). Whether a corporation is exempt is for whoever files.
    """
    threshold: int = law().heading("form_1099").value("threshold", date(year, 12, 31), Cents)
    known = {one["payee_id"]: one for one in sales.brokers.sort("broker_id", descending=True).to_dicts()}
    found = []
    for payee, cents in paid.select("payee_id", "cents").sort("payee_id").iter_rows():
        about = known.get(payee, {})
        # The name that is known is the broker's; an agency's own is for whoever files.
        name = None if about.get("payee_kind") == "agency" else about.get("name")
        found.append(Payee1099(payee, name or payee, about.get("payee_kind"), year, cents, threshold,
                               cents >= threshold, about.get("tax_id_on_file")))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class ScheduleALine:
    """What was paid to one broker through one group in a year, in cents: a fee for line 3 of Schedule A."""

    group_id: str
    legal_name: str | None
    ein: str | None
    broker_id: str
    name: str
    fees: int
    purpose: str
    organization_code: str

    def as_json(self) -> dict[str, Any]:
        return _with_dollars(self)


def schedule_a(paid: pl.DataFrame, sales: Sales, year: int) -> list[ScheduleALine]:
    """`paid` has group_id, broker_id and cents, by the day of payment in the year.

    A small insured plan may have nothing to file; that is the plan's to know.
    """
    code = law().heading("schedule_a").value("organization_code", date(year, 12, 31), str)
    sums = paid.group_by("group_id", "broker_id").agg(pl.col("cents").sum()).filter(pl.col("cents") != 0)
    groups = {one["group_id"]: one for one in sales.sales.select("group_id", "legal_name", "ein").to_dicts()}
    names = dict(sales.brokers.select("broker_id", "name").iter_rows())
    return [
        ScheduleALine(group, groups.get(group, {}).get("legal_name"), groups.get(group, {}).get("ein"), broker,
                      names.get(broker) or broker, cents,
                      "bonus for new sales", code)
        for group, broker, cents in sums.sort("group_id", "broker_id").iter_rows()
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a broker tells one client before the contract begins or is renewed, with the amount that is expected."""

    group_id: str
    legal_name: str | None
    broker_id: str
    cents: int
    threshold: int
    required: bool
    text: str
    citation: Citation

    def as_json(self) -> dict[str, Any]:
        return {**_with_dollars(self), "citation": self.citation.as_json()}


def disclosures(lines: pl.DataFrame, sales: Sales, programs: Iterable[Program], as_of: date) -> list[Disclosure]:
    """`lines` are earnings by ids (`report.lines_of`). One disclosure for each broker and group with a reward.

    29 USC 1108(b)(2)(B): at 1,000 dollars of direct and indirect pay together. The reward alone is known here;
    the regular commission comes on top, so that below the threshold only the reward's own part is said.
    """
    heading = law().heading("broker_disclosure")
    threshold: int = heading.value("threshold", as_of, Cents)
    citation = heading.edition("threshold", as_of).citation
    known = {one.id: one for one in programs}
    groups = dict(sales.sales.select("group_id", "legal_name").iter_rows())
    names = dict(sales.brokers.select("broker_id", "name").iter_rows())
    sums = lines.group_by("group_id", "broker_id", "program").agg(pl.col("cents").sum()).sort(
        "group_id", "broker_id", "program")  # fmt: skip
    found: list[Disclosure] = []
    for (group, broker), mine in sums.group_by("group_id", "broker_id", maintain_order=True):
        cents = int(mine["cents"].sum())
        parts = [f"{known[id].title} of {known[id].carrier}: {money.pretty(amount)}"
                 for id, amount in mine.select("program", "cents").iter_rows() if id in known]  # fmt: skip
        text = (
            f"To {groups.get(str(group)) or group}: beside the regular commission, {names.get(str(broker)) or broker} "
            f"receives or expects {money.pretty(cents)} from the insurer in connection with your group health plan "
            f"({'; '.join(parts)}), computed as of {dates.spoken(as_of)}. It is indirect compensation, paid for new "
            "sales. It depends on how many members all of the broker's sales bring together, so the amount put to your "
            "plan can change until the insurer has paid it, and is taken back where coverage ends early."
        )
        found.append(Disclosure(str(group), groups.get(str(group)), str(broker), cents, threshold, cents >= threshold,
                                text, citation))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class PublicAgencyLine:
    """What was paid in a year to whom on a public agency's contract, in cents."""

    group_id: str
    legal_name: str | None
    broker_id: str
    name: str
    cents: int
    citation: Citation

    def as_json(self) -> dict[str, Any]:
        return {**_with_dollars(self), "citation": self.citation.as_json()}


def public_agencies(paid: pl.DataFrame, sales: Sales, year: int) -> list[PublicAgencyLine]:
    """`paid` as for `schedule_a`. Only groups that are known to be public agencies (AB 2589)."""
    citation = law("california").heading("public_agency").edition("every_months", date(year, 12, 31)).citation
    agencies = dict(sales.sales.filter(pl.col("public_agency") == "yes").select("group_id", "legal_name").iter_rows())
    names = dict(sales.brokers.select("broker_id", "name").iter_rows())
    sums = paid.filter(pl.col("group_id").is_in(list(agencies))).group_by("group_id", "broker_id").agg(
        pl.col("cents").sum()).sort("group_id", "broker_id")  # fmt: skip
    return [PublicAgencyLine(group, agencies[group], broker, names.get(broker) or broker, cents, citation)
            for group, broker, cents in sums.iter_rows()]  # fmt: skip


def _with_dollars(record: Any) -> dict[str, Any]:
    said = {name: value for name, value in asdict(record).items() if name != "citation"}
    return {name: money.dollars(value) if name in ("cents", "threshold", "fees") else value
            for name, value in said.items()}  # fmt: skip
