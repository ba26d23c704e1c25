"""The test suite on the platform's Python."""

from collections.abc import Mapping
from pathlib import Path

from dev.python_environment import DEV_LOCK
from dev.rehearsal.indexes import index_environment
from dev.rehearsal.place import Place
from dev.rehearsal.platform_tools import Tools
from dev.rehearsal.report import NotAsItMustBe
from dev.suite import pytest_arguments, scrubbed

_INSTALL_SECONDS = 600
_SUITE_SECONDS = 2700
_TMP = Path("/tmp")  # noqa: S108  # this machine's, for the tests need more room than the platform gives
_LAST_LINES = 3
_MOST_FAILURES = 40


def run_suite(
    checkout: Path,
    place: Place,
    tools: Tools,
    *,
    environment: Mapping[str, str],
    servers: Mapping[str, str],
) -> str:
    """Install the development lock beside `checkout` and run the whole suite; give pytest's summary.

    Raises NotAsItMustBe, with the end of what was said, where the install or a test fails.
    """
    venv = checkout.parent / "venv"
    home = checkout.parent / "home"
    home.mkdir()
    variables = {**index_environment(environment), "PATH": place.path, "HOME": str(home)}
    uv = tools.programs / "uv"
    _run(place, [uv, "venv", "--seed", "--python", place.python, venv], checkout, variables, _INSTALL_SECONDS)
    install: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", venv / "bin/python"]
    install += ["--require-hashes", "-r", DEV_LOCK]
    _run(place, install, checkout, variables, _INSTALL_SECONDS)
    said = _run(
        place,
        [venv / "bin/python", "-m", "pytest", "-q", *pytest_arguments([])],
        checkout,
        {
            **{name: value for name, value in variables.items() if name.startswith(("PIP_", "SSL_CERT_"))},
            **scrubbed(environment),
            **servers,
            "PATH": f"{venv / 'bin'}:{place.path}",
            "HOME": str(home),
        },
        _SUITE_SECONDS,
    )
    return said.splitlines()[-1].strip("= ")


def _run(
    place: Place,
    command: list[str | Path],
    checkout: Path,
    variables: Mapping[str, str],
    seconds: float,
) -> str:
    name = Path(command[0]).name
    outcome = place.run(
        name, command, directory=checkout, environment=variables, seconds=seconds, keep=[_TMP]
    )
    if outcome.code:
        # Pytest's failures and summary are on standard output, an installer's words on the other.
        lines = (outcome.output.strip() or outcome.errors.strip()).splitlines()
        failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
        shown = [*failed[:_MOST_FAILURES], *lines[-_LAST_LINES:]]
        raise NotAsItMustBe(f"{name}: exit {outcome.code}\n" + "\n".join(dict.fromkeys(shown)))
    return outcome.output.strip()
