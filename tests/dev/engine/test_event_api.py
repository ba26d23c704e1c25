from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import inngest
import pytest
import requests

from dev.engine.event_api import SEED, EventApi
from tests.dev.engine.canned_app import done
from tests.dev.engine.conftest import Stage

MakeStage = Callable[..., Stage]


@pytest.fixture
def heard(stage: MakeStage) -> Iterator[tuple[EventApi, Stage]]:
    """An event API before an executor."""
    s = stage(lambda _: done())
    with EventApi(s.engine, key="k") as api:
        yield api, s


class TestEventApi:
    def test_accepts(self, heard: tuple[EventApi, Stage]) -> None:
        """The ids and nothing else that the SDK would need."""
        api, s = heard
        answer = requests.post(f"{api.url}/e/k", json=[{"name": "e"}, {"name": "other"}], timeout=5)
        assert (200, {"ids", "status"}) == (answer.status_code, answer.json().keys())
        assert (len(answer.json()["ids"]), len(s.engine.runs)) == (2, 1)

    def test_single_event(self, heard: tuple[EventApi, Stage]) -> None:
        api, s = heard
        assert len(requests.post(f"{api.url}/e/k", json={"name": "e"}, timeout=5).json()["ids"]) == 1
        assert len(s.engine.runs) == 1

    def test_same_seed(self, heard: tuple[EventApi, Stage]) -> None:
        """The same request again gives the same ids and starts nothing."""
        api, s = heard
        headers = {SEED: "1795468397301,MTIzNDU2Nzg5MA=="}
        first, second = (
            requests.post(f"{api.url}/e/k", json=[{"name": "e"}], headers=headers, timeout=5).json()
            for _ in range(2)
        )
        assert first == second
        assert len(s.engine.runs) == 1

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            pytest.param("/e/another", b"[]", 401, id="another key"),
            pytest.param("/e/", b"[]", 401, id="no key"),
            pytest.param("/x/k", b"[]", 401, id="another path"),
            pytest.param("/e/k", b"{", 400, id="no JSON"),
            pytest.param("/e/k", b"[{}]", 400, id="no name"),
            pytest.param("/e/k", b'[{"name": "e", "ts": "now"}]', 400, id="no time"),
        ],
    )
    def test_refuses(self, heard: tuple[EventApi, Stage], path: str, body: bytes, status: int) -> None:
        """With a status of the 400s, and nothing is started."""
        api, s = heard
        answer = requests.post(f"{api.url}{path}", data=body, timeout=5)
        assert (status, status, []) == (answer.status_code, answer.json()["status"], s.engine.runs)

    @pytest.mark.parametrize("length", ["10485761", "-1", "many"])
    def test_too_long(self, heard: tuple[EventApi, Stage], length: str) -> None:
        """More than 10 MiB are refused unread, and so is a length that is none."""
        api, _ = heard
        with closing(HTTPConnection(urlsplit(api.url).netloc, timeout=5)) as connection:
            connection.putrequest("POST", "/e/k")
            connection.putheader("content-length", length)
            connection.endheaders()
            assert connection.getresponse().status == 413

    def test_sdk_sends(self, heard: tuple[EventApi, Stage]) -> None:
        """The SDK's own client is content with the answer."""
        api, s = heard
        client = inngest.Inngest(app_id="a", event_api_base_url=api.url, event_key="k", is_production=False)
        ids = client.send_sync([inngest.Event(name="e", id="mine"), inngest.Event(name="e")])
        assert (2, ["mine", ids[1]]) == (len(ids), [run.event["id"] for run in s.engine.runs])

    def test_is_gone_afterwards(self) -> None:
        """No server outlives its context."""
        with EventApi(Refuses()) as api:
            pass
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{api.url}/e/k", json=[], timeout=5)


class Refuses:
    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        raise AssertionError((events, seed))
