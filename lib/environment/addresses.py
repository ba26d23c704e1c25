"""Hosts and origins as the guard compares them: by what they reach, not by how they are written."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from lib.setting_types import FLAG_WORDS

DEV_SERVER: Final = "http://127.0.0.1:8288"
"""Where the Inngest dev server listens unless `INNGEST_DEV` says otherwise."""
DOCKER_HOST: Final = "host.docker.internal"
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def dev_server(value: str | None) -> str | None:
    """The dev server's address that `INNGEST_DEV` asks for; None when it is not set or false."""
    if value is None:
        return None
    word = FLAG_WORDS.get(value.casefold())
    if word is None:
        return value if "://" in value else f"http://{value}"
    return DEV_SERVER if word else None


def host_of(address: str) -> str | None:
    """The host in `address` (a URL, or a host with or without a port), in lower case; None without one."""
    try:
        host = urlsplit(address if "://" in address else f"https://{address}").hostname
    except ValueError:
        return None
    return host.rstrip(".") if host else None


def is_local(address: str) -> bool:
    """Whether `address` is loopback, private, a single label or the container host (design §9)."""
    host = host_of(address)
    if host is None:
        return False
    number = _number(host)
    if number is None:
        return "." not in host or host == DOCKER_HOST or host.endswith(".localhost")
    return number.is_loopback or number.is_private


def is_local_number(address: str) -> bool:
    """Whether `address` is an IP address, and one of this machine or of a private network."""
    number = _number(address)
    return number is not None and (number.is_loopback or number.is_private)


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses reach the same host and port; one without a scheme is taken as https."""
    place = _place(one)
    return place is not None and place == _place(other)


def _number(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address; one of IPv4 in the clothes of IPv6 as what it is."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped is not None:
        return number.ipv4_mapped
    return number


def _place(address: str) -> tuple[str, int] | None:
    host = host_of(address)
    if host is None:
        return None
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        return host, parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
