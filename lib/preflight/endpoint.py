"""The signing self-test: the own endpoint, called as Inngest calls it and as a stranger would.

Nothing runs by it: what is signed is a GET, which only describes the app, and what could run something is
not signed.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from lib.clock import Clock
from lib.inngest_signature import HEADER, sign_empty
from lib.preflight.check import Check, CheckName, cannot_know, not_ok, ok
from lib.preflight.subject import SEE_GUARD, Subject
from lib.registration import ServeOriginMissing
from lib.settings import Settings
from lib.verification.look import Answer, NoAnswer, look
from lib.verification.verdict import SILENCE

ELSEWHERE: Final = (
    "See that INNGEST_SERVE_ORIGIN is this deployment's address, that this version and these variables are "
    "deployed there, and that nothing in front of it (a login, a firewall) answers itself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    what: str
    method: str
    key: str | None
    """Signs it; None for a call that is not signed."""
    status: HTTPStatus
    """What has to be answered."""
    cure: str


def check_endpoint(subject: Subject) -> Check:
    """Refuses what is not signed, or by another key; takes each of our keys; names our environment."""
    registration, target = subject.registration, subject.endpoint
    if registration is None:
        return not_ok(CheckName.ENDPOINT, "Inngest cannot be used here.", cure=SEE_GUARD)
    if not registration.signed:
        return cannot_know(
            CheckName.ENDPOINT, "The dev server signs nothing.", cure="Nothing to do in development."
        )
    if target is None:
        missing = ServeOriginMissing()
        return not_ok(CheckName.ENDPOINT, missing.message, cure="Set INNGEST_SERVE_ORIGIN and deploy.")
    if not target.may_see_secrets:
        return not_ok(
            CheckName.ENDPOINT,
            f"{target.url} is neither https nor this machine's: a signature could be read on its way.",
            cure="Give INNGEST_SERVE_ORIGIN an https address.",
        )
    return _called(target.url, subject, env=registration.env)


def _called(url: str, subject: Subject, *, env: str) -> Check:
    """What the calls come to; after the first wrong answer no other is made."""
    calls = list(_calls(subject.services.settings))
    for call in calls:
        try:
            answer = _answer(call, url, subject.services.clock)
        except NoAnswer as error:
            seen = f"{url}, {call.what}: {SILENCE[error.silence]}"
            return cannot_know(CheckName.ENDPOINT, seen, cure=ELSEWHERE)
        wrong = _wrong(call, answer, env)
        if wrong is not None:
            return not_ok(CheckName.ENDPOINT, f"{url}, {call.what}: {wrong}", cure=call.cure)
    keys = " and a ".join(call.what for call in calls if call.status is HTTPStatus.OK)
    return ok(
        CheckName.ENDPOINT,
        f"{url} says {env!r}, refuses calls that are unsigned or signed by another key, and takes a {keys}.",
    )


def _calls(settings: Settings) -> Iterator[_Call]:
    """The first does nothing anywhere: who answers it otherwise than our app is asked no more."""
    refused = HTTPStatus.UNAUTHORIZED
    for method in ("GET", "POST", "PUT"):
        yield _Call(what=f"unsigned {method}", method=method, key=None, status=refused, cure=ELSEWHERE)
    another = f"signkey-test-{secrets.token_hex(32)}"
    yield _Call(what="GET signed by another key", method="GET", key=another, status=refused, cure=ELSEWHERE)
    for variable, key in (
        ("INNGEST_SIGNING_KEY", settings.inngest_signing_key),
        ("INNGEST_SIGNING_KEY_FALLBACK", settings.inngest_signing_key_fallback),
    ):
        if key is not None:
            yield _Call(
                what=f"GET signed by {variable}",
                method="GET",
                key=key.get_secret_value(),
                status=HTTPStatus.OK,
                cure=f"The deployment there has another {variable}, or a clock 5 minutes off: deploy the key "
                "that is set here, and see the line `clocks`.",
            )


def _answer(call: _Call, url: str, clock: Clock) -> Answer:
    headers = {} if call.key is None else {HEADER: sign_empty(call.key, at=clock.now())}
    return look(call.method, url, headers=headers, clock=clock)


def _wrong(call: _Call, answer: Answer, env: str) -> str | None:
    """What is wrong with the answer; None when nothing is."""
    if answer.env != (env,):
        said = ", ".join(repr(name) for name in answer.env) or "nothing"
        return f"x-inngest-env says {said} where {env!r} is due (status {answer.status})."
    if answer.status != call.status:
        return f"answered {answer.status} where {call.status.value} is due."
    return None
