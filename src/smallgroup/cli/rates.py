"""smallgroup rates: filed rates, imported whole or not at all."""

from __future__ import annotations

from pathlib import Path

import typer

from smallgroup.cli import inputs, output
from smallgroup.errors import Refused

app = typer.Typer(help="Import filed rates, and list what is there.", no_args_is_help=True)


@app.callback()
def _rates() -> None:
    pass


@app.command("import")
def import_(
    files: list[Path] = typer.Argument(..., help="Rate files: the plain layout, or the CMS Rate PUF as it is."),
    state: str = typer.Option(None, "--state", help="The state to take from a file that holds several.", metavar="GA"),
    attributes: Path = typer.Option(None, "--attributes", help="The CMS Plan Attributes PUF: names, metals and kinds."),
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """Import rate files. A file with a gap is refused whole, with every gap named by plan, area and age.

    The filed rate is the authority: it is looked up, never derived.

    Example: smallgroup rates import examples/rates.csv
    """
    from smallgroup.intake.rates_file import rates_file

    store = inputs.rate_store(data)
    tables = inputs.collected(
        *(lambda path=path: rates_file(path, state=state, attributes=attributes) for path in files)
    )
    gaps = [gap for path, table in zip(files, tables, strict=True) for gap in table.gaps(file=path.name)]
    if gaps:
        raise Refused(gaps)
    done = [
        store.import_(table, source_name=path.name, imported_on=inputs.today())
        for path, table in zip(files, tables, strict=True)
    ]
    if as_json:
        output.emit({"imported": [
            {"file": one.source_name, "sha256": one.sha256, "rows": one.rows, "plans": len(one.plans),
             "basis": table.basis} for one, table in zip(done, tables, strict=True)
        ]})  # fmt: skip
        return
    out = output.console()
    for one, table in zip(done, tables, strict=True):
        basis = f" ({table.basis})" if table.basis else ""
        plans = "1 plan" if len(one.plans) == 1 else f"{len(one.plans)} plans"
        out.print(f"{one.source_name}: {plans}, {one.rows:,} rates imported{basis}.", markup=False)
        for note in table.notes:
            out.print(f"- {note}", markup=False)


@app.command("list")
def list_(data: Path = inputs.DATA, as_json: bool = inputs.JSON) -> None:
    """List the imported rates by plan.

    Example: smallgroup rates list
    """
    imports = inputs.rate_store(data).list()
    if as_json:
        output.emit({"imports": [
            {"file": one.source_name, "sha256": one.sha256, "imported_on": one.imported_on.isoformat(),
             "state": one.state, "rows": one.rows, "plans": [
                {"plan_id": each.plan.plan_id, "name": each.plan.name, "metal": each.plan.metal,
                 "kind": each.plan.kind, "areas": list(each.areas), "effective_from": each.effective_from.isoformat(),
                 "effective_to": each.effective_to.isoformat() if each.effective_to else None, "basis": each.basis}
                for each in one.plans]}
            for one in imports
        ]})  # fmt: skip
        return
    out = output.console()
    if not imports:
        out.print("No rates are imported yet. smallgroup rates import FILE brings them in.")
    for one in imports:
        rows = [
            [each.plan.plan_id, each.plan.name or "", each.plan.metal or "", each.plan.kind or "not known",
             str(len(each.areas)), each.effective_from.isoformat(),
             each.effective_to.isoformat() if each.effective_to else "", each.basis or "filed"]
            for each in one.plans
        ]  # fmt: skip
        title = f"{one.source_name}, imported {one.imported_on}, id {one.sha256[:12]}"
        columns = ("plan", "name", "metal", "kind", "areas", "from", "to", "basis")
        out.print(output.table(title, columns, rows, right=(4,)))


@app.command("remove")
def remove(
    id: str = typer.Argument(..., help="The id of an import, as `rates list` shows it."),
    data: Path = inputs.DATA,
    as_json: bool = inputs.JSON,
) -> None:
    """Take an import out, so that a corrected file can come in. The rates are set aside, and not deleted.

    Example: smallgroup rates remove 0123456789ab
    """
    removed = inputs.rate_store(data).remove(id)
    if as_json:
        output.emit({"removed": {"file": removed.source_name, "sha256": removed.sha256}})
        return
    output.console().print(f"{removed.source_name}: taken out, and set aside in the folder 'removed'.", markup=False)
