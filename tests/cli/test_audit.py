"""smallgroup audit, and what underwrite and clause say of papers, layers and the law."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import ROOT, Run

AUDITED = "--as-of", "2026-07-01"


def test_an_audit_lists_what_to_show_by_when(run: Run, bakery: Path) -> None:
    status, out, err = run("audit", bakery, *AUDITED)
    assert (status, err) == (0, "")
    assert "renews on 2026-10-01" in out
    assert "Papers are due by 2026-09-01" in out
    assert "An increase must be told by 2026-08-02" in out
    assert "Form 1120-S Schedule K-1" in out
    assert "No rates are at hand for 2026-10-01" in out
    told = json.loads(run("audit", bakery, *AUDITED, "--json")[1])
    assert (told["anniversary"], told["due_on"], told["renewal"]) == ("2026-10-01", "2026-09-01", None)
    items = {item["clause"]: item for item in told["checklist"]}
    # The license on file ends before the anniversary, so there is nothing to show yet.
    assert items["business-license"]["status"] == "missing"
    assert items["waiver-proof"]["status"] == "missing"
    assert items["ownership-papers"]["of"] == ["1-1"]
    assert ["state_quarterly_wage_report"] in items["wage-papers"]["one_of"]
    assert all(item["rules"] and item["due_on"] == "2026-09-01" for item in told["checklist"])


def test_a_wage_report_is_held_against_the_census(run: Run, bakery: Path) -> None:
    report = ROOT / "examples" / "wage_report.csv"
    out = run("audit", bakery, *AUDITED, "--wage-report", report)[1]
    assert "Wage report of 2025-Q2: 18 matched, 4 to ask about" in out
    assert "The report is stale" in out
    told = json.loads(run("audit", bakery, *AUDITED, "--wage-report", report, "--json")[1])["wage_report"]
    assert told["counts"]["wages_below_full_time"] == 1
    assert [one["member_id"] for one in told["not_on_report"] if one["query"]] == ["15-1"]
    assert len(told["not_on_census"]) == 1


def test_the_renewal_is_priced_where_its_rates_are_at_hand(run: Run, bakery: Path) -> None:
    """The rates of the example, held for two years and a tenth dearer in the second."""
    rates = bakery.with_name("rates.csv")
    head, *rows = rates.read_text().splitlines()
    columns = head.split(",")
    at = columns.index("monthly_rate")
    later = []
    for row in rows:
        cells = row.split(",")
        cells[columns.index("effective_from")], cells[columns.index("effective_to")] = "2026-07-01", "2027-06-30"
        cells[at] = f"{int(cells[at].replace('.', '')) * 11 // 10 / 100:.2f}"
        later.append(",".join(cells))
    rates.write_text("\n".join([head, *rows, *later]) + "\n")
    told = json.loads(run("audit", bakery, *AUDITED, "--json")[1])
    assert told["renewal_unknown"] is None
    renewal = told["renewal"]
    assert (renewal["before"]["on"], renewal["after"]["on"]) == ("2025-10-01", "2026-10-01")
    assert renewal["before"]["total"] == "11844.61"
    out = run("audit", bakery, *AUDITED)[1]
    assert "The renewal, by member" in out
    assert "new rates" in out


def test_months_of_the_contract_are_judged(run: Run, bakery: Path) -> None:
    bakery.write_text(
        bakery.read_text()
        + "contract:\n  original_effective_date: 2025-10-01\n  months:\n"
        + "    - {month: 2026-01, eligible: 16, valid_waivers: 0, enrolled: 8}\n"
        + "    - {month: 2026-02, eligible: 16, valid_waivers: 0, enrolled: 7}\n"
    )
    told = json.loads(run("audit", bakery, *AUDITED, "--json")[1])
    assert [(one["month"], one["must_enroll"], one["below"]) for one in told["participation_months"]] == [
        ("2026-01", 8, False), ("2026-02", 8, True),
    ]  # fmt: skip
    assert "too few" in run("audit", bakery, *AUDITED)[1]


def test_an_audit_of_what_is_wrong_is_refused_in_sentences(run: Run, bakery: Path, tmp_path: Path) -> None:
    status, _, err = run("audit", bakery, *AUDITED, "--wage-report", tmp_path / "none.csv")
    assert (status, "none.csv" in err) == (1, True)
    status, _, err = run("audit", bakery, *AUDITED, "--guideline", "illustration-ca")
    assert (status, "'GA' is not CA" in err) == (1, True)


def test_the_letter_names_what_is_missing_and_never_the_guide(run: Run, bakery: Path) -> None:
    status, out, _ = run("underwrite", bakery, "--what-if", "application.documents=[]", "--request")
    assert status == 0
    assert "1. The employer application. From: the employer." in out
    assert "complete, by October 1, 2025" in out
    assert "guide" not in out.lower()
    assert "Kaiser" not in out
    out = run("underwrite", bakery, "--what-if", "application.documents=[]")[1]
    assert "Still missing, wanted by 2025-10-01" in out


def test_the_guide_alone_the_law_alone_and_both(run: Run, bakery: Path) -> None:
    def clauses(*words: str) -> set[str]:
        return {one["clause"] for one in json.loads(run("underwrite", bakery, *words, "--json")[1])["findings"]}

    both, guide, law = clauses(), clauses("--without-federal"), clauses("--federal-only")
    assert both == guide | law
    assert not guide & law
    assert "open-window" in law
    assert run("underwrite", bakery, "--without-federal", "--federal-only")[0] == 2


def test_a_layer_settles_and_is_named_and_replayed(run: Run, bakery: Path, tmp_path: Path) -> None:
    layer = ROOT / "examples" / "layer.yaml"
    text = run("underwrite", bakery, "--layer", layer, "--json")[1]
    told = json.loads(text)
    assert told["layer"] == "example-settlements"
    # The layer wants the workers' compensation certificate with every case.
    assert told["decision"] == "pend"
    assert [one["paper"] for one in told["wanting"]] == ["workers_compensation_certificate"]
    record = tmp_path / "decision.json"
    record.write_text(text)
    assert run("replay", record)[0] == 0
    out = run("clause", "participation", "--as-of", "2025-09-12", "--layer", layer)[1]
    assert "Settled by Ada Example" in out
    wrong = tmp_path / "layer.yaml"
    wrong.write_text("layer: x\nguideline: kp-ga-2025-07\nsettled:\n  - {clause: participaton, reading: met, "
                     "from: 2025-08-01, by: A, on: 2025-07-28, why: B}\n")  # fmt: skip
    status, _, err = run("underwrite", bakery, "--layer", wrong)
    assert (status, "Did you mean participation?" in err) == (1, True)


def test_what_is_open_and_how_many_groups_it_refers(run: Run, bakery: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    for name, what_if in (("one", "application.hours_required=36"), ("two", "application.hours_required=30")):
        (book / f"{name}.json").write_text(run("underwrite", bakery, "--what-if", what_if, "--json")[1])
    told = json.loads(run("clause", "--as-of", "2025-09-12", "--open", "--book", book, "--json")[1])
    assert told["groups"] == 2
    referred = {one["clause"]: one["groups_referred"] for one in told["open"]}
    assert referred["no-excluded-classes"] == 1
    assert referred["peo-considered"] == 0
    (book / "three.json").write_text("{}")
    status, _, err = run("clause", "--as-of", "2025-09-12", "--open", "--book", book)
    assert (status, "three.json: this is no decision" in err) == (1, True)


def test_every_number_is_found_by_its_rule_or_heading(run: Run) -> None:
    for asked, number in (("U45", "21"), ("full_time_equivalents", "130"), ("minimum_wage", "7.25"), ("U43", "12")):
        out = run("clause", asked, "--as-of", "2025-09-12")[1]
        assert number in out
