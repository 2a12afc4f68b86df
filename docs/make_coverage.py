"""Makes docs/coverage.md: every rule of the guide, what holds it, what proves it, and what the sample group gets.

    make docs            (python docs/make_coverage.py)

Clauses come from the rulebook, scenarios from tests/scenarios, the outcomes from deciding examples/group.yaml. What is
no clause is named in coverage.yaml; a name that is not there, or a rule that nothing holds, is a fault.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from smallgroup.intake import census_file
from smallgroup.intake.rates_file import rates_file
from smallgroup.quoting.quote import Quote, quote
from smallgroup.rating.area import rating_area
from smallgroup.rulebook import Guideline, guideline, law
from smallgroup.rulebook.program import Program, known_programs
from smallgroup.underwriting import Decision, Inputs, decide, edition

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "coverage.md"
GUIDE, AS_OF = "kp-ga-2025-07", date(2025, 9, 12)
RULES = tuple(f"U{number}" for number in range(1, 63))
REWARD_RULES = tuple(f"R{number}" for number in range(1, 38))
REWARD_READINGS = tuple(f"B{number}" for number in range(1, 15))
READINGS = tuple("A6b" if place == 6.5 else f"A{place}" for place in sorted([*range(1, 24), 6.5]))


@dataclass(frozen=True)
class Rule:
    """A rule of the guide. `clauses` hold it; where none does, functions and tests of their own."""

    id: str
    asks: str
    clauses: tuple[str, ...]
    scenarios: int
    held_by: tuple[str, ...] = ()
    proved_by: tuple[str, ...] = ()
    note: str = ""

    @property
    def waits(self) -> bool:
        """Whether no scenario proves a clause that holds it, nor a test of its own."""
        return not self.scenarios and not self.proved_by

    def faults(self) -> Iterator[str]:
        if not self.clauses and not self.held_by:
            yield f"{self.id}: nothing holds it."
        for name in self.held_by:
            module, _, function = name.partition(":")
            if not callable(getattr(import_module(module), function, None)):
                yield f"{self.id}: {name} is not there."
        for name in self.proved_by:
            path, _, test = name.partition("::")
            if not (ROOT / path).exists() or f"def {test}(" not in (ROOT / path).read_text("utf-8"):
                yield f"{self.id}: {name} is not there."


@dataclass(frozen=True)
class Coverage:
    """Everything that the page says."""

    guide: Guideline = field(default_factory=lambda: guideline(GUIDE))

    @cached_property
    def told(self) -> dict[str, Any]:
        said: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "coverage.yaml").read_text("utf-8"))
        return said

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return self._rules("rules", RULES, self._clauses(), self._scenarios("scenarios"))

    @cached_property
    def reward_rules(self) -> tuple[Rule, ...]:
        return self._rules("reward_rules", REWARD_RULES, _of_programs(), self._scenarios("rewards/scenarios"))

    def _rules(
        self, key: str, ids: Sequence[str], clauses: dict[str, list[str]], scenarios: list[str]
    ) -> tuple[Rule, ...]:
        found = []
        for id in ids:
            said = self.told[key].get(id, {"asks": ""})
            found.append(
                Rule(
                    id, said["asks"], tuple(clauses.get(id, ())), scenarios.count(id), tuple(said.get("held_by", ())),
                    tuple(said.get("proved_by", ())), said.get("note", ""),
                )
            )  # fmt: skip
        return tuple(found)

    def _clauses(self) -> dict[str, list[str]]:
        """Rule → the clauses of the guide, and of the law over it, that hold it."""
        held: dict[str, list[str]] = {}
        for heading in (*self.guide.headings.values(), *law().headings.values()):
            for clause, text in heading.clauses.items():
                for rule in text.rules:
                    held.setdefault(rule, []).append(clause)
        order = [clause.id for clause in edition(self.guide, AS_OF).clauses]
        return {rule: sorted(each, key=order.index) for rule, each in held.items()}

    def _scenarios(self, folder: str) -> list[str]:
        return [
            rule
            for path in sorted((ROOT / "tests" / folder).glob("*.yaml"))
            if path.name != "ordinary.yaml"
            for scenario in yaml.safe_load(path.read_text("utf-8"))
            for rule in scenario["rules"]
        ]

    @cached_property
    def sample(self) -> tuple[Decision, Quote]:
        """The sample group, decided and quoted through the doors that the command line uses."""
        text = (ROOT / "examples" / "group.yaml").read_text("utf-8")
        census = census_file(ROOT / "examples" / "census.xlsx", as_of=AS_OF)
        file = Inputs(text, census.members).file
        area = rating_area(self.guide, file.group.address, AS_OF)
        rates = rates_file(ROOT / "examples" / "rates.csv").in_area(area, file.effective_date)
        decision = decide(Inputs(text, census.members, rates), guideline_id=GUIDE, as_of=AS_OF)
        return decision, quote(file, census.members, rates, guideline=self.guide, as_of=AS_OF)

    @cached_property
    def doubts(self) -> dict[str, dict[str, list[str]]]:
        """`doubts` and `comparisons`: clause → what of it is read, or compared, in more than one way."""
        clauses = edition(self.guide, AS_OF).clauses
        return {
            "doubts": {one.id: list(dict.fromkeys(axis for each in one.readings for axis in each.axes))
                       for one in clauses},
            "comparisons": {one.id: [each.name for each in one.comparisons] for one in clauses},
        }  # fmt: skip

    def faults(self) -> list[str]:
        """What is missing or named wrongly; empty where the page may be trusted."""
        every = (*self.rules, *self.reward_rules)
        found = [fault for rule in every for fault in rule.faults()]
        found += [f"{rule.id}: what it asks is not said." for rule in every if not rule.asks]
        found += [f"{id}: it is not told where it is computed." for id in REWARD_READINGS
                  if id not in self.told["reward_readings"]]  # fmt: skip
        found += [f"{id}: it is not told where it is computed." for id in READINGS if id not in self.told["readings"]]
        named = {kind: set[tuple[str, str]]() for kind in self.doubts}
        for id, said in self.told["readings"].items():
            if not any(key in said for key in ("note", *named)):
                found.append(f"{id}: it is not told where it is computed.")
            for kind, of in named.items():
                of |= {(one["clause"], one["of"]) for one in said.get(kind, ())}
        for kind, of in named.items():
            computed = {(clause, name) for clause, names in self.doubts[kind].items() for name in names}
            found += [f"{clause}: {name!r} is not among its {kind}." for clause, name in sorted(of - computed)]
            found += [f"{clause}: {name!r} is in no row of the {kind}." for clause, name in sorted(computed - of)]
        return found

    def page(self) -> str:
        decision, priced = self.sample
        outcomes = {finding.clause: finding.outcome for finding in decision.findings}
        proved = sum(not rule.waits for rule in self.rules)
        lines = [
            "# What holds each rule, and what proves it",
            "",
            "Made by `make docs` from the rulebook, the scenarios and [coverage.yaml](coverage.yaml): edit those.",
            f"The guideline is {self.guide.title}; the words are ours.",
            "",
            f"{len(self.rules)} rules, {proved} of them with scenarios or tests of their own.",
            f"The sample group, `examples/group.yaml`, is decided as of {AS_OF}: **{decision.decision}**.",
            "",
            "| rule | what it asks | held by | scenarios | other proof | the sample group |",
            "|---|---|---|---:|---|---|",
        ]
        for rule in self.rules:
            held = [f"`{clause}`" for clause in rule.clauses]
            held += [f"`{name.removeprefix('smallgroup.').replace(':', '.')}`" for name in rule.held_by]
            said = [*held, *([rule.note] if rule.note else [])]
            proof = [f"[{name.split('::')[1]}](../{name.split('::')[0]})" for name in rule.proved_by]
            given = list(dict.fromkeys(outcomes[clause] for clause in rule.clauses))
            if len(given) > 1:
                given = [f"{clause}: {outcomes[clause]}" for clause in rule.clauses]
            sample = "; ".join(given) or _of_quote(rule.id, priced)
            cells = (rule.id, rule.asks, "; ".join(said), rule.scenarios, ", ".join(proof), sample)
            lines.append(_row(cells))
        lines += [
            "",
            "## Doubtful readings",
            "",
            "What each is about, and what settles it, is in [open-questions.md](open-questions.md).",
            "Where two readings are decided and differ, a person decides; a comparison is shown and refers nobody.",
            "",
            "| id | what it is about | computed both ways | compared | note |",
            "|---|---|---|---|---|",
        ]
        for id, said in self.told["readings"].items():
            told = ("; ".join(f"`{one['clause']}`: {one['of']}" for one in said.get(kind, ())) for kind in self.doubts)
            lines.append(_row((id, said["about"], *told, said.get("note"))))
        lines += self._rewards()
        return "\n".join(lines) + "\n"


    def _rewards(self) -> list[str]:
        """The second half of the page: the reward programs."""
        proved = sum(not rule.waits for rule in self.reward_rules)
        lines = [
            "",
            "## The reward programs",
            "",
            f"The document is {known_programs_of_the_document()[0].document}: {len(self.reward_rules)} rules.",
            f"{proved} of them have scenarios or tests of their own. A program file names the rule of each term.",
            "",
            "| rule | what it asks | terms of the program files | held by | scenarios | other proof |",
            "|---|---|---|---|---:|---|",
        ]
        for rule in self.reward_rules:
            held = [f"`{name.removeprefix('smallgroup.').replace(':', '.')}`" for name in rule.held_by]
            proof = [f"[{name.split('::')[1]}](../{name.split('::')[0]})" for name in rule.proved_by]
            terms = ", ".join(rule.clauses)
            said = "; ".join([*held, *([rule.note] if rule.note else [])])
            lines.append(_row((rule.id, rule.asks, terms, said, rule.scenarios, ", ".join(proof))))
        lines += [
            "",
            "| id | what it is about | setting | taken, and the other sides | note |",
            "|---|---|---|---|---|",
        ]
        for id in REWARD_READINGS:
            said_of = self.told["reward_readings"].get(id, {"about": ""})
            doubts = {
                (doubt.setting, program.reads(doubt), doubt.others)
                for program in known_programs_of_the_document() for doubt in program.doubts if doubt.id == id
            }  # fmt: skip
            settings = "; ".join(sorted(f"`{setting}`" for setting, _, _ in doubts))
            sides = "; ".join(
                f"**{taken.replace('_', ' ')}**, {', '.join(others).replace('_', ' ')}"
                for _, taken, others in sorted(doubts)
            )
            lines.append(_row((id, said_of["about"], settings, sides, said_of.get("note"))))
        return lines


def known_programs_of_the_document() -> list[Program]:
    return [one for one in known_programs() if not one.illustration]


def _of_programs() -> dict[str, list[str]]:
    """Rule → the terms of the program files that name it."""
    held: dict[str, list[str]] = {}
    for program in known_programs_of_the_document():
        named = [(rule, name) for name, rule in program.rules.items()]
        if program.tiers is not None:
            named += [(step.rule or program.tiers.rule, "tiers") for step in program.tiers.steps if step.pays]
        named += [(program.cap.rule, "cap")] if program.cap else []
        named += [(program.pay.rule, "pay")] if program.pay else []
        for rule, name in named:
            if f"`{name}`" not in held.setdefault(rule, []):
                held[rule].append(f"`{name}`")
    return held


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell) if cell else '—' for cell in cells)} |"


def _of_quote(rule: str, priced: Quote) -> str | None:
    """What the quote of the sample group says of the rules that are no clauses."""
    members, charged = priced.members.height, int(priced.members["charged"].sum())
    return {
        "U3": f"{len(priced.plans)} plans priced",
        "U43": f"guaranteed to {priced.rates_guaranteed_to}",
        "U45": f"{charged} of {members} members charged",
        "U46": f"{members - charged} of {members} at no charge",
    }.get(rule)


def main() -> None:
    coverage = Coverage()
    faults = coverage.faults()
    if faults:
        sys.exit("\n".join(faults))
    PAGE.write_text(coverage.page(), "utf-8")


if __name__ == "__main__":
    main()
