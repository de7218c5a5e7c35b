"""Fills the templates of a listing (`{since}`, `{parent.id}`, the batch of parent ids) and spells instants as vendors want them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ingest.core.spec import BATCH


class Filler:
    """Fills templates in paths, parameters and bodies; `BATCH` becomes the batch of parent ids."""

    def __init__(self, values: Mapping[str, str], parent: Mapping[str, Any]) -> None:
        self.values, self.parent = values, parent

    def __call__(self, template: Any) -> Any:
        if template == BATCH:
            return self.parent["_batch"]
        if isinstance(template, str):
            return self._text(template)
        if isinstance(template, Mapping):
            return {key: self(value) for key, value in template.items()}
        if isinstance(template, list | tuple):
            return [self(value) for value in template]
        return template

    def _text(self, template: str) -> str:
        if "{" not in template:
            return template
        text = template
        for name, value in self.parent.items():
            text = text.replace("{parent." + name + "}", str(value))
        for name, value in self.values.items():
            text = text.replace("{" + name + "}", value)
        return text


def instant_values(name: str, moment: datetime) -> dict[str, str]:
    seconds = int(moment.timestamp())
    return {name: _iso_z(moment), f"{name}_unix": str(seconds), f"{name}_ms": str(int(moment.timestamp() * 1000))}


def _iso_z(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def iso_offset(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
