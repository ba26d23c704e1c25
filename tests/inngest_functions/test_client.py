import logging
import os
import subprocess
import sys
from pathlib import Path

import httpx
import inngest
import pytest
import structlog

from inngest_functions.client import build_client
from lib.environment.guard import examine
from lib.log.redaction import Redactor
from lib.log.setup import configure_logging
from tests.environment.cases import PLACES, SECRETS
from tests.inngest_functions.conftest import Outbound

PRODUCTION = {
    **PLACES["vercel production"],
    "DATABASE_URL": SECRETS["database"],
    "CRON_SECRET": SECRETS["cron"],
    "INNGEST_SIGNING_KEY": SECRETS["prod"],
    "INNGEST_EVENT_KEY": SECRETS["event"],
}
OWN = {**PRODUCTION, "INNGEST_SELF_HOSTED": "true"}


def client(environ: dict[str, str]) -> inngest.Inngest:
    examined = examine(environ)
    assert examined.settings is not None
    assert examined.decision.inngest_usable, examined.decision.problems
    return build_client(examined.settings, examined.decision)


class TestClient:
    @pytest.mark.parametrize(
        ("environ", "api", "events"),
        [
            (PRODUCTION, "https://api.inngest.com:443", "https://inn.gs:443"),
            (OWN | {"INNGEST_BASE_URL": "http://inngest"}, "http://inngest:80", "http://inngest:80"),
            (
                OWN
                | {"INNGEST_BASE_URL": "https://i.example.com", "INNGEST_API_BASE_URL": "http://api:8289"},
                "http://api:8289",
                "https://i.example.com:443",
            ),
            (
                OWN | {"INNGEST_BASE_URL": "http://i:1", "INNGEST_EVENT_API_BASE_URL": "http://e:2"},
                "http://i:1",
                "http://e:2",
            ),
            ({"INNGEST_DEV": "1"}, "http://127.0.0.1:8288", "http://127.0.0.1:8288"),
            ({"INNGEST_DEV": "http://inngest"}, "http://inngest:80", "http://inngest:80"),
            (
                {"INNGEST_DEV": "localhost:1234", "INNGEST_API_BASE_URL": "https://api.inngest.com"},
                "http://localhost:1234",
                "http://localhost:1234",
            ),
        ],
    )
    def test_where_it_calls(self, environ: dict[str, str], api: str, events: str) -> None:
        """A host of one label too, which the SDK takes for none; with a dev server everything goes there."""
        made = client(environ)
        assert (made.api_origin, made.event_api_origin) == (api, events)

    def test_production(self) -> None:
        made = client(PRODUCTION)
        assert (made.app_id, made.env, made.is_production) == ("everytick", "production", True)
        assert (made.signing_key, made.event_key) == (SECRETS["prod"], SECRETS["event"])
        assert made.signing_key_fallback is None

    def test_the_dev_server_is_shown_no_signing_key(self) -> None:
        """It asks for none, and the SDK would fail on one that is malformed."""
        made = client(
            {
                "INNGEST_DEV": "1",
                "INNGEST_SIGNING_KEY": "signkey-branch-xyz",
                "INNGEST_SIGNING_KEY_FALLBACK": "signkey-branch-xyz",
            }
        )
        assert (made.signing_key, made.signing_key_fallback, made.is_production) == (None, None, False)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ALL_PROXY", "socks5://127.0.0.1:1"),
            ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ],
    )
    def test_it_calls_directly(
        self, outbound: Outbound, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        """As our own sends do; a proxy or certificate that it cannot use would keep the app from starting."""
        monkeypatch.setenv(name, value)
        outbound.answer = httpx.Response(200, json={"ids": ["1"], "status": 200})
        assert client(PRODUCTION).send_sync(inngest.Event(name="a/b")) == ["1"]
        assert os.environ[name] == value

    def test_what_the_sdk_logs_goes_through_the_redactor(self, capsys: pytest.CaptureFixture[str]) -> None:
        configure_logging(None, Redactor([SECRETS["event"]]))
        try:
            client(PRODUCTION).logger.error("refused: %s", SECRETS["event"])
        finally:
            root = logging.getLogger()
            for handler in [held for held in root.handlers if held.get_name() == "everytick"]:
                root.removeHandler(handler)
            structlog.reset_defaults()
        line = capsys.readouterr().err
        assert SECRETS["event"] not in line
        assert "refused: [redacted]" in line


class TestImport:
    def test_an_app_without_inngest_does_not_import_the_sdk(self) -> None:
        """It costs each start of an instance a fifth of a second."""
        code = "import app, sys; sys.exit('inngest' in sys.modules)"
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2])
