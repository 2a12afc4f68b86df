"""An invented group of Oak Agency, and short ways to ask for its pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from smallgroup.web.census_work import keep_original, read_file
from smallgroup.web.groups.models import Group
from smallgroup.web.groups.verbs import make_group, revise_application, revise_census
from smallgroup.web.sample import hand_in_papers
from tests.web.conftest import EXAMPLES, TODAY


def bakery_of(people: Any, *, census: bool = True, papers: bool = True, **changed: str) -> Group:
    """The sample bakery; `changed` replaces text of its application."""
    group = make_group(organization=people.oak, legal_name="Example Crumb Bakery Inc", state="GA", by=people.ada)
    text = (EXAMPLES / "group.yaml").read_text()
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    revise_application(group, text, by=people.ada)
    if census:
        data = (EXAMPLES / "census.xlsx").read_bytes()
        read = read_file(data, "census.xlsx", as_of=TODAY)
        revise_census(group, read.members, by=people.ada, notices=read.notices, original=keep_original(data),
                      original_name="census.xlsx")  # fmt: skip
    if papers:
        hand_in_papers(group, by=people.ada)
    group.refresh_from_db()
    return group


def get(people: Any, who: str, name: str, *args: object) -> str:
    answer = people.client(who).get(reverse(name, args=args))
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def post(people: Any, who: str, name: str, *args: object, **data: Any) -> Any:
    return people.client(who).post(reverse(name, args=args), data)
