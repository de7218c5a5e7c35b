"""What a stage costs: its own process, so that CPU seconds and peak memory are the operating system's account of it alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.core.errors import CxError

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU and wall seconds of a whole process, its peak memory in MB, and what the stage itself told."""

    cpu: float
    wall: float
    peak_mb: float
    told: Mapping[str, Any] = field(default_factory=dict)


def stage(name: str, environment: Mapping[str, str], **arguments: object) -> Usage:
    """Runs one stage of `orchestration.bench.stages` in a fresh process; CxError with its last line when it fails."""
    command = [sys.executable, "-m", "orchestration.bench.stages", name, json.dumps(arguments, default=str)]
    data = Path(environment["CX_DATA_DIR"])
    data.mkdir(parents=True, exist_ok=True)
    log = data / f"bench-{name}.log"
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, account = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        lines = log.read_text(encoding="utf-8").strip().splitlines()
        raise CxError(f"benchmark stage {name} failed: {lines[-1] if lines else told[-300:]}", f"See {log}.")
    last = told.strip().splitlines()[-1] if told.strip() else "{}"
    own = json.loads(last)
    return Usage(account.ru_utime + account.ru_stime, time.monotonic() - started, float(own["peak_mb"]), own)


@contextmanager
def cpu_of(told: Told, name: str = "cpu") -> Iterator[None]:
    """CPU seconds of a block, all threads, without the imports before it."""
    before = time.process_time()
    yield
    told[name] = time.process_time() - before
