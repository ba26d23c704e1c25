"""What is verified: one deployment's address, as it was typed."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from lib.environment.addresses import host_of
from lib.errors import UsageProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The route of one deployment that Inngest calls."""

    url: str
    host: str

    @property
    def may_see_secrets(self) -> bool:
        """Whether what is sent there is read by nobody on its way."""
        return self.url.startswith("https://") or _is_loopback(self.host)


def read_target(typed: str, *, path: str) -> Target:
    """The target that `typed` names: https where no scheme is typed, `path` where there is no path.

    Raises UsageProblem for what is no web address, and for one with a user, a query or a fragment: they
    would be secrets on a command line, or no part of a route.
    """
    address = typed if "://" in typed else f"https://{typed}"
    host = host_of(address)
    sound = host is not None and address.isascii() and address.isprintable() and " " not in address
    parts = urlsplit(address) if sound else None
    if parts is None or host is None or parts.scheme not in ("http", "https") or not _has_sound_port(address):
        raise UsageProblem("That is no web address: write https://host, or https://host/path.")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageProblem(
            "Write the address without user, query and fragment; a secret goes into a variable."
        )
    route = parts.path.rstrip("/") or path
    return Target(url=f"{parts.scheme}://{parts.netloc}{route}", host=host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _has_sound_port(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False
