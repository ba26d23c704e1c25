"""The clock that plays the platform's cron on this machine: each minute, on the minute."""

import json
import math
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

PERIOD_SECONDS = 60
CALL_SECONDS = 300  # as long as the platform lets one call take
_ANSWER_BYTES = 1_000_000


def next_minute(now: float) -> float:
    """Give the first full minute after `now`; both are seconds since the epoch."""
    return (math.floor(now / PERIOD_SECONDS) + 1) * PERIOD_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalClock:
    """Calls `tick` on each full minute until `wait` says that it is over.

    `now` gives seconds since the epoch. `wait` waits that many seconds and says whether to end.
    A minute that passes while a call is still under way, or the machine is asleep, is left out:
    a tick does whatever is due.
    """

    now: Callable[[], float]
    wait: Callable[[float], bool]
    tick: Callable[[], None]

    def run(self) -> None:
        """Run until told to end."""
        while not self._wait_until(next_minute(self.now())):
            self.tick()

    def _wait_until(self, moment: float) -> bool:
        """Wait, again if woken early; say whether to end."""
        while (missing := moment - self.now()) > 0:
            # A machine that slept or a clock that was set must not keep us waiting for hours.
            if missing > PERIOD_SECONDS:
                return False
            if self.wait(missing):
                return True
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class CronRoute:
    """The cron route of a running app. `url` is its whole address."""

    url: str
    secret: str

    def call(self) -> str:
        """Call it once, as the platform does, and say in one line what came of it."""
        request = urllib.request.Request(  # noqa: S310  # our own address
            self.url,
            headers={"Authorization": f"Bearer {self.secret}", "User-Agent": "everytick-clock"},
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        started = time.monotonic()
        try:
            with direct.open(request, timeout=CALL_SECONDS) as answer:
                status, body = answer.status, answer.read(_ANSWER_BYTES)
        except urllib.error.HTTPError as error:
            with error:
                status, body = error.code, error.read(_ANSWER_BYTES)
        except OSError as error:
            return f"no answer: {error}"
        return f"{status} {in_words(body)}, {(time.monotonic() - started) * 1000:.0f} ms"


def in_words(body: bytes) -> str:
    """Give an answer of the cron route (design §5), or a problem document, in a few words."""
    try:
        answer = json.loads(body)
    except ValueError:
        return "with an answer that is not JSON"
    if not isinstance(answer, dict):
        return "with an answer that is not an object"
    words = [str(answer.get("mode") or answer.get("code") or "?")]
    process, maintenance = answer.get("process"), answer.get("maintenance")
    if isinstance(process, dict):
        words.append(f"jobs done {process.get('processed')}, left {process.get('remaining')}")
    if isinstance(maintenance, dict):
        words.append(f"maintenance {maintenance.get('status')}")
    if answer.get("degraded"):
        words.append("degraded")
    return ", ".join(words)
