from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs


class TestProblems:
    def test_an_unknown_address(self, client: FlaskClient) -> None:
        """Every error is an RFC 9457 document (design §4)."""
        answer = client.get("/api/nowhere")
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
        assert answer.json is not None
        assert set(answer.json) == {"type", "title", "status", "detail", "instance", "code"}
        assert (answer.json["code"], answer.json["instance"]) == ("not_found", "/api/nowhere")

    def test_the_root_points_to_the_routes(self, client: FlaskClient) -> None:
        """Who opens the address that bin/dev prints is told where to go on."""
        answer = client.get("/")
        assert answer.status_code == 404
        assert answer.json is not None
        listed = set(answer.json["detail"].split("There is at: ")[1].removesuffix(".").split(", "))
        assert {"/api/health", "/api/health/ready", "/api/cron/background-jobs", "/api/inngest"} <= listed

    def test_never_a_redirect(self, client: FlaskClient) -> None:
        """Failure D13: `//api/…` is an error, not a redirect that a cron ignores."""
        assert client.get("//api/health").status_code == 404

    def test_what_was_not_foreseen_is_logged_and_hidden(self, flask_app: Flask) -> None:
        @flask_app.get("/burst")
        def burst() -> str:
            raise RuntimeError("the inside of the machine")

        with capture_logs() as logs:
            answer = flask_app.test_client().get("/burst")
        assert answer.status_code == 500
        assert "inside" not in answer.text
        assert [entry["event"] for entry in logs] == ["request.failed"]
