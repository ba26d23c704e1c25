import pytest

from dev.suite import main, pytest_arguments, scrubbed


def test_little_of_the_environment_reaches_the_tests() -> None:
    kept = {"PATH": "p", "HOME": "h", "LANG": "l", "TMPDIR": "t", "CI": "1", "TEST_DATABASE_URL": "u"}
    others = {"DATABASE_URL": "x", "INNGEST_DEV": "1", "VERCEL": "1", "PYTHONPATH": "x", "SSL_CERT_FILE": "x"}
    assert scrubbed({**kept, **others}) == kept


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            [],
            ["--cov", "--numprocesses=4"],
            id="a full run goes on while some of it waits, and has to reach the coverage",
        ),
        pytest.param(
            ["-k", "claim"],
            ["--cov", "--cov-fail-under=0", "-k", "claim"],
            id="a part need not, and runs where a debugger works",
        ),
    ],
)
def test_arguments_for_pytest(given: list[str], expected: list[str]) -> None:
    assert pytest_arguments(given) == expected


@pytest.mark.parametrize("arguments", [["--help"], ["tests/jobs", "-h"]])
def test_help_sets_nothing_up(
    arguments: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there at once, and without a network."""
    monkeypatch.setattr("dev.suite.here", lambda: pytest.fail("help looked at the project"))
    assert main(arguments) == 0
    assert capfd.readouterr().out.startswith("usage: bin/test [PYTEST ARGUMENT ...]\n")
