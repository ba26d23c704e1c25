"""What the replay gate raises; lib/errors.py shows where it belongs."""

from lib.errors import EverytickError
from lib.exit_codes import ExitCode


class ReplayError(EverytickError):
    """The replay cannot go on as asked."""

    code = "replay_error"


class RunNotFound(ReplayError):
    """There is no such replay: name a file, a run as `flask replay run` printed it, or `latest`."""

    code = "replay_not_found"
    exit_code = ExitCode.NOTHING_FOUND


class RunUnreadable(ReplayError):
    """The file is not what `flask replay run` wrote, or is of another version of Everytick."""

    code = "replay_unreadable"
    exit_code = ExitCode.USAGE


class ReplayUnwritable(ReplayError):
    """The replay's file cannot be written: make room, or name another place with --out."""

    code = "replay_unwritable"


class ManifestUnreadable(ReplayError):
    """The manifest does not fit: docs/replay.md shows its form."""

    code = "manifest_unreadable"
    exit_code = ExitCode.USAGE


class ReplayInterrupted(ReplayError):
    """Stopped before its end; no artifact was written, and `--resume` goes on where it stopped."""

    code = "replay_interrupted"


class ReplayDeadlineExceeded(ReplayError):
    """The time of the replay, or of this case, was over."""

    code = "deadline_exceeded"


class CaseVanished(ReplayError):
    """The message is no longer there, or is no inbound one of this workspace."""

    code = "case_vanished"
