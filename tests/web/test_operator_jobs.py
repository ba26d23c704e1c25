"""`POST /api/operator/jobs/{id}/{retry|discard}`: what the commands do, by an operator who has no shell."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app import create_app
from lib.composition import Composition
from tests import seed
from tests.conftest import Database
from tests.web.signing_in import OPERATOR_TOKEN

BEARER = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
JOB = "SELECT status, last_error FROM jobs WHERE id = %s"


@pytest.fixture
def client(composed: Callable[..., Composition]) -> FlaskClient:
    return create_app(composed(OPERATOR_TOKEN=OPERATOR_TOKEN)).test_client()


def ask(client: FlaskClient, job: object, verb: str, **more: Any) -> TestResponse:
    body = {"actor": "ada", "reason": "mended", **more}
    return client.post(f"/api/operator/jobs/{job}/{verb}", json=body, headers=BEARER)


class TestRetry:
    def test_is_due_again(self, client: FlaskClient, database: Database) -> None:
        """Who and why are kept with the job, beside what it died of."""
        dead = seed.finished_job(database, days_ago=0, status="dead")
        with capture_logs() as logs:
            answer = ask(client, dead, "retry")
        assert (answer.status_code, answer.get_json()) == (
            200,
            {"dryRun": False, "job": {"id": dead, "was": "dead"}},
        )
        assert database.rows(JOB, dead) == [("pending", "retried by http:ada: mended; as seeded")]
        (line,) = [line for line in logs if line["event"] == "job.operated"]
        assert (line["verb"], line["actor"], line["job_ids"]) == ("retry", "http:ada", [dead])

    def test_what_has_ended_well_stays(self, client: FlaskClient, database: Database) -> None:
        done = seed.finished_job(database, days_ago=0)
        answer = ask(client, done, "retry")
        problem = answer.get_json(force=True)
        assert (answer.status_code, problem["code"]) == (409, "wrong_job_state")
        assert problem["detail"].endswith("it is succeeded.")

    def test_beside_a_job_that_does_its_work(self, client: FlaskClient, database: Database) -> None:
        keyed = "UPDATE jobs SET dedupe_key = 'k', dedupe_scope = 'while_queued' WHERE id = %s"
        dead = seed.finished_job(database, days_ago=0, status="dead")
        waits = seed.due_job(database)
        for job in (dead, waits):
            database.run(keyed, job)
        answer = ask(client, dead, "retry")
        assert answer.status_code == 409
        assert f"job {waits} with the same dedupe key" in answer.get_json(force=True)["detail"]


class TestDiscard:
    def test_is_thrown_away(self, client: FlaskClient, database: Database) -> None:
        waits = seed.due_job(database)
        assert ask(client, waits, "discard").get_json()["job"] == {"id": waits, "was": "pending"}
        assert database.rows(JOB, waits) == [("discarded", "discarded by http:ada: mended")]
        assert ask(client, waits, "discard").status_code == 409


class TestBoth:
    @pytest.mark.parametrize("verb", ["retry", "discard"])
    def test_a_dry_run_changes_nothing(self, client: FlaskClient, database: Database, verb: str) -> None:
        dead = seed.finished_job(database, days_ago=0, status="dead")
        assert ask(client, dead, verb, dryRun=True).get_json() == {
            "dryRun": True,
            "job": {"id": dead, "was": "dead"},
        }
        assert database.rows(JOB, dead) == [("dead", "as seeded")]

    @pytest.mark.parametrize("verb", ["retry", "discard"])
    @pytest.mark.parametrize("job", ["7", "0", "-1", "x", "1.5", "\u0667", "9" * 19, "9" * 5_000])
    def test_a_job_that_there_is_not(self, client: FlaskClient, job: str, verb: str) -> None:
        answer = ask(client, job, verb)
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, "job_not_found")

    @pytest.mark.parametrize("verb", ["retry", "discard"])
    @pytest.mark.parametrize("missing", ["actor", "reason"])
    def test_who_and_why_are_asked_for(
        self, client: FlaskClient, database: Database, verb: str, missing: str
    ) -> None:
        dead = seed.finished_job(database, days_ago=0, status="dead")
        body = {name: "x" for name in ("actor", "reason") if name != missing}
        answer = client.post(f"/api/operator/jobs/{dead}/{verb}", json=body, headers=BEARER)
        assert (answer.status_code, missing in answer.get_json(force=True)["detail"]) == (400, True)
        assert database.rows(JOB, dead) == [("dead", "as seeded")]

    @pytest.mark.parametrize("verb", ["retry", "discard"])
    def test_a_stranger(self, client: FlaskClient, database: Database, verb: str) -> None:
        dead = seed.finished_job(database, days_ago=0, status="dead")
        for job in (dead, 99):
            assert client.post(f"/api/operator/jobs/{job}/{verb}", json={}).status_code == 401
        assert database.rows(JOB, dead) == [("dead", "as seeded")]

    def test_another_verb(self, client: FlaskClient) -> None:
        assert ask(client, 1, "run").status_code == 404
