"""Resolves a source's settings at extraction, from the environment or dlt's config files; never at import."""

from __future__ import annotations

from ingest.core.errors import SettingMissing
from ingest.core.spec import Setting, Source

SHORT_LISTING = "accept_short_listing"


def variable(source: Source, setting: Setting) -> str:
    """The environment variable of a setting, as dlt spells it."""
    return f"SOURCES__{source.name.upper()}__{setting.name.upper()}"


def value_of(source: Source, setting: Setting) -> str | None:
    """What the user gave for a setting, or None."""
    import dlt

    provider = dlt.secrets if setting.secret else dlt.config
    value: str | None = provider.get(f"sources.{source.name}.{setting.name}", str)
    return value


def accepts_short_listing(source: Source) -> bool:
    """True when the user says that many records were deleted on purpose; meant for one run."""
    import dlt

    return bool(dlt.config.get(f"sources.{source.name}.{SHORT_LISTING}", bool))


def short_listing_variable(source: Source) -> str:
    return f"SOURCES__{source.name.upper()}__{SHORT_LISTING.upper()}"


def resolve(source: Source) -> dict[str, str]:
    """All settings of a source by name; SettingMissing lists every required one that is absent."""
    values: dict[str, str] = {}
    missing: list[Setting] = []
    for setting in source.settings:
        value = value_of(source, setting)
        if value is None:
            value = setting.default
        if value is None:
            missing.append(setting)
        else:
            values[setting.name] = value
    if missing:
        names = ", ".join(variable(source, setting) for setting in missing)
        hints = "; ".join(f"{setting.name}: {setting.where}" for setting in missing)
        raise SettingMissing(f"{source.name}: no value for {names}", f"Set it in the environment ({hints}).")
    return values
