"""Whether Inngest was told of the functions as this code has them, and where it says it calls."""

from typing import Final

from lib.clock import iso
from lib.environment.decision import DeploymentKind
from lib.preflight.check import Check, CheckName, cannot_know, not_ok, ok
from lib.preflight.subject import SEE_GUARD, Subject
from lib.registration import Registration
from lib.registration_ledger import RecordedRegistration, SyncKind, latest_registration
from lib.verification.registered import Place, Registered, ask_inngest, judge_registered

SYNC: Final = "Run `flask inngest sync` with this deployment's variables."


def check_registration(subject: Subject) -> Check:
    """What Inngest took last is what this code would tell it."""
    told = subject.registration
    if told is None:
        return not_ok(CheckName.REGISTRATION, "Inngest cannot be used here.", cure=SEE_GUARD)
    with subject.reading() as connection:
        latest = latest_registration(connection, env=told.env)
    endpoint = subject.endpoint
    return judge_registration(latest, told, url=endpoint.url if endpoint else None)


def judge_registration(latest: RecordedRegistration | None, told: Registration, *, url: str | None) -> Check:
    """The verdict on what Inngest was told last. Pure. `url` is None where no origin is configured."""
    if latest is None:
        seen = f"No registration in environment {told.env!r} was ever taken, as far as the database knows."
        return not_ok(CheckName.REGISTRATION, seen, cure=SYNC)
    at = f"at {latest.url}, {iso(latest.registered_at)}"
    if url is not None and latest.url != url:
        return not_ok(CheckName.REGISTRATION, f"Registered last {at}; this deployment is {url}.", cure=SYNC)
    if latest.configuration_hash != told.configuration_hash:
        return not_ok(
            CheckName.REGISTRATION,
            f"Registered last {at}, with other functions, limits or triggers than this code has.",
            cure=SYNC,
        )
    how = "in answer to its call" if latest.sync_kind is SyncKind.IN_BAND else "and taken"
    return ok(
        CheckName.REGISTRATION,
        f"Registered {at}, {how}, as this code has it ({len(told.functions)} functions, "
        f"{told.configuration_hash[:12]}).",
    )


def check_inngest(subject: Subject) -> Check:
    """Inngest's API says that it calls this deployment's host."""
    services, endpoint = subject.services, subject.endpoint
    key = services.settings.inngest_signing_key
    if subject.registration is None:
        return not_ok(CheckName.INNGEST, "Inngest cannot be used here.", cure=SEE_GUARD)
    if key is None or not subject.registration.signed:
        return cannot_know(CheckName.INNGEST, "The dev server is not asked.", cure="Look at its page: /apps.")
    if endpoint is None:
        return cannot_know(
            CheckName.INNGEST, "No origin is configured to compare with.", cure="Set INNGEST_SERVE_ORIGIN."
        )
    secret = key.get_secret_value()
    answer = ask_inngest(subject.inngest_api, secret, services.environment.inngest_env, clock=services.clock)
    if not isinstance(answer, Registered):
        answer = judge_registered(
            answer,
            signing_key=secret,
            expected=services.environment.kind or DeploymentKind.PRODUCTION,
            hosts=frozenset({endpoint.host}),
        )
    return _of_place(answer, endpoint.host)


def _of_place(found: Registered, host: str) -> Check:
    match found.place:
        case Place.EXPECTED:
            return ok(CheckName.INNGEST, f"It calls {found.url}.")
        case Place.ELSEWHERE | Place.AT_A_PREVIEW:
            return not_ok(CheckName.INNGEST, f"It calls {found.url}, not {host}.", cure=SYNC)
        case Place.CANNOT_KNOW | Place.NOT_ASKED:
            return cannot_know(
                CheckName.INNGEST,
                found.detail,
                cure="Look in Inngest under Apps; the line `registration` says what it was told.",
            )
