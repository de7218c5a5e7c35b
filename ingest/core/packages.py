"""What a killed run leaves in dlt's working folder that dlt itself does not get over."""

from __future__ import annotations

from pathlib import Path

import dlt
from dlt.common.storages.load_package import PackageStorage

_STATES = (PackageStorage.NEW_JOBS_FOLDER, PackageStorage.STARTED_JOBS_FOLDER, PackageStorage.COMPLETED_JOBS_FOLDER)


def forget_normalised(pipeline: dlt.Pipeline) -> None:
    """Deletes extracted packages that stand among the normalised ones already.

    dlt renames a normalised package into its place and then deletes what it was made from. Killed in between, it would
    normalise the package again on every run, and fail on every run, since the place is taken.
    """
    twice = set(pipeline.list_normalized_load_packages()) & set(pipeline.list_extracted_load_packages())
    extracted = pipeline._get_normalize_storage().extracted_packages
    for load_id in twice:
        extracted.delete_package(load_id)


def begin_loads_anew(pipeline: dlt.Pipeline) -> None:
    """Lets every load that was killed begin at its first table again, as if nothing of it had been loaded.

    dlt notes in files which table is done. Those notes may tell more than the warehouse kept, where the end of its write-ahead
    log was lost, and a kill between the last two of them would make every later run fail at the second. Every table merges on
    its key, so that what did land is replaced, not doubled.
    """
    packages = pipeline._get_load_storage().normalized_packages
    for load_id in packages.list_packages():
        package = Path(packages.storage.make_full_path(packages.get_package_path(load_id)))
        waiting = package / PackageStorage.SCHEMA_UPDATES_FILE_NAME  # removed by the load as it begins
        if not waiting.exists():
            _put_back(package)
            packages.storage.save(f"{load_id}/{waiting.name}", "{}")  # last, so that a kill in here is made good by the next run


def _put_back(package: Path) -> None:
    """Moves the jobs of a package to where they wait; merges, which the load adds once their rows are there, are dropped."""
    (package / PackageStorage.PACKAGE_COMPLETED_FILE_NAME).unlink(missing_ok=True)
    for note in (package / PackageStorage.PENDING_TRANSITIONS_FOLDER).glob("*"):
        note.unlink()
    for job in [job for state in _STATES for job in (package / state).glob("*")]:
        if job.suffix == ".sql":
            job.unlink()
        else:
            job.replace(package / PackageStorage.NEW_JOBS_FOLDER / job.name)
