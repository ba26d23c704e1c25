import contextlib
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lib.clock import Deadline, SystemClock
from lib.composition import Composition, compose
from lib.log.setup import configure_logging
from lib.ticks.event_address import event_address
from lib.ticks.event_api import EventApi
from lib.ticks.events import Dispatch, TickSource, tick_events
from lib.ticks.send_error import EventsNotSent
from lib.ticks.window import window_at
from tests.ticks.event_apis import (
    MISBEHAVING,
    Call,
    Script,
    drips_body,
    drips_handshake,
    event_api,
    malformed_headers,
    redirects_to_itself,
    silent,
    speaks_in_clear,
    takes,
)

CANARY = "canary-0123456789-event-key"
CAME = datetime(2026, 11, 23, 19, 50, 42, 250_000, tzinfo=UTC)
EVENTS = tick_events(
    Dispatch(
        window=window_at(CAME, 60),
        generation=0,
        source=TickSource.CRON,
        requested_at=CAME,
        correlation_id="c0ffee",
    )
)
DEADLINE_MS = 400
SLACK_SECONDS = 2.0
UNKNOWN_FAMILY = 999
CERTIFICATE = str(Path(__file__).parents[1] / "drafts/localhost.pem")


def composition(address: str) -> Composition:
    return compose({"INNGEST_DEV": address, "INNGEST_EVENT_KEY": CANARY, "INNGEST_ENV": "my-branch"})


def post(address: str, *, deadline_ms: float = DEADLINE_MS) -> tuple[str, ...]:
    composed = composition(address)
    assert composed.settings is not None
    api = EventApi(event_address(composed.settings, composed.decision))
    return api.post(EVENTS, Deadline.after_ms(SystemClock(), deadline_ms))


def failure(address: str) -> EventsNotSent:
    """How a post to `address` fails, within the deadline."""
    began = time.monotonic()
    with pytest.raises(EventsNotSent) as caught:
        post(address)
    assert time.monotonic() - began < DEADLINE_MS / 1000 + SLACK_SECONDS
    return caught.value


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port on which nobody listens: bound, so that nobody else takes it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


