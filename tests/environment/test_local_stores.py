"""The file of a running bin/dev: read where it may be, never anywhere else."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from lib.environment.local_stores import FILE, LARGEST_BYTES, NAMES, with_local_stores

STORES = {"DATABASE_URL": "postgresql:///everytick?host=/tmp/x", "REDIS_URL": "unix:///tmp/r.sock"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / FILE
    found.parent.mkdir()
    found.write_text(json.dumps(STORES))
    found.chmod(0o600)
    return found


def codes_and_words(environ: dict[str, str], folder: Path) -> list[tuple[str, str]]:
    held, problems = with_local_stores(environ, folder)
    assert held == environ
    return [(problem.code, problem.summary) for problem in problems]


class TestReading:
    @pytest.mark.usefixtures("file")
    def test_it_fills_in_what_is_not_set(self, tmp_path: Path) -> None:
        environ = {"PATH": "/bin", "REDIS_URL": "redis://mine", "CRON_SECRET": " "}
        assert with_local_stores(environ, tmp_path) == (
            {**environ, "DATABASE_URL": STORES["DATABASE_URL"]},
            (),
        )

    def test_only_what_it_may_fill_in(self, file: Path, tmp_path: Path) -> None:
        file.write_text(json.dumps(dict.fromkeys((*NAMES, "INNGEST_SIGNING_KEY", "DEPLOYMENT"), "x")))
        held, _ = with_local_stores({}, tmp_path)
        assert set(held) == set(NAMES)

    @pytest.mark.parametrize("kill", [False, True])
    def test_one_whose_writer_was_killed_is_none(self, file: Path, tmp_path: Path, *, kill: bool) -> None:
        """Killed, bin/dev leaves its file behind; the sockets in it are gone."""
        writer = subprocess.Popen(["sleep", "60"])
        file.write_text(json.dumps({**STORES, "writtenByPid": str(writer.pid)}))
        try:
            if kill:
                writer.kill()
                writer.wait()
            assert with_local_stores({}, tmp_path) == ({} if kill else STORES, ())
        finally:
            writer.kill()
            writer.wait()

    def test_no_file_is_no_problem(self, tmp_path: Path) -> None:
        assert with_local_stores({"A": "b"}, tmp_path) == ({"A": "b"}, ())
        (tmp_path / ".everytick").write_text("a file where the folder should be")
        assert with_local_stores({"A": "b"}, tmp_path) == ({"A": "b"}, ())

    @pytest.mark.usefixtures("file")
    @pytest.mark.parametrize(
        "environ",
        [
            {"DATABASE_URL": "postgresql://mine/x"},
            {"DEPLOYMENT": "development"},
            {"VERCEL_ENV": "development"},
            {"LAMBDA_TASK_ROOT": "/var/task"},
            {"KUBERNETES_SERVICE_HOST": "10.0.0.1"},
        ],
    )
    def test_never_beside_a_word_of_ones_own_or_on_a_platform(
        self, environ: dict[str, str], tmp_path: Path
    ) -> None:
        assert with_local_stores(environ, tmp_path) == (environ, ())


class TestRefusing:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("{", "is not JSON"),
            ("[" * 50_000, "is not JSON"),
            ("[]", "is not a flat object of strings"),
            ('{"DATABASE_URL": 1}', "is not a flat object of strings"),
            (" " * (LARGEST_BYTES + 1), "is not a small regular file"),
        ],
        ids=["broken", "nested too deep", "a list", "a number", "too large"],
    )
    def test_what_cannot_be_read(self, file: Path, tmp_path: Path, text: str, told: str) -> None:
        file.write_text(text)
        assert codes_and_words({}, tmp_path) == [
            ("local_environment_unreadable", f".everytick/environment.json {told}.")
        ]

    @pytest.mark.parametrize("mode", [0o602, 0o620, 0o666])
    def test_one_that_others_can_write(self, file: Path, tmp_path: Path, mode: int) -> None:
        """Whoever can write it could send our work to a database of theirs."""
        file.chmod(mode)
        assert [words for _, words in codes_and_words({}, tmp_path)] == [
            ".everytick/environment.json can be written by other users."
        ]

    @pytest.mark.usefixtures("file")
    def test_one_of_another_user(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        assert [words for _, words in codes_and_words({}, tmp_path)] == [
            ".everytick/environment.json belongs to another user."
        ]

    def test_a_link(self, file: Path, tmp_path: Path) -> None:
        file.rename(tmp_path / "elsewhere.json")
        file.symlink_to(tmp_path / "elsewhere.json")
        assert [words for _, words in codes_and_words({}, tmp_path)] == [
            ".everytick/environment.json cannot be opened by this user, or is a link."
        ]

    def test_a_pipe_does_not_hold_it_up(self, file: Path, tmp_path: Path) -> None:
        file.unlink()
        os.mkfifo(file)
        assert [words for _, words in codes_and_words({}, tmp_path)] == [
            ".everytick/environment.json is not a small regular file."
        ]
