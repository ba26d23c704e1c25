import signal
import sys
from pathlib import Path

from dev.part import start_part, tail


def test_a_part_that_ignores_its_stop_signal_is_killed(tmp_path: Path) -> None:
    code = "import signal\nsignal.signal(15, signal.SIG_IGN)\nprint('deaf', flush=True)\nsignal.pause()"
    part = start_part(
        "Deaf",
        [sys.executable, "-c", code],
        log=tmp_path / "deaf.log",
        stop_signal=signal.SIGTERM,
        parent_gone=signal.SIGKILL,
        cwd=tmp_path,
        grace_seconds=0.2,
    )
    while "deaf" not in part.tail():
        assert part.exit_code() is None
    part.stop()
    assert part.exit_code() == -signal.SIGKILL


def test_the_tail_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "long.log"
    log.write_bytes(b"\xff\n" + b"".join(b"line %d\n" % number for number in range(9999)))
    assert tail(log, lines=2) == "line 9997\nline 9998"
    assert tail(tmp_path / "missing.log") == ""
