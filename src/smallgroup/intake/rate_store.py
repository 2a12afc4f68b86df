"""Imported rates on disk: one Parquet file for each import, named by the hash of its content.

An import is there whole or not at all: it is written beside the store's files, flushed to the disk, and given
its name in one step. What a killed import left half-written has no such name and is never read.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.rating.area_rates import EVERYBODY, NON_USERS, OPEN_END, USERS, span
from smallgroup.rating.rate_table import ROWS, Plan, RateTable
from smallgroup.whole import whole_file

_NAME = re.compile(r"[0-9a-f]{64}\.parquet")
_ABOUT = "smallgroup.rates"
_CELL = ["plan", "area", "band", "tobacco"]


@dataclass(frozen=True, slots=True)
class ImportedPlan:
    """What one import holds of a plan. `effective_to` None: some rate of it has no end."""

    plan: Plan
    basis: str | None
    areas: tuple[int, ...]
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the name of the file it came from, the day, and its plans in the order of their ids."""

    sha256: str
    source_name: str
    imported_on: date
    state: str | None
    rows: int
    notes: tuple[str, ...]
    plans: tuple[ImportedPlan, ...]


@dataclass(frozen=True, slots=True)
class RateStore:
    """The imported rates of one folder. The folder need not exist before the first import."""

    folder: Path

    def import_(self, table: RateTable, *, source_name: str, imported_on: date) -> Import:
        """Add a table whole, or refuse it whole. What is there already keeps its first name and day.

        Raises Refused when the table has a gap, or when it differs from an import on a rate of the same plan,
        rating area, age and day.
        """
        gaps = table.gaps(file=source_name)
        if gaps:
            raise Refused(gaps)
        path = self.folder / f"{table.sha256}.parquet"
        if not path.exists():
            same_state = [
                (about, other) for about, other in self._opened()
                if table.state is None or other.state in (None, table.state)
            ]  # fmt: skip
            _union([*same_state, (source_name, table)])
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(path, table, source_name=source_name, imported_on=imported_on)
        return _summary(*_open(path))

    def load(self, *, state: str | None = None) -> RateTable:
        """All imported rates of one state in one table; rates without a state belong to each.

        Raises Refused when nothing was imported, when several states were and none is chosen, when two
        imports file different rates for the same plan, area, age and day, and when a file is damaged.
        """
        opened = self._opened()
        if not opened:
            raise _refused("Rates", "No rates are imported.", "Import them: smallgroup rates import FILE.")
        states = sorted({table.state for _, table in opened if table.state is not None})
        if state is None and len(states) > 1:
            why = f"Rates of {len(states)} states are imported: {', '.join(states)}."
            raise _refused("Rates", why, "Choose one with --state.")
        wanted = state.upper() if state is not None else None
        chosen = [(name, table) for name, table in opened if wanted is None or table.state in (None, wanted)]
        if not chosen:
            raise _refused("Rates", f"No rates of {wanted} are imported.", f"Choose one of {', '.join(states)}.")
        return _union(chosen)

    def list(self) -> tuple[Import, ...]:
        """A summary of each import, in the order of day and file name."""
        found = [_summary(*_open(path)) for path in self._paths()]
        return tuple(sorted(found, key=lambda one: (one.imported_on, one.source_name, one.sha256)))

    def remove(self, id: str) -> Import:
        """Set an import aside, by the beginning of its hash. Raises Refused when none, or several, begin so."""
        found = [path for path in self._paths() if id and path.name.startswith(id.lower())]
        if len(found) != 1:
            why = f"{id!r} is the id of {'no import' if not found else 'several imports'}."
            raise _refused("Rates", why, "Write an id as smallgroup rates list shows it.")
        summary = _summary(*_open(found[0]))
        aside = self.folder / "removed"
        aside.mkdir(exist_ok=True)
        found[0].replace(aside / found[0].name)
        return summary

    def _paths(self) -> Iterable[Path]:
        if not self.folder.is_dir():
            return ()
        return sorted(path for path in self.folder.iterdir() if _NAME.fullmatch(path.name))

    def _opened(self) -> Sequence[tuple[str, RateTable]]:
        found = map(_open, self._paths())
        return [(f"{about['source_name']} ({table.sha256[:12]}…)", table) for about, table in found]


