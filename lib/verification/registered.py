"""Where Inngest believes the app to be: `GET /v2/apps/{id}` of its API, `data.latestSync.url`.

What is known of that endpoint, and from where: docs/inngest.md.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from lib.clock import Clock
from lib.environment.addresses import host_of
from lib.environment.decision import DeploymentKind
from lib.environment.inngest_key import KeyOwner, owner_of
from lib.exit_codes import ExitCode
from lib.inngest_signature import PREFIX
from lib.registration import APP_ID
from lib.verification.look import Answer, NoAnswer, look
from lib.verification.target import read_target
from lib.verification.verdict import SILENCE

GENERATED: Final = re.compile(
    r"[a-z0-9-]+-(?:git-[a-z0-9-]+|(?=[a-z0-9]*[0-9])[a-z0-9]{9}(?:-[a-z0-9-]+)?)\.vercel\.app"
)
"""Vercel's address of one branch, or of one deployment by nine letters and digits. A name of nine letters may
be a project's own, so that one is let pass."""


class Place(StrEnum):
    """What is known of where the app is registered; docs/inngest.md explains each."""

    NOT_ASKED = "not_asked"
    CANNOT_KNOW = "cannot_know"
    EXPECTED = "expected"
    ELSEWHERE = "elsewhere"
    AT_A_PREVIEW = "at_a_preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Where the app is registered, and what that means."""

    place: Place
    detail: str
    url: str | None = None

    @property
    def exit_code(self) -> ExitCode:
        """3 where production's calls would go to a preview; what cannot be known fails nothing."""
        return ExitCode.ENVIRONMENT_REFUSED if self.place is Place.AT_A_PREVIEW else ExitCode.WELL


NOT_ASKED: Final = Registered(place=Place.NOT_ASKED, detail="INNGEST_SIGNING_KEY is not set.")


def ask_inngest(api: str, signing_key: str, env: str | None, *, clock: Clock) -> Answer | Registered:
    """What Inngest's API at `api` answers about the app in the key's environment; or why that is not known.

    The key goes as its hash, as the SDK sends it, and over TLS or to this machine only.
    """
    if not read_target(api, path="/").may_see_secrets:
        return _cannot_know("The API's address is neither https nor this machine's.")
    try:
        hashed = hashlib.sha256(bytes.fromhex(PREFIX.sub("", signing_key))).hexdigest()
    except ValueError:
        return _cannot_know("INNGEST_SIGNING_KEY is no signing key.")
    headers = {"Authorization": f"Bearer {hashed}", **({"X-Inngest-Env": env} if env else {})}
    try:
        return look("GET", f"{api.rstrip('/')}/v2/apps/{APP_ID}", headers=headers, clock=clock)
    except NoAnswer as error:
        return _cannot_know(f"Inngest's API: {SILENCE[error.silence]}")


def judge_registered(
    answer: Answer, *, signing_key: str, expected: DeploymentKind, hosts: frozenset[str]
) -> Registered:
    """What the API's answer means for deployments of kind `expected` at `hosts`. Pure."""
    url = _url(answer)
    if url is None:
        return _cannot_know(_why_unknown(answer))
    host = host_of(url) or ""
    is_production = expected is DeploymentKind.PRODUCTION
    of_production = is_production or owner_of(signing_key) is KeyOwner.PRODUCTION
    if host in hosts and (is_production or not of_production):
        return Registered(place=Place.EXPECTED, url=url, detail="Inngest calls what was checked.")
    if of_production and (host in hosts or GENERATED.fullmatch(host)):
        return Registered(
            place=Place.AT_A_PREVIEW,
            url=url,
            detail="Inngest calls a preview for production: run `flask inngest sync` in production.",
        )
    return Registered(place=Place.ELSEWHERE, url=url, detail="None of the addresses that were checked.")


def _url(answer: Answer) -> str | None:
    """`data.latestSync.url`; None where the answer is another."""
    if answer.status != HTTPStatus.OK:
        return None
    try:
        found: Any = json.loads(answer.body)["data"]["latestSync"]["url"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and found.isprintable() and host_of(found) else None


def _why_unknown(answer: Answer) -> str:
    match answer.status:
        case HTTPStatus.OK:
            return "Inngest's API does not say where the app is registered."
        case HTTPStatus.NOT_FOUND:
            return (
                f"Inngest's API knows no app {APP_ID!r} in this key's environment, or has no such endpoint."
            )
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return f"Inngest's API did not take INNGEST_SIGNING_KEY ({answer.status})."
        case HTTPStatus.NOT_IMPLEMENTED:
            return "This Inngest server does not offer it (501)."
        case status:
            return f"Inngest's API answered {status}."


def _cannot_know(why: str) -> Registered:
    return Registered(place=Place.CANNOT_KNOW, detail=why)
