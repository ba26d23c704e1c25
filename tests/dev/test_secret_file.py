import json
import stat
from pathlib import Path

import pytest

from dev.problem import Problem
from dev.secret_file import NAMES, development_secrets


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secrets.json"


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_secrets_are_made_up_once_and_only_their_owner_reads_them(file: Path) -> None:
    made = development_secrets(file, {})
    assert sorted(made) == sorted(NAMES)
    assert len(set(made.values())) == len(NAMES)
    assert all(len(value) >= 32 for value in made.values())
    assert mode(file) == 0o600
    assert development_secrets(file, {}) == made


def test_a_secret_that_is_set_is_not_replaced(file: Path) -> None:
    assert sorted(development_secrets(file, {"CRON_SECRET": "mine"})) == [
        "INBOUND_SECRET",
        "OPERATOR_TOKEN",
    ]
    assert "mine" not in file.read_text(encoding="utf-8")


def test_a_missing_one_is_added_and_the_others_stay(file: Path) -> None:
    file.write_text(json.dumps({"CRON_SECRET": "kept"}), encoding="utf-8")
    file.chmod(0o644)
    made = development_secrets(file, {})
    assert made["CRON_SECRET"] == "kept"
    assert sorted(made) == sorted(NAMES)
    assert mode(file) == 0o600


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_broken_file_is_named(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(Problem, match=r"secrets\.json"):
        development_secrets(file, {})
