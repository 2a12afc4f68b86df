"""The same totals by hand-written DuckDB SQL: three programs as constants, no reasons, no readings, no versions."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import duckdb

INSTALLED = importlib.util.find_spec("duckdb") is not None

TABLES = ("sales", "members", "splits", "brokers", "conditions", "adjustments")
_ROWS_ARE = {"sales": "group", "brokers": "broker"}

# Who counts, and what remains of a cent goes to the largest remainder; the kinds are named as the programs name them.
_EARN = """
CREATE OR REPLACE TEMP TABLE earned AS
WITH decided AS (
    SELECT * FROM adjustments WHERE decided_on <= $as_of
), sale AS (
    SELECT *, (effective_date - INTERVAL 6 MONTH)::DATE AS back,
        CASE WHEN termination_known_on > $as_of THEN NULL ELSE last_covered_day END AS last_day,
        coalesce(prior_kp_through IN ('californiachoice', 'covered_california', 'association', 'peo'), false)
            AS elsewhere,
        coalesce(origin <> 'none', false) AS comes,
        coalesce(prior_contract = 'unknown', true) AS prior_unknown,
        group_id IN (SELECT group_id FROM decided WHERE kind = 'exclude' AND broker_id IS NULL) AS excluded,
        group_id IN (SELECT group_id FROM decided WHERE kind = 'settle' AND reading = 'counts') AS settled
    FROM sales
), judged AS (
    SELECT "group", effective_date, channel, only_carrier, effective_date <= DATE '2026-01-01' AS in_window
    FROM sale
    WHERE effective_date >= DATE '2025-09-01' AND effective_date <= $as_of
        AND NOT excluded
        AND NOT coalesce(reported_on > $as_of, false)
        AND NOT coalesce(market = 'large', false)
        AND state = 'CA'
        AND NOT coalesce((prior_contract = 'in_force' OR (prior_contract = 'ended' AND last_prior_contract_end >= back))
            AND NOT elsewhere, false)
        AND NOT coalesce(comes AND origin_left_on >= back, false)
        AND NOT coalesce(last_day + 1 <= effective_date + 90, false)
        AND (settled OR NOT (
            prior_unknown
            OR coalesce(prior_contract = 'ended' AND last_prior_contract_end IS NULL, false)
            OR (NOT prior_unknown AND elsewhere AND NOT coalesce(last_prior_contract_end < back, false))
            OR coalesce(prior_contract = 'never' AND prior_kp_through = 'direct', false)
            OR origin IS NULL
            OR (comes AND origin_left_on IS NULL)))
), counted AS (
    SELECT m."group", count(*) AS units
    FROM members m JOIN judged j ON m."group" = j."group"
    WHERE NOT m.is_copy AND m.coverage = 'medical' AND m.continuation = 'none'
        AND m.effective_date = j.effective_date AND coalesce(m.ended_on >= m.effective_date, true)
    GROUP BY m."group"
), broker AS (
    SELECT broker, dense_rank() OVER (ORDER BY payee_id) AS payee,
        broker_id IN (SELECT broker_id FROM decided WHERE kind = 'exclude' AND group_id IS NULL) AS excluded
    FROM brokers
), of_record AS (
    SELECT s."group", s.broker, s.part, b.payee, j.effective_date, j.in_window, j.channel, j.only_carrier, c.units
    FROM splits s
    JOIN judged j ON s."group" = j."group"
    JOIN counted c ON s."group" = c."group"
    JOIN broker b ON s.broker = b.broker
    WHERE s.from_date <= j.effective_date AND coalesce(j.effective_date <= s.to_date, true) AND NOT b.excluded
), pair AS (
    SELECT * FROM of_record p
    WHERE 4 = (SELECT count(DISTINCT h.condition) FROM conditions h
        WHERE h.broker = p.broker AND h.from_date <= p.effective_date
            AND coalesce(p.effective_date <= h.to_date, true)
            AND (h.condition IN ('good_standing', 'agreement') OR h.state = 'CA'))
), once AS (
    SELECT DISTINCT payee, "group", units FROM pair WHERE in_window
), total AS (
    SELECT payee, sum(units)::BIGINT AS n FROM once GROUP BY payee
), amount AS (
    SELECT payee, n, unnest([
        {'kind': 'group production', 'cents': CASE WHEN n >= 25 THEN 100000 + 2500 * (n - 25) ELSE 0 END},
        {'kind': 'level-up tier 1', 'cents': CASE WHEN n >= 50 THEN 250000 ELSE 0 END},
        {'kind': 'level-up tier 2', 'cents': CASE WHEN n >= 100 THEN 500000 ELSE 0 END},
        {'kind': 'level-up tier 3', 'cents': CASE WHEN n >= 150 THEN 750000 ELSE 0 END}], recursive := true)
    FROM total
), shared AS (
    SELECT payee, "group", kind, cents, cents * units // n AS base, cents * units % n AS rest
    FROM once JOIN amount USING (payee) WHERE cents > 0
), by_group AS (
    SELECT payee, "group", kind, base + (
        row_number() OVER (PARTITION BY payee, kind ORDER BY rest DESC, "group")
        <= cents - sum(base) OVER (PARTITION BY payee, kind))::BIGINT AS cents
    FROM shared
), exact AS (
    SELECT g.kind, p."group", p.broker, g.cents * p.part AS exact
    FROM by_group g JOIN pair p USING (payee, "group") WHERE g.cents > 0
), run AS (
    SELECT kind, "group", count(*) AS n, min(exact) AS least, max(exact) AS most,
        (2 * sum(exact) + 12) // 24 - sum(exact // 12) AS odd, string_agg(broker, ' ' ORDER BY broker) AS who
    FROM exact GROUP BY kind, "group"
), turn AS (
    SELECT kind, "group", n, odd, (sum(odd) OVER (PARTITION BY kind, who ORDER BY "group") - odd) % n AS begins
    FROM run WHERE least = most AND odd > 0
), line AS (
    SELECT e.kind, e."group", broker, exact // 12 + (CASE WHEN t.n IS NOT NULL THEN
        (row_number() OVER (PARTITION BY e."group", e.kind ORDER BY broker) - 1 + t.n - t.begins) % t.n < t.odd
        ELSE row_number() OVER (PARTITION BY e."group", e.kind ORDER BY exact % 12 DESC, broker)
        <= (2 * sum(exact) OVER (PARTITION BY e."group", e.kind) + 12) // 24
            - sum(exact // 12) OVER (PARTITION BY e."group", e.kind) END)::BIGINT AS cents
    FROM exact e LEFT JOIN turn t ON e.kind = t.kind AND e."group" = t."group"
), taken AS (
    SELECT s."group", sum(amount)::BIGINT AS taken
    FROM decided JOIN sales s USING (group_id) WHERE kind = 'other_program_reward' GROUP BY s."group"
), capped AS (
    SELECT l."group", sum(cents)::BIGINT AS before, greatest(5000000 - coalesce(any_value(taken), 0), 0) AS after
    FROM line l LEFT JOIN taken t ON l."group" = t."group" GROUP BY l."group" HAVING before > after
), of_broker AS (
    SELECT l."group", broker, sum(cents)::BIGINT AS cents, after * sum(cents)::BIGINT // any_value(before) AS base,
        after * sum(cents)::BIGINT % any_value(before) AS rest, after
    FROM line l JOIN capped c ON l."group" = c."group" WHERE l.cents > 0 GROUP BY l."group", broker, after
), less AS (
    SELECT "group", broker, cents, base + (row_number() OVER (PARTITION BY "group" ORDER BY rest DESC, broker)
        <= after - sum(base) OVER (PARTITION BY "group"))::BIGINT AS after
    FROM of_broker
), cut AS (
    SELECT kind, l."group", l.broker, b.after * l.cents // b.cents AS base, b.after * l.cents % b.cents AS rest, b.after
    FROM line l JOIN less b ON l."group" = b."group" AND l.broker = b.broker
)
SELECT kind, "group", broker, cents FROM line
WHERE cents <> 0 AND "group" NOT IN (SELECT "group" FROM capped)
UNION ALL
SELECT kind, "group", broker, base + (row_number() OVER (PARTITION BY "group", broker ORDER BY rest DESC, kind)
    <= after - sum(base) OVER (PARTITION BY "group", broker))::BIGINT FROM cut
UNION ALL
SELECT 'due', "group", broker, 0 FROM pair WHERE channel = 'direct' AND only_carrier = 'yes'
"""


class InSql:
    """The tables as DuckDB keeps its own, loaded before the clock starts."""

    def __init__(self, folder: Path, as_of: date) -> None:
        import duckdb

        self._as_of = as_of
        self._run: duckdb.DuckDBPyConnection = duckdb.connect(":memory:")
        for name in TABLES:
            # Words as ENUMs, as we keep them.
            words = {column: kind.categories.to_list()
                     for column, kind in pl.read_parquet_schema(folder / f"{name}.parquet").items()
                     if isinstance(kind, pl.Enum)}  # fmt: skip
            for column, of in words.items():
                self._run.execute(f"CREATE TYPE {name}_{column} AS ENUM ({', '.join(map(repr, of))})")
            casts = ", ".join(f"{column}::{name}_{column} AS {column}" for column in words)
            replaced = f"* REPLACE ({casts})" if casts else "*"
            row = f', row_number() OVER () - 1 AS "{_ROWS_ARE[name]}"' if name in _ROWS_ARE else ""
            self._run.execute(f"CREATE TABLE {name} AS SELECT {replaced}{row} FROM "
                              f"read_parquet('{folder / name}.parquet')")  # fmt: skip

    def __call__(self) -> None:
        self._run.execute(_EARN, {"as_of": self._as_of})

    def lines(self) -> pl.DataFrame:
        """kind, group, broker, cents; and `due` with no cents where something is due without an amount."""
        names = ("kind", "group", "broker", "cents")
        found = self._run.execute('SELECT kind, "group"::BIGINT, broker::BIGINT, cents::BIGINT FROM earned')
        columns = found.fetchnumpy().values()
        return pl.DataFrame([pl.Series(name, each.tolist()) for name, each in zip(names, columns, strict=True)])
