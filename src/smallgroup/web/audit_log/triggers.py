"""The chain of the audit log: the database numbers each line and gives it the hash of the one before."""

from __future__ import annotations

import hashlib
from typing import Any

from django.apps import AppConfig
from django.db import connections

from smallgroup.web.audit_log.models import CHAINED, SEPARATOR

TABLE = "audit_log_auditline"
_LOCK = 0x617564697431  # the key of PostgreSQL's advisory lock: "audit1"


def chain_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def teach(sender: object, connection: Any, **signal: Any) -> None:
    """SQLite knows no SHA-256: every connection of ours is taught it. A connection that was not cannot write a line."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("smallgroup_sha256", 1, chain_hash, deterministic=True)


def lay_chain(sender: AppConfig, *, using: str, **signal: Any) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for statement in _postgresql() if connection.vendor == "postgresql" else _sqlite():
            cursor.execute(statement)


def _joined(row: str, previous: str, separator: str) -> str:
    return f" || {separator} || ".join([previous, f"CAST({row}.id AS text)", *(f"{row}.{name}" for name in CHAINED)])


def _sqlite() -> list[str]:
    """The trigger writes the hashes after the row, which is why a row without a hash yet may be updated, once."""
    previous = f"coalesce((SELECT hash FROM {TABLE} WHERE id < NEW.id ORDER BY id DESC LIMIT 1), '')"
    text = _joined("NEW", previous, f"char({ord(SEPARATOR)})")
    said = "audit log: what is written here is never changed"
    return [
        *(f"DROP TRIGGER IF EXISTS audit_log_{name}" for name in ("chain", "no_update", "no_delete", "in_order")),
        f"""CREATE TRIGGER audit_log_in_order BEFORE INSERT ON {TABLE}
            WHEN NEW.hash <> '' OR (NEW.id IS NOT NULL AND NEW.id <> -1
                 AND NEW.id <> coalesce((SELECT max(id) FROM {TABLE}), 0) + 1)
            BEGIN SELECT RAISE(ABORT, 'audit log: the database numbers and chains the lines itself'); END""",
        f"""CREATE TRIGGER audit_log_chain AFTER INSERT ON {TABLE}
            BEGIN UPDATE {TABLE} SET previous = {previous}, hash = smallgroup_sha256({text}) WHERE id = NEW.id; END""",
        f"""CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON {TABLE} WHEN OLD.hash <> ''
            BEGIN SELECT RAISE(ABORT, '{said}'); END""",
        f"CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{said}'); END",
    ]


def _postgresql() -> list[str]:
    """The lock is held to the end of the writer's transaction, so numbers and hashes are in the order of commits."""
    text = _joined("NEW", "NEW.previous", f"chr({ord(SEPARATOR)})")
    return [
        f"""CREATE OR REPLACE FUNCTION audit_log_chain() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM pg_advisory_xact_lock({_LOCK});
            NEW.id := coalesce((SELECT max(id) FROM {TABLE}), 0) + 1;
            NEW.previous := coalesce((SELECT hash FROM {TABLE} WHERE id = NEW.id - 1), '');
            NEW.hash := encode(sha256(convert_to({text}, 'UTF8')), 'hex');
            RETURN NEW; END $$""",
        """CREATE OR REPLACE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'audit log: what is written here is never changed'
                USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        f"""CREATE OR REPLACE TRIGGER audit_log_chain BEFORE INSERT ON {TABLE} FOR EACH ROW
            EXECUTE FUNCTION audit_log_chain()""",
        f"""CREATE OR REPLACE TRIGGER audit_log_rows BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW
            EXECUTE FUNCTION audit_log_refuse()""",
        f"""CREATE OR REPLACE TRIGGER audit_log_all BEFORE TRUNCATE ON {TABLE}
            EXECUTE FUNCTION audit_log_refuse()""",
    ]
