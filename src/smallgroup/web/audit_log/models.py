"""The audit log: a line with every verb, which nobody can change or delete, each holding the hash of the last.

The database itself numbers and chains the lines, by trigger (see the first migration), so that a line put in by
any other way is chained too. A line names objects, never what is in them: it holds no personal data but who did it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models

from smallgroup.web import clock

if TYPE_CHECKING:
    from uuid import UUID

    from smallgroup.web.accounts.models import User

SEPARATOR = "\x1f"
CHAINED = ("at", "who", "verb", "kind", "object_id", "group_id", "detail")


class AuditLine(models.Model):
    """One thing that somebody did or read. `who` is a user's id, or the word for what did it."""

    id = models.BigAutoField(primary_key=True)
    at = models.CharField(max_length=40)
    who = models.CharField(max_length=60, db_index=True)
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=60, db_index=True)
    group_id = models.CharField(max_length=60, db_index=True, blank=True)
    detail = models.TextField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.id}: {self.verb} {self.kind} {self.object_id}"

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.detail)
        return found


def record(
    who: User | str, verb: str, kind: str, object_id: UUID | str | int, *, group_id: UUID | str = "", **detail: object
) -> AuditLine:
    """Write a line, in the caller's transaction: what it tells of and the line are there together or not at all."""
    name = who if isinstance(who, str) else str(who.pk)
    text = json.dumps(_plain(detail), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    line = AuditLine(
        at=clock.now().isoformat(timespec="microseconds"), who=name, verb=verb, kind=kind, object_id=str(object_id),
        group_id=str(group_id), detail=text, previous="", hash="",
    )  # fmt: skip
    for field in CHAINED:
        if SEPARATOR in getattr(line, field):
            raise ValueError(f"the audit line's {field} holds a control character")
    line.save(force_insert=True)
    return line


def _plain(detail: Mapping[str, object]) -> dict[str, object]:
    return {key: value if isinstance(value, str | int | bool | list | dict | None) else str(value)
            for key, value in detail.items()}  # fmt: skip


def hash_of(previous: str, number: int, values: list[str]) -> str:
    """What the triggers compute: SHA-256 of the last hash, the number and the values, between separators."""
    return hashlib.sha256(SEPARATOR.join([previous, str(number), *values]).encode()).hexdigest()


def first_bad_line() -> tuple[int, str] | None:
    """The first line that is not as it was written, with what is wrong; None where all of them are."""
    previous, expected = "", 1
    for line in _lines():
        if line["id"] != expected:
            return expected, f"Line {expected} is missing: the next one is {line['id']}."
        if line["previous"] != previous:
            return expected, f"Line {expected} does not hold the hash of the line before it."
        found = hash_of(previous, expected, [line[name] for name in CHAINED])
        if line["hash"] != found:
            return expected, f"Line {expected} is not what was written: its hash is another."
        previous, expected = line["hash"], expected + 1
    return None


def head() -> tuple[int, str]:
    """The number and hash of the last line; noted elsewhere, they also prove that no last line was cut off."""
    last = AuditLine.objects.order_by("-id").values_list("id", "hash").first()
    return last or (0, "")


def _lines() -> Iterator[dict[str, Any]]:
    yield from AuditLine.objects.order_by("id").values("id", "previous", "hash", *CHAINED).iterator(chunk_size=5000)
