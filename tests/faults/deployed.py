"""An app of processes, behind the interface of the client that the engine calls."""

from collections.abc import Callable, Mapping

from dev.engine.clock import EngineClock
from dev.engine.faults import AppDied
from tests.faults.instances import Died, Froze, Instance
from tests.faults.wire import Reply, Request


class Deployed:
    """The app as the engine's transport knows it, wherever it runs at the moment."""

    def __init__(self, instance_for: Callable[[str], Instance], clock: EngineClock) -> None:
        self._instance_for = instance_for
        self._clock = clock

    def open(
        self, path: str, *, method: str, query_string: str, headers: Mapping[str, str], data: bytes
    ) -> "Answer":
        request = Request(
            method=method,
            path=path,
            query=query_string,
            headers=dict(headers),
            body=data.decode(),
            shift_s=self._clock.monotonic(),
        )
        try:
            return Answer(self._instance_for(query_string).call(request))
        except (Died, Froze):
            raise AppDied from None


class Answer:
    """A reply as the transport reads it."""

    def __init__(self, reply: Reply) -> None:
        self.status_code = reply.status
        self.headers = reply.headers
        self._body = reply.body

    def get_data(self) -> bytes:
        return self._body.encode()
