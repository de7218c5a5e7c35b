"""The job `erasure`: ends what was interrupted, and erases one customer by id. Dagster keeps what a run was told, so only ids are taken."""

# Dagster reads the annotation of `context` as an object: no postponed annotations in this file.
from typing import Any

import dagster as dg
from pydantic import Field

from orchestration.parts import WRITER_POOL, Parts


class Whom(dg.Config):
    """Who is erased."""

    customer_id: str = Field(
        "",
        description="From customer_360. Never an e-mail or a number, which would stay in Dagster's history: `cx erase` takes those.",
    )


def erasure_job(parts: Parts) -> dg.JobDefinition:
    """The job. What an erasure does stands in `orchestration/privacy/erase.py`."""

    @dg.op(pool=WRITER_POOL)
    def erase_customer(context: dg.OpExecutionContext, config: Whom) -> dg.Output[list[str]]:
        """Ends erasures that were interrupted, then erases the customer, if one is named."""
        from orchestration.privacy.erase import erase, resume
        from orchestration.privacy.find import CUSTOMER_ID

        if config.customer_id and not CUSTOMER_ID.fullmatch(config.customer_id):
            raise dg.Failure("that is no customer id: C and 15 hex digits, from customer_360", allow_retries=False)
        paths, sources = parts.paths(), list(parts.sources().values())
        receipts = resume(paths, sources)
        if config.customer_id:
            receipts.append(erase(paths, config.customer_id, sources))
        told: dict[str, Any] = {receipt.stem: dg.MetadataValue.path(receipt) for receipt in receipts}
        context.log.info(f"{len(receipts)} erasure(s) ended; `build` tells which published figures they move")
        return dg.Output([receipt.name for receipt in receipts], metadata=told)

    @dg.job(name="erasure", description="Ends interrupted erasures, and erases the customer named in the configuration.")
    def erasure() -> None:
        erase_customer()

    return erasure
