"""Each verb on the sample group: what it says, in words and in JSON, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run

FINDING_KEYS = {
    "clause", "rules", "outcome", "because", "readings", "comparisons", "citation", "evidence", "cure", "ground",
}  # fmt: skip


def test_underwrite_in_words(run: Run, bakery: Path) -> None:
    status, out, err = run("underwrite", bakery)
    assert (status, err) == (0, "")
    assert "approve" in out.splitlines()[0]
    assert "illustrative, not filed" in out
    assert "14 of 16 eligible employees enroll (87.5%)" in out
    assert "page 4, Participation" in run("underwrite", bakery, "--all")[1]


def test_underwrite_in_json_keeps_the_contract(run: Run, bakery: Path) -> None:
    status, out, _ = run("underwrite", bakery, "--json")
    decision = json.loads(out)
    assert status == 0
    assert {"decision", "guideline", "as_of", "inputs_sha256", "findings"} <= decision.keys()
    assert (decision["decision"], decision["guideline"], decision["as_of"]) == (
        "approve",
        "kp-ga-2025-07",
        "2025-09-12",
    )
    for finding in decision["findings"]:
        assert finding.keys() >= FINDING_KEYS
        assert finding["citation"].keys() >= {"document", "page", "heading"}
        for reading in finding["readings"]:
            assert reading.keys() >= {"name", "holds", "numbers"}
    assert not any(name in out for name in ("Rye", "Example-1")), "nobody's name is kept"


def test_brackets_in_names_are_shown_and_break_nothing(run: Run, bakery: Path) -> None:
    bakery.write_text(bakery.read_text().replace("Example Crumb Bakery Inc", '"Crumb [/] Bakery [red]"'))
    rates = bakery.with_name("rates.csv")
    rates.write_text(rates.read_text().replace("Illustrative Silver 1 HMO", "Silver [HMO]"))
    assert run("underwrite", bakery)[1].startswith("Crumb [/] Bakery [red], effective")
    status, out, _ = run("quote", bakery)
    assert (status, "Silver [HMO]" in out, "Crumb [/] Bakery [red]" in out) == (0, True, True)


def test_fail_on_makes_a_decision_a_status(run: Run, bakery: Path) -> None:
    changed = ("--what-if", "application.contribution.employee.percent=40")
    assert run("underwrite", bakery, *changed)[0] == 0
    assert run("underwrite", bakery, *changed, "--fail-on", "pend,decline")[0] == 1
    assert run("underwrite", bakery, *changed, "--fail-on", "decline")[0] == 0
    assert run("underwrite", bakery, "--fail-on", "perhaps")[0] == 2


def test_what_if_says_what_would_change(run: Run, bakery: Path) -> None:
    _, out, _ = run("underwrite", bakery, "--what-if", "application.contribution.employee.percent=40")
    assert "pend" in out.splitlines()[0]
    assert (
        "What would change it: Pay half of the lowest-priced plan for each employee, or a flat $390.00 a month." in out
    )


def test_underwrite_without_a_census_or_rates_says_what_is_not_known(run: Run, bakery: Path) -> None:
    bakery.with_name("census.xlsx").unlink()
    bakery.with_name("rates.csv").unlink()
    status, out, _ = run("underwrite", bakery, "--data", bakery.parent / "data")
    assert status == 0
    assert "pend" in out.splitlines()[0]
    assert "There is no census" in out


def test_replay_is_the_same_to_the_byte(run: Run, bakery: Path, tmp_path: Path) -> None:
    _, text, _ = run("underwrite", bakery, "--what-if", "application.hours_required=36", "--json")
    record = tmp_path / "decision.json"
    record.write_text(text)
    assert run("replay", record)[:2] == (0, f"Identical: refer, {json.loads(text)['inputs_sha256']}.\n")
    assert run("replay", record, "--json")[1] == text


def test_replay_tells_a_changed_input_and_a_changed_answer(run: Run, bakery: Path, tmp_path: Path) -> None:
    _, text, _ = run("underwrite", bakery, "--json")
    record = tmp_path / "decision.json"
    record.write_text(text.replace("hours_required: 30", "hours_required: 31"))
    status, _, err = run("replay", record)
    assert status == 1
    assert "its inputs were changed after the decision" in err
    record.write_text(text.replace('"decision": "approve"', '"decision": "decline"'))
    status, _, err = run("replay", record)
    assert status == 1
    assert "decision: recorded 'decline', made again 'approve'" in err
    for nonsense in ("{}", "[]", "3", "not json", '{"inputs": 1, "inputs_sha256": 2}'):
        record.write_text(nonsense)
        assert run("replay", record)[0] == 1


def test_quote_in_json_keeps_the_contract(run: Run, bakery: Path) -> None:
    status, out, _ = run("quote", bakery, "--json", "--members")
    quote = json.loads(out)
    assert status == 0
    assert (quote["effective_date"], quote["rating_area"]) == ("2025-10-01", 3)
    assert quote["rates_basis"] == "illustrative, not filed"
    assert {"members", "plans", "elected", "refused_plans", "findings"} <= quote.keys()
    assert quote["members"][0].keys() >= {"member_id", "family_id", "relationship", "age", "rated"}
    for plan in quote["plans"]:
        cents = [round(float(amount) * 100) for amount in plan["member_premiums"]]
        monthly = {name: round(float(amount) * 100) for name, amount in plan["monthly"].items()}
        assert sum(cents) == monthly["total"] == monthly["employer"] + monthly["employee"]
    assert {finding["clause"] for finding in quote["findings"]} >= {"participation", "contribution"}


def test_quote_in_words_prices_the_plan_asked_for(run: Run, bakery: Path) -> None:
    status, out, _ = run("quote", bakery, "--plan", "KP-GA-BRONZE-2", "--contribution", "250.00", "--pay-periods", "24")
    assert status == 0
    assert "As chosen, with families" in out, "the plans chosen are added up, whichever plan is asked for"
    status, out, _ = run("quote", bakery, "--plan", "KP-GA-BRONZ-2")
    assert (status, "Did you mean KP-GA-BRONZE-2?" in out) == (1, True)
    status, out, _ = run("quote", bakery, "--contribution", "250.00", "--pay-periods", "24")
    assert status == 0
    assert "The employer pays $250.00 for each employee" in out
    assert out.count("illustrative, not filed") == 2


def test_a_bare_whole_number_is_no_contribution(run: Run, bakery: Path) -> None:
    status, _, err = run("quote", bakery, "--contribution", "50")
    assert status == 1
    assert "Write it as 50% or 250.00" in err


def test_clauses_are_readable(run: Run) -> None:
    status, out, _ = run("clause", "--as-of", "2025-09-12")
    assert status == 0
    assert "share-of-1099" in out
    _, out, _ = run("clause", "participation", "--as-of", "2025-09-12")
    assert "Broker underwriting guidelines, small group, Georgia (July 2025), page 4, Participation" in out
    assert "1/2" in out
    told = json.loads(run("clause", "U28", "--as-of", "2025-09-12", "--json")[1])
    assert told["clause"] == "contribution"
    status, _, err = run("clause", "participaton", "--as-of", "2025-09-12")
    assert (status, "Did you mean participation?" in err) == (1, True)


def test_rates_are_imported_whole_and_then_found(run: Run, bakery: Path, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    rates = bakery.with_name("rates.csv")
    moved = rates.rename(tmp_path / "kept.csv")
    assert run("quote", bakery, *data)[0] == 1
    status, out, _ = run("rates", "import", moved, *data)
    assert status == 0
    assert "44 plans, 35,904 rates imported (illustrative, not filed)" in out
    assert json.loads(run("rates", "list", *data, "--json")[1])["imports"][0]["rows"] == 35904
    assert "KP-GA-SILVER-1 " in run("rates", "list", *data)[1]
    status, out, _ = run("quote", bakery, *data)
    assert status == 0
    assert "KP-GA-SILVER-1" in out


def test_of_two_rate_files_neither_is_imported_when_one_has_a_gap(run: Run, bakery: Path, tmp_path: Path) -> None:
    lines = bakery.with_name("rates.csv").read_text().splitlines(keepends=True)
    whole, gap = tmp_path / "whole.csv", tmp_path / "gap.csv"
    whole.write_text("".join(lines[:52]))
    gap.write_text("".join([lines[0], *lines[52:102]]))
    data = ("--data", tmp_path / "data")
    status, _, err = run("rates", "import", whole, gap, *data)
    assert status == 1
    assert "has no rate" in err
    assert "No rates are imported yet" in run("rates", "list", *data)[1]


def test_an_import_is_taken_out_and_set_aside(run: Run, bakery: Path, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    assert run("rates", "import", bakery.with_name("rates.csv"), *data)[0] == 0
    id = json.loads(run("rates", "list", *data, "--json")[1])["imports"][0]["sha256"][:12]
    assert run("rates", "remove", "feed", *data)[0] == 1
    assert run("rates", "remove", id, *data)[0] == 0
    assert "No rates are imported yet" in run("rates", "list", *data)[1]
    assert len(list((tmp_path / "data" / "rates" / "removed").iterdir())) == 1


def test_the_premium_of_each_member_in_words(run: Run, bakery: Path) -> None:
    _, out, _ = run("quote", bakery, "--members", "--plan", "KP-GA-SILVER-1")
    assert out.count("no charge") == 3, "two children, and the line at the top"
    assert "3-1 (employee, 44)" in out


def test_census_check(run: Run, bakery: Path) -> None:
    census = bakery.with_name("census.xlsx")
    status, out, _ = run("census", "check", census)
    assert status == 0
    assert "23 employees and 15 dependents" in out
    told = json.loads(run("census", "check", census, "--json")[1])
    assert (told["members"], told["elections"], told["errors"]) == (38, {"enroll": 14, "waive": 4, "decline": 2}, [])


def test_every_verb_has_help_with_an_example(run: Run) -> None:
    verbs = (
        ("underwrite",), ("quote",), ("census", "check"), ("census", "convert"), ("rates", "import"), ("rates", "list"),
        ("rates", "remove"), ("clause",), ("replay",),
    )  # fmt: skip
    for verb in verbs:
        status, out, _ = run(*verb, "--help")
        assert status == 0
        assert "--json" in out
        example = " ".join(out.split()).split("Example: ")[1]
        assert f"smallgroup {' '.join(verb)}" in example


def test_wrong_usage_is_status_2(run: Run, bakery: Path) -> None:
    assert run("underwrit")[0] == 2
    assert run("underwrite")[0] == 2
    assert run("underwrite", bakery, "--what-if", "nothing")[0] == 2
    assert run("quote", bakery, "--pay-periods", "13")[0] == 2
