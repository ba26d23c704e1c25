"""What every command's exit code means (design §3)."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The one set of exit codes; a command uses no other."""

    WELL = 0
    """Done."""
    FAILED = 1
    """Failed, or the infrastructure it needs is away."""
    USAGE = 2
    """The call itself is wrong."""
    ENVIRONMENT_REFUSED = 3
    """The environment guard refused (design §9)."""
    NOTHING_FOUND = 4
    """Nothing was found or selected."""
    INVARIANT_BROKEN = 5
    """A critical invariant is broken."""
    BELOW_BAR = 6
    """Quality or evidence is below the bar."""
    DEGRADED = 7
    """Done, but something is degraded."""
