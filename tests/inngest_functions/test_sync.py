"""What a registration tells Inngest, an API on loopback here, and what its caller hears (design §9, D9)."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Database
from tests.inngest_api import InngestApi, inngest_api
from tests.inngest_functions.conftest import KEYS, Deployment
from tests.inngest_functions.signing import PATH, canonical, signature

Deploy = Callable[..., Deployment]
PREVIEW = "everytick-git-main.vercel.app"
ORIGINS = {"production": "https://everytick.example.com", "preview": f"https://{PREVIEW}"}
ELSEWHERE = "elsewhere.example.net"
FAILURES = {400, 401, 403, 404, 500}
"""The statuses that the engine takes for a failed registration (docs/inngest.md)."""
IN_BAND = {"x-inngest-sync-kind": "in_band"}
FORGERIES = {
    "Host": {"Host": ELSEWHERE},
    "a preview's Host": {"Host": PREVIEW},
    "Host with user and path": {"Host": f"everytick.example.com@{ELSEWHERE}/x?y#"},
    "Host with a space": {"Host": f"{ELSEWHERE} x"},
    "X-Forwarded-Host": {"X-Forwarded-Host": ELSEWHERE, "X-Forwarded-Proto": "http"},
    "Forwarded": {"Forwarded": f"host={ELSEWHERE};proto=http"},
    "X-Forwarded-Prefix": {"X-Forwarded-Prefix": "/elsewhere"},
    "X-Original-URL": {"X-Original-URL": "/elsewhere", "X-Rewrite-URL": "/elsewhere"},
}
BODIES: dict[str, object] = {
    "none": None,
    "elsewhere": {"url": f"https://{ELSEWHERE}/api/other"},
    "a preview's": {"url": f"https://{PREVIEW}{PATH}"},
}


@pytest.fixture
def api() -> Iterator[InngestApi]:
    with inngest_api() as api:
        yield api


@pytest.fixture(params=["production", "preview"])
def deployment(request: pytest.FixtureRequest, deployed: Deploy, api: InngestApi) -> Deployment:
    return deployed(request.param, **on_loopback(request.param, api))


def on_loopback(kind: str, api: InngestApi) -> dict[str, str]:
    """Inngest's API is the one on loopback; production calls that a server of its own."""
    if kind == "production":
        return {"INNGEST_SELF_HOSTED": "true", "INNGEST_BASE_URL": api.url}
    return {"INNGEST_API_BASE_URL": api.url}


def configured(held: Deployment) -> str:
    return f"{ORIGINS[str(held.services.environment.kind)]}{PATH}"


def registered(api: InngestApi) -> list[tuple[str, set[str]]]:
    """The app's address in each registration, and the addresses of its functions without their queries."""
    told = [json.loads(request.body) for request in api.received if request.path == "/fn/register"]
    return [
        (
            one["url"],
            {f["steps"]["step"]["runtime"]["url"].split("?")[0] for f in one["functions"]},
        )
        for one in told
    ]


