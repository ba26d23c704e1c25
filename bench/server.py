"""A PostgreSQL server for a measurement: the one that is named, bin/dev's, else one for this time only."""

import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

from dev.python_environment import PythonEnvironment
from dev.runtime_folder import runtime_folder
from dev.servers import embedded_postgres
from dev.supervisor import Supervisor, stopping_on_signals
from lib.composition import PROJECT
from lib.environment.local_stores import with_local_stores
from lib.settings import process_environment


@contextmanager
def database_server() -> Iterator[str]:
    """The URL of a database on a server where others may be made.

    TEST_DATABASE_URL, else DATABASE_URL, else that of a running bin/dev, else an embedded server that ends
    with the measurement. Raises Problem, Stopped.
    """
    environ, _ = with_local_stores(process_environment(), PROJECT)
    named = environ.get("TEST_DATABASE_URL") or environ.get("DATABASE_URL")
    if named:
        yield named
        return
    python = PythonEnvironment(
        python=Path(sys.executable),
        packages=Path(sysconfig.get_path("purelib")),
        programs=Path(sysconfig.get_path("scripts")),
    )
    with stopping_on_signals(), runtime_folder() as folder, Supervisor() as supervisor:
        with redirect_stdout(StringIO()):  # what bin/dev says of its parts
            url = embedded_postgres(
                supervisor, python, state=folder, sockets=folder, logs=folder, durable=False
            )
        yield url
