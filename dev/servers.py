"""The two stores: the caller's own where variables name them, else started here."""

from collections.abc import Mapping
from pathlib import Path

from dev.console import say
from dev.postgres_binaries import find_binaries
from dev.postgres_place import prepare_place
from dev.postgres_server import start_postgres
from dev.python_environment import PythonEnvironment
from dev.redis_server import candidates, start_redis
from dev.supervisor import Supervisor


def embedded_postgres(
    supervisor: Supervisor,
    python: PythonEnvironment,
    *,
    state: Path,
    sockets: Path,
    logs: Path,
    durable: bool,
) -> str:
    """Start the embedded PostgreSQL with its data below `state`; give its address."""
    place = prepare_place(state, find_binaries(python.packages))
    server = start_postgres(place, sockets=sockets, logs=logs, durable=durable)
    supervisor.add(server.part)
    say(
        "PostgreSQL",
        f"{place.binaries.version}, embedded, pid {server.part.process.pid}, data in {place.data}",
    )
    return server.url


def local_redis(
    supervisor: Supervisor,
    python: PythonEnvironment,
    *,
    environment: Mapping[str, str],
    sockets: Path,
    logs: Path,
) -> str | None:
    """Start a Redis and give its address, or say that there is none."""
    server = start_redis(candidates(environment, python.programs), sockets=sockets, logs=logs)
    if server is None:
        say(
            "Redis",
            "none found (redis-server or valkey-server on PATH). Everytick works without: "
            "job status reads unknown",
        )
        return None
    supervisor.add(server.part)
    say("Redis", f"{server.program}, pid {server.part.process.pid}, in memory only")
    return server.url
