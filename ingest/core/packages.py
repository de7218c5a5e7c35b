"""What a killed run leaves in dlt's working folder that dlt itself does not get over."""

from __future__ import annotations

import dlt


def forget_normalised(pipeline: dlt.Pipeline) -> None:
    """Deletes extracted packages that stand among the normalised ones already.

    dlt renames a normalised package into its place and then deletes what it was made from. Killed in between, it would
    normalise the package again on every run, and fail on every run, since the place is taken.
    """
    twice = set(pipeline.list_normalized_load_packages()) & set(pipeline.list_extracted_load_packages())
    extracted = pipeline._get_normalize_storage().extracted_packages
    for load_id in twice:
        extracted.delete_package(load_id)
