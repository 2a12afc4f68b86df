"""A carrier's or an agency's own count beside ours: every difference by member, with the rule that explains it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from smallgroup.errors import Problem, Refused
from smallgroup.rewards.earn import Earned, OneProgram
from smallgroup.rewards.report import reasons_of
from smallgroup.rulebook.program import Program


@dataclass(frozen=True, slots=True)
class Difference:
    """A member that one side counts and the other does not; or, where they give numbers only, a group."""

    group_id: str
    member_id: str | None
    ours: int
    theirs: int
    rule: str | None
    because: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    program: str
    ours: int
    theirs: int
    differences: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        return {"program": self.program, "ours": self.ours, "theirs": self.theirs,
                "differences": [one.as_json() for one in self.differences]}  # fmt: skip


def reconcile(earned: Earned, program: str, theirs: pl.DataFrame, *, file: str) -> Reconciliation:
    """`theirs` are texts: group_id and member_id, a row for each member they count; or group_id and members, a number.

    Raises Refused where the columns are others, a cell is empty, a member stands twice, or a number is none.
    """
    one = next(each for each in earned.of if each.program.id == program)
    our_members = counted_members(earned, one)
    reasons = _explained(earned, program)
    if "member_id" in theirs.columns:
        return _by_member(one.program, our_members, _checked(theirs, "member_id", file), reasons)
    return _by_group(one.program, our_members, _checked(theirs, "members", file), reasons)


def counted_members(earned: Earned, one: OneProgram) -> pl.DataFrame:
    """group_id and member_id of everybody who counts in a program."""
    sales = earned.sales
    members = sales.members.select("group", "member_id", "role")
    if one.program.unit in ("subscriber", "employee"):
        members = members.filter(pl.col("role") == "subscriber")
    rows = (
        members.join(one.credits.select("group").unique(), on="group", how="semi").group_by("group", "member_id").len()
    )
    # A member counts unless every row that speaks of them is left out: a second row of theirs is.
    out = one.reasons.filter(pl.col("member_id").is_not_null()).group_by("group", "member_id").len("out")
    left = rows.join(out, on=["group", "member_id"], how="left").filter(pl.col("len") > pl.col("out").fill_null(0))
    return left.select(sales.sales["group_id"].gather(left["group"]).alias("group_id"), "member_id")


def _checked(theirs: pl.DataFrame, value: str, file: str) -> pl.DataFrame:
    fix = "Give group_id with member_id, or group_id with members."
    problems = [
        Problem(f"{file}, row 1", f"the column {name} is missing.", fix, row=1, column=name)
        for name in ("group_id", value) if name not in theirs.columns
    ]  # fmt: skip
    if problems:
        raise Refused(problems)
    found = theirs.select(pl.col("group_id", value).str.strip_chars()).with_row_index("row", offset=2)
    for row, group, cell in found.iter_rows():
        if not group or not cell:
            problems.append(
                Problem(f"{file}, row {row}", "a cell is empty.", "Fill it in, or take the row out.", row=row)
            )
        elif value == "members" and not (cell.isascii() and cell.isdigit()):
            problems.append(Problem(f"{file}, row {row}, members", f"{cell!r} is not a number of members.",
                                    "Write a whole number.", seen=cell, row=row, column="members"))  # fmt: skip
    key = ["group_id", "member_id"] if value == "member_id" else ["group_id"]
    for row, group in found.filter(~pl.struct(key).is_first_distinct()).select("row", "group_id").iter_rows():
        problems.append(Problem(f"{file}, row {row}", f"the {value.rstrip('s').replace('_id', '')} of group {group} "
                                "stands in an earlier row too.", "Keep one row.", row=row))  # fmt: skip
    if problems:
        raise Refused(problems)
    return found.drop("row")


def _explained(earned: Earned, program: str) -> dict[tuple[str, str | None], tuple[str, str]]:
    """(group, member or None) → the rule and the sentence why we do not count it; what is held is told too."""
    found: dict[tuple[str, str | None], tuple[str, str]] = {}
    for said in (reasons_of(earned), reasons_of(earned, earned.referrals), reasons_of(earned, earned.open)):
        for one in said.filter(pl.col("program") == program).iter_rows(named=True):
            found.setdefault((one["group_id"], one["member_id"]), (one["rule"], one["because"]))
    return found


def _by_member(
    program: Program, ours: pl.DataFrame, theirs: pl.DataFrame, reasons: dict[tuple[str, str | None], tuple[str, str]]
) -> Reconciliation:
    key = ["group_id", "member_id"]
    found = []
    for group, member in theirs.join(ours, on=key, how="anti").sort(key).iter_rows():
        rule, because = reasons.get((group, member)) or reasons.get((group, None)) or (
            None, "no such member is in members.csv, or the group is not in sales.csv")  # fmt: skip
        found.append(Difference(group, member, 0, 1, rule, because))
    for group, member in ours.join(theirs, on=key, how="anti").sort(key).iter_rows():
        because = "counts here: covered from the day of the group; not on their list"
        found.append(Difference(group, member, 1, 0, program.rules["member"], because))
    return Reconciliation(program.id, ours.height, theirs.height, tuple(found))


def _by_group(
    program: Program, ours: pl.DataFrame, theirs: pl.DataFrame, reasons: dict[tuple[str, str | None], tuple[str, str]]
) -> Reconciliation:
    said = {group: int(number) for group, number in theirs.iter_rows()}
    mine = dict(ours.group_by("group_id").len().iter_rows())
    found = []
    for group in sorted(said.keys() | mine.keys()):
        if said.get(group, 0) == mine.get(group, 0):
            continue
        rule, because = reasons.get((group, None)) or _of_its_members(group, reasons, mine.get(group, 0))
        found.append(Difference(group, None, mine.get(group, 0), said.get(group, 0), rule, because))
    return Reconciliation(program.id, ours.height, sum(said.values()), tuple(found))


def _of_its_members(
    group: str, reasons: dict[tuple[str, str | None], tuple[str, str]], ours: int
) -> tuple[str | None, str]:
    left_out = sorted({text for (of, member), text in reasons.items() if of == group and member})
    if not left_out:
        return None, "they all count here" if ours else "the group is not in sales.csv, or has no members"
    rules = {rule for rule, _ in left_out}
    told = "; ".join(f"{because} ({rule})" for rule, because in left_out)
    return rules.pop() if len(rules) == 1 else None, f"left out here: {told}"
