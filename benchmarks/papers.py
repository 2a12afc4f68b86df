"""(h) How long a PDF takes: the first one of a process, and others after it, each with values of its own."""

from __future__ import annotations

import itertools
import json
import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from benchmarks.book import AS_OF
from benchmarks.one_group import EMPLOYEES, MEMBERS, PLANS, OneGroup, one_group
from benchmarks.table import Row, Table
from benchmarks.timing import fresh_process, medians
from smallgroup.money import cents, dollars
from smallgroup.quoting import quote
from smallgroup.underwriting import underwrite

LIMIT = 1.0
_number = itertools.count(1)


def papers(group: OneGroup, *, rounds: int, starts: int) -> Table:
    from smallgroup.papers import decision_letter, proposal, statement

    priced, decision = _values(group)
    large = {**priced, "plans": _times(priced["plans"], 300), "members": _times(priced["members"], 500)}
    lines = _lines(1000)

    def of(paper: Callable[[int], bytes]) -> Callable[[], bytes]:
        return lambda: paper(next(_number))  # other values each time: nothing is laid out that was before

    took = medians(
        {
            "broker": of(lambda n: proposal(_moved(priced, n), group=f"Group {n}", as_of=_day(n), copy="broker")),
            "client": of(lambda n: proposal(_moved(priced, n), group=f"Group {n}", as_of=_day(n), copy="client")),
            "letter": of(lambda n: decision_letter(
                decision, group=f"Group {n}", effective_date=_day(n), dated=_day(n))),
            "statement": of(lambda n: statement({**lines, "broker_id": f"B-{n}"})),
            "large": of(lambda n: proposal(_moved(large, n), group=f"Group {n}", as_of=_day(n), copy="broker")),
        },
        rounds,
    )  # fmt: skip
    firsts = [json.loads(fresh_process("-m", "benchmarks.papers")) for _ in range(starts)]
    first = statistics.median(one["first"] for one in firsts)

    def row(what: str, seconds: float, note: str = "") -> Row:
        return Row(what, seconds, None, "<= 1 s", seconds <= LIMIT, note)

    return Table(
        f"(h) A PDF; {EMPLOYEES} employees, {MEMBERS} members, {PLANS} plans unless said",
        "",
        (
            row("proposal, first of a new process", first, "typst's import and fonts in it"),
            row("proposal, broker's copy, warm", took["broker"], "with every finding"),
            row("proposal, client's copy, warm", took["client"]),
            Row("decision letter, broker's copy, warm", took["letter"]),
            Row("statement of 1,000 lines, warm", took["statement"], note="the lines as before, the broker another"),
            row("proposal of 300 plans and 500 members, warm", took["large"]),
        ),
    )


def _values(group: OneGroup) -> tuple[dict[str, Any], dict[str, Any]]:
    decided = underwrite(group.file, group.members, guideline=group.guideline, as_of=AS_OF, rates=group.rates)
    priced = quote(group.file, group.everybody, group.rates, guideline=group.guideline, as_of=AS_OF)
    return replace(priced, findings=decided.findings).as_json(), decided.as_json()


def _day(n: int) -> date:
    return AS_OF + timedelta(days=n % 300)


def _times(rows: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    return [{**one, **{key: f"{one[key]}-{n}" for key in ("plan_id", "member_id") if key in one}}
            for n, one in zip(range(number), itertools.cycle(rows), strict=False)]  # fmt: skip


def _moved(priced: dict[str, Any], n: int) -> dict[str, Any]:
    """The same quote, every plan dearer by some cents."""
    plans = [{**one, "monthly": {**one["monthly"], "total": dollars(cents(one["monthly"]["total"]) + n)}}
             for one in priced["plans"]]  # fmt: skip
    return {**priced, "plans": plans}


def _lines(number: int) -> dict[str, Any]:
    lines = [
        {"action": "earned", "hold_until": None, "program": "base", "group_id": f"G-{n:05}", "kind": "production",
         "rule": "R1", "units": 10, "counted": "105", "share": "1", "because": "10 of 105 counted", "amount": f"{n}.25"}
        for n in range(number)
    ]  # fmt: skip
    return {"period": "2026-01", "as_of": "2026-01-31", "opening": "0.00", "closing": "0.00", "lines": lines,
            "paid": []}  # fmt: skip


def _first() -> None:
    """Print how long the first proposal of this process takes, its values being there."""
    priced, _ = _values(one_group())
    start = perf_counter()
    from smallgroup.papers import proposal

    proposal(priced, group="Group", as_of=AS_OF)
    json.dump({"first": perf_counter() - start}, sys.stdout)


if __name__ == "__main__":
    _first()
