"""What would ship: put together from the build's own list, weighed and looked through."""

import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.installed import LOCK, differences
from dev.rehearsal.build import FUNCTION, Build
from dev.rehearsal.report import NotAsItMustBe, listed

HEAVIEST_MB = 100
VENDOR = "_vendor"
_BYTES_PER_MB = 1_000_000
_PLATFORMS_OWN = frozenset({"pip", "vercel-runtime"})
"""What the platform's builder adds to every bundle."""
_NOT_FOR_PRODUCTION = frozenset(
    {
        ".ci",
        ".github",
        ".git",
        ".venv",
        ".everytick",
        ".vercel",
        "bench",
        "bin",
        "dev",
        "docs",
        "samples",
        "tests",
    }
)
_NAME_AND_VERSION = re.compile(r"^(.+)-([^-]+)\.dist-info$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A function's folder, and what the build's output says of it."""

    folder: Path
    configuration: dict[str, Any]
    routes: dict[str, Any]
    files: int
    size: int
    """Bytes."""


def put_together(build: Build, folder: Path) -> Bundle:
    """Lay the build's files out in the new folder `folder`, as the platform does."""
    function = build.checkout / FUNCTION
    configuration = json.loads((function / ".vc-config.json").read_text(encoding="utf-8"))
    shipped = {name: build.checkout / source for name, source in configuration["filePathMap"].items()}
    own = [path for path in function.rglob("*") if path.is_file() and path.name != ".vc-config.json"]
    shipped |= {str(path.relative_to(function)): path for path in own}
    for name, source in shipped.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(source, place)
    return Bundle(
        folder=folder,
        configuration=configuration,
        routes=json.loads((build.checkout / ".vercel/output/config.json").read_text(encoding="utf-8")),
        files=len(shipped),
        size=sum(source.stat().st_size for source in shipped.values()),
    )


def weigh(bundle: Bundle) -> str:
    """Say how heavy it is. Raises NotAsItMustBe from 100 MB on."""
    megabytes = bundle.size / _BYTES_PER_MB
    said = f"{megabytes:.1f} MB in {bundle.files:,} files (below {HEAVIEST_MB} MB)"
    if megabytes >= HEAVIEST_MB:
        raise NotAsItMustBe(said.replace("below", "has to stay below"))
    return said


def check_packages(bundle: Bundle) -> str:
    """Say that it holds what the lock names, in those versions, and nothing else. Raises NotAsItMustBe."""
    lock = (bundle.folder / LOCK).read_text(encoding="utf-8")
    held = [
        (match[1], match[2])
        for path in (bundle.folder / VENDOR).glob("*.dist-info")
        if (match := _NAME_AND_VERSION.match(path.name))
    ]
    locked = {_canonical(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    strangers = {_canonical(name) for name, _ in held} - locked - _PLATFORMS_OWN
    wrong = [*differences(lock, held), *(f"{name} is not in {LOCK}" for name in sorted(strangers))]
    if wrong:
        raise NotAsItMustBe("\n".join(wrong))
    return f"the {len(held) - len(_PLATFORMS_OWN)} of {LOCK}, and the platform's own two"


def check_files(bundle: Bundle) -> str:
    """Say that nothing of development and no variables' file ships. Raises NotAsItMustBe."""
    wrong = sorted(
        name
        for name in os.listdir(bundle.folder)  # noqa: PTH208  # names are wanted
        if name in _NOT_FOR_PRODUCTION or name.startswith(".env")
    )
    if wrong:
        raise NotAsItMustBe(f"{listed(wrong)} would ship")
    return "no tests, benchmarks, documents, tooling or .env"


def check_secrets(bundle: Bundle, secrets: Iterable[str]) -> str:
    """Say that no file holds one of `secrets`. Raises NotAsItMustBe with the files' names only."""
    sought = re.compile(b"|".join(re.escape(secret.encode()) for secret in secrets))
    paths = [path for path in bundle.folder.rglob("*") if path.is_file()]
    wrong = [str(path.relative_to(bundle.folder)) for path in paths if sought.search(path.read_bytes())]
    if wrong:
        raise NotAsItMustBe(f"a secret is in {listed(sorted(wrong))}")
    return f"none of the build's in any of {len(paths):,} files"


def check_configuration(bundle: Bundle, checkout: Path) -> str:
    """Say that the output has the cron and the duration of vercel.json. Raises NotAsItMustBe."""
    wanted = json.loads((checkout / "vercel.json").read_text(encoding="utf-8"))
    seconds = wanted["functions"]["app.py"]["maxDuration"]
    if bundle.routes.get("crons") != wanted["crons"]:
        raise NotAsItMustBe(f"crons: {bundle.routes.get('crons')}")
    if bundle.configuration.get("maxDuration") != seconds:
        raise NotAsItMustBe(f"maxDuration: {bundle.configuration.get('maxDuration')}")
    (cron,) = wanted["crons"]
    return (
        f"cron {cron['path']} at {cron['schedule']}, {seconds} s at most, {bundle.configuration['runtime']}"
    )


def bare_bundle(bundle: Bundle, folder: Path) -> Path:
    """Lay out the same bundle with nothing of ours but a Flask app that serves one Inngest function."""
    shutil.copytree(bundle.folder / VENDOR, folder / VENDOR, copy_function=os.link)
    for path in bundle.folder.glob("vc__*.py"):
        os.link(path, folder / path.name)
    shutil.copy2(Path(__file__).parent / "bare_app.py", folder / "app.py")
    return folder


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
