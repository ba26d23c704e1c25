"""From what a deployment answered to a verdict on it (design §3, `flask env verify`). Pure."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from lib.environment.decision import DeploymentKind
from lib.environment.inngest_env import PRODUCTION, is_printable, names_production
from lib.exit_codes import ExitCode
from lib.verification.look import Answer, Silence

LONGEST_NAME: Final = 255
LOGIN_WORDS: Final = ("login", "signin", "sign-in", "sso", "oauth")
"""In the address that a redirect leads to."""


class Finding(StrEnum):
    """What was found at an address; docs/inngest.md explains each."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not_allowed"
    MISSING = "missing"
    MALFORMED = "malformed"
    DIFFERENT = "different"
    PROTECTED = "protected"
    REDIRECTED = "redirected"
    NOT_FOUND = "not_found"
    SERVER_ERROR = "server_error"
    NO_ANSWER = "no_answer"


UNUSABLE: Final = frozenset({Finding.SERVER_ERROR, Finding.NO_ANSWER})
MAY_PASS: Final = UNUSABLE | {Finding.NOT_FOUND}
"""What a deployment that is coming up may answer."""
WORST_FIRST: Final = (ExitCode.ENVIRONMENT_REFUSED, ExitCode.FAILED, ExitCode.WELL)
SILENCE: Final = {
    Silence.TIMED_OUT: "There was no whole answer in time.",
    Silence.UNRESOLVED: "The name cannot be resolved.",
    Silence.REFUSED: "Nothing listens there.",
    Silence.TLS: "It cannot be reached safely (TLS failed).",
    Silence.BROKEN: "The connection broke.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found, and in words."""

    finding: Finding
    detail: str
    env: str | None = None
    """What `x-inngest-env` said, where that can be told."""

    @property
    def exit_code(self) -> ExitCode:
        """0 allowed, 1 no usable answer, 3 everything else."""
        if self.finding is Finding.ALLOWED:
            return ExitCode.WELL
        return ExitCode.FAILED if self.finding in UNUSABLE else ExitCode.ENVIRONMENT_REFUSED

    @property
    def may_pass(self) -> bool:
        """Whether looking again is any use."""
        return self.finding in MAY_PASS


def judge(
    head: Answer | Silence, get: Answer | Silence, *, expected: DeploymentKind, bypassed: bool
) -> Verdict:
    """The verdict on one deployment's answers; the worse of two counts, as in `worst`."""
    each = [_of_one(answer, expected=expected, bypassed=bypassed) for answer in (head, get)]
    found = worst(each)
    if found.finding is Finding.ALLOWED and each[0].env != each[1].env:
        return Verdict(
            finding=Finding.DIFFERENT, detail=f"HEAD says {each[0].env!r} and GET says {each[1].env!r}."
        )
    return found


def worst(verdicts: list[Verdict]) -> Verdict:
    """The first of the worst: what is wrong for sure comes before what cannot be seen."""
    return min(verdicts, key=lambda verdict: WORST_FIRST.index(verdict.exit_code))


def _of_one(answer: Answer | Silence, *, expected: DeploymentKind, bypassed: bool) -> Verdict:
    if isinstance(answer, Silence):
        return Verdict(finding=Finding.NO_ANSWER, detail=SILENCE[answer])
    if not answer.env:
        return _without_header(answer, bypassed=bypassed)
    return _of_header(answer, expected)


def _of_header(answer: Answer, expected: DeploymentKind) -> Verdict:
    name = answer.env[0]
    if len(answer.env) > 1:
        return Verdict(finding=Finding.MALFORMED, detail="x-inngest-env is there more than once.")
    if not name or not is_printable(name) or len(name) > LONGEST_NAME:
        return Verdict(finding=Finding.MALFORMED, detail="x-inngest-env is empty, too long or not ASCII.")
    if not _is_allowed(name, expected):
        return Verdict(finding=Finding.NOT_ALLOWED, env=name, detail=f"A {expected} may not say that.")
    if _is_broken(answer.status):
        return Verdict(finding=Finding.SERVER_ERROR, env=name, detail=f"The status is {answer.status}.")
    return Verdict(finding=Finding.ALLOWED, env=name, detail="As it has to be.")


def _is_allowed(name: str, expected: DeploymentKind) -> bool:
    """Production says `production` and nothing that is only read so; nobody else says anything like it."""
    if expected is DeploymentKind.PRODUCTION:
        return name == PRODUCTION
    return not names_production(name)


def _is_broken(status: int) -> bool:
    """Whether the app fails. 503 with the header is its word that Inngest is off there."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE


def _without_header(answer: Answer, *, bypassed: bool) -> Verdict:
    status = answer.status
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Verdict(finding=Finding.SERVER_ERROR, detail=f"The status is {status}.")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirected(answer, bypassed=bypassed)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _protected(f"Something in front of the app answers {status}.", bypassed=bypassed)
    if status == HTTPStatus.NOT_FOUND:
        return Verdict(finding=Finding.NOT_FOUND, detail="There is nothing there (404).")
    page = "A web page answers" if "html" in answer.content_type.casefold() else "The answer comes"
    return Verdict(finding=Finding.MISSING, detail=f"{page} without x-inngest-env (status {status}).")


def _redirected(answer: Answer, *, bypassed: bool) -> Verdict:
    """A redirect, shown without its query: that may carry a token."""
    parts = _parts(answer.location)
    told = f"It leads to {parts[0]}{parts[1]}." if parts[0] or parts[1] else "It leads nowhere."
    if any(word in f"{parts[0]}{parts[1]}".casefold() for word in LOGIN_WORDS):
        return _protected(told, bypassed=bypassed)
    return Verdict(finding=Finding.REDIRECTED, detail=told)


def _parts(location: str | None) -> tuple[str, str]:
    try:
        parts = urlsplit(location or "")
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path


def _protected(told: str, *, bypassed: bool) -> Verdict:
    cure = (
        "It did not take VERCEL_AUTOMATION_BYPASS_SECRET."
        if bypassed
        else "Set VERCEL_AUTOMATION_BYPASS_SECRET, or let the route through."
    )
    return Verdict(finding=Finding.PROTECTED, detail=f"{told} {cure}")
