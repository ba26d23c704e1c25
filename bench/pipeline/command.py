"""How fast mail becomes drafts, and whether any is lost on the way.

A thousand mails are made up by chance of a seed: threads, seven languages, HTML, attachments, answering
machines, bounces, opt-outs, duplicates, malformed ones. They are imported as `flask inbox import` does it,
and the queue is drained with the jobs' real handlers, on a PostgreSQL database of their own: on the server
that TEST_DATABASE_URL or DATABASE_URL names, else on an embedded one.

drafts      drafts stored; the speed counts the time of the drain
accounted   mails in = drafts + the team's own + no-ops by reason + refused + duplicates
unexpected  mails that came to something else than whoever made them up meant
peer        the same rows written by the bare driver, a transaction a mail, in the same run: read the
            ratio, not the numbers

Exit 0 when every mail is accounted for, every no-op has a reason and every job is done; 1 when not; 6 when
that holds and a mail came to something unexpected.
"""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from bench.pipeline.measure import Measured, measure
from bench.pipeline.reckoning import EXAMPLES
from bench.pipeline.stories import DRAFT
from bench.server import database_server
from dev.problem import Stopped
from dev.supervisor import stopping_on_signals
from lib.exit_codes import ExitCode

WORKERS: Final = 4
"""As a deployment has them when nothing is set."""


def main(arguments: Sequence[str], *, show: Callable[[str], None] = print) -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bench pipeline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--mails", type=int, default=1000, help="how many; 1000 without")
    parser.add_argument("--seed", type=int, help="of all chance; drawn and told when left out")
    parser.add_argument("--workers", type=int, default=WORKERS, help="threads of the drain; 4 without")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    if options.mails < 1 or options.workers < 1:
        parser.error("--mails and --workers are at least 1")
    seed = random.SystemRandom().getrandbits(32) if options.seed is None else options.seed
    try:
        with stopping_on_signals(), database_server() as server:
            found = measure(server, mails=options.mails, seed=seed, workers=options.workers)
    except Stopped as stopped:
        return 128 + stopped.signum
    told = as_json(found)
    show(json.dumps(told) if options.json else as_text(told))
    return exit_code(told)


def exit_code(told: dict[str, Any]) -> ExitCode:
    """What the measurement ends with."""
    if told["failed"]:
        return ExitCode.FAILED
    return ExitCode.BELOW_BAR if told["unexpected"] else ExitCode.WELL


def as_json(found: Measured) -> dict[str, Any]:
    """What `--json` prints."""
    account = found.reckoning
    drafts = account.outcomes.get(DRAFT, 0)
    whole = found.intake_seconds + found.drain_seconds
    wrong = {"lost": account.lost, "unexplained": account.unexplained, "openJobs": account.open_jobs}
    failed = [name for name, ones in wrong.items() if ones]
    failed += [] if account.adds_up else ["does not add up"]
    return {
        "mails": account.mails,
        "seed": found.seed,
        "workers": found.workers,
        "outcomes": account.outcomes,
        "accounted": sum(account.outcomes.values()),
        **{name: len(ones) for name, ones in wrong.items()},
        "unexpected": len(account.unexpected),
        "intakeSeconds": round(found.intake_seconds, 3),
        "drainSeconds": round(found.drain_seconds, 3),
        "peerSeconds": round(found.peer_seconds, 3),
        "mailsPerSecond": round(account.mails / whole, 1),
        "draftsPerSecond": round(drafts / found.drain_seconds, 1),
        "timesPeer": round(whole / found.peer_seconds, 2),
        "transactionsPerMail": round(found.transactions / account.mails, 2),
        "failed": failed,
        "examples": {
            name: ones[:EXAMPLES]
            for name, ones in {**wrong, "unexpected": account.unexpected}.items()
            if ones
        },
    }


def as_text(told: dict[str, Any]) -> str:
    """A few lines, and what went wrong below them."""
    outcomes = " + ".join(f"{count} {name}" for name, count in told["outcomes"].items())
    speed = f"{told['draftsPerSecond']:,} drafts/s, {told['mailsPerSecond']:,} mails/s"
    times = f"taken in {told['intakeSeconds']} s, drained in {told['drainSeconds']} s"
    peer = f"{told['timesPeer']} times the bare driver's time for the same rows"
    lines = [
        f"{told['mails']:,} mails = {outcomes}; {told['lost']} lost, {told['unexplained']} without a reason",
        f"{speed} ({times} by {told['workers']} workers; seed {told['seed']})",
        f"{peer} ({told['peerSeconds']} s), {told['transactionsPerMail']} transactions a mail",
    ]
    examples = [f"{name}: {one}" for name, ones in told["examples"].items() for one in ones]
    return "\n".join([*lines, *(f"FAILED: {reason}" for reason in told["failed"]), *examples])
