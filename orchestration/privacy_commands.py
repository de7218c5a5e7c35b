"""The commands about what is known of one person: `cx erase`, which takes it all away, and `cx export-person`, which hands it out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.command import Add

if TYPE_CHECKING:
    from orchestration.privacy.purge import Removed


def add_commands(add: Add) -> None:
    """Declares the commands; `add` makes one."""
    erase = add("erase", _erase, "take a person out of every file here and keep them out; without --yes it says what would go")
    erase.add_argument("who", nargs="?", help="an e-mail address, a phone number or a customer id")
    erase.add_argument("--yes", action="store_true", help="do it")
    erase.add_argument("--resume", action="store_true", help="end erasures that were interrupted")
    erase.add_argument("--json", action="store_true", help="for machines")
    export = add("export-person", _export, "write all that is known of a person, from raw to published, as JSON and CSV")
    export.add_argument("who", help="an e-mail address, a phone number or a customer id")
    export.add_argument("--to", required=True, metavar="FOLDER", help="a new folder; it will hold personal data")


def _export(asked: argparse.Namespace, paths: Paths) -> int | None:
    from ingest.registry import SOURCES
    from orchestration.privacy.export import export_person
    from orchestration.screen import console

    tables = export_person(paths, asked.who, list(SOURCES.values()), Path(asked.to))
    rows = sum(table.rows for table in tables)
    console.print(f"{rows:,} rows of {len(tables)} tables, and manifest.json: {asked.to}", soft_wrap=True, markup=False)
    return None


def _erase(asked: argparse.Namespace, paths: Paths) -> int | None:
    from ingest.registry import SOURCES
    from orchestration.privacy.erase import erase, plan, resume
    from orchestration.screen import console

    sources = list(SOURCES.values())
    if asked.resume:
        receipts = resume(paths, sources)
        console.print(f"{len(receipts)} erasure{'' if len(receipts) == 1 else 's'} ended")
        return None
    if not asked.who:
        raise CxError("who is to be erased?", "Name an e-mail address, a phone number or a customer id.")
    if not asked.yes:
        _show_plan(plan(paths, asked.who, sources), as_json=asked.json)
        return None
    receipt = erase(paths, asked.who, sources)
    _show_receipt(receipt, as_json=asked.json)
    return None


def _show_plan(places: Sequence[Removed], *, as_json: bool) -> None:
    from orchestration.screen import console, show_rows

    rows = [(one.place, one.before, one.removed, one.cleared) for one in places]
    names = ["place", "rows", "would go", "cells cleared"]
    if as_json:
        console.print_json(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
        return
    show_rows(names, rows)
    total = sum(one.removed for one in places)
    console.print(
        f"{total:,} rows in {len(places)} tables, the same in the published file, and dlt's working files. Nothing was changed: add --yes"
    )


def _show_receipt(receipt: Path, *, as_json: bool) -> None:
    from orchestration.screen import console

    if as_json:
        console.print_json(receipt.read_text(encoding="utf-8"))
        return
    told = json.loads(receipt.read_text(encoding="utf-8"))
    console.print(
        f"erased: {told['rows_removed']:,} rows, {told['cells_cleared']:,} cells of others cleared; "
        f"{told['files_searched']:,} files searched, nothing left"
    )
    if told["identifiers_shared_with_others_and_kept"]:
        console.print(f"{told['identifiers_shared_with_others_and_kept']} identifiers are others' too and stay theirs")
    if any(place["step"] == "seed" for place in told["places"]):
        console.print("a decision was taken out of seeds/identity/identity_overrides.csv: commit that, and mind its history")
    console.print(f"receipt: {receipt}", style="dim", soft_wrap=True, markup=False)
    console.print(
        "published figures stay until the next `cx build` or `cx run`, which tells what moved and why (kpi_restatements)"
    )
