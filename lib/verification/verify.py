"""Verifying deployments: look, judge, and look again while one is coming up."""

from collections.abc import Callable, Sequence
from typing import Final

from lib.clock import Clock, Deadline
from lib.environment.decision import DeploymentKind
from lib.verification.look import Answer, NoAnswer, Silence, look
from lib.verification.target import Target
from lib.verification.verdict import Verdict, judge

BYPASS: Final = "x-vercel-protection-bypass"
PAUSE_SECONDS: Final = 2.0
Pause = Callable[[float], None]


def verify(
    targets: Sequence[Target],
    *,
    expected: DeploymentKind,
    bypass_secret: str | None,
    wait_ms: float,
    clock: Clock,
    pause: Pause,
) -> list[Verdict]:
    """The verdict on each of `targets`, in order.

    Those that may be coming up are looked at again, all in turn, until `wait_ms` have passed; each is looked
    at once in any case. No request takes longer than look.REQUEST_MS.
    """

    def verdict(target: Target) -> Verdict:
        return _verdict(target, expected=expected, bypass_secret=bypass_secret, clock=clock)

    deadline = Deadline.after_ms(clock, wait_ms)
    found = [verdict(target) for target in targets]
    while any(one.may_pass for one in found) and not deadline.passed:
        pause(min(PAUSE_SECONDS, deadline.remaining_ms() / 1000))
        found = [verdict(target) if one.may_pass else one for target, one in zip(targets, found, strict=True)]
    return found


def _verdict(target: Target, *, expected: DeploymentKind, bypass_secret: str | None, clock: Clock) -> Verdict:
    """The verdict on one look. The secret goes to the target alone, for no redirect is followed."""
    headers = {BYPASS: bypass_secret} if bypass_secret and target.may_see_secrets else {}

    def answered(method: str) -> Answer | Silence:
        try:
            return look(method, target.url, headers=headers, clock=clock)
        except NoAnswer as error:
            return error.silence

    return judge(answered("HEAD"), answered("GET"), expected=expected, bypassed=bool(headers))
