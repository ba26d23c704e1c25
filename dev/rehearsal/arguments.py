"""The command line of bin/rehearse-deploy."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.problem import Problem
from dev.rehearsal.variables import Target

DEFAULT_SECONDS = 1500
SUITE_SECONDS = 3600

HELP = f"""\
usage: bin/rehearse-deploy [production | preview | leak ...] [--variables FILE] [--debian]
                           [--prepared] [--suite] [--seconds N] [--json]

Build and run Everytick with Vercel's own tools, on this machine, without an account.

  production        builds, looks through what would ship, and runs it
  preview           the same
  leak              a preview that holds a production key: has to be refused by build and app
  (none named)      all three
  --variables FILE  only builds, with the variables of FILE (NAME=value lines) over made-up ones
  --debian          in a Debian 13 folder even where this machine has a Python that would do
  --prepared        only with what is already downloaded (exit 7 otherwise)
  --suite           then the test suite on the same Python
  --seconds N       give up after N seconds ({DEFAULT_SECONDS}; with --suite {SUITE_SECONDS})
  --json            one JSON object instead of lines

Exit codes: 0 all is as it must be; 1 something is not; 2 usage; 3 the guard refused the
variables in FILE; 7 this machine could not do all of it. See docs/deploy.md."""


class UsageProblem(Problem):
    """The call itself is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What was asked for."""

    targets: tuple[Target, ...]
    variables: Path | None
    debian: bool
    prepared: bool
    suite: bool
    seconds: int
    as_json: bool


def parse_arguments(words: Sequence[str]) -> Arguments:
    """Give what `words` ask for. Raises UsageProblem."""
    targets: list[Target] = []
    flags: set[str] = set()
    values: dict[str, str] = {}
    left = iter(words)
    for word in left:
        name, equals, value = word.partition("=")
        if word in ("--debian", "--prepared", "--suite", "--json"):
            flags.add(word)
        elif name in ("--variables", "--seconds"):
            values[name] = value if equals else next(left, "")
        elif word in {target.value for target in Target}:
            targets.append(Target(word))
        else:
            raise UsageProblem(f"{word} is neither a target nor an option.\n\n{HELP}")
    seconds = values.get("--seconds", str(SUITE_SECONDS if "--suite" in flags else DEFAULT_SECONDS))
    if not seconds.isascii() or not seconds.isdigit() or int(seconds) == 0:
        raise UsageProblem("--seconds needs a number above 0.")
    if "--variables" in values and (not values["--variables"] or Target.LEAK in targets or not targets):
        raise UsageProblem("--variables needs a file, and production or preview to go with it.")
    return Arguments(
        targets=tuple(dict.fromkeys(targets)) or tuple(Target),
        variables=Path(values["--variables"]) if "--variables" in values else None,
        debian="--debian" in flags,
        prepared="--prepared" in flags,
        suite="--suite" in flags,
        seconds=int(seconds),
        as_json="--json" in flags,
    )
