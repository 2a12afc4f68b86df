"""A proposal says what was quoted, and a client's nothing that is only for brokers."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

import pdfplumber
import pytest
from pypdf import PdfReader

from smallgroup.money import cents, pretty
from smallgroup.papers import proposal
from smallgroup.papers.findings import Copy
from tests.papers.cases import AS_OF, joined, quoted, structure, text

COPIES: tuple[Copy, ...] = ("broker", "client")


@pytest.fixture(scope="module")
def bakery() -> dict[str, Any]:
    return quoted()


def made(quote: dict[str, Any], copy: Copy = "broker", group: str = "Example Crumb Bakery Inc") -> bytes:
    return proposal(quote, group=group, as_of=AS_OF, copy=copy, rates_source="rates.csv")


@pytest.mark.parametrize("copy", COPIES)
def test_every_amount_plan_and_member_is_on_the_paper(bakery: dict[str, Any], copy: Copy) -> None:
    said = text(made(bakery, copy))
    for plan in bakery["plans"]:
        row = " ".join(pretty(cents(plan["monthly"][part])) for part in ("total", "employer", "employee"))
        assert f"{plan['name']}" in said
        assert f"{plan['metal']} {row} {pretty(cents(plan['per_pay_period']['employee']))}" in " ".join(said.split())
    for one in bakery["elected"]["employees"]:
        assert f"{one['member_id']} {one['plan_id']} {pretty(cents(one['monthly']['total']))}" in said
    for one in bakery["members"]:
        rated = "charged" if one["rated"] else "no charge"
        kind = one["relationship"].replace("_", " ")
        assert f"{one['member_id']} {one['family_id']} {kind} {one['age']} {rated}" in said
    for words in ("October 1, 2025", "September 12, 2025", "September 30, 2026", "rates.csv, illustrative, not filed",
                  "no offer of coverage", "32 members: 17 employees and 15 dependents; 2 of them at no charge",
                  "50% of the plan chosen for each employee", "No plan chosen yet: member 19-1, 20-1, 21-1.",
                  "Page 1 of"):  # fmt: skip
        assert words in said


def test_the_brokers_copy_has_every_finding_and_citation(bakery: dict[str, Any]) -> None:
    said = joined(text(made(bakery)))
    for one in bakery["findings"]:
        assert joined(one["title"]) in said
        if one["outcome"] != "not applicable":
            assert joined(one["because"]) in said
            cited = one["citation"]
            page = f", page {cited['page']}" if cited["page"] else ""
            assert joined(f"{cited['document']}{page}, {cited['heading']}") in said


@pytest.mark.parametrize(
    "what_if",
    [{}, {"application.contribution.employee.percent": "10"}, {"application.documents": "[]"},
     {"application.waiting_period": "null", "workforce": "null"}],
)  # fmt: skip
def test_the_clients_copy_never_has_what_is_only_for_brokers(what_if: dict[str, str]) -> None:
    quote = quoted(what_if)
    said = joined(text(made(quote, "client")))
    public = [one for one in quote["findings"] if one["audience"] == "anyone"]
    assert public
    shared = {one["because"] for one in public} | {one["cure"] for one in public}
    hidden = [one for one in quote["findings"] if one["audience"] != "anyone"]
    assert hidden
    for one in hidden:
        texts = {one["title"], one["because"], one["cure"], one["citation"]["document"]}
        for told in texts - shared - {None, ""}:
            assert joined(told) not in said
        for reading in one["readings"]:
            assert reading["name"] == "as written" or joined(reading["name"]) not in said
    assert not re.search(r"guideline|kaiser|broker|underwrit|page\d+,", said, re.IGNORECASE)
    for one in public:
        assert joined(one["title"]) in said


def test_what_would_change_a_finding_is_said() -> None:
    quote = quoted({"application.contribution.employee.percent": "10"})
    open_ = [one for one in quote["findings"] if one["outcome"] == "not met"]
    said = joined(text(made(quote)))
    assert open_
    for one in open_:
        assert joined(f"What would change it: {one['cure']}") in said
    order = [said.index(joined(one["title"] + one["outcome"])) for one in open_]
    assert max(order) < said.index("Met,")


@pytest.mark.parametrize("copy", COPIES)
def test_it_is_tagged_and_names_its_language_and_title(bakery: dict[str, Any], copy: Copy) -> None:
    pdf = made(bakery, copy)
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in pdf or "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
    info = PdfReader(io.BytesIO(pdf)).metadata
    assert info is not None
    assert info.title == "Proposal for Example Crumb Bakery Inc"
    kinds = Counter(kind for kind, _ in structure(pdf))
    assert kinds["/Table"] == 3
    assert kinds["/TH"] >= 17
    assert kinds["/H1"] >= 4
    (alt,) = [alt for kind, alt in structure(pdf) if kind == "/Figure"]
    assert alt is not None
    for plan in bakery["plans"]:
        assert f"{plan['name']} {pretty(cents(plan['monthly']['total']))}" in alt


def test_equal_values_make_equal_bytes(bakery: dict[str, Any]) -> None:
    assert made(bakery) == made(bakery)
    assert b"D:20250912000000" in made(bakery)
    later = proposal(bakery, group="Example Crumb Bakery Inc", as_of=AS_OF.replace(day=13), copy="broker")
    assert later != made(bakery)


def many(quote: dict[str, Any], plans: int, people: int) -> dict[str, Any]:
    first, member, chosen = quote["plans"][0], quote["members"][0], quote["elected"]["employees"][0]
    return {
        **quote,
        "plans": [
            {**first, "plan_id": f"P-{n}", "name": f"Plan number {n}",
             "monthly": {"total": f"{1000000 + n}.05", "employer": None, "employee": None}}
            for n in range(plans)
        ],
        "members": [{**member, "member_id": f"E{n}-1"} for n in range(people)],
        "elected": {**quote["elected"], "employees": [{**chosen, "member_id": f"E{n}-1"} for n in range(people)]},
    }  # fmt: skip


def test_three_hundred_plans_and_five_hundred_members(bakery: dict[str, Any]) -> None:
    quote = many(bakery, 300, 500)
    pdf = made(quote)
    said = text(pdf)
    assert "The 16 lowest-priced of 300 plans are drawn." in said
    for n in range(300):
        assert f"Plan number {n}\nP-{n}\n" in said
        assert pretty(cents(f"{1000000 + n}.05")) in said
    assert sum(f"E{n}-1 1 employee 51 charged" in said for n in range(500)) == 500
    with pdfplumber.open(io.BytesIO(pdf)) as pages:
        for page in pages.pages:
            assert all(word["x0"] >= 40 and word["x1"] <= 612 - 40 for word in page.extract_words())
            lines = page.extract_text().splitlines()
            if any(re.fullmatch(r"E\d+-1 1 employee 51 charged", one) for one in lines):
                assert "Member Family Relationship Age Premium" in lines


def test_nothing_priced_nothing_found(bakery: dict[str, Any]) -> None:
    quote = {**bakery, "plans": [], "elected": None, "findings": [], "notes": [], "contribution": None,
             "rates_basis": None, "rates_guaranteed_to": None,
             "refused_plans": [{"plan_id": "P-1", "because": "There is no rate for P-1."}]}  # fmt: skip
    for copy in COPIES:
        said = text(made(quote, copy))
        assert "No plan could be priced." in said
        assert "P-1 There is no rate for P-1." in said
        for words in ("Findings", "What the rules say", "Notes", "As chosen", "no offer of coverage"):
            assert words not in said


def test_unknown_shares_are_not_known_and_the_chart_has_one_bar(bakery: dict[str, Any]) -> None:
    said = text(made(many(bakery, 3, 2)))
    assert "$1,000,000.05 not known not known" in said
    assert "The whole premium" in said
    assert "The employees pay" not in said


def test_the_final_census_is_beside_the_quote(bakery: dict[str, Any]) -> None:
    change = {"family_id": "1", "relationship": "employee", "causes": ["older"]}
    final = {
        "before": {"on": "2025-10-01", "total": "1100.00"}, "after": {"on": "2025-10-01", "total": "1150.00"},
        "difference": "50.00", "families": [], "without_plan": ["9-1"], "notes": ["A note."], "notice": None,
        "refused": [{"member_id": "8-1", "plan_id": "P", "because": "No rate."}],
        "members": [
            {"member_id": "1-1", "before": "1100.00", "after": None, "difference": "-1100.00", **change},
            {"member_id": "2-1", "before": None, "after": "1150.00", "difference": "1150.00", **change},
        ],
    }  # fmt: skip
    said = text(made({**bakery, "final": final}))
    for words in ("1-1 $1,100.00 -$1,100.00 older", "2-1 $1,150.00 +$1,150.00 older", "the family of member 9-1",
                  "All $1,100.00 $1,150.00 +$50.00", "8-1. No rate.", "A note."):  # fmt: skip
        assert words in said


def test_where_a_guideline_is_for_anyone_a_client_sees_its_findings_and_no_reading() -> None:
    quote = quoted({"application.hours_required": "35"})
    for one in quote["findings"]:
        one["audience"] = "anyone"
    (referred,) = [one for one in quote["findings"] if one["outcome"] == "refer"]
    said = joined(text(made(quote, "client")))
    assert joined(f"{referred['title']} refer A person at the carrier decides this.") in said
    assert joined(referred["because"]) not in said
    for reading in referred["readings"]:
        assert joined(reading["name"]) not in said
    for one in quote["findings"]:
        assert joined(one["title"]) in said


@pytest.mark.parametrize("long", ["x" * 200, "Extremely Long Words " * 10])
def test_no_text_of_two_hundred_characters_leaves_the_page_or_its_place(bakery: dict[str, Any], long: str) -> None:
    quote = {
        **bakery,
        "plans": [{**one, "plan_id": long, "name": long, "metal": long} for one in bakery["plans"]],
        "members": [{**one, "member_id": long, "family_id": long} for one in bakery["members"]],
        "elected": {**bakery["elected"], "employees": [
            {**one, "member_id": long, "plan_id": long} for one in bakery["elected"]["employees"]]},
        "refused_plans": [{"plan_id": long, "because": long}], "notes": [long],
    }  # fmt: skip
    with pdfplumber.open(io.BytesIO(made(quote, group=long))) as pages:
        for page in pages.pages:
            assert all(one["x0"] >= 60 and one["x1"] <= 612 - 60 for one in page.chars)
            for one in page.extract_words():
                assert not re.search(r"x\$|\dx", one["text"]), "no column runs into another"
