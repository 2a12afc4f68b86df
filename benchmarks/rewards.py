"""(g) Broker rewards of a book: members to cents by broker and group, beside SQL and a loop that find the same."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks import rewards_sql
from benchmarks.rewards_book import AS_OF, GROUPS_A_BROKER, WHOLE, book
from benchmarks.rewards_folder import read_parquet, write_csv, write_parquet
from benchmarks.rewards_loops import Loops
from benchmarks.rewards_sql import InSql
from benchmarks.table import INSTALL, Row, Table
from benchmarks.timing import fresh_process, medians
from smallgroup.intake.sales_folder import sales_folder
from smallgroup.rewards.earn import Earned, earn
from smallgroup.rewards.progress import progress
from smallgroup.rewards.sales import Sales
from smallgroup.rulebook.program import chosen_programs

BOOK = 200_000  # groups, of 5,000,000 members and 20,000 brokers
SLICE = 2_000
GIGABYTE = 10**9


def rewards(*, groups: int, rounds: int) -> Table:
    judged = groups == BOOK
    with TemporaryDirectory() as there:
        folder = Path(there)
        write_parquet(book(groups), folder)
        memory = json.loads(fresh_process("-m", "benchmarks.rewards_memory", there))
        sales = read_parquet(folder, WHOLE)
        typical = _with_groups(sales, GROUPS_A_BROKER)
        contenders = {"ours": lambda: _earn(sales), "told": lambda: _earn(sales).reasons,
                      "one": lambda: progress(sales, chosen_programs(()), typical, AS_OF)}  # fmt: skip
        if rewards_sql.INSTALLED:
            contenders["sql"] = InSql(folder, AS_OF)
            _check_sql(_earn(sales), contenders["sql"])
        took = medians(contenders, rounds, warm_up=1)
        del contenders
        write_csv(sales, folder)
        read = medians({"csv": lambda: sales_folder(folder)}, 1, warm_up=0)["csv"]
        _check_read(sales, sales_folder(folder))
    ours, members = took["ours"], sales.members.height
    rows = [
        Row(f"ours, {members:,} members", ours, 1, "<= 3 s", ours <= 3 if judged else None,
            note=f"{members / ours / 1e6:.1f} million members a second"),
        Row("    at the most in memory", None, None, "<= 1 GB", memory["peak"] <= GIGABYTE if judged else None,
            note=f"{memory['peak'] / 1e6:.0f} MB, of which {(memory['peak'] - memory['loaded']) / 1e6:.0f} MB over "
            "the loaded facts; a fresh process"),
        Row("    with every sentence why not", took["told"], took["told"] / ours),
        *_sql_rows(took, judged=judged),
        _loop_row(groups, ours, rounds),
        Row("reading the same from CSV", read, read / ours, note="and checking it; once"),
        Row("progress of one broker", took["one"], took["one"] / ours,
            note=f"of one with {GROUPS_A_BROKER} groups: with what each puts at risk"),
        *_growth(groups, ours, rounds),
    ]  # fmt: skip
    programs = len(chosen_programs(()))
    title = f"(g) Rewards of {groups:,} groups and {sales.brokers.height:,} brokers, by {programs} programs"
    return Table(title, "ours", tuple(rows))


def _earn(sales: Sales) -> Earned:
    return earn(sales, chosen_programs(()), AS_OF)


def _with_groups(sales: Sales, groups: int) -> int:
    """The first broker with so many groups, or the nearest number of them."""
    counts = sales.splits.group_by("broker").agg(far=(pl.len().cast(pl.Int64) - groups).abs())
    return int(counts.sort("far", "broker")["broker"][0])


def _cents(earned: Earned) -> pl.DataFrame:
    return earned.lines.group_by("group", "broker").agg(pl.col("cents").sum()).filter(pl.col("cents") != 0)


def _due(earned: Earned) -> pl.DataFrame:
    return pl.concat([one.due for one in earned.of]).select("group", "broker")


def _check_sql(earned: Earned, sql: InSql) -> None:
    sql()
    theirs = sql.lines()
    cents = theirs.group_by("group", "broker").agg(pl.col("cents").sum()).filter(pl.col("cents") != 0)
    _check_same(_cents(earned), cents)
    _check_same(_due(earned), theirs.filter(pl.col("kind") == "due").select("group", "broker"))


def _check_read(sales: Sales, read: Sales) -> None:
    _check_same(_cents(_earn(sales)), _cents(_earn(read)))


def _check_same(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """To the cent, by group and broker."""
    ours, theirs = (frame.cast(pl.Int64).sort("group", "broker") for frame in (ours, theirs))
    assert ours.height, "nothing is earned"
    assert ours.equals(theirs), ours.join(theirs, on=ours.columns, how="anti")


def _sql_rows(took: dict[str, float], *, judged: bool) -> list[Row]:
    if "sql" not in took:
        return [Row("DuckDB", note=INSTALL)]
    ours, sql = took["ours"], took["sql"]
    return [
        Row("DuckDB, SQL by hand", sql, sql / ours, note="the totals alone: no reasons, no other readings"),
        Row("ours to DuckDB", limit="<= 2 x", met=ours <= 2 * sql if judged else None, note=f"{ours / sql:.2f} x"),
    ]


def _loop_row(groups: int, ours: float, rounds: int) -> Row:
    """Group by group nearly, so that a slice tells the whole."""
    sales = book(SLICE)
    loop = Loops(sales, AS_OF)
    cents, due = loop()
    earned = _earn(sales)
    rows = [(group, broker, each) for (group, broker), each in cents.items()]
    _check_same(_cents(earned), pl.DataFrame(rows, ["group", "broker", "cents"], orient="row"))
    _check_same(_due(earned), pl.DataFrame(sorted(due), ["group", "broker"], orient="row"))
    scaled = medians({"loop": loop}, rounds, warm_up=0)["loop"] / SLICE * groups
    return Row("a loop in Python", scaled, scaled / ours, note=f"{SLICE:,} groups, scaled; its records made before")


def _growth(groups: int, ours: float, rounds: int) -> list[Row]:
    rows = []
    for times in (0.5, 2):
        sales = book(int(groups * times))
        took = medians({"ours": lambda sales=sales: _earn(sales)}, min(rounds, 3), warm_up=1)["ours"]
        rows.append(Row(f"ours, {sales.members.height:,} members", took, took / ours))
    return rows
