import tomllib

import pytest

from dev.locks import LOCKS, problems
from tests.dev.conftest import ROOT

PROJECT = {
    "project": {"dependencies": ["web>=2"], "optional-dependencies": {"llm": ["model"]}},
    "dependency-groups": {"local": ["store"], "dev": [{"include-group": "local"}, "checker"]},
}
HASH = "--hash=sha256:" + "0" * 64
WEB, STORE, CHECKER, MODEL = (
    f"{name} \\\n    {HASH}\n" for name in ("web==2.1", "store==1", "checker==3", "model==4")
)
GOOD = {
    "requirements.txt": WEB,
    "requirements-local.txt": WEB + STORE + MODEL,
    "requirements-llm.txt": WEB + MODEL,
    "requirements-dev.txt": WEB + STORE + CHECKER + MODEL,
}


def test_this_projects_locks_agree() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert problems(pyproject, {name: (ROOT / name).read_text("utf-8") for name in LOCKS}) == []


def test_locks_that_agree() -> None:
    assert problems(PROJECT, GOOD) == []


@pytest.mark.parametrize(
    ("lock", "text", "expected"),
    [
        pytest.param("requirements-local.txt", WEB, "does not satisfy store", id="one missing"),
        pytest.param("requirements-llm.txt", WEB, "does not satisfy model", id="an extra missing"),
        pytest.param("requirements.txt", WEB.replace("2.1", "1.9"), "does not satisfy web>=2", id="too old"),
        pytest.param(
            "requirements.txt",
            WEB.replace("2.1", "2.2"),
            "web==2.2 is not in requirements-dev.txt",
            id="apart",
        ),
        pytest.param("requirements.txt", "web==2.1\n", "web is not pinned with hashes", id="no hash"),
        pytest.param("requirements.txt", WEB.replace("==", ">="), "web is not pinned", id="no pin"),
        pytest.param(
            "requirements.txt", f"--index-url https://mirror.invalid/\n{WEB}", "an address", id="an index"
        ),
        pytest.param(
            "requirements.txt", f"# from https://mirror.invalid\n{WEB}", "an address", id="a comment"
        ),
    ],
)
def test_what_does_not_agree_is_named(lock: str, text: str, expected: str) -> None:
    found = problems(PROJECT, {**GOOD, lock: text})
    assert any(expected in line for line in found), found
