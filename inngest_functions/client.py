"""The SDK's client, built from the settings alone: nothing of the process's environment reaches it."""

import logging
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import inngest
from pydantic import SecretStr

from lib.environment.addresses import DEFAULT_PORTS, dev_server
from lib.environment.decision import DeploymentKind, GuardDecision
from lib.registration import API, APP_ID
from lib.settings import Settings, sdk_environment

EVENT_API: Final = "https://inn.gs"


def build_client(settings: Settings, decision: GuardDecision) -> inngest.Inngest:
    """A client for the environment that `decision` resolved; connects to nothing.

    In development with INNGEST_DEV everything goes to the dev server, unsigned and without keys.
    """
    local = dev_server_of(settings, decision)
    base = local or settings.inngest_base_url
    fallback = None if local else settings.inngest_signing_key_fallback
    with sdk_environment(fallback):
        return inngest.Inngest(
            app_id=APP_ID,
            api_base_url=_with_port(local or settings.inngest_api_base_url or base or API),
            event_api_base_url=_with_port(local or settings.inngest_event_api_base_url or base or EVENT_API),
            env=decision.inngest_env,
            event_key=_clear(settings.inngest_event_key),
            signing_key=None if local else _clear(settings.inngest_signing_key),
            is_production=local is None,
            logger=logging.getLogger("inngest"),
            request_timeout=timedelta(milliseconds=settings.background_jobs_send_deadline_ms),
        )


def dev_server_of(settings: Settings, decision: GuardDecision) -> str | None:
    """The dev server's address; None outside development, and there unless INNGEST_DEV names one."""
    if decision.kind is not DeploymentKind.DEVELOPMENT:
        return None
    return dev_server(settings.inngest_dev)


def _with_port(address: str) -> str:
    """`address` with its port written out: the SDK takes a host of one label without a port for no host."""
    parts = urlsplit(address)
    if parts.port is not None:
        return address
    return parts._replace(netloc=f"{parts.netloc}:{DEFAULT_PORTS[parts.scheme]}").geturl()


def _clear(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
