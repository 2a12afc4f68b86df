"""The audit log: chained by the database, never changed, and a changed line is named."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from smallgroup.web.audit_log.models import AuditLine, first_bad_line, head, record

VENDOR = connection.vendor


@pytest.mark.django_db
def test_lines_are_numbered_and_chained_without_a_gap() -> None:
    assert first_bad_line() is None
    for n in range(5):
        record("rules", "try", "thing", n, note="é – 中")
    with transaction.atomic():
        record("rules", "try", "thing", 5)
        transaction.set_rollback(True)
    record("rules", "try", "thing", 6)
    lines = list(AuditLine.objects.order_by("id"))
    assert [line.id for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [line.previous for line in lines[1:]] == [line.hash for line in lines[:-1]]
    assert first_bad_line() is None
    assert head() == (6, lines[-1].hash)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_log_auditline SET verb = 'other' WHERE id = 2",
        "UPDATE audit_log_auditline SET hash = '' WHERE id = 2",
        "DELETE FROM audit_log_auditline WHERE id = 3",
        "DELETE FROM audit_log_auditline",
    ],
)
def test_no_line_is_changed_or_deleted(sql: str) -> None:
    for n in range(3):
        record("rules", "try", "thing", n)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert first_bad_line() is None


@pytest.mark.django_db
def test_a_line_put_in_by_hand_is_chained_too() -> None:
    record("rules", "try", "thing", 1)
    columns = "at, who, verb, kind, object_id, group_id, detail, previous, hash"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_log_auditline ({columns}) VALUES ('x', 'y', 'z', 'k', '1', '', '{{}}', '', '')"
        )
    assert head()[0] == 2
    assert first_bad_line() is None


def _without_triggers(*statements: str) -> None:
    """What somebody with the database's own rights could do."""
    names = {
        "sqlite": ["audit_log_no_update", "audit_log_no_delete", "audit_log_in_order", "audit_log_chain"],
        "postgresql": ["audit_log_rows ON audit_log_auditline", "audit_log_chain ON audit_log_auditline"],
    }[VENDOR]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "bad", "said"),
    [
        ("UPDATE audit_log_auditline SET verb = 'other' WHERE id = 3", 3, "not what was written"),
        ("UPDATE audit_log_auditline SET who = 'else' WHERE id = 1", 1, "not what was written"),
        ("DELETE FROM audit_log_auditline WHERE id = 2", 2, "is missing"),
        ("UPDATE audit_log_auditline SET previous = 'x' WHERE id = 4", 4, "hash of the line before"),
    ],
)
def test_the_first_changed_line_is_named(sql: str, bad: int, said: str) -> None:
    for n in range(5):
        record("rules", "try", "thing", n)
    _without_triggers(sql)
    found = first_bad_line()
    assert found is not None
    assert found[0] == bad
    assert said in found[1]


def test_three_writers_make_one_chain(threads_db: Any) -> None:
    failures = []

    def write(name: str) -> None:
        try:
            for n in range(20):
                with transaction.atomic():
                    record(name, "try", "thing", n)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert head()[0] == 60
    assert first_bad_line() is None
