"""Who of a family is charged: every adult, every child of 21 and over, and the three oldest under 21."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.rulebook import Guideline

CHILDREN = ("child", "disabled_child")


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyTerms:
    """Ages in completed years on the rating date; a child of `child_rated_as_adult_from_age` takes no slot."""

    child_rated_as_adult_from_age: int
    oldest_children_rated: int


def family_terms(guideline: Guideline, on: date) -> FamilyTerms:
    """Raises Refused where the guideline does not say who of a family is charged."""
    heading = guideline.headings.get("rating")
    if heading is None:
        raise Refused(Problem(f"rating of {guideline.id}", "it is not said who of a family is charged.",
                              "Add rating.yaml to the guideline; underwriting does not need it."))  # fmt: skip
    return heading.terms_on(FamilyTerms, on)


def age_on(birth: pl.Expr, on: pl.Expr) -> pl.Expr:
    """Completed years on a day, as dates.age_on has it. Int64: products of Int8 date parts wrap silently."""
    birthday_to_come = (birth.dt.month() > on.dt.month()) | (
        (birth.dt.month() == on.dt.month()) & (birth.dt.day() > on.dt.day())
    )
    return on.dt.year().cast(pl.Int64) - birth.dt.year().cast(pl.Int64) - birthday_to_come.cast(pl.Int64)


def with_charged(members: pl.DataFrame, on: date, terms: FamilyTerms) -> pl.DataFrame:
    """The members with `age` and `charged`, in their order (guide, page 5; 45 CFR 147.102(c)(1)).

    `members` are those who are to be covered: family_id, relationship, date_of_birth. An employee or spouse under
    21 is an adult of the family and takes no slot. Children born on one day take slots in the order of the rows,
    which changes no total: their rates are the same.
    """
    members = members.with_columns(age=age_on(pl.col("date_of_birth"), pl.lit(on)))
    young = members["relationship"].is_in(CHILDREN) & (members["age"] < terms.child_rated_as_adult_from_age)
    if not young.any():
        return members.with_columns(charged=pl.lit(True))
    # Only the young children are ranked: a window over everybody costs three times as much.
    slots = (
        members.with_row_index("place").filter(young).sort("date_of_birth", "place")
        .with_columns(slot=pl.int_range(pl.len()).over("family_id")).sort("place")["slot"]
    )  # fmt: skip
    charged = pl.Series("charged", [True]).new_from_index(0, members.height)
    charged = charged.scatter(young.arg_true(), slots < terms.oldest_children_rated)
    return members.with_columns(charged)
