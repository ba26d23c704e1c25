"""Every durable function of the app, in one list for the endpoint and for registration."""

from typing import Any

import inngest

from inngest_functions.background_maintenance import background_maintenance
from inngest_functions.process_background_jobs import process_background_jobs
from lib.services import Services


def durable_functions(client: inngest.Inngest, services: Services) -> list[inngest.Function[Any]]:
    """The functions, defined on `client`, doing the work of `services`."""
    return [process_background_jobs(client, services), background_maintenance(client, services)]
