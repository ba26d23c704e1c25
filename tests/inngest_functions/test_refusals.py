"""Who may run a function: nobody whom the documented statuses turn away (design §9; docs/inngest.md)."""

from collections.abc import Callable, Iterator

import pytest

from tests.inngest_functions.conftest import KEYS, Deployment, Outbound
from tests.inngest_functions.signing import PATH, canonical, first_request, signature

Deploy = Callable[..., Deployment]
HOUR = 3_600
STRANGER = "signkey-prod-" + "ab" * 32
NO_RETRY = "x-inngest-no-retry"
RUN = "fnId=everytick-probe&stepId=step"


@pytest.fixture(params=["production", "preview"])
def deployment(request: pytest.FixtureRequest, deployed: Deploy) -> Deployment:
    """The app as production and as preview, with both keys."""
    return deployed(request.param, INNGEST_SIGNING_KEY_FALLBACK=KEYS[request.param][1])


class TestACallThatIsSigned:
    @pytest.mark.parametrize("which", [0, 1], ids=["with the key", "with the fallback key"])
    def test_it_runs(self, deployment: Deployment, which: int) -> None:
        kind = deployment.services.environment.kind
        assert kind is not None
        answer = deployment.caller.run(key=KEYS[kind][which])
        assert (answer.status_code, answer.get_json()) == (200, "ran")
        assert deployment.runs == ["run-1"]

    @pytest.mark.parametrize("kind", ["production", "preview"])
    def test_keys_pasted_with_a_newline_serve(self, deployed: Deploy, kind: str) -> None:
        """Failure D3: one such key had every call refused for hours; `x-inngest-env` stays whole as well."""
        key = KEYS[kind][0]
        padded = {"INNGEST_SIGNING_KEY": f"{key}\n", "INNGEST_SIGNING_KEY_FALLBACK": f" {KEYS[kind][1]}\r\n"}
        for env in ("production\n",) if kind == "production" else (None, "feature-x\n"):
            padded_deployment = deployed(kind, **padded, INNGEST_ENV=env)
            padded_deployment.caller.clock.advance(1)
            answer = padded_deployment.caller.run(key=key)
            assert (answer.status_code, answer.get_json()) == (200, "ran")
            assert answer.headers["x-inngest-env"] == {"production": "production"}.get(kind, "feature-x")

    @pytest.mark.parametrize("shift", [-300, 300])
    def test_five_minutes_either_way_are_allowed(self, deployment: Deployment, shift: int) -> None:
        assert deployment.caller.run(shift=shift).status_code == 200


class TestRefused:
    """Nothing runs and nothing is sent, whatever is wrong with the call."""

    @pytest.fixture(autouse=True)
    def nothing_happens(self, deployment: Deployment, outbound: Outbound) -> Iterator[None]:
        yield
        assert deployment.runs == []
        assert outbound.requests == []

    def test_unsigned(self, deployment: Deployment) -> None:
        headers: dict[str, str]
        for headers in ({}, {"x-inngest-signature": ""}):
            answer = deployment.caller.bare(
                "POST", canonical(first_request("probe")), query=RUN, headers=headers
            )
            assert (answer.status_code, answer.headers.get(NO_RETRY)) == (401, None)

    def test_signed_with_another_key(self, deployment: Deployment) -> None:
        """To be tried again: keys are being rotated, maybe, and the next try finds the new one here."""
        answer = deployment.caller.run(key=STRANGER)
        assert (answer.status_code, answer.headers.get(NO_RETRY)) == (401, None)

    def test_too_large(self, deployment: Deployment) -> None:
        answer = deployment.caller.bare("POST", b" " * (5 * 1024 * 1024), query=RUN)
        assert (answer.status_code, answer.headers.get(NO_RETRY)) == (413, "true")

    @pytest.mark.parametrize("shift", [-HOUR, HOUR, -301, 301])
    def test_too_old_or_from_the_future(self, deployment: Deployment, shift: int) -> None:
        """The SDK never looks at the age."""
        answer = deployment.caller.run(shift=shift)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")
        assert NO_RETRY not in answer.headers

    @pytest.mark.parametrize(
        "header",
        [
            "t=1700000000",
            "s=" + "ab" * 32,
            "t=soon&s=" + "ab" * 32,
            "t=1795463400&s=" + "AB" * 32,
            "t=1795463400&s=\xe9\xe9",
            "t=\u0661\u0662&s=" + "ab" * 32,
            "t=1795463400&s=" + "ab" * 40_000,
            "t=" + "9" * 5_000 + "&s=" + "ab" * 32,
        ],
    )
    def test_malformed(self, deployment: Deployment, header: str) -> None:
        """Never a 500, which the SDK alone answers to what is not ASCII; sent again it would be the same."""
        sent = header.encode().decode("latin-1")
        answer = deployment.caller.run(headers={"x-inngest-signature": sent})
        assert (answer.status_code, answer.headers.get(NO_RETRY)) == (401, "true")

    def test_a_body_changed_on_its_way(
        self,
        deployment: Deployment,
    ) -> None:
        now = int(deployment.services.clock.now().timestamp())
        key = KEYS[str(deployment.services.environment.kind)][0]
        header = {"x-inngest-signature": signature(key, canonical(first_request("other")), now)}
        answer = deployment.caller.bare("POST", canonical(first_request("probe")), headers=header, query=RUN)
        assert answer.status_code == 401

    def test_two_signatures(self, deployment: Deployment) -> None:
        body = canonical(first_request("probe"))
        now = int(deployment.services.clock.now().timestamp())
        good = signature(KEYS[str(deployment.services.environment.kind)][0], body, now)
        answer = deployment.app.test_client().post(
            f"{PATH}?{RUN}",
            data=body,
            headers=[("x-inngest-signature", good), ("x-inngest-signature", good)],
        )
        assert (answer.status_code, answer.headers.get(NO_RETRY)) == (401, "true")

    def test_an_unsigned_registration(self, deployment: Deployment) -> None:
        assert deployment.caller.bare("PUT").status_code == 401

    def test_a_registration_signed_with_another_key(self, deployment: Deployment) -> None:
        assert deployment.caller.call("PUT", key=STRANGER).status_code == 401

    def test_an_unsigned_look(self, deployment: Deployment) -> None:
        answer = deployment.caller.bare("GET")
        assert (answer.status_code, answer.get_json()) == (401, {"message": "Unauthorized"})


class TestWithoutAnyKey:
    @pytest.mark.parametrize("kind", ["production", "preview"])
    @pytest.mark.parametrize("flag", ["true", "false"])
    def test_nothing_is_there_to_run(
        self, deployed: Deploy, outbound: Outbound, kind: str, flag: str
    ) -> None:
        """The SDK's own choice without a key is a mode that runs unsigned calls."""
        held = deployed(
            kind, INNGEST_SIGNING_KEY=None, INNGEST_EVENT_KEY=None, BACKGROUND_JOBS_USE_INNGEST=flag
        )
        answer = held.caller.bare("POST", canonical(first_request("probe")), query=RUN)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "inngest_off")
        assert (held.runs, outbound.requests) == ([], [])
