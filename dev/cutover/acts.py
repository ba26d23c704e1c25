"""The acts of the rehearsal, in their order: over to Inngest, two failures, and back by one command."""

from collections.abc import Callable, Sequence
from typing import Final

from dev.cutover.play import Answer, Play, RehearsalFailed
from dev.cutover.stub import Health
from lib.exit_codes import ExitCode

MAIL: Final = "samples/mail"
SHOWN_PERCENT: Final = 25
"""At which `rollout show` has something to show."""
STAGE_AT_MOST: Final = 130
"""At 5 % five windows come together within 104, and their judgement within the grace."""
FAILING_AT_MOST: Final = 15
"""Grace, three bad lines, and one window each for seeing and acting on them."""
RECOVERING_AT_MOST: Final = 20
"""The breaker's pause, its probe, and a probe that came too early."""


def inline(play: Play) -> None:
    """Everything inline, with the flag on: nothing has changed yet."""
    play.narrator.act("Inline, as before: the flag is on, and no window goes to Inngest")
    play.type("rollout", "set", "0", "--why", "deployed, not begun")
    play.type("inbox", "import", MAIL, codes=(ExitCode.WELL, ExitCode.DEGRADED))
    play.type("jobs", "enqueue", "--kind", "system.noop", "--payload", "{}", "--count", "50")
    answers = play.windows(1)
    play.type("rollout", "preflight", "--instances", "2", codes=(ExitCode.WELL, ExitCode.DEGRADED))
    answers += play.windows(4)
    _require_all(answers, "inline", "outside_canary")
    play.release_drafts(2)


def cut_over(play: Play) -> None:
    """Stage by stage to Inngest, by evidence alone."""
    play.narrator.act("Cut over by evidence: the ticks themselves take it from 0 to 5, 25 and 100 %")
    play.type("rollout", "auto", "on", "--why", "cutover")
    for percent in (5, 25, 100):
        play.windows_until(
            f"{percent} %", _control_is(play, "dispatch.percent", percent), at_most=STAGE_AT_MOST
        )
        play.narrator.tell(f"this stage has shown enough: {percent} % from here on")
        play.release_drafts(1)
        if percent == SHOWN_PERCENT:
            play.windows(10)
            play.type("rollout", "show", "--windows", "3")
    play.windows_until("the end", _control_is(play, "rollout.auto", value=False), at_most=STAGE_AT_MOST)
    play.narrator.tell("the last stage has shown enough: nothing is steered any more, the breakers watch")


def refused(play: Play) -> None:
    """The event API refuses; the breakers take the work inline and give it back."""
    play.narrator.act("Failure after the cutover: Inngest's event API refuses")
    play.world.stub.become(Health.REFUSES)
    play.type("jobs", "enqueue", "--kind", "system.noop", "--payload", "{}", "--count", "20")
    play.release_drafts(1)
    answers = play.windows_until("the breaker", _is("breaker_open"), at_most=FAILING_AT_MOST)
    play.figures["refusedToBreaker"] = len(answers) - 1
    play.narrator.tell(f"held back by itself after {len(answers) - 1} windows, whose work was done inline")
    _heal(play)


def silent(play: Play) -> None:
    """Events are accepted and nobody is called, in the last stage of a cutover; evidence takes it back."""
    play.narrator.act("Failure in a cutover's last stage: Inngest accepts every event and never calls")
    play.type("rollout", "set", "100", "--why", "once more")
    play.type("rollout", "auto", "on", "--why", "once more")
    play.windows(2)
    play.world.stub.become(Health.SILENT)
    play.release_drafts(1)
    recovering = play.windows_until(
        "a recovery", _is("unexecuted", "control_inline"), at_most=FAILING_AT_MOST
    )
    play.figures["silentToRecovered"] = len(recovering) - 1
    # A tick that finds two windows undone at once takes all back before it decides its own way.
    returning = (
        []
        if recovering[-1].reason == "control_inline"
        else play.windows_until("the way back", _is("control_inline"), at_most=FAILING_AT_MOST)
    )
    play.figures["silentToRolledBack"] = len(recovering) + len(returning) - 1
    play.narrator.tell(
        f"the work was recovered {play.figures['silentToRecovered']} windows after the first that nobody did,"
        f" and all taken back by itself after {play.figures['silentToRolledBack']}"
    )
    play.type("rollout", "show", "--windows", "3", codes=(ExitCode.WELL, ExitCode.DEGRADED))
    play.world.stub.become(Health.WELL)
    play.narrator.tell("Inngest calls what it had accepted, late: none of it may be done twice")
    play.narrator.tell("a cutover that failed waits for a person all the same")
    _require_all(play.windows(3), "inline", "control_inline")
    play.type("rollout", "set", "100", "--why", "it was an outage, and it is over")
    _heal(play)


def back(play: Play) -> None:
    """One command, in the middle of a window that is dispatched."""
    play.narrator.act("Back by hand, in the middle of a window that was sent")
    sent = play.tick()
    if sent.mode != "inngest":
        raise RehearsalFailed(f"the window was to be sent, and the tick answered {sent}")
    play.release_drafts(1)
    play.type("rollout", "back", "--why", "rehearsing")
    following = play.tick()
    play.narrator.tell(f"the tick before: {sent}; the very next, in the same window: {following}")
    if (following.mode, following.reason) != ("inline", "control_inline"):
        raise RehearsalFailed(f"`rollout back` was to act at the very next tick, which answered {following}")
    play.world.stub.work()
    play.narrator.tell("the events that were on their way are executed, late: none of it may be done twice")
    play.pass_window()
    _require_all(play.windows(5), "inline", "control_inline")


ACTS: Final[Sequence[Callable[[Play], None]]] = (inline, cut_over, refused, silent, back)


def perform(play: Play) -> None:
    """All of it. Raises RehearsalFailed where something does not happen as it must."""
    for act in ACTS:
        act(play)


def _heal(play: Play) -> None:
    """The engine is well again; the breakers close by themselves."""
    play.world.stub.become(Health.WELL)
    play.narrator.tell("Inngest is well again")
    answers = play.windows_until("a closed breaker", _is("enabled"), at_most=RECOVERING_AT_MOST)
    play.narrator.tell(f"sent again by itself after {len(answers) - 1} windows")


def _is(*reasons: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.reason in reasons


def _control_is(play: Play, name: str, value: object) -> Callable[[Answer], bool]:
    return lambda _: play.control(name) == value


def _require_all(answers: Sequence[Answer], mode: str, reason: str) -> None:
    """Raise RehearsalFailed unless every tick answered so."""
    others = {str(answer) for answer in answers if (answer.mode, answer.reason) != (mode, reason)}
    if others:
        raise RehearsalFailed(f"every tick was to be {mode} ({reason}), and there were {sorted(others)}")
