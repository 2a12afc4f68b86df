"""Tables whose rows are written once: the database refuses to change or delete them, whoever asks.

A model says so with `unchanging = Unchanging(...)`. The triggers are laid anew after every migration, since SQLite
drops a table's triggers when a migration rebuilds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

SAID = "what is written here is never changed"


@dataclass(frozen=True)
class Unchanging:
    """No UPDATE but of the columns `may_change`; no DELETE but of rows for which `may_delete` holds.

    `may_delete` is SQL over the row `OLD`, the same for SQLite and PostgreSQL.
    """

    may_change: Sequence[str] = ()
    may_delete: str = "1 = 0"


def lay_triggers(sender: AppConfig, *, using: str, **signal: Any) -> None:
    """After the migrations of an app. Its tables may not be there yet, when only some are migrated."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in sender.get_models():
            rule = getattr(model, "unchanging", None)
            if isinstance(rule, Unchanging) and model._meta.db_table in tables:
                for statement in _statements(model._meta.db_table, rule, connection, cursor):
                    cursor.execute(statement)


def _statements(table: str, rule: Unchanging, connection: BaseDatabaseWrapper, cursor: Any) -> list[str]:
    described = connection.introspection.get_table_description(cursor, table)
    kept = [column.name for column in described if column.name not in rule.may_change]
    said = f"{table}: {SAID}"
    if connection.vendor == "postgresql":
        changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in kept)
        refuse = f"RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'"
        return [
            f"""CREATE OR REPLACE FUNCTION {table}_unchanging() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF TG_OP = 'UPDATE' THEN IF {changed} THEN {refuse}; END IF; RETURN NEW; END IF;
                IF TG_OP = 'DELETE' THEN IF {rule.may_delete} THEN RETURN OLD; END IF; END IF;
                {refuse}; END $$""",
            f"""CREATE OR REPLACE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW
                EXECUTE FUNCTION {table}_unchanging()""",
            f"""CREATE OR REPLACE TRIGGER {table}_all BEFORE TRUNCATE ON {table}
                EXECUTE FUNCTION {table}_unchanging()""",
        ]
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in kept)
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_update",
        f"DROP TRIGGER IF EXISTS {table}_no_delete",
        f"""CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {changed}
            BEGIN SELECT RAISE(ABORT, '{said}'); END""",
        f"""CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT ({rule.may_delete})
            BEGIN SELECT RAISE(ABORT, '{said}'); END""",
    ]
