"""Every row of the fault matrix, in the order of docs/reliability.md."""

from typing import Final

from tests.faults import (
    engine_rows,
    inngest_rows,
    job_rows,
    process_rows,
    redis_rows,
    store_rows,
    tick_rows,
)

ROWS: Final = (
    *inngest_rows.ROWS,
    *engine_rows.ROWS,
    *process_rows.ROWS,
    *job_rows.ROWS,
    *store_rows.ROWS,
    *redis_rows.ROWS,
    *tick_rows.ROWS,
)
ORDER: Final = tuple(row.fault for row in ROWS)
