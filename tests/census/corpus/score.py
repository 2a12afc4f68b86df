"""What the reader says of a file, held against what its faults expect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from smallgroup.census.read import Census, read_census
from smallgroup.census.sheet import column_letter
from smallgroup.errors import Problem, Refused
from smallgroup.intake import census_file
from tests.census.corpus import cells, days, people, sheets  # noqa: F401 (each adds its kinds)
from tests.census.corpus.files import save
from tests.census.corpus.grid import LAYOUTS, Grid, Ref, clean
from tests.census.corpus.kinds import ANY, CHECK, KINDS, NOTICE, PROBLEM, READ, Fault, Kind
from tests.census.corpus.staff import AS_OF, Person

Read = Callable[[Grid], Census]


def of_sheet(grid: Grid) -> Census:
    return read_census([grid.sheet()], file="census.csv", as_of=AS_OF)


@dataclass
class Count:
    """Of one kind: faults put in, found at their cell, worth a proposal, with the right one; and what went wrong."""

    put_in: int = 0
    found: int = 0
    repairable: int = 0
    right: int = 0
    unfounded: int = 0  # a proposal where there is no right one, or another than the right one
    unsafe: int = 0  # called safe, where another reading is possible
    false_alarms: int = 0
    wrong: list[str] = field(default_factory=list)  # sentences for a reader of a failing test

    def add(self, other: Count) -> None:
        for name in ("put_in", "found", "repairable", "right", "unfounded", "unsafe", "false_alarms"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong


@dataclass
class Score:
    kinds: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    files: int = 0
    clean_files: int = 0
    clean_files_alarmed: int = 0
    clean_cells: int = 0
    alarms: int = 0

    @property
    def all(self) -> Count:
        whole = Count()
        for count in self.kinds.values():
            whole.add(count)
        return whole


@dataclass
class Answer:
    """What the reader said: a census, or a refusal."""

    census: Census | None
    problems: Sequence[Problem]
    to_check: Sequence[Problem]
    notices: Sequence[str]


def asked(grid: Grid, read: Read) -> Answer:
    try:
        census = read(grid)
    except Refused as refused:
        return Answer(None, refused.problems, refused.to_check, ())
    return Answer(census, (), census.to_check, census.notices)


def _is_at(grid: Grid, problem: Problem, ref: Ref) -> bool:
    row, index = ref
    if row is None:
        return problem.row is None
    if problem.row != grid.number(row):
        return False
    return index is None or problem.letter == column_letter(index)


def _new(problem: Problem) -> str | None:
    if problem.proposal is None:
        return None
    return problem.proposal.new if problem.proposal.kind == "write" else problem.proposal.kind


def judge(grid: Grid, faults: Sequence[Fault], answer: Answer, before: Census | None, score: Score) -> None:
    """Count what was found, and what was said of cells that are as they should be."""
    told = [(PROBLEM, one) for one in answer.problems] + [(CHECK, one) for one in answer.to_check]
    said: set[int] = set()
    for fault in faults:
        count = score.kinds[fault.kind]
        count.put_in += 1
        places = [[ref] for ref in fault.at] if fault.each else [list(fault.at)]
        wants = (
            [right if right is ANY else [right] for right in fault.right] if fault.each else [fault.right] * len(places)
        )
        found = True
        for place, right in zip(places, wants, strict=True):
            here = [one for how, one in told if how in fault.how and any(_is_at(grid, one, ref) for ref in place)]
            if here:
                _judge_proposal(count, fault, here, right)
            else:
                _nothing_told(count, right)
                found = found and _left_in_peace(fault, answer, grid, faults, before)
        if fault.each and not fault.at:
            found = False
        count.found += found
        if not found:
            count.wrong.append(f"{fault.kind}, {grid.layout}: missed. {_summary(answer)}")
        if fault.hides and fault.hides in _everything_said(answer):
            count.unsafe += 1
            count.wrong.append(f"{fault.kind}, {grid.layout}: a Social Security number is printed.")
        for at, (_, one) in enumerate(told):
            if any(_is_at(grid, one, ref) for ref in (*fault.at, *fault.also)):
                said.add(at)
    rest = [one for at, (_, one) in enumerate(told) if at not in said]
    score.files += 1
    score.alarms += len(rest)
    score.clean_cells += sum(cell is not None for row in grid.rows for cell in row) - sum(len(one.at) for one in faults)
    if rest and faults:
        count = score.kinds[faults[0].kind]
        count.false_alarms += len(rest)
        kinds = " and ".join(fault.kind for fault in faults)
        count.wrong.append(f"{kinds}, {grid.layout}: false alarm: {rest[0]}")
    if not faults:
        score.clean_files += 1
        score.clean_files_alarmed += bool(rest)


def _nothing_told(count: Count, right: Any) -> None:
    if right is not ANY and None not in right:
        count.repairable += 1


def _judge_proposal(count: Count, fault: Fault, here: Sequence[Problem], right: Any) -> None:
    if right is ANY:
        return
    given = [(one, _new(one)) for one in here if _new(one) is not None]
    if None not in right:
        count.repairable += 1
        count.right += any(new in right for _, new in given)
        if not any(new in right for _, new in given):
            count.wrong.append(f"{fault.kind}: wanted {right}, proposed {[new for _, new in given]}: {here[0]}")
    for one, new in given:
        if new not in right:
            count.unfounded += 1
            count.wrong.append(f"{fault.kind}: {new!r} is proposed, wanted {right}: {one}")
        elif one.proposal is not None and one.proposal.safe and not fault.safe:
            count.unsafe += 1
            count.wrong.append(f"{fault.kind}: {new!r} is called safe: {one}")


def _left_in_peace(fault: Fault, answer: Answer, grid: Grid, faults: Sequence[Fault], before: Census | None) -> bool:
    """Whether a fault that need not be reported at a cell was read as it should be, and said where it must be."""
    if len(faults) > 1 and READ in fault.how:
        return True  # the file is refused for the others; that nothing is said of this cell is counted as no alarm
    if answer.census is None or before is None or not {READ, NOTICE} & set(fault.how):
        return False
    if READ not in fault.how and not any(all(word in notice for word in fault.says) for notice in answer.notices):
        together = " ".join(answer.notices)
        if not all(word in together for word in fault.says):
            return False
    return same_members(grid, fault, answer.census, before)


_NOT_COMPARED = ("row", "member_id", "family_id")


def same_members(grid: Grid, fault: Fault, census: Census, before: Census) -> bool:
    """The members are those of the clean census but for `new` and `gone`, family by family."""
    everybody: list[Person] = [one for family in grid.families for one in family]
    gone = {id(one) for one in fault.gone}
    clean_rows = before.members.to_dicts()
    if len(clean_rows) != len(everybody):
        return False
    wanted = []
    for person, row in zip(everybody, clean_rows, strict=True):
        if id(person) not in gone:
            wanted.append(row | {name: value for (one, name), value in fault.new.items() if one == id(person)})
    found = census.members.to_dicts()
    if len(found) != len(wanted):
        return False
    if _partition(found) != _partition(wanted):
        return False
    names = [name for name in before.members.columns if name not in _NOT_COMPARED]
    return all(one[name] == other[name] for one, other in zip(found, wanted, strict=True) for name in names)


def _partition(rows: Sequence[dict[str, Any]]) -> list[int]:
    """Families numbered as they come: which id each has does not matter."""
    numbers: dict[str, int] = {}
    return [numbers.setdefault(row["family_id"], len(numbers)) for row in rows]


def _everything_said(answer: Answer) -> str:
    problems = " ".join(str(one.as_json()) for one in (*answer.problems, *answer.to_check))
    return problems + " ".join(answer.notices)


def _summary(answer: Answer) -> str:
    if answer.census is None:
        return "Refused: " + "; ".join(map(str, answer.problems[:3]))
    return "Read. " + "; ".join([*map(str, answer.to_check[:3]), *answer.notices[-3:]])


# --- the corpus


def single(kind: Kind, layout: str, seed: int) -> tuple[Grid, Fault, Grid] | None:
    """The census of this layout and seed with one fault of the kind, and as it was before; None where the layout
    cannot have it."""
    for turn in range(4):
        number = 4 * seed + turn
        northern = number % 4 == 3 or "leading zero" in kind.name
        grid = clean(layout, number, northern=northern)
        fault = kind.put_in(grid, Random(f"{kind.name} {seed}"), grid.families)
        if fault is not None:
            return grid, fault, clean(layout, number, northern=northern)
    return None


def several(layout: str, seed: int) -> tuple[Grid, list[Fault], Grid]:
    """A census with three to six faults of different kinds, each in a family of its own, and as it was before."""
    random = Random(f"several {layout} {seed}")
    grid = clean(layout, seed, families=14)
    free = random.sample(grid.families, len(grid.families))
    found: list[Fault] = []
    for kind in random.sample([kind for kind in KINDS.values() if not kind.alone], k=len(KINDS) // 2):
        if len(found) == 3 + seed % 4:
            break
        fault = kind.put_in(grid, random, free[:1])
        if fault is not None:
            found.append(fault)
            free.pop(0)
    return grid, found, clean(layout, seed, families=14)


def corpus(score: Score, *, seed: int, files: Path, every: int = 7, turns: int = 30) -> Score:
    """One file of each kind in each layout, as many again of several kinds, and each layout clean; `files` is a folder
    in which every so many of them is a real file, read as such."""
    reading = _Reading(files, every)
    before_of: dict[tuple[str, int], Census] = {}

    def as_it_was(before: Grid) -> Census:
        key = (before.layout, hash(str(before.rows)))
        if key not in before_of:
            before_of[key] = of_sheet(before)
        return before_of[key]

    for layout in LAYOUTS:
        for turn in range(4):
            grid = clean(layout, 4 * seed + turn)
            answer = asked(grid, reading)
            judge(grid, [], answer, answer.census, score)
        for kind in KINDS.values():
            one = single(kind, layout, seed)
            if one is not None:
                grid, fault, before = one
                judge(grid, [fault], asked(grid, reading), as_it_was(before), score)
        for turn in range(turns):
            grid, faults, before = several(layout, turns * seed + turn)
            if faults:
                judge(grid, faults, asked(grid, reading), as_it_was(before), score)
    return score


class _Reading:
    """Reads a grid: as a sheet, or, where its fault is one of text or its turn has come, as a file."""

    def __init__(self, folder: Path, every: int):
        self.folder, self.every, self.count = folder, every, 0

    def __call__(self, grid: Grid) -> Census:
        self.count += 1
        only_in_memory = bool(grid.unvalued or grid.from_1904)
        if grid.spoil is None and (only_in_memory or self.count % self.every):
            return of_sheet(grid)
        workbook = grid.spoil is None and (self.count // self.every % 2 == 0 or bool(grid.merged))
        return census_file(save(grid, self.folder, f"census{self.count}", workbook=workbook), as_of=AS_OF)
