"""The platform's own command line and what it needs, each installed once."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.console import say
from dev.problem import Problem
from dev.rehearsal.cache import Cache
from dev.rehearsal.indexes import index_environment
from dev.rehearsal.place import Place
from dev.rehearsal.report import NotHere
from dev.step import run_step

VERCEL = "60.1.3"
"""63 and 64 do not install: a dependency of theirs is missing from the registry."""
OLDEST_NODE = 20
_NPM_SECONDS = 300
_PIP_SECONDS = 180
_PROBE_SECONDS = 30
_LAST_LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The command line's entry for node, the folder with uv, and a Python with no packages at all."""

    vercel: Path
    programs: Path
    bare_python: Path


def ensure_tools(cache: Cache, place: Place, environment: Mapping[str, str]) -> Tools:
    """Give the tools. Raises NotHere where node or npm is missing or a registry cannot be reached."""
    variables = {"PATH": place.path, "HOME": str(cache.folder), **index_environment(environment)}
    _check_node(place, variables)
    command_line = cache.get(f"vercel-{VERCEL}", lambda folder: _npm_install(folder, environment))
    system = "debian" if place.root != Path("/") else "here"
    environments = cache.get(
        f"python-{place.version}-{system}", lambda folder: _make_environments(folder, place, variables)
    )
    return Tools(
        vercel=command_line / "node_modules/vercel/dist/vc.js",
        programs=environments / "tools/bin",
        bare_python=environments / "bare/bin/python",
    )


def _check_node(place: Place, variables: Mapping[str, str]) -> None:
    node = shutil.which("node") if place.root == Path("/") else "node"
    if node is None:
        raise NotHere(f"node is missing: Vercel's command line needs {OLDEST_NODE} or newer.")
    probe = place.run(
        "node --version",
        [node, "--version"],
        directory=Path("/"),
        environment=variables,
        seconds=_PROBE_SECONDS,
    )
    major = probe.output.strip().removeprefix("v").partition(".")[0]
    if probe.code or not major.isdigit() or int(major) < OLDEST_NODE:
        raise NotHere(f"node is {probe.output.strip() or 'broken'}: {OLDEST_NODE} or newer is needed.")


def _npm_install(folder: Path, environment: Mapping[str, str]) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NotHere("npm is missing: Vercel's command line comes from it.")
    say("Vercel", f"installing its command line, {VERCEL}, from npm")
    (folder / "package.json").write_text(json.dumps({"private": True}), encoding="utf-8")
    command = [npm, "install", "--no-fund", "--no-audit", "--no-save", "--ignore-scripts", f"vercel@{VERCEL}"]
    try:
        outcome = run_step("npm", command, cwd=folder, environment=environment, seconds=_NPM_SECONDS)
    except Problem as problem:
        raise NotHere(str(problem)) from problem
    if outcome.code:
        raise NotHere(f"npm could not install vercel@{VERCEL}:\n{_end(outcome.errors)}")


def _make_environments(folder: Path, place: Place, variables: Mapping[str, str]) -> None:
    commands: list[list[str | Path]] = [
        [place.python, "-I", "-m", "venv", "--without-pip", folder / "bare"],
        [place.python, "-I", "-m", "venv", folder / "tools"],
        [folder / "tools/bin/python", "-I", "-m", "pip", "install", "--quiet", "--no-input", "uv"],
    ]
    for command in commands:
        try:
            outcome = place.run(
                "Setting up uv",
                command,
                directory=folder,
                environment=variables,
                seconds=_PIP_SECONDS,
                keep=[folder],
            )
        except Problem as problem:
            raise NotHere(str(problem)) from problem
        if outcome.code:
            raise NotHere(f"uv could not be installed:\n{_end(outcome.output + outcome.errors)}")


def _end(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LAST_LINES:])
