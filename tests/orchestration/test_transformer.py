"""What one process has parsed serves every data directory, until the project is another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ingest.core.paths import Paths
from orchestration.transformer import Transformer

ANSWERS = Path("models") / "staging" / "stg_desk__answers.sql"


def test_a_project_is_parsed_once_and_anew_when_it_changes(
    parsed_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parses: list[str] = []
    invoke = Transformer._invoke

    def counted(transformer: Transformer, args: list[str], *others: Any) -> Any:
        parses.extend(args[:1])
        return invoke(transformer, args, *others)

    monkeypatch.setattr(Transformer, "_invoke", counted)
    project = tmp_path / "project"
    shutil.copytree(parsed_project, project, ignore=shutil.ignore_patterns("target", "logs"))

    def told(data: str) -> str:
        transformer = Transformer(project, Paths(tmp_path / data))
        transformer.manifest()
        transformer._parse()
        return str(transformer._manifest.nodes["model.small.stg_desk__answers"].raw_code)

    assert told("one") == told("two") and parses == ["parse"]
    (project / ANSWERS).write_text((project / ANSWERS).read_text(encoding="utf-8") + "\n-- told otherwise\n", encoding="utf-8")
    os.utime(project / "target" / "manifest.json")  # another process has told of it already
    assert "told otherwise" in told("one") and parses == ["parse", "parse"]
