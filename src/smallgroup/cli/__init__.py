"""The command line: one file per verb. Heavy imports happen inside the verbs, so that --help answers at once."""

from __future__ import annotations

import io
import os
import sys

import typer

from smallgroup import __version__
from smallgroup.cli import (
    audit,
    census,
    clause,
    portal,
    quote,
    rates,
    replay,
    rewards,
    rewards_ledger,
    rewards_pay,
    rewards_programs,
    rewards_progress,
    underwrite,
)
from smallgroup.cli.output import refuse, status_of_failure
from smallgroup.errors import Refused

app = typer.Typer(
    name="smallgroup",
    help="Small-group health coverage: from a census to a decision and a quote, with the clause behind every answer.",
    epilog=(
        "Exit status: 0 done, whatever the decision (--fail-on decline,pend,refer makes those 1); 1 the input, or a "
        "part of it, is refused, with every error listed; 2 wrong usage; 70 a failure of our own."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"smallgroup {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


app.add_typer(census.app, name="census")
app.command("underwrite")(underwrite.underwrite)
app.command("quote")(quote.quote)
app.command("audit")(audit.audit)
app.add_typer(rates.app, name="rates")
app.add_typer(rewards.app, name="rewards")
for verb in (
    rewards_progress.progress, rewards_progress.reconcile, rewards_ledger.close, rewards_ledger.statement,
    rewards_pay.pay, rewards_pay.returned, rewards_pay.dispute, rewards_ledger.balances, rewards_ledger.reverse,
    rewards_ledger.verify, rewards_ledger.export, rewards_pay.report, rewards_programs.programs,
):  # fmt: skip
    rewards.app.command()(verb)
app.command("clause")(clause.clause)
app.command("replay")(replay.replay)
app.command("serve")(portal.serve)
app.add_typer(portal.app, name="portal")
app.add_typer(portal.audit_log, name="audit-log")


def main() -> None:
    """Run, and end with the exit status of the contract; never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter shows another
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe went away, as `| head` does; nothing more can be written, not even at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _run() -> int:
    try:
        app()
    except Refused as refused:
        refuse(refused, as_json="--json" in sys.argv)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as failure:
        return status_of_failure(failure)
    except SystemExit as ended:
        sys.stdout.flush()
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    sys.stdout.flush()
    return 0