class TestOnlyTheConfiguredOrigin:
    """A signed call is accepted whatever its Host: the integration calls a deployment's own address."""

    @pytest.mark.parametrize("headers", FORGERIES.values(), ids=FORGERIES)
    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_is_told_to_inngest(
        self, deployment: Deployment, api: InngestApi, headers: dict[str, str], body: object
    ) -> None:
        answer = deployment.caller.call("PUT", body, headers=headers)
        assert (answer.status_code, answer.get_json()["ok"]) == (200, True)
        assert registered(api) == [(configured(deployment), {configured(deployment)})]

    @pytest.mark.parametrize("headers", FORGERIES.values(), ids=FORGERIES)
    @pytest.mark.parametrize("body", [BODIES["elsewhere"], BODIES["a preview's"]])
    def test_is_in_the_answer_itself(
        self, deployment: Deployment, api: InngestApi, headers: dict[str, str], body: object
    ) -> None:
        """The in-band registration sends nothing; Inngest takes the answer's word."""
        in_band = {"x-inngest-sync-kind": "in_band"}
        answer = deployment.caller.call("PUT", body, headers={**headers, **in_band})
        told = answer.get_json()
        assert (answer.status_code, told["url"]) == (200, configured(deployment))
        assert ELSEWHERE not in answer.text
        assert api.received == []

    def test_behind_a_proxy_with_a_prefix(self, deployment: Deployment, api: InngestApi) -> None:
        """SCRIPT_NAME is a proxy's word as well, and the address's query the caller's."""
        given = {"x-inngest-signature": signed(deployment)}
        answer = deployment.app.test_client().put(
            f"{PATH}?url=https://{ELSEWHERE}&host={ELSEWHERE}",
            headers=given,
            environ_overrides={"SCRIPT_NAME": "/elsewhere", "SERVER_NAME": ELSEWHERE},
        )
        assert answer.status_code == 200
        assert registered(api) == [(configured(deployment), {configured(deployment)})]

    @pytest.mark.parametrize(
        ("kind", "changes", "url"),
        [
            (
                "production",
                {"INNGEST_SERVE_ORIGIN": "https://tick.example.com/"},
                "https://tick.example.com/api/inngest",
            ),
            ("production", {"INNGEST_SERVE_PATH": "/x"}, "https://everytick.example.com/x"),
            ("preview", {"VERCEL_BRANCH_URL": None}, "https://everytick-abc123.vercel.app/api/inngest"),
        ],
    )
    def test_as_it_is_configured(
        self, deployed: Deploy, api: InngestApi, kind: str, changes: dict[str, str | None], url: str
    ) -> None:
        held = deployed(kind, **on_loopback(kind, api), **changes)
        answer = held.app.test_client().put(
            changes.get("INNGEST_SERVE_PATH") or PATH,
            headers={"x-inngest-signature": signed(held), "Host": ELSEWHERE},
        )
        assert (answer.status_code, registered(api)) == (200, [(url, {url})])
        (request,) = api.received
        name = "production" if kind == "production" else "feature-x"
        assert (json.loads(request.body)["appname"], request.headers["x-inngest-env"]) == ("everytick", name)

    @pytest.mark.parametrize("in_band", [True, False])
    def test_or_none(self, deployed: Deploy, api: InngestApi, *, in_band: bool) -> None:
        """Rather than what the Host header says."""
        held = deployed("production", **on_loopback("production", api), VERCEL_PROJECT_PRODUCTION_URL=None)
        kind = {"x-inngest-sync-kind": "in_band"} if in_band else {}
        answer = held.caller.call("PUT", {"url": f"https://{ELSEWHERE}"}, headers=kind)
        assert (answer.status_code, answer.get_json()["code"]) == (500, "serve_origin_missing")
        assert api.received == []


class TestStrangers:
    @pytest.mark.parametrize("headers", [{}, {"x-inngest-sync-kind": "in_band"}, {"x-inngest-signature": ""}])
    def test_register_nothing(self, deployment: Deployment, api: InngestApi, headers: dict[str, str]) -> None:
        answer = deployment.caller.bare(
            "PUT", canonical(BODIES["elsewhere"]), headers={**headers, "Host": ELSEWHERE}
        )
        assert (answer.status_code, answer.get_json()) == (401, {"message": "Unauthorized"})
        assert api.received == []


