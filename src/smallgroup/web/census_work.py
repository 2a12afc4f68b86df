"""A census in the portal: a file that was handed in → members, sealed; and the counts that are kept in clear."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction

from smallgroup.web.vault.models import Sealed, seal

if TYPE_CHECKING:
    from smallgroup.census.read import Census
    from smallgroup.census.sheet import Sheet
    from smallgroup.web.accounts.models import User
    from smallgroup.web.groups.models import CensusRevision, Group

PARQUET = "application/vnd.apache.parquet"
_UNSAFE = re.compile(r"[^\w .()+-]+")


@contextmanager
def on_disk(data: bytes, name: str) -> Iterator[Path]:
    """The file as the readers want it: under its own name, in a folder that only this process sees, and then gone."""
    safe = _UNSAFE.sub("_", Path(name.replace("\\", "/")).name).strip(". ")[-120:] or "census"
    with tempfile.TemporaryDirectory(prefix="smallgroup-") as folder:
        path = Path(folder) / safe
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        yield path


def read_file(data: bytes, name: str, *, as_of: date, mapping: Mapping[str, str] | None = None) -> Census:
    """The census in a file that was handed in. Raises Refused with everything that is wrong with it."""
    from smallgroup.intake import census_file

    with on_disk(data, name) as path:
        return census_file(path, mapping=mapping, recognition=False, as_of=as_of)


def read_sheets(data: bytes, name: str) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """Its sheets as they are, for cells that are mended before they are read. Raises Refused."""
    from smallgroup.intake import census_sheets

    with on_disk(data, name) as path:
        return census_sheets(path, recognition=False)


def bytes_of(members: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    members.write_parquet(out, compression="zstd", statistics=False)
    return out.getvalue()


def frame_of(data: bytes) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(data))


def measures_of(members: pl.DataFrame) -> dict[str, Any]:
    """What a list shows of a census: counts, and nobody. Unknown elections are counted as such, not as answers."""
    employees = members.filter(pl.col("relationship") == "employee")
    election = employees["election"].cast(pl.String)
    return {
        "members": members.height, "employees": employees.height,
        "dependents": members.height - employees.height,
        "enroll": int((election == "enroll").sum()), "waive": int((election == "waive").sum()),
        "decline": int((election == "decline").sum()), "unknown": int(election.null_count()),
        "workers_1099": int((employees["worker_type"].cast(pl.String) == "1099").sum()),
    }  # fmt: skip


@transaction.atomic
def keep_census(
    members: pl.DataFrame, *, group: Group | None, by: User | None, notices: Sequence[str] = (),
    original: Sealed | None = None, original_name: str = "", holds_from: date | None = None, why: str = "",
) -> CensusRevision:  # fmt: skip
    """The next revision of a group's census, or of a quote's without a group; sealed, never changed again."""
    from smallgroup.web.groups.models import CensusRevision

    number = None
    if group is not None:
        last = CensusRevision.objects.filter(group=group).order_by("-number").values_list("number", flat=True).first()
        number = (last or 0) + 1
    return CensusRevision.objects.create(
        group=group, number=number, members=seal(bytes_of(members), kind="census", media_type=PARQUET),
        original=original, original_name=original_name[-200:], measures=measures_of(members), notices=list(notices),
        holds_from=holds_from, why=why, made_by=by,
    )  # fmt: skip


def keep_original(data: bytes, *, media_type: str = "application/octet-stream") -> Sealed:
    """The file as it came, sealed."""
    return seal(data, kind="original", media_type=media_type)
