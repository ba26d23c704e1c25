"""Whether the deployment holds while its processes are killed, frozen and let down: a soak, and its count.

Five instances of the app share one database; a cron calls them once a window, and an engine stand-in takes
what they send and calls them back over signed HTTP. Meanwhile instances are killed with SIGKILL or frozen
past their leases, ticks are late, doubled, given up or lost, the engine drops events, loses requests, makes
them twice, is killed or goes deaf, and the control dispatch.mode rolls back and forth. The shared clock runs
30 times as fast as the machine's, with windows of 15 s. All chance goes by a seed, as far as the machine
lets it. Redis is used where TEST_REDIS_URL names one.

The numbers come from triggers and tables that the instances cannot write to, not from their own records:

jobs      completed jobs: each wrote down an effect under its id, or sent a mail
ticks     calls of the cron route
kills     instances ended with SIGKILL; frozen ones are counted apart
lost      jobs that were not completed once, or completed without their effect, dead ones included; mails
          neither sent nor listed for the operator
doubled   jobs completed or effective twice, or executed more often than their failures, expired leases and
          interruptions account for; mails handed over twice
missed    ticks whose work was not done within grace + two windows + the inline budget. Before each call a due
          job and an expired memory entry are planted: they are gone when both responsibilities have done what
          was due at it (where the job itself was interrupted, with the first job planted later that was
          done). The time is counted from the tick itself, which is stricter than the law
recovery  windows from the moment at which an instance was killed or frozen over jobs to the end of the last
          of these, and from a call that got no answer to the end of its tick's work

It fails when anything was lost, doubled or missed, when a run is left running that nobody works on, when
the app answered the engine against the protocol, and when there were less than 10,000 jobs, 100 ticks and 10
kills a minute: it then proves too little.
"""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from bench.server import database_server
from bench.soak.reckoning import EXAMPLES, percentile
from bench.soak.soak import Soaked, soak
from bench.soak.terms import BOUND, SPEED, WINDOW_SECONDS
from dev.problem import Stopped
from dev.supervisor import stopping_on_signals

LEAST: Final = {"jobs": 10_000, "ticks": 100, "kills": 10}
"""A minute."""
PARTS: Final = ("lost", "doubled", "missed")


def main(arguments: Sequence[str], *, show: Callable[[str], None] = print) -> int:
    """Soak and print; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bench soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="how long; a rest of at most 45 s follows"
    )
    parser.add_argument("--seed", type=int, help="of all chance; drawn and told when left out")
    parser.add_argument("--logs", type=Path, help="a folder for the instances' logs, which are not kept else")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    seed = random.SystemRandom().getrandbits(32) if options.seed is None else options.seed
    if options.logs is not None:
        options.logs.mkdir(parents=True, exist_ok=True)
    try:
        with stopping_on_signals(), database_server() as server:
            soaked = soak(server, seconds=options.minutes * 60, seed=seed, logs=options.logs)
    except Stopped as stopped:
        return 128 + stopped.signum
    told = as_json(soaked)
    show(json.dumps(told) if options.json else as_text(told))
    return 1 if told["failed"] else 0


def as_json(soaked: Soaked) -> dict[str, Any]:
    """What `--json` prints."""
    found = soaked.reckoning
    minutes = soaked.seconds / 60
    counts = {"jobs": found.jobs, "ticks": found.ticks, "kills": soaked.kills}
    wrong = {part: getattr(found, part) for part in PARTS}
    failed = [part for part in PARTS if wrong[part]]
    failed += [f"too few {name}" for name, least in LEAST.items() if counts[name] < least * minutes]
    failed += ["runs left running"] if found.left_running else []
    failed += ["forbidden answers"] if soaked.forbidden else []
    return {
        "minutes": minutes,
        "seed": soaked.seed,
        **counts,
        "modes": found.modes,
        "freezes": soaked.freezes,
        "engineKills": soaked.engine_kills,
        "mails": found.mails,
        "mailsUnconfirmed": found.unconfirmed,
        "jobsRepeated": found.repeated,
        **{part: len(ones) for part, ones in wrong.items()},
        "runsLeftRunning": len(found.left_running),
        "forbiddenAnswers": len(soaked.forbidden),
        "recovery": _percentiles(found.recovery_windows),
        "covered": _percentiles(found.covered_windows),
        "boundWindows": BOUND.total_seconds() / WINDOW_SECONDS,
        "windowSeconds": WINDOW_SECONDS,
        "speed": SPEED,
        "redis": soaked.redis,
        "failed": failed,
        "examples": {
            part: ones[:EXAMPLES]
            for part, ones in (
                *wrong.items(),
                ("runsLeftRunning", found.left_running),
                ("forbiddenAnswers", soaked.forbidden),
            )
            if ones
        },
    }


def as_text(told: dict[str, Any]) -> str:
    """The one line, and what went wrong below it."""
    recovery = told["recovery"]
    line = (
        f"soak of {told['minutes']:g} min:"
        f" {told['jobs']:,} jobs, {told['ticks']:,} ticks, {told['kills']:,} kills"
        f" ({told['freezes']} freezes, engine killed {told['engineKills']} times), {told['lost']} lost,"
        f" {told['doubled']} doubled, {told['missed']} missed; recovery p50 {recovery['p50']}, p99"
        f" {recovery['p99']} windows of {told['boundWindows']:g} (seed {told['seed']})"
    )
    examples = [f"{part}: {one}" for part, ones in told["examples"].items() for one in ones]
    return "\n".join([line, *(f"FAILED: {reason}" for reason in told["failed"]), *examples])


def _percentiles(values: Sequence[float]) -> dict[str, Any]:
    found = {name: percentile(values, share) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}
    return {
        "count": len(values),
        **{name: None if value is None else round(value, 2) for name, value in found.items()},
    }
