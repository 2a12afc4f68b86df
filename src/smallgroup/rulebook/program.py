"""A reward program of a broker: dated, cited, and typed. One file of data/*/programs/ is one version of a program."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

from smallgroup import strict
from smallgroup.errors import Problem, Refused, did_you_mean

_DATA = Path(__file__).parent / "data"

Unit = Literal["member", "subscriber", "employee", "group"]
Mode = Literal["marginal", "cumulative", "retroactive", "group_band", "band_by_groups"]
Channel = Literal["direct", "californiachoice", "covered_california", "general_agency", "association"]
Market = Literal["small", "large"]
Origin = Literal["exchange", "association", "trust_fund", "union", "peo"]
Condition = Literal["good_standing", "appointed", "agreement", "licensed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByGroups:
    """What a group of a band pays, by how many groups the broker has sold."""

    from_: int
    to: int | None = None
    once: strict.Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The units from `from_` to `to`, both inclusive, and what they pay: an amount once, or one for each unit."""

    from_: int
    to: int | None = None
    once: strict.Cents | None = None
    each: strict.Cents | None = None
    by_groups: tuple[ByGroups, ...] = ()
    kind: str | None = None
    rule: str | None = None

    @property
    def pays(self) -> bool:
        return bool(self.once or self.each or self.by_groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """How units become dollars.

    marginal: a step pays once when it is reached, and for each unit inside it. cumulative: every step that is reached
    pays once. retroactive: the step that the count stands in pays for every unit, the first too. group_band: the
    same by the size of each group alone. band_by_groups: each group pays once, by its size and by the number of
    groups. `kind` and `rule` name the earnings; a step of a cumulative program may have its own.
    """

    mode: Mode
    steps: tuple[Step, ...]
    kind: str
    rule: str

    def __post_init__(self) -> None:
        _refuse_gaps(self.steps, "tier", "units")
        for step in self.steps:
            if step.by_groups:
                _refuse_gaps(step.by_groups, f"band from {step.from_}", "groups", start=None)
            wrong = _what_a_step_may_not(self.mode, step)
            if wrong:
                raise ValueError(f"the tier from {step.from_} {wrong}")
        if not any(step.pays for step in self.steps):
            raise ValueError("no tier pays anything. Leave tiers out where the amount is not known.")

    def step_of(self, units: Fraction) -> int | None:
        """The place of the step that a count stands in; None below the first."""
        reached = [place for place, step in enumerate(self.steps) if units >= step.from_]
        return reached[-1] if reached else None


def _what_a_step_may_not(mode: Mode, step: Step) -> str:
    said = {"once": step.once is not None, "each": step.each is not None, "by_groups": bool(step.by_groups)}
    allowed = {
        "marginal": {"once", "each"}, "cumulative": {"once"}, "retroactive": {"each"}, "group_band": {"each"},
        "band_by_groups": {"by_groups"},
    }[mode]  # fmt: skip
    wrong = sorted(name for name, given in said.items() if given and name not in allowed)
    return f"pays {' and '.join(wrong)}, which a {mode} program does not." if wrong else ""


def _refuse_gaps(steps: tuple[Any, ...], what: str, unit: str, start: int | None = 1) -> None:
    """Steps run on from one unit to the next, and the last has no end, so that no count falls between."""
    if not steps:
        raise ValueError(f"there is no {what}.")
    if start is not None and steps[0].from_ != start:
        raise ValueError(f"the first {what} is from {steps[0].from_} {unit}, so 1 to {steps[0].from_ - 1} have none. "
                         f"Write what they pay, or a {what} that pays nothing.")  # fmt: skip
    for earlier, later in itertools.pairwise(steps):
        if earlier.to is None or earlier.to >= later.from_:
            raise ValueError(f"two {what}s hold for {later.from_} {unit}: close the earlier with "
                             f"to: {later.from_ - 1}.")  # fmt: skip
        if earlier.to + 1 != later.from_:
            missed = f"{earlier.to + 1} to {later.from_ - 1}" if earlier.to + 2 < later.from_ else f"{earlier.to + 1}"
            raise ValueError(f"no {what} holds for {missed} {unit}: nothing may fall between.")
    if steps[-1].to is not None:
        raise ValueError(f"no {what} holds for {steps[-1].to + 1} {unit} or more: leave the last one open.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The least that must be sold before anything is paid."""

    rule: str
    units: int = 0
    groups: int = 0

    def __post_init__(self) -> None:
        if not self.units and not self.groups:
            raise ValueError("this gate asks for nothing. Say how many units or groups, or take it out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSize:
    """The least, and the most, of a group that counts at all. What its size is measured in: `Program.size_unit`."""

    rule: str
    at_least: int = 1
    at_most: int | None = None

    def __post_init__(self) -> None:
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"no group has {self.at_least} or more and {self.at_most} or fewer. Correct one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MostOfGroup:
    """The most units of one group that count; those beyond it count for no tier and are not paid."""

    rule: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WinBack:
    """More for each unit of a group that had left since a day."""

    left_since: date
    each: strict.Cents
    kind: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most that one group brings, over every program together, or over this one alone."""

    rule: str
    cents: strict.Cents
    across_programs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """When it is paid: by a day, in several runs, or so many days after the last day of what is counted together.
    `hold` says whether a group is paid before its days of rescission are over."""

    rule: str
    by: date | None = None
    runs: tuple[date, ...] = ()
    hold: Literal["none", "until_kept"] = "none"
    after_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be read in two ways and changes the money. Each is one side of a doubt; see `Program.doubts`.

    counted_for      whose sales are counted together: the entity that is paid, the broker, or each group alone
    period           what is counted together: the window; a calendar year; or the window, after what the year before
                     it has used up already
    late_adds        members whose coverage begins after their group's
    general_agency   sales through a general agency
    look_back        how long a group was without a contract: "6 months", "180 days"; "0 days" where the document
                     only asks for a new group, so that none may be in force
    break_away       which arrangements a group may not come from: any, or those in which it was the carrier's already
    split            what a shared commission divides: the dollars, or the members before they are counted
    ninetieth        which day is compared with the last day of rescission
    rescinded        what is taken back: all that the group changed, or its own part
    attribution      how an amount of many groups is put to each: by members, or in the order of their dates
    special_members  members on continuation coverage, or covered for dental only
    ended_members    members whose own coverage ended within the days of rescission
    by_groups        whether reaching a number of groups raises the earlier groups too
    """

    counted_for: Literal["payee", "broker", "group"] = "payee"
    period: Literal["window", "calendar_year", "since_january", "quarter"] = "window"
    late_adds: Literal["left_out", "counted"] = "left_out"
    general_agency: Literal["counted", "left_out"] = "counted"
    look_back: str = "6 months"
    break_away: Literal["any", "only_the_carriers"] = "any"
    split: Literal["dollars", "members", "not_eligible"] = "dollars"
    ninetieth: Literal["first_day_without", "last_covered_day", "strictly_before"] = "first_day_without"
    rescinded: Literal["recount", "own_part"] = "recount"
    attribution: Literal["by_members", "by_date"] = "by_members"
    special_members: Literal["left_out", "counted"] = "left_out"
    ended_members: Literal["counted", "left_out"] = "counted"
    by_groups: Literal["all_groups", "later_groups"] = "all_groups"

    def __post_init__(self) -> None:
        number, _, unit = self.look_back.partition(" ")
        known = unit.removesuffix("s") in ("month", "day")
        if not (number.isascii() and number.isdigit() and len(number) <= 4) or not known:
            raise ValueError(f"look_back is {self.look_back!r}. Write it as 6 months, or 180 days.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A text that can be read in several ways: the setting, and its other sides."""

    id: str
    setting: str
    others: tuple[str, ...]
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One version of a program, for the sales that take effect from `from_` to `to`, both inclusive.

    `rules` names the rule behind each condition (window, market, state, new_group, break_away, channels, late_add,
    member, broker_of_record, reporting, and the broker's conditions); `tiers` None: the document gives no amount.
    `outside` says what a sale outside of those days is: none of this program's (excluded), or one of which the
    document is silent (refer). `size_unit` is what the size of a group is measured in, for group_size and the bands
    of groups, where it is not the unit that is paid. `enrolled_months` is how long a member must have been covered.
    `amounts` says whether the document states the dollars of the tiers, or whether they stand here for show.
    """

    id: str
    version: str
    title: str
    carrier: str
    state: str
    document: str
    heading: str
    from_: date
    unit: Unit
    rules: dict[str, str]
    channels: tuple[Channel, ...]
    settings: Settings
    to: date | None = None
    page: int | None = None
    tiers: Tiers | None = None
    outside: Literal["excluded", "refer"] = "excluded"
    amounts: Literal["stated", "illustrative"] = "stated"
    gate: Gate | None = None
    group_size: GroupSize | None = None
    most_of_group: MostOfGroup | None = None
    size_unit: Literal["member", "subscriber", "employee"] | None = None
    markets: tuple[Market, ...] = ("small",)
    win_back: WinBack | None = None
    new_group: bool = True
    excluded_origins: tuple[Origin, ...] = ()
    only_carrier: bool = False
    broker_conditions: tuple[Condition, ...] = ()
    snapshot: Literal["effective_date", "period_end"] = "effective_date"
    net_of_lost: bool = False
    enrolled_months: int = 0
    rescission_days: int | None = None
    cap: Cap | None = None
    pay: Pay | None = None
    doubts: tuple[Doubt, ...] = ()
    illustration: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if self.to is not None and self.to < self.from_:
            raise ValueError(f"it ends on {self.to}, before it begins on {self.from_}.")
        if self.net_of_lost and self.settings.counted_for == "group":
            raise ValueError("net_of_lost takes lost groups off new ones, and counted_for: group counts each alone. "
                             "Count for the payee or the broker.")  # fmt: skip
        looks_at_the_end = self.snapshot == "period_end" or (self.pay is not None and self.pay.after_days)
        if looks_at_the_end and self.to is None and self.settings.period in ("window", "since_january"):
            raise ValueError("snapshot: period_end and pay.after_days look at the window's last day, and it has none. "
                             "Write to.")  # fmt: skip
        if self.amounts == "illustrative" and not self.illustration:
            raise ValueError("its amounts are illustrative, so it cannot be run unasked. Write illustration: true.")
        known = Settings.__dataclass_fields__
        for doubt in self.doubts:
            if doubt.setting not in known:
                raise ValueError(f"the doubt {doubt.id} is of {doubt.setting!r}, which is no setting. "
                                 f"{did_you_mean(doubt.setting, list(known))}")  # fmt: skip
            for other in doubt.others:
                self._settings(doubt, other)
        missing = sorted({*_RULES, *self.broker_conditions} - {*self.rules})
        if missing:
            raise ValueError(f"rules does not name {', '.join(missing)}.")
        _refuse_absurd(self, "")
        for name, days in (("rescission_days", self.rescission_days), ("enrolled_months", self.enrolled_months),
                           ("pay.after_days", self.pay.after_days if self.pay else None)):  # fmt: skip
            if days is not None and days > _LONGEST:
                raise ValueError(f"{name} is {days:,}, more than {_LONGEST:,}.")

    @property
    def name(self) -> str:
        return f"{self.id} ({self.version})"

    @property
    def days(self) -> str:
        return f"{self.from_} to {self.to}" if self.to else f"{self.from_} on"

    def covers(self, on: date) -> bool:
        return self.from_ <= on and (self.to is None or on <= self.to)

    def reads(self, doubt: Doubt) -> str:
        """The side of a doubt that this version takes."""
        return str(getattr(self.settings, doubt.setting))

    def doubt_of(self, setting: str, otherwise: str) -> str:
        """What a question about a setting is named by: its doubt, or the rule behind it where there is none."""
        named = (doubt.id for doubt in self.doubts if doubt.setting == setting)
        return next(named, self.rules[otherwise])

    def read_as(self, doubt: Doubt, side: str) -> Program:
        """The same version under another side of a doubt. Raises ValueError for a side that there is not."""
        return replace(self, settings=self._settings(doubt, side))

    def _settings(self, doubt: Doubt, side: str) -> Settings:
        settings = {name: str(getattr(self.settings, name)) for name in Settings.__dataclass_fields__}
        settings[doubt.setting] = side
        given = strict.Given({name: strict.Given(value, 1) for name, value in settings.items()}, 1)
        try:
            return strict.read_as(Settings, given, file=doubt.id)
        except Refused as refused:
            raise ValueError(str(refused)) from None


_RULES = ("window", "market", "state", "new_group", "break_away", "channels", "member", "late_add",
          "broker_of_record", "reporting", "rescission")  # fmt: skip


_LONGEST = 3_660
_LARGEST = 1_000_000_000_00


def _refuse_absurd(value: Any, path: str) -> None:
    """Raises ValueError for a number with which sums could pass 64 bits."""
    if isinstance(value, int) and value > _LARGEST:
        raise ValueError(f"{path} is more than {_LARGEST:,}. Check it.")
    if isinstance(value, tuple):
        for place, inner in enumerate(value):
            _refuse_absurd(inner, f"{path}[{place}]")
    elif is_dataclass(value):
        for one in fields(value):
            name = one.name.rstrip("_")
            _refuse_absurd(getattr(value, one.name), f"{path}.{name}" if path else name)


def read_program(text: str, *, file: str) -> Program:
    """One version of a program. Raises Refused with every problem at once."""
    return strict.read(Program, text, file=file)


def program_file(path: Path) -> Program:
    """A version that stands in a file. Raises Refused with every problem at once."""
    try:
        return read_program(path.read_text("utf-8-sig"), file=path.name)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise Refused(Problem(path.name, f"it cannot be read: {why}.", "Check the file.")) from None


@cache
def known_programs() -> tuple[Program, ...]:
    """Every version of the rulebook, by id and first day."""
    found = [program_file(path) for path in sorted(_DATA.glob("*/programs/*.yaml"))]
    return one_version_a_day(found)


def one_version_a_day(programs: Iterable[Program]) -> tuple[Program, ...]:
    """The versions by id and first day. Raises Refused where two of one program hold for the same day."""
    found = sorted(programs, key=lambda one: (one.id, one.from_))
    problems = [
        Problem(f"program {later.id}",
                f"the versions {earlier.version} and {later.version} both hold on {later.from_}.",
                f"Close {earlier.version} with to: the day before {later.from_}, or take one of the files out.")
        for earlier, later in itertools.pairwise(found)
        if earlier.id == later.id and (earlier.to is None or earlier.to >= later.from_)
    ]  # fmt: skip
    if problems:
        raise Refused(problems)
    return tuple(found)


def chosen_programs(ids: Iterable[str], extra: Iterable[Program] = ()) -> tuple[Program, ...]:
    """The versions of the programs that are named; of none, all but the illustrations, and every extra one.

    Raises Refused for an id that is not known, and where two versions hold for one day.
    """
    extra = tuple(extra)
    every = one_version_a_day([*known_programs(), *extra])
    wanted = set(ids)
    names = sorted({one.id for one in every})
    problems = [Problem("--program", f"{id!r} is not known.", did_you_mean(id, names), seen=id)
                for id in sorted(wanted - set(names))]  # fmt: skip
    if problems:
        raise Refused(problems)
    if wanted:
        return tuple(one for one in every if one.id in wanted)
    return extra or tuple(one for one in every if not one.illustration)


__all__ = [
    "ByGroups", "Cap", "Doubt", "Gate", "GroupSize", "MostOfGroup", "Pay", "Program", "Settings", "Step", "Tiers",
    "WinBack", "chosen_programs", "known_programs", "one_version_a_day", "program_file", "read_program",
]  # fmt: skip
