import pytest

from lib.environment.guard import examine
from tests.environment.cases import PLACES, PRODUCTION_HOST

BRANCH = "https://everytick-git-main.vercel.app"
SET = {"INNGEST_SERVE_ORIGIN": "https://tick.example.com/anything?else"}


def origin(place: str, changes: dict[str, str]) -> str | None:
    return examine({**PLACES[place], **changes}).decision.serve_origin


class TestServeOrigin:
    """Only this is ever registered (design §9, "Sync")."""

    @pytest.mark.parametrize(
        ("place", "changes", "expected"),
        [
            ("vercel production", {}, f"https://{PRODUCTION_HOST}"),
            ("vercel production", SET, "https://tick.example.com"),
            ("own server, production", {}, None),
            ("own server, production", SET, "https://tick.example.com"),
            ("own server, production", {"INNGEST_SERVE_ORIGIN": "http://tick:8080"}, "http://tick:8080"),
            ("vercel preview", {}, BRANCH),
            ("vercel preview", {"VERCEL_BRANCH_URL": " "}, "https://everytick-abc123.vercel.app"),
            ("vercel custom environment", {}, BRANCH),
            ("own server, preview", {}, None),
            ("own server, preview", SET, "https://tick.example.com"),
            ("laptop", {}, None),
            ("laptop", SET, "https://tick.example.com"),
            ("vercel development", {}, None),
        ],
    )
    def test_of_each_kind(self, place: str, changes: dict[str, str], expected: str | None) -> None:
        assert origin(place, changes) == expected

    def test_a_preview_never_registers_what_all_environments_share(self) -> None:
        """INNGEST_SERVE_ORIGIN set for a whole project would send the preview's runs to production."""
        assert origin("vercel preview", SET) == BRANCH

    def test_a_platforms_nonsense_is_no_origin(self) -> None:
        assert origin("vercel production", {"VERCEL_PROJECT_PRODUCTION_URL": "[::1"}) is None