# One file


def _write_whole(path: Path, table: RateTable, *, source_name: str, imported_on: date) -> None:
    about = {
        "source_name": source_name, "imported_on": imported_on.isoformat(), "state": table.state,
        "notes": table.notes, "bases": table.bases,
        "plans": [[plan.plan_id, plan.name, plan.metal, plan.kind] for plan in table.plans],
    }  # fmt: skip
    with whole_file(path) as out:
        table.rows.drop("row").write_parquet(out, metadata={_ABOUT: json.dumps(about)})


def _open(path: Path) -> tuple[dict[str, object], RateTable]:
    """An import and what was said of it. Raises Refused when its content is not what its name says."""
    try:
        about = json.loads(pl.read_parquet_metadata(path)[_ABOUT])
        rows = pl.read_parquet(path, glob=False).with_columns(row=pl.lit(None, ROWS["row"]))
        plans = [Plan(*plan) for plan in about["plans"]]
        table = RateTable(plans, rows, bases=about["bases"], state=about["state"], notes=about["notes"])
        whole = f"{table.sha256}.parquet" == path.name
    except (pl.exceptions.PolarsError, KeyError, TypeError, ValueError, IndexError):
        whole = False
    if not whole:
        raise _refused(
            f"Imported rates, {path.name}", "The file is damaged, or was changed after the import.",
            "Delete it, and import the carrier's file again.",
        )  # fmt: skip
    return about, table


def _summary(about: dict[str, object], table: RateTable) -> Import:
    by_plan = table.rows.group_by("plan").agg(
        pl.col("area").unique().sort(), pl.col("effective_from").min(), pl.col("effective_to").max()
    ).sort("plan")  # fmt: skip
    plans = tuple(
        ImportedPlan(
            plan=table.plans[index], basis=table.basis_of(table.plans[index].plan_id), areas=tuple(areas),
            effective_from=first, effective_to=None if last == OPEN_END else last,
        )
        for index, areas, first, last in by_plan.iter_rows()
    )  # fmt: skip
    return Import(
        sha256=table.sha256, source_name=str(about["source_name"]),
        imported_on=date.fromisoformat(str(about["imported_on"])), state=table.state, rows=table.rows.height,
        notes=table.notes, plans=plans,
    )  # fmt: skip


# Several files as one table


def _union(imports: Sequence[tuple[str, RateTable]]) -> RateTable:
    """One table of them all. Where two hold the same rate for the same days it stands once."""
    if len(imports) == 1:
        return imports[0][1]
    names = [name for name, _ in imports]
    tables = [table for _, table in imports]
    plans = _plans_of_all(imports)
    index = {plan.plan_id: number for number, plan in enumerate(plans)}
    rows = pl.concat([
        table.rows.with_columns(
            plan=table.rows["plan"].replace_strict(
                range(len(table.plans)), pl.Series([index[p.plan_id] for p in table.plans], dtype=pl.Int32)
            ),
            source=pl.lit(number, pl.Int32),
        )
        for number, table in enumerate(tables)
    ])  # fmt: skip
    shared = rows.group_by("plan").agg(pl.col("source").n_unique()).filter(pl.col("source") > 1)["plan"]
    several = pl.col("plan").is_in(shared.implode())
    merged = _merged(rows.filter(several), plans, names)
    bases: dict[str, list[str]] = defaultdict(list)
    for table in tables:
        for plan_id, basis in table.bases.items():
            bases[plan_id].append(basis)
    states = {table.state for table in tables if table.state is not None}
    return RateTable(
        plans, pl.concat([rows.filter(~several).select(*ROWS), merged]),
        bases={plan_id: "; ".join(sorted(set(texts))) for plan_id, texts in bases.items()},
        state=states.pop() if len(states) == 1 else None,
        notes=[f"{name}: {note}" for name, table in imports for note in table.notes],
    )  # fmt: skip


