import pytest

from dev.suite import pytest_arguments, scrubbed


def test_little_of_the_environment_reaches_the_tests() -> None:
    kept = {"PATH": "p", "HOME": "h", "LANG": "l", "TMPDIR": "t", "CI": "1", "TEST_DATABASE_URL": "u"}
    others = {"DATABASE_URL": "x", "INNGEST_DEV": "1", "VERCEL": "1", "PYTHONPATH": "x", "SSL_CERT_FILE": "x"}
    assert scrubbed({**kept, **others}) == kept


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param([], ["--cov"], id="a full run has to reach the coverage"),
        pytest.param(["-k", "claim"], ["--cov", "--cov-fail-under=0", "-k", "claim"], id="a part need not"),
    ],
)
def test_arguments_for_pytest(given: list[str], expected: list[str]) -> None:
    assert pytest_arguments(given) == expected
