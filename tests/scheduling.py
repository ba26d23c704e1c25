"""How a full run is spread over processes: test by test, but for those that share what took long to make."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

KEPT_WHOLE = "tests/dev/"
"""Its fixtures of the session are whole installations: each of its files stays in one process."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Hands out the largest units first, which are the files kept whole, then single tests."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0] if nodeid.startswith(KEPT_WHOLE) else nodeid
