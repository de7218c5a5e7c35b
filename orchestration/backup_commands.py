"""`cx backup` and `cx restore`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from ingest.core.paths import Paths
from orchestration.command import Add


def add_commands(add: Add) -> None:
    """Declares the commands; `add` makes one."""
    save = add("backup", _backup, "copy what cannot be built again (raw tables, loader's state, identity) to Parquet")
    save.add_argument("--to", metavar="FOLDER", help="a folder that does not exist yet (default: data/backups/<now>)")
    put_back = add("restore", _restore, "put a backup in the warehouse's place; `cx build` makes the rest from it")
    put_back.add_argument("folder", help="a folder that `cx backup` made")


def _backup(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.backup import backup
    from orchestration.screen import console

    folder = Path(asked.to) if asked.to else paths.backups / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    tables = backup(paths, folder.resolve())
    console.print(f"{len(tables)} tables, {sum(table.rows for table in tables):,} rows: {folder}", soft_wrap=True, markup=False)
    return None


def _restore(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.backup import restore
    from orchestration.screen import console

    tables = restore(paths, Path(asked.folder).resolve())
    told = f"{len(tables)} tables, {sum(table.rows for table in tables):,} rows are back; `cx run` reads on from there"
    console.print(f"{told}, `cx build` builds and publishes them as they are", soft_wrap=True)
    return None
