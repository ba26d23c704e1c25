"""Whose Redis this is: a stamp in it, looked at before anything else is read or written (design §9)."""

from typing import TYPE_CHECKING, Final

from lib.clock import Clock
from lib.environment.decision import DeploymentKind

if TYPE_CHECKING:
    import redis

STAMP_KEY: Final = "everytick:v1:stamp"
"""It never expires; a Redis that was emptied is stamped anew."""
VERIFIED_FOR_SECONDS: Final = 60.0
"""How long a look holds."""
STAMP: Final = """
local held = redis.call('GET', KEYS[1])
if held then
    return held
end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]
"""


class ForeignRedis(Exception):
    """It is stamped for another kind of deployment; `kind` says which, as far as that can be read."""

    def __init__(self, stamped: str) -> None:
        self.kind = stamped if stamped in set(DeploymentKind) else "something else"
        super().__init__(f"stamped {self.kind}")


class RedisStamp:
    """The stamp of one Redis, as one instance sees it."""

    def __init__(self, client: "redis.Redis", kind: DeploymentKind, clock: Clock) -> None:
        self._stamp = client.register_script(STAMP)
        self._kind = kind
        self._clock = clock
        self._verified_at = float("-inf")

    @property
    def is_fresh(self) -> bool:
        """Whether a look was taken lately and all was well."""
        return self._clock.monotonic() - self._verified_at < VERIFIED_FOR_SECONDS

    def require_own(self) -> None:
        """Stamp it where it has no stamp. Raises ForeignRedis, and redis.RedisError when it does not answer.

        As with the database: production's refuses every other kind, and production takes only its own.
        """
        if self.is_fresh:
            return
        held = self._stamp(keys=[STAMP_KEY], args=[self._kind.value])
        stamped = held.decode("utf-8", "replace") if isinstance(held, bytes) else str(held)
        if stamped != self._kind and DeploymentKind.PRODUCTION in (stamped, self._kind):
            raise ForeignRedis(stamped)
        self._verified_at = self._clock.monotonic()
