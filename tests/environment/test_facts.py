import pytest

from lib.environment.facts import Facts, read_facts
from tests.environment import cases


class TestReading:
    def test_nothing_set(self) -> None:
        assert read_facts({}) == read_facts({"INNGEST_ENV": " \n", "VERCEL": "", "DYNO": " "})

    @pytest.mark.parametrize(
        ("raw", "embedded"),
        [("true", True), ("1", True), ("maybe", True), ("false", False), ("0", False), (" ", False)],
    )
    def test_what_cannot_be_read_is_the_worse(self, raw: str, embedded: bool) -> None:  # noqa: FBT001 - a row
        assert read_facts({"EVERYTICK_EMBEDDED_DATABASE": raw}).embedded_database is embedded

    def test_the_signing_keys_with_their_variables(self) -> None:
        """A fallback key counts like the primary."""
        facts = read_facts({"INNGEST_SIGNING_KEY_FALLBACK": " key\n"})
        assert facts.signing_keys == (("INNGEST_SIGNING_KEY_FALLBACK", "key"),)

    @pytest.mark.parametrize(
        ("environ", "lifted"),
        [
            ({}, False),
            ({"INNGEST_SELF_HOSTED": "true"}, False),
            ({"INNGEST_BASE_URL": "https://i"}, False),
            ({"INNGEST_SELF_HOSTED": "maybe", "INNGEST_BASE_URL": "https://i"}, False),
            ({"INNGEST_SELF_HOSTED": "true", "INNGEST_API_BASE_URL": "https://i"}, False),
            ({"INNGEST_SELF_HOSTED": "true", "INNGEST_BASE_URL": "https://i"}, True),
        ],
    )
    def test_self_hosting_needs_both(self, environ: dict[str, str], lifted: bool) -> None:  # noqa: FBT001 - a row
        assert read_facts(environ).prefixes_lifted is lifted

    def test_no_secret_in_its_text(self) -> None:
        """A fact may be logged; a key is not in it."""
        everything = {
            "INNGEST_SIGNING_KEY": cases.SECRETS["prod"],
            "INNGEST_SIGNING_KEY_FALLBACK": cases.SECRETS["branch"],
            "INNGEST_EVENT_KEY": cases.SECRETS["event"],
            "INNGEST_BASE_URL": "https://user:pass@inngest.internal",
            "CRON_SECRET": cases.SECRETS["cron"],
            "DATABASE_URL": cases.SECRETS["database"],
        }
        told = repr(read_facts(everything))
        assert [secret for secret in everything.values() if secret in told] == []
        assert told.startswith(Facts.__name__)
