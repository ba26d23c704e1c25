"""A total limit for a call whose library only limits each of its parts."""

import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def within(seconds: float, call: Callable[[], Result], *, name: str) -> Result:
    """What `call` returns, or raises, within `seconds`; else TimeoutError.

    The call goes on in its own daemon thread, whose library must end it in the end; nobody waits for it.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            errors.append(error)

    thread = threading.Thread(target=run, name=f"everytick-{name}", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"{name} took longer than {seconds} s")
    return results[0]
