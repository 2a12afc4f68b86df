"""How readings make an outcome, and outcomes a decision."""

from __future__ import annotations

from itertools import product

import polars as pl

from smallgroup.underwriting import edition
from smallgroup.underwriting.clause import OUTCOMES
from smallgroup.underwriting.folding import DECISIONS
from smallgroup.underwriting.outcomes import MET, NEEDS_EVIDENCE, NOT_APPLICABLE, NOT_MET, REFER, outcome
from tests.underwriting.cases import AS_OF, GUIDE

TRUTH = (True, False, None)
OUTCOMES_BY_READING = {
    (True, True, True): MET, (False, False, False): NOT_MET, (None, None, None): NEEDS_EVIDENCE,
    (True, True, False): REFER, (True, False, None): REFER, (False, True, None): REFER, (None, True, False): REFER,
    (True, None, None): MET, (False, None, None): NOT_MET, (None, True, True): NEEDS_EVIDENCE,
    (None, False, None): NEEDS_EVIDENCE, (True, True, None): MET, (False, False, None): NOT_MET,
}  # fmt: skip


def test_the_outcome_of_every_mix_of_readings() -> None:
    """Two decided and different refer; else the default decides; else it needs evidence. On all 27 mixes."""
    for mix in product(TRUTH, repeat=3):
        decided = {reading for reading in mix if reading is not None}
        by_rule = REFER if len(decided) == 2 else {True: MET, False: NOT_MET, None: NEEDS_EVIDENCE}[mix[0]]
        assert OUTCOMES_BY_READING.get(mix, by_rule) == by_rule
        for applies in TRUTH:
            row = {"applies": applies, "r0": mix[0], "r1": mix[1], "r2": mix[2]}
            frame = pl.DataFrame([row], schema=dict.fromkeys(row, pl.Boolean))
            wanted = by_rule if applies else NOT_APPLICABLE if applies is False else NEEDS_EVIDENCE
            assert frame.select(outcome("applies", ["r0", "r1", "r2"])).item() == wanted


DECLINES = {"size-at-most-fifty", "common-law-employee"}
GROUPS = list(product((True, False), repeat=2))


def test_the_fold_of_every_mix_of_outcomes_of_four_clauses() -> None:
    """decline > refer > pend > approve; the size minimum declines only a business that existed all year, and what
    declines a new group refers one that renews."""
    in_force = edition(GUIDE, AS_OF)
    clauses = [clause.id for clause in in_force.clauses]
    varied = ("size-at-least-one", "common-law-employee", "participation", "form-1099-validation")
    columns = [one.meta.output_name() for one in in_force.reading_columns]
    nothing_missing = {name: name.endswith(".waits") for name in columns if name.endswith((".missing", ".waits"))}
    rows, wanted = [], []
    for mix in product(range(len(OUTCOMES)), repeat=4):
        for established, renewal in GROUPS:
            found = dict.fromkeys(clauses, MET) | dict(zip(varied, mix, strict=True))
            rows.append({**found, **nothing_missing, "established": established, "is_renewal": renewal})
            declined = {clause for clause, result in found.items() if result == NOT_MET} & (
                DECLINES | ({"size-at-least-one"} if established else set())
            )
            results = set(found.values())
            wanted.append(
                "decline" if declined and not renewal
                else "refer" if REFER in results or declined
                else "pend" if results & {NOT_MET, NEEDS_EVIDENCE}
                else "approve"
            )  # fmt: skip
    frame = pl.DataFrame(rows, schema={name: pl.UInt8 if name in clauses else pl.Boolean for name in rows[0]})
    told = frame.select(in_force.decision_column).to_series()
    assert [DECISIONS[code] for code in told] == wanted


def test_only_clauses_with_a_lawful_ground_decline() -> None:
    for clause in edition(GUIDE, AS_OF).clauses:
        assert clause.text.if_not_met.startswith("decline") == (clause.text.ground is not None)


def test_a_paper_that_is_missing_pends_and_never_more() -> None:
    in_force = edition(GUIDE, AS_OF)
    clauses = [clause.id for clause in in_force.clauses]
    columns = [one.meta.output_name() for one in in_force.reading_columns]
    flags = {name: name.endswith(".waits") for name in columns if name.endswith((".missing", ".waits"))}
    missing = [name for name in flags if name.endswith(".missing")]
    assert missing
    for name in missing:
        for outcome_of_size, wanted in ((MET, "pend"), (NOT_MET, "decline")):
            row = {
                **dict.fromkeys(clauses, MET), "size-at-most-fifty": outcome_of_size, **flags, name: True,
                "established": True, "is_renewal": False,
            }  # fmt: skip
            frame = pl.DataFrame([row], schema={key: pl.UInt8 if key in clauses else pl.Boolean for key in row})
            assert DECISIONS[frame.select(in_force.decision_column).item()] == wanted
