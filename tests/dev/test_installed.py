import pytest

from dev.installed import differences, main

LOCK = """\
flask==3.1.3 \\
    --hash=sha256:aa
psycopg-binary==3.3.9 ; implementation_name != 'pypy' \\
    --hash=sha256:bb
soupsieve==2.10 ; python_full_version < '3.11.5' \\
soupsieve==4.1.2 ; python_full_version >= '3.11.5' \\
"""
GOOD = {"Flask": "3.1.3", "psycopg_binary": "3.3.9", "soupsieve": "4.1.2", "vercel-runtime": "0.23.1"}


class TestDifferences:
    @pytest.mark.parametrize(
        ("installed", "found"),
        [
            pytest.param(GOOD, [], id="as locked, beside the platform's own"),
            pytest.param({**GOOD, "soupsieve": "2.10"}, [], id="the other marker's pin"),
            pytest.param({"flask": "3.1.3"}, [], id="pins with markers may be missing"),
            pytest.param({}, ["flask is not installed"], id="a pin without marker may not"),
            pytest.param(
                {**GOOD, "Flask": "3.2.0"}, ["flask is installed as 3.2.0, locked as 3.1.3"], id="newer"
            ),
            pytest.param(
                {**GOOD, "soupsieve": "5.0"},
                ["soupsieve is installed as 5.0, locked as 2.10 or 4.1.2"],
                id="none of two pins",
            ),
        ],
    )
    def test_names_each(self, installed: dict[str, str], found: list[str]) -> None:
        assert differences(LOCK, installed.items()) == found

    def test_these_tests_run_on_what_is_locked(self) -> None:
        assert main() == 0
