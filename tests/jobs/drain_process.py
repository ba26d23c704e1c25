"""`flask jobs drain` with kinds of the tests beside the real ones; run as a process that may be killed.

Arguments: those of `flask jobs drain`. The kinds write what they do into the table `test_effects`.
"""

import os
import signal
import sys
import threading
from dataclasses import replace

from flask.cli import ScriptInfo
from pydantic import BaseModel

from app import create_app
from lib.composition import compose
from lib.jobs.kind import JobKinds, RunningJob, job_kind
from lib.services import Services


class Nothing(BaseModel):
    """No payload."""


def write(services: Services, job: RunningJob, what: str) -> None:
    with services.store.transaction() as connection:
        connection.execute("INSERT INTO test_effects VALUES (%s, %s)", (job.id, what))


@job_kind("test.works", payload=Nothing)
def works(_payload: Nothing, job: RunningJob, services: Services) -> None:
    write(services, job, "done")


@job_kind("test.kills", payload=Nothing)
def kills(_payload: Nothing, _job: RunningJob, _services: Services) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@job_kind("test.blocks", payload=Nothing)
def blocks(_payload: Nothing, job: RunningJob, services: Services) -> None:
    """Block in the first execution for ever; in a later one there is nothing to wait for."""
    write(services, job, "began")
    if job.crashes == 0:
        threading.Event().wait()


def main() -> None:
    composition = compose()
    held = composition.services
    if held is None:
        raise SystemExit("refused")
    held = replace(held, kinds=JobKinds(*held.kinds.values(), works, kills, blocks))
    app = create_app(replace(composition, services=held))
    app.cli.main(["jobs", "drain", *sys.argv[1:]], obj=ScriptInfo(create_app=lambda: app))


if __name__ == "__main__":
    main()
