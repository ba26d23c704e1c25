"""The route with the SDK behind it: its header, its limits, what it registers, whom it hears (design §9)."""

import io
import json
from collections.abc import Callable

import pytest

from tests.conftest import Database
from tests.inngest_functions.conftest import Deployment, Outbound
from tests.inngest_functions.signing import PATH, canonical, first_request

Deploy = Callable[..., Deployment]
MIB = 1024 * 1024
DEV = {"INNGEST_DEV": "http://127.0.0.1:8288"}


@pytest.fixture
def production(deployed: Deploy) -> Deployment:
    return deployed("production")


class TestHeader:
    """`x-inngest-env` on every answer: a missing one counts as a failed check."""

    @pytest.mark.parametrize("path", [PATH, PATH + "/"])
    @pytest.mark.parametrize(
        ("method", "status"),
        [("HEAD", 200), ("GET", 401), ("PUT", 401), ("POST", 401), ("DELETE", 405), ("OPTIONS", 405)],
    )
    def test_whatever_the_method_and_status(
        self, deployed: Deploy, path: str, method: str, status: int
    ) -> None:
        answer = deployed("preview").app.test_client().open(path, method=method)
        assert (answer.status_code, answer.headers.getlist("x-inngest-env")) == (status, ["feature-x"])

    def test_on_good_answers(self, production: Deployment) -> None:
        for answer in (production.caller.run(), production.caller.call("GET")):
            assert (answer.status_code, answer.headers["x-inngest-env"]) == (200, "production")

    def test_on_a_body_that_is_too_large(self, production: Deployment) -> None:
        answer = production.app.test_client().post(PATH, data=b" " * (5 * MIB))
        assert (answer.status_code, answer.headers["x-inngest-env"]) == (413, "production")

    def test_at_a_path_of_ones_own(self, deployed: Deploy) -> None:
        client = deployed("production", INNGEST_SERVE_PATH="/hooks/inngest/").app.test_client()
        assert client.head("/hooks/inngest").headers["x-inngest-env"] == "production"
        assert client.head("/hooks/inngest/").headers["x-inngest-env"] == "production"
        assert client.head(PATH).status_code == 404

    def test_other_routes_do_not_have_it(self, production: Deployment) -> None:
        assert "x-inngest-env" not in production.app.test_client().get("/api/health").headers


class TestBody:
    def test_the_largest_that_inngest_sends_is_read(self, production: Deployment) -> None:
        body = first_request("probe")
        body["steps"] = {"a": {"data": "x" * (4 * MIB)}}
        answer = production.caller.call("POST", body, query="fnId=everytick-probe&stepId=step")
        assert answer.status_code == 200

    def test_one_of_unknown_length_is_not_read_to_its_end(self, production: Deployment) -> None:
        body = io.BytesIO(b" " * (6 * MIB))
        answer = production.app.test_client().post(
            PATH, input_stream=body, environ_overrides={"wsgi.input_terminated": True}
        )
        assert (answer.status_code, answer.get_json()["code"]) == (413, "payload_too_large")
        assert body.tell() < 5 * MIB


class TestDatabase:
    """What stands against work on this database stands against a call that would work on it."""

    def test_an_outdated_schema(self, production: Deployment, database: Database) -> None:
        database.run("UPDATE schema_compatibility SET schema_version = 1")
        answer = production.caller.run()
        assert (answer.status_code, answer.get_json()["code"]) == (503, "schema_outdated")
        assert answer.headers["Retry-After"] == "60"
        assert production.runs == []

    def test_another_kinds_stamp(self, production: Deployment, database: Database) -> None:
        database.run("UPDATE environment_stamp SET kind = 'preview'")
        answer = production.caller.run()
        assert (answer.status_code, answer.get_json()["code"]) == (503, "database_stamp_mismatch")
        assert "x-inngest-env" not in answer.headers
        assert production.runs == []

    def test_one_that_is_away_refuses_nothing(self, deployed: Deploy) -> None:
        held = deployed("preview", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
        assert held.caller.run().status_code == 200


class TestDevServer:
    """The SDK's unsigned mode, in development with INNGEST_DEV alone, hears neighbours only."""

    @pytest.fixture
    def local(self, deployed: Deploy) -> Deployment:
        return deployed("development", **DEV)

    def post(self, held: Deployment, *, address: str, **headers: str) -> int:
        return (
            held.app.test_client()
            .post(
                f"{PATH}?fnId=everytick-probe&stepId=step",
                data=canonical(first_request("probe")),
                headers={name.replace("_", "-"): value for name, value in headers.items()},
                environ_overrides={"REMOTE_ADDR": address},
            )
            .status_code
        )

    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "172.17.0.3", "::ffff:10.0.0.7"])
    def test_neighbours_need_no_signature(self, local: Deployment, address: str) -> None:
        assert self.post(local, address=address) == 200
        assert local.runs == ["run-1"]

    @pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "", "unix:"])
    def test_others_are_not_heard(self, local: Deployment, address: str) -> None:
        assert self.post(local, address=address) == 403
        assert local.runs == []

    @pytest.mark.parametrize(
        "name", ["Forwarded", "X_Forwarded_For", "X_Forwarded_Host", "X_Real_IP", "Via", "Origin"]
    )
    def test_nor_is_who_comes_through_a_proxy_or_from_a_page(self, local: Deployment, name: str) -> None:
        assert self.post(local, address="127.0.0.1", **{name: "127.0.0.1"}) == 403
        assert local.runs == []

    def test_it_registers_where_it_was_called(self, local: Deployment, outbound: Outbound) -> None:
        answer = local.app.test_client().put(PATH, headers={"Host": "127.0.0.1:8123"})
        (request,) = outbound.requests
        assert (answer.status_code, str(request.url)) == (200, "http://127.0.0.1:8288/fn/register")
        assert json.loads(request.content)["url"] == "http://127.0.0.1:8123/api/inngest"

    def test_or_where_the_setting_says(self, deployed: Deploy, outbound: Outbound) -> None:
        """For a dev server in a container."""
        held = deployed("development", **DEV, INNGEST_SERVE_ORIGIN="http://host.docker.internal:8000")
        held.app.test_client().put(PATH)
        (request,) = outbound.requests
        assert json.loads(request.content)["url"] == "http://host.docker.internal:8000/api/inngest"

    def test_the_header_says_dev(self, local: Deployment) -> None:
        assert local.app.test_client().get(PATH).headers["x-inngest-env"] == "dev"
