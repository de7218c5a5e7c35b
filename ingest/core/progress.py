"""A progress display per source on a terminal: resource, rows, calls. Silent elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from ingest.core.extract import OnPage


class Progress:
    """Context manager; `follow` gives the callback that a source's extraction reports its pages to."""

    def __init__(self, *, enabled: bool) -> None:
        self._bars = Bars(
            TextColumn("[bold]{task.description:<18}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[resource]:<22}"),
            TextColumn("{task.fields[rows]:>9,} rows  {task.fields[calls]:>5} calls"),
            TimeElapsedColumn(),
            disable=not enabled,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bars.stop()

    def follow(self, source: str) -> OnPage:
        task: TaskID = self._bars.add_task(source, total=None, resource="", rows=0, calls=0)

        def on_page(resource: str, rows: int, calls: int) -> None:
            self._bars.update(task, resource=resource, rows=rows, calls=calls)

        return on_page
