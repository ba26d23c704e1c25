"""What would ship is put together from the build's list, and looked through."""

import json
from pathlib import Path

import pytest

from dev.rehearsal.build import FUNCTION, Build
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
from dev.rehearsal.report import NotAsItMustBe

PACKAGES = ".vercel/python/.venv/packages"
CRONS = [{"path": "/api/cron/background-jobs", "schedule": "* * * * *"}]
LOCK = "flask==3.1.3 \\\n    --hash=sha256:aa\ncolorama==0.4.6 ; sys_platform == 'win32'\n"


class Built:
    """A build's output, as the platform's builder lays it out."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.shipped: dict[str, str] = {}
        (checkout / FUNCTION).mkdir(parents=True)
        (checkout / FUNCTION / "vc__handler__python.py").write_text("import app")
        (checkout / "vercel.json").write_text(
            json.dumps({"crons": CRONS, "functions": {"app.py": {"maxDuration": 300}}})
        )
        self.ship("app.py", "code")
        self.ship("requirements.txt", LOCK)
        for package in ("flask-3.1.3", "pip-26.3", "vercel_runtime-0.23.1"):
            self.install(package)

    def ship(self, name: str, text: str) -> None:
        self._write(name, name, text)

    def install(self, package: str) -> None:
        name = f"{package}.dist-info/METADATA"
        self._write(f"_vendor/{name}", f"{PACKAGES}/{name}", package)

    def bundle(self, *, seconds: int = 300) -> Bundle:
        configuration = {"filePathMap": self.shipped, "maxDuration": seconds, "runtime": "python3.12"}
        (self.checkout / FUNCTION / ".vc-config.json").write_text(json.dumps(configuration))
        (self.checkout / ".vercel/output/config.json").write_text(json.dumps({"crons": CRONS}))
        build = Build(checkout=self.checkout, ok=True, seconds=1, output="")
        return put_together(build, self.checkout.parent / "bundle")

    def _write(self, name: str, source: str, text: str) -> None:
        self.shipped[name] = source
        (self.checkout / source).parent.mkdir(parents=True, exist_ok=True)
        (self.checkout / source).write_text(text)


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return Built(tmp_path / "checkout")


def test_a_bundle_that_is_as_it_must_be(built: Built) -> None:
    bundle = built.bundle()
    assert (bundle.folder / "_vendor/flask-3.1.3.dist-info/METADATA").read_text() == "flask-3.1.3"
    assert (bundle.folder / "vc__handler__python.py").exists()
    assert "6 files" in weigh(bundle)
    assert check_packages(bundle).startswith("the 1 of requirements.txt")
    assert check_files(bundle)
    assert check_secrets(bundle, ["a secret that is nowhere"])
    assert "300 s at most" in check_configuration(bundle, built.checkout)


def test_what_is_not_in_the_list_does_not_ship(built: Built) -> None:
    (built.checkout / "left.py").write_text("code")
    assert not (built.bundle().folder / "left.py").exists()


def test_too_heavy(built: Built) -> None:
    with (built.checkout / "app.py").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(NotAsItMustBe, match="has to stay below 100 MB"):
        weigh(built.bundle())


@pytest.mark.parametrize(
    ("package", "said"),
    [("pytest-9.0.0", "pytest is not in requirements.txt"), ("colorama-0.4.5", "installed as 0.4.5")],
)
def test_a_package_that_is_not_as_locked(built: Built, package: str, said: str) -> None:
    built.install(package)
    with pytest.raises(NotAsItMustBe, match=said):
        check_packages(built.bundle())


def test_a_locked_package_that_is_missing(built: Built) -> None:
    del built.shipped["_vendor/flask-3.1.3.dist-info/METADATA"]
    with pytest.raises(NotAsItMustBe, match="flask is not installed"):
        check_packages(built.bundle())


@pytest.mark.parametrize("name", ["tests/test_app.py", "docs/a.md", "bench/b.py", ".env", ".env.production"])
def test_a_file_that_is_not_for_production(built: Built, name: str) -> None:
    built.ship(name, "")
    with pytest.raises(NotAsItMustBe, match=name.partition("/")[0]):
        check_files(built.bundle())


def test_a_secret_is_found_and_not_shown(built: Built) -> None:
    built.ship("lib/settings.py", 'KEY = "signkey-prod-0123"')
    with pytest.raises(NotAsItMustBe, match=r"a secret is in lib/settings\.py$") as caught:
        check_secrets(built.bundle(), ["other", "signkey-prod-0123"])
    assert "signkey" not in str(caught.value)


def test_a_duration_that_did_not_arrive(built: Built) -> None:
    with pytest.raises(NotAsItMustBe, match="maxDuration: 60"):
        check_configuration(built.bundle(seconds=60), built.checkout)


def test_the_bare_bundle_has_the_packages_and_nothing_of_ours(built: Built, tmp_path: Path) -> None:
    built.ship("lib/settings.py", "ours")
    bare = bare_bundle(built.bundle(), tmp_path / "bare")
    assert {path.name for path in bare.iterdir()} == {"_vendor", "app.py", "vc__handler__python.py"}
    assert "flask" in (bare / "app.py").read_text()
