"""bin/dev: from a bare checkout to a running Everytick, with everything it needs."""

import argparse
import os
import shlex
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.app_server import address, parse_port, refuse_taken_port, start_app
from dev.console import complain, say, show
from dev.dotenv import with_file
from dev.first_tick import FirstTick
from dev.inngest_server import InngestServer, dispatching, inline, inngest_server
from dev.local_clock import CronRoute, LocalClock
from dev.local_environment import published
from dev.problem import Problem, Stopped
from dev.project import Project, here, only_one, refuse_second
from dev.python_environment import LOCAL_LOCK, PythonEnvironment, ensure_environment
from dev.runtime_folder import runtime_folder
from dev.secret_file import development_secrets
from dev.servers import embedded_postgres, local_redis
from dev.supervisor import Supervisor, stopping_on_signals

_CRON_PATH = "/api/cron/background-jobs"
_READY_PATH = "/api/health/ready"
_DEFAULT_PORT = "8000"
# The caller's Python set-up is not ours.
_UNWANTED = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "FLASK_APP", "FLASK_DEBUG")


@dataclass(slots=True)
class Serving:
    """Whether the app has come up, which decides what a signal means."""

    started: bool = False


def main(arguments: Sequence[str]) -> int:
    """Run bin/dev; give its exit code: 0 well, 1 a problem, 128 + N ended early by signal N."""
    options = _options(arguments)
    serving = Serving()
    try:
        with stopping_on_signals():
            _run(here(), once=options.once, port=options.port, serving=serving)
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped as stopped:
        say("Stopped", signal.Signals(stopped.signum).name)
        return 0 if serving.started else 128 + stopped.signum
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/dev", description="Run Everytick on this machine. See docs/development.md."
    )
    parser.add_argument("--once", action="store_true", help="stop after the first tick")
    parser.add_argument("--port", help=f"port on 127.0.0.1 (PORT, else {_DEFAULT_PORT})")
    return parser.parse_args(arguments)


def _run(project: Project, *, once: bool, port: str | None, serving: Serving) -> None:
    environment = with_file(os.environ, project.root / ".env")
    number = parse_port(port or environment.get("PORT") or _DEFAULT_PORT)
    if not once:
        refuse_second(project)
        refuse_taken_port(number)
    project.prepare()
    show(f"Everytick in {project.root}")
    with only_one(project):
        python = ensure_environment(project, LOCAL_LOCK, environment)
        with runtime_folder() as sockets, Supervisor() as supervisor:
            complete = _app_environment(project, python, environment, supervisor, sockets)
            with published(project.state, complete):
                FirstTick(project, python, inline(complete)).run()
                supervisor.check()
                if not once:
                    _serve(project, python, complete, supervisor, number, serving)


def _app_environment(
    project: Project,
    python: PythonEnvironment,
    environment: Mapping[str, str],
    supervisor: Supervisor,
    sockets: Path,
) -> dict[str, str]:
    """Start the stores that the environment does not name; give the environment for the app."""
    complete = {name: value for name, value in environment.items() if name not in _UNWANTED}
    complete |= development_secrets(project.state / "secrets.json", environment)
    complete.pop("EVERYTICK_EMBEDDED_DATABASE", None)
    complete["FLASK_SKIP_DOTENV"] = "1"  # .env has been read; Flask would ask for a package
    if complete.get("DATABASE_URL", "").strip():
        say("PostgreSQL", "the one in DATABASE_URL")
    else:
        complete["DATABASE_URL"] = embedded_postgres(
            supervisor,
            python,
            state=project.state,
            sockets=sockets,
            logs=project.logs,
            durable=True,
        )
        complete["EVERYTICK_EMBEDDED_DATABASE"] = "true"
    if complete.get("REDIS_URL", "").strip():
        say("Redis", "the one in REDIS_URL")
    else:
        url = local_redis(supervisor, python, environment=complete, sockets=sockets, logs=project.logs)
        complete |= {"REDIS_URL": url} if url else {}
    return complete


def _reached_inngest(environment: Mapping[str, str]) -> InngestServer | None:
    """Give the Inngest dev server that is meant, if it is there; say so if it is not."""
    server = inngest_server(environment)
    if server is None or server.is_there():
        return server
    say(
        "Inngest",
        f"no dev server answers at {server.url}: ticks are done inline. Start it, then bin/dev again",
    )
    return None


def _serve(
    project: Project,
    python: PythonEnvironment,
    environment: Mapping[str, str],
    supervisor: Supervisor,
    port: int,
    serving: Serving,
) -> None:
    inngest = _reached_inngest(environment)
    handed = dispatching(environment) if inngest else environment
    supervisor.add(start_app(project, python, handed, port=port))
    serving.started = True
    try:
        url = f"{address(port)}{_CRON_PATH}"
        say("Logs", str(project.logs))
        say("Ready?", f"{address(port)}{_READY_PATH}")
        say("A tick now", _curl(project, environment, url))
        if inngest:
            say("Inngest", inngest.register(address(port), environment))
        _start_clock(CronRoute(url=url, secret=environment["CRON_SECRET"]))
        say("Clock", "calls the cron route each minute; Ctrl-C stops everything")
        supervisor.watch()
    finally:
        supervisor.announce_stop()


def _start_clock(route: CronRoute) -> None:
    def tick() -> None:
        moment = time.strftime("%H:%M:%S", time.gmtime(time.time()))
        say(f"{moment}Z", route.call())

    clock = LocalClock(now=time.time, wait=_wait, tick=tick)
    threading.Thread(target=clock.run, name="clock", daemon=True).start()


def _wait(seconds: float) -> bool:
    """Wait; nothing ends the clock but the process."""
    time.sleep(seconds)
    return False


def _curl(project: Project, environment: Mapping[str, str], url: str) -> str:
    """Give a command for the reader's shell that reads the secret where it is kept."""
    made_up = development_secrets(project.state / "secrets.json", {})
    if environment["CRON_SECRET"] != made_up["CRON_SECRET"]:
        secret = "$CRON_SECRET"  # noqa: S105  # its name: the reader has set it
    else:
        file = shlex.quote(str(project.state / "secrets.json"))
        code = "import json,sys; print(json.load(open(sys.argv[1]))['CRON_SECRET'])"
        secret = f'$(python3 -c "{code}" {file})'
    return f'curl -H "Authorization: Bearer {secret}" {url}'
