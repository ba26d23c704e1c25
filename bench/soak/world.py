"""The outside world as an instance reaches it: the audit's two functions, each call committed at once."""

import queue

import psycopg


class World:
    """Calls go over connections of their own, made when first needed and kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: queue.SimpleQueue[psycopg.Connection[object]] = queue.SimpleQueue()

    def tell(self, call: str, value: object) -> None:
        """Make one call; when it returns it has happened."""
        try:
            connection = self._free.get_nowait()
        except queue.Empty:
            connection = psycopg.connect(self._url, autocommit=True)
        connection.execute(call.encode(), (value,))
        self._free.put(connection)
