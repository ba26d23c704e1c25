from flask.testing import FlaskClient


class TestHealth:
    def test_answers_without_any_store(self, client: FlaskClient) -> None:
        """`/api/health` says only that the process answers (design §4)."""
        assert client.get("/api/health").json == {"ok": True}
