"""Where this deployment's events go (design §9; the precedence is the SDK's)."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from lib.environment.addresses import dev_server
from lib.environment.decision import DeploymentKind, GuardDecision
from lib.settings import Settings

EVENT_API: Final = "https://inn.gs"
DEV_EVENT_KEY: Final = "NO_EVENT_KEY_SET"
"""What the SDK sends where there is no key: the dev server takes any."""
ENV_HEADER: Final = "x-inngest-env"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAddress:
    """The event API's address and the environment that the events are for."""

    url: str = field(repr=False)
    """Carries the event key: it belongs in no message and no log line."""
    env: str | None
    """None where the key alone names the environment."""

    @property
    def headers(self) -> dict[str, str]:
        """What every request to it carries."""
        return {ENV_HEADER: self.env} if self.env else {}


def event_address(settings: Settings, decision: GuardDecision) -> EventAddress:
    """The address: development's dev server, else the overrides, else Inngest's own."""
    dev = dev_server(settings.inngest_dev) if decision.kind is DeploymentKind.DEVELOPMENT else None
    base = dev or settings.inngest_event_api_base_url or settings.inngest_base_url or EVENT_API
    key = settings.inngest_event_key.get_secret_value() if settings.inngest_event_key else DEV_EVENT_KEY
    path = f"/e/{quote(key, safe='')}"
    return EventAddress(
        url=urlsplit(base)._replace(path=path, query="", fragment="").geturl(), env=decision.inngest_env
    )