class TestNotTaken:
    """The SDK's 200 for a refused registration (failure D9) becomes a status that is heard."""

    @pytest.mark.parametrize(
        ("status", "body", "code", "word"),
        [
            (401, {"error": "Your signing key is invalid"}, "sync_refused", "Your signing key is invalid"),
            (400, {"ok": False, "error": "too many functions"}, "sync_refused", "too many functions"),
            (200, {"error": "rejected for now"}, "sync_refused", "rejected for now"),
            (403, {"message": "no such environment"}, "sync_refused", "no such environment"),
            (503, {"error": "later"}, "sync_refused", "later"),
            (200, {"ok": False}, "sync_refused", "did not say why"),
            (200, {}, "sync_refused", "did not say why"),
            (200, [], "sync_failed", "not an object"),
        ],
    )
    def test_what_inngest_said(
        self, deployment: Deployment, api: InngestApi, status: int, body: object, code: str, word: str
    ) -> None:
        """In `message` for the engine, which shows a 400's, and in `detail` for everybody else."""
        api.says(status, body)
        answer = deployment.caller.call("PUT")
        told = answer.get_json()
        assert (told["code"], told["message"]) == (code, told["detail"])
        assert word in told["message"]
        assert answer.status_code == {"sync_refused": 400, "sync_failed": 500}[code]
        assert answer.headers["x-inngest-env"] in ("production", "feature-x")

    @pytest.mark.parametrize("ok", [{"ok": True}, {"ok": True, "modified": False}, {"modified": True}])
    def test_what_is_taken_is_said_so(self, deployment: Deployment, api: InngestApi, ok: object) -> None:
        api.says(200, ok)
        answer = deployment.caller.call("PUT")
        assert (answer.status_code, answer.get_json()) == (200, ok)

    def test_a_page_of_something_in_front(self, deployment: Deployment, api: InngestApi) -> None:
        api.status, api.body, api.content_type = 200, b"<html>sign in</html>", "text/html"
        answer = deployment.caller.call("PUT")
        assert (answer.status_code, answer.get_json()["code"]) == (500, "sync_failed")

    def test_hanging(self, deployment: Deployment, api: InngestApi, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("inngest_functions.sync.SYNC_SECONDS", 0.3)
        api.hangs = True
        answer = deployment.caller.call("PUT")
        assert answer.status_code in FAILURES
        assert answer.get_json()["code"] == "sync_timed_out"

    @pytest.mark.parametrize("kind", ["production", "preview"])
    def test_away(self, deployed: Deploy, api: InngestApi, kind: str) -> None:
        nobody = {n: v.replace(api.url, "http://127.0.0.1:1") for n, v in on_loopback(kind, api).items()}
        answer = deployed(kind, **nobody).caller.call("PUT")
        assert (answer.status_code, answer.get_json()["code"]) == (500, "sync_failed")

    def test_no_secret_in_what_is_passed_on(self, deployment: Deployment, api: InngestApi) -> None:
        key = KEYS[str(deployment.services.environment.kind)][0]
        api.says(401, {"error": f"no such key: {key}"})
        answer = deployment.caller.call("PUT")
        assert answer.get_json()["message"] == "no such key: [redacted]"


def signed(held: Deployment) -> str:
    return signature(held.caller.key, b"", int(held.services.clock.now().timestamp()))


class TestWhatInngestTookIsKept:
    """In the database, whose latest row is what preflight compares with the code's own configuration."""

    def rows(self, database: Database) -> list[tuple[str, str, str, bool]]:
        return database.rows(
            "SELECT env, url, sync_kind, length(configuration_hash) = 32 FROM registrations ORDER BY url"
        )

    @pytest.mark.parametrize(("headers", "kind"), [({}, "out_of_band"), (IN_BAND, "in_band")])
    def test_however_it_was_told(
        self, deployment: Deployment, database: Database, headers: dict[str, str], kind: str
    ) -> None:
        for _ in range(2):
            deployment.caller.call("PUT", {"url": "https://elsewhere.example.net/"}, headers=headers)
        env = deployment.caller.call("GET").headers["x-inngest-env"]
        assert self.rows(database) == [(env, configured(deployment), kind, True)]

    @pytest.mark.parametrize("signed", [True, False])
    def test_not_what_was_refused(
        self, deployment: Deployment, database: Database, api: InngestApi, *, signed: bool
    ) -> None:
        api.says(401, {"error": "unauthorized"})
        answer = deployment.caller.call("PUT") if signed else deployment.caller.bare("PUT", headers=IN_BAND)
        assert answer.status_code in FAILURES
        assert self.rows(database) == []

    def test_a_database_that_is_away_undoes_nothing(self, deployed: Deploy, api: InngestApi) -> None:
        held = deployed(
            "production", **on_loopback("production", api), DATABASE_URL="postgresql://x@127.0.0.1:1/none"
        )
        assert held.caller.call("PUT").status_code == 200
