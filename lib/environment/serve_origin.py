"""Where Inngest is told to call this deployment (design §9, "Sync"). Pure."""

from urllib.parse import urlsplit

from lib.environment.addresses import host_of
from lib.environment.decision import DeploymentKind
from lib.environment.facts import Facts


def serve_origin(facts: Facts, kind: DeploymentKind) -> str | None:
    """The one origin that may be registered, as `scheme://host[:port]`; None where none is configured.

    A preview's own addresses go before INNGEST_SERVE_ORIGIN: a variable shared by all of a project's
    environments would otherwise register the preview under production's address.
    """
    match kind:
        case DeploymentKind.PRODUCTION:
            candidates = (facts.serve_origin, facts.production_origin)
        case DeploymentKind.PREVIEW:
            candidates = (facts.deployment_origin, facts.serve_origin)
        case DeploymentKind.DEVELOPMENT:
            candidates = (facts.serve_origin, None)
    return next((origin for origin in map(_origin, candidates) if origin is not None), None)


def _origin(address: str | None) -> str | None:
    """`address` without path and query; a platform's address comes without a scheme and is https."""
    if address is None or host_of(address) is None:
        return None
    parts = urlsplit(address if "://" in address else f"https://{address}")
    return f"{parts.scheme}://{parts.netloc}"
