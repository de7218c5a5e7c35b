"""What Dagster loads: the real graph, and its jobs by name for executors that load them in another process."""

from __future__ import annotations

import dagster as dg

from orchestration import automation
from orchestration.graph import build_defs

defs = build_defs()


def daily() -> dg.JobDefinition:
    return defs.resolve_job_def(automation.DAILY)


def ingest_all() -> dg.JobDefinition:
    return defs.resolve_job_def(automation.INGEST_ALL)


def build() -> dg.JobDefinition:
    return defs.resolve_job_def(automation.BUILD)


def publish() -> dg.JobDefinition:
    return defs.resolve_job_def(automation.PUBLISH)


def backfill() -> dg.JobDefinition:
    return defs.resolve_job_def(automation.BACKFILL)


def full_refresh() -> dg.JobDefinition:
    return defs.resolve_job_def(automation.FULL_REFRESH)


def erasure() -> dg.JobDefinition:
    return defs.resolve_job_def("erasure")


def train_identity() -> dg.JobDefinition:
    return defs.resolve_job_def(automation.TRAIN)
