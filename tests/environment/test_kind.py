"""Which kind a deployment is; the combinations with everything else are in test_guard.py."""

import pytest

from lib.environment.decision import DeploymentKind
from lib.environment.facts import HOSTS, ON_LAMBDA, read_facts
from lib.environment.kind import resolve_kind


def kind_of(**environ: str) -> tuple[str | None, list[str]]:
    found = resolve_kind(read_facts(environ))
    return found.kind, [problem.code for problem in found.problems]


class TestVercel:
    @pytest.mark.parametrize("name", ["VERCEL", "VERCEL_URL", "VERCEL_REGION", *ON_LAMBDA])
    def test_any_of_its_variables_needs_vercel_env(self, name: str) -> None:
        """With the system variables hidden nothing tells a preview from production."""
        assert kind_of(**{name: "x"}) == (None, ["vercel_env_missing"])

    @pytest.mark.parametrize("kind", list(DeploymentKind))
    def test_vercel_env_decides(self, kind: DeploymentKind) -> None:
        assert kind_of(VERCEL="1", VERCEL_ENV=f" {kind.upper()}\n") == (kind, [])

    def test_deployment_does_not_stand_in(self) -> None:
        assert kind_of(VERCEL="1", DEPLOYMENT="production") == (None, ["vercel_env_missing"])

    @pytest.mark.parametrize(
        ("target", "codes"),
        [
            ("preview", []),
            ("qa", []),
            ("Production", ["vercel_target_env_contradicts"]),
            ("development", ["vercel_target_env_contradicts"]),
        ],
    )
    def test_the_target(self, target: str, codes: list[str]) -> None:
        """A name of one's own is a custom environment; another built-in one a contradiction."""
        assert kind_of(VERCEL_ENV="preview", VERCEL_TARGET_ENV=target) == ("preview", codes)

    @pytest.mark.parametrize(
        ("deployment", "codes"),
        [
            ("preview", []),
            ("production", ["deployment_contradicts_vercel"]),
            ("misspelt", ["deployment_contradicts_vercel"]),
        ],
    )
    def test_deployment_beside_it(self, deployment: str, codes: list[str]) -> None:
        assert kind_of(VERCEL_ENV="preview", DEPLOYMENT=deployment) == ("preview", codes)


class TestElsewhere:
    @pytest.mark.parametrize("name", [name for names in HOSTS.values() for name in names])
    def test_a_known_host_has_to_say(self, name: str) -> None:
        assert kind_of(**{name: "x"}) == (None, ["deployment_missing"])
        assert kind_of(**{name: "x", "DEPLOYMENT": "production"}) == ("production", [])

    @pytest.mark.parametrize(
        ("deployment", "expected"),
        [
            ("production", ("production", [])),
            (" Preview ", ("preview", [])),
            ("development", ("development", [])),
            ("live", (None, ["deployment_unknown"])),
            ("", ("development", [])),
        ],
    )
    def test_deployment_decides(self, deployment: str, expected: tuple[str | None, list[str]]) -> None:
        assert kind_of(DEPLOYMENT=deployment) == expected

    def test_nothing_said_is_a_developer_s_machine(self) -> None:
        assert kind_of() == ("development", [])
