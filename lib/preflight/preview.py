"""Whether a deployment that has to be a preview says so: `flask env verify` on it."""

import time

from lib.environment.decision import DeploymentKind
from lib.preflight.check import Check, CheckName, cannot_know, not_ok, ok
from lib.preflight.subject import Subject
from lib.verification.target import Target
from lib.verification.verdict import UNUSABLE, Finding
from lib.verification.verify import verify


def check_preview(target: Target, subject: Subject) -> Check:
    """It answers with an environment that a preview may have."""
    secret = subject.services.settings.vercel_automation_bypass_secret
    (verdict,) = verify(
        [target],
        expected=DeploymentKind.PREVIEW,
        bypass_secret=secret.get_secret_value() if secret else None,
        wait_ms=0,
        clock=subject.services.clock,
        pause=time.sleep,
    )
    seen = f"{target.url}: {verdict.finding}. {verdict.detail}"
    if verdict.finding is Finding.ALLOWED:
        return ok(CheckName.PREVIEW, f"{target.url} says {verdict.env!r}.")
    cure = f"`flask env verify {target.url}` looks again; docs/inngest.md explains each finding."
    outcome = cannot_know if verdict.finding in UNUSABLE else not_ok
    return outcome(CheckName.PREVIEW, seen, cure=cure)
