"""Where packages come from: what this machine's own configuration names, nothing of ours."""

import ast
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_PASSED_ON = ("PIP_", "UV_", "SSL_CERT_", "npm_config_", "NPM_CONFIG_")
_PASSED_ON_NAMES = frozenset(
    {"NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "LANG"}
    | {f"{scheme}_proxy" for scheme in ("http", "https", "all", "no")}
    | {f"{scheme}_PROXY" for scheme in ("HTTP", "HTTPS", "ALL", "NO")}
)
_PIP_SECONDS = 30


def index_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the variables by which pip, uv and npm find their indexes, proxies and certificates.

    uv does not read pip's configuration: an index and a certificate that only that names are passed to it.
    """
    passed = {
        name: value
        for name, value in environment.items()
        if name.startswith(_PASSED_ON) or name in _PASSED_ON_NAMES
    }
    configured = _pip_configuration()
    for name, key in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
        if key in configured:
            passed.setdefault(name, configured[key])
    if "index-url" in configured:
        passed.setdefault("PIP_INDEX_URL", configured["index-url"])
    return passed


def certificate_places(variables: Mapping[str, str]) -> list[Path]:
    """Where certificates are on this machine, for a folder that is another system."""
    usual = Path("/etc/ssl/certs")
    named = [
        Path(variables[name])
        for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")
        if variables.get(name)
    ]
    places = [usual, *(path for path in named if usual not in path.parents)]
    return [path for path in dict.fromkeys(places) if path.exists()]


@cache
def _pip_configuration() -> Mapping[str, str]:
    command = [sys.executable, "-I", "-m", "pip", "config", "list"]
    listing = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=_PIP_SECONDS, stdin=subprocess.DEVNULL
    ).stdout
    found: dict[str, str] = {}
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.partition(".")
        if section in ("global", "install") and value[:1] in "'\"":
            found[key] = str(ast.literal_eval(value)).strip()
    return found
