"""Invented cases for the tests of the underwriters' pages: the sample bakery, and it with one thing otherwise."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import polars as pl

from smallgroup.web.cases import verbs
from smallgroup.web.cases.models import Case, Paper
from smallgroup.web.census_work import read_file
from smallgroup.web.groups.verbs import make_group, revise_application, revise_census
from smallgroup.web.sample import hand_in_papers
from smallgroup.web.vault.models import seal
from tests.web.conftest import EXAMPLES, TODAY

TEXT = (EXAMPLES / "group.yaml").read_text()
TEXTS = {
    "approve": TEXT,
    "decline": re.sub(r"full_time: \d+", "full_time: 80", TEXT),
    "pend": re.sub(r".*kind: waiver_forms.*\n", "", TEXT).replace("compensation: covered", "compensation: none"),
    "refer": TEXT,
    "refer, a paper missing": re.sub(r".*kind: waiver_forms.*\n", "", TEXT),
}
"""What the rules find → an application of which they find it; what is referred is so by its census."""
CONTRACTORS = 3


@lru_cache(maxsize=1)
def members() -> pl.DataFrame:
    return read_file((EXAMPLES / "census.xlsx").read_bytes(), "census.xlsx", as_of=TODAY).members


def with_contractors(frame: pl.DataFrame) -> pl.DataFrame:
    """Three more who enroll are paid by 1099: whether they are at most half hangs on who is counted."""
    words = {name: pl.col(name).cast(pl.String) for name in ("relationship", "election", "worker_type", "paid_on")}
    w2 = (words["relationship"] == "employee") & (words["election"] == "enroll") & (words["worker_type"] == "w2")
    ids = frame.filter(w2)["member_id"].to_list()[-CONTRACTORS:]
    return frame.with_columns(
        pl.when(pl.col("member_id").is_in(ids)).then(pl.lit("1099")).otherwise(words[name])
        .cast(frame.schema[name]).alias(name)
        for name in ("worker_type", "paid_on")
    )  # fmt: skip


def make_case(people: Any, finds: str = "approve", *, name: str = "Example Crumb Bakery Inc") -> Case:
    """A case of Oak Agency, submitted by Ada, of which the rules find that."""
    group = make_group(organization=people.oak, legal_name=name, state="GA", by=people.ada)
    revise_application(group, TEXTS[finds].replace("Example Crumb Bakery Inc", name), by=people.ada)
    census = with_contractors(members()) if finds.startswith("refer") else members()
    revise_census(group, census, by=people.ada, original_name="census.xlsx")
    hand_in_papers(group, by=people.ada)
    case = verbs.submit(group, by=people.ada)
    assert case.engine == finds.partition(',')[0]
    return case


def make_paper(case: Case, kind: str, people: Any, *, body: bytes = b"%PDF-1.7 invented", name: str = "") -> Paper:
    sealed = seal(body, kind="upload", media_type="application/pdf")
    return Paper.objects.create(
        group=case.group, kind=kind, file=sealed, name=name or f"{kind}.pdf", received_on=TODAY, made_by=people.ada
    )
