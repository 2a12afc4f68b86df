"""The portal's live totals: what somebody who moves a slider waits for, from the request to the whole answer."""

from __future__ import annotations

import csv
import importlib.util
import io
import os
import tempfile
from datetime import date
from typing import TYPE_CHECKING, Any

from benchmarks.one_group import EMPLOYEES, MEMBERS, PLANS, OneGroup
from benchmarks.table import Row, Table
from benchmarks.timing import ROOT, medians

if TYPE_CHECKING:
    from django.test import Client

LIMIT = 0.050
ON = date(2025, 9, 12)
FORM = {
    "legal_name": "Example Crumb Bakery Inc", "county": "Fulton", "zip": "30303", "effective_date": "2025-10-01",
    "employee": "50", "employee_unit": "percent", "dependents": "25", "dependents_unit": "percent",
}  # fmt: skip


def portal(group: OneGroup, *, rounds: int) -> Table:
    """The whole of Django's middleware, SQLite, the rules and the template; the census is known from the last time."""
    title = f"The portal: the live totals of {EMPLOYEES} employees × {PLANS} plans, with every finding"
    if importlib.util.find_spec("django") is None:
        return Table(title, "", (Row("live totals", note="not installed: pip install 'smallgroup[web]'"),))
    with tempfile.TemporaryDirectory(prefix="smallgroup-bench-") as folder:
        client, at = _draft(group, folder)
        share = iter(range(10**9))

        def moved() -> bytes:
            answer = client.post(f"{at}totals/", {**FORM, "employee": str(next(share) % 101)}, HTTP_HX_REQUEST="true")
            said: bytes = answer.content
            assert answer.status_code == 200, said
            return said

        assert moved().count(b"<tr>") >= PLANS  # one row a plan
        took = medians({"live": moved, "census page": lambda: client.get(at).content}, rounds, warm_up=5)
        from django.db import connection

        connection.close()
    live = took["live"]
    note = f"{MEMBERS} members; underwritten, priced, split by employee and drawn"
    return Table(title, "the live totals", (
        Row("live totals, each time with another contribution", live, 1.0, "≤ 50 ms", live <= LIMIT, note),
        Row("the page of the census, 25 rows of it", took["census page"], took["census page"] / live),
    ))  # fmt: skip


def _draft(group: OneGroup, folder: str) -> tuple[Client, str]:
    """A portal of its own in a folder, with the example's rates, and a draft of the group's census in it."""
    os.environ |= {
        "SMALLGROUP_DATA": folder, "SMALLGROUP_HTTP": "1", "SMALLGROUP_SAMPLE_DAY": ON.isoformat(),
        "DJANGO_SETTINGS_MODULE": "smallgroup.web.settings",
    }  # fmt: skip
    import django

    django.setup()
    from django.conf import settings
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command
    from django.test import Client

    from smallgroup.intake.rates_file import rates_file
    from smallgroup.web import rates

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    filed = rates_file(ROOT / "examples" / "rates.csv", state="GA")
    rates.store().import_(filed, source_name="rates.csv", imported_on=ON)
    settings.ALLOWED_HOSTS = ["testserver"]
    client: Any = Client()
    sent = client.post("/quotes/quick/", {"census": SimpleUploadedFile("census.csv", _csv(group))})
    assert sent.status_code == 302, sent.content
    return client, sent.headers["Location"]


def _csv(group: OneGroup) -> bytes:
    from smallgroup.census.layout_rows import rows_of

    out = io.StringIO()
    csv.writer(out).writerows(rows_of(group.members, "plain").rows)
    return out.getvalue().encode()
