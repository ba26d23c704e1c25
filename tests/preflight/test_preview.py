from flask import Flask

from tests.preflight.world import World, served


class TestPreviews:
    def test_each_has_its_line(self, world: World) -> None:
        """One that is well, one that says production, and one that is not there."""
        with served() as well, served() as wrong:
            for here, env in ((well, "feature-x"), (wrong, "production")):
                here.app = Flask("preview")
                here.app.add_url_rule("/api/inngest", "x", lambda env=env: ("", 401, {"x-inngest-env": env}))
            urls = (well.origin, wrong.origin, "http://127.0.0.1:1")
            checks = world.checks(1, *(word for url in urls for word in ("--preview", url)))
        found = [check for check in checks if check["name"] == "preview"]
        assert [check["verdict"] for check in found] == ["ok", "not_ok", "cannot_know"]
        assert found[0]["seen"] == f"{well.origin}/api/inngest says 'feature-x'."
        assert "not_allowed" in found[1]["seen"]