class TestGood:
    def test_gives_the_apis_ids_in_order(self) -> None:
        with event_api(takes) as server:
            assert post(server.address, deadline_ms=5_000) == tuple(f"api-{event.id}" for event in EVENTS)

    def test_sends_what_the_wire_format_says(self) -> None:
        with event_api(takes) as server:
            post(server.address, deadline_ms=5_000)
        (request,) = server.heard
        assert request.line == f"POST /e/{CANARY} HTTP/1.1"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["x-inngest-env"] == "my-branch"

    def test_says_no_time_of_the_events(self) -> None:
        """A clock of ours ahead of Inngest's would hold back every run until then (inngest-wire §1)."""
        with event_api(takes) as server:
            post(server.address, deadline_ms=5_000)
        (request,) = server.heard
        assert request.events == [
            {"id": event.id, "name": event.name, "data": dict(event.data)} for event in EVENTS
        ]

    def test_speaks_tls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", CERTIFICATE)
        with event_api(with_tls) as server:
            assert len(post(f"https://localhost:{server.port}", deadline_ms=5_000)) == 2

    def test_a_body_that_drips_through_tls_is_cut(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", CERTIFICATE)
        with event_api(lambda call: with_tls(call, drips_body)) as server:
            assert failure(f"https://localhost:{server.port}").error_class == "send_timed_out"


class TestMisbehaving:
    @pytest.mark.parametrize(("script", "error_class"), MISBEHAVING.values(), ids=MISBEHAVING.keys())
    def test_ends_at_the_deadline_with_its_class(self, script: Script, error_class: str) -> None:
        with event_api(script) as server:
            assert failure(server.address).error_class == error_class

    def test_refused(self, closed_port: int) -> None:
        assert failure(f"http://127.0.0.1:{closed_port}").error_class == "send_refused"

    def test_a_name_that_does_not_resolve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object, **__: object) -> Any:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        monkeypatch.setattr("lib.bounded_http.socket.getaddrinfo", unknown)
        assert failure("http://nowhere:8288").error_class == "send_refused"

    def test_no_tls(self) -> None:
        """Nothing is sent in clear where TLS was asked for."""
        with event_api(speaks_in_clear) as server:
            assert failure(f"https://127.0.0.1:{server.port}").error_class == "send_refused"
        assert [CANARY in request.line for request in server.heard] == [False]

    def test_a_certificate_that_nobody_vouches_for(self) -> None:
        with event_api(with_tls) as server:
            assert failure(f"https://localhost:{server.port}").error_class == "send_refused"
        assert server.events == []

    @pytest.mark.parametrize("script", [silent, drips_handshake])
    def test_a_handshake_that_does_not_end(self, script: Script) -> None:
        """The cut reaches the connection before TLS does."""
        with event_api(script) as server:
            assert failure(f"https://localhost:{server.port}").error_class == "send_timed_out"

    def test_a_redirect_is_not_followed(self) -> None:
        """It could lead anywhere, and the key with it."""
        with event_api(redirects_to_itself) as server:
            failure(server.address)
        assert len(server.heard) == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full backlog may refuse instead")
    def test_several_silent_addresses_share_one_deadline(
        self, monkeypatch: pytest.MonkeyPatch, closed_port: int
    ) -> None:
        """A name may have many addresses; each has what is left, not a time-out of its own."""
        with contextlib.ExitStack() as stack:
            silent = [stack.enter_context(full_backlog()) for _ in range(3)]
            addresses = [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
                for port in (closed_port, *silent)
            ]
            monkeypatch.setattr("lib.bounded_http.socket.getaddrinfo", lambda *_, **__: addresses)
            assert failure("http://many:8288").error_class == "send_timed_out"

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full backlog may refuse instead")
    def test_a_silent_address_leaves_time_for_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As where a machine believes in a route for IPv6 that leads nowhere."""
        with full_backlog() as silent, event_api(takes) as server:
            addresses = [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
                for port in (silent, server.port)
            ]
            monkeypatch.setattr("lib.bounded_http.socket.getaddrinfo", lambda *_, **__: addresses)
            assert len(post("http://many:8288", deadline_ms=2_000)) == 2

    def test_many_addresses_do_not_leave_each_too_little(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A short deadline shared out among eight would end before a distant server has said yes."""
        given: list[float] = []

        class Noting(socket.socket):
            def settimeout(self, seconds: float | None) -> None:
                given.append(seconds or 0)
                super().settimeout(seconds)

        monkeypatch.setattr("lib.bounded_http.socket.socket", Noting)
        with event_api(takes) as server:
            address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))
            monkeypatch.setattr("lib.bounded_http.socket.getaddrinfo", lambda *_, **__: [address] * 8)
            post("http://many:8288", deadline_ms=1_000)
        assert given[0] >= 0.25

    def test_an_address_of_a_family_that_this_machine_has_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A resolver names addresses of IPv6 where the kernel has none; the next one is tried."""
        with event_api(takes) as server:
            addresses = [
                (UNKNOWN_FAMILY, socket.SOCK_STREAM, 6, "", ("::1", server.port)),
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port)),
            ]
            monkeypatch.setattr("lib.bounded_http.socket.getaddrinfo", lambda *_, **__: addresses)
            assert len(post("http://both:8288", deadline_ms=5_000)) == 2


class TestEnvironment:
    def test_no_proxy_of_the_environment_sees_the_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with event_api(takes) as proxy, event_api(takes) as server:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.address)
            post(server.address, deadline_ms=5_000)
        assert (len(server.heard), len(proxy.heard)) == (1, 0)


class TestCanary:
    """The key stands in the address: no message, chain or log line may carry it."""

    @pytest.mark.parametrize(
        "script",
        [
            *(script for script, _ in MISBEHAVING.values()),
            pytest.param(malformed_headers, id="malformed headers"),
        ],
    )
    def test_never_leaves(self, script: Script, capfd: pytest.CaptureFixture[str]) -> None:
        with event_api(script) as server:
            composed = composition(server.address)
            configure_logging(composed.decision.kind, composed.redactor)
            error: BaseException | None = failure(server.address)
        while error is not None:
            assert CANARY not in f"{error!r} {error}"
            assert error.__cause__ is None
            error = error.__context__
        captured = capfd.readouterr()
        assert CANARY not in captured.out + captured.err


def with_tls(call: Call, script: Script = takes) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    with context.wrap_socket(call.connection, server_side=True) as wrapped:
        script(Call(connection=wrapped, ended=call.ended, number=call.number, heard=call.heard))


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """A port whose connections are never taken: the next one waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as stack:
        port = listener.getsockname()[1]
        for _ in range(2):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(("127.0.0.1", port))
        yield port
