"""One rehearsal: each deployment built, looked through, run, and put to trouble."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from dev.problem import Problem
from dev.rehearsal.answers import (
    check_cron,
    check_inngest_header,
    check_ready,
    check_refuses_everything,
    must,
)
from dev.rehearsal.build import Build, run_build
from dev.rehearsal.bundle import (
    Bundle,
    bare_bundle,
    check_configuration,
    check_files,
    check_packages,
    check_secrets,
    put_together,
    weigh,
)
from dev.rehearsal.checkout import copy_checkout
from dev.rehearsal.function import PlatformFunction
from dev.rehearsal.place import Place
from dev.rehearsal.platform_tools import Tools
from dev.rehearsal.read_only import check_read_only
from dev.rehearsal.report import NotAsItMustBe, Report
from dev.rehearsal.startup import compare_starts
from dev.rehearsal.stores import scratch_stores
from dev.rehearsal.suite_run import run_suite
from dev.rehearsal.trouble import (
    check_at_once,
    check_frozen,
    check_time_limit,
    hanging_inngest,
    never_answering,
)
from dev.rehearsal.variables import Deployment, Target, deployment

_LEAKED = "production_key_in_preview"
_JOBS = 20
_COMMAND_SECONDS = 120
_NO_DATABASE = "postgresql://nobody@db.example/everytick"
_NO_REDIS = "redis://redis.example"


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """What all of it shares. `folder` is a short private folder, `root` the checkout."""

    root: Path
    folder: Path
    place: Place
    tools: Tools
    database_server: str
    redis_server: str
    environment: Mapping[str, str]
    report: Report
    _preview: Bundle | None = field(default=None, init=False)

    def run(self, target: Target, given: Mapping[str, str]) -> None:
        """Rehearse `target`; with the variables `given` over the made-up ones, only its build.

        Given ones may name real stores and hold real keys: nothing is run with them.
        """
        if target is Target.LEAK:
            self._run_leak()
            return
        if given:
            deployed = deployment(target, database_url=_NO_DATABASE, redis_url=_NO_REDIS, given=given)
            self._build(target, deployed, may_refuse=True)
            return
        with scratch_stores(database_server=self.database_server, redis_server=self.redis_server) as stores:
            deployed = deployment(target, database_url=stores.database_url, redis_url=stores.redis_url)
            bundle = self._build(target, deployed, may_refuse=False)
            if bundle is None:
                return
            if target is Target.PREVIEW:
                self._preview = bundle
            if self._look(target, "migration", lambda: self._migrate(bundle, deployed)):
                self._run_bundle(target, bundle, deployed)

    def run_suite(self) -> None:
        """Run the test suite on the place's Python."""
        work = self.folder / "suite"
        work.mkdir()
        copy_checkout(self.root, work / "checkout", bait=False)
        servers = {"TEST_DATABASE_URL": self.database_server, "TEST_REDIS_URL": self.redis_server}
        self._look(
            "suite",
            self.place.version,
            lambda: run_suite(
                work / "checkout", self.place, self.tools, environment=self.environment, servers=servers
            ),
        )

    def _look(self, target: str, name: str, check: Callable[[], str]) -> bool:
        try:
            said = check()
        except (NotAsItMustBe, Problem, psycopg.Error) as error:
            self.report.add(target, name, ok=False, said=str(error))
            return False
        self.report.add(target, name, ok=True, said=said)
        return True

    def _build(self, target: Target, deployed: Deployment, *, may_refuse: bool) -> Bundle | None:
        canary, build = self._built(target.value, deployed)
        if not build.ok:
            self.report.refused = may_refuse and bool(build.refusals)
            self.report.add(target, "build", ok=False, said=_reason(build))
            return None
        self.report.add(target, "build", ok=True, said=f"{build.seconds:.1f} s. {_passed(build)}")
        bundle = put_together(build, build.checkout.parent / "bundle")
        self._look(target, "weight", lambda: weigh(bundle))
        self._look(target, "packages", lambda: check_packages(bundle))
        self._look(target, "files", lambda: check_files(bundle))
        self._look(target, "secrets", lambda: check_secrets(bundle, deployed.secrets | {canary}))
        self._look(target, "configuration", lambda: check_configuration(bundle, build.checkout))
        return bundle

    def _built(self, name: str, deployed: Deployment) -> tuple[str, Build]:
        work = self.folder / name
        work.mkdir()
        canary = copy_checkout(self.root, work / "checkout")
        return canary, run_build(
            work / "checkout",
            self.place,
            self.tools,
            variables=deployed.variables,
            environment=self.environment,
        )

    def _function(self, bundle: Bundle, variables: Mapping[str, str]) -> PlatformFunction:
        return PlatformFunction(
            bundle.folder,
            place=self.place,
            python=self.tools.bare_python,
            variables=variables,
            sockets=self.folder,
        )

    def _run_bundle(self, target: Target, bundle: Bundle, deployed: Deployment) -> None:
        if self.place.encloses:
            self._look(
                target,
                "file system",
                lambda: check_read_only(
                    self.place, bundle.folder, python=self.tools.bare_python, show=[self.folder]
                ),
            )
        self._look(target, "requests", lambda: self._ask(target, bundle, deployed))
        if target is Target.PRODUCTION:
            self._look(target, "time limit", lambda: self._check_time_limit(bundle, deployed))
            self._look(target, "start", lambda: self._compare_starts(bundle, deployed))

    def _ask(self, target: Target, bundle: Bundle, deployed: Deployment) -> str:
        """All that is asked of one running function; raises NotAsItMustBe where it does not start."""

        def look(name: str, check: Callable[[], str], *, jobs: bool = True) -> None:
            def prepared() -> str:
                if jobs:
                    self._enqueue(bundle, deployed)
                return check()

            self._look(target, name, prepared)

        with self._function(bundle, deployed.variables) as function:
            look("ready", lambda: check_ready(function), jobs=False)
            look("cron", lambda: check_cron(function, deployed, jobs=_JOBS))
            look("x-inngest-env", lambda: check_inngest_header(function, deployed), jobs=False)
            look("at once", lambda: check_at_once(function, deployed, jobs=_JOBS))
            look("frozen", lambda: check_frozen(function, deployed, jobs=_JOBS))
            return f"all to one function, started in {function.started_seconds:.2f} s"

    def _check_time_limit(self, bundle: Bundle, deployed: Deployment) -> str:
        self._enqueue(bundle, deployed)
        with (
            never_answering() as address,
            self._function(bundle, {**deployed.variables, **hanging_inngest(address)}) as function,
        ):
            return check_time_limit(function, deployed, jobs=_JOBS)

    def _compare_starts(self, bundle: Bundle, deployed: Deployment) -> str:
        bare = bundle.folder.parent / "bare"
        return compare_starts(
            bundle.folder,
            bare_bundle(bundle, bare),
            place=self.place,
            python=self.tools.bare_python,
            variables=deployed.variables,
            sockets=self.folder,
        )

    def _run_leak(self) -> None:
        leaking = deployment(Target.LEAK, database_url=_NO_DATABASE, redis_url=_NO_REDIS)

        def refused() -> str:
            _, build = self._built(Target.LEAK, leaking)
            must(not build.ok, "the build passed")
            must(_LEAKED in build.refusals, _reason(build))
            leaked = [secret for secret in leaking.secrets if secret in build.output]
            must(not leaked, "the build's log shows a secret")
            return f"red, as it must be:\n{_reason(build)}"

        self._look(Target.LEAK, "build", refused)
        if self._preview is None:
            _, build = self._built(
                "clean-preview", deployment(Target.PREVIEW, database_url=_NO_DATABASE, redis_url=_NO_REDIS)
            )
            if not build.ok:
                self.report.add(Target.LEAK, "run time", ok=False, said=_reason(build))
                return
            self._preview = put_together(build, build.checkout.parent / "bundle")
        bundle = self._preview

        def refuses() -> str:
            with self._function(bundle, leaking.variables) as function:
                return check_refuses_everything(function, leaking, _LEAKED)

        self._look(Target.LEAK, "run time", refuses)

    def _migrate(self, bundle: Bundle, deployed: Deployment) -> str:
        said = self._command(bundle, deployed, "db", "upgrade", "--as", deployed.kind)
        after = json.loads(said)["after"]
        return f"flask db upgrade --as {deployed.kind}: revision {after['schemaVersion']}, {after['kind']}"

    def _enqueue(self, bundle: Bundle, deployed: Deployment) -> None:
        self._command(bundle, deployed, "jobs", "enqueue", "--kind", "system.noop", "--count", str(_JOBS))

    def _command(self, bundle: Bundle, deployed: Deployment, *words: str) -> str:
        """Run a `flask` command of the bundle's own; give what it printed."""
        compiled = self.folder / "compiled"
        compiled.mkdir(exist_ok=True)
        outcome = self.place.run(
            f"flask {' '.join(words[:2])}",
            [self.tools.bare_python, "-m", "flask", *words, "--json"],
            directory=bundle.folder,
            environment={
                "PATH": self.place.path,
                "HOME": "/tmp",  # noqa: S108  # as the platform's
                "PYTHONPATH": "_vendor",
                "PYTHONPYCACHEPREFIX": str(compiled),
                **deployed.variables,
            },
            seconds=_COMMAND_SECONDS,
            show=[self.folder],
            keep=[compiled],
        )
        if outcome.code:
            raise NotAsItMustBe(
                f"flask {' '.join(words)}: exit {outcome.code}\n{outcome.errors.strip()[-500:]}"
            )
        return outcome.output


def _reason(build: Build) -> str:
    lines = [line for line in build.output.splitlines() if line.strip()]
    return "\n".join(build.problems or lines[-8:])


def _passed(build: Build) -> str:
    said = [" ".join(line.split()) for line in build.said]
    return ". ".join(line for line in said if line.startswith(("Packages", "Nothing")))
