"""Which sales count, and which brokers: every reason against, with its rule and its fact; and what is left open.

A sale is left out by a fact only. Where the facts leave the look-back (B5), the arrangement that it comes from (B6) or
the days of the program (B2) open, a person decides, and the sale is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

import polars as pl

from smallgroup.rewards import periods
from smallgroup.rewards.sales import COUNTS, DOES_NOT_COUNT, Sales
from smallgroup.rulebook.program import Program

_ELSEWHERE = ["californiachoice", "covered_california", "association", "peo"]


@dataclass(frozen=True, slots=True)
class Told:
    """Each has group, rule and because."""

    reasons: pl.DataFrame
    referrals: pl.DataFrame
    open: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Judged:
    """`counts`: one Boolean a group, whether it counts; `rescinded`: whether only the days of rescission are against
    it. `tell` says why: hundreds of thousands of sentences for a book, so they are made when somebody asks."""

    counts: pl.Series
    rescinded: pl.Series
    tell: Callable[[], Told]


def judged(sales: Sales, program: Program, as_of: date) -> Judged:
    """Every group under a program, by what was known on a day."""
    groups = _with_decisions(sales, program)
    inside = pl.col("effective_date") >= program.from_
    if program.to is not None:
        inside &= pl.col("effective_date") <= program.to
    outside = [
        (~inside, program.rules["window"],
         pl.format("effective {}: not covered by this program version, which is for {}", "effective_date",
                   pl.lit(program.days))),
    ]  # fmt: skip
    against = list(_against(program, as_of))
    doubts = list(_doubts(program))
    rescission = list(_rescission(program))
    # Nobody's decision brings a sale in before it is in force and reported.
    included, settled_in, settled_out = (
        pl.col("included") & (pl.col("effective_date") <= as_of) & ~(pl.col("reported_on") > as_of).fill_null(False),
        pl.col("settled") == COUNTS,
        pl.col("settled") == DOES_NOT_COUNT,
    )
    known = groups.with_columns(
        *(bad.fill_null(False).alias(f"!{n}") for n, (bad, _, _) in enumerate(against)),
        *(bad.fill_null(False).alias(f"?{n}") for n, (bad, _, _) in enumerate(doubts)),
        *(bad.fill_null(False).alias(f"-{n}") for n, (bad, _, _) in enumerate(rescission)),
        inside=inside,
        settled_in=settled_in.fill_null(False), settled_out=settled_out.fill_null(False), included=included,
    )  # fmt: skip
    any_doubt = _any([f"?{n}" for n in range(len(doubts))])
    waits = any_doubt & ~pl.col("settled_in") & ~pl.col("included")
    known = known.with_columns(
        barred=(_any([f"!{n}" for n in range(len(against))]) & ~pl.col("included")) | pl.col("excluded"),
        held=waits, ended=_any([f"-{n}" for n in range(len(rescission))]) & ~pl.col("included"),
    )  # fmt: skip
    unknown = list(_unknown(program))
    undecided = pl.any_horizontal(pl.lit(False), *(bad.fill_null(False) for bad, _, _ in unknown))
    known = known.with_columns(open=undecided & pl.col("inside") & ~pl.col("barred") & ~pl.col("ended"))
    stands = pl.col("inside") & ~pl.col("barred") & ~pl.col("held") & ~pl.col("open")
    verdict = known.select(counts=stands & ~pl.col("ended"), rescinded=stands & pl.col("ended"))

    def tell() -> Told:
        reasons = pl.concat([
            _told(known, outside),
            _told(known.filter(pl.col("inside") & ~pl.col("included")), against, "!"),
            _told(known.filter(pl.col("inside") & ~pl.col("included")), rescission, "-"),
            _told(known.filter("inside"), [(pl.col("excluded"), "decided", pl.col("excluded_because"))]),
            _told(known.filter("inside", "held", "settled_out"), [(any_doubt, "decided", pl.col("settled_because"))]),
        ])  # fmt: skip
        asked = known.filter("inside", "held", ~pl.col("settled_out"), ~pl.col("barred"), ~pl.col("ended"))
        referrals = _told(asked, doubts, "?")
        if program.outside == "refer":
            referrals = pl.concat([referrals, _told(known.filter(~pl.col("inside")), [
                (_yes(), program.rules["window"],
                 pl.format("effective {}: the document has no terms for sales outside of {}", "effective_date",
                           pl.lit(program.days)))])])  # fmt: skip
        return Told(reasons, referrals, _told(known.filter("open"), unknown))

    return Judged(verdict["counts"], verdict["rescinded"], tell)


def _yes() -> pl.Expr:
    return pl.col("group") >= 0


def _any(names: list[str]) -> pl.Expr:
    return reduce(or_, map(pl.col, names)) if names else _yes() & False


Reason = tuple[pl.Expr, str, pl.Expr]


def _told(groups: pl.DataFrame, found: list[Reason], mark: str | None = None) -> pl.DataFrame:
    rows = [
        groups.filter(bad if mark is None else pl.col(f"{mark}{n}")).select(
            "group", rule=pl.lit(rule, pl.String), because=because
        )
        for n, (bad, rule, because) in enumerate(found)
    ]
    empty = pl.DataFrame(schema={"group": pl.UInt32, "rule": pl.String, "because": pl.String})
    return pl.concat([empty, *rows])


def _against(program: Program, as_of: date) -> Iterator[Reason]:
    """What is against a sale that falls inside of the days."""
    col, rules = pl.col, program.rules
    yield (col("effective_date") > as_of, rules["window"],
           pl.format("effective {}, after {}: not in force yet", "effective_date", pl.lit(str(as_of))))  # fmt: skip
    yield (col("reported_on") > as_of, rules["reporting"],
           pl.format("reported by the agency on {}, after {}", "reported_on", pl.lit(str(as_of))))  # fmt: skip
    yield (~col("market").cast(pl.String).is_in(list(program.markets)), rules["market"],
           pl.format("sold in the {}-group market", col("market").cast(pl.String)))  # fmt: skip
    yield (col("state") != program.state, rules["state"],
           pl.format("the group is in {}, and the program is for {}", "state", pl.lit(program.state)))  # fmt: skip
    channels = [one for one in program.channels
                if one != "general_agency" or program.settings.general_agency == "counted"]  # fmt: skip
    yield (
        ~col("channel").is_in(channels),
        rules["channels"],
        pl.format("sold through {}, which this program does not reward", col("channel").cast(pl.String)),
    )
    if program.new_group:
        yield _had_contract(program), rules["new_group"], _contract_said(program)
    if program.excluded_origins:
        origin = col("origin").cast(pl.String).str.replace_all("_", " ")
        yield (_broke_away(program), rules["break_away"],
               pl.format("the group came out of {} {} on {}, within {} before {}", pl.when(
                   col("origin").is_in(["exchange", "association"])).then(pl.lit("an")).otherwise(pl.lit("a")), origin,
                   "origin_left_on", pl.lit(program.settings.look_back), "effective_date"))  # fmt: skip
    if program.only_carrier:
        yield (col("only_carrier") == "no", rules.get("only_carrier", rules["member"]),
               pl.lit("the employer offers another carrier's plan too"))  # fmt: skip
    if program.snapshot == "period_end":
        last = periods.last_day(program, col("effective_date"))
        yield (last > as_of, rules["window"],
               pl.format("what is counted together ends on {}, after {}: it is not closed yet", last,
                         pl.lit(str(as_of))))  # fmt: skip
        yield (
            col("last_covered_day") < last,
            rules["rescission"],
            pl.format("coverage ended on {}, before the last day of what is counted together, {}",
                      "last_covered_day", last),
        )  # fmt: skip


def _look_back(program: Program) -> pl.Expr:
    """The first day on which there may be no contract."""
    number, _, unit = program.settings.look_back.partition(" ")
    return pl.col("effective_date").dt.offset_by(f"-{number}{'mo' if unit.startswith('month') else 'd'}")


def _within(day: str, program: Program) -> pl.Expr:
    return pl.col(day) >= _look_back(program)


def _elsewhere() -> pl.Expr:
    return pl.col("prior_kp_through").is_in(_ELSEWHERE).fill_null(False)


def _had_contract(program: Program) -> pl.Expr:
    prior = pl.col("prior_contract")
    ended = (prior == "ended") & _within("last_prior_contract_end", program)
    return ((prior == "in_force") | ended) & ~_elsewhere()


def _contract_said(program: Program) -> pl.Expr:
    none = program.settings.look_back.startswith("0 ")
    within = pl.lit("not" if none else f"within {program.settings.look_back}")
    return (
        pl.when(pl.col("prior_contract") == "in_force")
        .then(pl.lit("the group had a contract in force already"))
        .otherwise(pl.format("the last contract ended on {}, {} before {}", "last_prior_contract_end", within,
                             "effective_date"))
    )  # fmt: skip


def _broke_away(program: Program) -> pl.Expr:
    left = pl.col("origin").is_in(list(program.excluded_origins)) & _within("origin_left_on", program)
    return left & (pl.col("origin_was_kp") == "yes") if program.settings.break_away == "only_the_carriers" else left


def _doubts(program: Program) -> Iterator[Reason]:
    """What the facts leave open, so that a person decides."""
    col = pl.col
    contract, arrangement = program.doubt_of("look_back", "new_group"), program.doubt_of("break_away", "break_away")
    if program.new_group:
        prior, ended = col("prior_contract"), col("last_prior_contract_end")
        unknown = prior.is_null() | (prior == "unknown")
        yield unknown, contract, pl.lit("it is not known whether the group had a contract before, and until when")
        yield (prior == "ended") & ended.is_null(), contract, pl.lit("it is not known when the last contract ended")
        long_ago = (ended < _look_back(program)).fill_null(False)
        yield (~unknown & _elsewhere() & ~long_ago, contract,
               pl.format("coverage through {} before: whether that is a contract is not said",
                         col("prior_kp_through").cast(pl.String).str.replace_all("_", " ")))  # fmt: skip
        yield (
            (prior == "never") & (col("prior_kp_through") == "direct"),
            contract,
            pl.lit("no contract ever, and yet coverage directly with the carrier: the two contradict each other"),
        )
    if program.excluded_origins:
        origin = col("origin")
        yield origin.is_null(), arrangement, pl.lit("it is not known which arrangement the group comes from, if any")
        comes = origin.is_in(list(program.excluded_origins))
        yield (
            comes & col("origin_left_on").is_null(),
            arrangement,
            pl.format("it is not known when the group left its {}", origin.cast(pl.String).str.replace_all("_", " ")),
        )
        if program.settings.break_away == "only_the_carriers":
            yield (comes & _within("origin_left_on", program)
                   & col("origin_was_kp").fill_null("unknown").eq("unknown"), arrangement,
                   pl.lit("it is not known whether the carrier covered the group in that arrangement"))  # fmt: skip


def _unknown(program: Program) -> list[Reason]:
    """Facts without which nothing is due, and which a paper shows."""
    if not program.only_carrier:
        return []
    return [(pl.col("only_carrier").fill_null("unknown") == "unknown",
             program.rules.get("only_carrier", program.rules["member"]),
             pl.lit("it is not known whether the employer offers another carrier's plan"))]  # fmt: skip


def _rescission(program: Program) -> Iterator[Reason]:
    if program.rescission_days is None:
        return
    days, last = program.rescission_days, pl.col("last_covered_day")
    by_last = program.settings.ninetieth == "last_covered_day"
    which = "the last day of coverage" if by_last else "the first day without coverage"
    shown = last if by_last else last.dt.offset_by("1d")
    yield (periods.rescinded(program, pl.col("effective_date"), last), program.rules["rescission"],
           pl.format("coverage ended on {}: {}, {}, is day {} after {}, and the reward is rescinded up to day {}",
                     last, pl.lit(which), shown, (shown - pl.col("effective_date")).dt.total_days(), "effective_date",
                     pl.lit(days if program.settings.ninetieth != "strictly_before" else days - 1)))  # fmt: skip


def _with_decisions(sales: Sales, program: Program) -> pl.DataFrame:
    """The groups, with what a person has decided about each: excluded, included, settled."""
    groups = sales.sales.with_row_index("group")
    decided = sales.adjustments.filter(
        pl.col("group_id").is_not_null()
        & pl.col("broker_id").is_null()
        & (pl.col("program").is_null() | (pl.col("program") == program.id))
    ).sort("decided_on", "reading", nulls_last=False)
    said = pl.format(
        "{} by {} on {}: {}",
        pl.col("kind").cast(pl.String).replace({"exclude": "excluded", "settle": "left out", "include": "included"}),
        "decided_by",
        "decided_on",
        "why",
    )

    def latest(kind: str, column: pl.Expr) -> pl.Expr:
        return column.filter(pl.col("kind") == kind).last()

    found = decided.group_by("group_id").agg(
        excluded_because=latest("exclude", said), included_because=latest("include", said),
        settled=latest("settle", pl.col("reading")), settled_because=latest("settle", said),
    )  # fmt: skip
    return groups.join(found, on="group_id", how="left", maintain_order="left").with_columns(
        excluded=pl.col("excluded_because").is_not_null(), included=pl.col("included_because").is_not_null()
    )
