"""smallgroup serve, portal and audit-log: the portal on this machine, and what whoever runs it needs."""

from __future__ import annotations

import ipaddress
import multiprocessing
import os
from pathlib import Path

import typer

from smallgroup.cli import inputs, output
from smallgroup.errors import Problem, Refused

app = typer.Typer(help="Look after the portal: its database, its keys, its first people.", no_args_is_help=True)
audit_log = typer.Typer(help="The portal's audit log.", no_args_is_help=True)
DATA = typer.Option(None, "--data", help="The portal's folder; default: your user-data folder.", show_default=False)


@app.callback()
def _portal() -> None:
    pass


@audit_log.callback()
def _audit_log() -> None:
    pass


def serve(
    port: int = typer.Option(8000, "--port", min=1, max=65535),
    host: str = typer.Option("127.0.0.1", "--host", help="The address it listens on."),
    workers: int = typer.Option(1, "--workers", min=1, help="Processes that answer."),
    demo: bool = typer.Option(False, "--demo", help="With the sample: invented people, groups and rates."),
    data: Path = DATA,
) -> None:
    """Run the portal on this machine: http://127.0.0.1:8000, with an SQLite in your data folder.

    The database is made, or brought up to date, before the first answer. --demo loads the sample once and prints how
    to sign in as each role. On any other address than this machine's, set SMALLGROUP_HOSTS, and put a server with TLS
    before it: see docs/operations.md.

    Example: smallgroup serve --demo
    """
    local = _is_loopback(host)
    if demo and not local:
        raise Refused(Problem("--demo", "the sample's passwords are in the open, so it is for this machine only.",
                              "Leave out --host, or --demo."))  # fmt: skip
    _set_up(data, plain_http=local, demo=demo)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    out = output.console()
    if demo:
        _load_sample(port)
    else:
        out.print(f"smallgroup on http://{host}:{port}, Ctrl-C ends it.")
    # The sample was read with Polars in this process, and a worker forked from it would hang at its first frame.
    multiprocessing.set_start_method("spawn", force=True)
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "smallgroup.web.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=workers,
        blocking_threads=4, websockets=False, log_access=False, log_level="warning",  # type: ignore[arg-type]
    ).serve()  # fmt: skip


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _set_up(data: Path | None, *, plain_http: bool = True, demo: bool = False) -> None:
    """Django with the settings of this data folder. Raises Refused where the portal's packages are not installed."""
    if data is not None:
        os.environ["SMALLGROUP_DATA"] = str(data.absolute())
    if plain_http:
        os.environ.setdefault("SMALLGROUP_HTTP", "1")
    if demo:
        from smallgroup.cli import inputs

        os.environ.setdefault("SMALLGROUP_DATA", str(inputs.data_folder(None) / "sample"))
        os.environ.setdefault("SMALLGROUP_SAMPLE_DAY", "2025-09-12")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smallgroup.web.settings")
    try:
        import django
    except ImportError:
        raise Refused(Problem("The portal", "its packages are not installed.",
                              "Install them: pip install 'smallgroup[web]'.")) from None  # fmt: skip
    try:
        django.setup()
    except RuntimeError as error:
        raise Refused(Problem("The portal", str(error), "")) from None


def _load_sample(port: int) -> None:
    from smallgroup.web import sample

    sample.load()
    out = output.console()
    out.print(f"smallgroup on http://127.0.0.1:{port}, Ctrl-C ends it. Everything in it is invented.")
    rows = [[one.name, one.role.label, one.email, sample.PASSWORD,
             sample.code_of(one.email) if one.place == "carrier" else "none"] for one in sample.PEOPLE]  # fmt: skip
    out.print(output.table("Sign in as", ("who", "role", "e-mail", "password", "second factor"), rows))
    out.print("A second factor changes every 30 seconds. The next one: smallgroup portal code EMAIL", markup=False)


@app.command("code")
def code(email: str = typer.Argument(..., help="A sample person."), data: Path = DATA) -> None:
    """The six digits that a sample person's second factor shows now. Real people's are on their own devices."""
    _set_up(data, demo=data is None)
    from smallgroup.web.sample import code_of

    typer.echo(code_of(email))


@app.command("migrate")
def migrate(data: Path = DATA) -> None:
    """Bring the portal's database up to date. Nothing is lost: a migration only goes forward."""
    _set_up(data)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=1)
    call_command("createcachetable", verbosity=0)


@app.command("admin")
def admin(
    email: str = typer.Argument(..., help="Who is invited."),
    organization: str = typer.Option(..., "--organization", help="Its name; it is made where it is not there."),
    kind: str = typer.Option("carrier", "--kind", help="carrier, agency or general_agency."),
    data: Path = DATA,
) -> None:
    """Invite the first administrator of an organization. The link is printed once; it holds for seven days.

    Example: smallgroup portal admin ada@example.com --organization 'Example Carrier'
    """
    _set_up(data)
    from smallgroup.web.accounts import verbs

    made, secret = verbs.found_organization(organization, kind, email)
    typer.echo(f"{made.email} is invited to {made.organization} as {made.get_role_display()}: /accounts/join/{secret}/")


@app.command("rotate-keys")
def rotate_keys(data: Path = DATA) -> None:
    """Put what is sealed under the newest key. Then the old ones may leave SMALLGROUP_KEYS.

    The order is: add a new key before the old one, restart, run this, take the old one out, restart.
    """
    _set_up(data)
    from smallgroup.web.vault.models import seal_anew

    typer.echo(f"{seal_anew():,} sealed things are under the newest key now.")


@app.command("purge")
def purge(data: Path = DATA) -> None:
    """Delete the quotes that were made without signing in and whose day to be deleted has come."""
    _set_up(data)
    from smallgroup.web import clock
    from smallgroup.web.quotes.verbs import purge as purged

    typer.echo(f"{purged(clock.today()):,} quotes were deleted.")


@app.command("measure-cases")
def measure_cases(data: Path = DATA) -> None:
    """Keep the measures of the open and active cases that lack them, so that two guidelines can be compared on them.

    New decisions keep theirs by themselves; this is for those from before, or after a new release counts in another
    way. Each decision that is opened for it is a line of the audit log.
    """
    _set_up(data)
    from smallgroup.web.rulebook_pages.verbs import measure_all

    typer.echo(f"The measures of {measure_all():,} cases are kept now.")
@app.command("daily")
def daily(data: Path = DATA) -> None:
    """Do what the day brings: coverage that starts or ends, renewals that were approved, checklists that are due.

    Run it once a day. A group's own page does the same for that group, so nothing waits for it.
    """
    _set_up(data)
    from smallgroup.web.coverage.calendar import daily as done

    typer.echo(done())


@audit_log.command("verify")
def verify(data: Path = DATA, as_json: bool = inputs.JSON) -> None:
    """Check that every line of the audit log is as it was written; name the first that is not. Status 1 then.

    Note the head that it prints somewhere else: it also proves later that no last line was cut off.
    """
    _set_up(data)
    from smallgroup.web.audit_log.models import first_bad_line, head

    bad, (number, last) = first_bad_line(), head()
    if as_json:
        named, because = bad or (None, None)
        output.emit({"lines": number, "head": last, "first_bad": named, "because": because})
    elif bad:
        typer.echo(bad[1])
    else:
        typer.echo(f"{number:,} lines, each as it was written. Head: {number} {last}")
    if bad:
        raise typer.Exit(1)
