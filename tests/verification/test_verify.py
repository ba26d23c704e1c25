"""Waiting for a deployment that comes up, by a clock that the test moves."""

import responses

from lib.environment.decision import DeploymentKind
from lib.verification.target import read_target
from lib.verification.verdict import Finding, Verdict
from lib.verification.verify import verify
from tests.conftest import FakeClock

HOSTS = ("a.example", "b.example")
Script = list[tuple[int, str | None]]
"""Statuses, each with its `x-inngest-env`."""
UNUSABLE = (502, None)
UP = (401, "feature-x")
GONE = (404, None)


def look(clock: FakeClock, *scripts: Script, wait_s: float) -> list[Verdict]:
    """Verify as many hosts as there are scripts; each script's last answer is given again and again."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        for host, script in zip(HOSTS, scripts, strict=False):
            for status, env in script:
                headers = {"x-inngest-env": env} if env else {}
                for method in ("HEAD", "GET"):
                    web.add(method, f"https://{host}/api/inngest", status=status, headers=headers)
        targets = [read_target(host, path="/api/inngest") for host, _ in zip(HOSTS, scripts, strict=False)]
        return verify(
            targets,
            expected=DeploymentKind.PREVIEW,
            bypass_secret=None,
            wait_ms=wait_s * 1000,
            clock=clock,
            pause=clock.advance,
        )


class TestWaiting:
    def test_until_it_is_up(self, clock: FakeClock) -> None:
        (found,) = look(clock, [UNUSABLE, GONE, UP], wait_s=60)
        assert (found.finding, clock.seconds - 1000) == (Finding.ALLOWED, 4)

    def test_not_longer_than_said(self, clock: FakeClock) -> None:
        (found,) = look(clock, [UNUSABLE], wait_s=5)
        assert (found.finding, clock.seconds - 1000) == (Finding.SERVER_ERROR, 5)

    def test_not_at_all(self, clock: FakeClock) -> None:
        (found,) = look(clock, [UNUSABLE, UP], wait_s=0)
        assert (found.finding, clock.seconds - 1000) == (Finding.SERVER_ERROR, 0)

    def test_not_for_what_is_wrong_for_sure(self, clock: FakeClock) -> None:
        (found,) = look(clock, [(401, "production"), UP], wait_s=60)
        assert (found.finding, clock.seconds - 1000) == (Finding.NOT_ALLOWED, 0)

    def test_one_that_is_slow_keeps_no_other_waiting(self, clock: FakeClock) -> None:
        """They are looked at in turn, all within one wait; what is settled is not asked again."""
        found = look(clock, [UNUSABLE], [UNUSABLE, UP], wait_s=10)
        assert [one.finding for one in found] == [Finding.SERVER_ERROR, Finding.ALLOWED]
        assert clock.seconds - 1000 == 10
