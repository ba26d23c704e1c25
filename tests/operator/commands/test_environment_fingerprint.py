"""`flask env fingerprint`, and what a preview makes of what it prints in production (design §9)."""

import json

import pytest
from click.testing import Result

from app import create_app
from lib.composition import compose
from tests.environment import cases
from tests.environment.oracle import Case

PRODUCTION = {
    **cases.environ(Case(place="vercel production", key="prod", fallback="prod", redis="set")),
    "INNGEST_SIGNING_KEY_FALLBACK": "signkey-prod-" + "fedcba98" * 8,
}
PREVIEW = cases.environ(Case(place="vercel preview", key="branch", redis="unset")) | {
    "DATABASE_URL": "postgresql://u:p@preview.internal/everytick",
    "INNGEST_EVENT_KEY": "eventkey-of-the-preview",
}
VARIABLES = (
    "INNGEST_EVENT_KEY",
    "INNGEST_SIGNING_KEY",
    "INNGEST_SIGNING_KEY_FALLBACK",
    "DATABASE_URL",
    "REDIS_URL",
)
IN_OTHER_WORDS = {
    "a newline": ("INNGEST_EVENT_KEY", PRODUCTION["INNGEST_EVENT_KEY"] + "\n"),
    "another prefix": ("INNGEST_SIGNING_KEY", f"signkey-branch-{cases.HEX['prod']}"),
    "as the fallback": ("INNGEST_SIGNING_KEY_FALLBACK", f"signkey-test-{cases.HEX['prod'].upper()}"),
    "another user": ("DATABASE_URL", "postgres://other:q@DB.internal./everytick?sslmode=require"),
    "no port": ("REDIS_URL", "rediss://CACHE.internal/2"),
}


def invoke(environ: dict[str, str], *arguments: str) -> Result:
    return create_app(compose(environ)).test_cli_runner().invoke(args=["env", *arguments])


@pytest.fixture(scope="module")
def printed() -> str:
    """The last line, as one would paste it."""
    return invoke(PRODUCTION, "fingerprint").stdout.splitlines()[-1].partition("=")[2]


class TestFingerprint:
    def test_one_for_each_thing_and_a_line_to_paste(self) -> None:
        told = json.loads(invoke(PRODUCTION, "fingerprint", "--json").stdout)
        assert tuple(told["fingerprints"]) == VARIABLES
        assert told["joined"].split(",") == list(told["fingerprints"].values())

    def test_as_the_page_says_they_are_made(self) -> None:
        told = json.loads(invoke(PRODUCTION, "fingerprint", "--json").stdout)["fingerprints"]
        assert told["INNGEST_EVENT_KEY"] == cases.fingerprint(cases.SECRETS["event"])
        assert told["INNGEST_SIGNING_KEY"] == cases.fingerprint(cases.HEX["prod"])
        assert told["DATABASE_URL"] == cases.fingerprint("db.internal/everytick")
        assert told["REDIS_URL"] == cases.fingerprint("cache.internal/2")

    def test_no_value_in_what_it_says(self) -> None:
        said = invoke(PRODUCTION, "fingerprint").output
        assert [value for value in cases.SECRETS.values() if value in said] == []
        assert "s3cr3t" not in said
        assert "internal" not in said

    def test_also_of_a_refused_deployment(self) -> None:
        """Whoever looks for the value that is wrong has to see it."""
        refused = invoke({**PRODUCTION, "INNGEST_ENV": "staging"}, "fingerprint")
        assert refused.exit_code == 0

    def test_nothing_is_set(self) -> None:
        assert invoke({}, "fingerprint").exit_code == 4


class TestPreview:
    def test_with_values_of_its_own_it_is_fine(self, printed: str) -> None:
        assert invoke({**PREVIEW, "PRODUCTION_FINGERPRINTS": printed}, "check").exit_code == 0

    @pytest.mark.parametrize("variable", VARIABLES)
    def test_each_single_value_of_productions_is_refused(self, variable: str, printed: str) -> None:
        """By the check in the build and by the running app, which name it and do not print it."""
        stolen = {**PREVIEW, "PRODUCTION_FINGERPRINTS": printed, variable: PRODUCTION[variable]}
        self.refuses(stolen, variable)

    @pytest.mark.parametrize("how", IN_OTHER_WORDS)
    def test_in_other_words_too(self, how: str, printed: str) -> None:
        variable, value = IN_OTHER_WORDS[how]
        self.refuses({**PREVIEW, "PRODUCTION_FINGERPRINTS": printed, variable: value}, variable)

    @staticmethod
    def refuses(environ: dict[str, str], variable: str) -> None:
        checked = invoke(environ, "check", "--json")
        assert checked.exit_code == 3
        told = [
            p for p in json.loads(checked.stdout)["problems"] if p["code"] == "production_value_in_preview"
        ]
        assert [p["summary"].split()[0] for p in told] == [variable]
        answer = create_app(compose(environ)).test_client().get("/api/health")
        assert answer.status_code == 503
        assert answer.json is not None
        assert "production_value_in_preview" in [p["code"] for p in answer.json["problems"]]
        said = checked.output + answer.text
        assert environ[variable].strip() not in said

    def test_a_list_that_cannot_be_read_is_an_error(self) -> None:
        """It would match nothing, and nobody would notice."""
        checked = invoke({**PREVIEW, "PRODUCTION_FINGERPRINTS": "eventkey,whatever"}, "check", "--json")
        assert checked.exit_code == 3
        assert "PRODUCTION_FINGERPRINTS is not a list" in checked.stdout
