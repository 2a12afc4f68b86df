"""smallgroup replay: a decision made again from its own record, and compared byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from smallgroup.cli import inputs, output
from smallgroup.errors import Problem, Refused


def replay(
    decision: Path = typer.Argument(..., help="A decision, as `smallgroup underwrite --json` printed it."),
    as_json: bool = inputs.JSON,
) -> None:
    """Make a decision again from the inputs that it keeps, and compare. With --json, print it.

    Status 0 when the bytes are the same, 1 when they are not: the inputs were changed, or another engine answers
    otherwise, and then what differs is named.

    Example: smallgroup underwrite examples/group.yaml --json > decision.json && smallgroup replay decision.json
    """
    from smallgroup.underwriting import decision_text
    from smallgroup.underwriting import replay as again

    text = inputs.text_of(decision)
    try:
        record = json.loads(text)
    except RecursionError:
        raise Refused(
            Problem(decision.name, "it is nested too deep.", "Give the file that underwrite printed.")
        ) from None
    except ValueError as error:
        raise Refused(
            Problem(decision.name, f"it is not JSON: {error}.", "Give the file that underwrite printed.")
        ) from None
    made = again(record, file=decision.name)
    same = decision_text(made) == text
    if as_json:
        typer.echo(decision_text(made), nl=False)
    elif same:
        output.console().print(f"Identical: {made.decision}, {made.inputs_sha256}.")
    if not same:
        differences = _differences(record, made.as_json())
        raise Refused(
            [
                Problem(decision.name, f"{path}: recorded {was!r}, made again {now!r}.", "")
                for path, was, now in differences
            ]
            or [Problem(decision.name, "the same decision, written in other bytes.", "Compare with replay --json.")]
        )


def _differences(was: object, now: object, path: str = "") -> list[tuple[str, object, object]]:
    """The leaves that differ, by path."""
    if isinstance(was, dict) and isinstance(now, dict):
        keys = list(dict.fromkeys([*was, *now]))
        return [d for key in keys for d in _differences(was.get(key), now.get(key), f"{path}.{key}".lstrip("."))]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [
            d for place, pair in enumerate(zip(was, now, strict=True)) for d in _differences(*pair, f"{path}[{place}]")
        ]
    return [] if was == now else [(path, was, now)]
