"""bin/dev as a newcomer runs it: in a copy of the checkout, with next to nothing in the environment."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.dev.checkout import Checkout, copied, serving
from tests.dev.conftest import PATIENCE_SECONDS, ROOT, wait_until_gone
from tests.inngest_api import inngest_api

NOBODY = 65534


def made_by_its_first_start(user: int | None) -> Iterator[Checkout]:
    """Give a copy in which `bin/dev --once` has made everything, having looked at what that did."""
    with copied(user) as made:
        before = made.modes_above()
        first = made.once()
        assert first.returncode == 0, first.stdout + first.stderr
        assert "making .venv" in first.stdout
        assert made.modes_above() == before
        assert made.processes() == []
        yield made


@pytest.fixture(scope="session")
def own_checkout() -> Iterator[Checkout]:
    """Made by whoever runs the tests: root, perhaps."""
    yield from made_by_its_first_start(None)


@pytest.fixture(scope="session")
def ordinary_checkout() -> Iterator[Checkout]:
    """Made by an ordinary user."""
    yield from made_by_its_first_start(NOBODY if os.geteuid() == 0 else None)


@pytest.fixture(params=["own_checkout", "ordinary_checkout"])
def checkout(request: pytest.FixtureRequest) -> Checkout:
    """Each of the two in turn."""
    made: Checkout = request.getfixturevalue(request.param)
    return made


class TestOnce:
    def test_the_first_tick_is_shown(self, checkout: Checkout) -> None:
        """Its JSON, then a summary in words; again, there is nothing to redo."""
        again, third = checkout.once(), checkout.once()
        assert again.returncode == third.returncode == 0
        assert ".venv is up to date" in again.stdout
        match = re.search(r"^\{.*^\}|^\{.*\}$", again.stdout, re.DOTALL | re.MULTILINE)
        assert match is not None, again.stdout
        assert json.loads(match[0])["mode"] == "inline"
        assert summary(again.stdout) == summary(third.stdout)
        assert summary(again.stdout)["Mails"] != "0"
        assert checkout.processes() == []

    def test_what_is_private_stays_private(self, checkout: Checkout) -> None:
        state = checkout.root / ".everytick"
        assert stat.S_IMODE(state.stat().st_mode) & 0o077 in {0, 0o011}
        assert stat.S_IMODE((state / "secrets.json").stat().st_mode) == 0o600

    def test_everything_belongs_to_who_started_it(self, checkout: Checkout) -> None:
        owners = {path.lstat().st_uid for path in (checkout.root / ".everytick").rglob("*")}
        assert owners == {checkout.user or os.geteuid()}


def summary(output: str) -> dict[str, str]:
    lines = [line.split(None, 1) for line in output.splitlines()]
    return {line[0]: line[1] for line in lines if line and line[0] in {"Mails", "Jobs", "Drafts"}}


class TestServing:
    def test_the_cron_route_asks_for_its_secret(self, checkout: Checkout) -> None:
        secrets = json.loads((checkout.root / ".everytick" / "secrets.json").read_text("utf-8"))
        with serving(checkout) as running:
            assert "/api/health/ready" in running.output
            assert not (Path(checkout.environment["HOME"]) / ".gunicorn").exists()
            assert secrets["CRON_SECRET"] not in running.output
            assert running.call("/api/health/ready")[0] == 200
            assert running.call("/api/cron/background-jobs")[0] == 401
            status, body = running.call("/api/cron/background-jobs", secrets["CRON_SECRET"])
            assert (status, body["mode"]) == (200, "inline")

    def test_a_job_enqueued_in_another_terminal_is_done(self, own_checkout: Checkout) -> None:
        """A bare `flask` finds the stores of the bin/dev that runs in its folder."""
        secrets = json.loads((own_checkout.root / ".everytick" / "secrets.json").read_text("utf-8"))
        with serving(own_checkout) as running:
            made = own_checkout.flask("jobs", "enqueue", "--kind", "system.noop", "--payload", "{}", "--json")
            (job,) = made["jobIds"]
            # The local clock may call just now as well.
            shown = own_checkout.flask("jobs", "show", str(job), "--json")
            assert shown["status"] in ("pending", "running", "succeeded")
            running.call("/api/cron/background-jobs", secrets["CRON_SECRET"])
            assert own_checkout.flask("jobs", "show", str(job), "--json")["status"] == "succeeded"

    @pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_stops_everything(self, own_checkout: Checkout, signum: signal.Signals) -> None:
        with serving(own_checkout) as running:
            running.process.send_signal(signum)
            output, errors = running.process.communicate(timeout=PATIENCE_SECONDS)
            assert running.process.returncode == 0, output + errors
            assert own_checkout.processes() == []
            assert "Stopping     The app, Redis, PostgreSQL" in output

    def test_killed_it_leaves_nothing_running(self, checkout: Checkout) -> None:
        with serving(checkout) as running:
            left = [pid for pid in checkout.processes() if pid != running.process.pid]
            assert len(left) > 3
            running.process.kill()
            for pid in left:
                wait_until_gone(pid)
        assert checkout.processes() == []

    @pytest.mark.parametrize("part", ["PostgreSQL", "Redis", "The app"])
    def test_the_end_of_a_part_is_the_end_of_all(self, own_checkout: Checkout, part: str) -> None:
        with serving(own_checkout) as running:
            os.kill(part_pid(own_checkout, part), signal.SIGKILL)
            _, errors = running.process.communicate(timeout=PATIENCE_SECONDS)
            assert running.process.returncode == 1
            assert f"{part} has ended by itself (signal SIGKILL)" in errors
            assert ".log, ends with:" in errors
            assert own_checkout.processes() == []

    def test_a_second_one_in_the_same_folder_is_told(self, own_checkout: Checkout) -> None:
        with serving(own_checkout) as running:
            second = own_checkout.once()
            assert second.returncode == 1
            assert f"already running in this folder, pid {running.process.pid}" in second.stderr


class TestInngest:
    def test_the_app_is_registered_with_the_dev_server(self, own_checkout: Checkout) -> None:
        """At the address where it serves; the first tick, before it serves, is inline."""
        with inngest_api() as api, serving(own_checkout, INNGEST_DEV=api.url) as running:
            assert f"see the runs at {api.url}/runs" in running.output
            assert '"mode": "inline"' in running.output
            look, registration = api.received[:2]
            assert (look.path, registration.path) == ("/dev", "/fn/register")
            url = json.loads(registration.body)["url"]
            assert url == f"http://127.0.0.1:{running.port}/api/inngest"
            assert requests.get(url, timeout=PATIENCE_SECONDS).json()["mode"] == "dev"

    def test_without_the_dev_server_it_works_inline(self, own_checkout: Checkout) -> None:
        secrets = json.loads((own_checkout.root / ".everytick" / "secrets.json").read_text("utf-8"))
        with serving(own_checkout, INNGEST_DEV="http://127.0.0.1:1") as running:
            assert "no dev server answers at http://127.0.0.1:1: ticks are done inline" in running.output
            status, body = running.call("/api/cron/background-jobs", secrets["CRON_SECRET"])
            assert (status, body["mode"], body["reason"]) == (200, "inline", "flag_off")


def part_pid(checkout: Checkout, part: str) -> int:
    words = {"PostgreSQL": "postgres\0-D", "Redis": "redis", "The app": "gunicorn"}
    parts = {}
    for pid in checkout.processes():
        line = Path(f"/proc/{pid}/cmdline").read_text("utf-8")
        parent = int(Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
        parts[pid] = (parent, line)
    # The part itself, not what it started in turn.
    return next(
        pid
        for pid, (parent, line) in parts.items()
        if words[part] in line and words[part] not in parts.get(parent, (0, ""))[1]
    )


class TestRefusals:
    def test_a_taken_port_is_told_before_anything_is_made(self) -> None:
        with copied(None) as fresh, socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            result = subprocess.run(
                fresh.command("--port", port),
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
                env=fresh.environment,
            )
            assert result.returncode == 1
            assert f"Port {port} on 127.0.0.1 is taken" in result.stderr
            assert not (fresh.root / ".venv").exists()
            assert not (fresh.root / ".everytick").exists()

    @pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "\uff18\uff10"])
    def test_what_is_no_port_is_told(self, port: str) -> None:
        result = subprocess.run(
            [ROOT / "bin" / "dev", "--port", port], capture_output=True, text=True, check=False, timeout=60
        )
        assert result.returncode != 0
        assert "port" in result.stderr
