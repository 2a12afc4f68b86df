"""A proposal: what every plan costs the group, what was chosen, and what the rules say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from smallgroup.money import cents
from smallgroup.papers.findings import Copy, Said, findings_told
from smallgroup.papers.printing import printed
from smallgroup.papers.words import UNKNOWN, a_day, amount, counted, on
from smallgroup.underwriting.wanting import KEEP, NO_HEALTH

MOST_BARS = 16  # a chart of more plans than fit beside one another on half a page says less, not more


def proposal(
    quote: Mapping[str, Any], *, group: str, as_of: date, copy: Copy = "broker", rates_source: str | None = None
) -> bytes:  # fmt: skip
    """The PDF of a quote, as `quote --json` has it, for a group by its name.

    The broker's copy has every finding with its citation; the client's those that are for anyone (the law's). `as_of`
    is the day on which the quote was made, `rates_source` the name of the file that the rates are from.
    Raises Refused when the compiler is not installed.
    """
    effective = a_day(quote["effective_date"])
    told = {
        "title": f"Proposal for {group}",
        "description": f"Group health coverage from {effective}, {copy} copy",
        "footer": f"Proposal, {copy} copy, effective {effective}, as of {on(as_of)}",
        "group": group,
        "facts": _facts(quote, as_of, rates_source),
        "basis": f"These rates are {quote['rates_basis']}: no offer of coverage." if quote["rates_basis"] else "",
        "chart": _chart(quote["plans"]),
        "plans": _plans(quote),
        "refused": [[one["plan_id"], one["because"]] for one in quote["refused_plans"]],
        "elected": None if quote["elected"] is None else _elected(quote["elected"], _periods(quote)),
        "final": None if quote["final"] is None else _final(quote["final"]),
        "findings": findings_told(quote["findings"], copy),
        "notes": quote["notes"],
        "people": _people(quote["members"]),
        "keep": KEEP,
        "no_health": NO_HEALTH,
    }
    return printed(f"proposal-{copy}.typ", told, dated=as_of)


def _facts(quote: Said, as_of: date, rates_source: str | None) -> list[tuple[str, str]]:
    promise = quote["contribution"]
    pays = UNKNOWN if promise is None else (
        f"{promise['employee']} for each employee, {promise['dependents'] or 'an unknown part'} for dependents"
    )  # fmt: skip
    rates = ", ".join(filter(None, [rates_source, quote["rates_basis"]])) or "filed rates"
    guaranteed = [("Rates guaranteed to", a_day(quote["rates_guaranteed_to"]))] if quote["rates_guaranteed_to"] else []
    return [
        ("Effective date", a_day(quote["effective_date"])),
        ("Rating area", str(quote["rating_area"])),
        ("Who is quoted", _who(quote["members"])),
        ("The employer pays", pays),
        ("Rates", rates),
        *guaranteed,
        ("As of", on(as_of)),
    ]


def _who(members: Sequence[Said]) -> str:
    kinds = Counter("employee" if one["relationship"] == "employee" else "dependent" for one in members)
    free = sum(not one["rated"] for one in members)
    said = (
        f"{counted(len(members), 'member', 'members')}: {counted(kinds['employee'], 'employee', 'employees')} and "
        f"{counted(kinds['dependent'], 'dependent', 'dependents')}"
    )
    return f"{said}; {free:,} of them at no charge" if free else said


def _by_total(plans: Sequence[Said]) -> list[Said]:
    return sorted(plans, key=lambda one: cents(one["monthly"]["total"]))


def _label(plan: Said) -> str:
    return str(plan["name"] or plan["plan_id"])


def _chart(plans: Sequence[Said]) -> dict[str, Any] | None:
    """Bars from the lowest-priced plan up, each cut into what the employer and what the employees pay."""
    if not plans:
        return None
    shown = _by_total(plans)[:MOST_BARS]
    longest = max(cents(one["monthly"]["total"]) for one in shown)
    split = all(one["monthly"]["employer"] is not None for one in shown)
    bars = []
    for one in shown:
        total, employer = one["monthly"]["total"], one["monthly"]["employer"]
        widths = [cents(part) * 100 / max(longest, 1) for part in ([employer, one["monthly"]["employee"]]
                                                                   if split else [total])]  # fmt: skip
        bars.append({"name": _label(one), "total": amount(total),
                     "parts": [round(width, 3) for width in (*widths, max(100 - sum(widths), 0))]})  # fmt: skip
    of = "" if len(shown) == len(plans) else f" The {len(shown)} lowest-priced of {len(plans):,} plans are drawn."
    alt = "; ".join(
        f"{bar['name']} {bar['total']}"
        + (f", of which the employer pays {amount(one['monthly']['employer'])}" if split else "")
        for bar, one in zip(bars, shown, strict=True)
    )
    return {
        "words": f"A month, if everybody took the plan, from the lowest up.{of}",
        "alt": f"Bars of the monthly premium by plan: {alt}.",
        "bars": bars,
        "legend": ["The employer pays", "The employees pay"] if split else ["The whole premium"],
    }


def _periods(quote: Said) -> int | None:
    return quote["plans"][0]["per_pay_period"]["periods"] if quote["plans"] else None


def _columns(first: Sequence[str], last: str, periods: int | None) -> list[str]:
    each = f"Each of {periods} pay periods" if periods else "Each pay period"
    return [*first, "A month", "Employer", last, each]


def _three(monthly: Said) -> list[str]:
    return [amount(monthly[part]) for part in ("total", "employer", "employee")]


def _plans(quote: Said) -> dict[str, Any]:
    rows = [
        [
            {"main": _label(one), "under": one["plan_id"] if one["name"] else ""},
            one["metal"] or "",
            *_three(one["monthly"]),
            amount(one["per_pay_period"]["employee"]),
        ]
        for one in _by_total(quote["plans"])
    ]
    header = _columns(["Plan", "Metal"], "Employees", _periods(quote))
    return {"words": "What each plan costs if everybody took it.", "header": header, "rows": rows}


def _elected(elected: Said, periods: int | None) -> dict[str, Any]:
    rows = [
        [one["member_id"], one["plan_id"], *_three(one["monthly"]), amount(one["per_pay_period"]["employee"])]
        for one in elected["employees"]
    ]
    without = elected["without_plan"]
    return {
        "header": _columns(["Employee", "Plan chosen"], "Employee", periods),
        "rows": rows,
        "total": ["All", "", *_three(elected), ""],
        "notes": [
            *([f"No plan chosen yet: member {', '.join(without)}."] if without else []),
            *(f"Not in the sums: the plan that member {one['member_id']} chose. {one['because']}"
              for one in elected["refused"]),
        ],
    }  # fmt: skip


def _difference(text: str | None) -> str:
    shown = amount(text)
    return f"+{shown}" if text is not None and cents(text) > 0 else shown


def _final(final: Said) -> dict[str, Any]:
    """Those of whom anything differs, and the sums; an empty amount is of who is not covered on that side."""
    rows = [
        [one["member_id"], *("" if one[side] is None else amount(one[side]) for side in ("before", "after")),
         _difference(one["difference"]), "; ".join(one["causes"])]
        for one in final["members"] if one["causes"]
    ]  # fmt: skip
    without = final["without_plan"]
    sums = [amount(final["before"]["total"]), amount(final["after"]["total"]), _difference(final["difference"])]
    return {
        "header": ["Member", "Quoted", "Final", "Difference", "Because"],
        "rows": rows,
        "total": ["All", *sums, ""],
        "notes": [
            *([f"In neither sum, as no plan is chosen yet: the family of member {', '.join(without)}."]
              if without else []),
            *(f"In neither sum: the family of member {one['member_id']}. {one['because']}" for one in final["refused"]),
            *final["notes"],
        ],
    }  # fmt: skip


def _people(members: Sequence[Said]) -> dict[str, Any]:
    rows = [
        [one["member_id"], one["family_id"], one["relationship"].replace("_", " "), str(one["age"]),
         "charged" if one["rated"] else "no charge"]
        for one in members
    ]  # fmt: skip
    return {"words": f"{_who(members)}. Ages are those of the effective date.", "rows": rows}
