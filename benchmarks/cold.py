"""Run as a fresh process by pricing.py: what the imports take, the rate file, and the first pricing. Prints JSON."""

from __future__ import annotations

from time import perf_counter

START = perf_counter()

import json  # noqa: E402

import smallgroup.group  # noqa: E402
import smallgroup.quoting  # noqa: E402
import smallgroup.rating.premium  # noqa: E402, F401

IMPORTED = perf_counter()

from benchmarks.one_group import one_group  # noqa: E402
from benchmarks.pricing import AS_OF, EFFECTIVE  # noqa: E402
from benchmarks.timing import ROOT  # noqa: E402
from smallgroup.intake.rates_file import rates_file  # noqa: E402


def main() -> None:
    from smallgroup.rating.charged import family_terms, with_charged
    from smallgroup.rating.premium import charged_members, employer_totals, totals

    before = perf_counter()
    rates_file(ROOT / "examples" / "rates.csv")
    file = perf_counter() - before
    group = one_group()
    terms = family_terms(group.guideline, AS_OF)
    before = perf_counter()
    charged = charged_members(with_charged(group.everybody, EFFECTIVE, terms))
    totals(group.rates, charged)
    employer_totals(group.rates, charged, group.contribution, None)
    first = perf_counter() - before
    print(json.dumps({"imports": IMPORTED - START, "file": file, "first": first}))


main()
