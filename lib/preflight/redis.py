"""Whether the cache answers and is this deployment's; without one all work goes on."""

from lib.preflight.check import Check, CheckName, not_ok, ok
from lib.preflight.subject import Subject


def check_redis(subject: Subject) -> Check:
    """Usable and stamped ours, or off."""
    services = subject.services
    if services.settings.redis_url is None:
        return ok(CheckName.REDIS, "Off: REDIS_URL is not set, and job status reads unknown.")
    if services.blobs.ping():
        return ok(CheckName.REDIS, "It answers, and is stamped for this kind of deployment.")
    if services.blobs.foreign:
        return not_ok(
            CheckName.REDIS,
            "It is stamped for another kind of deployment and is left alone.",
            cure="Give this deployment its own REDIS_URL.",
        )
    return not_ok(
        CheckName.REDIS,
        "It does not answer: job status reads unknown, work goes on.",
        cure="Bring it back, or leave REDIS_URL unset to do without.",
    )