def _plans_of_all(imports: Sequence[tuple[str, RateTable]]) -> list[Plan]:
    """Each plan once, with the name and metal of the file with the latest rates. Its kinds must agree."""
    said: dict[str, list[tuple[date, str, Plan]]] = defaultdict(list)
    for name, table in imports:
        begins = dict(table.rows.group_by("plan").agg(pl.col("effective_from").max()).iter_rows())
        for number, plan in enumerate(table.plans):
            said[plan.plan_id].append((begins.get(number, date.min), name, plan))
    plans, problems = [], []
    for plan_id, found in sorted(said.items()):
        found.sort(key=lambda one: (one[0], one[1]), reverse=True)
        kinds = {plan.kind: name for _, name, plan in reversed(found) if plan.kind is not None}
        if len(kinds) > 1:
            told = " and ".join(f"{kind} in {name}" for kind, name in sorted(kinds.items()))
            problems.append(Problem(
                where=f"Rates, plan {plan_id}", why=f"The plan's kind is {told}.",
                fix="Correct the file that is wrong, and import it in place of the other.",
            ))  # fmt: skip
        plans.append(Plan(
            plan_id,
            name=next((plan.name for _, _, plan in found if plan.name is not None), None),
            metal=next((plan.metal for _, _, plan in found if plan.metal is not None), None),
            kind=next(iter(kinds), None),
        ))  # fmt: skip
    if problems:
        raise Refused(problems)
    return plans


def _merged(rows: pl.DataFrame, plans: Sequence[Plan], names: Sequence[str]) -> pl.DataFrame:
    """Rows of plans that several imports speak of → ROWS, equal rates of overlapping days joined.

    Raises Refused where overlapping days have different rates.
    """
    everybody = rows.filter(pl.col("tobacco") == EVERYBODY)
    cells = pl.concat([
        rows.filter(pl.col("tobacco") != EVERYBODY),
        *(everybody.with_columns(tobacco=pl.lit(who, ROWS["tobacco"])) for who in (NON_USERS, USERS)),
    ]).sort(*_CELL, "effective_from", "effective_to")  # fmt: skip
    # A run is a chain of overlapping days: two rates in one run mean that two of its neighbours differ.
    latest = pl.col("effective_to").cum_max().shift(1).over(_CELL)
    begins = (pl.col("effective_from") > latest).fill_null(True)
    cells = cells.with_columns(run=begins.cast(pl.Int64).cum_sum())
    differs = pl.col("cents").n_unique().over("run") > 1
    _refuse_differing(cells.filter(differs), plans, names)
    joined = cells.group_by(*_CELL, "run").agg(
        pl.col("effective_from").min(), pl.col("effective_to").max(), pl.col("cents", "row").first()
    )  # fmt: skip
    return joined.select(*ROWS)


def _refuse_differing(cells: pl.DataFrame, plans: Sequence[Plan], names: Sequence[str]) -> None:
    if cells.is_empty():
        return
    pairs = cells.join(cells, on=[*_CELL, "run"], suffix="_b").filter(
        (pl.col("source") < pl.col("source_b")) & (pl.col("cents") != pl.col("cents_b"))
        & (pl.col("effective_from") <= pl.col("effective_to_b"))
        & (pl.col("effective_from_b") <= pl.col("effective_to"))
    )  # fmt: skip
    found = pairs.group_by("plan", "source", "source_b").agg(
        pl.col("area").unique().sort(),
        first=pl.max_horizontal("effective_from", "effective_from_b").min(),
        last=pl.min_horizontal("effective_to", "effective_to_b").max(),
    ).sort("plan", "source", "source_b")  # fmt: skip
    raise Refused(
        Problem(
            where=f"Rates, plan {plans[plan].plan_id}",
            why=f"{names[a]} and {names[b]} file different rates {span(first, last)} "
            f"in rating area {', '.join(map(str, areas))}.",
            fix="Keep the one that is in force, and take the other out: smallgroup rates remove ID.",
        )
        for plan, a, b, areas, first, last in found.iter_rows()
    )


def _refused(where: str, why: str, fix: str) -> Refused:
    return Refused(Problem(where=where, why=why, fix=fix))
