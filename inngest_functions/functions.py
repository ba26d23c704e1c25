"""Every durable function of the app, in one list for the endpoint and for registration."""

from typing import Any

import inngest

from lib.services import Services


def durable_functions(client: inngest.Inngest, services: Services) -> list[inngest.Function[Any]]:
    """The functions, defined on `client`, doing the work of `services`."""
    del client, services
    return []
