"""Runs that fell silent and that no tick has closed yet (design §5, failure D4)."""

from typing import Final

from lib.status.silence import SILENT
from lib.store.store import Connection

COUNT: Final = f"SELECT count(*) FROM runs WHERE {SILENT}"  # noqa: S608 - a constant of ours


def stuck_runs(connection: Connection, *, stuck_seconds: int) -> int:
    """How many there are; the next tick's watchdog closes them."""
    ((count,),) = connection.execute(COUNT, {"stuck_seconds": stuck_seconds}).fetchall()
    return int(count)
